"""A small xen.git, a public directory of advisories, a private checkout, and what must be said of them.

All of it is made here: the repository object by object, so that it takes no time and has the same hashes everywhere.
Every advisory stands for one rule of `xsa check`; numbers begin at 8001.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers.repositories import git

TODAY = "2025-07-01"
_START = 1_741_000_000  # seconds; each commit is an hour after the one before
RELEASED = {
    "4.30": ("2025-03-04", "2028-03-04"),
    "4.31": ("2025-05-06", "2028-05-06"),
    "4.29": ("2022-01-04", "2025-01-04"),
}


class Repository:
    """A bare repository whose branches are kept as files in memory; a commit is a few replaced words."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True)
        git(path, "init", "-q", "--bare", "-b", "master", ".")
        self.path = path
        self.files: dict[str, dict[str, str]] = {}
        self.tips: dict[str, str] = {}
        self.clock = _START

    def branch(self, name: str, start: str) -> None:
        """A new branch where another one is."""
        self.files[name] = dict(self.files[start])
        self._point(f"refs/heads/{name}", name, self.tips[start])

    def tag(self, name: str, branch: str) -> None:
        """A tag where a branch is."""
        (self.path / "refs" / "tags").mkdir(parents=True, exist_ok=True)
        (self.path / "refs" / "tags" / name).write_text(self.tips[branch] + "\n")

    def commit(
        self, branch: str, message: str, *edits: tuple[str, str, str], files: Mapping[str, str] | None = None
    ) -> str:
        """Replace words in files, or write whole files; the commit's hash."""
        self.clock += 3600
        mine = self.files.setdefault(branch, {})
        mine |= files or {}
        for name, old, new in edits:
            assert old in mine[name], (branch, name, old)
            mine[name] = mine[name].replace(old, new, 1)
        who = f"Some Body <somebody@example.org> {self.clock} +0000"
        parent = f"parent {self.tips[branch]}\n" if branch in self.tips else ""
        text = f"tree {self._tree(mine)}\n{parent}author {who}\ncommitter {who}\n\n{message}\n"
        self._point(f"refs/heads/{branch}", branch, self._store("commit", text.encode()))
        return self.tips[branch]

    def _point(self, ref: str, branch: str, commit: str) -> None:
        self.tips[branch] = commit
        (self.path / ref).parent.mkdir(parents=True, exist_ok=True)
        (self.path / ref).write_text(commit + "\n")

    def _tree(self, files: Mapping[str, str]) -> str:
        entries: dict[str, tuple[str, str]] = {}
        for folder in {name.split("/")[0] for name in files if "/" in name}:
            inside = {name.split("/", 1)[1]: text for name, text in files.items() if name.startswith(folder + "/")}
            entries[folder] = ("40000", self._tree(inside))
        for name, text in files.items():
            if "/" not in name:
                entries[name] = ("100644", self._store("blob", text.encode()))
        order = sorted(entries, key=lambda name: name + ("/" if entries[name][0] == "40000" else ""))
        data = b"".join(f"{entries[n][0]} {n}\0".encode() + bytes.fromhex(entries[n][1]) for n in order)
        return self._store("tree", data)

    def _store(self, kind: str, data: bytes) -> str:
        whole = f"{kind} {len(data)}\0".encode() + data
        name = hashlib.sha1(whole).hexdigest()
        path = self.path / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return name


def body(name: str) -> str:
    """Forty lines that no other file has."""
    return "".join(f"{name} turns its wheel {i} times a day\n" for i in range(1, 41))


def at(name: str, line: int, words: str = "with care") -> tuple[str, str, str]:
    """The edit that adds words to a line of a file."""
    old = f"{name} turns its wheel {line} times a day\n"
    return f"mill/{name}.c", old, old.replace("\n", f", {words}\n")


def undo(edit: tuple[str, str, str]) -> tuple[str, str, str]:
    """The edit the other way round."""
    return edit[0], edit[2], edit[1]


def support(version: str, initial: str, until: str) -> str:
    """A SUPPORT.md with the release part and one row."""
    return (
        f"# Release Support\n\n    Xen-Version: {version}\n    Initial-Release: {initial}\n    Supported-Until: {until}\n"
        f"    Security-Support-Until: {until}\n\n# Feature Support\n\n## Mill\n\n### Water wheel\n\n    Status: Supported\n"
    )


def makefile(version: str, extra: str) -> str:
    """The part of xen/Makefile that says the version."""
    major, minor = version.split(".")
    return (
        f"export XEN_VERSION       = {major}\nexport XEN_SUBVERSION    = {minor}\nexport XEN_EXTRAVERSION ?= {extra}\n"
    )


NAMES = (
    "axle",
    "bolt",
    "cog",
    "dam",
    "flume",
    "gate",
    "hopper",
    "jack",
    "key",
    "lever",
    "mast",
    "pin",
    "rope",
    "stone",
    "sack",
)
CONFIG = "QEMU_UPSTREAM_URL ?= https://example.org/qemu.git\nQEMU_UPSTREAM_REVISION ?= qemu-4.30.1\n"


@dataclass
class World:
    """Where all of it lies, and the commits by name."""

    repo: Path
    public: Path
    private: Path
    commits: dict[str, str] = field(default_factory=dict)
    tips: dict[str, str] = field(default_factory=dict)


VERDICTS: dict[str, dict[int, str]] = {
    "stable-4.30": {
        8001: "applied", 8002: "applied", 8003: "applied", 8004: "applied", 8005: "applied", 8006: "missing", 8007: "not-needed",
        8008: "not-needed", 8009: "other-tree", 8010: "embargoed", 8011: "unused", 8012: "applied", 8013: "unknown", 8014: "missing",
        8015: "staging", 8016: "applied", 8017: "applied", 8018: "unsure", 8019: "applied", 8020: "unchecked", 8021: "applied",
        8023: "applied",
    },
    "RELEASE-4.30.1": {
        8001: "applied", 8003: "applied", 8004: "partial 1/3", 8005: "reverted", 8006: "missing", 8012: "missing", 8016: "missing",
        8017: "missing", 8010: "embargoed",
    },
    "RELEASE-4.30.0": {8001: "missing", 8004: "missing", 8005: "missing", 8021: "missing", 8023: "not-needed"},
    "stable-4.31": {8001: "applied", 8002: "missing", 8007: "applied", 8008: "missing", 8019: "applied", 8022: "not-needed", 8023: "missing"},
    "stable-4.29": {8007: "unsupported", 8001: "unsupported", 8019: "applied", 8011: "unused", 8023: "unsupported"},
    "master": {8001: "applied", 8005: "applied", 8014: "applied", 8017: "applied", 8022: "not-needed"},
}  # fmt: skip


def _history(tree: Repository, commits: dict[str, str]) -> None:
    """master and its branches: every way in which a fix gets, or does not get, into a release."""
    files = {f"mill/{name}.c": body(name) for name in NAMES} | {"Config.mk": CONFIG}
    start = {"xen/Makefile": makefile("4.30", ".0"), "SUPPORT.md": support("4.30", *RELEASED["4.30"])}
    tree.commit("master", "mill: begin", files=files | start)
    tree.tag("RELEASE-4.30.0", "master")
    for name, version in (("stable-4.30", "4.30"), ("stable-4.31", "4.31"), ("stable-4.29", "4.29")):
        tree.branch(name, "master")
        tree.commit(
            name,
            f"mill: version {version}",
            files={"xen/Makefile": makefile(version, ".1-pre"), "SUPPORT.md": support(version, *RELEASED[version])},
        )
    unstable = support("4.32-unstable", "n/a", "TBD")
    tree.commit(
        "master",
        "mill: version 4.32-unstable",
        files={"xen/Makefile": makefile("4.32", "-unstable"), "SUPPORT.md": unstable},
    )

    def fix(key: str, subject: str, *edits: tuple[str, str, str], text: str | None = None) -> str:
        number = key.partition("-")[0]
        commits[key] = tree.commit("master", f"{subject}\n\n{text or f'This is XSA-{number}.'}", *edits)
        return commits[key]

    def pick(key: str, branch: str, subject: str, *edits: tuple[str, str, str], text: str | None = None) -> str:
        number = key.partition("-")[0]
        words = f"{text or f'This is XSA-{number}.'}\n\nmaster commit: {commits[key]}\nmaster date: 2025-03-01 10:00:00 +0000"
        commits[f"{key}@{branch}"] = tree.commit(branch, f"{subject}\n\n{words}", *edits)
        return commits[f"{key}@{branch}"]

    def both(
        key: str,
        subject: str,
        *edits: tuple[str, str, str],
        branches: Sequence[str] = ("stable-4.30",),
        text: str | None = None,
    ) -> None:
        fix(key, subject, *edits, text=text)
        for branch in branches:
            pick(key, branch, subject, *edits, text=text)

    both("8001", "axle: grease the fifth turn", at("axle", 5), branches=("stable-4.30", "stable-4.31"))
    both(
        "8002",
        "bolt: tighten what a mill's own weight has loosened in all of the years that nobody has looked at it",
        at("bolt", 9),
    )
    tree.commit(
        "stable-4.30",
        "cog: an older make",
        ("mill/cog.c", "wheel 19 times a day\n", "wheel 19 times a day, as of old\n"),
    )
    fix("8003", "cog: count the twentieth turn", at("cog", 20))
    pick(
        "8003",
        "stable-4.30",
        "cog: count the twentieth turn",
        at("cog", 20, "with care, the old way"),
        text="This is part of XSA-8003 / CVE-2025-80003.",
    )
    for part, line in ((1, 3), (2, 14), (3, 30)):
        fix(f"8004-{part}", f"dam: raise it, part {part}", at("dam", line))
    pick("8004-1", "stable-4.30", "dam: raise it, part 1", at("dam", 3))
    both("8005", "flume: shut the seventh gate", at("flume", 7))
    undone = tree.commit(
        "stable-4.30",
        f'Revert "flume: shut the seventh gate"\n\nThis reverts commit {commits["8005@stable-4.30"]}.',
        undo(at("flume", 7)),
    )
    commits["8005-revert"] = undone
    tree.tag("RELEASE-4.30.1", "stable-4.30")
    for part, line in ((2, 14), (3, 30)):
        pick(f"8004-{part}", "stable-4.30", f"dam: raise it, part {part}", at("dam", line))
    commits["8005-again"] = tree.commit(
        "stable-4.30", "flume: shut the seventh gate\n\nThis is XSA-8005.", at("flume", 7)
    )
    fix("8006", "gate: count the eleventh turn", at("gate", 11))
    tree.commit("stable-4.30", "gate: tidy\n\nSeen while XSA-8006 was looked into.", at("gate", 38, "tidily"))
    both("8007", "hopper: what only newer mills have", at("hopper", 2), branches=("stable-4.31",))
    for part, line in ((1, 4), (2, 25)):
        both(f"8012-{part}", f"jack: lift it, part {part}", at("jack", line))
    commits["8014"] = tree.commit(
        "master", "SUPPORT.md: the water wheel is not security supported\n\nThis is XSA-8014.",
        ("SUPPORT.md", "Status: Supported\n", "Status: Supported, not security supported\n"),
    )  # fmt: skip
    fix("8016", "key, lever: check both of them", at("key", 6), at("lever", 6))
    for name in ("key", "lever"):
        commits[f"8016-{name}"] = tree.commit(
            "stable-4.30", f"{name}: check it\n\nThis is part of XSA-8016.", at(name, 6)
        )
    both("8017", "mast: make it simpler", at("mast", 17), text="Nothing is said of any advisory.")
    fix("8018", "pin: three words at least", at("pin", 12), at("pin", 13), at("pin", 14))
    tree.commit("stable-4.30", "pin: three words at least", at("pin", 33, "otherwise"))
    both("8019", "rope: splice the ends of it", at("rope", 22), branches=("stable-4.30", "stable-4.31", "stable-4.29"))
    both("8021", "stone: dress the first of them", at("stone", 21))
    commits["8022"] = tree.commit(
        "stable-4.30", "sack: mend it\n\nThis is XSA-8022 (or XSA-8006 re-born).", at("sack", 1)
    )
    tree.branch("staging-4.30", "stable-4.30")
    fix("8015", "axle: stop the thirtieth turn", at("axle", 30))
    pick("8015", "staging-4.30", "axle: stop the thirtieth turn", at("axle", 30))


def _quilt(mail: str) -> str:
    """A patch as quilt has it: no header of a mail, no `diff --git`."""
    subject = "bolt: tighten what a mill's own weight has loosened in all of the years that nobody has looked at it"
    diff = mail[mail.index("diff --git") :].partition("\n-- \n")[0]
    return f"{subject}\n\n" + "".join(f"{x}\n" for x in diff.split("\n") if not x.startswith(("diff ", "index ")))


def _meta(
    number: int, recipes: Mapping[str, Mapping[str, Sequence[str]]], stable: str, prereqs: Sequence[int] | None = ()
) -> str:
    """A .meta: version -> tree -> patches."""
    inner = {
        version: {"Recipes": {tree: {"StableRef": stable, "Prereqs": None if prereqs is None else list(prereqs), "Patches": list(names)} for tree, names in trees.items()}}
        for version, trees in recipes.items()
    }  # fmt: skip
    trees = list(dict.fromkeys(tree for by_tree in recipes.values() for tree in by_tree))
    return (
        json.dumps({"XSA": number, "SupportedVersions": list(recipes), "Trees": trees, "Recipes": inner}, indent=2)
        + "\n"
    )


def _advisories(world: World, stable: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The files of the public directory, and the entries of its xsa.json."""

    def mail(key: str) -> str:
        return git(world.repo, "format-patch", "-1", "--stdout", world.commits[key]) + "\n"

    files = {
        "xsa8001.patch": mail("8001"), "xsa8002.patch": _quilt(mail("8002")), "xsa8003-4.30.patch": mail("8003").replace("\n", "\r\n"),
        **{f"xsa8004/xsa8004-{n}.patch": mail(f"8004-{n}").replace("[PATCH]", f"[PATCH v2 {n}/3]") for n in (1, 2, 3)},
        "xsa8005.patch": mail("8005"), "xsa8006.patch": mail("8006"), "xsa8007.patch": mail("8007"),
        "xsa8008-4.31.patch": mail("8007").replace("hopper", "chute"),
        "xsa8009-linux.patch": "Subject: [PATCH] drivers: nothing of the mill's\n\n--- a/drivers/y.c\n+++ b/drivers/y.c\n@@ -1 +1 @@\n-a\n+b\n",
        "xsa8012/xsa8012-4.28-01.patch": mail("8012-1"), "xsa8012/xsa8012-4.28-02.patch": mail("8012-2"),
        "xsa8013.patch": mail("8006").replace("gate", "ladder"), "xsa8014.patch": mail("8014"), "xsa8015.patch": mail("8015"),
        "xsa8016.patch": mail("8016"), "xsa8017.patch": mail("8017"), "xsa8018.patch": mail("8018"), "xsa8019.patch": mail("8019"),
        "xsa8020-qemuu.patch": mail("8001").replace("mill/axle.c", "hw/axle.c"), "xsa8021.patch": mail("8021"), "xsa8022.patch": mail("8022"),
        "xsa8023.patch": mail("8021"),
    }  # fmt: skip
    every = ("master", "4.31", "4.30")
    xen = {
        8001: (every, ["xsa8001.patch"]), 8002: (every, ["xsa8002.patch"]), 8003: (every, ["xsa8003-4.30.patch"]),
        8004: (every, ["xsa8004/xsa8004-?.patch"]), 8005: (every, ["xsa8005.patch"]), 8006: (every, ["xsa8006.patch"]),
        8008: (("master", "4.31"), ["xsa8008-4.31.patch"]), 8012: (every, ["xsa8012/xsa8012-4.28-??.patch"]), 8014: (every, ["xsa8014.patch"]),
        8015: (every, ["xsa8015.patch"]), 8016: (every, ["xsa8016.patch"]), 8017: (every, ["xsa8017.patch"]), 8018: (every, ["xsa8018.patch"]),
        8019: (("4.31", "4.30"), ["xsa8019.patch"]), 8022: (("4.30",), ["xsa8022.patch"]),
        8023: (("master",), ["xsa8023.patch"]),
    }  # fmt: skip
    for number, (versions, names) in xen.items():
        files[f"xsa{number}.meta"] = _meta(
            number, {v: {"xen": names} for v in versions}, stable, {8001: None, 8006: [8005]}.get(number, ())
        )
    files["xsa8007.meta"] = _meta(
        8007, {"master": {"xen": ["xsa8007.patch"]}, "4.31": {"xen": ["xsa8007.patch"]}, "4.30": {"xen": []}}, stable
    )
    files["xsa8009.meta"] = _meta(8009, {"master": {"linux": ["xsa8009-linux.patch"]}}, stable)
    files["xsa8020.meta"] = _meta(8020, {v: {"xen": [], "qemuu": ["xsa8020-qemuu.patch"]} for v in every}, stable)
    files["xsa8021.meta"] = _meta(
        8021, {"master": {"xen": ["xsa8021.patch"]}, "4.28": {"xen": ["xsa8021.patch"]}}, stable
    )
    entries: list[dict[str, Any]] = []
    for number in (n for n in range(8023, 8000, -1)):
        if number == 8010:
            entries.append({"xsa": 8010, "public_time": "2099-01-01 12:00"})
            continue
        day = "2025-06-30" if number == 8001 else f"2025-03-{number - 8000 + 5:02d}"
        title = "Unused Xen Security Advisory number" if number == 8011 else f"the mill's trouble {number}"
        entries.append(
            {
                "xsa": number,
                "title": title,
                "public_time": f"{day} 12:00",
                "version": 2,
                "cve": [f"CVE-2025-{number + 72000}"],
            }
        )
    return files, entries


def put(root: Path, name: str, text: str) -> None:
    """Write a file below a folder."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def build(folder: Path) -> World:
    """Make the world in an empty folder."""
    tree = Repository(folder / "xen.git")
    world = World(tree.path, folder / "public", folder / "private")
    _history(tree, world.commits)
    world.tips = dict(tree.tips)
    base = git(tree.path, "rev-parse", "RELEASE-4.30.0")
    files, entries = _advisories(world, base)
    for root in (world.public, world.private):
        for name, text in files.items():
            put(root, name, text)
    put(world.public, "xsa.json", json.dumps([{"xsas": entries}], indent=1) + "\n")
    rows = []
    for entry in entries:
        number = entry["xsa"]
        title = entry.get("title", "(Prereleased, but embargoed)")
        link = f"<a href=advisory-{number}.html>XSA-{number}</a>" if "title" in entry else f"XSA-{number}"
        rows.append(
            f"<tr><td>{link}<td>{entry['public_time']}<td>{entry.get('version', '')}<td>{' '.join(entry.get('cve', []))}<td>{title}"
        )
        if "title" in entry:
            mine = [name for name in files if name.startswith(f"xsa{number}")]
            items = "".join(f'<li><a href="{name}">{name}</a>' for name in mine)
            put(
                world.public,
                f"advisory-{number}.html",
                f"<html><pre>Advisory {number}\n  version 2\n</pre><ul>{items}</ul></html>\n",
            )
            for root in (world.public, world.private):
                put(root, f"advisory-{number}.txt", f"Advisory of the mill {number}\n        version 2\n")
    head = "<tr><th>Advisory<th>Public release<th>Version<th>CVE(s)<th>Title"
    put(world.public, "index.html", f"<html><table>{head}\n" + "\n".join(rows) + "</table></html>\n")
    put(world.private, "xsa8010.patch", files["xsa8006.patch"].replace("gate", "secret"))
    put(world.private, "xsa8010.meta", _meta(8010, {"4.30": {"xen": ["xsa8010.patch"]}}, base))
    put(
        world.private,
        "xsa8012/xsa8012-4.28-02.patch",
        files["xsa8012/xsa8012-4.28-02.patch"]
        .replace("with care", "with more care")
        .replace("jack: lift it", "jack: lift it higher"),
    )
    put(world.private, "xsa8005.meta", files["xsa8005.meta"].replace('"Prereqs": []', '"Prereqs": [8001]'))
    put(world.private, "global.meta", '{"SupportedVersions": ["4.30"]}\n')
    return world

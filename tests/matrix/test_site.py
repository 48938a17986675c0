"""The static site: its files, their links, data of its schemas, the feed, what a second run leaves alone, hostile names."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator

from convert.cli import main
from convert.matrix.html import schema
from convert.matrix.site.model import slug
from tests.helpers.repositories import Commit, build, git
from tests.matrix.browsing import MISSING, opened, started, violations
from tests.matrix.making import makefile, support

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

TODAY = ["--today", "2025-06-01"]
BASE = "https://example.org/support"
ATOM = "{http://www.w3.org/2005/Atom}"
XEN = os.environ.get("XEN_GIT", "")
LOADER = "### Boot loader\n\nWhat starts a guest.\n\n    Status: {}\n\nMind the image.\n"
HOTPLUG = "### {} CPU Hotplug\n\n    Status, x86: {}\n"
HOSTILE = '### Evil <b> ../../evil\n\n    Status, "><script>alert(1)</script>: Supported\n\nWords & "quotes".\n'


def files(version: str, *features: str, ended: bool = False) -> dict[str, str | None]:
    ends = ("2020-06-01", "2021-01-01") if ended else ("2030-01-01", "2032-01-01")
    text = support(version, "## Guests\n\n" + "\n".join(features), *ends)
    return {"SUPPORT.md": text, "xen/Makefile": makefile(version)}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases, one of them ended, and the unstable tree; a change that is an advisory; a rename."""
    path = build(
        tmp_path_factory.mktemp("site") / "repo",
        [
            Commit("begin", files("4.9", LOADER.format("Supported"), HOTPLUG.format("Physical", "Supported"), ended=True), "stable-4.9"),
            Commit("4.10", files("4.10", LOADER.format("Supported"), HOTPLUG.format("Physical", "Supported")), "stable-4.10"),
            Commit("boot loader: unsafe\n\nThis is XSA-12.\n", files("4.10", LOADER.format("Experimental"), HOTPLUG.format("Physical", "Supported")), "stable-4.10"),
            Commit("unstable", files("4.99-unstable", LOADER.format("Experimental"), HOTPLUG.format("ACPI", "Experimental"), HOSTILE), "master"),
        ],
    )  # fmt: skip
    text = (path / "SUPPORT.md").read_text().replace("Supported-Until: 2030-01-01", "Supported-Until: TBD")
    (path / "SUPPORT.md").write_text(text.replace("2032-01-01", "TBD"))
    git(path, "commit", "-q", "-a", "-m", "no dates yet", minute=30)
    git(path, "tag", "RELEASE-4.10.0", "stable-4.10")
    git(path, "tag", "RELEASE-4.10.2", "stable-4.10")
    return path


def make(repo: Path, folder: Path, *options: str) -> dict[str, bytes]:
    assert main(["matrix", "--repo", str(repo), "--site", str(folder), *(options or TODAY)]) == 0
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Links(HTMLParser):
    """Addresses, ids, and everything that would load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.bad += [tag] if tag in ("script", "img", "iframe", "object", "embed", "audio", "video", "form") else []
        self.bad += [f"{tag} {name}" for name in values if name.startswith("on") or name in ("src", "style", "srcset")]
        self.bad += [values["href"]] if tag == "link" and values.get("rel") not in ("icon", "canonical") else []


def broken(site: dict[str, bytes]) -> list[str]:
    """The links that lead to no file of the site, or to no id of it."""
    pages = {name: Links(data.decode()) for name, data in site.items() if name.endswith(".html")}
    found = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"https?:", link):
                continue
            path, _, fragment = link.partition("#")
            target = os.path.normpath(str(Path(name).parent / unquote(path))) if path else name
            if target not in site or (fragment and target in pages and unquote(fragment) not in pages[target].ids):
                found.append(f"{name}: {link}")
    return found


def test_all_pages_and_their_data_are_there_and_every_link_leads_somewhere(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site")
    evil = next(path.stem for path in (tmp_path / "site" / "feature").glob("*evil*.html"))
    assert {name for name in site if name.endswith(".html")} == {
        "index.html", "matrix.html", "policy.html", "tree/unstable.html", "tree/4.10.html", "tree/4.9.html",
        "feature/boot-loader.html", "feature/acpi-cpu-hotplug.html", "feature/physical-cpu-hotplug.html", f"feature/{evil}.html",
    }  # fmt: skip
    assert broken(site) == []
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    for name, data in site.items():
        if name.endswith(".html") and name not in ("matrix.html", "policy.html"):
            assert Links(data.decode()).bad == [], name
            assert b"default-src 'none'; style-src 'sha256-" in data and b"http-equiv" in data
    assert b"is now at" in site["feature/physical-cpu-hotplug.html"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("index.json", "site"), ("matrix.json", "matrix"), ("tree/4.10.json", "tree"), ("feature/boot-loader.json", "feature"), ("endoflife.json", "endoflife")],
)  # fmt: skip
def test_data_are_of_their_schemas_which_lie_beside_them(repo: Path, tmp_path: Path, name: str, kind: str) -> None:
    site = make(repo, tmp_path / "site")
    shown = json.loads(site[f"schema/{kind}-1.json"])
    assert shown == json.loads(schema(kind))
    Draft202012Validator.check_schema(shown)
    value = json.loads(site[name])
    assert list(Draft202012Validator(shown).iter_errors(value)) == []
    wrong = [*value, 1] if isinstance(value, list) else {**value, "more": 1}
    assert list(Draft202012Validator(shown).iter_errors(wrong)) != []


def test_a_feature_has_its_row_in_all_trees_its_caveats_and_its_history(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site")
    text = site["feature/boot-loader.html"].decode()
    assert "4.9: Supported (security supported); 4.10 to unstable: Experimental (not security supported)" in text
    assert "was security supported, ended 2021-01-01" in text and "Mind the image." in text
    assert 'is <a href="https://xenbits.xenproject.org/xsa/advisory-12.html">XSA-12</a>' in text
    assert "boot-loader: Supported -&gt; Experimental (security-lost)" in text
    assert (
        ', changed by <a href="https://xenbits.xenproject.org/xsa/advisory-12.html">XSA-12</a></p>'
        in site["matrix.html"].decode()
    )
    value = json.loads(site["feature/boot-loader.json"])
    assert [(c["subject"], c["xsas"], c["trees"]) for c in value["commits"]] == [
        ("boot loader: unsafe", ["XSA-12"], ["unstable", "4.10"]), ("begin", [], ["unstable", "4.10", "4.9"]),
    ]  # fmt: skip
    assert [tree["caveats"] for tree in value["trees"]] == ["Mind the image."] * 3
    assert text.count("<svg") == 1 and 'role="img" aria-label="4.9: Supported' in text


def test_the_boxes_of_a_feature_lie_side_by_side_with_their_signs_in_the_middle(repo: Path, tmp_path: Path) -> None:
    text = make(repo, tmp_path / "site")["feature/boot-loader.html"].decode()
    picture = ET.fromstring(re.findall(r"<svg.*?</svg>", text)[0])
    boxes = [(int(box.attrib["x"]), int(box.attrib["width"])) for box in picture.iter("rect")]
    words = [(int(word.attrib["x"]), word.text) for word in picture.iter("text")]
    middles = [x + width // 2 for x, width in boxes]
    assert [word for _, word in words[1::2]] == ["4.9", "4.10", "unstable"]
    assert [x for x, _ in words[::2]] == [x for x, _ in words[1::2]] == middles
    assert all(x + width < after for (x, width), (after, _) in pairwise(boxes))
    assert sum(boxes[-1]) <= int(picture.attrib["width"])
    assert picture.attrib["viewBox"] == f"0 0 {picture.attrib['width']} {picture.attrib['height']}"


def test_a_tree_says_what_it_supports_and_until_when(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site")
    text = site["tree/4.10.html"].decode()
    assert "Supported until 2030-01-01, security support until 2032-01-01." in text
    assert (
        text.index("With security support")
        < text.index("ACPI CPU Hotplug")
        < text.index("<h2>Without")
        < text.index("Boot loader")
    )
    assert "nothing of it holds any more" in site["tree/4.9.html"].decode()
    assert "once it is released" in site["tree/unstable.html"].decode()
    rows = json.loads(site["tree/4.9.json"])["rows"]
    assert [(r["id"], r["security"], r["effective"]) for r in rows] == [
        ("boot-loader", "yes", "no"), ("acpi-cpu-hotplug--x86", "yes", "no"),
    ]  # fmt: skip


def test_the_index_counts_and_the_dates_have_endoflifes_fields(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site")
    trees = {tree["name"]: tree for tree in json.loads(site["index.json"])["trees"]}
    assert trees["4.10"]["statuses"] == {"yes": 1, "conditions": 0, "external": 0, "no": 1}
    assert trees["4.10"]["support"] == "supported" and trees["4.9"]["page"] == "tree/4.9.html"
    assert '<th scope="row">4.10</th><td>1</td><td>0</td><td>0</td><td>1</td>' in site["index.html"].decode()
    day = git(repo, "log", "-1", "--format=%cs", "stable-4.10")
    assert json.loads(site["endoflife.json"]) == [
        {
            "cycle": "4.10", "releaseDate": "2020-01-01", "support": "2030-01-01", "eol": "2032-01-01", "latest": "4.10.2",
            "latestReleaseDate": day, "link": "https://wiki.xenproject.org/wiki/Xen_4.10", "lts": False,
        },
        {
            "cycle": "4.9", "releaseDate": "2020-01-01", "support": "2020-06-01", "eol": "2021-01-01", "latest": None,
            "latestReleaseDate": None, "link": "https://wiki.xenproject.org/wiki/Xen_4.9", "lts": False,
        },
    ]  # fmt: skip


def entries(data: bytes) -> list[dict[str, str]]:
    feed = ET.fromstring(data)
    assert feed.tag == f"{ATOM}feed"
    out = []
    for entry in feed.findall(f"{ATOM}entry"):
        link = entry.find(f"{ATOM}link")
        assert link is not None
        found = {name: entry.findtext(f"{ATOM}{name}") or "" for name in ("id", "title", "updated", "content")}
        out.append(found | {"href": link.get("href") or ""})
    return out


def test_the_feed_tells_what_changed_in_security_support(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site", *TODAY, "--site-url", BASE)
    found = entries(site["changes.atom"])
    lost = next(entry for entry in found if entry["title"] == "boot loader: unsafe (XSA-12)")
    assert (
        "Guests / Boot loader: less security support: not security supported, was security supported" in lost["content"]
    )
    assert "In unstable, 4.10; commit " in lost["content"] and lost["href"] == f"{BASE}/feature/boot-loader.html"
    ended = next(entry for entry in found if "ended" in entry["title"])
    assert (ended["title"], ended["updated"]) == (
        "Security support of Xen 4.9 ended on 2021-01-01",
        "2021-01-01T00:00:00Z",
    )
    days = [entry["updated"] for entry in found]
    assert days == sorted(days, reverse=True) and len({entry["id"] for entry in found}) == len(found)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry["id"]) for entry in found)
    assert ET.fromstring(site["changes.atom"]).findtext(f"{ATOM}updated") == days[0]


def test_the_policys_fragment_has_permanent_links_of_what_is_supported(repo: Path, tmp_path: Path) -> None:
    site = make(repo, tmp_path / "site", *TODAY, "--site-url", f"{BASE}/")
    text = site["policy.html"].decode()
    assert text.startswith("<table>") and "<html" not in text
    assert re.findall(r'href="([^"]*)"', text) == [f"{BASE}/tree/4.10.html", f"{BASE}/matrix.html"]
    assert f'<link rel="canonical" href="{BASE}/tree/4.10.html">' in site["tree/4.10.html"].decode()


def test_unchanged_pages_keep_their_bytes_and_are_not_written_again(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    first = make(repo, folder)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert make(repo, folder) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == times
    assert f"{len(first) - 1} files, 0 of them new or changed" in capsys.readouterr().err
    tomorrow = make(repo, folder, "--today", "2025-06-02")
    assert {name for name in first if first[name] != tomorrow[name]} == {
        "index.html",
        "index.json",
        "matrix.html",
        "matrix.json",
    }
    later = make(repo, folder, "--today", "2032-01-02")  # 4.10 has ended: that is on all its pages
    assert (
        "tree/4.10.html" in {name for name in first if first[name] != later[name]}
        and later["tree/4.9.html"] == first["tree/4.9.html"]
    )


def test_what_others_put_there_is_left_alone_and_what_is_no_longer_made_is_kept_and_said(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "robots.txt").write_text("mine")
    make(repo, folder)
    capsys.readouterr()
    assert main(["matrix", "4.9", "--repo", str(repo), "--site", str(folder), *TODAY]) == 0
    assert "kept, but no longer made:" in capsys.readouterr().err
    assert (folder / "robots.txt").read_text() == "mine" and (folder / "tree" / "4.10.html").exists()
    (folder / "files.json").write_text('{"files": ["../repo/SUPPORT.md", 7, "/etc/passwd"]}')
    assert main(["matrix", "--repo", str(repo), "--site", str(folder), *TODAY]) == 0
    assert "no longer made" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--site", "{}", "-o", "x.html"], "leave out -o"),
        (["--site", "{}", "--format", "json"], "leave out -o"),
        (["--site-url", BASE], "needs --site"),
        (["--site", "{}", "--site-url", "javascript:alert(1)"], "not an address"),
        (["--site", "{}", "--site-url", 'https://a/"><script>'], "not an address"),
        (["--site", "{}/file"], "not a folder"),
        (["--site", "{}/file/x"], "Not a directory"),
    ],
)
def test_what_does_not_go_together_is_refused(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["matrix", "--repo", str(repo), *(option.format(tmp_path) for option in options)]) == 2
    captured = capsys.readouterr()
    assert words in captured.err and len(captured.err.splitlines()) == 1


def test_trees_without_commits_make_a_site_without_history(tmp_path: Path) -> None:
    for name, content in files("4.10", LOADER.format("Supported")).items():
        (tmp_path / "xen" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "xen" / name).write_text(content or "")
    assert main(["matrix", str(tmp_path / "xen"), "--site", str(tmp_path / "site"), *TODAY]) == 0
    assert "the trees have no commits here" in (tmp_path / "site" / "feature" / "boot-loader.html").read_text()


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", ".", "..", "CON", "É", "a" * 300, "x\0y", "\udce9", "-x", "a..b", 'x"y', "x y"]
)
def test_a_name_as_a_file_is_plain_and_different_names_are_different_files(name: str) -> None:
    found = slug(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._~-]{0,99}", found) and ".." not in found
    assert found != slug(f"{name}!") and slug("x86nested-hvm~2") == "x86nested-hvm~2"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=MISSING or "chromium is here")
def test_pages_are_clean_in_a_browser_and_to_axe(repo: Path, tmp_path: Path, browser: Browser) -> None:
    make(repo, tmp_path / "site")
    for name in (
        "index",
        "tree/4.10",
        "tree/4.9",
        "feature/boot-loader",
        "feature/acpi-cpu-hotplug",
        next(f"feature/{path.stem}" for path in (tmp_path / "site" / "feature").glob("*evil*.html")),
    ):
        for width, scheme in ((1400, "light"), (900, "dark"), (400, "dark"), (320, "light")):
            file = tmp_path / "site" / f"{name}.html"
            with opened(browser, file, viewport={"width": width, "height": 900}, color_scheme=scheme) as it:
                assert it.page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                assert violations(it.page) == [] and it.faults == [], (name, width)


@pytest.mark.slow
@pytest.mark.skipif(not XEN, reason="XEN_GIT names no xen.git")
def test_the_site_of_the_real_xen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "site"
    assert main(["matrix", "--repo", XEN, "--site", str(folder), "--exit-zero"]) == 0
    site = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert broken(site) == [] and len(site) > 300
    page = site["feature/pygrub.html"].decode()
    assert "XSA-508" in page and "picked: 4.22" in page
    assert any("XSA-508" in entry["title"] for entry in entries(site["changes.atom"]))
    for name in ("feature/pygrub", "tree/4.20", "index", "matrix"):
        kind = name.partition("/")[0].replace("index", "site")
        assert list(Draft202012Validator(json.loads(schema(kind))).iter_errors(json.loads(site[f"{name}.json"]))) == []


@pytest.mark.slow
@pytest.mark.skipif(not XEN, reason="XEN_GIT names no xen.git")
def test_the_page_of_the_real_xen_weighs_half_of_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """944,142 bytes and 17,913 elements for 14 trees, at the commit before this was asked for."""
    trees = ["master", *(f"stable-4.{n}" for n in range(10, 23))]
    assert (
        main(["matrix", *trees, "--repo", XEN, "-o", str(tmp_path / "m.html"), "--exit-zero", "--today", "2026-11-26"])
        == 0
    )
    text = (tmp_path / "m.html").read_text()
    assert len(text.encode()) <= 944_142 / 2 and len(re.findall(r"<[a-z]", text)) <= 17_913 / 2


def test_files_need_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    for name, version in (("a", "4.20"), ("b", "4.21")):
        (tmp_path / name).write_text(str(files(version, LOADER.format("Supported"))["SUPPORT.md"]))
    assert main(["matrix", "a", "b", "--site", "site", *TODAY]) == 0
    assert (tmp_path / "site" / "index.html").is_file() and list((tmp_path / "site" / "feature").iterdir())

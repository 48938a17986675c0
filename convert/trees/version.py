"""The version of a tree: what its xen/Makefile and the names of its branches say, text in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from grammar.named import NamedTuple

FILE = "SUPPORT.md"
MAKEFILE = "xen/Makefile"
MAX_MAKEFILE = 1 << 20  # bytes; Xen's has a few thousand
PRIVATE = "refs/xen-support"  # what the tool keeps of a tree, beside its branches
UNSTABLE = ("master", "staging")  # the branches of the unstable tree, the one that people read first
UNSTABLE_NAMES = ("master", "unstable", "xen-unstable", "staging")  # what workbooks call it, likeliest first
# compiled by `re` when they are asked for, which most commands never do
_STABLE = r"stable-([0-9]{1,6}\.[0-9]{1,6})"
_BRANCHED = r"(?:staging-|stable-)?([0-9]{1,6}\.[0-9]{1,6})"
_LINE = r"(?m)^(?:export[ \t]+)?XEN_(VERSION|SUBVERSION|EXTRAVERSION)[ \t]*[?:]{0,2}=[ \t]*([^\s#]*)"


class Makefile(NamedTuple):
    """What a xen/Makefile says: `number` as `4.20`; `extra` as `-unstable`, `.0-rc`, `.2`, without make's variables."""

    number: str
    extra: str

    @property
    def numbers(self) -> tuple[int, int]:
        """The number as two integers, to be compared."""
        return version(self.number)


def read_makefile(text: str | bytes | None) -> Makefile | None:
    """The version in the text of a xen/Makefile; None where it does not say one.

    Source: xen.git's xen/Makefile, `export XEN_VERSION = 4`; the first assignment of a name counts, as `?=` has it.
    """
    if isinstance(text, bytes):
        text = text[:MAX_MAKEFILE].decode(errors="replace")
    if not text:
        return None
    found: dict[str, str] = {}
    for key, value in re.findall(_LINE, text):
        found.setdefault(key, value)
    numbers = found.get("VERSION", ""), found.get("SUBVERSION", "")
    if not all(re.fullmatch("[0-9]{1,6}", number) for number in numbers):
        return None
    return Makefile(f"{int(numbers[0])}.{int(numbers[1])}", found.get("EXTRAVERSION", "").partition("$")[0])


def version(text: str) -> tuple[int, int]:
    """The first two numbers of a version, a branch's name or the like; (0, 0) without any."""
    found = re.search(r"([0-9]{1,6})\.([0-9]{1,6})", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def version_of(values: Sequence[str], makefile: str | None) -> tuple[int, int]:
    """The version of a tree: what its xen/Makefile says, else its Xen-Version field (`values`); (0, 0) without
    either.
    """
    made = read_makefile(makefile)
    if made is not None:
        return made.numbers
    return version(values[0]) if values else (0, 0)


def stable_version(branch: str) -> str | None:
    """`4.20` of the branch stable-4.20; None for any other branch, `wip/stable-4.20` too."""
    found = re.fullmatch(_STABLE, branch)
    return found[1] if found else None


def is_release_branch(branch: str) -> bool:
    """Whether a branch is one of the release trees or the unstable one: master, staging, stable-X.Y."""
    return branch in UNSTABLE or stable_version(branch) is not None


def tree_name(branch: str) -> str:
    """What people call the tree of a branch: `unstable`, `4.20`, or the branch's own name."""
    return stable_version(branch) or ("unstable" if branch in UNSTABLE else branch)


def is_unstable(tree: str) -> bool:
    """Whether a tree's name means the unstable tree."""
    return tree in UNSTABLE_NAMES


def branched_version(tree: str) -> str | None:
    """`4.20` of a tree called 4.20, stable-4.20 or staging-4.20; None for any other name."""
    found = re.fullmatch(_BRANCHED, tree)
    return found[1] if found else None


def private_ref(tree: str, what: str) -> str:
    """The ref in which the tool keeps something of a tree: `base`, `series`, `posted/v1`, `release`."""
    return f"{PRIVATE}/{tree}/{what}"


def freeze(makefile: str | None, release: str) -> str | None:
    """Why `for-RELEASE` is not for a tree's patches; None while that release is in freeze there.

    Source: xen/Makefile, whose XEN_EXTRAVERSION says -rc from branching-off's freeze to the release.
    """
    made = read_makefile(makefile)
    number, extra = (made.number, made.extra) if made else ("?.?", "")
    if number == release and re.match(r"[.0-9]*-rc", extra):
        return None
    return f"for-{release} is for patches while {release} is in freeze; xen/Makefile says {number}{extra}"


Form = Literal["unstable", "candidate", "release", "pre"]
_FORMS: tuple[tuple[str, Form], ...] = (
    (r"(?:\.0)?-unstable", "unstable"), (r"(?:\.0)?-rc[0-9]{0,3}", "candidate"), (r"\.[0-9]{1,3}", "release"),
    (r"\.[0-9]{1,3}-pre|\.[1-9][0-9]{0,2}-rc[0-9]{0,3}", "pre"),
)  # fmt: skip
_TAG = r"RELEASE-([0-9]{1,6}\.[0-9]{1,6})\.([0-9]{1,3})|([0-9]{1,6}\.[0-9]{1,6})(?:\.([0-9]{1,3}))?-rc([0-9]{1,3})"


def form_of(extra: str) -> Form | None:
    """What an XEN_EXTRAVERSION makes of a tree; None where it is of no form (`0-rc`, `-unstable-rc`, empty).

    Source: docs/process/release-technician-checklist.txt of xen.git, and what its trees have had: `-rc`, `.0-rc3`.
    """
    return next((form for pattern, form in _FORMS if re.fullmatch(pattern, extra)), None)


class Tag(NamedTuple):
    """What the name of a release's tag says: `number` as `4.20`, `point` the Z of X.Y.Z, `candidate` the N of -rcN
    or None.
    """

    number: str
    point: int
    candidate: int | None = None

    @property
    def form(self) -> Form:
        """What the Makefile of such a tag makes of the tree."""
        return "release" if self.candidate is None else "candidate" if self.point == 0 else "pre"


def read_tag(name: str) -> Tag | None:
    """The tag RELEASE-X.Y.Z or X.Y.Z-rcN (once X.Y-rcN, 4.12-rc2) that a name is; None for any other."""
    found = re.fullmatch(_TAG, name)
    if found is None:
        return None
    return Tag(found[1], int(found[2])) if found[1] else Tag(found[3], int(found[4] or 0), int(found[5]))

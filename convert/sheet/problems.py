"""What is said about a workbook: one function a problem; its docstring is the explanation that people read.

Each returns the words; `@problem` gives the function its code, name and severity and makes it build the Diagnostic.
The Bad and Good of a docstring are small workbooks in the notation of `tests/sheet/builders.py`; a tab that is not
shown is as in the other examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grammar.diagnostic import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue."""

    code: str
    name: str
    severity: Severity
    words: Callable[..., str]

    def __call__(self, place: str | None, trees: Iterable[str], *args: object) -> Diagnostic:
        """The diagnostic at a cell or tab; `trees` are those it touches (none: all); `args` go into its words."""
        return Diagnostic(
            self.code, self.name, self.severity, self.words(*args), place=place, trees=tuple(dict.fromkeys(trees))
        )

    @property
    def doc(self) -> str:
        """The explanation: reason, Bad, Good."""
        return self.words.__doc__ or ""


CATALOGUE: dict[str, Problem] = {}


def problem(code: str, name: str, severity: Severity) -> Callable[[Callable[..., str]], Problem]:
    """Enter a function into the catalogue."""

    def enter(words: Callable[..., str]) -> Problem:
        if code in CATALOGUE or any(p.name == name for p in CATALOGUE.values()):
            raise ValueError(f"{code} {name}: twice in the catalogue")
        CATALOGUE[code] = Problem(code, name, severity, words)
        return CATALOGUE[code]

    return enter


def quote(text: str, most: int = 60) -> str:
    """A cell's text for a message: on one line, cut where it is long, in quotes."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= most else line[: most - 3] + "..."}"'


def _listed(words: Sequence[str], empty: str = "none") -> str:
    return ", ".join(quote(word, 40) for word in words[:30]) or empty


# ---- statuses ---------------------------------------------------------------------------------------------------
@problem("XS801", "unknown-status", "error")
def unknown_status(value: str, near: str | None) -> str:
    """A status that is neither a label, nor one of its other spellings, nor a limit or condition that people know.

    A status decides who gets an XSA, so it is never guessed.  `--keep-unknown` writes unknown ones as they stand.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Suported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    hint = f'did you mean "{near}"?' if near else "use a label, or add it to the layout's synonyms"
    return f"unknown status {quote(value)}; {hint}"


@problem("XS802", "kept-status", "warning")
def kept_status(value: str, near: str | None) -> str:
    """An unknown status that `--keep-unknown` writes as it stands.

    What it means for security support is then for the reader to guess.

    Bad: --keep-unknown
        Features
        Section | Feature | 4.20
        Tools | xl | Suported

    Good: --keep-unknown
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"unknown status {quote(value)} is kept as it stands" + (f'; did you mean "{near}"?' if near else "")


@problem("XS803", "status-line-break", "error")
def status_line_break(value: str) -> str:
    r"""A status of several lines.  In the file a status is one line; put what is more into Caveats.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported\nexcept on Mondays

    Good:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported, with caveats | Not on Mondays.
    """
    return f"the status {quote(value)} has a line break; keep the label here and put the rest into Caveats"


@problem("XS804", "security-contradiction", "error")
def security_contradiction(security: str, value: str) -> str:
    """The Security column says one thing and the status another.

    Bad:
        Features
        Section | Feature | 4.20 | Security
        Tools | xl | Experimental | yes

    Good:
        Features
        Section | Feature | 4.20 | Security
        Tools | xl | Supported | yes
    """
    return f"Security {quote(security)} contradicts the status {quote(value)}; correct one of the two"


@problem("XS805", "unknown-security", "error")
def unknown_security(value: str) -> str:
    """The Security column knows yes, no and external.

    Bad:
        Features
        Section | Feature | 4.20 | Security
        Tools | xl | Supported | sometimes

    Good:
        Features
        Section | Feature | 4.20 | Security
        Tools | xl | Supported | external
    """
    return f"unknown Security value {quote(value)}; use yes, no or external"


@problem("XS806", "unreadable-cell", "error")
def unreadable_cell(why: str) -> str:
    """A cell without a value that can be read: a formula that was never calculated, or one that failed.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | !#REF!

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"there is no value to read ({why}); type the value in, or open and save the workbook in a spreadsheet program"
    )


@problem("XS807", "other-variant-line", "error")
def other_variant_line(line: str) -> str:
    """A line of an "Other variants" cell is `variant: status`; this one is not.

    Bad: layout
        [features.columns]
        other_variants = ["Other"]
        ---
        Features
        Section | Feature | 4.20 | Other
        Tools | xl | Supported | x86 Supported

    Good: layout
        [features.columns]
        other_variants = ["Other"]
        ---
        Features
        Section | Feature | 4.20 | Other
        Tools | xl | Supported | x86: Supported
    """
    return f"the line {quote(line)} is not `variant: status`"


# ---- variants and headings --------------------------------------------------------------------------------------
@problem("XS811", "bad-variant", "error")
def bad_variant(variant: str, what: str) -> str:
    """A variant becomes the text between `Status,` and `:`, so it has no colon and no line break.

    Bad:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | x86: PV | Supported

    Good:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | x86 PV | Supported
    """
    return f"the variant {quote(variant)} has a {what}; write it without"


@problem("XS812", "equal-keys", "error")
def equal_keys(this: str, other: str, where: str) -> str:
    """Two rows of one feature that Xen's tools cannot tell apart: of equal keys only the last status survives.

    A key is lower case, blanks are dashes, and all but letters, digits and dashes is dropped.

    Bad:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | x86 HVM | Supported
        | | x86 hvm | Experimental

    Good:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | x86 HVM | Supported
        | | x86 PV | Experimental
    """
    return f"{this} and {other} of {where} have equal keys; rename or remove one"


@problem("XS813", "no-section", "error")
def no_section() -> str:
    """A row above the first section: nobody can say where it belongs.

    Bad:
        Features
        Section | Feature | 4.20
        | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return "there is no Section in this row or above it; name one"


@problem("XS814", "heading-only", "warning")
def heading_only(name: str) -> str:
    """A feature without status, text or open question: the files get its heading with nothing below.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl |

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"{quote(name)} has no status in any tree and no text; its bare heading is written, remove the row if not meant"
    )


@problem("XS815", "prose-of-unlisted-row", "info")
def prose_of_unlisted_row(role: str, trees: Sequence[str]) -> str:
    """The text of a variant's row is the feature's: it is written in every tree that has the feature.

    Where the variant itself is not listed in a tree that may be too much.  `-` in the column for that tree leaves it
    out.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.17 | 4.17
        Features
        Section | Feature | Variant | 4.20 | 4.17 | Caveats
        Tools | xl | x86 | Supported | Supported |
        | | Arm | Supported | | Slow on Arm.

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.17 | 4.17
        Features
        Section | Feature | Variant | 4.20 | 4.17 | Caveats | Caveats (4.17)
        Tools | xl | x86 | Supported | Supported | |
        | | Arm | Supported | | Slow on Arm. | -
    """
    return (
        f"this text stands in a row that is not listed in {', '.join(trees)}, and is written there; "
        f'put "-" into {role.capitalize()} (TREE) to leave it out'
    )


@problem("XS816", "dropped-link", "warning")
def dropped_link(url: str) -> str:
    """A link that a text file cannot have: to a place in the workbook or on somebody's disk, or with blanks in it.

    Its words are kept.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | [See there](#Notes!A1)

    Good:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | [See there](https://xenbits.xen.org/xsa/)
    """
    return f"the link to {quote(url)} is left out, its words are kept; use an http, https or mailto address"


# ---- columns and tabs -------------------------------------------------------------------------------------------
@problem("XS821", "missing-tab", "error")
def missing_tab(role: str, looked: Sequence[str], found: Sequence[str]) -> str:
    """There is no tab for a part that is needed, neither by its title nor by its headings.

    Bad:
        Funny features
        Section | Thing
        Tools | xl

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"no tab for the {role}; looked for one called {_listed(looked)}, found {_listed(found)}; "
        "rename the tab or name it in a layout file"
    )


@problem("XS822", "missing-column", "error")
def missing_column(role: str, looked: Sequence[str], found: Sequence[str]) -> str:
    """A column that is needed is not there.

    Bad:
        Features
        Section | Thing | 4.20
        Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"no column for the {role.replace('_', ' ')}; looked for {_listed(looked)}, the headings found are "
        f"{_listed(found)}; rename the column or name it in a layout file"
    )


@problem("XS823", "missing-tree-column", "error")
def missing_tree_column(tree: str, found: Sequence[str]) -> str:
    """A tree has no column of statuses, so its file would be empty.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.19 | 4.19
        Features
        Section | Feature | 4.20
        Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"no column is headed {quote(tree)}; the headings found are {_listed(found)}"


@problem("XS824", "two-columns", "error")
def two_columns(role: str, first: str, second: str) -> str:
    """Two columns for one role: nobody can say which of them counts.

    Bad:
        Features
        Section | Feature | Item | 4.20
        Tools | xl | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"the columns {quote(first)} and {quote(second)} are both for {role.replace('_', ' ')}; rename or remove one"


@problem("XS825", "unclaimed-column", "info")
def unclaimed_column(heading: str) -> str:
    """A column that no role claims.  It is never published.

    Bad:
        Features
        Section | Feature | 4.20 | Priority
        Tools | xl | Supported | high

    Good:
        Features
        Section | Feature | 4.20 | Notes
        Tools | xl | Supported | high priority
    """
    return (
        f"the column {quote(heading)} has no role and is not published"
        if heading
        else "a column without heading is not read"
    )


@problem("XS826", "override-of-no-tree", "warning")
def override_of_no_tree(heading: str, name: str, near: str | None) -> str:
    """A heading such as `Caveats (4.2)` names a tree that there is not, so nobody gets its text.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats (4.2)
        Tools | xl | Supported | Slow.

    Good:
        Features
        Section | Feature | 4.20 | Caveats (4.20)
        Tools | xl | Supported | Slow.
    """
    hint = f'; did you mean "{near}"?' if near else ""
    return f"{quote(heading)} names {quote(name)}, which is no tree{hint}"


@problem("XS827", "unclaimed-tab", "info")
def unclaimed_tab(title: str) -> str:
    """A tab that no role claims.  It is never published; a layout file can list it under `ignore`.

    Bad:
        Minutes
        Who | What
        Ian | left

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"the tab {quote(title)} has no role and is not read"


@problem("XS828", "number-for-version", "error")
def number_for_version(text: str) -> str:
    """A version stored as a number: 4.1 and 4.10 are one number and two versions.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | #4.2

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{text} is stored as a number; {text} or {text}0? make it text"


@problem("XS829", "hidden", "info")
def hidden(what: str) -> str:
    """Hidden rows, columns and tabs are read like others.

    Bad:
        Features
        Section | Feature | 4.20
        (hidden) Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"hidden, but read like the rest: {what}"


# ---- struck text ------------------------------------------------------------------------------------------------
@problem("XS831", "struck", "info")
def struck(text: str) -> str:
    """Wholly struck text reads as blank.

    Bad:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | | Supported
        | | x86 | ~~Supported~~

    Good:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl | | Supported
        | | x86 | Supported
    """
    return f"{quote(text)} is struck out and read as blank"


@problem("XS832", "partly-struck", "warning")
def partly_struck(gone: str, left: str) -> str:
    """Where a part is struck out, what is left counts.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported~~, with caveats~~

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"{quote(gone)} is struck out; read is {quote(left)}"


@problem("XS833", "withdrawn", "warning")
def withdrawn(what: str, name: str) -> str:
    """A struck name withdraws its rows: of a feature, a section, a variant or a tree.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | ~~xl~~ | Supported
        | xenstore | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
        | xenstore | Supported
    """
    return f"the {what} {quote(name)} is struck out, its rows are withdrawn"


# ---- trees ------------------------------------------------------------------------------------------------------
@problem("XS841", "tree-without-version", "error")
def tree_without_version(tree: str) -> str:
    """A file states the version it is for.

    Bad:
        Trees
        Tree | Branch | Xen-Version
        4.20 | stable-4.20 |

    Good:
        Trees
        Tree | Branch | Xen-Version
        4.20 | stable-4.20 | 4.20
    """
    return f"the tree {quote(tree)} has no Xen-Version; fill it in"


@problem("XS842", "bad-ref-name", "error")
def bad_ref_name(what: str, name: str, why: str) -> str:
    """The names of trees and branches pass `git check-ref-format`.

    Bad:
        Trees
        Tree | Xen-Version
        Xen 4.20 | 4.20
        Features
        Section | Feature | Xen 4.20
        Tools | xl | Supported

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{quote(name)} cannot be the name of a {what}: {why}"


@problem("XS843", "two-trees", "error")
def two_trees(name: str, other: str) -> str:
    """Two rows for one tree.  Upper and lower case do not tell trees apart.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.20 | 4.19

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.19 | 4.19
        Features
        Section | Feature | 4.20 | 4.19
        Tools | xl | Supported | Supported
    """
    return f"the tree {quote(name)} is already in {other}; remove or rename one"


@problem("XS844", "odd-version", "warning")
def odd_version(value: str) -> str:
    """A version begins with two numbers: `4.20`, `4.21-unstable`.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | Xen 4.20

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{quote(value)} is no version such as 4.20 or 4.21-unstable; no release-notes entry is made from it"


@problem("XS845", "bad-tree-fact", "error")
def bad_tree_fact(what: str, value: str, why: str) -> str:
    r"""A fact of a tree that cannot stand in the file: fields are one line, release notes an address or `-`.

    Bad:
        Trees
        Tree | Xen-Version | Supported-Until
        4.20 | 4.20 | 2026-09-01\nor later

    Good:
        Trees
        Tree | Xen-Version | Supported-Until
        4.20 | 4.20 | 2026-09-01
    """
    return f"the {what.replace('_', ' ')} {quote(value)} {why}"


@problem("XS846", "row-without-tree", "warning")
def row_without_tree() -> str:
    """A row of the Trees tab that names no tree is not read.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        | 4.19

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return "this row names no tree and is not read"


@problem("XS847", "no-trees", "error")
def no_trees(where: str) -> str:
    """There is no tree to write a file for.

    Bad:
        Trees
        Tree | Xen-Version

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{where} lists no tree"


# ---- limits -----------------------------------------------------------------------------------------------------
@problem("XS851", "bad-limit", "error")
def bad_limit(value: str) -> str:
    """A limit is a number with an optional unit; a sentence may follow a maximum.

    Bad:
        Limits
        Section | Limit | Unit | 4.20
        Limits | Memory | TiB | plenty

    Good:
        Limits
        Section | Limit | Unit | 4.20
        Limits | Memory | TiB | 12
    """
    return f"the limit {quote(value)} is not a number with a unit, such as 4096 or 12 TiB"


@problem("XS852", "limit-above-maximum", "error")
def limit_above_maximum(what: str, value: str, maximum: str) -> str:
    """What is tested or security supported cannot be more than what is supported.

    Bad:
        Limits
        Section | Limit | 4.20 | Tested
        Limits | CPUs | 128 | 4096

    Good:
        Limits
        Section | Limit | 4.20 | Tested
        Limits | CPUs | 4096 | 128
    """
    return f"the {what} limit {quote(value)} is above the maximum {quote(maximum)}"

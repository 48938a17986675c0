"""What is said about the cells of features and limits: statuses, names, struck text, figures."""

from __future__ import annotations

from collections.abc import Sequence

from convert.sheet.catalogue import problem, quote


# ---- statuses ---------------------------------------------------------------------------------------------------
@problem("XS801", "unknown-status", "error")
def unknown_status(value: str, advice: str) -> str:
    """A status that is neither a label, nor another spelling of one, nor a limit or a known condition.

    A status decides who gets an XSA, so it is never guessed.  A word that the tree's own file has in that row is not
    unknown (`update`, `draft --repo`), nor is one that the tab Labels lists.  `--keep-unknown` writes all of them as
    they are.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Suported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"unknown status {quote(value)}; {advice}"


@problem("XS802", "kept-status", "warning")
def kept_status(value: str, near: str | None) -> str:
    """An unknown status that `--keep-unknown` writes as it is.

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
    return f"unknown status {quote(value)} is kept as it is" + (f'; did you mean "{near}"?' if near else "")


@problem("XS803", "status-line-break", "error")
def status_line_break(value: str) -> str:
    r"""A status of several lines.  In the file a status is one line; put the rest into Caveats.

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


@problem("XS808", "standing-status", "info")
def standing_status(value: str, keyword: str, near: str | None, more: int) -> str:
    """A status that is not one of the labels, but that the tree's file has in the same row: it is written as it is.

    Bad: standing
        Features
        Section | Feature | 4.20
        Tools | xl | Support scope restricted

    Good: standing
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    others = f" (and {more} more cells)" if more > 1 else " (and one more cell)" if more else ""
    if keyword != "Status":
        return f'{quote(value)}{others} is a list in the tree\'s file, and kept as one; write "list: {value}" to say so'
    hint = f'; did you mean "{near}"?' if near else ""
    said = "is not one of the labels; the tree's file says so in the same row, and it is kept"
    return f"{quote(value)}{others} {said}{hint}"


@problem("XS809", "own-word", "info")
def own_word(value: str, cells: int) -> str:
    """A status that is not one of the labels, but that the workbook's tab Labels lists: it is written as it is.

    `import` lists what the trees' files say besides the labels, so that a workbook made of them can be drafted.  To
    have such a word rejected again, remove it from the tab.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Support scope restricted
        Labels
        Status | Security support
        Supported | yes
        Support scope restricted |

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
        Labels
        Status | Security support
        Supported | yes
    """
    times = "a cell that says so is" if cells == 1 else f"the {cells} cells that say so are"
    return f"{quote(value)} is not one of the labels; since it is listed here, {times} kept"


@problem("XS810", "no-footnote", "error")
def no_footnote(mark: str) -> str:
    """A mark behind a status is a footnote, where the layout says so; this one has no text.

    Bad: layout
        [features]
        footnotes = true
        ---
        Features
        Section | Feature | 4.20
        Tools | xl | Supported [1]

    Good: layout
        [features]
        footnotes = true
        ---
        Features
        Section | Feature | 4.20
        Tools | xl | Supported [1]
        [1] Not on Mondays. |
    """
    return (
        f"the footnote {quote(mark)} has no text; write it into a row of its own below the table, or into the layout's"
        " [footnotes]"
    )


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


@problem("XS812", "equal-row-keys", "error")
def equal_keys(this: str, other: str, where: str) -> str:
    """Two rows of one feature that Xen's tools cannot tell apart: of equal keys only the last status survives.

    A key is lower case, spaces are dashes, and all but letters, digits and dashes is dropped.

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
def no_section(rows: str) -> str:
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
    if rows:
        return (
            f"there is no Section in the rows {rows}, nor above them; name one, or let the layout say how sections are"
            " recognised (features.sections, features.constants.section)"
        )
    return "there is no Section in this row or above it; name one"


@problem("XS814", "heading-only", "warning")
def heading_only(name: str) -> str:
    """A feature without a status, text or open question: the files get its heading with nothing below it.

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
        f"this text is in a row that is not listed in {', '.join(trees)}, and is written there; "
        f'put "-" into {role.capitalize()} (TREE) to leave it out'
    )


@problem("XS816", "dropped-link", "warning")
def dropped_link(url: str) -> str:
    """A link that a text file cannot have: to a place in the workbook or on somebody's disk, or with spaces in it.

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
    return f"the link to {quote(url)} is left out and its words are kept; use an http, https or mailto address"


@problem("XS817", "case-twins", "warning")
def case_twins(name: str, other: str) -> str:
    """Two names in one place that differ only in upper and lower case: the file gets two headings.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | Foo | Supported
        | foo | Experimental

    Good:
        Features
        Section | Feature | 4.20
        Tools | Foo | Supported
        | Bar | Experimental
    """
    return f"{quote(name)} and {quote(other)} are two headings; spell them alike if they are one thing"


# ---- struck text ------------------------------------------------------------------------------------------------
@problem("XS831", "struck", "info")
def struck(text: str) -> str:
    """Text that is wholly struck out reads as blank.

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
    return f"{quote(gone)} is struck out, which leaves {quote(left)}"


@problem("XS833", "withdrawn", "warning")
def withdrawn(what: str, name: str) -> str:
    """A name that is struck out (of a feature, a section, a variant or a tree) withdraws its rows.

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
    return f"the {what} {quote(name)} is struck out; its rows are withdrawn"


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

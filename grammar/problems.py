"""What the parser has to say: one function a problem; its docstring is the explanation that people read.

Each returns the words; `@problem` enters it with code, name and severity and makes it build the Diagnostic.
"""

from __future__ import annotations

from grammar.catalogue import problem

FATAL = frozenset({"XS101", "XS111", "XS120", "XS121", "XS122", "XS123", "XS124", "XS125", "XS130", "XS140"})
"""The codes of what Xen's tools die on; what else is an error loses or contradicts something."""


# ---- the bytes
# ----------------------------------------------------------------------------------------------------------
@problem("XS101", "invalid-utf8", "error")
def invalid_utf8(byte: int) -> str:
    """The file is not UTF-8.

    pandoc then reads the whole file as Latin-1, and every letter beyond ASCII becomes two others, in anchors too.

    Bad:
        ### Na␦ve scheduler

            Status: Supported
    Good:
        ### Naive scheduler

            Status: Supported
    """
    return f"byte 0x{byte:02X} is not UTF-8, and pandoc reads the whole file as Latin-1 then; save the file as UTF-8"


@problem("XS102", "carriage-return", "warning")
def carriage_return(count: int) -> str:
    """Lines end with CR LF.

    xen.git has LF only; pandoc drops the CRs, git and patches do not.

    Bad:
            Status: Supported␍
    Good:
            Status: Supported
    """
    return f"lines end with CR LF ({count} in this file); use LF alone"


@problem("XS103", "lone-carriage-return", "error")
def lone_carriage_return() -> str:
    """There is a CR in the middle of a line.

    pandoc drops it, so what looks like two lines is one: two fields become one with a wrong value.

    Bad:
            Status, x86: Supported␍    Status, Arm: Supported
    Good:
            Status, x86: Supported
            Status, Arm: Supported
    """
    return "a carriage return that ends no line: pandoc drops it and joins what it separates; use a line feed"


@problem("XS104", "nul", "warning")
def nul() -> str:
    """The file holds a NUL character.

    Tools written in C stop there.

    Bad:
            Status: Supported

        Only␀ on x86.
    Good:
            Status: Supported

        Only on x86.
    """
    return "NUL character; remove it"


@problem("XS105", "byte-order-mark", "warning")
def byte_order_mark() -> str:
    """The file begins with a byte order mark.

    UTF-8 needs none; patches and simple tools stumble over it.

    Bad:
        ␏% Support statement
    Good:
        % Support statement
    """
    return "byte order mark at the beginning of the file; save the file as UTF-8 without it"


@problem("XS106", "latin1-letter", "warning")
def latin1_letter(char: str, where: str) -> str:
    """A heading or field holds a character from U+0080 to U+00FF.

    Xen's generator writes it as one raw byte, and the page is no longer valid UTF-8.

    Bad:
            Status, naïve: Supported
    Good:
            Status, naive: Supported
    """
    return f"U+{ord(char):04X} ({char}) in a {where}: Xen's generated page becomes invalid UTF-8; use ASCII"


# ---- what lies outside the mark-up
# ----------------------------------------------------------------------------------------
@problem("XS110", "outside-markup", "warning")
def outside_markup(what: str, consequence: str) -> str:
    """A construct of Markdown that SUPPORT.md does not use.

    The mark-up is a closed subset of pandoc's Markdown: headings, paragraphs, literals, bullet lists, definition lists.
    Anything else is a risk: pandoc may swallow what follows, or Xen's tools may die on the next field.  It is an error
    where a later field may be lost or fatal, and a warning otherwise.

    Bad:
            Status: Supported

        1. Only on x86.
    Good:
            Status: Supported

          * Only on x86.
    """
    return f"{what} is outside the SUPPORT mark-up{consequence}"


@problem("XS111", "after-unknown-block", "error")
def after_unknown_block(what: str, line: int) -> str:
    """A field follows a block that Xen's tools do not know.

    docs/parse-support-md dies on the first literal after an ordered list, a table, a quotation, a rule or raw HTML.

    Bad:
        | Arch | Tested |
        |------|--------|
        | x86  | yes    |

            Status: Supported
    Good:
        It is tested on x86.

            Status: Supported
    """
    return f"Xen's tools die here, because of the {what} on line {line}; write that as a paragraph or bullet list"


@problem("XS112", "underlined-heading", "error")
def underlined_heading(text: str, level: int) -> str:
    """A line over a row of `=` or `-` is a heading to pandoc.

    Conflict markers make such headings too.  What follows belongs to that heading.

    Bad:
        ### Console

            Status: Supported

        Network
        -------

            Status: Experimental
    Good:
        ### Console

            Status: Supported

        ### Network

            Status: Experimental
    """
    return (
        f'"{text}" over a row of {"=" if level == 1 else "-"} is a heading of level {level} to pandoc; write'
        f" {'#' * level} instead, or remove the row"
    )


@problem("XS113", "reference-link", "warning")
def reference_link(label: str) -> str:
    """A bracketed word is the name of a heading, and so a link to it.

    pandoc drops the brackets and makes a link.

    Bad:
        ### Netback

            Status: Supported

        ### About [Netback]

            Status, x86: Supported
    Good:
        ### Netback

            Status: Supported

        ### About Netback

            Status, x86: Supported
    """
    return f"[{label}] is a link to the heading of that name; write it without brackets or as [text](#anchor)"


@problem("XS114", "pandoc-3-differs", "warning")
def pandoc_3_differs(what: str, reading: str) -> str:
    """pandoc 3 reads this differently from pandoc 2.

    Rows are read here as with pandoc 2.17, which Debian 12 has.  On a machine with pandoc 3 the same file gives other
    rows, other words in them, or Xen's tools die.

    Bad:
            Status: Supported

        Term
        :
    Good:
            Status: Supported

        Term: its meaning
    """
    return f"{what}: pandoc 3 {reading}"


# ---- fields
# ---------------------------------------------------------------------------------------------------------------
@problem("XS120", "unknown-key", "error")
def unknown_key(key: str, likely: str | None) -> str:
    """A literal holds a key that Xen's tools do not know.

    docs/parse-support-md dies on it.  Literals of features hold `Status` and `Supported` only.

    Bad:
            Statsu: Supported
    Good:
            Status: Supported
    """
    if key.startswith(("Initial-", "Supported-", "Security-Support-")):
        return (
            f'"{key}" in a literal that does not begin with Xen-Version: Xen\'s tools die here; begin it with that'
            " field"
        )
    if key.startswith(("Initial-", "Supported-Until", "Security-Support-")):
        return (
            f'"{key}" in a literal that does not begin with Xen-Version: Xen\'s tools die here; begin it with that'
            " field"
        )
    return f'unknown key "{key}": Xen\'s tools die here; ' + (
        f'did you mean "{likely}"?' if likely else "the keys are Status and Supported"
    )


@problem("XS121", "malformed-field", "error")
def malformed_field(line: str, advice: str) -> str:
    """A field is not written as `Key: value` or `Key, qualifier: value`.

    Xen's tools die on a space before the colon, none after it, an empty value or qualifier, a missing comma, a colon in
    the qualifier, or a key in lower case.

    Bad:
            Status :Supported
    Good:
            Status: Supported
    """
    return f'malformed field "{line}": Xen\'s tools die here; {advice}'


@problem("XS122", "continued-line", "error")
def continued_line(line: str) -> str:
    """A field continues on the next line.

    A field is one line, however long.

    Bad:
            Status: Supported, security supported
            only when de-privileged
    Good:
            Status: Supported, security supported only when de-privileged
    """
    return (
        f'"{line}" is not a field of its own: Xen\'s tools die here; put it on the line of the field above, however'
        " long that gets"
    )


@problem("XS123", "foreign-literal", "error")
def foreign_literal(line: str) -> str:
    """A literal holds something other than fields.

    Xen's tools read every literal as fields, wherever it is, and die on this one.

    Bad:
            Status: Supported

        Start a guest with

            xl create guest.cfg
    Good:
            Status: Supported

        Start a guest with `xl create guest.cfg`.
    """
    return f'"{line}" in a literal is not a field: Xen\'s tools die here; write it as a paragraph or in backquotes'


@problem("XS124", "fifth-blank", "error")
def fifth_blank(line: str) -> str:
    """A field is indented by more than four columns.

    Exactly four come off; with a fifth space the line is not a field.

    Bad:
            Status: Supported
             Status, x86: Supported
    Good:
            Status: Supported
            Status, x86: Supported
    """
    return f'"{line}" is indented by more than four columns: Xen\'s tools die here; indent it by exactly four'


@problem("XS125", "field-before-heading", "error")
def field_before_heading(what: str) -> str:
    """A field or definition list is before the first heading.

    It belongs to no section, and Xen's tools die on it.

    Bad:
        % Support statement

            Status: Supported

        # Feature Support
    Good:
        % Support statement

        # Feature Support

            Status: Supported
    """
    return f"{what} before any heading: Xen's tools die here; move it below a heading"


@problem("XS126", "lost-field", "error")
def lost_field(reason: str, line: str, *more: str) -> str:
    """A field is text to pandoc, and its row is silently lost.

    That happens to fields that are indented by one to three columns, have no blank line before them after a paragraph
    or list, or come after a list whose items' text starts in column 4 or less.

    Bad:
        It runs guests.
            Status: Supported
    Good:
        It runs guests.

            Status: Supported
    """
    if more:
        heads = [text.partition(":")[0] for text in (line, *more)]
        shown = "; ".join(heads[:20]) + ("; ..." if len(heads) > 20 else "")
        return f"{len(heads)} fields are lost ({shown}), each for this reason: {reason}"
    return f'"{line}" is lost: {reason}'


@problem("XS127", "equal-keys", "error")
def equal_keys(key: str, value: str, others: str, *more: str) -> str:
    """Two fields of one section have the same key.

    They are one row to Xen's tools: the first's place and words, the last's value.

    Bad:
            Status, x86: Supported
            Status, X86: Experimental
    Good:
            Status, x86: Supported
            Status, Arm: Experimental
    """
    if more:
        return (
            f"more than one field has each of the row keys {key} ({others}), {', '.join(more)}: only the last value of"
            " each is read"
        )
    return (
        f'more than one field has the row key {key} ({others}): only the last value, "{value}", is read; give each its'
        " own qualifier"
    )


@problem("XS128", "fenced-field", "warning")
def fenced_field() -> str:
    """Fields are in a fenced block.

    Xen's tools read them; people and the other tools expect four columns of indentation.

    Bad:
        ```
        Status: Supported
        ```
    Good:
            Status: Supported
    """
    return "fields in a fenced block; indent them by four columns instead"


# ---- headings
# -------------------------------------------------------------------------------------------------------------
@problem("XS130", "heading-jump", "error")
def heading_jump(level: int, above: int) -> str:
    """A heading is more than one level below the one before it.

    Xen's tools die on it; the first heading must have level 1.

    Bad:
        ### Console

            Status: Supported

        ##### Colours

            Status: Supported
    Good:
        ### Console

            Status: Supported

        #### Colours

            Status: Supported
    """
    if not above:
        return f"the first heading has level {level}: Xen's tools die here; it must have level 1"
    return f"heading of level {level} below one of level {above}: Xen's tools die here; a level may grow by one only"


@problem("XS131", "lost-heading", "error")
def lost_heading(text: str, reason: str) -> str:
    """A heading is text to pandoc.

    Its fields go to the section before it and may overwrite rows there.

    Bad:
        ### Console

            Status: Supported

         ### Network

            Status, x86: Experimental
    Good:
        ### Console

            Status: Supported

        ### Network

            Status, x86: Experimental
    """
    return f'"{text}" is not a heading: {reason}'


@problem("XS132", "empty-heading", "error")
def empty_heading() -> str:
    """A heading has no text.

    Xen's generator dies on the rows below it.

    Bad:
        ### Console

            Status: Supported

        ###

            Status, x86: Experimental
    Good:
        ### Console

            Status: Supported

        ### Network

            Status, x86: Experimental
    """
    return "heading without text: Xen's generator dies on rows below it; give it a text or remove it"


# ---- definition lists
# -----------------------------------------------------------------------------------------------------
@problem("XS140", "definition-shape", "error")
def definition_shape(reason: str) -> str:
    """A definition list does not have the shape that Xen's tools read.

    They die unless each term is followed on the next line by exactly one definition of one paragraph.

    Bad:
            Status: Supported

        Manual

        : docs/man
    Good:
            Status: Supported

        Manual
        : docs/man
    """
    return f"definition list with {reason}: Xen's tools die here; write a term on one line and `: text` on the next"


@problem("XS141", "title-block", "warning")
def title_block() -> str:
    """The title block has more than a title.

    Its lines after the first are author and date, or continue the title; nothing there is read.

    Bad:
        % Support statement
          and more

        # Feature Support
    Good:
        % Support statement

        And more.

        # Feature Support
    """
    return "the title block has more than one line; put a blank line after the title"

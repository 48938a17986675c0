"""Where pandoc 3 reads a line differently from pandoc 2.17, measured with pandoc 3.9 on generated documents.

Each function says what the line holds and what pandoc 3 does with it; None where both read the same.
"""

from __future__ import annotations

import re

from grammar.pandoc.letters import LETTER

Difference = tuple[str, str]
_MARKER = r" {0,2}[:~] *$| {3}[:~](?: |$)"
_PAIRS = (("“", ""), ("‘", ""), ("’", "'"), ("”", '"'))


def in_paragraph(text: str, above: int, shape: str) -> Difference | None:
    """A line of a paragraph that has a ":" or "~"; `above`: how many of its lines are above this one."""
    if above < 2 and re.match(_MARKER, text):
        return f'a line that begins with "{text.strip(" ")[0]}"', "makes it a definition of the line above it"
    if shape == "DIV" and not above and text.strip(" :"):
        return "a div that is not closed", "takes all that follows into it, and its rows are lost"
    return None


def in_item(text: str) -> Difference | None:
    """A line below a bullet's first one, at the left of the item's text."""
    if re.match(r" {0,3}[:~](?: |$)", text):
        return "a definition below a bullet", "ends the list before it"
    return None


def in_term(shape: str) -> Difference | None:
    """A term that looks like the beginning of a fence or a div that is not closed."""
    return ("a term of tildes or colons", "reads it differently") if shape in ("FENCE", "DIV") else None


def in_definition(text: str, shape: str) -> Difference | None:
    """A line that goes on a definition."""
    if shape in ("BULLET", "ORDERED") or re.match(r" {4,}[*+-] |-$", text):
        return "a list directly below a definition", "begins a list here"
    if re.match(r" {3}[:~](?: |$)", text):
        return "a definition indented by three in a definition", "makes it one of its own"
    if re.match(r" {0,3}~{3,}", text):
        return "a row of tildes in a definition", "takes two of them for an empty subscript"
    if re.match(r" {0,3}-+(?: +-+)+ *$", text):
        return "rows of dashes in a definition", "may make the definition a table"
    return None


def behind_definition(blanks: int, definition: str) -> Difference | None:
    """A block behind a blank line after a definition, the last line of which begins with `:` or `~`; `spaces`: its
    indentation.
    """
    marker = re.match(r" {0,2}[:~] *", definition)
    if marker and blanks >= min(len(marker[0]), 4):
        return "indented text after a definition", "makes it part of the definition, and Xen's tools die"
    return None


def anchor(text: str) -> tuple[int, Difference] | None:
    """A heading that pandoc 2 took no attributes from: the offset of an identifier that it takes for words."""
    found = re.search(rf"\{{(?:[.-][^\s{{}}]*[ ]+)*#(?!{LETTER})[\w:.-]+[^{{}}]*\}} *$", text)
    if found is None:
        return None
    return found.start(), (
        "an identifier that begins with no letter",
        "takes it for the heading's anchor, and keys change",
    )


def quotation(text: str) -> tuple[int, Difference] | None:
    """The words of a heading or definition list: the offset of a typographic quote that pandoc 2 makes an ASCII one."""
    for quote, closed in _PAIRS:
        if quote in text and closed in text:
            what = "a typographic quote in the words of a row"
            return text.index(quote), (what, "keeps it, pandoc 2 makes it ASCII; write the quotes of the keyboard")
    return None

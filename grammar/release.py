"""The release part of a document: its literal's fields and the entry for the release notes, with their places."""

from __future__ import annotations

from collections.abc import Mapping

from grammar.fields import RELEASE_KEYS
from grammar.fold import fold
from grammar.nodes import Block, DefinitionList, Document, Link, Literal, ParsedField, Term
from grammar.record import record

# the name of the release notes' address among the values; a field of that name was in 4.10 and 4.11
NOTES = "Release-Notes"
IN_LITERAL = f"{NOTES} (in the literal)"
Values = dict[str, str]


@record(frozen=True)
class ReleasePart:
    """A release part as it was read.

    `literals`: the release literals of the document, of which the first counts; `fields`: its fields by keyword, the
    first of equal ones; `notes`: the entry for the release notes.
    """

    literals: tuple[Literal, ...]
    fields: Mapping[str, ParsedField]
    notes: Term | None

    @property
    def literal(self) -> Literal | None:
        """The first release literal."""
        return self.literals[0] if self.literals else None

    @property
    def url(self) -> str | None:
        """The address in the entry for the release notes, or its words where it has no link; None without an entry."""
        if self.notes is None:
            return None
        return next((node.url for node in self.notes.value if isinstance(node, Link)), self.notes.reading)

    @property
    def values(self) -> Values:
        """What the part says: the fields in the order of the house, then the release notes' address."""
        found = {key: self.fields[key].value for key in RELEASE_KEYS if key in self.fields}
        if NOTES in self.fields:
            found[IN_LITERAL] = self.fields[NOTES].value
        return found | ({NOTES: self.url} if self.url is not None else {})


def read_release(document: Document) -> ReleasePart:
    """The release part of a document; without a literal, it is empty."""
    of_release = (section for section in document.walk() if section.derived(_of_release))
    blocks = [block for section in of_release for block in section.blocks]
    literals = tuple(block for block in blocks if isinstance(block, Literal) and block.kind == "release")
    fields: dict[str, ParsedField] = {}
    for field in literals[0].fields if literals else ():
        fields.setdefault(field.keyword, field)
    terms = (term for block in blocks if isinstance(block, DefinitionList) for term in block.terms)
    notes = next((term for term in terms if fold(term.text).casefold() == "release notes"), None)
    return ReleasePart(literals, fields, notes)


def _of_release(blocks: tuple[Block, ...]) -> bool:
    """Whether a section may hold a piece of the release part."""
    return any(
        isinstance(block, DefinitionList) or (isinstance(block, Literal) and block.kind == "release")
        for block in blocks
    )


def differing(before: Values, after: Values) -> list[str]:
    """The names of the values that differ, in the order of the house."""
    return [key for key in (*RELEASE_KEYS, NOTES, IN_LITERAL) if before.get(key) != after.get(key)]

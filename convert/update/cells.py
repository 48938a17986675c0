"""Cells by the name of a unit of merging: where the sheet says it, and which of it is undecided."""

from __future__ import annotations

from convert.draft.draft import Made
from convert.merge import Place
from convert.sheet.model import Categorisation, OpenQuestion
from grammar.fold import fold
from grammar.parser import parse_text
from grammar.rows import key_of

Path = tuple[str, ...]


def cells(made: Made, categorisation: Categorisation) -> dict[str, str]:
    """The cell of each row's key, and of `ANCHOR:description` and `ANCHOR:caveats`."""
    found = dict(made.cells)
    anchors = _anchors(made.draft.text)
    name = made.draft.tree.name
    for section in categorisation.sections:
        for path, feature in section.walk():
            anchor = anchors.get(tuple(map(fold, path)))
            for role in ("description", "caveats"):
                place = feature.prose_places.get(f"{role} {name}")
                if anchor is not None and place is not None:
                    found[f"{anchor}:{role}"] = place
    return found


def _anchors(text: str) -> dict[Path, str]:
    """Anchor by the headings below `Feature Support`."""
    out: dict[Path, str] = {}
    stack: list[str] = []
    for section in parse_text(text).document.walk():
        del stack[section.heading.level - 1 :]
        stack.append(fold(section.heading.text))
        out.setdefault(tuple(stack[1:]), section.heading.anchor)
    return out


class Undecided:
    """The units of one tree about which the sheet has not decided."""

    def __init__(self, questions: tuple[OpenQuestion, ...], tree: str) -> None:
        self.found: set[tuple[str, str]] = set()
        for question in questions:
            if question.tree == tree:
                parts = [question.section, *([question.feature] if question.feature else [])]
                where = " / ".join(map(fold, parts))
                self.found.update((where, name) for name in _names(question))

    def __bool__(self) -> bool:
        return bool(self.found)

    def __contains__(self, place: Place) -> bool:
        where = " / ".join(map(fold, place.path[1:]))
        name = f"status {place.qualifier}" if place.what == "status" else place.what
        return (where, name) in self.found


def _names(question: OpenQuestion) -> list[str]:
    """What a question is about: `status QUALIFIER` for each row that waits for it, or the role of a text."""
    if question.role in ("description", "caveats"):
        return [question.role]
    variant = question.variant
    parts = {"tested": ["regularly tested"], "security": ["", "security supported"]}.get(
        question.role, ["", "regularly tested", "security supported"]
    )
    if question.role == "status":
        parts = [""]
    qualifiers = [f"{variant}, {part}" if variant and part else part or variant for part in parts]
    return [f"status {key_of('', qualifier) if qualifier else ''}" for qualifier in qualifiers]

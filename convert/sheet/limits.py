"""The Limits tab: a maximum a tree, what is tested, where security support ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from convert.sheet import problems
from convert.sheet.cell_text import Words, one_line
from convert.sheet.gather import Draft, Stated
from convert.sheet.headings import Headings
from convert.sheet.model import Figure, Limit, Role
from convert.sheet.reading import PROSE, Reading, heading_of, variant_of
from convert.sheet.table import Line, Table, read_lines
from grammar.status import Amount, amount, read_status, size

_TAB = 1 << 30  # numbers the Limits tab behind all Features tabs
_UP_TO = re.compile(r"(?:supported )?up to ", re.I)
_WHOLE = re.compile(r"([0-9])\.0+(?=$| )")
_SENTENCE = re.compile(r"\.\s+(?=\S)")
_Figures = dict[str, tuple[Figure, Amount]]


def read_limits(table: Table, reading: Reading) -> None:
    """Read the rows of the Limits tab into the drafts, behind the features of their sections."""
    headings = Headings(reading.report)
    for line in read_lines(table, reading.layout, reading.report, reading.known):
        if headings.move(line) and not line.dropped:
            _row(line, heading_of(headings.section, headings.feature, reading, _TAB, at_end=True), reading)
    headings.finish()


def read_figure(text: str, unit: str | None) -> tuple[Figure, Amount] | None:
    """A limit's number, with its own unit or the row's, and the sentence after it; None where it is no number.

    A whole number is never written with a fraction, however it was stored.
    """
    number, *more = _SENTENCE.split(_UP_TO.sub("", one_line(text), count=1), maxsplit=1)
    found = amount(_WHOLE.sub(r"\1", number.rstrip(".")))
    if found is not None and found.unit is None and unit:
        found = amount(f"{found.text} {unit}")
    if found is None or read_status(f"Supported up to {found.text}").limit != found:
        return None
    return Figure(found.text, more[0] if more else None), found


def _row(line: Line, draft: Draft, reading: Reading) -> None:
    draft.rows += 1

    def stated() -> list[str]:
        return [tree for tree in reading.trees if line.tree(tree).text] or list(reading.trees)

    counts, variant = variant_of(line, reading, stated)
    draft.states = True  # a limit without figures is no bare heading
    if not counts:
        return
    row = _Row(line, draft, reading, variant, line.get("unit").line or None)
    place = line.place("variant")
    maximum, asked = row.figures("maximum", {tree: line.tree(tree) for tree in reading.trees})
    draft.stated.append(Stated(variant, place, [(tree, None) for tree in asked]))
    tested = row.below("tested", maximum)
    security = row.below("security", maximum)
    if maximum:
        figures = {tree: figure for tree, (figure, _) in maximum.items()}
        draft.limits.append(Limit(variant, row.unit, figures, tested, security, place))
    for role in PROSE:
        reading.say(role, draft, line, reading.trees, set(maximum).union(asked))


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the tab while its figures are read."""

    line: Line
    draft: Draft
    reading: Reading
    variant: str | None
    unit: str | None

    def figures(self, role: Role, cells: dict[str, Words]) -> tuple[_Figures, list[str]]:
        """The figures by tree, and the trees whose cell is undecided."""
        spoken = self.reading.layout.vocabulary
        figures: _Figures = {}
        asked: list[str] = []
        wrong: dict[str, tuple[Words, list[str]]] = {}
        for tree, said in cells.items():
            if not said.text or spoken.says("nothing", said.text):
                continue
            found = read_figure(said.text, self.unit)
            self.reading.note(said)
            if found is not None and (role == "maximum" or found[0].more is None):
                figures[tree] = replace(found[0], place=said.place, original=said.text), found[1]
            elif spoken.is_undecided(said.text):
                asked.append(tree)
                self.draft.ask(role, self.variant, tree, self.line.get("owner").line or None, said)
            else:
                wrong.setdefault(said.place, (said, []))[1].append(tree)
        for said, trees in wrong.values():
            self.reading.report.append(problems.bad_limit(said.place, trees, said.text))
        return figures, asked

    def below(self, role: Role, maximum: _Figures) -> dict[str, Figure]:
        """What is tested, or where security support ends, by tree; an end at the maximum is none."""
        cells = {tree: self.line.for_tree(role, tree) for tree in maximum}
        if role == "security":  # `yes`: up to the maximum
            cells = {
                tree: said for tree, said in cells.items() if not self.reading.layout.vocabulary.says("yes", said.text)
            }
        figures, _ = self.figures(role, cells)
        kept: dict[str, Figure] = {}
        above: dict[tuple[str, str, str], list[str]] = {}
        for tree, (figure, found) in figures.items():
            most, least = size(maximum[tree][1]), size(found)
            if most[1] == least[1] and least[0] > most[0]:
                above.setdefault((figure.place, figure.text, maximum[tree][0].text), []).append(tree)
            elif role == "tested" or most != least:
                kept[tree] = figure
        for (place, text, limit), trees in above.items():
            self.reading.report.append(problems.limit_above_maximum(place, trees, role, text, limit))
        return kept

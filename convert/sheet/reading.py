"""What reading the rows of a workbook shares: what a status cell is, texts, the cells that count, unknown words that
are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from convert.sheet import problems
from convert.sheet.cell_text import Words, clean, one_line, prose, refused_links
from convert.sheet.cells import Run
from convert.sheet.footnotes import Footnotes
from convert.sheet.gather import Draft, Drafts, Piece
from convert.sheet.hints import hint
from convert.sheet.layout import Layout
from convert.sheet.model import Prose, Role
from convert.sheet.standing import Standing, row_key
from convert.sheet.statuses import Decided, combine, kept
from convert.sheet.table import Line
from grammar.diagnostic import Diagnostic
from grammar.fold import fold

SECURITY: tuple[Literal["yes", "no", "external"], ...] = ("yes", "no", "external")
PROSE: tuple[Role, ...] = ("description", "caveats")
Kind = Literal["nothing", "text", "question", "known", "own", "unknown", "lines", "contradiction"]
Judged = tuple[Kind, Decided | None]


@dataclass(slots=True)
class Reading:
    """What reading the rows of a workbook shares.

    `known`: places with a problem that the reader of the file has reported; `cells`: the text of each cell that counts;
    `look`: what a tree's file states, by tree; `used`: the workbook's own words that some cell uses, each with the
    number of cells; `kept`: unknown statuses that the trees' files have in the same row, each with its cells and their
    trees.
    """

    layout: Layout
    trees: tuple[str, ...]
    keep_unknown: bool
    report: list[Diagnostic]
    known: frozenset[str] = frozenset()
    drafts: Drafts = field(default_factory=Drafts)
    cells: dict[str, str] = field(default_factory=dict)
    look: Callable[[str], Standing] = field(default=lambda tree: {})
    used: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)
    notes: Footnotes | None = None
    _judged: dict[tuple[str, str | None], Judged] = field(default_factory=dict)
    _texts: dict[str, Prose] = field(default_factory=dict)
    _questions: dict[str, bool] = field(default_factory=dict)

    def judge(self, text: str, security: str | None = None) -> Judged:
        """What a status cell is, together with what the Security column says (`yes`, `no`, `external`)."""
        key = (text, security)
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = self._combined(text, security)
        return found

    def _combined(self, text: str, security: str | None) -> Judged:
        kind, decided = self._alone(text)
        if security is None or decided is None or kind == "unknown":
            return kind, decided
        combined = combine(decided, security)
        return (kind, combined) if combined is not None else ("contradiction", decided)

    def _alone(self, text: str) -> Judged:
        spoken = self.layout.vocabulary
        if not text or spoken.says("nothing", text):
            return "nothing", None
        if spoken.says("text", text):
            return "text", None
        decided = spoken.decide(text) or spoken.list_of(text)
        if decided is not None:
            return "known", decided
        if spoken.is_undecided(text):
            return "question", None
        if "\n" in text:
            return "lines", None
        return ("own" if one_line(text) in spoken.own else "unknown"), kept(text)

    def unknown(self, draft: Draft, qualifier: str | None, tree: str, said: Words, decided: Decided) -> Decided | None:
        """An unknown status that is written all the same, as the tree has it or as people want it kept; None: an
        error.
        """
        spoken = self.layout.vocabulary
        standing = self.look(tree).get(row_key(draft.path, qualifier), {})
        keyword = standing.get(fold(one_line(said.text)))
        if keyword is not None:
            self.kept.setdefault((said.line, keyword), {}).setdefault(said.place, []).append(tree)
            return kept(said.text, keyword)
        near = spoken.nearest(said.text)
        if self.keep_unknown:
            self.report.append(problems.kept_status(said.place, [tree], said.line, near))
            return decided
        advice = hint(said.line, spoken.spelling, near)
        self.report.append(problems.unknown_status(said.place, [tree], said.line, advice))
        return None

    def say(self, role: Role, draft: Draft, line: Line, trees: Sequence[str], listed: set[str]) -> None:
        """Note the text of a row, common or for single trees."""
        if not line.has(role):
            return
        spoken = self.layout.vocabulary
        for said, wanted in line.by_place(role, trees):
            if not said.text or spoken.says("nothing", said.text):
                continue
            undecided = self._is_question(said.text)
            unlisted: tuple[str, ...] = ()
            if draft.rows > 1 and not listed.issuperset(wanted):
                unlisted = tuple(tree for tree in wanted if tree not in listed)
            blocks = () if undecided else self._prose(said)
            owner = line.get("owner").line or None
            draft.prose[role].append(Piece(said, blocks, tuple(wanted), unlisted, undecided, owner))
            self.note(said)

    def _is_question(self, text: str) -> bool:
        """Whether a description or caveat is a question and no answer."""
        found = self._questions.get(text)
        if found is None:
            found = self._questions[text] = self.layout.vocabulary.is_undecided(text, status=False)
        return found

    def _prose(self, said: Words) -> Prose:
        if said.place not in self._texts:
            runs = said.cell.runs if said.cell else (Run(said.text),)
            self._texts[said.place] = prose(runs, wrapped=self.layout.wrapped)
            for url in refused_links(said.cell) if said.cell else ():
                self.report.append(problems.dropped_link(said.place, (), one_line(url)))
        return self._texts[said.place]

    def note(self, said: Words) -> None:
        """Keep the text of a cell that counts."""
        self.cells[said.place] = clean(said.cell.text).strip() if said.cell and said.gone else said.text


def told_of_standing(reading: Reading) -> Iterator[Diagnostic]:
    """A note for each unknown status that the trees' files have in the same rows, at its first cell."""
    for (value, keyword), cells in reading.kept.items():
        trees = [tree for touched in cells.values() for tree in touched]
        near = reading.layout.vocabulary.nearest(value)
        yield problems.standing_status(next(iter(cells)), trees, value, keyword, near, len(cells) - 1)


def heading_of(
    section: Words | None, feature: Words | None, reading: Reading, tab: int, *, at_end: bool = False
) -> Draft:
    """The draft of the heading that a row is under."""
    if section is None:
        raise ValueError("a row needs a section")
    return reading.drafts.at(
        reading.layout.split(section.line),
        reading.layout.split(feature.line) if feature else (),
        (section.place, feature.place if feature else section.place),
        tab,
        at_end=at_end,
    )


def variant_of(line: Line, reading: Reading, trees: Callable[[], Sequence[str]]) -> tuple[bool, str | None]:
    """Whether a row counts, and its variant; a struck or impossible one is reported for `trees`."""
    said = line.get("variant")
    if said.struck:
        reading.report.append(problems.withdrawn(said.place, trees(), "variant", said.gone))
        return False, None
    if not said.text or reading.layout.vocabulary.says("nothing", said.text):
        return True, None
    what = "colon" if ":" in said.text else "line break" if "\n" in said.text else None
    if what:
        reading.report.append(problems.bad_variant(said.place, trees(), said.text, what))
        return False, None
    return True, said.line

"""The Features tabs, row by row: statuses, text and open questions for the drafts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from typing import Literal

from convert.sheet import problems, problems_tabs
from convert.sheet.cell_text import BLANK, Words, clean, fold_heading, one_line, prose, refused_links
from convert.sheet.cells import Run
from convert.sheet.footnotes import Footnotes
from convert.sheet.gather import Draft, Drafts, Piece, Stated
from convert.sheet.header import ranges
from convert.sheet.headings import Headings
from convert.sheet.hints import hint
from convert.sheet.layout import Layout
from convert.sheet.model import Prose, Role, Statement
from convert.sheet.standing import Standing, row_key
from convert.sheet.statuses import Decided, combine, kept
from convert.sheet.table import Line, Table, read_lines
from grammar.diagnostic import Diagnostic
from grammar.escape import fold

SECURITY: tuple[Literal["yes", "no", "external"], ...] = ("yes", "no", "external")
PROSE: tuple[Role, ...] = ("description", "caveats")
_BULLET = re.compile(r"\s*[-*•–] +")
Kind = Literal["nothing", "text", "question", "known", "own", "unknown", "lines", "contradiction"]


@dataclass(slots=True)
class Reading:
    """What reading the rows of a workbook shares.

    `known`: places with a problem that the reader of the file has reported; `cells`: the text of each cell that counts;
    `look`: what a tree's file states, by tree; `used`: the workbook's own words that some cell uses, each with the number of
    cells; `kept`: unknown statuses that the trees' files have in the same row, each with its cells and their trees.
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
    _judged: dict[tuple[str, str | None], tuple[Kind, Decided | None]] = field(default_factory=dict)
    _texts: dict[str, Prose] = field(default_factory=dict)

    def judge(self, text: str, security: str | None = None) -> tuple[Kind, Decided | None]:
        """What a status cell is, together with what the Security column says."""
        key = (text, security)
        if key not in self._judged:
            self._judged[key] = self._judge(text, security)
        return self._judged[key]

    def _judge(self, text: str, security: str | None) -> tuple[Kind, Decided | None]:
        spoken = self.layout.vocabulary
        if not text or spoken.says("nothing", text):
            return "nothing", None
        if spoken.says("text", text):
            return "text", None
        decided = spoken.decide(text) or spoken.list_of(text)
        if decided is None and spoken.is_undecided(text):
            return "question", None
        if decided is None and "\n" in text:
            return "lines", None
        kind: Kind = "known"
        if decided is None:
            kind = "own" if one_line(text) in spoken.own else "unknown"
            decided = kept(text)
        if security is None or kind == "unknown":
            return kind, decided
        combined = combine(decided, security)
        return (kind, combined) if combined is not None else ("contradiction", decided)

    def stands(self, draft: Draft, qualifier: str | None, tree: str, text: str) -> str | None:
        """The keyword of a status that the tree's file has under the same row; None where it has not."""
        return self.look(tree).get(row_key(draft.path, qualifier), {}).get(fold(one_line(text)))

    def say(self, role: Role, draft: Draft, line: Line, trees: tuple[str, ...], listed: set[str]) -> None:
        """Note the text of a row, common or for single trees."""
        if not line.has(role):
            return
        by_place: dict[str, tuple[Words, list[str]]] = {}
        for tree in trees:
            said = line.for_tree(role, tree)
            if said.text and not self.layout.vocabulary.says("nothing", said.text):
                by_place.setdefault(said.place, (said, []))[1].append(tree)
        for said, wanted in by_place.values():
            undecided = self.layout.vocabulary.is_undecided(said.text, status=False)
            unlisted = tuple(tree for tree in wanted if tree not in listed) if draft.rows > 1 else ()
            blocks = () if undecided else self._prose(said)
            owner = line.get("owner").line or None
            draft.prose[role].append(Piece(said, blocks, tuple(wanted), unlisted, undecided, owner))
            self.note(said)

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


def read_features(tables: list[Table], reading: Reading) -> None:
    """Read the rows of the Features tabs into the drafts."""
    for number, table in enumerate(tables):
        tab = number if table.tree else 0
        headings = Headings(reading.report, (table.tree,) if table.tree else ())
        sections = reading.layout.sections != "column"
        if reading.layout.footnotes is not None:
            reading.notes = Footnotes.of(table, reading.layout.footnotes)
        left_out: list[int] = []
        for line in read_lines(table, reading.layout, reading.report, reading.known, sections=sections):
            here = headings.move(line)
            if line.dropped:
                left_out.append(line.number)
            elif here:
                draft = heading_of(headings, reading, tab)
                if line.title is None:
                    _row(line, trees_of(line, reading), draft, reading, tab)
        headings.finish()
        if left_out:
            reading.report.append(problems_tabs.left_out(table.title, headings.trees, ranges(left_out)))


def trees_of(line: Line, reading: Reading) -> tuple[str, ...]:
    """The trees that a row is for: those of the tab, or those that its Tree cell names; what it names wrongly is reported."""
    table = line.table
    if table.tree is not None:
        return (table.tree,)
    if not table.by_row:
        return reading.trees
    said = line.get("tree")
    if said.struck:
        reading.report.append(problems.withdrawn(said.place, (), "tree", said.gone))
        return ()
    known = {name.casefold(): name for name in reading.trees}
    known |= {fold_heading(text): name for text, name in table.layout.tree_columns.items() if name in reading.trees}
    if fold_heading(said.text) in known:
        return (known[fold_heading(said.text)],)
    found = []
    for part in filter(None, re.split(r"[,;\n]\s*", said.text)):
        tree = known.get(fold_heading(part))
        if tree is not None:
            found.append(tree)
        elif not said.broken:
            near = get_close_matches(fold_heading(part), known, n=1)
            reading.report.append(problems_tabs.row_of_no_tree(said.place, (), part, known[near[0]] if near else None))
    if not said.text and not said.broken:
        reading.report.append(problems_tabs.row_of_no_tree(line.place("tree"), (), "", None))
    return tuple(dict.fromkeys(found))


def told_of_standing(reading: Reading) -> Iterator[Diagnostic]:
    """A note for each unknown status that the trees' files have in the same rows, at its first cell."""
    for (value, keyword), cells in reading.kept.items():
        trees = [tree for touched in cells.values() for tree in touched]
        near = reading.layout.vocabulary.nearest(value)
        yield problems.standing_status(next(iter(cells)), trees, value, keyword, near, len(cells) - 1)


def heading_of(headings: Headings, reading: Reading, tab: int, *, at_end: bool = False) -> Draft:
    """The draft of the heading that a row stands under."""
    section, feature = headings.section, headings.feature
    if section is None:
        raise ValueError("a row needs a section")
    return reading.drafts.at(
        reading.layout.split(section.line),
        reading.layout.split(feature.line) if feature else (),
        (section.place, feature.place if feature else section.place),
        tab,
        at_end=at_end,
    )


def variant_of(line: Line, reading: Reading, trees: list[str]) -> tuple[bool, str | None]:
    """Whether a row counts, and its variant; a struck or impossible one is reported for `trees`."""
    said = line.get("variant")
    if said.struck:
        reading.report.append(problems.withdrawn(said.place, trees, "variant", said.gone))
        return False, None
    if not said.text or reading.layout.vocabulary.says("nothing", said.text):
        return True, None
    what = "colon" if ":" in said.text else "line break" if "\n" in said.text else None
    if what:
        reading.report.append(problems.bad_variant(said.place, trees, said.text, what))
        return False, None
    return True, said.line


@dataclass(frozen=True, slots=True)
class _Status:
    """One status of a row: its qualifier, its tree, its cell, the place of its variant."""

    qualifier: str | None
    tree: str
    said: Words
    place: str


def _row(line: Line, trees: tuple[str, ...], draft: Draft, reading: Reading, tab: int) -> None:
    draft.rows += 1
    draft.mentions.update(trees)
    if not trees:
        return
    filled = [tree for tree in trees if line.tree(tree).text] if line.table.tree is None else list(trees)
    counts, variant = variant_of(line, reading, filled or list(trees))
    if not counts:
        draft.states = True
        return
    statuses = [*_own_statuses(line, trees, variant), *_other_variants(line, trees, draft, reading)]
    security, owner = line.get("security"), line.get("owner").line or None
    word = _security(security, [s.tree for s in statuses if s.said.text], reading)
    listed: set[str] = set()
    for written in statuses:
        status, note = _without_mark(written, reading)
        if note is not None:
            draft.prose["caveats"].append(note)
        if status.said.struck or status.said.broken:
            draft.states = True
        kind, decided = reading.judge(status.said.text, word if word in ("yes", "no", "external") else None)
        if kind == "nothing":
            continue
        listed.add(status.tree)
        if kind == "text":
            draft.texts.add(status.tree)
            continue
        draft.states = True
        draft.variants.reach(status.qualifier, partial(str, status.place), tab)
        reading.note(status.said)
        if kind == "question" or word == "question":
            role: Role = "status" if kind == "question" else "security"
            asked = status.said if kind == "question" else security
            draft.ask(role, status.qualifier, status.tree, owner, asked)
            draft.stated.append(Stated(status.qualifier, status.tree, None, status.place))
            reading.note(asked)
        elif word != "wrong":
            _state(status, kind, decided, security, word, draft, reading)
    for prose_role in PROSE:
        reading.say(prose_role, draft, line, trees, listed)


def _without_mark(status: _Status, reading: Reading) -> tuple[_Status, Piece | None]:
    """A status without its footnote mark, and the footnote as a caveat of its tree."""
    if reading.notes is None or not status.said.text or reading.layout.vocabulary.knows(status.said.text):
        return status, None
    text, marks = reading.notes.split(status.said.text)
    if not marks:
        return status, None
    texts = [reading.notes.texts.get(mark) for mark in marks]
    missing = [mark for mark, found in zip(marks, texts, strict=True) if found is None]
    if missing:
        reading.report.append(problems.no_footnote(status.said.place, [status.tree], missing[0]))
    blocks = tuple(block for found in texts if found is not None for block in found.blocks)
    place = next((found.place for found in texts if found is not None), status.said.place)
    plain = replace(status, said=replace(status.said, text=text))
    note = Piece(Words(text, place=place), blocks, (status.tree,), (), False, None)
    return plain, note if blocks else None


def _state(
    status: _Status, kind: Kind, decided: Decided | None, security: Words, word: str | None, draft: Draft, reading: Reading,
) -> None:  # fmt: skip
    """Add a status to the draft, or say what is wrong with it."""
    said, touched = status.said, [status.tree]
    if kind == "lines" or decided is None:
        reading.report.append(problems.status_line_break(said.place, touched, said.text))
        return
    if kind == "unknown":
        if (decided := _unknown(status, decided, draft, reading)) is None:
            return
        if word in SECURITY and combine(decided, word) is None:
            kind = "contradiction"
    if kind == "contradiction":
        reading.report.append(problems.security_contradiction(said.place, touched, security.line, decided.value))
        return
    if kind == "own":
        reading.used[said.line] = reading.used.get(said.line, 0) + 1
    label = decided.status.label
    statement = Statement(status.tree, decided.value, label, said.place, said.text, decided.keyword)
    draft.stated.append(Stated(status.qualifier, status.tree, statement, status.place))


def _unknown(status: _Status, decided: Decided, draft: Draft, reading: Reading) -> Decided | None:
    """An unknown status that is written all the same, as the tree has it or as people want it kept; None: an error."""
    said, spoken, touched = status.said, reading.layout.vocabulary, [status.tree]
    keyword = reading.stands(draft, status.qualifier, status.tree, said.text)
    if keyword is not None:
        reading.kept.setdefault((said.line, keyword), {}).setdefault(said.place, []).append(status.tree)
        return kept(said.text, keyword)
    near = spoken.nearest(said.text)
    if reading.keep_unknown:
        reading.report.append(problems.kept_status(said.place, touched, said.line, near))
        return decided
    advice = hint(said.line, spoken.spelling, near)
    reading.report.append(problems.unknown_status(said.place, touched, said.line, advice))
    return None


def _own_statuses(line: Line, trees: tuple[str, ...], variant: str | None) -> Iterator[_Status]:
    """The statuses in columns of their own."""
    if line.table.tree is None:
        place = line.place("variant") if "variant" in line.table.roles else None
        for tree in trees:
            if (said := line.tree(tree)) is not BLANK:
                yield _Status(variant, tree, said, place or said.place)
        return
    for column, name in line.table.variants:
        said = line.at(column)
        yield _Status(", ".join(part for part in (name, variant) if part) or None, line.table.tree, said, said.place)


def _other_variants(line: Line, trees: tuple[str, ...], draft: Draft, reading: Reading) -> Iterator[_Status]:
    """The statuses of a cell with a line `variant: status` each."""
    by_place: dict[str, tuple[Words, list[str]]] = {}
    for tree in trees:
        said = line.for_tree("other_variants", tree)
        if said.text and not reading.layout.vocabulary.says("nothing", said.text):
            by_place.setdefault(said.place, (said, []))[1].append(tree)
    for said, wanted in by_place.values():
        for text in said.text.split("\n"):
            variant, colon, status = (one_line(part) for part in _BULLET.sub("", text).partition(":"))
            if variant and colon:
                for tree in wanted:
                    yield _Status(variant, tree, replace(said, text=status), said.place)
            elif variant and reading.layout.vocabulary.is_undecided(text):
                for tree in wanted:
                    draft.ask("status", None, tree, line.get("owner").line or None, replace(said, text=text))
            elif variant or colon:
                reading.report.append(problems.other_variant_line(said.place, wanted, text))


def _security(
    said: Words, trees: list[str], reading: Reading
) -> Literal["yes", "no", "external", "question", "wrong"] | None:
    """What the Security cell of a row says; `trees` are those with a status in the row."""
    spoken = reading.layout.vocabulary
    if not said.text or not trees or spoken.says("nothing", said.text):
        return "wrong" if said.broken else None
    for word in SECURITY:
        if spoken.says(word, said.text):
            return word
    if spoken.is_undecided(said.text):
        return "question"
    reading.report.append(problems.unknown_security(said.place, trees, said.line))
    return "wrong"

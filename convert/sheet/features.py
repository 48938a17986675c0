"""The Features tabs, row by row: statuses, text and open questions for the drafts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from typing import Literal

from convert.sheet import problems, problems_tabs
from convert.sheet.cell_text import BLANK, Words, fold_heading, one_line
from convert.sheet.footnotes import Footnotes
from convert.sheet.gather import Draft, Piece, Stated
from convert.sheet.header import ranges
from convert.sheet.headings import Headings
from convert.sheet.model import Role, Statement
from convert.sheet.reading import PROSE, SECURITY, Kind, Reading, heading_of, variant_of
from convert.sheet.statuses import Decided, combine
from convert.sheet.table import Line, Table, read_lines

_BULLET = re.compile(r"\s*[-*•–] +")
_BETWEEN = re.compile(r"[,;\n]\s*")  # the trees of a cell
_Statuses = tuple[Stated, list[tuple[str, Words]]]  # what a row will state for one qualifier, and the cells by tree
_Security = Literal["yes", "no", "external", "question", "wrong"]


def read_features(tables: list[Table], reading: Reading) -> None:
    """Read the rows of the Features tabs into the drafts."""
    for number, table in enumerate(tables):
        tab = number if table.tree else 0
        headings = Headings(reading.report, (table.tree,) if table.tree else ())
        sections = reading.layout.sections != "column"
        if reading.layout.footnotes is not None:
            reading.notes = Footnotes.of(table, reading.layout.footnotes)
        left_out: list[int] = []
        section = feature = draft = None
        for line in read_lines(table, reading.layout, reading.report, reading.known, sections=sections):
            here = headings.move(line)
            if line.dropped:
                left_out.append(line.number)
            elif here:
                if draft is None or section is not headings.section or feature is not headings.feature:
                    section, feature = headings.section, headings.feature
                    draft = heading_of(section, feature, reading, tab)
                if line.title is None and (trees := trees_of(line, reading)):
                    _Row(line, trees, draft, reading, tab).read()
        headings.finish()
        if left_out:
            reading.report.append(problems_tabs.left_out(table.title, headings.trees, ranges(left_out)))


def trees_of(line: Line, reading: Reading) -> tuple[str, ...]:
    """The trees that a row is for: those of the tab, or those that its Tree cell names; what it names wrongly is
    reported.
    """
    table = line.table
    if table.tree is not None:
        return (table.tree,)
    if not table.by_row:
        return reading.trees
    said = line.get("tree")
    if said.struck:
        reading.report.append(problems.withdrawn(said.place, (), "tree", said.gone))
    elif not said.text and not said.broken:
        reading.report.append(problems_tabs.row_of_no_tree(line.place("tree"), (), "", None))
    known = {name.casefold(): name for name in reading.trees}
    known |= {fold_heading(text): name for text, name in table.layout.tree_columns.items() if name in reading.trees}
    whole = known.get(fold_heading(said.text))
    found = [whole] if whole else []
    for part in filter(None, _BETWEEN.split(said.text) if not whole else ()):
        tree = known.get(fold_heading(part))
        if tree is not None:
            found.append(tree)
        else:
            near = get_close_matches(fold_heading(part), known, n=1)
            reading.report.append(problems_tabs.row_of_no_tree(said.place, (), part, known[near[0]] if near else None))
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Row:
    """One row under a heading while it is read; `listed` are the trees in which it says anything."""

    line: Line
    trees: tuple[str, ...]
    draft: Draft
    reading: Reading
    tab: int
    security: Words = field(default_factory=lambda: BLANK)
    word: _Security | None = None
    sure: _Security | None = None
    listed: set[str] = field(default_factory=set)
    reached: Stated | None = None

    def read(self) -> None:
        """Statuses, texts and questions of the row into its draft."""
        draft, line = self.draft, self.line
        draft.rows += 1
        draft.mentions.update(self.trees)
        counts, variant = variant_of(line, self.reading, self._filled)
        if not counts:
            draft.states = True
            return
        statuses = self._own_statuses(variant)
        if line.has("other_variants"):
            statuses += self._other_variants()
        self.security = line.get("security")
        self.word = self._security_word(statuses)
        self.sure = self.word if self.word in SECURITY else None
        for stated, cells in statuses:
            draft.stated.append(stated)
            for tree, said in cells:
                self._status(stated, tree, said if self.reading.notes is None else self._without_mark(tree, said))
        for role in PROSE:
            self.reading.say(role, draft, line, self.trees, self.listed)

    def _filled(self) -> Sequence[str]:
        """The trees for which the row has a status; all where none has one."""
        if self.line.table.tree is not None:
            return self.trees
        return [tree for tree in self.trees if self.line.tree(tree).text] or self.trees

    def _own_statuses(self, variant: str | None) -> list[_Statuses]:
        """The statuses in columns of their own."""
        line = self.line
        if line.table.tree is not None:
            return [self._own_variant(line.table.tree, column, (name, variant)) for column, name in line.table.variants]
        cells = line.statuses(self.trees)
        if "variant" in line.table.roles:
            return [(Stated(variant, line.place("variant"), []), cells)]
        return [(Stated(variant, said.place, []), [(tree, said)]) for tree, said in cells]

    def _own_variant(self, tree: str, column: int, names: tuple[str, str | None]) -> _Statuses:
        """The status in a column of a variant, in a tab for one tree."""
        said = self.line.at(column)
        return Stated(", ".join(filter(None, names)) or None, said.place, []), [(tree, said)]

    def _other_variants(self) -> Iterator[_Statuses]:
        """The statuses of a cell with a line `variant: status` each."""
        spoken = self.reading.layout.vocabulary
        for said, wanted in self.line.by_place("other_variants", self.trees):
            if said.text and not spoken.says("nothing", said.text):
                for text in said.text.split("\n"):
                    yield from self._other_variant(said, wanted, text)

    def _other_variant(self, said: Words, wanted: Sequence[str], text: str) -> Iterator[_Statuses]:
        variant, colon, status = (one_line(part) for part in _BULLET.sub("", text).partition(":"))
        if variant and colon:
            yield Stated(variant, said.place, []), [(tree, replace(said, text=status)) for tree in wanted]
        elif variant and self.reading.layout.vocabulary.is_undecided(text):
            for tree in wanted:
                self.draft.ask("status", None, tree, self.line.get("owner").line or None, replace(said, text=text))
        elif variant or colon:
            self.reading.report.append(problems.other_variant_line(said.place, wanted, text))

    def _security_word(self, statuses: Sequence[_Statuses]) -> _Security | None:
        """What the Security cell of the row says; it says nothing where there is no status."""
        said, spoken = self.security, self.reading.layout.vocabulary
        if not said.text or spoken.says("nothing", said.text):
            return "wrong" if said.broken else None
        trees = [tree for _, cells in statuses for tree, status in cells if status.text]
        if not trees:
            return "wrong" if said.broken else None
        for word in SECURITY:
            if spoken.says(word, said.text):
                return word
        if spoken.is_undecided(said.text):
            return "question"
        self.reading.report.append(problems.unknown_security(said.place, trees, said.line))
        return "wrong"

    def _without_mark(self, tree: str, said: Words) -> Words:
        """A status without its footnote mark; the footnote becomes a caveat of its tree."""
        reading = self.reading
        if reading.notes is None or not said.text or reading.layout.vocabulary.knows(said.text):
            return said
        text, marks = reading.notes.split(said.text)
        if not marks:
            return said
        texts = [note for mark in marks if (note := reading.notes.texts.get(mark)) is not None]
        if len(texts) < len(marks):
            missing = next(mark for mark in marks if mark not in reading.notes.texts)
            reading.report.append(problems.no_footnote(said.place, [tree], missing))
        if texts:
            blocks = tuple(block for note in texts for block in note.blocks)
            caveat = Piece(Words(text, place=texts[0].place), blocks, (tree,), (), False, None)
            self.draft.prose["caveats"].append(caveat)
        return replace(said, text=text)

    def _status(self, stated: Stated, tree: str, said: Words) -> None:
        """One status into the draft: a statement, a question, or `text`; or what is wrong with it."""
        draft, word = self.draft, self.word
        if said.broken or (said.gone and said.struck):
            draft.states = True
        kind, decided = self.reading.judge(said.text, self.sure)
        if kind == "nothing":
            return
        self.listed.add(tree)
        if kind == "text":
            draft.texts.add(tree)
            return
        if self.reached is not stated:  # the others of the same row and qualifier are where it is
            self.reached = stated
            draft.states = True
            draft.variants.reach(stated.qualifier, partial(str, stated.place), self.tab)
        self.reading.note(said)
        if kind == "question" or word == "question":
            self._question(stated, tree, said, kind)
        elif word != "wrong":
            self._state(stated, tree, said, kind, decided)

    def _question(self, stated: Stated, tree: str, said: Words, kind: Kind) -> None:
        role: Role = "status" if kind == "question" else "security"
        asked = said if kind == "question" else self.security
        self.draft.ask(role, stated.qualifier, tree, self.line.get("owner").line or None, asked)
        stated.statements.append((tree, None))
        self.reading.note(asked)

    def _state(self, stated: Stated, tree: str, said: Words, kind: Kind, decided: Decided | None) -> None:
        """Add a statement to the draft, or say what is wrong with it."""
        if kind != "known" or decided is None:
            decided = self._doubtful(stated, tree, said, kind, decided)
            if decided is None:
                return
        label = decided.status.label
        statement = Statement(tree, decided.value, label, said.place, said.text, decided.keyword)
        stated.statements.append((tree, statement))

    def _doubtful(self, stated: Stated, tree: str, said: Words, kind: Kind, decided: Decided | None) -> Decided | None:
        """What a status that is no label is written as; None: not at all, and an error says why."""
        reading = self.reading
        if kind == "lines" or decided is None:
            reading.report.append(problems.status_line_break(said.place, [tree], said.text))
            return None
        if kind == "unknown":
            decided = reading.unknown(self.draft, stated.qualifier, tree, said, decided)
            if decided is None:
                return None
            if self.sure is not None and combine(decided, self.sure) is None:
                kind = "contradiction"
        if kind == "contradiction":
            security = self.security.line
            reading.report.append(problems.security_contradiction(said.place, [tree], security, decided.value))
            return None
        if kind == "own":
            reading.used[said.line] = reading.used.get(said.line, 0) + 1
        return decided

"""The categorisation while rows are read: everything by heading, then checked and put into the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from convert.sheet import problems
from convert.sheet.catalogue import quote
from convert.sheet.cell_text import Words
from convert.sheet.headings import Ordered
from convert.sheet.model import Feature, Limit, OpenQuestion, Prose, Role, Section, Statement, Variant, rows_of
from grammar.diagnostic import Diagnostic
from grammar.rows import key_of


@dataclass(slots=True)
class Stated:
    """What a row states for one qualifier, by tree: None where it is undecided; `place` is the row's variant."""

    qualifier: str | None
    place: str
    statements: list[tuple[str, Statement | None]]


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one row for some trees.

    `unlisted` are those in which the row itself is blank, unless it is the first of its feature.
    """

    said: Words
    blocks: Prose
    trees: tuple[str, ...]
    unlisted: tuple[str, ...]
    undecided: bool
    owner: str | None


@dataclass(slots=True)
class Draft:
    """What the rows say about one heading.

    `section` and `feature` are the headings that lead here, for people, `path` all of them; `mentions` are the trees
    its rows are for; `states`: a row has a status, a question, or one that was struck or is wrong.
    """

    section: str
    feature: str | None
    name: str | None
    place: str
    path: tuple[str, ...]
    stated: list[Stated] = field(default_factory=list)
    variants: Ordered[str | None, str] = field(default_factory=Ordered)
    limits: list[Limit] = field(default_factory=list)
    prose: dict[Role, list[Piece]] = field(default_factory=lambda: {"description": [], "caveats": []})
    questions: list[OpenQuestion] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    states: bool = False
    rows: int = 0
    features: Ordered[str, Draft] = field(default_factory=Ordered)

    def ask(self, role: Role, variant: str | None, tree: str, owner: str | None, said: Words) -> None:
        """Note an undecided cell."""
        question = OpenQuestion(self.section, self.feature, variant, tree, role, owner, said.line, said.place)
        self.questions.append(question)
        self.states = True


@dataclass(slots=True)
class SectionDraft:
    """A section while rows are read."""

    own: Draft
    features: Ordered[str, Draft] = field(default_factory=Ordered)
    sections: Ordered[str, SectionDraft] = field(default_factory=Ordered)


@dataclass(slots=True)
class Drafts:
    """All headings of a workbook while its rows are read."""

    sections: Ordered[str, SectionDraft] = field(default_factory=Ordered)

    def at(
        self,
        section: tuple[str, ...],
        feature: tuple[str, ...],
        places: tuple[str, str],
        tab: int,
        *,
        at_end: bool = False,
    ) -> Draft:
        """The draft of a heading, of the section itself where `feature` is empty; `places` of section and feature."""
        title = " / ".join(section)
        found: SectionDraft | None = None
        for name in section:
            into = self.sections if found is None else found.sections
            found = into.reach(
                name, lambda: SectionDraft(Draft(title, None, None, places[0], section)), tab, at_end=at_end
            )
        if found is None:
            raise ValueError("a row needs a section")
        draft, features = found.own, found.features
        for depth, name in enumerate(feature, 1):
            path = " / ".join(feature[:depth])

            def make(path: str = path, name: str = name, depth: int = depth) -> Draft:
                return Draft(title, path, name, places[1], (*section, *feature[:depth]))

            draft = features.reach(name, make, tab, at_end=at_end)
            features = draft.features
        return draft


def finish(
    drafts: Drafts, trees: tuple[str, ...], report: list[Diagnostic]
) -> tuple[tuple[Section, ...], tuple[OpenQuestion, ...]]:
    """The model's sections, and the open questions, both in the order of the sheet; problems go into `report`."""
    work = _Finish({name: n for n, name in enumerate(trees)}, report)
    return tuple(work.sections(drafts.sections)), tuple(work.questions)


class _Finish:
    """What finishing shares: the order of the trees, the problems, the questions."""

    def __init__(self, order: dict[str, int], report: list[Diagnostic]) -> None:
        self.order, self.report = order, report
        self.questions: list[OpenQuestion] = []

    def sections(self, drafts: Ordered[str, SectionDraft]) -> Iterator[Section]:
        self.twins((title, draft.own.place) for title, draft in drafts)
        for title, draft in drafts:
            self.twins((name, inner.place) for name, inner in draft.features)
            own = self.feature(draft.own)
            features = tuple(found for _, inner in draft.features if (found := self.feature(inner)) is not None)
            sections = tuple(self.sections(draft.sections))
            below: list[Feature | Section] = [*features, *sections, *([own] if own else [])]
            trees = frozenset[str]().union(*(part.trees for part in below))
            if trees:
                yield Section(title, own, features, sections, trees, draft.own.place)

    def twins(self, named: Iterable[tuple[str, str]]) -> None:
        """Say which names in one place differ in case or spaces only: they are two headings."""
        seen: dict[str, str] = {}
        for name, place in named:
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                self.report.append(problems.case_twins(place, (), name, other))

    def feature(self, draft: Draft) -> Feature | None:
        """A heading with all below it; None where no tree has it."""
        variants, limits = self.distinct(draft)
        self.questions.extend(draft.questions)
        present = {s.tree for v in variants for s in v.statements} | {
            tree for limit in limits for tree in limit.maximum
        }
        present |= draft.texts
        prose = any(draft.prose.values())
        features_drafted = list(draft.features)
        if not draft.states and not draft.texts and (prose or (draft.name is not None and not features_drafted)):
            present |= draft.mentions
            if not prose:
                self.report.append(problems.heading_only(draft.place, draft.mentions, draft.name))
        places: dict[str, str] = {}
        texts = {role: self.prose(draft, role, present, places) for role in draft.prose}
        features = tuple(found for _, inner in features_drafted if (found := self.feature(inner)) is not None)
        trees = frozenset(present).union(*(feature.trees for feature in features))
        if not trees:
            return None
        return Feature(
            draft.name,
            variants,
            limits,
            texts["description"],
            texts["caveats"],
            frozenset(draft.texts),
            trees,
            features,
            draft.place,
            places,
        )

    def prose(self, draft: Draft, role: Role, present: set[str], places: dict[str, str]) -> dict[str, Prose]:
        """The text of a role by tree: that of all rows, each once."""
        if not draft.prose[role]:
            return {}
        blocks: dict[str, list[Prose]] = {}
        for piece in draft.prose[role]:
            trees = [tree for tree in piece.trees if tree in present]
            if piece.undecided:
                for tree in trees:
                    self.questions.append(
                        OpenQuestion(
                            draft.section,
                            draft.feature,
                            None,
                            tree,
                            role,
                            piece.owner,
                            piece.said.line,
                            piece.said.place,
                        )
                    )
                continue
            unlisted = []
            for tree in trees:
                parts = blocks.setdefault(tree, [])
                if piece.blocks not in parts:
                    parts.append(piece.blocks)
                    places.setdefault(f"{role} {tree}", piece.said.place)
                    if tree in piece.unlisted:
                        unlisted.append(tree)
            if unlisted:
                self.report.append(problems.prose_of_unlisted_row(piece.said.place, unlisted, role, unlisted))
        return {tree: _together(blocks[tree]) for tree in self.order if tree in blocks}

    def distinct(self, draft: Draft) -> tuple[tuple[Variant, ...], tuple[Limit, ...]]:
        """Variants and limits; of rows that have equal keys in a tree the first counts, and an error says so."""
        taken = _Taken()
        by_qualifier: dict[str | None, list[Statement]] = {}
        for stated in draft.stated:
            new = taken.take(
                stated.qualifier, _named(stated.qualifier), stated.place, [tree for tree, _ in stated.statements]
            )
            decided = [statement for tree, statement in stated.statements if statement is not None and tree in new]
            if decided:
                by_qualifier.setdefault(stated.qualifier, []).extend(decided)
        limits = []
        for limit in draft.limits:
            fine = True
            for tree in limit.maximum:
                for qualifier, _, _ in rows_of(limit, tree):
                    what = f"the limit {quote(qualifier)}" if qualifier else "the limit without variant"
                    fine &= tree in taken.take(qualifier, what, limit.place, [tree])
            if fine:
                limits.append(limit)
        for (place, this, other), trees in taken.clashes.items():
            self.report.append(problems.equal_keys(place, trees, this, other, " / ".join(_path(draft))))
        variants = tuple(
            Variant(qualifier, tuple(sorted(by_qualifier[qualifier], key=lambda s: self.order[s.tree])), place)
            for qualifier, place in draft.variants
            if qualifier in by_qualifier
        )
        return variants, tuple(limits)


@dataclass(slots=True)
class _Taken:
    """The rows below a heading by key and tree, each as what it is and where; `clashes` are the trees in which a row
    has the key of an earlier one.
    """

    rows: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    clashes: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def take(self, qualifier: str | None, what: str, place: str, trees: list[str]) -> list[str]:
        """Enter a row for some trees; those of them in which no other row has its key."""
        key, row = _key(qualifier), (what, place)
        there = self.rows.get(key)
        if there is None:
            self.rows[key] = dict.fromkeys(trees, row)
            return trees
        new = []
        for tree in trees:
            first = there.setdefault(tree, row)
            if first == row:
                new.append(tree)
            else:
                self.clashes.setdefault((place, what, f"{first[0]} ({first[1]})"), []).append(tree)
        return new


def _together(parts: list[Prose]) -> Prose:
    return parts[0] if len(parts) == 1 else tuple(block for part in parts for block in part)


@lru_cache(maxsize=4096)
def _named(qualifier: str | None) -> str:
    return f"the variant {quote(qualifier)}" if qualifier else "the row without variant"


@lru_cache(maxsize=4096)
def _key(qualifier: str | None) -> str:
    return key_of("", qualifier) if qualifier is not None else ""


def _path(draft: Draft) -> tuple[str, ...]:
    return (draft.section, draft.feature) if draft.feature is not None else (draft.section,)

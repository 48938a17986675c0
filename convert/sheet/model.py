"""What a workbook says, tree by tree: the categorisation.

Places (`Features!F23`) are on everything and take no part in comparison: two categorisations that say the same are
equal, wherever their cells are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from grammar.diagnostic import Diagnostic
from grammar.nodes import Block

Prose = tuple[Block, ...]
"""Paragraphs and bullet lists, as `cell_text.prose` makes them."""

Role = Literal["status", "maximum", "tested", "security", "description", "caveats"]


@dataclass(frozen=True, slots=True)
class Tree:
    """A Xen tree and the fields of its release part; None where the sheet says nothing.

    `release_notes` is the address the release-notes entry links to, None for no entry.  `places` gives the cell of each
    fact by its attribute (`version`: `Trees!C3`).
    """

    name: str
    branch: str | None
    version: str
    initial_release: str | None
    supported_until: str | None
    security_support_until: str | None
    release_notes: str | None
    place: str = field(default="", compare=False)
    places: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(slots=True, unsafe_hash=True)  # not frozen: there is one for each status cell, and it never changes
class Statement:
    """One decided status cell: `value` is what is after `Status: `, `label` the vocabulary's name or None.

    `keyword` is `Supported` for a list (`Supported, x86: bzImage, ELF`), which is no status.
    """

    tree: str
    value: str
    label: str | None
    place: str = field(default="", compare=False)
    original: str = field(default="", compare=False)
    keyword: str = "Status"


@dataclass(frozen=True, slots=True)
class Variant:
    """The statuses of one qualifier (None: the unqualified Status), in the trees' order."""

    qualifier: str | None
    statements: tuple[Statement, ...]
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a limit: `text` with its unit (`12 TiB`); `more` is a sentence after it (maximum only)."""

    text: str
    more: str | None = None
    place: str = field(default="", compare=False)
    original: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one variant: figures by tree.

    A tree has the limit when it has a maximum; `tested` and `security` are there only for such trees, `security` only
    where security support ends below the maximum.
    """

    variant: str | None
    unit: str | None
    maximum: Mapping[str, Figure]
    tested: Mapping[str, Figure]
    security: Mapping[str, Figure]
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Feature:
    """A heading with what is below it: description, statuses, limits, caveats; then deeper headings.

    `name` is None for what is directly below a section's heading.  `trees` are those whose file has the heading;
    `description` and `caveats` have an entry for each of them that has the text; `texts` are the trees that say `text`.
    `features` are deeper headings, which only a layout with a `heading_separator` makes.
    """

    name: str | None
    variants: tuple[Variant, ...] = ()
    limits: tuple[Limit, ...] = ()
    description: Mapping[str, Prose] = field(default_factory=dict)
    caveats: Mapping[str, Prose] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    trees: frozenset[str] = frozenset()
    features: tuple[Feature, ...] = ()
    place: str = field(default="", compare=False)
    prose_places: Mapping[str, str] = field(default_factory=dict, compare=False)

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Feature]]:
        """This feature and all below it, each with the names that lead to it."""
        here = (*path, self.name) if self.name is not None else path
        yield here, self
        for feature in self.features:
            yield from feature.walk(here)


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its own text and statuses (`own`), its features in sheet order, then deeper sections."""

    title: str
    own: Feature | None
    features: tuple[Feature, ...]
    sections: tuple[Section, ...] = ()
    trees: frozenset[str] = frozenset()
    place: str = field(default="", compare=False)

    def walk(self) -> Iterator[tuple[tuple[str, ...], Feature]]:
        """Own text, features and deeper sections' features in file order, each with the headings that lead to it."""
        if self.own is not None:
            yield from self.own.walk((self.title,))
        for feature in self.features:
            yield from feature.walk((self.title,))
        for section in self.sections:
            for path, feature in section.walk():
                yield (self.title, *path), feature


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """An undecided cell.  `place`, `owner` and `words` are for the private list only.

    `section` and `feature` are headings joined with ` / ` where there are several; `feature` is None for the section
    itself, `variant` for the unqualified row.
    """

    section: str
    feature: str | None
    variant: str | None
    tree: str
    role: Role
    owner: str | None
    words: str
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Categorisation:
    """All of a workbook.  `cells` has the text of every cell that trees, statuses, limits and questions come from.

    `advice`: where the workbook is not in the layout's shape, what is seen in it and how a layout would map it.
    """

    trees: tuple[Tree, ...]
    sections: tuple[Section, ...]
    open_questions: tuple[OpenQuestion, ...]
    problems: tuple[Diagnostic, ...] = field(default=(), compare=False)
    workbook: str = field(default="", compare=False)
    sha256: str = field(default="", compare=False)
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)
    advice: str = field(default="", compare=False)

    def tree(self, name: str) -> Tree | None:
        """The tree of a name."""
        return next((tree for tree in self.trees if tree.name == name), None)

    def blocked(self) -> frozenset[str]:
        """The trees for which nothing may be written: those that an error touches."""
        touched: set[str] = set()
        for problem in self.problems:
            if problem.severity == "error":
                touched.update(problem.trees or [tree.name for tree in self.trees])
        return frozenset(touched)


def rows_of(limit: Limit, tree: str) -> tuple[tuple[str | None, str, str], ...]:
    """How a limit is written in a tree: (qualifier, value, place) of each Status field; none without a maximum.

    Source: the mark-up's "Limits": `Supported up to N`, then `regularly tested` and `security supported`.
    """
    maximum = limit.maximum.get(tree)
    if maximum is None:
        return ()
    value = f"Supported up to {maximum.text}"
    rows = [(limit.variant, f"{value}. {maximum.more}" if maximum.more else value, maximum.place)]
    for words, figures in (("regularly tested", limit.tested), ("security supported", limit.security)):
        if (figure := figures.get(tree)) is not None:
            qualifier = f"{limit.variant}, {words}" if limit.variant else words
            rows.append((qualifier, f"Up to {figure.text}", figure.place))
    return tuple(rows)


class FieldOf(NamedTuple):
    """A field as it is written: `Status, QUALIFIER: VALUE`, or `Supported, ...` for a list; `place` is its cell."""

    qualifier: str | None
    value: str
    place: str
    keyword: str = "Status"


def fields_by_tree(feature: Feature) -> dict[str, list[FieldOf]]:
    """Every field of a feature by tree, in file order: variants, then limits; no tree without any."""
    found: dict[str, list[FieldOf]] = {}
    for variant in feature.variants:
        for tree, one in {statement.tree: statement for statement in reversed(variant.statements)}.items():
            found.setdefault(tree, []).append(FieldOf(variant.qualifier, one.value, one.place, one.keyword))
    for limit in feature.limits:
        for tree in limit.maximum:
            found.setdefault(tree, []).extend(FieldOf(*row) for row in rows_of(limit, tree))
    return found


def fields_of(feature: Feature, tree: str) -> tuple[FieldOf, ...]:
    """The fields of a feature in one tree."""
    return tuple(fields_by_tree(feature).get(tree, ()))

"""The headings and rows of several trees in one: the same keys and nesting as in Xen's own matrix, in the newest
tree's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convert.names.aliases import Aliases
from convert.names.pairing import folded, prose, split_prose
from grammar.nodes import Block, Document, Paragraph, Section
from grammar.record import field, record
from grammar.rows import Row
from grammar.source import Source, Span


@record(frozen=True)
class Part:
    """What one tree says under one heading, beside its fields: where it is, and its prose as plain text.

    `described`: a paragraph is before the first field (a list does not count, as in Xen's own matrix).
    `span` is the whole section with all below it, `own` the part above its first subsection.
    """

    key: str
    path: tuple[str, ...]
    line: int
    description: str
    caveats: str
    described: bool
    span: Span
    own: Span


@record(eq=False)
class Node:
    """A heading or a qualified row in all trees that have it; trees count from 0, the newest.

    `rows` and `parts` are by tree; a qualified row has no parts.  `key` and the names are those of the newest tree that
    has it: `plain` as they are there, `names` with aliases followed (both empty where there are no aliases).
    """

    key: str
    heading: bool
    parent: Node | None
    names: frozenset[str]
    plain: frozenset[str]
    children: list[Node] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)
    parts: dict[int, Part] = field(default_factory=dict)
    by_key: dict[str, Node] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """All below this node in the order of the matrix: qualified rows first, then headings."""
        for child in self.children:
            yield child
            yield from child.walk()

    def keys(self) -> tuple[str, ...]:
        """The keys on its path."""
        return (*self.parent.keys(), self.key) if self.parent else ()


def merge(trees: Sequence[tuple[str, Document, Sequence[Row], Source]], aliases: Aliases) -> Node:
    """All trees, newest first, as (name, document, rows, source), in one tree of nodes.

    A node that the newer trees lack is after its nearest preceding sibling in the newest tree that has it.  What has
    equal keys on its whole path is one; so is what the aliases file joins, and nothing else.
    """
    root = Node("", True, None, frozenset(), frozenset())
    named: dict[str, list[Node]] = {}
    for index, (name, document, rows, source) in enumerate(trees):
        _Merge(index, name, aliases, source, root, _by_section(rows), named).document(document)
    return root


def _by_section(rows: Sequence[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(row.keys[:-1] if is_part(row) else row.keys, []).append(row)
    return found


def is_part(row: Row) -> bool:
    """Whether a row is a qualified one: it is under a heading instead of being the heading's own."""
    return bool(row.qualifier) or row.kind == "term"


@record()
class _Merge:
    """One tree on its way into the nodes; `named`: the nodes by their names with aliases followed."""

    index: int
    tree: str
    aliases: Aliases
    source: Source
    root: Node
    rows: dict[tuple[str, ...], list[Row]]
    named: dict[str, list[Node]]
    own: set[tuple[str, ...]] = field(default_factory=set)

    def document(self, document: Document) -> None:
        if self.aliases.entries:
            self.own = set(_paths(document.sections, ()))
        self._sections(document.sections, self.root, (), ())

    def _sections(
        self, sections: Sequence[Section], parent: Node, keys: tuple[str, ...], heads: tuple[str, ...], at: int = 0
    ) -> None:
        """Join or insert the sections below a node; `at`: where the first of them goes when it is new."""
        for section in sections:
            anchor = section.heading.anchor
            names = (section.heading.text, anchor)
            node = (
                parent.by_key.get(anchor) or self._alias(parent, names) or self._insert(parent, anchor, True, names, at)
            )
            if node.parent is parent:
                at = _after(parent, node, at)
            self._section(section, node, (*keys, anchor), (*heads, section.heading.text))

    def _section(self, section: Section, node: Node, keys: tuple[str, ...], path: tuple[str, ...]) -> None:
        end = section.sections[0].span.start if section.sections else section.span.end
        line = self.source.position(section.span.start)[0]
        own = Span(section.span.start, end)
        known = node.parts.get(self.index)
        description, caveats, described = section.derived(_said)
        if known is not None:  # the same identifier given twice
            description = "\n".join(filter(None, (known.description, description)))
            caveats = "\n".join(filter(None, (known.caveats, caveats)))
            line, own, described = known.line, Span(known.own.start, end), described or known.described
        node.parts[self.index] = Part(
            keys[-1], path, line, description, caveats, described, Span(own.start, section.span.end), own
        )
        at = 0
        for row in self.rows.get(keys, ()):
            if not is_part(row):
                node.rows[self.index] = row
                continue
            key = node.key + row.key.removeprefix(section.heading.anchor)
            child = (
                node.by_key.get(key) or self._alias(node, (row.key,)) or self._insert(node, key, False, (row.key,), at)
            )
            if child.parent is node:
                at = _after(node, child, at)
            child.rows[self.index] = row
        first = next((n for n, child in enumerate(node.children) if child.heading), len(node.children))
        self._sections(section.sections, node, keys, path, first)

    def _names(self, names: Sequence[str]) -> frozenset[str]:
        return (
            frozenset(self.aliases.canonical(name, self.tree) for name in names)
            if self.aliases.entries
            else frozenset()
        )

    def _alias(self, parent: Node, words: Sequence[str]) -> Node | None:
        """The node that the aliases file says is the same: a sibling, else one elsewhere; never one that this tree
        has itself.
        """
        if not self.aliases.entries:
            return None
        names, plain = self._names(words), frozenset(map(folded, words))
        found = [
            node
            for node in {id(node): node for name in names for node in self.named.get(name, ())}.values()
            if any(name not in plain or name not in node.plain for name in names & node.names)
            and self.index not in node.rows
            and self.index not in node.parts
            and node.keys() not in self.own
        ]
        beside = [node for node in found if node.parent is parent] or found
        if len(beside) < 2:
            return next(iter(beside), None)
        return next(node for node in self.root.walk() if node in beside)

    def _insert(self, parent: Node, key: str, heading: bool, words: Sequence[str], at: int) -> Node:
        plain = frozenset(map(folded, words)) if self.aliases.entries else frozenset()
        node = Node(key, heading, parent, self._names(words), plain)
        parent.children.insert(at, node)
        parent.by_key[key] = node
        for name in node.names:
            self.named.setdefault(name, []).append(node)
        return node


def _said(blocks: tuple[Block, ...]) -> tuple[str, str, bool]:
    """Description, caveats, and whether a paragraph is before the first field."""
    before, after = split_prose(blocks)
    return prose(before), prose(after), any(isinstance(block, Paragraph) for block in before)


def _after(parent: Node, node: Node, at: int) -> int:
    """The place behind a child; `at` is where it usually is."""
    there = parent.children[at] is node if at < len(parent.children) else False
    return (at if there else parent.children.index(node)) + 1


def _paths(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for section in sections:
        keys = (*above, section.heading.anchor)
        yield keys
        yield from _paths(section.sections, keys)

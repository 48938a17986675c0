"""The headings and rows of several trees in one: the same keys and nesting as in Xen's own matrix, in the newest
tree's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convert.names.aliases import Aliases
from convert.names.pairing import folded, is_part, rows_by_heading, texts
from grammar.nodes import Document, Section
from grammar.record import field, record
from grammar.rows import Row
from grammar.source import Source


@record()
class Part:
    """What one tree says under one heading, beside its fields: where it is, and its prose as plain text.

    `described`: a paragraph is before the first field (a list does not count, as in Xen's own matrix).
    `start` and `end` are those of the whole section with all below it; `below` is where its first subsection begins.
    """

    key: str
    path: tuple[str, ...]
    line: int
    description: str
    caveats: str
    described: bool
    start: int
    below: int
    end: int


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
        _Merge(index, name, aliases, document, source, root, rows_by_heading(rows), named).join()
    return root


@record()
class _Merge:
    """One tree on its way into the nodes; `named`: the nodes by their names with aliases followed."""

    index: int
    tree: str
    aliases: Aliases
    document: Document
    source: Source
    root: Node
    rows: dict[tuple[str, ...], list[Row]]
    named: dict[str, list[Node]]

    def join(self) -> None:
        """Join all headings and rows of the tree with the nodes that are there, or insert them."""
        self._sections(self.document.sections, self.root, (), ())

    def _sections(
        self, sections: Sequence[Section], parent: Node, above: tuple[str, ...], heads: tuple[str, ...]
    ) -> None:
        behind: Node | None = None
        for section in sections:
            anchor, text = section.heading.anchor, section.heading.text
            node = parent.by_key.get(anchor) or self._new(parent, anchor, True, (text, anchor), behind)
            if node.parent is parent:
                behind = node
            keys, path = (*above, anchor), (*heads, text)
            node.parts[self.index] = self._part(section, path, node.parts.get(self.index))
            if rows := self.rows.get(keys):
                self._rows(rows, node, anchor)
            if section.sections:
                self._sections(section.sections, node, keys, path)

    def _part(self, section: Section, path: tuple[str, ...], known: Part | None) -> Part:
        """What a section says; `known`: what one above it says that was given the same identifier."""
        start, end = section.span
        below = section.sections[0].span.start if section.sections else end
        description, caveats, described = section.derived(texts)
        if known is not None:
            description = "\n".join(filter(None, (known.description, description)))
            caveats = "\n".join(filter(None, (known.caveats, caveats)))
            start, described = known.start, described or known.described
        line = self.source.line_of(start)
        return Part(section.heading.anchor, path, line, description, caveats, described, start, below, end)

    def _rows(self, rows: Sequence[Row], node: Node, anchor: str) -> None:
        """Join or insert a heading's rows."""
        behind: Node | None = None
        for row in rows:
            if not is_part(row):
                node.rows[self.index] = row
                continue
            key = node.key + row.key.removeprefix(anchor)
            child = node.by_key.get(key) or self._new(node, key, False, (row.key,), behind)
            if child.parent is node:
                behind = child
            child.rows[self.index] = row

    def _new(self, parent: Node, key: str, heading: bool, words: Sequence[str], behind: Node | None) -> Node:
        """The node of a key that its parent does not know: another one by the aliases, or one that is inserted."""
        names = plain = frozenset[str]()
        if self.aliases.entries:
            names = frozenset([self.aliases.canonical(word, self.tree) for word in words])
            plain = frozenset(map(folded, words))
        node = Node(key, heading, parent, names, plain)
        return self._alias(node, parent) or self._insert(node, parent, behind)

    def _alias(self, new: Node, parent: Node) -> Node | None:
        """The node that the aliases file says is the same as a new one: a sibling, else one elsewhere; never one that
        this tree has itself.
        """
        names, plain = new.names, new.plain
        found = [
            node
            for node in {id(node): node for name in names for node in self.named.get(name, ())}.values()
            if any(name not in plain or name not in node.plain for name in names & node.names)
            and self.index not in node.rows
            and self.index not in node.parts
            and not _has(self.document.sections, node.keys())
        ]
        beside = [node for node in found if node.parent is parent] or found
        if len(beside) < 2:
            return next(iter(beside), None)
        return next(node for node in self.root.walk() if node in beside)

    def _insert(self, node: Node, parent: Node, behind: Node | None) -> Node:
        parent.children.insert(_place(parent, node.heading, behind), node)
        parent.by_key[node.key] = node
        for name in node.names:
            self.named.setdefault(name, []).append(node)
        return node


def _place(parent: Node, heading: bool, behind: Node | None) -> int:
    """Where a new child goes: behind one that is there, or before all of its sort; qualified rows come first."""
    if behind is not None:
        return parent.children.index(behind) + 1
    if not heading:
        return 0
    return next((n for n, child in enumerate(parent.children) if child.heading), len(parent.children))


def _has(sections: Sequence[Section], keys: Sequence[str]) -> bool:
    """Whether there is a section of these keys."""
    return not keys or any(one.heading.anchor == keys[0] and _has(one.sections, keys[1:]) for one in sections)

"""The three-way merge of a SUPPORT file, by its structure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from convert.merge import nodes as tree
from convert.merge.chunks import Chunk, Labels, assemble, left_over, marked
from convert.merge.fields import literals, loose, merge_fields
from convert.merge.nodes import Node
from convert.merge.parts import File, Part, Unit, read, read_text
from convert.merge.prose import for_fields, merge_units
from convert.merge.sequence import Side, pick
from convert.merge.sides import Change, Context, MergeText, Place, Rule, Who
from grammar.meaning import Meaning

_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged file, what each side changed, how many units there are in all.

    `data` has conflict markers where a change is `open`.
    """

    data: bytes
    changes: tuple[Change, ...]
    units: int

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The changes that need a decision."""
        return tuple(change for change in self.changes if change.open)


def no_rule(_place: Place) -> None:
    """The rule that settles nothing."""


def merge(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    *,
    labels: Labels | None = None,
    merge_text: MergeText,
    rule: Rule = no_rule,
) -> Merged:
    """Merge what changed from base to theirs into ours.

    By unit: each Status field, paragraph, list item, heading, and the position of a heading; two changes of one unit
    that are not the same are a conflict, between markers in the result.  What only we changed, or nobody, keeps its
    bytes. `merge_text` merges the words of one paragraph, as `git merge-file --zdiff3` does (trees/git.merge_file).
    ValueError for bytes that are not UTF-8.
    """
    files = read(base, "base"), read(ours, "ours"), read(theirs, "theirs")
    merger = _Merger(files, labels or Labels(), rule, merge_text)
    found = merger.run()
    if rule is no_rule and not found.conflicts:
        # a side that is the base byte for byte has nothing to say about layout either
        if ours in (base, theirs):
            return Merged(theirs, found.changes, found.units)
        if theirs == base:
            return Merged(ours, found.changes, found.units)
    return found


class _Merger:
    def __init__(self, files: tuple[File, File, File], labels: Labels, rule: Rule, merge_text: MergeText) -> None:
        self.base, self.ours, self.theirs = files
        self.labels, self.rule, self.merge_text = labels, rule, merge_text
        self.forced: set[Place] = set()

    def run(self) -> Merged:
        for _ in range(_ROUNDS):
            context = Context(self.labels, self.rule, self.merge_text)
            chunks = list(self.chunks(context))
            text = self.assembled(chunks)
            if any(change.open for change in context.changes):
                return self.result(text, context)
            wrong = None if text in (_text(self.ours), _text(self.theirs)) else self.first_wrong(chunks, text)
            if wrong is None:
                return self.result(text, context)
            if wrong.place("file") in self.forced or wrong.base is wrong.ours is None:
                break
            self.forced.add(wrong.place("file"))
        context = Context(self.labels, self.rule, self.merge_text)
        versions = [_text(file).rstrip("\n") for file in (self.ours, self.base, self.theirs)]
        place = Place("*", (), "file")
        settled = self.rule(place)
        context.note(place, "conflict", (versions[1], versions[0], versions[2]), settled)
        if settled is not None:
            return self.result(_text(self.ours if settled == "ours" else self.theirs), context)
        return self.result(marked("*", versions, self.labels) + "\n", context)

    def result(self, text: str, context: Context) -> Merged:
        if self.ours.crlf:
            text = text.replace("\n", "\r\n")
        return Merged(text.encode("utf-8", "surrogatepass"), tuple(context.changes), context.units)

    def chunks(self, context: Context) -> Iterator[Chunk]:
        found = tree.build(self.base.root, self.ours.root, self.theirs.root)
        tree.settle_positions(context, found)
        tree.decide_alive(context, found)
        tree.arrange(context, found)
        tree.find_namesakes(found)
        yield from self.node(context, found[0])

    def node(self, context: Context, node: Node) -> Iterator[Chunk]:
        for chunk in self.own(context, node):
            chunk.owner = node
            yield chunk
        for below in node.below:
            yield from self.node(context, below)

    def own(self, context: Context, node: Node) -> Iterator[Chunk]:
        """A heading and its blocks."""
        place = node.place("feature")
        b, o, t = node.base, node.ours, node.theirs
        if node.clash:
            versions = [_own(part) if part is not None else "" for part in (o, b, t)]
            yield Chunk(
                marked(place.key, versions, context.labels),
                node.part.units[-1].gap if node.part.units else "\n\n",
                "conflict",
            )
            return
        if node.whole or (b is None and (o is None or t is None)):
            yield from self.verbatim(node, "ours" if o is not None else "theirs")
            return
        yield self.heading(context, node)
        if node.place("file") in self.forced:
            yield from self.body_by_hand(context, node)
            return
        yield from self.body(context, node)

    def body_by_hand(self, context: Context, node: Node) -> Iterator[Chunk]:
        """A heading's blocks that do not read back as they were merged: all of them are one conflict."""
        b, o, t = node.base, node.ours, node.theirs
        place = node.place("text")
        settled = context.rule(place)
        context.note(place, "conflict", [_body(part) for part in (b, o, t)], settled)
        if settled is None:
            yield Chunk(marked(place.key, [_body(part) for part in (o, b, t)], context.labels), "\n\n", "conflict")
            return
        chosen = o if settled == "ours" else t
        for unit in chosen.units if chosen is not None else ():
            yield Chunk(unit.text, unit.gap, unit.kind, settled, unit.index, unit.meaning)

    def verbatim(self, node: Node, origin: str) -> Iterator[Chunk]:
        part = node.part
        yield Chunk(_relevelled(part, node), part.gap, "heading", origin, part.index, _heading_meaning(part, node))
        for unit in part.units:
            yield Chunk(unit.text, unit.gap, unit.kind, origin, unit.index, unit.meaning)

    def heading(self, context: Context, node: Node) -> Chunk:
        """The heading's line, with the level that its place asks for."""
        part, t = node.part, node.theirs
        if node.moving:
            return self.clash(context, node, "position")
        taken = part
        if node.ours is not None and t is not None:
            side, who = _named(node.base, node.ours, t)
            if node.namesake:
                side, who = None, "conflict"
            place = node.place("heading")
            settled = context.rule(place) if who else None
            texts = [None if p is None else p.head for p in (node.base, node.ours, t)]
            context.note(place, who, texts, settled)
            if side is None and settled is None:
                return self.clash(context, node, "heading")
            taken = t if (settled or side) == "theirs" else part
        origin = "ours" if node.ours is not None else "theirs" if t is not None else ""
        return Chunk(_relevelled(taken, node), part.gap, "heading", origin, part.index, _heading_meaning(taken, node))

    def clash(self, context: Context, node: Node, what: str) -> Chunk:
        key = node.place(what).key
        shown = [
            f"{part.head}"
            + (f"  (below {part.parent.head or 'the title'})" if what == "position" and part.parent else "")
            for part in (node.ours, node.base, node.theirs)
            if part is not None
        ]
        if len(shown) == 2:
            shown.insert(1, "")
        return Chunk(marked(key, shown, context.labels), node.part.gap, "conflict", "ours", node.part.index)

    def body(self, context: Context, node: Node) -> Iterator[Chunk]:
        """A heading's blocks, merged."""
        if node.bare and node.ours is None:  # we had removed its text
            return
        b, o, t = ([] if part is None else part.units for part in (node.base, node.ours, node.theirs))
        mine = [unit for unit in o if unit.kind == "fields"]
        fields = merge_fields(
            context, node.row, *([unit for unit in units if unit.kind == "fields"] for units in (b, o, t))
        )
        texts, waiting = literals(mine, fields)
        by_index = {unit.index: (unit, text) for unit, text in zip(mine, texts, strict=True)}
        prose = t if node.theirs is not None else b  # a heading kept against them keeps its text
        for chunk in merge_units(context, node.place, b, o, prose):
            if chunk.kind != "fields":
                yield chunk
            elif chunk.index in by_index and chunk.origin == "ours":
                yield from _merged_literal(*by_index[chunk.index])
            elif waiting:
                yield Chunk("\n".join(waiting), "\n\n", "fields")
                waiting = []

    # -- putting together, and reading again
    # ------------------------------------------------------------------------------
    def assembled(self, chunks: list[Chunk]) -> str:
        for chunk, after in pairwise(chunks):
            if chunk.kind == "list" and after.kind == "fields" and after.text.startswith((" ", "\t")):
                chunk.text = for_fields(chunk.text)
        last = max((unit.index for unit in _pieces(self.ours.root)), default=0)
        return assemble(chunks, last=("ours", last))

    def first_wrong(self, chunks: list[Chunk], text: str) -> Node | None:
        """The node whose chunks do not read back as what they are; None where all do."""
        file = read_text(text)
        wanted: list[tuple[Meaning, object]] = []
        for chunk in chunks:
            found = chunk.meaning if chunk.meaning is not None else _meaning(chunk)
            if wanted and found[0] == wanted[-1][0][0] == "fields":
                wanted[-1] = (("fields", (*wanted[-1][0][1], *found[1])), chunk.owner)  # type: ignore[misc]
            else:
                wanted.append((found, chunk.owner))
        have = list(_meanings(file.root))
        for (meaning, owner), read_back in zip(wanted, [*have, *[()] * len(wanted)], strict=False):
            if meaning != read_back:
                return owner if isinstance(owner, Node) else None
        root = chunks[0].owner
        assert isinstance(root, Node)
        if len(have) != len(wanted) or Counter(file.errors) - Counter(self.ours.errors) - Counter(self.theirs.errors):
            return root
        return self.first_without_caveat(chunks)

    def first_without_caveat(self, chunks: list[Chunk]) -> Node | None:
        """A node with `with caveats` and no text for it, where neither side has that."""
        by_node: dict[Node, list[Chunk]] = {}
        for chunk in chunks:
            if isinstance(chunk.owner, Node):
                by_node.setdefault(chunk.owner, []).append(chunk)
        for node, own in by_node.items():
            if _bare([(c.kind, c.text) for c in own]) and not any(
                part is not None and _bare([(u.kind, u.text) for u in part.units]) for part in (node.ours, node.theirs)
            ):
                return node
        return None


def _merged_literal(unit: Unit, text: str) -> Iterator[Chunk]:
    """One of our literals with its merged text, if any of it is left."""
    if text:
        kind = "fields" if "<<<<<<<" not in text else "conflict"
        yield Chunk(text, unit.gap, kind, "ours", unit.index, unit.meaning if text == unit.text else None)


def _named(base: Part | None, ours: Part, theirs: Part) -> tuple[Side | None, Who | None]:
    """Whose heading it is to be, None for a conflict; who changed its name."""
    if base is not None and base.name == theirs.name:  # `### xl ###` and `### xl` say the same
        return "ours", None if base.name == ours.name else "ours"
    versions = [None if part is None else (part.head.lstrip("#"), part.name) for part in (base, ours, theirs)]
    side = pick(versions[0], versions[1], versions[2], lambda x, y: (x and x[1]) == (y and y[1]))
    if side is None:
        return None, "conflict"
    if side == "theirs":
        return side, "theirs"
    return side, None if base is None or base.name == ours.name else "ours"


def _bare(units: list[tuple[str, str]]) -> bool:
    fields = [n for n, (kind, _) in enumerate(units) if kind == "fields"]
    if not any("with caveats" in loose(units[n][1]) for n in fields):
        return False
    return not any(kind != "fields" for kind, _ in units[fields[0] :])


def _pieces(root: Part) -> Iterator[Part | Unit]:
    for part in root.walk():
        yield part
        yield from part.units


def _meaning(chunk: Chunk) -> Meaning:
    units = read_text(f"# T\n\n{chunk.text}\n").root.parts[0].units
    return units[0].meaning if len(units) == 1 else ("several", chunk.text)


def _meanings(root: Part) -> Iterator[Meaning]:
    for part in root.walk():
        yield ("heading", part.level, part.name)
        for unit in part.units:
            yield unit.meaning


def _heading_meaning(part: Part, node: Node) -> Meaning:
    return ("heading", _level(part, node), part.name)


def _level(part: Part, node: Node) -> int:
    """A heading's level where it now is: as far below the one above it as it was."""
    if node.above is None or part.parent is None:
        return part.level
    above = node.above
    own_above = _level(above.part, above)
    return own_above + part.level - part.parent.level


def _relevelled(part: Part, node: Node) -> str:
    level = _level(part, node)
    if level == part.level or not part.head.startswith("#"):
        return part.head
    return "#" * level + part.head.lstrip("#")


def _own(part: Part) -> str:
    body = _body(part)
    return f"{part.head}{part.gap}{body}".rstrip() if body else part.head


def _body(part: Part | None) -> str:
    return "".join(unit.text + unit.gap for unit in part.units).rstrip() if part is not None else ""


def _text(file: File) -> str:
    pieces = _pieces(file.root)
    return "".join(p.head + p.gap if isinstance(p, Part) else p.text + p.gap for p in pieces)


__all__ = ["Merged", "left_over", "merge"]

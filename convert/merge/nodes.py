"""The headings of three versions of a file as one tree: which is which, which stay, below what, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from convert.merge.fields import parts_of, same
from convert.merge.match import Matches, match
from convert.merge.parts import Line, Part
from convert.merge.sequence import Side, moved, order, pick, surely_moved
from convert.merge.sides import Context, Place, Who
from grammar.rows import key_of


@dataclass(slots=True, eq=False)
class Node:
    """One heading in the base, in ours, in theirs; None where it is not.

    Not `alive`: the merged file lacks it.  `clash`: one side removed what the other changed or moved; `moving`: both
    sides moved it, to different headings; `namesake`: another heading at its place would have its name, though no side
    has two. `bare`: it stays for what is below it only; `whole`: as the side has it that has it.
    """

    base: Part | None
    ours: Part | None
    theirs: Part | None
    above: Node | None = None
    below: list[Node] = field(default_factory=list)
    alive: bool = True
    clash: bool = False
    moving: bool = False
    bare: bool = False
    whole: bool = False
    namesake: bool = False

    @property
    def name(self) -> str:
        """What it is called in the merged file, where that is no conflict."""
        b, o, t = self.base, self.ours, self.theirs
        if o is None or t is None or b is None:
            return self.part.name
        return t.name if o.name == b.name else o.name

    @property
    def part(self) -> Part:
        """Ours, else theirs, else the base's."""
        return next(part for part in (self.ours, self.theirs, self.base) if part is not None)

    def place(self, what: str) -> Place:
        """The name of what is merged of it."""
        return Place(f"{self.part.anchor}:{what}", self.part.words, what)

    def row(self, line: Line) -> Place:
        """The name of one of its lines."""
        anchor, words = self.part.anchor, self.part.words
        if line.field is None:
            return Place(f"{anchor}:line", words, "line")
        if line.key.startswith("release "):
            return Place(key_of(anchor, line.field.keyword), words, "release", line.key)
        qualifier = line.field.qualifier
        return Place(key_of(anchor, qualifier) if qualifier else anchor, words, "status", line.key)


def build(base: Part, ours: Part, theirs: Part) -> list[Node]:
    """All nodes, the root first."""
    to_ours, to_theirs = match(base, ours), match(base, theirs)
    nodes = [Node(part, to_ours.get(part), to_theirs.get(part)) for part in base.walk()]
    of_ours = {node.ours: node for node in nodes if node.ours is not None}
    of_theirs = {node.theirs: node for node in nodes if node.theirs is not None}
    added: Matches = {}
    by_path: dict[tuple[Node, str], Part] = {}
    for part in ours.walk():
        if part not in of_ours and part.parent is not None:
            of_ours[part] = node = Node(None, part, None)
            nodes.append(node)
            by_path.setdefault((of_ours[part.parent], part.name), part)
    for part in theirs.walk():
        if part not in of_theirs and part.parent is not None:
            twin = by_path.pop((of_theirs[part.parent], part.name), None)
            if twin is not None:
                added[part] = twin
                of_theirs[part] = of_ours[twin]
                of_theirs[part].theirs = part
            else:
                of_theirs[part] = node = Node(None, None, part)
                nodes.append(node)
    of_base = {node.base: node for node in nodes if node.base is not None}
    _decide_parents(nodes, of_base, of_ours, of_theirs)
    return nodes


def _decide_parents(nodes: list[Node], *owners: dict[Part, Node]) -> None:
    def parent(part: Part | None, owner: dict[Part, Node]) -> Node | None:
        return owner[part.parent] if part is not None and part.parent is not None else None

    for node in nodes[1:]:
        b, o, t = (parent(part, owner) for part, owner in zip((node.base, node.ours, node.theirs), owners, strict=True))
        side = pick(b, o, t, lambda x, y: x is y) if o is not None and t is not None else None
        node.moving = b is not None and o is not None and t is not None and side is None
        node.above = (t if side == "theirs" else o) or t or b
    if _in_circles(nodes):  # each side moved one of two headings below the other
        for node in nodes[1:]:
            if node.ours is not None:
                node.above, node.moving = parent(node.ours, owners[1]), False


def _in_circles(nodes: list[Node]) -> bool:
    sound: set[Node] = {nodes[0]}
    for node in nodes:
        way: list[Node] = []
        at: Node | None = node
        while at is not None and at not in sound:
            if at in way:
                return True
            way.append(at)
            at = at.above
        sound.update(way)
    return False


def settle_positions(context: Context, nodes: list[Node]) -> None:
    """Report what was moved to another heading, and let the rule decide where both sides moved it."""
    owner = {part: node for node in nodes for part in (node.theirs,) if part is not None}
    for node in nodes[1:]:
        target = node.theirs.parent if node.theirs is not None else None
        if node.moving and target is not None and context.rule(node.place("position")) == "theirs":
            node.above, node.moving = owner[target], False
        elif node.moving and context.rule(node.place("position")) == "ours":
            node.moving = False


def decide_alive(context: Context, nodes: list[Node]) -> None:
    """Say of each node whether the merged file has it; a heading that a kept one is below is kept."""
    elsewhere = _moved_nodes(nodes)
    for node in nodes[1:]:
        if node.ours is not None and node.theirs is not None:
            continue
        if node.base is None:
            _decide_added(context, node)
        elif node.ours is None and node.theirs is None:
            node.alive = False
            context.note(node.place("feature"), "both", (node.base.head, None, None))
        else:
            _decide_removed(context, node, node.base, node in elsewhere)
    for node in nodes:
        at = node.above
        while node.alive and at is not None and not at.alive:
            at.alive = at.bare = True
            at = at.above
    _drop_emptied(nodes)


def _decide_added(context: Context, node: Node) -> None:
    """A heading that one side has added."""
    place, ours = node.place("feature"), node.ours is not None
    settled = context.rule(place)
    context.note(place, "ours" if ours else "theirs", (None, *_heads(node)), settled)
    node.alive = settled is None or (settled == "ours") is ours


def _decide_removed(context: Context, node: Node, base: Part, moved_away: bool) -> None:
    """A heading that one side has removed: a conflict where the other has changed or moved it."""
    place, ours, kept = node.place("feature"), node.ours is not None, node.ours or node.theirs
    assert kept is not None
    side: Side = "ours" if ours else "theirs"
    settled = context.rule(place)
    if settled is None and side in [context.rule(node.row(line)) for unit in kept.units for line in unit.lines]:
        node.bare, node.whole = ours, not ours  # a row of it is settled by name
        return
    altered = moved_away or changed(base, kept)
    who: Who = "conflict" if altered else "theirs" if ours else "ours"
    context.note(place, who, (base.head, *_heads(node)), settled)
    node.clash = settled is None and altered
    node.alive = node.clash or settled == side
    node.whole = settled == side


def _moved_nodes(nodes: list[Node]) -> set[Node]:
    """The nodes that one side has moved and the other removed."""
    found: set[Node] = set()
    for side, other in (("ours", "theirs"), ("theirs", "ours")):
        owner = {part: node for node in nodes if (part := getattr(node, side)) is not None}
        of_base = {node.base: node for node in nodes if node.base is not None}
        gone = [node for node in nodes[1:] if node.base and getattr(node, side) and getattr(node, other) is None]
        for node in gone:
            mine: Part = getattr(node, side)
            assert node.base is not None
            before, now = node.base.parent, mine.parent
            if before is None or now is None:
                continue
            if of_base[before] is not owner[now] or node in surely_moved(
                [of_base[p] for p in before.parts], [owner[p] for p in now.parts]
            ):
                found.add(node)
    return found


def find_namesakes(nodes: list[Node]) -> None:
    """Mark the headings that would be called as another one beside them is, where neither side has two of that name
    there.

    One that both sides have is marked, as only of such a one the name is in question.
    """
    for above in nodes:
        by_name: dict[str, list[Node]] = {}
        for node in above.below:
            by_name.setdefault(node.name, []).append(node)
        for name, group in by_name.items():
            most = max(
                Counter(part.name for part in side.parts)[name] if side is not None else 0
                for side in (above.ours, above.theirs)
            )
            if len(group) > max(most, 1):
                for node in group:
                    renamed = node.base is not None and node.base.name != name
                    node.namesake = renamed and node.ours is not None and node.theirs is not None


def _drop_emptied(nodes: list[Node]) -> None:
    """A heading without words goes when, of what was below it, each side removed what the other had left."""
    staying = Counter(node.above for node in nodes if node.alive and node.above is not None)
    for node in reversed(nodes[1:]):
        versions = [part for part in (node.base, node.ours, node.theirs) if part is not None]
        wordless = len(versions) == 3 and all(part.parts and not part.units for part in versions)
        if node.alive and wordless and not staying[node]:
            node.alive = False
            staying[node.above or nodes[0]] -= 1


def _heads(node: Node) -> tuple[str | None, str | None]:
    return node.ours.head if node.ours else None, node.theirs.head if node.theirs else None


def changed(base: Part, side: Part) -> bool:
    """Whether a part says something else than it did, the parts below it left aside."""
    rows, other = ([(line.key, line) for unit in part.units for line in unit.lines] for part in (base, side))
    said = [[unit.meaning for unit in part.units if unit.kind != "fields"] for part in (base, side)]
    return (
        base.name != side.name
        or said[0] != said[1]
        or {key for key, _ in rows} != {key for key, _ in other}
        or any(not same(parts_of(line), parts_of(dict(other)[key])) for key, line in rows)
    )


def arrange(context: Context, nodes: list[Node]) -> None:
    """Put the nodes that stay below each other, in our order but for what only they moved."""
    where = [
        {part: node for node in nodes if (part := getattr(node, side)) is not None}
        for side in ("base", "ours", "theirs")
    ]
    staying: dict[Node, set[Node]] = {}
    for node in nodes[1:]:
        if node.alive and node.above is not None:
            staying.setdefault(node.above, set()).add(node)
    for node in nodes:
        keep = staying.get(node, set())
        lists = [
            [owner[below] for below in part.parts] if part is not None else []
            for part, owner in zip((node.base, node.ours, node.theirs), where, strict=True)
        ]
        node.below = order(lists[0], lists[1], lists[2], keep)
        by_us, by_them = moved(lists[0], lists[1]), moved(lists[0], lists[2])
        for below in node.below:
            _note_position(context, node, below, by_us, by_them, where)


def _note_position(
    context: Context, above: Node, node: Node, by_us: set[Node], by_them: set[Node], where: Sequence[dict[Part, Node]]
) -> None:  # fmt: skip
    if node.base is None or node.ours is None or node.theirs is None:
        return
    came = [
        where[n][part.parent] if part.parent is not None else None
        for n, part in enumerate((node.base, node.ours, node.theirs))
    ]
    place = node.place("position")
    texts = [parent.part.head if parent is not None else "" for parent in came]
    us, them = came[1] is not came[0] or node in by_us, came[2] is not came[0] or node in by_them
    if node.moving:
        context.note(place, "conflict", texts)
    elif us or them:
        context.note(place, "both" if us and them else "ours" if us else "theirs", texts)

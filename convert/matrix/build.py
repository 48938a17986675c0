"""All trees side by side: documents in, rows and cells out.  What each word in a cell means is defined here, once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Literal, get_args

from convert.diff.losses import SUPPORTED, narrowed, rank
from convert.matrix.continued import Keys, Step, continuations
from convert.matrix.rowtree import Node, Part, merge
from convert.matrix.tree import Tree
from convert.matrix.words import effective
from convert.names.aliases import Aliases
from convert.trees.state import Standing, standing
from grammar.labels import Security
from grammar.record import record, replace
from grammar.rows import Row
from grammar.status import fold_label

Absence = Literal["not-yet", "removed", "gap", "unreadable"]
Change = Literal["better", "worse", "security-lost", "text", "same"]
Kind = Literal["status", "list", "limit", "release"]
# equal security support, more or less of a feature: the labels that security alone does not order, least first
_ORDER = (
    "Not functional",
    "Not implemented",
    "Not supported",
    "Obsolete",
    "Experimental",
    "Tech Preview",
    "No security support",
    "Supported, not security supported",
    "Deprecated",
    "Supported up to N",
    "Supported",
)


@record()
class Cell:
    """One row in one tree.

    `security` is what the status says, `effective` what holds of it on the day, as far as the tree has any security
    support; `text`: the section's caveats go with it.
    """

    status: str | None
    label: str | None = None
    security: Security | None = None
    effective: Security | None = None
    line: int | None = None
    absence: Absence | None = None
    change: Change | None = None
    text: bool = False


_NO_STATUS = Cell(None)
_ABSENT: dict[Absence, Cell] = {absence: Cell(None, absence=absence) for absence in get_args(Absence)}


@record(frozen=True)
class Relation:
    """The other line on which this one goes on in a newer tree (`to`), or which it continues from (`from`).

    `newer` and `older` are the trees between which that happened, by index; the rest is as in Continuation.
    """

    direction: Literal["to", "from"]
    id: str
    key: str
    path: tuple[str, ...]
    newer: int
    older: int
    certain: bool
    security: Step | None


@record(frozen=True)
class Line:
    """One line of the matrix: a row, or a heading, or both.

    `id`: its key, or for a further one of that key the key with `~2`; `formerly`: ids that it has in other trees, by
    the aliases; `kind`: None for a heading without a status; `depth` counts headings above it; `stated`: some tree has
    a status here, so it is a row to Xen; `parts`: what each tree says under this heading, empty for a qualified row;
    `relations`: what it became under another name, or was; `newest`: for each key that it has somewhere the newest
    tree, by index, that has it under that key.
    """

    key: str
    id: str
    path: tuple[str, ...]
    anchor: str
    qualifier: str | None
    depth: int
    stated: bool
    cells: tuple[Cell, ...]
    parts: tuple[Part | None, ...] = ()
    formerly: tuple[str, ...] = ()
    kind: Kind | None = None
    relations: tuple[Relation, ...] = ()
    newest: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The heading's words, or the qualifier."""
        return self.path[-1]

    @property
    def prose(self) -> bool:
        """Whether some tree has text under this heading."""
        return any(part and (part.description or part.caveats) for part in self.parts)


@record(frozen=True)
class Matrix:
    """Trees, newest first, what each is on the day, and lines in order; a cell a tree on each line."""

    trees: tuple[Tree, ...]
    lines: tuple[Line, ...]
    standings: tuple[Standing, ...]
    today: date

    @property
    def rows(self) -> tuple[Line, ...]:
        """The lines that are rows to Xen's tools."""
        return tuple(line for line in self.lines if line.stated)


def build(trees: Sequence[Tree], today: date, aliases: Aliases | None = None) -> Matrix:
    """The matrix of trees that are newest first, on a day.  Rows, keys and nesting are those of Xen's own matrix."""
    aliases = aliases or Aliases()
    standings = tuple(standing(tree.release, today) for tree in trees)
    root = merge([(t.name, t.document, t.rows, t.source) for t in trees], aliases)
    lost = [_lost(root, index, tree) for index, tree in enumerate(trees)]
    holds = [{security: effective(security, there) for security in get_args(Security)} for there in standings]
    used: dict[str, int] = {}
    lines: list[Line] = []
    places: dict[tuple[int, Keys], int] = {}
    for node in root.walk():
        identity = _identity(node.key, used)
        places.update({(index, row.keys): len(lines) for index, row in node.rows.items()})
        lines.append(_line(node, identity, len(trees), _cells(node, trees, holds, lost)))
    return Matrix(tuple(trees), _related(lines, places, trees, aliases), standings, today)


def _identity(key: str, used: dict[str, int]) -> str:
    """A key, or for a further line of that key the key with a number, that is nobody's yet."""
    identity = key
    while identity in used:
        used[key] += 1
        identity = f"{key}~{used[key]}"
    used[identity] = 1
    return identity


def _line(node: Node, identity: str, count: int, cells: tuple[Cell, ...]) -> Line:
    newest = min((*node.rows, *node.parts))
    row, part = node.rows.get(newest), node.parts.get(newest)
    words = part or row
    keys: dict[str, int] = {}
    for said in (node.parts, node.rows):
        for index, one in said.items():
            if keys.setdefault(one.key, index) > index:
                keys[one.key] = index
    return Line(
        key=node.key,
        id=identity,
        path=words.path if words else (),
        anchor=part.key if part else row.anchor if row else "",
        qualifier=row.qualifier if row else None,
        depth=len(node.keys()) - 1,
        stated=bool(node.rows),
        cells=cells,
        parts=tuple(map(node.parts.get, range(count))) if node.heading else (),
        formerly=tuple(key for key in keys if key != node.key),
        kind=kind(node.rows[min(node.rows)]) if node.rows else None,
        newest=tuple(sorted(set(keys.values()))),
    )


def kind(row: Row) -> Kind:
    """What a row is: a status, a limit, a list of what is supported, or a field of the release; only the first two are
    statuses.

    Of definition lists only the entry of the release notes is a field of the release.
    """
    if row.kind in ("release", "term"):
        return "release" if row.kind == "release" or (row.qualifier or "").casefold() == "release notes" else "list"
    return "list" if row.kind == "list" else "limit" if row.reading.limit is not None else "status"


def _cells(
    node: Node, trees: Sequence[Tree], holds: Sequence[Mapping[Security, Security]], lost: Sequence[set[int]]
) -> tuple[Cell, ...]:
    """The cells of one node, a tree each; `holds`: what each security support comes to in a tree on the day."""
    present: Mapping[int, object] = node.rows or node.parts
    first, last = min(present), max(present)
    found: list[Cell] = []
    older: Row | None = None
    for index in reversed(range(len(trees))):
        row = node.rows.get(index)
        if row is not None:
            changed = change(older, row) if older else None
            security = row.reading.security
            there = security if kind(row) == "release" else holds[index][security]
            line = trees[index].source.line_of(row.span.start)
            found.append(Cell(row.status, row.reading.label, security, there, line, None, changed, row.caveat))
            older = row
        elif index in present:
            found.append(_NO_STATUS)
        elif id(node) in lost[index]:
            found.append(_ABSENT["unreadable"])
        else:
            found.append(_ABSENT["removed" if index < first else "not-yet" if index > last else "gap"])
    return tuple(reversed(found))


def _related(
    lines: list[Line], places: Mapping[tuple[int, Keys], int], trees: Sequence[Tree], aliases: Aliases
) -> tuple[Line, ...]:
    """The lines with what they became, or were, under another name; never where a file's errors hide what there was."""
    found: dict[int, list[Relation]] = {}
    for step in continuations([(tree.name, tree.document, tree.rows) for tree in trees], aliases):
        before, after = places.get((step.tree + 1, step.old)), places.get((step.tree, step.new))
        if before is None or after is None or before == after:
            continue
        if lines[before].cells[step.tree].absence in (None, "unreadable"):
            continue
        for here, there, direction in ((before, after, "to"), (after, before, "from")):
            other = lines[there]
            words = (other.id, other.key, other.path, step.tree, step.tree + 1, step.certain, step.security)
            found.setdefault(here, []).append(Relation(direction, *words))  # type: ignore[arg-type]
    return tuple(replace(line, relations=tuple(found[n])) if n in found else line for n, line in enumerate(lines))


def change(old: Row, new: Row) -> Change:
    """What became of a row between an older tree and a newer one; spaces, case and a final full stop are no change."""
    if old.status == new.status or fold_label(old.status) == fold_label(new.status):
        return "same"
    if not old.kind == new.kind == "status":
        return "text"
    if old.security in SUPPORTED and new.security == "no":
        return "security-lost"
    step = _compare_security(old, new) or _compare_limits(old, new) or _compare_labels(old, new)
    return "better" if step > 0 else "worse" if step < 0 else "text"


def _compare_security(old: Row, new: Row) -> int:
    """How much more is promised; what is not stated compares with what is supported only."""
    if "unstated" in (old.security, new.security) and not {old.security, new.security} & SUPPORTED:
        return 0
    return rank(new.security) - rank(old.security)


def _compare_limits(old: Row, new: Row) -> int:
    """1 where the limit went up, -1 where it went down or appeared, 0 where they cannot be compared."""
    before, after = old.reading.limit, new.reading.limit
    down, up = narrowed(before, after), narrowed(after, before)
    return 0 if bool(down) == bool(up) else -1 if down else 1


def _compare_labels(old: Row, new: Row) -> int:
    if old.label not in _ORDER or new.label not in _ORDER:
        return 0
    return _ORDER.index(new.label) - _ORDER.index(old.label)


def _lost(root: Node, index: int, tree: Tree) -> set[int]:
    """The ids of the nodes that a tree lacks where its file has errors: between the neighbours that it does have."""
    if tree.problem is not None:
        return {id(node) for node in root.walk()}
    errors = sorted(error.span.start for error in tree.errors if error.span)
    found: set[int] = set()

    def visit(node: Node, start: int, end: int, own: tuple[int, int]) -> None:
        starts = [child.parts[index].start if index in child.parts else None for child in node.children]
        before = list(accumulate(starts, lambda last, at: last if at is None else at, initial=start))
        after = list(accumulate(reversed(starts), lambda last, at: last if at is None else at, initial=end))[::-1]
        for n, child in enumerate(node.children):
            part = child.parts.get(index)
            around = (before[n], after[n + 1]) if child.heading else own
            window = (part.start, part.below) if part else around
            if bisect_left(errors, window[0]) < bisect_left(errors, window[1]):
                found.update(id(inner) for inner in ((child,) if part else (child, *child.walk())))
            if part and child.children:
                visit(child, part.start, part.end, window)

    if errors:
        visit(root, 0, len(tree.source.text) + 1, (0, 0))
    return found

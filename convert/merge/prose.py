"""Paragraphs and lists of one section, three versions of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from convert.merge.chunks import Chunk, assemble, marked
from convert.merge.parts import Unit, like, read_text
from convert.merge.sequence import Pairs, Side, align, pick, side_of
from convert.merge.sides import Context, Place, Who
from grammar.markers import MARKER
from grammar.meaning import Meaning
from grammar.wrap import ends_sentence, wrap

_MARKER = re.compile(rf"([ \t]*{MARKER})([ \t]*)")
_ZONES = ("description", "caveats")
Version = tuple[str, Meaning] | None


def align_units(base: Sequence[Unit], side: Sequence[Unit]) -> Pairs:
    """Which unit of a side is which of the base; the first literal is the first literal, and nothing crosses it."""
    x, y = ([n for n, unit in enumerate(units) if unit.kind == "fields"] for units in (base, side))
    common = min(len(x), len(y))
    pairs: Pairs = dict(zip(x[:common], y[:common], strict=True))
    ends_x, ends_y = [*x[:common], len(base)], [*y[:common], len(side)]
    a = c = 0
    for b, d in zip(ends_x, ends_y, strict=True):
        for m, n in _aligned(base[a:b], side[c:d]).items():
            pairs[a + m] = c + n
        a, c = b + 1, d + 1
    return pairs


def _aligned(base: Sequence[Unit], side: Sequence[Unit]) -> Pairs:
    keys = [
        [("fields", which, n) if unit.kind == "fields" else unit.meaning for n, unit in enumerate(units)]
        for which, units in enumerate((base, side))
    ]
    return align(keys[0], keys[1], lambda m, n: like(base[m], side[n]))


def zones(units: Sequence[Unit]) -> list[str]:
    """What each unit belongs to: `description` before the first literal or without one, `caveats` behind it."""
    first = next((n for n, unit in enumerate(units) if unit.kind == "fields"), len(units))
    return ["description" if n <= first else "caveats" for n in range(len(units))]


def merge_units(
    context: Context,
    place: Callable[[str], Place],
    base: Sequence[Unit],
    ours: Sequence[Unit],
    theirs: Sequence[Unit],
) -> Iterator[Chunk]:
    """Merge all but the literals, for which chunks of kind `fields` are: ours, or one without text where theirs has
    one.
    """
    to_ours, to_theirs = align_units(base, ours), align_units(base, theirs)
    named = [zones(units) for units in (base, ours, theirs)]
    slots = [_slots(len(base), units, pairs) for units, pairs in ((ours, to_ours), (theirs, to_theirs))]
    for n in range(-1, len(base)):
        if n >= 0:
            o, t = to_ours.get(n), to_theirs.get(n)
            zone = named[1][o] if o is not None else named[2][t] if t is not None else named[0][n]
            yield from _element(
                context, place(zone), base[n], None if o is None else ours[o], None if t is None else theirs[t]
            )
        yield from _slot(
            context, place,
            [(ours[m], named[1][m]) for m in slots[0][n + 1]], [(theirs[m], named[2][m]) for m in slots[1][n + 1]],
        )  # fmt: skip


def _slots(count: int, side: Sequence[Unit], pairs: Pairs) -> list[list[int]]:
    """A side's own units by the base's unit that they follow; the first entry: those before all."""
    back = {m: n for n, m in pairs.items()}
    out: list[list[int]] = [[] for _ in range(count + 1)]
    at = 0
    for m in range(len(side)):
        if m in back:
            at = back[m] + 1
        else:
            out[at].append(m)
    return out


def _chunk(unit: Unit, origin: str) -> Chunk:
    return Chunk(unit.text, unit.gap, unit.kind, origin, unit.index, unit.meaning)


@dataclass(slots=True)
class _Run:
    """Neighbours of one zone among what we have added at one place, or literals among them."""

    fields: bool
    zone: str
    units: list[Unit]


def _slot(
    context: Context, place: Callable[[str], Place], ours: list[tuple[Unit, str]], theirs: list[tuple[Unit, str]]
) -> Iterator[Chunk]:
    """What either side has added at one place: ours in order, theirs behind our last of the same zone."""
    runs = _runs(ours, any(unit.kind == "fields" for unit, _ in theirs))
    waiting = {zone: [u for u, name in theirs if name == zone and u.kind != "fields"] for zone in _ZONES}
    mine = {run.zone for run in runs if not run.fields}
    if "description" not in mine:
        yield from _added(context, place("description"), [], waiting["description"])
    for n, run in enumerate(runs):
        if run.fields:
            yield from (_chunk(unit, "ours") for unit in run.units)
            if not run.units:
                yield Chunk("", "", "fields")
            continue
        last = not any(later.zone == run.zone and not later.fields for later in runs[n + 1 :])
        yield from _added(context, place(run.zone), run.units, waiting[run.zone] if last else [])
    if "caveats" not in mine:
        yield from _added(context, place("caveats"), [], waiting["caveats"])


def _runs(ours: list[tuple[Unit, str]], literal: bool) -> list[_Run]:
    """Our units in runs; with an empty run for a literal that only they have (`literal`), behind our description."""
    runs = [
        _Run(fields, zone, [unit for unit, _ in run])
        for (fields, zone), run in groupby(ours, key=lambda item: (item[0].kind == "fields", item[1]))
    ]
    if literal and not any(run.fields for run in runs):
        described = [n for n, run in enumerate(runs) if run.zone == "description"]
        runs.insert(described[-1] + 1 if described else 0, _Run(True, "description", []))
    return runs


def _added(context: Context, place: Place, ours: list[Unit], theirs: list[Unit]) -> Iterator[Chunk]:
    """What both sides have added at one place and zone."""
    if not ours and not theirs:
        return
    settled, who = context.rule(place), _who_added(ours, theirs)
    context.note(place, who, (None, _joined(ours), _joined(theirs)), settled)
    if settled is None and who == "conflict":
        text = marked(place.key, (_joined(ours) or "", "", _joined(theirs) or ""), context.labels)
        yield Chunk(text, ours[-1].gap, "conflict")
    elif settled == "theirs" or (settled is None and who == "theirs"):
        kept = {unit.meaning: unit for unit in ours}
        yield from (_chunk(kept[u.meaning], "ours") if u.meaning in kept else _chunk(u, "theirs") for u in theirs)
    else:
        yield from (_chunk(unit, "ours") for unit in ours)


def _who_added(ours: list[Unit], theirs: list[Unit]) -> Who:
    mine, said = ({unit.meaning for unit in units} for units in (ours, theirs))
    if mine - said:
        return "conflict" if said - mine else "ours"
    return "theirs" if said - mine else "both"


def _joined(units: Sequence[Unit]) -> str | None:
    return "".join(unit.text + (unit.gap if n + 1 < len(units) else "") for n, unit in enumerate(units)) or None


def _version(unit: Unit | None) -> Version:
    return None if unit is None else (unit.text, unit.meaning)


def _same(a: Version, b: Version) -> bool:
    return (a and a[1]) == (b and b[1])


def _element(context: Context, place: Place, b: Unit, o: Unit | None, t: Unit | None) -> Iterator[Chunk]:
    """One unit of the base, as the sides have it."""
    if b.kind == "fields":
        yield from _literal(o, t)
        return
    settled = context.rule(place)
    base, ours, theirs = _version(b), _version(o), _version(t)
    side = pick(base, ours, theirs, _same)
    merged = _both_changed(context, place, (b, o, t), side) if settled is None else None
    who: Who | None = side_of(base, ours, theirs, side, _same) if side is not None else _who_merged(merged)
    context.note(place, who, [_text(unit) for unit in (b, o, t)], settled if who is not None else None)
    if merged is not None and o is not None:
        yield Chunk(merged[0], o.gap, "conflict" if merged[1] else o.kind, "ours", o.index)
    elif settled is None and side is None:
        text = marked(place.key, [_text(unit) or "" for unit in (o, b, t)], context.labels)
        at = o or replace(b, index=-1)
        yield Chunk(text, at.gap, "conflict", "ours" if o else "", at.index)
    else:
        yield from _taken("ours" if _same(ours, theirs) else settled or side, o, t)


def _text(unit: Unit | None) -> str | None:
    return None if unit is None else unit.text


def _who_merged(merged: tuple[str, int] | None) -> Who:
    """Whose change it is where both sides changed a unit: theirs, if it could be merged into ours."""
    return "theirs" if merged is not None and not merged[1] else "conflict"


def _literal(o: Unit | None, t: Unit | None) -> Iterator[Chunk]:
    """The place of a literal, whose lines are merged by themselves."""
    if o is not None:
        yield _chunk(o, "ours")
    elif t is not None:
        yield Chunk("", "", "fields")


def _taken(side: Side | None, o: Unit | None, t: Unit | None) -> Iterator[Chunk]:
    """The unit of a side, where ours is."""
    if side == "ours":
        if o is not None:
            yield _chunk(o, "ours")
    elif t is not None:
        chunk = _chunk(t, "theirs")
        yield chunk if o is None else replace(chunk, origin="ours", index=o.index, gap=o.gap)


def _both_changed(
    context: Context, place: Place, units: tuple[Unit, Unit | None, Unit | None], side: Side | None
) -> tuple[str, int] | None:
    """A unit that both sides changed, merged inside: the text and its conflicts; None where they did not, or it has
    no parts.
    """
    b, o, t = units
    if o is None or t is None or t.meaning in (b.meaning, o.meaning):
        return None
    if b.items and o.items and t.items:
        inner = replace(context, changes=[])
        return _list(inner, place, b, o, t), sum(change.open for change in inner.changes)
    if side is None and b.kind == o.kind == t.kind and b.kind in ("paragraph", "item"):
        return _paragraph(context, place, b, o, t)
    return None


def _paragraph(context: Context, place: Place, b: Unit, o: Unit, t: Unit) -> tuple[str, int] | None:
    """Words that both sides changed, merged by lines as they are, else by lines of one sentence; None: not at all."""
    labels = (context.labels.ours, context.labels.base, context.labels.of_theirs(place.key))
    texts = [_remarked(unit.text, o.text) if unit.kind == "item" else unit.text for unit in (o, b, t)]
    text, conflicts = context.merge_text(texts[0], texts[1], texts[2], labels)
    if not conflicts and _is_one(text, o.kind):
        return text, 0
    if o.kind == "item":
        return None
    lines = [_sentences(text) for text in texts]
    for text, unit in zip(lines, (o, b, t), strict=True):
        if not _is_one(text.replace("\n\n", "\n"), "paragraph", unit.meaning):
            return None
    text, conflicts = context.merge_text(lines[0], lines[1], lines[2], labels)
    text = re.sub(r"\n{2,}", "\n", text)
    return (text, conflicts) if conflicts or _is_one(text, o.kind) else None


def _sentences(text: str) -> str:
    """A paragraph in lines of one sentence, blank lines between, so that changes of neighbours do not touch."""
    out: list[list[str]] = [[]]
    for word in text.split():
        if out[-1] and ends_sentence(out[-1][-1], word):
            out.append([])
        out[-1].append(word)
    return "\n\n".join("\n".join(wrap(" ".join(words))) for words in out)


def _is_one(text: str, kind: str, meaning: Meaning | None = None) -> bool:
    """Whether a text is one block of a kind, and says this."""
    units = read_text(text + "\n").root.units
    if kind == "item":
        return len(units) == 1 and len(units[0].items) == 1
    return len(units) == 1 and units[0].kind == kind and meaning in (None, units[0].meaning)


def _list(context: Context, place: Place, b: Unit, o: Unit, t: Unit) -> str:
    """A list merged item by item, in our layout."""
    chunks = list(merge_units(context, lambda _: place, b.items, o.items, t.items))
    pattern = o.items[0].text
    for chunk in chunks:
        if chunk.kind == "item" and chunk.meaning is not None:
            chunk.text = _remarked(chunk.text, pattern)
    between = next((item.gap for item in o.items[:-1]), "\n")
    return assemble(chunks, between, "")


def _remarked(text: str, pattern: str) -> str:
    """An item behind the same bullet, at the same columns, as the pattern's."""
    own, wanted = _MARKER.match(text), _MARKER.match(pattern)
    if own is None or wanted is None or own.group() == wanted.group():
        return text
    first, *rest = text[own.end() :].split("\n")
    width = len(own.group())
    blanks = " " * len(wanted.group())
    moved = [blanks + line[min(width, len(line) - len(line.lstrip(" "))) :] if line.strip() else line for line in rest]
    return "\n".join([wanted.group() + first, *moved])


def for_fields(text: str) -> str:
    """A list that is to be before a literal, far enough in that its last item does not swallow it."""
    markers = [m for m in (_MARKER.match(line) for line in text.split("\n")) if m and m.group().strip()]
    if not markers:
        return text
    top = min(len(m[1]) for m in markers)
    column = min(len(m.group()) for m in markers if len(m[1]) == top)
    shift = " " * max(0, 5 - column)
    return "\n".join(shift + line if line.strip() else line for line in text.split("\n"))

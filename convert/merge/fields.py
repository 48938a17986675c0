"""The Status fields of one section, three versions of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from convert.merge.chunks import marked
from convert.merge.parts import Line, Unit
from convert.merge.sequence import order, pick, side_of
from convert.merge.sides import Context, Place, Who
from grammar.fold import fold

Parts = tuple[str, ...]


def loose(text: str) -> str:
    """A value for comparison: letter case, spaces and a final full stop do not count."""
    return fold(text).casefold().rstrip(" .")


def parts_of(line: Line) -> Parts:
    """Keyword, qualifier and value of a field's line; the words of another line."""
    found = line.field
    return (fold(line.text),) if found is None else (found.keyword, found.qualifier or "", found.value)


def same(a: Parts | None, b: Parts | None) -> bool:
    """Whether two lines say the same; `Status` and `Supported` are one keyword to Xen's tools."""
    return a is b if a is None or b is None else _loose_parts(a) == _loose_parts(b)


def _loose_parts(parts: Parts) -> Parts:
    keyword = ("Status" if parts[0] == "Supported" else parts[0],) if len(parts) == 3 else ()
    return (*keyword, *map(loose, parts[len(keyword) :]))


@dataclass(slots=True)
class Fields:
    """What becomes of a section's lines: text by key, in order; those of our literals that changed."""

    texts: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def merge_fields(
    context: Context,
    place: Callable[[Line], Place],
    base: Sequence[Unit],
    ours: Sequence[Unit],
    theirs: Sequence[Unit],
) -> Fields:
    """Merge all lines of a section's literals."""
    b, o, t = ({line.key: line for unit in units for line in unit.lines} for units in (base, ours, theirs))
    out = Fields()
    for key in dict.fromkeys([*o, *t, *b]):
        known = o.get(key) or t.get(key) or b[key]
        text = _merge_line(context, place(known), b.get(key), o.get(key), t.get(key), _indent(o))
        if text is not None:
            out.texts[key] = text
    out.order = order(list(b), list(o), list(t), set(out.texts))
    return out


def _indent(lines: dict[str, Line]) -> str:
    """What is before the fields of ours."""
    line = next((line for line in lines.values() if line.field is not None), None)
    return "    " if line is None else line.text[: len(line.text) - len(line.text.lstrip())]


def _merge_line(
    context: Context, place: Place, b: Line | None, o: Line | None, t: Line | None, indent: str
) -> str | None:
    """The merged line, None for none."""
    base, ours, theirs = (None if line is None else parts_of(line) for line in (b, o, t))
    side, mixed = pick(base, ours, theirs, same), _mix(base, ours, theirs)
    who: Who | None
    if side is None:
        who = "conflict" if mixed is None else "ours" if mixed == ours else "theirs"
    elif mixed is not None and mixed != ours:
        who = "theirs"
    else:
        who = side_of(base, ours, theirs, side, same)
    settled = context.rule(place)
    context.note(place, who, [_shown(line) for line in (b, o, t)], settled if who is not None else None)
    if settled is None and mixed is not None:
        return _written(o, mixed, indent)
    if settled is not None:
        side = "ours" if same(ours, theirs) else settled
    if side is None:
        return marked(place.key, [line.text if line else "" for line in (o, b, t)], context.labels)
    return _written(o, ours if side == "ours" else theirs, indent, t)


def _shown(line: Line | None) -> str | None:
    """What is told of a line: its value."""
    if line is None:
        return None
    return line.field.value if line.field else line.text


def _mix(base: Parts | None, ours: Parts | None, theirs: Parts | None) -> Parts | None:
    """Each of keyword, qualifier and value from the side that changed it; None where that cannot be."""
    if base is None or ours is None or theirs is None or not len(base) == len(ours) == len(theirs):
        return None
    out = []
    for b, o, t in zip(base, ours, theirs, strict=True):
        side = pick(b, o, t, lambda x, y: loose(x) == loose(y))
        if side is None:
            return None
        out.append(o if side == "ours" else t)
    return tuple(out)


def _written(line: Line | None, parts: Parts | None, indent: str, theirs: Line | None = None) -> str | None:
    """A line that says these parts: ours as it is where it does, else with as little of it changed as that allows."""
    if parts is None:
        return None
    if line is not None and parts_of(line) == parts:
        return line.text
    if len(parts) == 1:
        return theirs.text if theirs is not None else indent + parts[0]
    keyword, qualifier, value = parts
    if line is not None and line.field is not None and parts_of(line)[:2] == parts[:2]:
        return line.text[: line.value[0]] + value + line.text[line.value[1] :]
    return f"{indent}{keyword}, {qualifier}: {value}" if qualifier else f"{indent}{keyword}: {value}"


def literals(units: Sequence[Unit], fields: Fields) -> tuple[list[str], list[str]]:
    """The text of each of our literals after the merge (empty: it goes), and the lines that none of them took."""
    owner = {line.key: n for n, unit in enumerate(units) for line in unit.lines}
    groups: list[list[str]] = [[] for _ in units]
    waiting: list[str] = []
    at: int | None = None
    for key in fields.order:
        mine = owner.get(key)
        if mine is not None and (at is None or mine >= at):
            at = mine
        if at is None:
            waiting.append(key)
            continue
        groups[at] += [*waiting, key]
        waiting = []
    if waiting and units:
        groups[0] += waiting
        waiting = []
    texts = [_literal(unit, group, fields.texts) for unit, group in zip(units, groups, strict=True)]
    return texts, [fields.texts[key] for key in waiting]


def _literal(unit: Unit, keys: list[str], texts: dict[str, str]) -> str:
    if not keys:
        return ""
    lines = {line.key: (n, line) for n, line in enumerate(unit.lines)}
    if keys == list(lines) and all(texts[key] == line.text for key, (_, line) in lines.items()):
        return unit.text
    out = []
    for key, after in zip(keys, [*keys[1:], None], strict=True):
        out.append(texts[key])
        own, following = lines.get(key), lines.get(after) if after is not None else None
        joined = own is not None and following is not None and own[0] + 1 == following[0]
        out.append(own[1].gap if joined and own is not None else "\n" if after is not None else "")
    text = "".join(out)
    return text if unit.fence is None else f"{unit.fence[0]}\n{text}\n{unit.fence[1]}"

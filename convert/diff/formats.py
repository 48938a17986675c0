"""Changes of meaning in words: text for a terminal, Markdown for a cover letter, JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Any

from convert.diff.changes import KINDS, Change, severity
from convert.failure import counted
from convert.output.terminal import Painter, clean

_PROSE = ("description", "caveat")
_WIDTH = 75  # columns of a mail's text, as xen.git's docs/process/sending-patches.pandoc has it
_GROUPS = ("Security support lost", "Security support possibly lost", "Security support gained", "Other changes")


def as_json(change: Change) -> dict[str, Any]:
    """A change as in the schema xen-support.diff/1, with its feature and the row it is like."""
    like = change.perhaps
    return {
        "kind": change.kind, "key": change.key, "path": list(change.path), "old": change.old, "new": change.new,
        "security": {"old": change.security[0], "new": change.security[1]}, "possible_loss": change.possible_loss,
        "why": change.why, "feature": list(change.feature),
        "formerly": list(change.formerly) if change.formerly else None,
        "with": {"description": change.description or None, "caveat": change.caveats or None},
        "perhaps": like and {"key": like.key, "path": list(like.path), "status": like.status, "security": like.security,
                             "similarity": like.similarity},
    }  # fmt: skip


def ordered(changes: Sequence[Change], by: str) -> list[tuple[str, list[Change]]]:
    """Changes in groups, each with its title, those that cost security support first.

    `by`: `feature`, a group a heading; `change`, a group a severity, and in it by kind.
    """
    groups: dict[str, list[Change]] = {}
    if by == "change":
        for change in sorted(changes, key=lambda c: (severity(c), KINDS.index(c.kind))):
            groups.setdefault(_GROUPS[severity(change)], []).append(change)
        return list(groups.items())
    for change in changes:  # the gravest first, so each feature is where its gravest change does
        groups.setdefault(title(change), []).append(change)
    return list(groups.items())


def title(change: Change) -> str:
    """The heading that a change belongs to, without the part of the file that all features are in."""
    if change.formerly is not None:
        return f"{_path(change.formerly)} -> {change.feature[-1]}?"
    return _path(change.feature) or "Preamble"


def _path(path: Sequence[str]) -> str:
    return " / ".join(path[1:] if path[:1] == ("Feature Support",) and len(path) > 1 else path)


def summary(changes: Sequence[Change]) -> str:
    """The numbers in one line."""
    if not changes:
        return "no change of meaning"
    lost, possible = (sum(severity(change) == n for change in changes) for n in (0, 1))
    gained = sum(severity(change) == 2 for change in changes)
    features = len({change.feature for change in changes})
    return (
        f"{counted(len(changes), 'change')} in {counted(features, 'feature')}: security support lost {lost}, "
        f"possibly lost {possible}, gained {gained}"
    )


def whole_tree(changes: Sequence[Change]) -> Iterator[str]:
    """What all features of the tree lose together; it comes before anything else."""
    for change in changes:
        if change.why is not None and change.why.startswith("security support of the whole tree"):
            yield change.why


def text(changes: Sequence[Change], by: str, paint: Painter) -> Iterator[str]:
    """Lines for a terminal."""
    for words in whole_tree(changes):
        yield paint(clean(words), "no")
    told: set[tuple[str, ...]] = set()
    for heading, group in ordered(changes, by):
        yield paint(clean(heading), "bold")
        for change in group:
            colour = ("no", "caveats", "yes", "")[severity(change)]
            yield f"  {paint(change.kind, colour)}{_where(change, by)}{clean(_what(change))}"
            for line in (*_details(change), *_with(change, told)):
                yield f"      {clean(line)}"
        yield ""
    yield summary(changes)


def _where(change: Change, by: str) -> str:
    """The variant, or the whole path where the feature's is no title."""
    variant = change.path[-1] if len(change.path) > len(change.feature) else ""
    if by == "feature":
        return f" {clean(variant)}: " if variant else ": "
    return f" {clean(title(change))}{f' / {clean(variant)}' if variant else ''}: "


def _what(change: Change) -> str:
    if change.kind in _PROSE:
        return "changed" if change.old and change.new else "added" if change.new else "removed"
    if change.old is None or change.new is None:
        return _short(change.new or change.old or "")
    return f"{_short(change.old)} -> {_short(change.new)}"


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= 400 else flat[:397] + "..."


def _details(change: Change) -> Iterator[str]:
    if change.why:
        yield f"possible loss: {change.why}" if change.kind != "security-lost" else change.why
    if change.perhaps is not None and change.formerly is None:
        like = change.perhaps
        yield f"like {' / '.join(like.path[1:])}: {like.status} ({like.key}, similarity {like.similarity:.2f})"
    if change.kind in _PROSE:
        yield from prose_lines(change)


def _with(change: Change, told: set[tuple[str, ...]]) -> Iterator[str]:
    """The texts that come with the rows of a heading, once a heading: `told` has those that are printed."""
    if change.feature in told or not (change.description or change.caveats):
        return
    told.add(change.feature)
    for what, words in (("description", change.description), ("caveat", change.caveats)):
        for n, line in enumerate(filter(None, words.split("\n"))):
            yield f"{what}: {line}" if n == 0 else f"{' ' * len(what)}  {line}"


def prose_lines(change: Change) -> Iterator[str]:
    """The paragraphs and items that only one side has, the old with `-` and the new with `+` before them."""
    old, new = (change.old or "").split("\n"), (change.new or "").split("\n")
    for sign, lines, others in (("-", old, set(new)), ("+", new, set(old))):
        for line in lines:
            if line and line not in others:
                yield f"{sign} {line}"


def markdown(changes: Sequence[Change], by: str) -> Iterator[str]:
    """Lines for a cover letter: at most 75 columns wherever a word allows it."""
    for words in whole_tree(changes):
        yield from _wrapped(f"{words[0].upper()}{words[1:]}.", "", "")
        yield ""
    told: set[tuple[str, ...]] = set()
    for heading, group in ordered(changes, by):
        yield f"### {_escaped(clean(heading))}"
        yield ""
        for change in group:
            words = f"**{change.kind}**{_escaped(_where(change, by))}{_quoted(change)}"
            if change.why:
                why = _escaped(clean(change.why))
                words += f" ({why})" if change.kind == "security-lost" else f". Possible loss: {why}"
            if change.perhaps is not None and change.formerly is None:
                like = change.perhaps
                name = _escaped(clean(" / ".join(like.path[1:])))
                words += f". Like {name}: {_code(like.status)} (similarity {like.similarity:.2f})"
            yield from _wrapped(words, "* ", "  ")
            for line in _with(change, told):
                what, _, rest = line.partition(": ") if not line.startswith(" ") else ("", "", line.strip())
                yield from _wrapped(_code(rest), f"  * {what}: " if what else "  * ", "    ")
            if change.kind in _PROSE:
                for line in prose_lines(change):
                    yield from _wrapped(_code(line[2:]), f"  * {'was' if line[0] == '-' else 'now'}: ", "    ")
        yield ""
    words = summary(changes)
    yield from _wrapped(f"{words[0].upper()}{words[1:]}.", "", "")


def _quoted(change: Change) -> str:
    if change.kind in _PROSE:
        return _what(change)
    sides: Iterable[str] = (side for side in (change.old, change.new) if side is not None)
    return " became ".join(_code(_short(side)) for side in sides)


def _code(words: str) -> str:
    """Words as they are, in as many backquotes as they need."""
    flat = " ".join(clean(words).split())
    marks = "`" * max((len(run) + 1 for run in re.findall("`+", flat)), default=1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{marks}{pad}{flat}{pad}{marks}"


def _escaped(words: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", words)


def _wrapped(words: str, first: str, rest: str) -> list[str]:
    return wrap(
        words, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )

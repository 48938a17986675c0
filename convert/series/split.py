"""From one SUPPORT.md to another in steps that can be reviewed: the frame, then sections or themes, then single
architectures.

The frame is all that is in no `##` section: title, preamble, release fields, definitions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from convert.diff.compare import Change
from convert.draft import definitions
from convert.series import apart
from convert.series.themes import REST, Theme
from grammar.fold import fold
from grammar.parser import parse
from grammar.source import Source

FRAME = "frame"
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Step:
    """One patch to be: `key` tells it apart from version to version, `what` is frame, section, removal, theme, variants
    or whole.

    `heading` is the section's or theme's name; `before` and `after` are the whole file, None where there is none yet.
    `sections` are the keys of the sections that it changes; `theme` tells which rows it changes, where it is variants.
    """

    key: str
    what: str
    heading: str
    before: str | None
    after: str
    sections: tuple[str, ...] = field(default=(), compare=False)
    theme: Theme | None = field(default=None, compare=False)

    def makes(self, change: Change) -> bool:
        """Whether a change of meaning is what this step is about; `frame` and `whole` are about all that no other
        is.
        """
        if self.theme is not None:
            return any(self.theme.has_variant(name) for name in change.path[2:])
        return any(section_key(path) in self.sections for path in (change.feature, change.path))


@dataclass(frozen=True, slots=True)
class _Piece:
    key: str
    heading: str | None
    text: str


def steps(before: str | None, after: str, how: str, themes: Sequence[Theme] = ()) -> list[Step]:
    """The steps from a file to another; none where they are equal.  The last one's `after` is the other file, exactly.

    `how`: `section` (a step a section), `theme` (a step a theme, then one for each theme's variants), `none` (one
    step).
    """
    if before == after:
        return []
    if how == "none":
        return [Step(WHOLE, WHOLE, "", before, after)]
    if how == "section":
        return _by_section(before, after, ())
    apart_from = [theme for theme in themes if theme.variants]
    texts = apart.states(before, after, [theme.has_variant for theme in apart_from])
    found = _by_section(before, texts[0], themes) if texts[0] != before else []
    for theme, old, new in zip(apart_from, texts, texts[1:], strict=False):
        if old != new:
            found.append(Step(f"variants {theme.name}", "variants", theme.name, old, new, (), theme))
    return found


def _by_section(before: str | None, after: str, themes: Sequence[Theme]) -> list[Step]:
    """The steps by section, or by theme where there are any."""
    old, new = (_pieces(before) if before is not None else []), _pieces(after)
    order = _order(old, new)
    headings = {piece.key: piece.heading for piece in (*old, *new)}
    now = {piece.key: piece.text for piece in old if piece.heading is not None}
    target = {piece.key: piece.text for piece in new}
    now |= {key: text for key, text in target.items() if headings[key] is None}
    found: list[Step] = []
    text = _joined(now, order)
    if before is None or text.rstrip("\n") != before.rstrip("\n"):
        found.append(Step(FRAME, FRAME, "", before, text))
    changed = [
        key
        for key in order
        if headings[key] is not None and now.get(key, "").rstrip("\n") != target.get(key, "").rstrip("\n")
    ]
    for step, keys in _groups(changed, headings, target, themes):
        for key in keys:
            now.pop(key, None)
            if key in target:
                now[key] = target[key]
        last, text = text, _joined(now, order)
        found.append(replace(step, before=last, after=text, sections=tuple(keys)))
    if not found:  # line ends only
        return [Step(WHOLE, WHOLE, "", before, after)]
    return [*found[:-1], replace(found[-1], after=after)]


def _groups(
    changed: Sequence[str], headings: dict[str, str | None], target: dict[str, str], themes: Sequence[Theme]
) -> Iterator[tuple[Step, list[str]]]:
    """The steps without their texts, each with the keys of its sections."""
    if not themes:
        for key in changed:
            gone, name = key not in target, headings[key] or ""
            yield Step(f"removal {key}" if gone else key, "removal" if gone else "section", name, None, ""), [key]
        return
    by_theme: dict[str, list[str]] = {theme.name: [] for theme in themes}
    for key in changed:
        theme = next((theme.name for theme in themes if theme.has_section(headings[key] or "")), REST)
        by_theme.setdefault(theme, []).append(key)
    for name, keys in by_theme.items():
        if keys:
            yield Step(f"theme {name}", "theme", name, None, ""), keys


def section_key(path: tuple[str, ...]) -> str:
    """The key of the step that the heading with this path belongs to, if it is the first section of that name."""
    return f"{fold(path[0])} / {fold(path[1])}" if len(path) > 1 else FRAME


def _pieces(text: str) -> list[_Piece]:
    """The file cut before each `##` heading and behind each section; all of the definitions part is frame."""
    source = Source("", text.encode("utf-8", "surrogatepass"))
    part = definitions.find(source, "")
    end = len(text) - len(part.text) if part is not None else len(text)
    cuts: list[tuple[int, str, str | None]] = [(0, f"{FRAME} 0", None)]
    seen: Counter[str] = Counter()
    for top in parse(source, prose=False).document.sections:
        if top.heading.span.start >= end:
            break
        if cuts[-1][2] is not None:
            cuts.append((top.heading.span.start, f"{FRAME} {fold(top.heading.text)} {len(cuts)}", None))
        for section in top.sections:
            key = section_key((top.heading.text, section.heading.text))
            seen[key] += 1
            number = f" {seen[key]}" if seen[key] > 1 else ""
            cuts.append((section.heading.span.start, key + number, section.heading.text))
    if end < len(text) and cuts[-1][2] is not None:
        cuts.append((end, f"{FRAME} definitions", None))
    ends = [*(cut[0] for cut in cuts[1:]), len(text)]
    return [_Piece(key, heading, text[start:stop]) for (start, key, heading), stop in zip(cuts, ends, strict=True)]


def _order(old: list[_Piece], new: list[_Piece]) -> list[str]:
    """The keys in the new file's order, sections that go behind the one they were behind."""
    order = [piece.key for piece in new]
    behind: str | None = None
    for piece in old:
        if piece.heading is not None and piece.key not in order:
            order.insert(order.index(behind) + 1 if behind in order else _first(new), piece.key)
        behind = piece.key if piece.key in order else behind
    return order


def _first(new: list[_Piece]) -> int:
    """Where sections begin."""
    return next((n for n, piece in enumerate(new) if piece.heading is not None), 1)


def _joined(now: dict[str, str], order: list[str]) -> str:
    return "".join(_spaced([now[key] for key in order if now.get(key)]))


def _spaced(texts: list[str]) -> Iterator[str]:
    """Pieces with one blank line between them, and none at the end."""
    for text in texts[:-1]:
        yield text if text.endswith("\n\n") else text.rstrip("\n") + "\n\n"
    if texts:
        yield texts[-1].rstrip("\n") + "\n"

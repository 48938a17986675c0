"""What tells one occurrence of a finding from another across commits, and which findings an older state does not
have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grammar.rows import key_of
from grammar.source import Span

if TYPE_CHECKING:
    from convert.lint.engine import Result
    from grammar.diagnostic import Diagnostic
    from grammar.nodes import Section

_LONGEST = 200  # characters of the words of one occurrence
_SHORT = 3  # a span of fewer says nothing by itself; its line does
_ELSEWHERE = ("XS75", "XS76")  # rules of what other files of the tree say
_LOST = "XS126"  # several neighbouring lines
_MATCHED = 3000  # lines that are compared one by one


def instances(result: Result, diagnostic: Diagnostic) -> tuple[str, ...]:
    """The occurrences that a finding is about, mostly one: `RULE row: words`, with neither lines nor counts.

    One of several lost fields, of equal keys or of line ends stands for each of them.
    """
    several = _SEVERAL.get(diagnostic.code)
    if several is not None and diagnostic.span is not None:
        return tuple(several(result, diagnostic)) or (_named(result, diagnostic, ""),)
    words = diagnostic.words if diagnostic.words is not None else _words(result, diagnostic)
    return (_named(result, diagnostic, words),)


def instance(result: Result, diagnostic: Diagnostic) -> str:
    """`instances` as one text."""
    found = instances(result, diagnostic)
    return found[0] if len(found) == 1 else "; ".join(sorted(set(found)))[: 4 * _LONGEST]


def _named(result: Result, diagnostic: Diagnostic, words: str) -> str:
    row = " ".join(sorted(result.keys(diagnostic)))
    return f"{diagnostic.code} {row}: {' '.join(words.split())[:_LONGEST]}"


def _words(result: Result, diagnostic: Diagnostic) -> str:
    if diagnostic.span is None:
        return ""
    if diagnostic.code.startswith(_ELSEWHERE):  # several other files may speak of one row
        return re.sub(r"(?<=\w):[0-9]+\b|\blines? [0-9]+", "", diagnostic.message)
    words = result.source.text[diagnostic.span.start : diagnostic.span.end]
    if len(words.strip()) >= _SHORT:
        return words
    return result.source.line_text(result.source.position(diagnostic.span.start)[0])


def _lines(result: Result, diagnostic: Diagnostic) -> Iterator[str]:
    """One for each line of the span: fields that are lost for one reason."""
    assert diagnostic.span is not None
    source = result.source
    first, last = (
        source.position(at)[0] for at in (diagnostic.span.start, max(diagnostic.span.start, diagnostic.span.end - 1))
    )
    for number in range(first, last + 1):
        if words := source.line_text(number).strip():
            yield _named(result, diagnostic, words)


def _line_ends(result: Result, diagnostic: Diagnostic) -> Iterator[str]:
    """One for each line that ends in CR LF."""
    return (
        f"{diagnostic.code} : {line.strip()[:_LONGEST]}" for line in result.source.text.split("\n") if line[-1:] == "\r"
    )


def _repeated(result: Result, diagnostic: Diagnostic) -> Iterator[str]:
    """One for each field beyond the first of each key."""
    if result.repeated is None:
        result.repeated = Counter(_keys(result.parsed.document.sections, ()))
    for keys, count in result.repeated.items():
        if keys[-1] in diagnostic.rows:
            yield from [f"{diagnostic.code} {keys[-1]}: "] * (count - 1)


def _keys(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    from grammar.nodes import Literal

    for section in sections:
        keys = (*above, section.heading.anchor)
        for block in section.blocks:
            for entry in block.fields if isinstance(block, Literal) else ():
                name = entry.keyword if isinstance(block, Literal) and block.kind == "release" else entry.qualifier
                yield (*keys, key_of(section.heading.anchor, name)) if name else keys
        yield from _keys(section.sections, keys)


_SEVERAL = {"XS102": _line_ends, "XS126": _lines, "XS127": _repeated}


def new_only(result: Result, old: Result | None, findings: Sequence[Diagnostic] | None = None) -> list[Diagnostic]:
    """Those of a result's findings (`findings`: of these) that an older state of the file does not have, as multisets.

    Of several equal ones those on unchanged lines are the old ones.  A finding on an unchanged line that had it before
    is old also where its row has another key now.
    """
    found = list(result.diagnostics if findings is None else findings)
    if old is None or not found or not old.diagnostics:
        return found
    same = unchanged(old.source.text.split("\n"), result.source.text.split("\n"))
    known = Counter(one for d in old.diagnostics for one in instances(old, d))
    dropped: set[int] = set()
    for on_changed in (False, True):
        for n, diagnostic in enumerate(found):
            if (_line(result, diagnostic) not in same) is on_changed:
                mine = Counter(instances(result, diagnostic))
                new = Counter({one: count - known[one] for one, count in mine.items() if count > known[one]})
                if not new:
                    dropped.add(n)
                elif diagnostic.code == _LOST and new != mine:
                    found[n] = _narrowed(result, diagnostic, new)
                else:
                    continue
                for one, count in mine.items():
                    known[one] = max(0, known[one] - count)
    rest = [d for n, d in enumerate(found) if n not in dropped]
    return list(_not_moved(result, old, rest, same, known)) if rest else []


def _not_moved(
    result: Result, old: Result, found: Sequence[Diagnostic], same: dict[int, int], known: Counter[str]
) -> Iterator[Diagnostic]:
    """Findings without those that their unchanged lines had before, when the row had another key; `known` are left
    over.
    """
    there = Counter((d.code, _line(old, d), _bare(old, d)) for d in old.diagnostics)
    left: Counter[tuple[str, str]] = Counter()
    for one, count in known.items():
        left[_split(one)] += count
    for diagnostic in found:
        line, mine = same.get(_line(result, diagnostic), 0), (diagnostic.code, _bare(result, diagnostic))
        moved = line and diagnostic.code not in _SEVERAL and there[mine[0], line, mine[1]] and left[mine]
        if moved:
            left[mine] -= 1
        else:
            yield diagnostic


def _narrowed(result: Result, diagnostic: Diagnostic, new: Counter[str]) -> Diagnostic:
    """A finding of several lost fields on the first one that is new."""
    assert diagnostic.span is not None
    first, last = (
        result.source.position(at)[0]
        for at in (diagnostic.span.start, max(diagnostic.span.start, diagnostic.span.end - 1))
    )
    for number in range(first, last + 1):
        words = result.source.line_text(number)
        if words.strip() and _named(result, diagnostic, words) in new:
            start = result.source.starts[number - 1] + len(words) - len(words.lstrip())
            return diagnostic._replace(span=Span(start, diagnostic.span.end))
    return diagnostic


def _bare(result: Result, diagnostic: Diagnostic) -> str:
    return _split(instances(result, diagnostic)[0])[1]


def _split(one: str) -> tuple[str, str]:
    """(rule, words) of an instance."""
    head, _, words = one.partition(": ")
    return head.partition(" ")[0], words


def _line(result: Result, diagnostic: Diagnostic) -> int:
    return result.source.position(diagnostic.span.start)[0] if diagnostic.span else 0


def unchanged(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """The lines (from 1) of a new text that an old one has, each with its number there; linear but for some thousand
    lines.
    """
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - first
    last = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    found = {n: n for n in range(1, first + 1)}
    found |= {len(new) - n: len(old) - n for n in range(last)}
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    for a, b in _pairs(before, after):
        found[first + b + 1] = first + a + 1
    return found


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places (from 0) of lines that stand for each other: by difflib, of very many those that each side has
    once.
    """
    if len(old) < _MATCHED and len(new) < _MATCHED:
        from difflib import SequenceMatcher

        for a, b, size in SequenceMatcher(None, old, new).get_matching_blocks():
            yield from ((a + n, b + n) for n in range(size))
        return
    once = _once(old)
    for line, n in _once(new).items():
        if line in once:
            yield once[line], n


def _once(lines: Sequence[str]) -> dict[str, int]:
    """The lines that are there once, with their places."""
    counts = Counter(lines)
    return {line: n for n, line in enumerate(lines) if counts[line] == 1}

"""One source through the parser, the rows and the rules."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from convert.lint.catalogue import chosen
from convert.lint.registry import Context, Gate, Rest, Sibling, check
from convert.names.aliases import Aliases
from grammar.diagnostic import Diagnostic
from grammar.nodes import Document
from grammar.parser import Parsed, parse
from grammar.record import field, record
from grammar.rows import Reading, Row, limits, read_rows
from grammar.source import Source
from grammar.support import refused


@record(eq=False)
class Result:
    """What lint found in one source: the findings in file order, and the rows, by which findings are told apart.

    `hidden`: the notes on style that are not told; `repeated`: how often each key is there, once somebody has counted.
    """

    source: Source
    parsed: Parsed
    rows: list[Row]
    diagnostics: list[Diagnostic]
    hidden: list[Diagnostic] = field(default_factory=list)
    repeated: Counter[tuple[str, ...]] | None = None
    _starts: list[tuple[int, int, str]] = field(default_factory=list)

    def keys(self, diagnostic: Diagnostic) -> tuple[str, ...]:
        """The keys of the rows that a finding is about.

        Those it names; else the row on its line; else the anchor of its section; `""` before any heading.
        """
        if diagnostic.rows:
            return diagnostic.rows
        if diagnostic.span is None:
            return ("",)
        if not self._starts:
            self._starts = [(-1, 0, "")]
            for section in self.parsed.document.walk():
                self._starts.append((section.heading.span.start, 1, section.heading.anchor))
            for row in self.rows:  # at one place a section's rest (0) gives way to a heading (1), that to a row (2)
                line = self.source.line_span(self.source.position(row.span.start)[0])
                self._starts += [(line.start, 2, row.key), (line.end + 1, 0, row.anchor)]
            self._starts.sort()
        start = self.source.line_span(self.source.position(diagnostic.span.start)[0]).start
        return (self._starts[bisect_right(self._starts, start, key=lambda place: place[0]) - 1][2],)


def lint(
    source: Source,
    *,
    day: date,
    makefile: str | None = None,
    siblings: Sequence[Sibling] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    style: bool = False,
) -> list[Diagnostic]:
    """The findings in a source, in file order.

    `day`: the day by which policies are judged; `makefile`: the text of the tree's xen/Makefile; `siblings`: other
    trees to compare with; `select`, `ignore`: codes, names, beginnings of codes; `style`: notes on style too.  Raises
    Failure for a word that means no rule.
    """
    codes = chosen(select, ignore, style=style)
    return run(source, codes, day=day, makefile=makefile, siblings=lambda rows: siblings).diagnostics


def run(
    source: Source,
    codes: Collection[str],
    *,
    day: date,
    makefile: str | None = None,
    siblings: Callable[[list[Row]], Sequence[Sibling]] = lambda rows: (),
    gate: Gate | None = None,
    texts: Callable[[], Mapping[str, str]] | None = None,
    aliases: Aliases | None = None,
    name: str | None = None,
    before: Document | None = None,
    logged: bool | None = None,
    read: tuple[Parsed, Reading] | None = None,
    held: bool = False,
    rest: Rest | None = None,
    more: Sequence[Row] = (),
) -> Result:
    """As `lint`, for codes already chosen; `siblings` may look at the rows first, the rest is as in registry.Context.

    The result has the rows too.  `read` is the source where it has been read already; `held`: it is inside the mark-up,
    which is known.  `rest`, `more`: what is known of sections that are left out of the source, and rows of theirs.
    """
    if read is None:
        parsed = parse(source, prose=False)  # no rule looks at the words of paragraphs; they read the source's lines
        read = parsed, read_rows(parsed.document, source)
    parsed, reading = read
    rows = [*reading.rows, *more]
    context = Context(
        source,
        parsed,
        tuple(rows),
        tuple(limits(rows)),
        day,
        makefile,
        tuple(siblings(reading.rows)),
        gate,
        texts,
        aliases or Aliases(),
        name,
        before,
        logged,
        rest,
    )
    syntax = [*parsed.diagnostics, *reading.diagnostics]
    found = [d for d in (*syntax, *(() if held else refused(source, syntax))) if d.code in codes]
    if found:
        from convert.lint.fixes.syntax import complete

        found = complete(found, context)
    found += check(context, codes)
    found.sort(key=lambda d: (d.span.start if d.span else 0, d.code))
    return Result(source, parsed, reading.rows, found)


def sibling(name: str, source: Source) -> Sibling:
    """Another tree as rules compare with it."""
    document = parse(source, prose=False).document
    return Sibling(name, source, document, tuple(read_rows(document, source).rows), newer=False)

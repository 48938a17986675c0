"""One run of lint: inputs in, what is to be said about each out; exceptions, baseline and fixes in between."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from convert.failure import Failure
from convert.lint import engine
from convert.lint.config import Allow
from convert.lint.engine import Result
from convert.lint.formats import Checked
from convert.lint.targets import Target, Trees
from convert.trees.version import version_of
from grammar.diagnostic import Diagnostic
from grammar.rows import Row
from grammar.source import Source

if TYPE_CHECKING:
    from convert.lint.exceptions import Exceptions
    from convert.lint.registry import Sibling


class Options(NamedTuple):
    """What is wanted: the rules `codes`, trees to compare with, a ref whose findings are old, a baseline, exceptions, fixes."""

    codes: frozenset[str]
    against: tuple[str, ...] = ()
    new_only: str | None = None
    baseline: str | None = None
    allow: tuple[Allow, ...] = ()
    fix: bool = False
    diff: bool = False
    unsafe: bool = False


class Session:
    """What stays the same for all inputs of one run.  All methods raise Failure with a reason for people."""

    def __init__(self, options: Options, trees: Trees) -> None:
        self.options = options
        self.trees = trees
        self.others: list[tuple[Target, Sibling, tuple[int, int]]] | None = None
        self.counts: Counter[tuple[str, str]] | None = None
        self.needed: Counter[tuple[str, str]] = Counter()
        if options.baseline is not None:
            from pathlib import Path

            from convert.lint import baseline

            self.counts = baseline.read(Path(options.baseline))
        self.exceptions: Exceptions | None = None
        if options.allow:
            from convert.lint.exceptions import Exceptions

            self.exceptions = Exceptions(options.allow, options.codes, date.today())

    def each(self, name: str) -> Iterator[Checked]:
        """What an argument names, checked: one file, or each commit of a range."""
        ends = None
        if name != "-" and not os.path.exists(name):
            from convert.lint import ranges

            ends = ranges.split(name)
        if ends is None:
            yield self._one(self.trees.target(name))
            return
        if self.options.fix or self.options.diff:
            raise Failure(f"{name}: --fix and --diff are for files, not for commits")
        for target in ranges.commits(self.trees, *ends):
            yield self._one(target)

    def patch(self) -> Iterator[Checked]:
        """The file that a patch on standard input changes, with what the patch introduces; nothing for other patches."""
        from convert.lint import ranges
        from convert.trees.arguments import MAX_BYTES

        mail = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(mail) > MAX_BYTES:
            raise Failure(f"<stdin>: larger than {MAX_BYTES // 1024 // 1024} MiB; that is no patch")
        done = ranges.patched(self.trees, mail)
        if done is not None:
            target, before = done
            result = self._look(target, target.source)
            old = self._look(target, before) if before is not None else None
            yield self._checked(target, result, self._filtered(result, old))

    def leftovers(self) -> list[Checked]:
        """What is wrong with the exceptions and the baseline, to be asked when all inputs are done."""
        if self.counts is not None:
            unneeded = len(self.counts - self.needed)
            if unneeded:
                words = "entry" if unneeded == 1 else "entries"
                self.trees.tell(f"{self.options.baseline}: {unneeded} {words} not needed any more; write it again")
        return self.exceptions.leftovers() if self.exceptions is not None else []

    def _one(self, target: Target) -> Checked:
        old = None
        if self.options.new_only is not None:
            from convert.lint import ranges

            before = ranges.before(self.trees, target, self.options.new_only)
            old = self._look(before, before.source) if before is not None else None
        if self.options.fix or self.options.diff:
            return self._fixed(target, old)
        result = self._look(target, target.source)
        return self._checked(target, result, self._filtered(result, old))

    def _fixed(self, target: Target, old: Result | None) -> Checked:
        from convert.lint.fixes.rounds import fixed, patch

        def look(source: Source) -> tuple[Result, list[Diagnostic]]:
            result = self._look(target, source)
            return result, self._filtered(result, old)

        if self.options.fix and target.file is None and target.name != "<stdin>":
            raise Failure(f"{target.name}: --fix corrects files only; --diff shows what it would do")
        first, last = fixed(target.source, look, unsafe=self.options.unsafe)
        data = last[0].source.data
        if self.options.diff:
            _put(patch(target.path, target.source.data, data))
            return self._checked(target, *first)
        if target.file is None:
            _put(data)
        elif data != target.source.data:
            _save(target.file, data)
            self.trees.tell(f"{target.name}: corrected")
        return self._checked(target, *last)

    def _look(self, target: Target, source: Source) -> Result:
        return engine.run(
            source,
            self.options.codes,
            day=target.day,
            makefile=target.makefile,
            siblings=lambda rows: self._siblings(target, rows) if self.options.against else (),
            texts=target.texts,
        )

    def _siblings(self, target: Target, rows: list[Row]) -> list[Sibling]:
        if self.others is None:
            self.others = [self._other(name) for name in self._names()]
        mine = version_of(_versions(rows), target.makefile)
        return [
            engine.newer(sibling, version > mine)
            for other, sibling, version in self.others
            if other.source.data != target.source.data and not ("supported" in self.options.against and version == mine)
        ]

    def _names(self) -> Iterator[str]:
        for name in self.options.against:
            if name == "supported":
                yield from self.trees.supported(date.today())
            else:
                yield name

    def _other(self, name: str) -> tuple[Target, Sibling, tuple[int, int]]:
        target = self.trees.target(name)
        sibling = engine.sibling(name, target.source)
        return target, sibling, version_of(_versions(sibling.rows), target.makefile)

    def _filtered(self, result: Result, old: Result | None) -> list[Diagnostic]:
        """The findings that are to be told: not excepted, not old, not in the baseline."""
        kept = result.diagnostics
        if old is not None:
            from convert.lint import ranges

            kept = ranges.new_only(result, old)
        if self.exceptions is not None:
            kept = self.exceptions.remaining(result, kept)
        if self.counts is not None:
            from convert.lint import baseline

            kept, used = baseline.remaining(result, kept, self.counts)
            self.needed |= used
        return kept

    def _checked(self, target: Target, result: Result, kept: list[Diagnostic]) -> Checked:
        return Checked(target.name, target.path, result.source, kept, result, target.commit, target.subject)


def _versions(rows: list[Row] | tuple[Row, ...]) -> list[str]:
    return [row.status for row in rows if row.kind == "release" and row.qualifier == "Xen-Version"]


def _put(data: bytes) -> None:
    """Bytes to standard output; shown where a terminal would act on them."""
    from convert.output.terminal import clean

    if sys.stdout.isatty():
        sys.stdout.write(clean(data.decode("utf-8", "surrogateescape")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _save(file: str, data: bytes) -> None:
    from pathlib import Path

    from convert.output.files import write_atomic

    try:
        place = Path(file).resolve()  # a symbolic link stays one
        write_atomic(place, data, place.stat().st_mode & 0o777)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None

"""One run of lint: inputs in, what is to be said about each out; exceptions, baseline and fixes in between."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from convert.failure import Failure, counted
from convert.lint import engine
from convert.lint.config import Allow
from convert.lint.engine import Result
from convert.lint.formats import Checked
from convert.lint.targets import Target, Trees, work_tree
from convert.names.aliases import Aliases, joined, read, shipped
from convert.trees.version import version_of
from grammar.diagnostic import Diagnostic
from grammar.named import NamedTuple
from grammar.nodes import Document
from grammar.rows import Row
from grammar.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from convert.lint.exceptions import Exceptions
    from convert.lint.ranges import Step
    from convert.lint.registry import Sibling


class Options(NamedTuple):
    """What is wanted.

    `codes`: the rules that are told; `hint`: those of which only the number is; `against`: trees to compare with;
    `new_only`: a ref whose findings are old; `everything`: of a range or patch also what it does not introduce.
    """

    codes: frozenset[str]
    hint: frozenset[str] = frozenset()
    against: tuple[str, ...] = ()
    aliases: Path | None = None
    no_aliases: bool = False
    new_only: str | None = None
    everything: bool = False
    baseline: str | None = None
    allow: tuple[Allow, ...] = ()
    fix: bool = False
    diff: bool = False
    unsafe: bool = False


class _Other(NamedTuple):
    """A tree to compare with, and its version."""

    target: Target
    sibling: Sibling
    version: tuple[int, int]


class Session:
    """What stays the same for all inputs of one run.  All methods raise Failure with a reason for people."""

    def __init__(self, options: Options, trees: Trees) -> None:
        self.options = options
        self.trees = trees
        self.others: list[_Other] | None = None
        self.counts: Counter[str] | None = None
        self.needed: Counter[str] = Counter()
        self.known: dict[bool, Aliases] = {}
        self.own = read(options.aliases)  # a file that cannot be read is said, even where nothing is compared
        if options.baseline is not None:
            from pathlib import Path

            from convert.lint import baseline

            self.counts = baseline.read(Path(options.baseline))
        self.exceptions: Exceptions | None = None
        if options.allow:
            from convert.lint.exceptions import Exceptions

            self.exceptions = Exceptions(options.allow, options.codes | options.hint, date.today())

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
        for step in ranges.commits(self.trees, *ends):
            yield self._step(step) if self.options.new_only is None else self._one(step.target)

    def patch(self) -> Iterator[Checked]:
        """The file that a patch on standard input changes, with what the patch introduces; nothing for other
        patches.
        """
        from convert.lint import ranges
        from convert.trees.arguments import MAX_BYTES

        mail = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(mail) > MAX_BYTES:
            raise Failure(f"<stdin>: larger than {MAX_BYTES // 1024 // 1024} MiB; that is not a patch")
        if mail.strip() and not ranges.is_patch(mail):
            if not ranges.is_mail(mail):
                raise Failure("<stdin>: not a patch; --patch takes what git diff, git show or git format-patch prints")
            self.trees.tell("<stdin>: a mail without a patch; there is nothing to check")
        step = ranges.patched(self.trees, mail)
        if step is not None:
            yield self._step(step)

    def leftovers(self) -> list[Checked]:
        """What is wrong with the exceptions and the baseline, to be asked when all inputs are done."""
        if self.counts is not None:
            unneeded = len(self.counts - self.needed)
            if unneeded:
                entries = counted(unneeded, "entry", "entries")
                self.trees.tell(f"{self.options.baseline}: {entries} not needed any more; write it again")
        return self.exceptions.leftovers() if self.exceptions is not None else []

    def _one(self, target: Target) -> Checked:
        old: tuple[Result, ...] = ()
        document: Document | None = None
        if self.options.new_only is not None:
            from convert.lint import ranges

            before = ranges.before(self.trees, target, self.options.new_only)
            if before is not None:
                old = (self._look(before, before.source),)
                document = old[0].parsed.document
        if self.options.fix or self.options.diff:
            return self._fixed(target, old)
        return self._checked(target, self._filtered(self._look(target, target.source, before=document), old))

    def _step(self, step: Step) -> Checked:
        """A commit or a patch: what it introduces, against each state that it was made of."""
        old = tuple(self._look(before, before.source) for before in step.before)
        first = old[0].parsed.document if old else None
        result = self._look(step.target, step.target.source, before=first, logged=step.logged)
        return self._checked(step.target, self._filtered(result, () if self.options.everything else old))

    def _fixed(self, target: Target, old: Sequence[Result]) -> Checked:
        from convert.lint.fixes.rounds import fixed, patch

        def look(source: Source) -> tuple[Result, list[Diagnostic]]:
            result = self._filtered(self._look(target, source), old)
            return result, result.diagnostics

        if self.options.fix and target.file is None and target.name != "<stdin>":
            raise Failure(f"{target.name}: --fix corrects files only; --diff shows what it would do")
        first, last = fixed(target.source, look, unsafe=self.options.unsafe)
        data = last[0].source.data
        if self.options.diff:
            _put(patch(target.top, target.source.data, data))
            return self._checked(target, first[0])
        if target.file is None:
            _put(data)
        elif data != target.source.data:
            _save(target.file, data)
            self.trees.tell(f"{target.name}: corrected")
        return self._checked(target, last[0])

    def _look(
        self, target: Target, source: Source, *, before: Document | None = None, logged: bool | None = None
    ) -> Result:
        def siblings(rows: list[Row]) -> list[Sibling]:
            return self._siblings(target, rows) if self.options.against else []

        aliases = self._aliases(target) if self.options.against or before is not None else None
        return engine.run(
            source, self.options.codes | self.options.hint, day=target.day, makefile=target.makefile, siblings=siblings,
            texts=target.texts, aliases=aliases, name=target.tree, before=before, logged=logged,
        )  # fmt: skip

    def _aliases(self, target: Target) -> Aliases:
        use = target.makefile is not None and not self.options.no_aliases
        if use not in self.known:
            self.known[use] = joined(self.own, shipped() if use else None)
        return self.known[use]

    def _siblings(self, target: Target, rows: list[Row]) -> list[Sibling]:
        if self.others is None:
            self.others = [self._other(name) for name in self._names()]
        mine = version_of(_versions(rows), target.makefile)
        found = []
        for other in self.others:
            same = other.target.source.data == target.source.data
            if not same and not ("supported" in self.options.against and other.version == mine):
                sibling = other.sibling._replace(newer=other.version > mine)
                found.append(self._aged(sibling, target, other.target) if sibling.newer else sibling)
        return found

    def _aged(self, sibling: Sibling, target: Target, other: Target) -> Sibling:
        """A sibling that can tell what came into it with code, where git knows both trees."""
        commit = target.commit
        if commit is None and target.file is not None:
            top, mine = work_tree(target.file), work_tree(self.trees.folder)
            commit = "HEAD" if top is not None and top == mine else None
        if commit is None or other.commit is None:
            return sibling
        from convert.lint.ages import younger

        return sibling._replace(younger=younger(self.trees.repo, commit, other.commit))

    def _names(self) -> Iterator[str]:
        for name in self.options.against:
            if name == "supported":
                yield from self.trees.supported(date.today())
            else:
                yield name

    def _other(self, name: str) -> _Other:
        target = self.trees.target(name)
        sibling = engine.sibling(name, target.source)
        return _Other(target, sibling, version_of(_versions(sibling.rows), target.makefile))

    def _filtered(self, result: Result, old: Sequence[Result]) -> Result:
        """The findings that are to be told, not excepted, not old, not in the baseline; the notes on style apart."""
        kept = result.diagnostics
        if old:
            from convert.lint.identity import new_only

        for state in old:  # what a merge makes is new to all that it was made of
            kept = new_only(result, state, kept)
        if self.exceptions is not None:
            kept = self.exceptions.remaining(result, kept)
        if self.counts is not None:
            from convert.lint import baseline

            kept, used = baseline.remaining(result, kept, self.counts)
            self.needed |= used
        result.diagnostics = [d for d in kept if d.code in self.options.codes]
        result.hidden = [d for d in kept if d.code not in self.options.codes]
        return result

    def _checked(self, target: Target, result: Result) -> Checked:
        return Checked(
            target.name, target.path, result.source, result.diagnostics, result, target.commit, target.subject,
            tree=target.tree, named=target.named, top=target.top,
        )  # fmt: skip


def _versions(rows: Sequence[Row]) -> list[str]:
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
        mode = place.stat().st_mode & 0o777
        if not mode & 0o222:
            raise Failure(f"{file}: is read-only; not corrected (chmod u+w, or --diff to see what would be done)")
        write_atomic(place, data, mode)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None

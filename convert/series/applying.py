"""The patches of mails applied as a committer would, each step linted and compared with its commit, words with what
it does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from convert.failure import counted
from convert.lint import engine
from convert.lint.catalogue import chosen
from convert.lint.identity import new_only
from convert.series import bodies
from convert.series.findings import Expected, Finding, read_mail
from convert.series.plan import Change
from convert.trees import git
from convert.trees.version import FILE, MAKEFILE
from grammar.source import Source

_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "xen-support"), ("EMAIL", "xen-support@localhost"))
}


def applied(repo: Path, files: Sequence[Path], expected: Expected) -> Iterator[Finding]:
    """All findings about patches in order, the last compared with the support branch."""
    change = expected.change
    paths = (*((FILE,) if change.after != change.before else ()), *change.others)
    if len(files) != len(expected.commits):
        last = files[-1].name if files else ""
        yield Finding(
            last,
            "error",
            f"{counted(len(files), 'patch', 'patches')}, and series/{change.tree} has"
            f" {counted(len(expected.commits), 'commit')}",
        )
    with tempfile.TemporaryDirectory(prefix="xen-support-") as name:
        folder = Path(name)
        git.scratch(repo, change.base, [FILE, *change.others], folder)
        makefile = None if expected.release else git.object_of(repo, f"{change.base}:{MAKEFILE}")
        work = _Lint(folder, makefile.decode("utf-8", "replace") if makefile else None, change.before)
        right = True
        for n, file in enumerate(files):
            wrong = git.apply_mail(folder, file, _NOBODY)
            if wrong is not None:
                yield Finding(file.name, "error", f"does not apply with git am: {wrong}")
                return
            yield from work.step(file)
            commit = expected.commits[n] if n < len(expected.commits) else None
            if right and commit and (path := _differing(repo, folder, commit, paths)):
                right = False
                yield Finding(
                    file.name, "error", f"leaves another {path} than commit {commit[:12]} of series/{change.tree}"
                )
        yield from _end(repo, folder, files, change, paths)


def _end(repo: Path, folder: Path, files: Sequence[Path], change: Change, paths: Sequence[str]) -> Iterator[Finding]:
    if files and (path := _differing(repo, folder, change.tip, paths)):
        yield Finding(files[-1].name, "error", f"after it {path} is not what support/{change.tree} has")


def _differing(repo: Path, folder: Path, commit: str, paths: Sequence[str]) -> str | None:
    """The first file that is not in a work tree's commit what it is in the repository's."""
    known = git.identities(repo, [f"{commit}:{path}" for path in paths])
    found = git.identities(folder, [f"HEAD:{path}" for path in paths])
    return next((path for path, one, other in zip(paths, known, found, strict=True) if one != other), None)


class _Lint:
    """SUPPORT.md step by step: what each step brings in, and what its words say of it."""

    def __init__(self, folder: Path, makefile: str | None, before: str | None) -> None:
        self.folder, self.makefile, self.text = folder, makefile, before
        self.first = self._result(before.encode()) if before else None

    def _result(self, data: bytes) -> engine.Result:
        return engine.run(Source(FILE, data), chosen((), ()), day=date.today(), makefile=self.makefile)

    def step(self, file: Path) -> Iterator[Finding]:
        """The findings about one patch that has just been applied."""
        data = git.object_of(self.folder, f"HEAD:{FILE}")
        if data is None:
            yield Finding(file.name, "error", f"leaves no {FILE}")
            return
        result = self._result(data)
        for finding in new_only(result, self.first):
            if finding.severity == "error":
                line = result.source.position(finding.span.start)[0] if finding.span else 1
                yield Finding(file.name, "error", f"leaves {FILE}:{line}: {finding.code} {finding.message}")
        text = data.decode("utf-8", "replace")
        for words in bodies.stale(read_mail(file.read_bytes()).message, self.text, text):
            yield Finding(file.name, "error", words)
        self.text = text

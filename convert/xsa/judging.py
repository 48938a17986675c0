"""The verdicts of advisories at refs: all patches looked for at once, then the push gate, then where else a patch
is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.trees.all import branch_of, release_trees
from convert.trees.version import version as numbers_of
from convert.xsa import messages
from convert.xsa import refs as trees
from convert.xsa.advisories import Advisory
from convert.xsa.facts import Facts
from convert.xsa.finding import Finder, Finding, PatchFile, Wanted, patch_files
from convert.xsa.history import History, View
from convert.xsa.plans import XEN, Plan, Planner
from convert.xsa.refs import Ref
from convert.xsa.rows import PatchRow, Row
from convert.xsa.rows import row as make_row
from convert.xsa.source import Scope, Source


@dataclass(slots=True)
class Tree:
    """Another repository that was given with --tree, read at the revision that a ref pins (or at `revision`)."""

    path: Path
    revision: str | None = None
    histories: dict[str, tuple[Finder, View]] = field(default_factory=dict)


class Judge:
    """Judges advisories of one source at refs of one repository.

    `on`: the day on which support is judged; None: the day on which each advisory came out.
    """

    def __init__(
        self, repo: Path, refs: Sequence[Ref], source: Source, scope: Scope, *,
        others: Mapping[str, Tree] | None = None,
        on: date | None = None, remote: str | None = None, keep: bool = True, staging: bool = True,
    ) -> None:  # fmt: skip
        self.repo, self.refs, self.source, self.scope = repo, tuple(refs), source, scope
        self.others = dict(others or {})
        self.planner = Planner(source, scope, self.others, on)
        self.staging = staging
        mains = [tip for name in ("master", "staging") if (tip := trees.tip_of(repo, name, remote))]
        self.nearby = _branches(repo, self.refs, remote)
        tips = [ref.sha for ref in refs] + [ref.staging[1] for ref in refs if ref.staging] + mains
        self.history = History(repo, [*tips, *(sha for _, sha in self.nearby)])
        self.facts = Facts(repo, keep=keep)
        self.finder = Finder(self.history, self.facts, [self.history.view(tip, tip) for tip in mains])
        self._read: dict[str, PatchFile | None] = {}
        self._keep = keep

    # -- the plan

    def rows(self, advisories: Sequence[Advisory]) -> list[Row]:
        """A row for each advisory and ref, refs in their order, advisories in theirs.  Raises Failure."""
        plans = [(one, ref, self.planner.plan(one, ref)) for ref in self.refs for one in advisories]
        found = self._findings(plans)
        rows = [self._row(one, ref, plan, found) for one, ref, plan in plans]
        rows = self._pushed(plans, rows) if self.staging else rows
        return self._with_elsewhere(rows)

    def files(self, names: Sequence[tuple[str, Advisory]]) -> dict[str, PatchFile | None]:
        """Patch files by name, read once; None for one that cannot be read or is no patch, which is a problem."""
        fresh = {name: one for name, one in names if name not in self._read}
        data = [(name, self.source.data(name, one)) for name, one in fresh.items()]
        there = [(name, hashlib.sha256(d).hexdigest(), d) for name, d in data if d is not None]
        self._read |= dict.fromkeys(fresh)
        for file in patch_files(self.history, there):
            if file.pieces:
                self._read[file.name] = file
            else:
                self.source.problems.append(f"{file.name} is not a patch")
        return self._read

    def origins(self, rows: Sequence[Row]) -> tuple[dict[str, str], dict[str, int]]:
        """Of the commits found: what their `Fixes:` names, and where they are in the history."""
        commits = dict.fromkeys(c for row in rows for p in row.patches if p.tree == XEN for c in p.finding.commits)
        entries = [self.history.by_hash[c] for c in commits if c in self.history.by_hash]
        named: dict[str, str] = {}
        for entry in entries:
            for name in messages.fixes(entry.message):
                old = self.history.starting_with(name)
                if len(old) == 1:
                    named.setdefault(entry.hash, old[0].hash)
        return named, {entry.hash: entry.at for entry in entries}

    def _findings(self, plans: Sequence[tuple[Advisory, Ref, Plan]]) -> dict[tuple[int, str, str, str], Finding]:
        """The finding of each (advisory, ref's name, tree, patch file)."""
        self.files([(name, one) for one, _, plan in plans for _, _, names in plan.parts for name in names])
        keys: dict[int, tuple[Finder, list[tuple[int, str, str, str]], list[Wanted]]] = {}
        for one, ref, plan in plans:
            for tree, stable, names in plan.parts:
                finder, view = self._place(tree, ref) if names else (self.finder, None)
                group = keys.setdefault(id(finder), (finder, [], []))
                for name in names if view else ():
                    file = self._read[name]
                    if file is not None and view is not None:
                        group[1].append((one.number, ref.name, tree, name))
                        group[2].append(Wanted(file, one.number, view, _since(finder.history, view, stable)))
        return {
            key: finding for finder, names, wanted in keys.values()
            for key, finding in zip(names, finder.find(wanted), strict=True)
        }  # fmt: skip

    def _place(self, tree: str, ref: Ref) -> tuple[Finder, View]:
        """Where a tree's patches are looked for at a ref.  Raises Failure where the pinned revision is not there."""
        if tree == XEN:
            return self.finder, self.history.view(ref.name, ref.sha)
        other = self.others[tree]
        revision = other.revision or ref.pins.get(tree) or "HEAD"
        if revision not in other.histories:
            commit = git.commit(other.path, revision)
            if commit is None:
                raise Failure(f"{tree}: {other.path} has no {revision}, which {ref.name} pins; fetch it")
            history = History(other.path, [commit])
            view = history.view(revision, commit)
            other.histories[revision] = Finder(history, Facts(other.path, keep=self._keep)), view
        return other.histories[revision]

    def _row(self, one: Advisory, ref: Ref, plan: Plan, found: Mapping[tuple[int, str, str, str], Finding]) -> Row:
        patches = tuple(
            PatchRow(name, tree, self._read[name], found.get((one.number, ref.name, tree, name), Finding("unknown")))
            for tree, _, names in plan.parts
            for name in names
        )
        return make_row(one if self.scope.open(one) else one.bare(), ref, plan, patches)

    def _pushed(self, plans: Sequence[tuple[Advisory, Ref, Plan]], rows: Sequence[Row]) -> list[Row]:
        """`staging` for what the ref lacks, but the branch has from which it is pushed."""
        again: list[tuple[int, Advisory, Ref, Plan]] = []
        for n, ((one, ref, plan), row) in enumerate(zip(plans, rows, strict=True)):
            if ref.staging and row.verdict in ("missing", "partial", "reverted", "unsure"):
                name, sha = ref.staging
                again.append((n, one, replace(ref, name=name, sha=sha, staging=None), plan))
        found = self._findings([(one, ref, plan) for _, one, ref, plan in again]) if again else {}
        done = list(rows)
        for n, one, ref, plan in again:
            there = self._row(one, ref, plan, found)
            if there.verdict == "applied":
                commits = [c[:10] for patch in there.patches for c in patch.finding.commits]
                why = f"in {ref.name} as {', '.join(dict.fromkeys(commits))}, not yet pushed to {done[n].ref.name}"
                done[n] = replace(done[n], verdict="staging", why=why)
        return done

    def _with_elsewhere(self, rows: Sequence[Row]) -> list[Row]:
        """For patches that are not there, another branch that has them."""
        absent = [
            (patch.file, row)
            for row in rows
            if row.verdict in ("missing", "partial")
            for patch in row.absent
            if patch.file is not None and patch.tree == XEN
        ]
        if not absent:
            return list(rows)
        same = self.finder.glance([file for file, _ in absent])
        views = [(name, self.history.view(name, sha)) for name, sha in self.nearby]
        return [
            replace(
                row,
                patches=tuple(
                    (
                        replace(p, elsewhere=_first(same[p.name], views, row.ref))
                        if p.name in same and p.verdict != "applied"
                        else p
                    )
                    for p in row.patches
                ),
            )
            for row in rows
        ]


def _first(commits: Sequence[str], views: Sequence[tuple[str, View]], ref: Ref) -> tuple[str, str] | None:
    """The first branch that has one of the commits, still unreverted, and that commit."""
    for name, view in views:
        if view.tip != ref.sha:
            for commit in commits:
                if commit in view.has and view.live(commit):
                    return name, commit
    return None


def _branches(repo: Path, refs: Sequence[Ref], remote: str | None) -> list[tuple[str, str]]:
    """The release branches of the versions that are asked for and newer ones, master last: where else a patch may
    be.
    """
    lowest = min((numbers_of(ref.version) for ref in refs if ref.version), default=(0, 0))
    try:
        found = release_trees(repo, remote)
    except Failure:
        return []
    named = [(branch_of(tree), tree.commit) for tree in found if tree.commit]
    newer = [(name, sha) for name, sha in named if numbers_of(name) == (0, 0) or numbers_of(name) >= lowest]
    return sorted(newer, key=lambda pair: (numbers_of(pair[0]) == (0, 0), numbers_of(pair[0])))


def _since(history: History, view: View, stable: str) -> int | None:
    """The place of a recipe's StableRef in a history; None where it is not there or the ref does not have it."""
    commit = history.place(stable) if stable else None
    return history.by_hash[commit].at if commit in view.has and commit in history.by_hash else None

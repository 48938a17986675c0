"""The verdict of an advisory at a ref: which recipe counts, which of its patches are there, and what that makes together."""

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
from convert.xsa.finding import ALIKE, SAME, Finder, Finding, PatchFile, Piece, Wanted, patch_files
from convert.xsa.history import History, View
from convert.xsa.patches import is_small, is_telling, lines_of, plain_subject, shared
from convert.xsa.recipes import MASTER, Meta, Recipe
from convert.xsa.refs import Ref
from convert.xsa.source import Scope, Source

# from the one that matters most: of several trees the worst counts
ORDER = (
    "missing", "reverted", "partial", "unsure", "unknown", "staging", "unsupported", "unchecked", "applied", "other-tree",
    "not-needed", "unused", "embargoed",
)  # fmt: skip
FINE = frozenset({"applied", "not-needed", "other-tree", "unused", "embargoed"})
XEN = "xen"


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One patch of an advisory at a ref.  `elsewhere`: another ref that has it, and the commit; `beside`: the file of --with."""

    name: str
    tree: str
    file: PatchFile | None
    finding: Finding
    elsewhere: tuple[str, str] | None = None
    beside: str | None = None

    @property
    def verdict(self) -> str:
        """applied, missing, reverted, unsure, or unknown where the file could not be read."""
        return self.finding.verdict


@dataclass(frozen=True, slots=True)
class Row:
    """An advisory at a ref.  `have` and `of` count patches; `why` says what the verdict rests on where the patches do not."""

    advisory: Advisory
    ref: Ref
    verdict: str
    patches: tuple[PatchRow, ...] = ()
    why: str = ""
    trees: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def of(self) -> int:
        """The patches of the recipe."""
        return len(self.patches)

    @property
    def have(self) -> int:
        """Those that are there."""
        return sum(patch.verdict == "applied" for patch in self.patches)

    @property
    def absent(self) -> tuple[PatchRow, ...]:
        """Those that are not."""
        return tuple(patch for patch in self.patches if patch.verdict != "applied")

    @property
    def fine(self) -> bool:
        """Whether nothing is open."""
        return self.verdict in FINE and not self.unchecked


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked for: by tree the recipe and its files; or a verdict that needs no look.

    `any`: one file that is found will do (no .meta); `absent`: the version has no recipe, and this is the verdict unless all
    files are found.
    """

    verdict: str | None = None
    why: str = ""
    parts: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # (tree, StableRef, files)
    other: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    any: bool = False
    absent: str | None = None


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
        self, repo: Path, refs: Sequence[Ref], source: Source, scope: Scope, *, others: Mapping[str, Tree] | None = None,
        on: date | None = None, remote: str | None = None, keep: bool = True, staging: bool = True,
    ) -> None:  # fmt: skip
        self.repo, self.refs, self.source, self.scope, self.on = repo, tuple(refs), source, scope, on
        self.others = dict(others or {})
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

    def plan(self, advisory: Advisory, ref: Ref) -> Plan:
        """What decides about an advisory at a ref."""
        if not self.scope.open(advisory):
            return Plan("embargoed", "announced, not public" if advisory.public else "its public date is not known")
        if advisory.is_unused:
            return Plan("unused", advisory.title or "")
        meta = self.source.meta(advisory)
        if meta is None:
            return self._without_meta(advisory)
        recipes, why = self._recipes(meta, ref)
        if recipes is not None:
            return self._with(recipes, advisory, ref, why)
        if not any(tree == XEN or tree in ref.pins or tree in self.others for tree in meta.trees):
            return Plan("other-tree", f"for {', '.join(meta.trees) or 'no tree that is named'}", other=meta.trees)
        if ref.recipe in meta.supported:
            return Plan("unknown", f"the .meta lists {ref.recipe} as supported, but has no recipe for it")
        return self._absent(meta, advisory, ref)

    def _without_meta(self, advisory: Advisory) -> Plan:
        if self.source.has_meta(advisory):
            return Plan("unknown", "its .meta could not be read")
        names = self.source.patches(advisory)
        if not names:
            return Plan("unknown", "neither a .meta nor a patch is listed")
        return Plan(parts=((XEN, "", names),), any=True)

    def _recipes(self, meta: Meta, ref: Ref) -> tuple[Mapping[str, Recipe] | None, str]:
        """The recipes of a ref's version; master's for a version that is newer than every one listed."""
        if ref.recipe in meta.recipes:
            return meta.recipes[ref.recipe], ""
        newest = meta.newest()
        if ref.version and numbers_of(ref.version) > newest and MASTER in meta.recipes:
            return meta.recipes[MASTER], f"{ref.version} is newer than every version listed: the recipe of master"
        return None, ""

    def _with(self, recipes: Mapping[str, Recipe], advisory: Advisory, ref: Ref, why: str) -> Plan:
        parts: list[tuple[str, str, tuple[str, ...]]] = []
        other: list[str] = []
        unchecked: list[str] = []
        for tree, recipe in recipes.items():
            if not recipe.patches and (tree == XEN or tree in self.others):
                parts.append((tree, recipe.stable_ref, ()))
            elif tree == XEN or tree in self.others:
                names = [
                    name for pattern in recipe.patches for name in self.source.expand(pattern, advisory) or [pattern]
                ]
                parts.append((tree, recipe.stable_ref, tuple(dict.fromkeys(names))))
            elif tree in ref.pins and recipe.patches:
                unchecked.append(tree)
            elif recipe.patches:
                other.append(tree)
        return Plan(None, why, tuple(parts), tuple(other), tuple(unchecked))

    def _absent(self, meta: Meta, advisory: Advisory, ref: Ref) -> Plan:
        """A version without a recipe: not needed where it had security support then, else not supported."""
        day = self.on or (advisory.public.date() if advisory.public else self.scope.now.date())
        if ref.supported(day):
            verdict, why = "not-needed", f"lists {', '.join(meta.versions) or 'no version'}"
        else:
            until = f"ended on {ref.until}" if ref.until else "is promised by no SUPPORT.md of that branch"
            verdict, why = "unsupported", f"security support of {ref.version} {until}; lists {', '.join(meta.versions)}"
        near = _nearest(meta, ref)
        names = [n for p in near.patches for n in self.source.expand(p, advisory)] if near else []
        parts = ((XEN, near.stable_ref, tuple(dict.fromkeys(names))),) if near and names else ()
        return Plan(verdict, why, parts, absent=verdict)

    # -- the verdicts

    def rows(self, advisories: Sequence[Advisory]) -> list[Row]:
        """A row for each advisory and ref, refs in their order, advisories in theirs.  Raises Failure."""
        plans = [(one, ref, self.plan(one, ref)) for ref in self.refs for one in advisories]
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
                self.source.problems.append(f"{file.name} is no patch")
        return self._read

    def origins(self, rows: Sequence[Row]) -> tuple[dict[str, str], dict[str, int]]:
        """Of the commits found: what their `Fixes:` names, and where they stand in the history."""
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
        if plan.absent is not None:
            if patches and all(patch.verdict == "applied" for patch in patches):
                return Row(one, ref, "applied", patches, f"though {plan.why}", (XEN,))
            return Row(one, ref, plan.absent, (), plan.why)
        if plan.verdict is not None:
            return Row(one if self.scope.open(one) else one.bare(), ref, plan.verdict, (), plan.why, plan.other)
        used = tuple(tree for tree, _, _ in plan.parts)
        verdict, why = (_any(patches), "") if plan.any else (_verdict(plan, patches), plan.why)
        if plan.any:
            why = "no .meta: " + (
                "every file was tried: " + ", ".join(p.name for p in patches)
                if verdict == "unknown"
                else f"{sum(p.verdict == 'applied' for p in patches)} of {len(patches)} files found"
            )
            patches = patches if verdict == "unknown" else tuple(p for p in patches if p.verdict == verdict)
        elif verdict == "not-needed" and not why:
            why = f"the recipe of {ref.recipe} lists no patch"
        elif verdict == "other-tree":
            why = f"for {', '.join(plan.other)}"
        if plan.unchecked:
            pinned = ", ".join(f"{tree} ({ref.pins[tree]})" for tree in plan.unchecked)
            why = "; ".join(
                filter(None, [why, f"{CONFIG_PINS} {pinned}: give its clone with --tree {plan.unchecked[0]}=DIR"])
            )
        return Row(one, ref, verdict, patches, why, (*used, *plan.other), plan.unchecked)

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
        views = [self.history.view(name, sha) for name, sha in self.nearby]
        return [
            replace(row, patches=tuple(
                replace(p, elsewhere=_first(same[p.name], views, row.ref)) if p.name in same and p.verdict != "applied" else p
                for p in row.patches
            ))
            for row in rows
        ]  # fmt: skip


CONFIG_PINS = f"its {trees.CONFIG} pins"


def _first(commits: Sequence[str], views: Sequence[View], ref: Ref) -> tuple[str, str] | None:
    """The first branch that has one of the commits, still unreverted, and that commit."""
    for view in views:
        if view.tip != ref.sha:
            for commit in commits:
                if commit in view.has and view.live(commit):
                    return view.name, commit
    return None


def _branches(repo: Path, refs: Sequence[Ref], remote: str | None) -> list[tuple[str, str]]:
    """The release branches of the versions that are asked for and newer ones, master last: where else a patch may be."""
    lowest = min((numbers_of(ref.version) for ref in refs if ref.version), default=(0, 0))
    try:
        found = release_trees(repo, remote)
    except Failure:
        return []
    named = [(branch_of(tree), tree.commit) for tree in found if tree.commit]
    newer = [(name, sha) for name, sha in named if numbers_of(name) == (0, 0) or numbers_of(name) >= lowest]
    return sorted(newer, key=lambda pair: (numbers_of(pair[0]) == (0, 0), numbers_of(pair[0])))


def _nearest(meta: Meta, ref: Ref) -> Recipe | None:
    """The recipe that may hold for a version that has none: master's, else that of the nearest version."""
    with_xen = {
        version: recipes[XEN] for version, recipes in meta.recipes.items() if XEN in recipes and recipes[XEN].patches
    }
    if MASTER in with_xen or not with_xen:
        return with_xen.get(MASTER)
    mine = numbers_of(ref.version or "")
    return with_xen[min(with_xen, key=lambda v: (abs(numbers_of(v)[1] - mine[1]), v))]


def _since(history: History, view: View, stable: str) -> int | None:
    """The place of a recipe's StableRef in a history; None where it is not there or the ref does not have it."""
    commit = history.place(stable) if stable else None
    return history.by_hash[commit].at if commit in view.has and commit in history.by_hash else None


def _any(patches: Sequence[PatchRow]) -> str:
    verdicts = {patch.verdict for patch in patches}
    return next((v for v in ("applied", "reverted", "unsure") if v in verdicts), "unknown")


def _verdict(plan: Plan, patches: Sequence[PatchRow]) -> str:
    """Of several trees the worst."""
    each = [_of_tree([p for p in patches if p.tree == tree], names) for tree, _, names in plan.parts]
    if len([p for p in patches if p.verdict == "applied"]) and "missing" in each and len(each) > 1:
        each.append("partial")
        each = [v for v in each if v != "missing"]
    each += ["unchecked"] * bool(plan.unchecked) + ["other-tree"] * bool(plan.other)
    return min(each, key=ORDER.index) if each else "not-needed"


def _of_tree(patches: Sequence[PatchRow], names: Sequence[str]) -> str:
    if not names:
        return "not-needed"
    verdicts = [patch.verdict for patch in patches]
    if all(v == "applied" for v in verdicts):
        return "applied"
    if "unknown" in verdicts:
        return "unknown"
    if "applied" in verdicts:
        return "unsure" if set(verdicts) == {"applied", "unsure"} else "partial"
    return next(v for v in ("reverted", "missing", "unsure") if v in verdicts)


# -- patches that somebody has beside a ref ----------------------------------------------------------------------------


def beside(row: Row, mine: Sequence[PatchFile]) -> Row:
    """A row with the patches counted that lie beside the ref (`--with`)."""
    if row.verdict not in ("missing", "partial", "reverted", "unsure", "staging"):
        return row
    patches = tuple(_beside(patch, mine) for patch in row.patches)
    there = sum(patch.verdict == "applied" for patch in patches)
    if there == row.have:
        return row
    verdict = "applied" if there == len(patches) else "partial"
    return replace(row, verdict=verdict, patches=patches, why=row.why if verdict != "applied" else "")


def _beside(patch: PatchRow, mine: Sequence[PatchFile]) -> PatchRow:
    if patch.verdict == "applied" or patch.file is None:
        return patch
    names = [next((m.name for m in mine for q in m.pieces if _same(p, q)), None) for p in patch.file.pieces]
    if not names or None in names:
        return patch
    return replace(patch, beside=names[0], finding=replace(patch.finding, verdict="applied", how="with", commits=()))


def _same(one: Piece, other: Piece) -> bool:
    """Whether two patches are one, by the rules by which a commit is a patch."""
    if one.identity and one.identity == other.identity:
        return True
    score = shared(one.lines, other.lines)
    if score >= SAME:
        around = b"+- "
        return (
            not is_small(one.patch.files)
            or shared(lines_of(one.patch.files, around), lines_of(other.patch.files, around)) >= SAME
        )
    titles = {plain_subject(s).casefold() for s in one.patch.subjects if is_telling(s)}
    return score >= ALIKE and bool(titles & {plain_subject(s).casefold() for s in other.patch.subjects})

"""What an update of one tree would do; nothing is written to find that out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from convert.draft import definitions, draft
from convert.draft.draft import Made
from convert.failure import Failure
from convert.merge import Change, Labels, Merged, Place, Rule, Side, no_rule
from convert.merge import merge as merge_documents
from convert.sheet.model import Categorisation, Tree
from convert.trees import git, resolve
from convert.trees.version import FILE
from convert.update import base as bases
from convert.update.base import Base
from convert.update.cells import Undecided, cells
from grammar.source import Source

SHORT = 12
_OF_THE_SHEET = (("Release Support",), ("Feature Support",))
Settled = Mapping[str, Side]
merge = partial(merge_documents, merge_text=git.merge_file)


@dataclass(frozen=True, slots=True)
class Branches:
    """A tree's branches in the repository.

    `upstream` is its own branch's full ref, at `upstream_at`; `support` is the ref that is written, at `support_at` (None: not
    yet there), `parents` those of the next commit; `leads`: the tree's own branch has what the support branch had.
    """

    upstream: str
    upstream_at: str
    support: str
    support_at: str | None
    parents: tuple[str, ...]
    fork: str | None
    leads: bool
    note: str | None


@dataclass(slots=True)
class Plan:
    """One tree's update.

    `ours` is the file as it stands, `theirs` the draft to merge, `result` the outcome; `base` None before the first update.
    `adopted`: the tree has a file that we did not make.  `upstream` is the merge of the tree's own branch into ours, if that has
    moved; `stuck`: that merge needs a person first, and the sheet is not merged yet.
    """

    tree: str
    branches: Branches
    base: Base | None
    made: Made
    ours: bytes
    base_text: bytes
    theirs: bytes
    result: Merged
    adopted: bool
    stuck: bool = False
    upstream: Merged | None = None
    support_text: bytes = b""
    cells: dict[str, str] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    sha256: str = ""

    @property
    def commits(self) -> bool:
        """Whether there is something to commit to the support branch."""
        return len(self.branches.parents) > 1 or self.result.data != self.ours

    @property
    def moves_base(self) -> bool:
        """Whether the base is to move, as the draft says something else than it."""
        return not self.stuck and (self.base is None or self.base.text != self.theirs)

    @property
    def told(self) -> list[Change]:
        """The changes to tell of: what stands by hand in title, preamble and definitions is no matter of the sheet's."""
        return [c for c in self.result.changes if c.who != "ours" or c.place.path[:1] in _OF_THE_SHEET]

    @property
    def in_step(self) -> bool:
        """Whether there is nothing to do and nothing to tell."""
        return not (self.commits or self.moves_base or self.told or self.moves_branch)

    @property
    def moves_branch(self) -> bool:
        """Whether the support branch is made, or taken to where the tree's own branch is, or gets a commit."""
        return self.commits or self.branches.support_at != self.branches.parents[0]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A tree that cannot be updated, and why, line by line."""

    tree: str
    why: tuple[str, ...]


def plan(
    repo: Path,
    categorisation: Categorisation,
    tree: Tree,
    *,
    settled: Settled | None = None,
    remote: str | None = None,
) -> Plan | Blocked:
    """What the update of a tree would do.

    `settled` says for keys (`KEY`, or `ANCHOR:*`) which side they are to have, `ours` or `theirs`.  Raises Failure where git
    cannot read the repository.
    """
    try:
        branches = find_branches(repo, tree, remote)
        base = bases.load(repo, tree.name)
    except Failure as failure:
        return Blocked(tree.name, (str(failure),))
    try:
        upstream, support_text, ours = _ours(repo, tree, branches, base, settled)
    except (Failure, ValueError) as error:
        return Blocked(tree.name, (str(error),))
    source = Source(f"{branches.support}:{FILE}", ours)
    made = draft.make(categorisation, tree, definitions.find(source, branches.support) if ours else None)
    if isinstance(made, list):
        return Blocked(tree.name, ("the draft does not say what the sheet says:", *made))
    found = cells(made, categorisation)
    at = (branches.support_at or branches.upstream_at)[:SHORT]
    labels = Labels(
        f"{branches.support.removeprefix('refs/heads/')} {at}",
        f"last draft {base.commit[:SHORT]}" if base else "no draft yet", "sheet", found,
    )  # fmt: skip
    if upstream is not None and upstream.conflicts:
        return Plan(
            tree.name, branches, base, made, ours, ours, ours, upstream, False, True, upstream, support_text, found, labels,
            categorisation.sha256,
        )  # fmt: skip
    try:
        base_text, theirs = _versions(base, made, ours, Undecided(categorisation.open_questions, tree.name))
        result = merge(base_text, ours, theirs, labels=labels, rule=_rule(settled))
    except ValueError as error:
        return Blocked(tree.name, (str(error),))
    return Plan(
        tree.name, branches, base, made, ours, base_text, theirs, result, base is None and bool(ours), False, upstream,
        support_text, found, labels, categorisation.sha256,
    )  # fmt: skip


def find_branches(repo: Path, tree: Tree, remote: str | None) -> Branches:
    """A tree's branches.  Raises Failure where its own is not to be found."""
    found = resolve.resolve(tree.name, repo, remote, {tree.name: tree.branch}, unpacked=False)
    up = found.commit or ""
    upstream = found.ref or tree.branch or tree.name
    support = f"refs/heads/support/{tree.name}"
    tip = git.commit(repo, support)
    if tip is None:
        return Branches(upstream, up, support, None, (up,), None, False, found.note)
    fork = git.merge_base(repo, tip, up)
    if fork == up:
        return Branches(upstream, up, support, tip, (tip,), fork, up == tip, found.note)
    if fork == tip:
        return Branches(upstream, up, support, tip, (up,), fork, True, found.note)
    there = git.object_of(repo, f"{up}:{FILE}")
    if fork is not None and git.object_of(repo, f"{fork}:{FILE}") == there:
        return Branches(upstream, up, support, tip, (tip,), fork, False, found.note)
    same = git.object_of(repo, f"{tip}:{FILE}") == there
    return Branches(upstream, up, support, tip, (tip, up), fork, same, found.note)


def _ours(
    repo: Path, tree: Tree, branches: Branches, base: Base | None, settled: Settled | None
) -> tuple[Merged | None, bytes, bytes]:
    """The merge of the tree's own branch, our file before it, and after it."""
    support_text = git.object_of(repo, f"{branches.support_at or branches.upstream_at}:{FILE}") or b""
    if len(branches.parents) == 1:
        return None, support_text, git.object_of(repo, f"{branches.parents[0]}:{FILE}") or b""
    fork = branches.fork or (base.tree_commit if base else None)
    if fork is None:
        raise Failure(
            f"{branches.support} and {branches.upstream} have no common history here; in a shallow clone, fetch more of it "
            "(git fetch --deepen)"
        )
    before = git.object_of(repo, f"{fork}:{FILE}") or b""
    there = git.object_of(repo, f"{branches.upstream_at}:{FILE}") or b""
    labels = Labels(
        f"support/{tree.name} {(branches.support_at or '')[:SHORT]}", fork[:SHORT],
        f"{branches.upstream} {branches.upstream_at[:SHORT]}",
    )  # fmt: skip
    merged = merge(before, support_text, there, labels=labels, rule=_rule(settled))
    return merged, support_text, merged.data if not merged.conflicts else support_text


def _versions(base: Base | None, made: Made, ours: bytes, undecided: Undecided) -> tuple[bytes, bytes]:
    """Base and draft for the merge: where the sheet is undecided, the draft says what the base does, or else our file.

    Without a base a file that is there is adopted: the draft is base and draft, so that nothing of the file changes.
    """
    draft = made.draft.text.encode()
    if base is not None:
        if not undecided:
            return base.text, draft
        kept = merge(base.text, base.text, draft, rule=lambda place: "ours" if place in undecided else None)
        return base.text, _kept(kept)
    if not ours:
        return b"", draft
    if undecided:
        kept = merge(draft, draft, ours, rule=lambda place: "theirs" if place in undecided else "ours")
        draft = _kept(kept)
    return draft, draft


def _kept(found: Merged) -> bytes:
    if found.conflicts:
        keys = ", ".join(change.place.key for change in found.conflicts)
        raise ValueError(f"what the sheet has not decided cannot be kept beside what it has: {keys}")
    return found.data


def _rule(settled: Settled | None) -> Rule:
    if not settled:
        return no_rule
    whole = [(key[:-2], side) for key, side in settled.items() if key.endswith(":*")]

    def rule(place: Place) -> Side | None:
        found = settled.get(place.key)
        for anchor, side in whole:
            if place.key == anchor or place.key.startswith((f"{anchor}--", f"{anchor}:")):
                found = found or side
        return found

    return rule


def proposal(change: Change, cell: str | None) -> str:
    """What to change in the sheet so that it says what the file says."""
    where = f"cell {cell}" if cell else "the sheet (it has no such row)"
    if change.place.what in ("position", "heading", "feature"):
        return f"{where}: {change.place.what} as in the file: {' / '.join(change.place.path[1:]) or 'top'}"
    if change.ours is None:
        return f"{where}: leave it blank"
    return f'{where}: "{" ".join(change.ours.split())}"'

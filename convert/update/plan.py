"""What an update of one tree would do; nothing is written to find that out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from convert.draft import definitions, draft
from convert.draft.draft import Made
from convert.draft.leads import led_by
from convert.failure import Failure
from convert.merge import Change, Labels, Merged, Place, Rule, Side, no_rule
from convert.sheet.model import Categorisation, Tree
from convert.trees import git
from convert.trees.version import FILE
from convert.update.base import Base
from convert.update.branches import Branches, Stop, Wishes
from convert.update.branches import find as find_branches
from convert.update.cells import Undecided, cells
from convert.update.lineage import Fit
from convert.update.merging import merge
from grammar.parser import parse_text
from grammar.rows import read_rows
from grammar.source import Source

SHORT = 12
_OF_THE_SHEET = (("Release Support",), ("Feature Support",))
Settled = Mapping[str, Side]


@dataclass(slots=True)
class Plan:
    """One tree's update.

    `base_at` is where the ref of the base is now; `ours` is the file as it is, `theirs` the draft to merge, `result`
    the outcome; `base` None before the first update. `adopted`: the tree has a file that we did not make.  `upstream`
    is the merge of the tree's own branch into ours, if that has moved; `stuck`: that merge needs a person first, and
    the sheet is not merged yet.
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
    base_at: str | None = None
    said: tuple[str, ...] = ()

    @property
    def commits(self) -> bool:
        """Whether there is something to commit to the support branch."""
        return len(self.branches.parents) > 1 or self.result.data != self.ours

    @property
    def moves_base(self) -> bool:
        """Whether the base is to move, as the draft says something else than it."""
        return not self.stuck and (self.base is None or self.base.text != self.theirs)

    @property
    def pins(self) -> bool:
        """Whether a new base is to be kept: for its draft, or for the support branch that goes with it."""
        kept = self.base is not None and self.base.commit == self.base_at and self.base.tip == self.branches.parents[0]
        return not self.stuck and (self.moves_base or self.commits or not kept)

    @property
    def told(self) -> list[Change]:
        """The changes to tell of: what is by hand in title, preamble and definitions is no matter of the sheet's."""
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
    """A tree that cannot be updated, and why, line by line; `start`: where its support branch is to begin all the
    same.
    """

    tree: str
    why: tuple[str, ...]
    start: str | None = None


def plan(
    repo: Path,
    categorisation: Categorisation,
    tree: Tree,
    *,
    settled: Settled | None = None,
    wishes: Wishes | None = None,
) -> Plan | Blocked:
    """What the update of a tree would do.

    `settled` says for keys (`KEY`, or `ANCHOR:*`) which side they are to have, `ours` or `theirs`.  Raises Failure
    where git cannot read the repository.
    """
    try:
        branches, fit = find_branches(repo, tree, wishes or Wishes())
        upstream, support_text, ours = _ours(repo, tree, branches, fit.base, settled)
    except Stop as stop:
        return Blocked(tree.name, stop.why, stop.start)
    except (Failure, ValueError) as error:
        return Blocked(tree.name, (str(error),))
    led, said = _led(repo, tree, branches, ours)
    whole = _Known(repo, categorisation, led, branches, fit, upstream, support_text, ours, settled)
    own, rest = _definitions(repo, branches, ours)
    found = whole.planned(rest)
    if own is not rest and isinstance(found, Plan) and _uses(found.result.data, own, rest):
        found = whole.planned(own)
    return replace(found, said=said) if isinstance(found, Plan) else found


def _led(repo: Path, tree: Tree, branches: Branches, ours: bytes) -> tuple[Tree, tuple[str, ...]]:
    """The tree with the release part of its file, where its own branch has one: git leads.  And what the sheet says
    else.
    """
    if not ours or not git.object_of(repo, f"{branches.upstream_at}:{FILE}"):
        return tree, ()
    name = branches.upstream.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    led, said = led_by(tree, ours.decode("utf-8", "replace"), name)
    return led, tuple(said)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a tree before its draft is made."""

    repo: Path
    categorisation: Categorisation
    tree: Tree
    branches: Branches
    fit: Fit
    upstream: Merged | None
    support_text: bytes
    ours: bytes
    settled: Settled | None

    def planned(self, defined: definitions.Definitions | None) -> Plan | Blocked:
        """The plan with a draft that has these definitions."""
        tree, branches, base, ours = self.tree, self.branches, self.fit.base, self.ours
        made = draft.make(self.categorisation, tree, defined)
        if isinstance(made, list):
            return Blocked(tree.name, ("the draft does not say what the sheet says:", *made))
        found = cells(made, self.categorisation)
        labels = Labels(
            f"{branches.support.removeprefix('refs/heads/')} {(branches.tip or branches.upstream_at)[:SHORT]}",
            f"last draft {base.commit[:SHORT]}" if base else "no draft yet", "sheet", found,
        )  # fmt: skip
        whole = Plan(
            tree.name, branches, base, made, ours, ours, ours, Merged(ours, (), 0), False, False, self.upstream,
            self.support_text, found, labels, self.categorisation.sha256, self.fit.newest,
        )  # fmt: skip
        if self.upstream is not None and self.upstream.conflicts:
            return replace(whole, result=self.upstream, stuck=True)
        try:
            base_text, theirs = _versions(base, made, ours, Undecided(self.categorisation.open_questions, tree.name))
            result = merge(base_text, ours, theirs, labels=labels, rule=_rule(self.settled))
        except ValueError as error:
            return Blocked(tree.name, (str(error),))
        return replace(whole, base_text=base_text, theirs=theirs, result=result, adopted=base is None and bool(ours))


def _definitions(
    repo: Path, branches: Branches, ours: bytes
) -> tuple[definitions.Definitions | None, definitions.Definitions | None]:
    """The definitions of our file; and these without what a draft would add again for labels in use."""
    found = definitions.find(Source(f"{branches.support}:{FILE}", ours), branches.support) if ours else None
    there = git.object_of(repo, f"{branches.upstream_at}:{FILE}")
    theirs = definitions.find(Source(branches.upstream, there), branches.upstream) if there else None
    rest = definitions.without_own(found, theirs) if found is not None and theirs is not None else found
    return found, rest


def _uses(data: bytes, own: definitions.Definitions | None, rest: definitions.Definitions | None) -> bool:
    """Whether a file has rows of a label that is defined in the one text and not in the other."""
    rows = read_rows(parse_text(data.decode("utf-8", "replace")).document).rows
    labels = definitions.wanted(row.label for row in rows if row.label)
    return any(
        definitions.has(own.text if own else "", x) != definitions.has(rest.text if rest else "", x) for x in labels
    )


def _ours(
    repo: Path, tree: Tree, branches: Branches, base: Base | None, settled: Settled | None
) -> tuple[Merged | None, bytes, bytes]:
    """The merge of the tree's own branch, our file before it, and after it."""
    support_text = git.object_of(repo, f"{branches.tip or branches.upstream_at}:{FILE}") or b""
    if len(branches.parents) == 1:
        return None, support_text, git.object_of(repo, f"{branches.parents[0]}:{FILE}") or b""
    fork = branches.fork or (base.tree_commit if base else None)
    if fork is None:
        raise Failure(
            f"{branches.support} and {branches.upstream} have no common history here; in a shallow clone, fetch more of"
            " it (git fetch --deepen)"
        )
    before = git.object_of(repo, f"{fork}:{FILE}") or b""
    there = git.object_of(repo, f"{branches.upstream_at}:{FILE}") or b""
    labels = Labels(
        f"support/{tree.name} {(branches.tip or '')[:SHORT]}", fork[:SHORT],
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
        raise ValueError(f"what the sheet has not decided cannot be kept next to what it has: {keys}")
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

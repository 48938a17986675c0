"""A row of the answer: an advisory at a ref, its patches, and what these make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convert.xsa.advisories import Advisory
from convert.xsa.finding import ALIKE, SAME, Finding, PatchFile, Piece
from convert.xsa.patches import is_small, is_telling, lines_of, plain_subject, shared
from convert.xsa.plans import Plan
from convert.xsa.refs import CONFIG, Ref

# from the one that matters most: of several trees the worst counts
ORDER = (
    "missing",
    "reverted",
    "partial",
    "unsure",
    "unknown",
    "staging",
    "unsupported",
    "unchecked",
    "applied",
    "other-tree",
    "not-needed",
    "unused",
    "embargoed",
)
FINE = frozenset({"applied", "not-needed", "other-tree", "unused", "embargoed"})


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One patch of an advisory at a ref.  `elsewhere`: another ref that has it, and the commit; `beside`: the file
    of --with.
    """

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
    """An advisory at a ref.  `have` and `of` count patches; `why` says what the verdict rests on where the patches
    do not.
    """

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


def row(one: Advisory, ref: Ref, plan: Plan, patches: tuple[PatchRow, ...]) -> Row:
    """The row that a plan and what became of its patches make."""
    if plan.absent is not None:
        if patches and all(patch.verdict == "applied" for patch in patches):
            return Row(
                one, ref, "applied", patches, f"though {plan.why}", tuple(dict.fromkeys(p.tree for p in patches))
            )
        return Row(one, ref, plan.absent, (), plan.why)
    if plan.verdict is not None:
        return Row(one, ref, plan.verdict, (), plan.why, plan.other)
    if plan.any:
        return _tried(one, ref, plan, patches)
    verdict = _verdict(plan, patches)
    why = [f"for {', '.join(plan.other)}" if verdict == "other-tree" else plan.why]
    if verdict == "not-needed" and not plan.why:
        why = [f"the recipe of {ref.recipe} lists no patch"]
    if plan.unchecked:
        pinned = ", ".join(f"{tree} ({ref.pins[tree]})" for tree in plan.unchecked)
        why.append(f"its {CONFIG} pins {pinned}: give its clone with --tree {plan.unchecked[0]}=DIR")
    if verdict == "unknown" and not plan.why:
        why.append(f"could not be read: {', '.join(p.name for p in patches if p.verdict == 'unknown')}")
    trees = (*(tree for tree, _, _ in plan.parts), *plan.other)
    return Row(one, ref, verdict, patches, "; ".join(filter(None, why)), trees, plan.unchecked)


def _tried(one: Advisory, ref: Ref, plan: Plan, patches: tuple[PatchRow, ...]) -> Row:
    """The row of an advisory without a .meta: what is found counts, and nothing found is not known."""
    verdicts = {patch.verdict for patch in patches}
    verdict = next((v for v in ("applied", "reverted", "unsure") if v in verdicts), "unknown")
    if verdict == "unknown":
        why = f"no .meta: every file was tried: {', '.join(patch.name for patch in patches)}"
        return Row(one, ref, verdict, patches, why, plan.trees)
    found = tuple(patch for patch in patches if patch.verdict == verdict)
    return Row(one, ref, verdict, found, f"no .meta: {len(found)} of {len(patches)} files found", plan.trees)


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

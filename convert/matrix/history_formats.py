"""History and blame in words and values: JSON, tables for CSV, text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convert.matrix.build import kind
from convert.matrix.formats import standing_json
from convert.matrix.history import Blame, Perhaps, Step
from convert.matrix.lineage import Change
from convert.matrix.past import Past
from convert.matrix.tree import Tree
from convert.matrix.words import effective, several
from convert.output.terminal import Painter, clean
from convert.trees.commit import Commit
from convert.trees.state import Standing
from convert.xsa.messages import read
from grammar.rows import Row

_COMMIT = ("commit", "date", "author", "subject", "trees", "reviewers", "xsas", "mentions", "cves")
_STEP = ("kind", "key", "old", "new", "effect")
HISTORY_COLUMNS = (*_COMMIT, *_STEP, "perhaps")
BLAME_COLUMNS = ("key", "path", "status", *_COMMIT, "perhaps")
_MORE_OR_LESS = {"less": ", less security support", "more": ", more security support"}
Value = Mapping[str, Any]


def tree_json(tree: Tree, standing: Standing, rows: Sequence[Row]) -> dict[str, Any]:
    """What a tree says of a feature, with what the tree is on the day."""
    return {
        "name": tree.name, "ref": tree.ref, "commit": tree.commit, **standing_json(standing),
        "rows": [
            {
                "key": r.key, "path": list(r.path), "qualifier": r.qualifier, "kind": kind(r), "status": r.status,
                "label": r.label, "security": r.security,
                "effective": r.security if kind(r) == "release" else effective(r.security, standing),
            }
            for r in rows
        ],
    }  # fmt: skip


def commit_json(commit: Commit) -> dict[str, Any]:
    """Who, when, what for; `xsas`: the advisories that it is (part of) the fix for, `mentions`: those that it only
    names.
    """
    said = read(commit.message)
    return {
        "commit": commit.hash, "date": commit.date, "author": commit.author, "subject": commit.subject,
        "reviewers": list(commit.reviewers), "xsas": [f"XSA-{claim.xsa}" for claim in said.fixes],
        "mentions": [f"XSA-{mention.xsa}" for mention in said.mentions], "cves": list(commit.cves),
    }  # fmt: skip


def change_json(change: Change, past: Past) -> dict[str, Any]:
    """A change by the commit of its newest tree, with all trees that have it and its picks on other branches."""
    first, *others = change.commits
    commits = past.commits(change.commits)
    return {
        **commit_json(commits[first]),
        "trees": list(change.trees),
        "picks": [
            {"commit": name, "date": commits[name].date, "trees": list(past.containing.get(name, ()))}
            for name in others
        ],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One change of meaning."""
    return {
        "kind": step.kind, "key": step.key, "old": step.old, "new": step.new, "effect": step.effect,
        "perhaps": perhaps_json(step.perhaps),
    }  # fmt: skip


def perhaps_json(perhaps: Perhaps | None) -> dict[str, Any] | None:
    """What a row may have become or been."""
    if perhaps is None:
        return None
    return {"key": perhaps.key, "path": list(perhaps.path), "status": perhaps.status, "security": perhaps.security}


def blame_json(blame: Blame, past: Past) -> dict[str, Any]:
    """A row with the commit that last changed its meaning."""
    own = past.change(blame.commit)
    commits = (blame.commit, *(name for name in own.commits if name != blame.commit))
    return {
        "key": blame.row.key,
        "path": list(blame.row.path),
        "qualifier": blame.row.qualifier,
        "status": blame.row.status,
        "commit": change_json(Change(commits, own.trees), past),
        "perhaps": perhaps_json(blame.perhaps),
    }


def _flat(commit: Value) -> list[str]:
    return ["; ".join(commit[name]) if isinstance(commit[name], list) else str(commit[name] or "") for name in _COMMIT]


def _perhaps(perhaps: Value | None) -> str:
    return str(perhaps["key"]) if perhaps else ""


def history_table(value: Value) -> Iterator[list[str]]:
    """The rows of HISTORY_COLUMNS."""
    for commit in value["commits"]:
        for step in commit["changes"]:
            yield [*_flat(commit), *(step[name] or "" for name in _STEP), _perhaps(step["perhaps"])]


def blame_table(value: Value) -> Iterator[list[str]]:
    """The rows of BLAME_COLUMNS."""
    for row in value["rows"]:
        yield [row["key"], " / ".join(row["path"]), row["status"], *_flat(row["commit"]), _perhaps(row["perhaps"])]


def history_text(value: Value, paint: Painter) -> Iterator[str]:
    """Lines for a terminal: what each tree says, then each change."""
    names = [tree["name"] for tree in value["trees"]]
    width = max(map(len, names), default=0)
    for tree in value["trees"]:
        ended = "" if tree["support"] in ("supported", "security") else f"  ({_state(tree)})"
        for n, row in enumerate(tree["rows"] or [None]):
            words = paint("-", "info") if row is None else paint(clean(row["status"]), row["effective"])
            variant = f"{clean(row['qualifier'])}: " if row and row["qualifier"] else ""
            yield f"{clean(tree['name']) if n == 0 else '':<{width}}  {variant}{words}{ended if row and n == 0 else ''}"
    for commit in value["commits"]:
        yield ""
        yield (
            f"{paint(commit['commit'][:12], 'warning')} {commit['date']} {clean(commit['author'])}{_advisories(commit)}"
        )
        yield f"    {clean(commit['subject'])}"
        if len(names) > 1 or commit["picks"]:
            yield f"    {_where(commit, names)}"
        yield from (f"    reviewed: {clean(reviewer)}" for reviewer in commit["reviewers"])
        yield from (f"    {line}" for step in commit["changes"] for line in step_lines(step))


def _state(tree: Value) -> str:
    from convert.matrix.words import STATES

    end = tree["dates"]["security_support_until"] or tree["dates"]["supported_until"]
    words = STATES[tree["support"]]
    return f"{words} {end}" if tree["support"] == "ended" and end else words


def _advisories(commit: Value) -> str:
    words = [
        f"{what} {' '.join(commit[key])}" for what, key in (("is", "xsas"), ("mentions", "mentions")) if commit[key]
    ]
    return "".join(f"  {part}" for part in (*words, " ".join(commit["cves"])) if part)


def _where(commit: Value, names: Sequence[str]) -> str:
    """The trees that have a change, and its commits on other branches."""
    trees = [name for name in commit["trees"] if name in names]
    words = f"in {several(trees, names)}" if trees else "in no tree"
    picks = [f"{', '.join(pick['trees']) or '?'} {pick['commit'][:12]}" for pick in commit["picks"]]
    return clean(f"{words}; picked: {', '.join(picks)}" if picks else words)


def step_lines(step: Value) -> Iterator[str]:
    """A change of meaning, as `step_json` has it, in a line or two."""
    key, old, new = (clean(str(step[name] or "")) for name in ("key", "old", "new"))
    what = step["kind"]
    if what in ("description", "caveat"):
        yield f"{key}: {what} {'added' if not old else 'removed' if not new else 'changed'}"
    elif what in ("status", "renamed", "moved"):
        effect = f" ({step['effect']})" if step["effect"] in ("better", "worse", "security-lost") else ""
        yield f"{key}: {'' if what == 'status' else what + ', '}{old} -> {new}{effect}"
    else:
        why = ", by an error in the file" if what == "lost" else ""
        yield f"{key}: {what}{why} ({new or old})"
    if step["perhaps"]:
        yield f"    {_became(step)}"


def _became(step: Value) -> str:
    perhaps, gone = step["perhaps"], step["new"] is None
    verb = "perhaps continued as" if gone else "perhaps continues"
    words = " / ".join(perhaps["path"][1:] or perhaps["path"])
    return clean(f"{verb} {words} ({perhaps['key']}: {perhaps['status']}){_MORE_OR_LESS.get(perhaps['security'], '')}")


def blame_text(value: Value, paint: Painter, names: Sequence[str]) -> Iterator[str]:
    """Lines for a terminal: commit, day, author, row, status, the advisories that the commit is, the trees (of
    `names`) with it.
    """
    for row in value["rows"]:
        commit = row["commit"]
        xsas = f"  is {' '.join(commit['xsas'])}" if commit["xsas"] else ""
        who = f"{paint(commit['commit'][:12], 'warning')} {commit['date']} {clean(commit['author'])[:18]:<18}"
        others = len(commit["picks"])
        picks = f", {others} of them by picks" if others else ""
        where = f"  in {clean(several(commit['trees'], names))}{picks}" if commit["trees"] else ""
        yield f"{who} {clean(row['key'])}: {clean(row['status'])}{xsas}{where}"

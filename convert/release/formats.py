"""A step's plans as text for people, and as the value of the schema xen-support.release/1; cells of the sheet to
change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convert.lint.policy import Policy
from convert.output.terminal import TOOL, clean
from convert.release.kinds import Kind
from convert.release.plan import Plan
from grammar.fields import RELEASE_KEYS
from grammar.release import NOTES

SCHEMA = "xen-support.release/1"
# what else the checklists have at a step; this command does none of it
ALSO: dict[Kind, tuple[str, ...]] = {
    "branch": (
        "README: the banner (figlet) of -unstable",
        "xen/Makefile: the new number and XEN_EXTRAVERSION -unstable",
        "CHANGELOG.md: a new section UNRELEASED",
        "on the new stable branch tools/Rules.mk and xen/Kconfig.debug: debug off; Config.mk: QEMU and Mini-OS tags",
        "until 4.15: ./autogen.sh, which writes the number into configure",
    ),
    "rc": (
        "README: the banner (figlet) of -rc",
        "xen/Makefile: XEN_EXTRAVERSION .0-rcN (later candidates: this file only)",
        "Config.mk: QEMU_UPSTREAM_REVISION, MINIOS_UPSTREAM_REVISION",
    ),
    "final": (
        "README: the banner (figlet) of the release",
        "xen/Makefile: XEN_EXTRAVERSION .0, and .1-pre after the tag",
        "Config.mk: QEMU and Mini-OS tags",
        "CHANGELOG.md: the section without UNRELEASED, with h=RELEASE-X.Y.0 and the day of the release",
        "MAINTAINERS: the stable maintainers, after .0",
        "then: xen-support release --check --as RELEASE-X.Y.0",
    ),
    "extend": ("the announcement, and the wiki page of the maintenance releases",),
}


def as_json(plans: Sequence[Plan]) -> dict[str, Any]:
    """The value of the schema xen-support.release/1 for a step."""
    return {"schema": SCHEMA, "tool": TOOL, "trees": [_tree(plan) for plan in plans]}


def _tree(plan: Plan) -> dict[str, Any]:
    return {
        "tree": plan.tree,
        "ref": plan.ref,
        "commit": plan.upstream.commit,
        "makefile": plan.makefile,
        "kind": plan.asked.kind,
        "policy": policy_json(plan.policy),
        "before": plan.before,
        "after": plan.after,
        "changed": plan.changed,
        "message": plan.message.text() if plan.message and plan.changed else None,
        "written": plan.written,
        "problems": plan.problems,
    }


def policy_json(policy: Policy | None) -> dict[str, Any] | None:
    """A policy as a value."""
    if policy is None:
        return None
    return {
        "since": policy.since.isoformat(),
        "support": policy.support,
        "security": policy.security,
        "source": policy.source,
        "words": str(policy),
    }


def as_text(plan: Plan, *, planned: bool) -> Iterator[str]:
    """One tree's lines: where, what changes, by which policy; with `planned` also the message and what else the step
    needs.
    """
    head = f"{plan.tree}: {plan.asked.kind}, {_short(plan.ref)} says {plan.makefile or 'no version'}"
    if plan.problems:
        yield clean(f"{head}: refused, nothing is written")
        return
    if not plan.changed:
        yield clean(f"{head}: {plan.note or 'nothing to change'}")
    else:
        done = f"committed {plan.written[:12]} to" if plan.written else "one commit on"
        yield clean(f"{head}: {done} support/{plan.tree}")
    for key in plan.changed:
        old, new = plan.before.get(key, "missing"), (plan.after or {}).get(key, "none")
        yield clean(f"  {key}: {new}, was {old}")
    if plan.policy is not None and plan.asked.kind in ("final", "extend"):
        yield clean(f"  policy on {plan.asked.by}: {plan.policy}")
        yield clean(f"  announced: {plan.policy.source}")
    if planned:
        yield from _planned(plan)


def _planned(plan: Plan) -> Iterator[str]:
    if plan.policy is not None and plan.asked.kind in ("branch", "rc"):
        yield clean(f"  policy on {plan.asked.by}: {plan.policy}")
    if plan.message is not None and plan.changed:
        yield "  message:"
        for line in plan.message.text().rstrip("\n").split("\n"):
            yield clean(f"    {line}".rstrip())
    yield "  at this step also:"
    for line in ALSO[plan.asked.kind]:
        yield f"    {line}"


def values_in_order(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The values of a release part in the order of the house."""
    for key in (*RELEASE_KEYS, NOTES):
        if key in values:
            yield key, values[key]


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")

"""`xsa list`: the patches of advisories, in the old script's format and as values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convert.output.terminal import TOOL, clean
from convert.xsa.advisories import Advisory
from convert.xsa.patches import read
from convert.xsa.recipes import by_name
from convert.xsa.source import Scope, Source


@dataclass(frozen=True, slots=True)
class Listed:
    """One patch: its advisory, path, subject, hash, and the versions and trees whose recipes have it."""

    advisory: Advisory
    path: str
    subject: str
    sha256: str | None
    trees: tuple[str, ...]
    versions: tuple[str, ...]


def listed(source: Source, scope: Scope, chosen: Sequence[Advisory]) -> Iterator[Listed]:
    """The patches by public date, then number, then name without `.patch`, of two the shorter first.

    What cannot be read is among the source's problems, and listed without a subject.
    """
    for one in chosen:
        if not scope.open(one) or one.is_unused:
            continue
        meta = source.meta(one)
        for path in sorted(source.patches(one), key=by_name):
            data = source.data(path, one)
            subjects = [s for patch in read(data or b"") for s in patch.subjects]
            where = [
                (version, tree)
                for version, trees in (meta.recipes.items() if meta else ())
                for tree, recipe in trees.items()
                if any(path in source.expand(pattern, one) for pattern in recipe.patches)
            ]
            yield Listed(
                one,
                path,
                subjects[0] if subjects else "",
                hashlib.sha256(data).hexdigest() if data is not None else None,
                tuple(dict.fromkeys(tree for _, tree in where)),
                tuple(dict.fromkeys(version for version, _ in where)),
            )


def line(one: Listed) -> str:
    """`number<TAB>patch-path<TAB><TAB>subject`, without the line end."""
    return f"{one.advisory.number}\t{one.path}\t\t{clean(one.subject)}"


def value(source: Source, found: Sequence[Listed], chosen: Sequence[Advisory], scope: Scope) -> dict[str, Any]:
    """The value of the schema xen-support.xsa-list/1: each advisory with its patches; of an announced one number and
    date.
    """
    return {
        "schema": "xen-support.xsa-list/1",
        "tool": TOOL,
        "source": {"url": source.url, "read": source.read_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "sha256": source.digest},
        "xsas": [_advisory(one, [p for p in found if p.advisory.number == one.number], scope) for one in chosen],
    }


def _advisory(one: Advisory, patches: Sequence[Listed], scope: Scope) -> dict[str, Any]:
    if not scope.open(one):
        return {"xsa": one.number, "date": one.day, "public_time": _time(one), "embargoed": True}
    return {
        "xsa": one.number,
        "date": one.day,
        "public_time": _time(one),
        "embargoed": False,
        "title": one.title,
        "version": one.version,
        "cves": list(one.cves),
        "unused": one.is_unused,
        "patches": [
            {
                "path": p.path,
                "subject": p.subject,
                "sha256": p.sha256,
                "trees": list(p.trees),
                "versions": list(p.versions),
            }
            for p in patches
        ],
    }


def _time(one: Advisory) -> str | None:
    return one.public.strftime("%Y-%m-%dT%H:%M:%SZ") if one.public else None

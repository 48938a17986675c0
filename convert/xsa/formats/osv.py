"""A check as records of the Open Source Vulnerability format (https://ossf.github.io/osv-schema/), a list of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from convert.output.terminal import Painter, clean
from convert.xsa.advisories import Advisory
from convert.xsa.formats.ranges import REPOSITORY, Range, advisories
from convert.xsa.report import Report


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """The records as JSON; never one of an advisory that is not public."""
    yield json.dumps([_record(one, ranges) for one, ranges in advisories(report)], ensure_ascii=False, indent=1)


def _record(one: Advisory, ranges: list[Range]) -> dict[str, Any]:
    time = one.public.strftime("%Y-%m-%dT%H:%M:%SZ") if one.public else "1970-01-01T00:00:00Z"
    return {
        "schema_version": "1.6.0",
        "id": f"XSA-{one.number}",
        "modified": time,
        "published": time,
        "aliases": list(one.cves),
        "summary": clean(one.title or f"XSA-{one.number}"),
        "affected": [_affected(each) for each in ranges],
        "references": [{"type": "ADVISORY", "url": f"https://xenbits.xenproject.org/xsa/advisory-{one.number}.html"}],
    }


def _affected(each: Range) -> dict[str, Any]:
    events = [{"introduced": each.introduced or "0"}, *([{"fixed": each.fixed[-1]}] if each.fixed else [])]
    return {
        "ranges": [{"type": "GIT", "repo": REPOSITORY, "events": events}],
        "database_specific": {
            "branch": each.ref,
            "fixes": list(each.fixed),
            "introduced": "by Fixes: of the fix"
            if each.introduced
            else "not known: no commit of the fix has a line Fixes:",
        },
    }

"""A check as `affected` of the CVE record format 5.1 (https://github.com/CVEProject/cve-schema), an entry an
advisory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from convert.output.terminal import Painter
from convert.xsa.formats.ranges import REPOSITORY, Range, advisories
from convert.xsa.report import Report


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """`[{"xsa", "cves", "affected": [...]}]` as JSON; never of an advisory that is not public."""
    entries = [
        {
            "xsa": one.number,
            "cves": list(one.cves),
            "affected": [
                {
                    "vendor": "Xen",
                    "product": "Xen",
                    "repo": REPOSITORY,
                    "defaultStatus": "unknown",
                    "versions": _versions(ranges),
                }
            ],
        }
        for one, ranges in advisories(report)
    ]
    yield json.dumps(entries, ensure_ascii=False, indent=1)


def _versions(ranges: list[Range]) -> list[dict[str, Any]]:
    """Each range once, as the schema wants it: two branches without a fix say the same."""
    found: list[dict[str, Any]] = []
    for each in ranges:
        if (one := _version(each)) not in found:
            found.append(one)
    return found


def _version(each: Range) -> dict[str, Any]:
    """One branch: affected from a commit (0: not known) to before the fix, or without an end."""
    found: dict[str, Any] = {"version": each.introduced or "0", "status": "affected", "versionType": "git"}
    return found | ({"lessThan": each.fixed[-1]} if each.fixed else {"lessThanOrEqual": "*"})

"""The data beside the pages, each with a versioned schema; and support dates in the fields of endoflife.date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convert.matrix.build import Line
from convert.matrix.columns import web_link
from convert.matrix.formats import row_json, tree_json
from convert.matrix.history_formats import change_json, step_json
from convert.matrix.site.charts import shares
from convert.matrix.site.model import Feature, Site


def index_json(site: Site, tool: Mapping[str, str]) -> dict[str, Any]:
    """The value of the schema xen-support.site/1."""
    matrix = site.matrix
    names = ("yes", "conditions", "external", "no")
    return {
        "schema": "xen-support.site/1", "tool": tool, "today": matrix.today.isoformat(),
        "trees": [
            {**tree_json(tree, standing, digest), "page": f"tree/{site.tree_file(tree)}.html",
             "statuses": dict(zip(names, shares(matrix, n), strict=True))}
            for n, (tree, standing, digest) in enumerate(zip(matrix.trees, matrix.standings, site.digests, strict=True))
        ],
        "features": [
            {"id": feature.line.id, "path": list(feature.line.path), "page": f"feature/{feature.file}.html"}
            for feature in site.features
        ],
    }  # fmt: skip


def feature_json(site: Site, feature: Feature, tool: Mapping[str, str]) -> dict[str, Any]:
    """The value of the schema xen-support.feature/1; the trees' states are judged on the day of the site."""
    line = feature.line
    return {
        "schema": "xen-support.feature/1", "tool": tool, "id": line.id, "key": line.key, "path": list(line.path),
        "formerly": list(line.formerly),
        "trees": [
            {"name": tree.name, "version": tree.version, "support": standing.state, **_texts(line, n)}
            for n, (tree, standing) in enumerate(zip(site.matrix.trees, site.matrix.standings, strict=True))
        ],
        "rows": [row_json(row, site.matrix) for row in feature.rows],
        "commits": [
            {**change_json(change, site.past), "changes": [step_json(step) for step in steps]}
            for change, steps in feature.changes
        ],
    }  # fmt: skip


def advisories(site: Site, feature: Feature) -> list[str]:
    """The advisories that changed a feature, the newest first: what its commits are, not what they mention."""
    found = (number for change, _ in feature.changes for number in change_json(change, site.past)["xsas"])
    return list(dict.fromkeys(found))


def _texts(line: Line, index: int) -> dict[str, str | None]:
    part = line.parts[index]
    if part is None:
        return {"anchor": None, "description": None, "caveats": None}
    return {"anchor": part.key, "description": part.description, "caveats": part.caveats}


def tree_value(site: Site, index: int, tool: Mapping[str, str]) -> dict[str, Any]:
    """The value of the schema xen-support.tree/1: all rows of one tree."""
    matrix = site.matrix
    rows = []
    for feature in site.features:
        part = feature.line.parts[index]
        for line in feature.rows:
            cell = line.cells[index]
            if cell.status is not None:
                rows.append(
                    {
                        "id": line.id,
                        "key": line.key,
                        "path": list(line.path),
                        "qualifier": line.qualifier,
                        "kind": line.kind,
                        "status": cell.status,
                        "label": cell.label,
                        "security": cell.security,
                        "effective": cell.effective,
                        "line": cell.line,
                        "caveats": part.caveats if part else "",
                        "page": f"feature/{feature.file}.html",
                    }
                )
    tree = tree_json(matrix.trees[index], matrix.standings[index], site.digests[index])
    return {"schema": "xen-support.tree/1", "tool": tool, "tree": tree, "rows": rows}


def support_dates(site: Site) -> list[dict[str, Any]]:
    """The released trees with the fields of endoflife.date's API (https://endoflife.date/docs/api/v0/), newest first.

    `support` and `eol` are the last days of support and of security support, False where the file names none.
    """
    found = []
    for tree, standing in zip(site.matrix.trees, site.matrix.standings, strict=True):
        if standing.state == "development" or tree.version is None or standing.released is None:
            continue
        latest, day = site.latest.get(tree.version, (None, None))
        found.append(
            {
                "cycle": tree.version,
                "releaseDate": standing.released.isoformat(),
                "support": standing.support.isoformat() if standing.support else False,
                "eol": standing.security.isoformat() if standing.security else False,
                "latest": latest,
                "latestReleaseDate": day,
                "link": web_link(tree),
                "lts": False,
            }
        )
    return found

"""The HTML of a site: index, a page a feature, a page a tree, redirects of former names, the fragment for a policy
page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from convert.diff.losses import SUPPORTED
from convert.matrix.build import Line, Relation
from convert.matrix.columns import column
from convert.matrix.history_formats import change_json, step_json, step_lines
from convert.matrix.html import render_template, trusted
from convert.matrix.page import LETTERS, advisory, texts
from convert.matrix.parts import head, support_table, template_text
from convert.matrix.site.charts import SHARES, chart, in_words, shares, strip
from convert.matrix.site.model import Feature, Site
from convert.matrix.words import ABSENCE, CHANGE, SECURITY, in_tree, several, standing_words
from convert.output.terminal import TOOL

COMMIT = "https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h="


class Pages:
    """Renders the pages of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.css = template_text("site.css")
        matrix = site.matrix
        self.columns = [
            column(tree, standing, site.urls, matrix.today, f"tree/{site.tree_file(tree)}.html")
            for tree, standing in zip(matrix.trees, matrix.standings, strict=True)
        ]
        self.files = {row.id: feature.file for feature in site.features for row in (feature.line, *feature.rows)}

    def _render(self, template: str, path: str, title: str, /, **values: object) -> str:
        canonical = f"{self.site.base}{path}" if self.site.base else None
        begun = trusted(head(title, self.css, canonical=canonical))
        return render_template(template, head=begun, tool=TOOL, base=self.site.base, **values)

    def index(self) -> str:
        """The page that all begins with: the trees, how much is supported, the features."""
        matrix = self.site.matrix
        sections: dict[tuple[str, ...], list[Feature]] = {}
        for feature in self.site.features:
            sections.setdefault(feature.section[:1] or feature.line.path[-1:], []).append(feature)
        counts = [(tree.name, shares(matrix, n)) for n, tree in enumerate(matrix.trees)]
        today = matrix.today.isoformat()
        trees = support_table(self.columns, today, f"The releases and their support on {today}")
        return self._render(
            "site_index.html", "index.html", "Xen releases and what they support", trees=trusted(trees), today=today,
            chart=trusted(chart(matrix, [s.state for s in matrix.standings])), shares=SHARES, counts=counts,
            sections=[(" / ".join(name), found) for name, found in sections.items()],
        )  # fmt: skip

    def feature(self, feature: Feature) -> str:
        """All that is known of one feature."""
        names, line = self.site.names, feature.line
        return self._render(
            "site_feature.html",
            f"feature/{feature.file}.html",
            f"{line.name}: Xen feature support",
            name=line.name,
            section=" / ".join(feature.section),
            columns=self.columns,
            formerly=line.formerly,
            rows=[self._row(row) for row in feature.rows],
            prose=[
                (what, several(trees, names), text)
                for what, which in (("Caveats", "caveats"), ("Description", "description"))
                for text, trees in texts(line, names, which)
            ],
            sources=[
                (names[n], f"{self.columns[n]['url']}#{quote(part.key, safe='-._~')}")
                for n, part in enumerate(line.parts)
                if part is not None and self.columns[n]["url"]
            ],
            history=[
                self._change(change_json(change, self.site.past), [step_json(s) for s in steps])
                for change, steps in feature.changes
            ],
            security=SECURITY,
            file=feature.file,
        )

    def _row(self, line: Line) -> dict[str, Any]:
        matrix, names = self.site.matrix, self.site.names
        cells = []
        for index, cell in enumerate(line.cells):
            standing = matrix.standings[index]
            view = {"tree": self.columns[index], "status": cell.status, "note": "", "change": "", "classes": "a"}
            if cell.status is None:
                view["status"] = ABSENCE[cell.absence][0] if cell.absence else "text"
            else:
                grey = " w" if not standing.security_supported else ""
                view["classes"] = f"{LETTERS[cell.security or 'unstated']}{grey}"
                view["note"] = "" if line.kind == "list" else in_tree(cell.security or "unstated", standing)
                if cell.change in CHANGE:
                    older = next(n for n in range(index + 1, len(names)) if line.cells[n].status is not None)
                    view["change"] = CHANGE[cell.change][1].format(names[older])
            cells.append(view)
        return {
            "name": line.qualifier or "", "id": line.id, "cells": cells, "strip": trusted(strip(line, names)),
            "words": in_words(line, names), "relations": [self._relation(r) for r in line.relations],
        }  # fmt: skip

    def _relation(self, relation: Relation) -> dict[str, str]:
        newer = self.site.names[relation.newer]
        verb = f"in {newer} {{}}continued as" if relation.direction == "to" else f"{{}}continues, in {newer},"
        after = {"less": ", less security support", "more": ", more security support"}.get(relation.security or "", "")
        name = " / ".join(relation.path[1:] or relation.path)
        file = self.files.get(relation.id, "")
        return {
            "before": verb.format("" if relation.certain else "perhaps "),
            "name": name,
            "file": file,
            "after": after,
        }

    def _change(self, commit: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            **commit,
            "where": several(commit["trees"], self.site.names) or "no tree",
            "lines": [w for s in steps for w in step_lines(s)],
            "url": f"{COMMIT}{commit['commit']}",
            "is": [(x, advisory(x)) for x in commit["xsas"]],
            "mentioned": [(x, advisory(x)) for x in commit["mentions"]],
            "picked": [(p["commit"], f"{COMMIT}{p['commit']}", ", ".join(p["trees"])) for p in commit["picks"]],
        }

    def tree(self, index: int) -> str:
        """All that one tree supports, and until when."""
        matrix = self.site.matrix
        grey = "" if matrix.standings[index].security_supported else " w"
        groups: dict[bool, dict[str, list[dict[str, Any]]]] = {True: {}, False: {}}
        for feature in self.site.features:
            part = feature.line.parts[index]
            for line in feature.rows:
                cell = line.cells[index]
                if cell.status is None:
                    continue
                supported = line.kind == "list" or cell.security in SUPPORTED
                note = "" if line.kind == "list" else in_tree(cell.security or "unstated", matrix.standings[index])
                section = " / ".join(feature.section) or feature.line.name
                groups[supported].setdefault(section, []).append(
                    {
                        "name": feature.line.name,
                        "file": feature.file,
                        "qualifier": line.qualifier,
                        "status": cell.status,
                        "note": note,
                        "classes": f"{LETTERS[cell.security or 'unstated']}{grey}",
                        "caveats": part.caveats if part else "",
                    }
                )
        tree, standing = matrix.trees[index], matrix.standings[index]
        return self._render(
            "site_tree.html", f"tree/{self.site.tree_file(tree)}.html", f"Xen {tree.name}: what it supports",
            c=self.columns[index], standing=standing, words=standing_words(standing),
            supported=list(groups[True].items()), others=list(groups[False].items()), file=self.site.tree_file(tree),
        )  # fmt: skip

    def moved(self, feature: Feature, old: str) -> str:
        """The page of a former name: where the feature is now."""
        return self._render(
            "site_moved.html",
            f"feature/{feature.file}.html",
            f"{feature.line.name}: Xen feature support",
            name=feature.line.name,
            file=feature.file,
            old=old,
        )

    def policy(self) -> str:
        """The fragment for the security policy's page: the releases with support, each with its permanent address."""
        live = [c for c, s in zip(self.columns, self.site.matrix.standings, strict=True) if s.security_supported]
        return render_template("site_policy.html", columns=live, base=self.site.base)

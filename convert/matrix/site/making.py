"""A site as files: what they hold, and writing those that changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from convert.matrix.build import Line, Matrix
from convert.matrix.columns import Address
from convert.matrix.formats import as_json
from convert.matrix.html import schema
from convert.matrix.page import render
from convert.matrix.past import Past
from convert.matrix.site.feed import atom
from convert.matrix.site.model import Site, features
from convert.matrix.site.pages import Pages
from convert.matrix.site.values import advisories, feature_json, index_json, support_dates, tree_value
from convert.matrix.tree import Tree
from convert.names.aliases import Aliases
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from convert.output.values import json_bytes
from convert.trees import git

SCHEMAS = ("site", "matrix", "feature", "tree", "endoflife")
MANIFEST = "files.json"


def make(matrix: Matrix, digests: Sequence[str], repo: Path, aliases: Aliases, urls: Address, base: str = "") -> Site:
    """A site out of a matrix; the history is that of the trees that have commits."""
    tips = {tree.name: tree.commit for tree in matrix.trees if tree.commit}
    past = Past(repo, tips)
    latest = _latest(git.tag_days(repo, "RELEASE-*")) if tips else {}
    found, releases = features(matrix, past, aliases)
    return Site(matrix, tuple(digests), found, past, urls, releases, base, latest)


def _latest(tags: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The newest point release of each version among the tags RELEASE-X.Y.Z, with its day."""
    found: dict[str, tuple[int, str, str]] = {}
    for tag, day in tags.items():
        name = re.fullmatch(r"RELEASE-(([0-9]{1,6}\.[0-9]{1,6})\.([0-9]{1,6}))", tag)
        if name and (name[2] not in found or found[name[2]][0] < int(name[3])):
            found[name[2]] = (int(name[3]), name[1], day)
    return {version: (full, day) for version, (_, full, day) in found.items()}


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Every file of a site: its path below the site's folder, and its bytes."""
    pages = Pages(site)
    by_line = {feature.line.id: feature for feature in site.features}

    def page_of(line: Line) -> tuple[str, list[str]] | None:
        feature = by_line.get(line.id)
        return (f"feature/{feature.file}.html", advisories(site, feature)) if feature else None

    def tree_page(tree: Tree) -> str:
        return f"tree/{site.tree_file(tree)}.html"

    yield "index.html", _text(pages.index())
    yield "index.json", json_bytes(index_json(site, TOOL))
    yield (
        "matrix.html",
        _text(
            render(
                site.matrix,
                site.urls,
                published=("matrix.json", "schema/matrix-1.json"),
                pages=page_of,
                tree_pages=tree_page,
                home="index.html",
                canonical=f"{site.base}matrix.html" if site.base else None,
            )
        ),
    )
    yield "matrix.json", json_bytes(as_json(site.matrix, TOOL, site.digests))
    for index, tree in enumerate(site.matrix.trees):
        name = f"tree/{site.tree_file(tree)}"
        yield f"{name}.html", _text(pages.tree(index))
        yield f"{name}.json", json_bytes(tree_value(site, index, TOOL))
    for feature in site.features:
        yield f"feature/{feature.file}.html", _text(pages.feature(feature))
        yield f"feature/{feature.file}.json", json_bytes(feature_json(site, feature, TOOL))
        for old in feature.old_files:
            yield f"feature/{old}.html", _text(pages.moved(feature, old))
    yield "changes.atom", _text(atom(site))
    yield "endoflife.json", json_bytes(support_dates(site))
    yield "policy.html", _text(pages.policy())
    for name in SCHEMAS:
        yield f"schema/{name}-1.json", schema(name)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def write(site: Site, folder: Path) -> tuple[int, int, list[str]]:
    """Write what changed: (files of the site, files written, files of an earlier run that are no longer made and were
    kept).

    A file with the same bytes is not touched; what others put into the folder is left alone.  Raises OSError.
    """
    made: dict[str, bytes] = {}
    for path, data in files(site):
        made.setdefault(path, data)
    written = 0
    for path, data in made.items():
        written += _write(folder / path, data)
    manifest = folder / MANIFEST
    before = _listed(manifest)
    left = sorted(path for path in before - set(made) if (folder / path).is_file())
    _write(manifest, json_bytes({"schema": "xen-support.site-files/1", "files": sorted({*made, *left})}))
    return len(made), written, left


def _write(path: Path, data: bytes) -> bool:
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        pass
    write_atomic(path, data, lasting=False)
    return True


def _listed(manifest: Path) -> set[str]:
    """The files that an earlier run made; what others wrote there counts for nothing."""
    try:
        value = json.loads(manifest.read_bytes())
        return {
            path for path in value["files"] if isinstance(path, str) and ".." not in path and not path.startswith("/")
        }
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()

"""show: what a SUPPORT.md says."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from convert.output.terminal import TOOL, Painter, add_color, clean, diagnostic_json, print_diagnostics
from convert.trees.arguments import read_source
from grammar.nodes import DefinitionList, Document, Link, Section
from grammar.parser import Parsed, parse
from grammar.rows import Limit, Row, limits, read_rows
from grammar.source import Source
from grammar.status import Amount

_SECURITY = {
    "yes": "security support", "no": "no security support", "external": "security support by another project",
    "caveats": "security support with conditions", "limited": "limited security support", "unstated": "",
}  # fmt: skip


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "show",
        help="what a SUPPORT.md says",
        description=(
            "Print what a SUPPORT.md says, read as Xen's own tools read it. Exit status 1 when the file has errors; its"
            " rows are printed all the same."
        ),
    )
    parser.add_argument(
        "file",
        metavar="FILE|REF:PATH|T|-",
        help=(
            "a SUPPORT.md, a file of a git ref, a tree (a version such as 4.20, unstable, a branch, a tag, an unpacked"
            " source tree), or standard input"
        ),
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.add_argument("--repo", metavar="DIR", help="the git repository of REF:PATH or T (default: the current one)")
    parser.add_argument("--remote", metavar="NAME", help="the remote of a branch that is not local")
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read, print, and 1 where there are errors."""
    source = _source(args.file, args.repo, args.remote)
    parsed = parse(source, prose=False)
    reading = read_rows(parsed.document, source)
    parsed.diagnostics.extend(reading.diagnostics)
    parsed.diagnostics.sort(key=lambda d: d.span.start if d.span else 0)
    if args.format == "json":
        import json

        json.dump(as_json(parsed, reading.rows), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print_text(parsed, reading.rows, Painter(args.color, sys.stdout))
        print_diagnostics(parsed.diagnostics, source, source.name, args.color)
    return int(any(d.severity == "error" for d in parsed.diagnostics))


def _source(name: str, repo: str | None, remote: str | None) -> Source:
    """What an argument names: a file of that name first, as everywhere, then a file of a ref, then a tree's
    SUPPORT.md.
    """
    if name == "-" or ":" in name or os.path.exists(name):
        return read_source(name, repo, remote)
    from pathlib import Path

    from convert.trees.resolve import resolve

    where = Path(repo) if repo else None
    found = resolve(name, where, remote)
    if found.note:
        print(f"xen-support: {clean(found.note)}", file=sys.stderr)
    return found.support(where)


def as_json(parsed: Parsed, rows: list[Row]) -> dict[str, Any]:
    """The value of the schema xen-support.show/1."""
    import hashlib

    source = parsed.source
    return {
        "schema": "xen-support.show/1",
        "tool": TOOL,
        "source": {"name": source.name, "sha256": hashlib.sha256(source.data).hexdigest()},
        "title": parsed.document.title,
        "release": release(parsed.document, rows),
        "rows": [_row(row, source) for row in rows],
        "limits": [_limit(limit) for limit in limits(rows)],
        "diagnostics": [diagnostic_json(d, source, source.name) for d in parsed.diagnostics],
    }


def _row(row: Row, source: Source) -> dict[str, Any]:
    return {
        "key": row.key, "path": list(row.path), "anchor": row.anchor, "status": row.status, "described": row.described,
        "caveat": row.caveat, "qualifier": row.qualifier, "label": row.label, "security": row.security,
        "line": source.position(row.span.start)[0],
    }  # fmt: skip


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    return None if amount is None else {"value": amount.value, "unit": amount.unit, "text": amount.text}


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "key": limit.key, "anchor": limit.anchor, "variant": limit.variant, "maximum": _amount(limit.maximum),
        "security": _amount(limit.security), "tested": _amount(limit.tested),
    }  # fmt: skip


def release(document: Document, rows: list[Row]) -> dict[str, Any]:
    """The release fields by name, and `release_notes` where the section of the release literal has such an entry."""
    found: dict[str, Any] = {row.qualifier or "": row.status for row in rows if row.kind == "release"}
    anchors = {row.anchor for row in rows if row.kind == "release"}
    for section in document.walk():
        if section.heading.anchor in anchors:
            for block in section.blocks:
                for term in block.terms if isinstance(block, DefinitionList) else ():
                    if term.text.casefold() == "release notes":
                        url = next((node.url for node in term.value if isinstance(node, Link)), None)
                        found["release_notes"] = {"text": term.reading, "url": url}
    return found


def print_text(parsed: Parsed, rows: list[Row], paint: Painter) -> None:
    """Sections, features, variants with their status and security support, and the limits, for a person at a
    terminal.
    """
    document = parsed.document
    if document.title:
        print(paint(clean(document.title), "bold"))
    facts = release(document, rows)
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        if name == "release_notes":
            print(f"  {'Release notes':<{width}}  {clean(value['url'] or value['text'])}")
        else:
            print(f"  {clean(name):<{width}}  {clean(value)}")
    by_section: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.kind in ("status", "list"):
            by_section.setdefault(row.keys[: -1 if row.qualifier else None], []).append(row)
    bounds = {limit.key: limit for limit in limits(rows)}
    for section in document.sections:
        _print_section(section, (), by_section, bounds, paint)


def _print_section(
    section: Section,
    above: tuple[str, ...],
    rows: dict[tuple[str, ...], list[Row]],
    bounds: dict[str, Limit],
    paint: Painter,
) -> None:
    keys = (*above, section.heading.anchor)
    mine = rows.get(keys, [])
    if mine or any(key[: len(keys)] == keys for key in rows):
        indent = "  " * (section.heading.level - 1)
        print(
            f"\n{indent}{paint(clean(section.heading.text), 'bold')}"
            if section.heading.level < 3
            else f"{indent}{clean(section.heading.text)}"
        )
        width = max((len(row.qualifier or "") for row in mine), default=0)
        for row in mine:
            label = f"{clean(row.qualifier or ''):<{width}}  " if width else ""
            words = [_SECURITY[row.security]] if _SECURITY[row.security] and row.kind == "status" else []
            bound = bounds.get(row.key)
            if bound and row.reading.maximum:
                if bound.security:
                    words = [f"security support up to {bound.security.text}"]
                elif bound.maximum:
                    words = [f"security support up to {bound.maximum.text}"]
                if bound.tested:
                    words.append(f"tested up to {bound.tested.text}")
            tail = paint(f"  [{'; '.join(words)}]", row.security) if words else ""
            print(f"{indent}    {label}{clean(row.status)}{tail}")
    for below in section.sections:
        _print_section(below, keys, rows, bounds, paint)

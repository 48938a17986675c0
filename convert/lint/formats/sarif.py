"""SARIF 2.1.0 (OASIS): rules, results, fixes, the inputs' hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from convert.lint.catalogue import Known, known
from convert.lint.formats import Checked, fingerprints, plain
from convert.output.terminal import TOOL, Painter, position
from grammar.diagnostic import Diagnostic, Severity
from grammar.source import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """One log with one run, in ASCII."""
    rules = list(known().values())
    places = {rule.code: n for n, rule in enumerate(rules)}
    driver = {
        "name": TOOL["name"],
        "version": TOOL["version"],
        "semanticVersion": TOOL["version"],
        "rules": [_rule(rule) for rule in rules],
    }
    results = [
        _result(one, n, diagnostic, places[diagnostic.code], mark)
        for n, (one, marks) in enumerate(zip(checked, fingerprints(checked), strict=True))
        for diagnostic, mark in zip(one.diagnostics, marks, strict=True)
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [_artifact(one) for one in checked],
        "results": results,
    }
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, out, indent=1)
    out.write("\n")


def uri(path: str) -> str:
    """A path as a URI reference; bytes that are no UTF-8 are kept."""
    data = path.encode("utf-8", "surrogateescape")
    if Path(path).is_absolute():
        return "file://" + quote(data)
    first, slash, rest = data.partition(b"/")
    return quote(first, safe="") + slash.decode() + quote(rest)  # a colon in the first part would begin a scheme


def _rule(rule: Known) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.title() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": rule.explanation},
        "defaultConfiguration": {"enabled": rule.tier == "default", "level": _LEVELS[rule.severity]},
    }


def _artifact(one: Checked) -> dict[str, Any]:
    value: dict[str, Any] = {
        "location": {"uri": uri(one.place)},
        "length": len(one.source.data),
        "hashes": {"sha-256": one.sha256},
        "mimeType": "text/markdown",
    }
    if one.commit is not None:
        value["properties"] = {"commit": one.commit, "name": plain(one.name)}
    return value


def _result(one: Checked, index: int, diagnostic: Diagnostic, rule: int, mark: str) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri(one.place), "index": index}}
    place = position(diagnostic, one.source)
    if place is not None:
        location["region"] = _region(place)
    value: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": re.sub(r"([\[\]\\])", r"\\\1", plain(diagnostic.message))},  # [text](link) would be a link
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"instance/v2": mark},
    }
    if diagnostic.fix is not None:
        replacements = [
            {"deletedRegion": _span(one.source, edit.span), "insertedContent": {"text": edit.text}}
            for edit in diagnostic.fix.edits
        ]
        kind = "safe fix" if diagnostic.fix.safe else "fix that may alter the meaning"
        change = {"artifactLocation": {"uri": uri(one.place), "index": index}, "replacements": replacements}
        value["fixes"] = [{"description": {"text": kind}, "artifactChanges": [change]}]
    properties = {"commit": one.commit, "tree": one.tree and plain(one.tree)}
    if any(properties.values()):
        value["properties"] = {key: name for key, name in properties.items() if name}
    return value


def _span(source: Source, span: Span) -> dict[str, int]:
    return _region((*source.position(span.start), *source.position(span.end)))


def _region(place: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), place, strict=True))

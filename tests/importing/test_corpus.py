"""Every accepted corpus file in one workbook, drafted again: the same rows, flags and words.  Skipped where shared/ is absent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from convert.commands import import_
from grammar.fold import fold
from tests.helpers import pandoc, xen
from tests.importing.runs import command, drafts

ACCEPTED = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "accepted"
NAMES = sorted(path.stem for path in ACCEPTED.glob("*.md"))

pytestmark = [
    pytest.mark.skipif(not NAMES, reason="no ../shared here"),
    pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here"),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("import") / "book.xlsx"
    status = command(import_, ["import", *(str(ACCEPTED / f"{name}.md") for name in NAMES), "-o", str(path)])
    assert status == 0
    return path


@pytest.fixture(scope="module")
def drafted(book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return drafts(book, tmp_path_factory.mktemp("drafts"))


def _plain(status: str) -> str:
    return " ".join(status.split()).casefold().rstrip(".")


@pytest.mark.parametrize("name", NAMES)
def test_rows_and_flags_in_order(name: str, drafted: dict[str, bytes]) -> None:
    (rows,) = xen.read_all([drafted[name]])
    assert not isinstance(rows, xen.Rejected)
    wanted = json.loads((ACCEPTED / f"{name}.rows.json").read_text())

    def shown(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [
            (r["key"], r["path"], r["anchor"], _plain(r["status"]), r["described"], r["caveat"])
            for r in found
            if r["path"][0] in ("Release Support", "Feature Support")
        ]

    wanted = wanted["rows"] if isinstance(wanted, dict) else wanted
    assert shown(rows) == shown(wanted)


def _prose(data: bytes) -> dict[str, tuple[list[str], list[str]]]:
    """The words of each section's paragraphs and lists before and after its first literal, by anchor."""
    (tree,) = pandoc.read([data.expandtabs(4)])
    assert not isinstance(tree, pandoc.PandocError)
    out: dict[str, tuple[list[str], list[str]]] = {}
    here: tuple[list[str], list[str]] = ([], [])
    seen, inside = 0, False
    for block in tree["blocks"]:
        if block["t"] == "Header":
            level, (anchor, _, _), _ = block["c"]
            inside = anchor == "feature-support" if level == 1 else inside
            here, seen = ([], []), 0
            if inside:
                out[anchor] = here
        elif block["t"] == "CodeBlock":
            seen = 1
        else:
            here[seen].extend(re.findall(r"\S+", fold(_words(block["c"]))))
    return out


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(_words, value))
    if not isinstance(value, dict):
        return ""
    kind, content = value.get("t"), value.get("c")
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind in ("Str", "Code"):
        return str(content if kind == "Str" else value["c"][1])
    if kind == "Quoted":
        mark = "'" if value["c"][0]["t"] == "SingleQuote" else '"'
        return mark + _words(value["c"][1]) + mark
    return f" {_words(content)} " if kind in ("Para", "Plain") else _words(content)


@pytest.mark.parametrize("name", NAMES)
def test_words(name: str, drafted: dict[str, bytes]) -> None:
    assert _prose(drafted[name]) == _prose((ACCEPTED / f"{name}.md").read_bytes())


def test_laid_out_as_a_person_would(book: Path) -> None:
    sheets = load_workbook(book)
    assert sheets.sheetnames == ["Trees", "Features", "Limits", "Labels"]
    features = sheets["Features"]
    heads = [cell.value for cell in features[1]]
    assert heads[:4] == ["Section", "Feature", "Variant", "Description"] and heads[4:10] == NAMES
    assert features.freeze_panes == "D2"
    columns = {area.min_col for area in features.merged_cells.ranges}
    assert {1, 2, 4} <= columns  # sections, features, descriptions
    (offer,) = features.data_validations.dataValidation
    assert offer.formula1 == f"Labels!$A$2:$A${sheets['Labels'].max_row}"
    assert offer.type == "list" and str(offer.sqref) == f"E2:J{features.max_row}"
    assert features.column_dimensions["D"].width > features.column_dimensions["C"].width > 20
    versions = [row[2].value for row in sheets["Trees"].iter_rows(min_row=2)]
    assert versions[:2] == ["4.10", "4.13"]  # text, not numbers

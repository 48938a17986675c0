"""The sample in another shape: a tab a tree, a column a variant, section rows across the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from samples.writing.looks import SECTION_FILL, at, comment, head, put, statuses
from samples.writing.notation import TextError, read_toml, table, unwrap

TITLE_ROWS = 2
WIDTHS = {"Item": 30, "Description": 48, "Other variants": 44, "Restrictions": 48, "Remarks": 36}


def build(folder: Path) -> Workbook:
    """The workbook that `folder`/workbook.toml describes; raises TextError where it does not fit together."""
    plan = read_toml(folder / "workbook.toml")
    book = Workbook()
    book.remove(book.worksheets[0])
    guide = book.create_sheet("Read me")
    for number, line in enumerate(unwrap(plan["guide"]).split("\n"), 1):
        put(at(guide, number, 1), line, wrap=False)
    for n, tree in enumerate(plan["trees"]):
        _tab(book.create_sheet(f"Xen {tree}"), plan, tree, n)
    return book


def _tab(sheet: Worksheet, plan: dict[str, Any], tree: str, position: int) -> None:
    columns: list[str] = plan["columns"]
    last = len(columns)
    for row, text in enumerate((f"What Xen {tree} supports, and how far", plan["subtitle"]), 1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        put(at(sheet, row, 1), text, wrap=False)
    at(sheet, 1, 1).font = Font(name="Calibri", size=14, b=True)
    row = TITLE_ROWS + 1
    head(sheet, row, columns, WIDTHS)
    sheet.freeze_panes = f"B{row + 1}"
    place = {name.lower(): n for n, name in enumerate(columns, 1)}
    for section in plan["section"]:
        rows = [(f, _statuses(f, plan, position, columns)) for f in section["feature"]]
        if not any(cells for _, cells in rows):
            continue
        row += 1
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        put(at(sheet, row, 1), f"<b>{section['name']}</b>", wrap=False)
        at(sheet, row, 1).fill = SECTION_FILL
        for feature, cells in rows:
            if not cells:
                continue
            row += 1
            texts = {"item": feature["name"]} | cells
            for key in ("description", "restrictions", "remarks"):
                texts[key] = unwrap(feature.get(f"{key} ({tree})", feature.get(key, "")))
            for key, text in texts.items():
                put(at(sheet, row, place[key]), "" if text == "-" else text)
            for note in feature.get("comments", ()):
                if note["tree"] == tree:
                    comment(at(sheet, row, place[note["column"].lower()]), unwrap(note["text"]), note["by"])
    statuses(sheet, f"C{TITLE_ROWS + 2}:E{row}", '"Supported,Tech Preview,Experimental,Deprecated,Obsolete"')


def _statuses(feature: dict[str, Any], plan: dict[str, Any], position: int, columns: list[str]) -> dict[str, str]:
    """A feature's cells in one tree: a column where there is one for the variant, else a line of Other variants."""
    cells: dict[str, str] = {}
    others = []
    for line in table(feature["rows"], 1 + len(plan["trees"]), feature["name"]):
        variant, status = line.cells[0], line.cells[1 + position]
        if not status:
            continue
        if variant in columns:
            cells[variant.lower()] = status
        elif variant:
            others.append(f"{variant}: {status}")
        else:
            raise TextError(f"{feature['name']}: a tab has no column for a status without variant")
    if others:
        cells["other variants"] = "\n".join(others)
    return cells

"""The canonical form of a fetched sheet: tabs as lines of JSON and back, and their sha256.

A line is a list of cells, `{"cells": [...], "hidden": true}` for a hidden row, or `{"blank": N}` for N blank rows
together.  A cell is null, a text, or an object with what else it carries.  There are no row numbers, so that an
inserted row is one line in a diff.  The same content always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.formats.grid import MAX_COLUMN, MAX_MERGE, MAX_PROBLEMS, MAX_ROW, MAX_TEXT, Report
from grammar.diagnostic import SEVERITIES, Diagnostic

_RAW = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # what json leaves alone and a terminal obeys
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(tab: Tab) -> Tab:
    """The same tab in the one form that is written: no blank rows, no two equal runs in a row."""
    rows = tuple(row for row in map(_canonical_row, tab.rows) if row.cells)
    width = max((len(row.cells) for row in rows), default=0)
    columns = frozenset(n for n in tab.hidden_columns if n < width)
    section = clean(tab.section) if tab.section else None
    return Tab(clean(tab.title), rows, tab.hidden, columns, section)


def content_sha256(workbook: Workbook) -> str:
    """The sha256 (hex) of a workbook's canonical form, whatever it was read from."""
    return total(workbook, [tab_sha256(tab, encode_rows(tab)) for tab in map(canonical, workbook.tabs)])


def clean(text: str) -> str:
    """Line breaks are LF; lone surrogates, which UTF-8 cannot carry, become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _canonical_row(row: Row) -> Row:
    if row.cells and row.cells[-1] is not None and all(map(_is_canonical, row.cells)):
        return row  # as nearly all are
    cells = [_canonical_cell(cell) for cell in row.cells]
    while cells and cells[-1] is None:
        cells.pop()
    return Row(row.number, tuple(cells), row.hidden)


def _is_canonical(cell: Cell | None) -> bool:
    return cell is None or (_is_plain(cell) and cell.runs[0].text.isprintable())


def _canonical_cell(cell: Cell | None) -> Cell | None:
    if cell is None or _is_canonical(cell):
        return cell
    runs = []
    for (bold, italic, struck, link), group in groupby(
        (run for run in cell.runs if run.text), lambda run: (run.bold, run.italic, run.struck, run.link or None)
    ):
        text = clean("".join(run.text for run in group))
        runs.append(Run(text, bold, italic, struck, clean(link) if link else None))
    broken = clean(cell.broken) if cell.broken else None
    out = Cell(tuple(runs), clean(cell.note) if cell.note else None, cell.number, broken, cell.rows, cell.columns)
    return None if out == Cell() else out


def _is_plain(cell: Cell) -> bool:
    """Whether a cell is one run of text and nothing else."""
    if len(cell.runs) != 1 or cell.note is not None or cell.number or cell.broken is not None:
        return False
    run = cell.runs[0]
    marked = run.bold or run.italic or run.struck or run.link is not None
    return bool(run.text) and not marked and cell.rows == cell.columns == 1


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def dump(value: object) -> str:
    """A value as JSON in one line, its keys sorted."""
    return escape(_ENCODER.encode(value))


def _encode_cell(cell: Cell | None) -> object:
    if cell is None:
        return None
    if _is_plain(cell):
        return cell.runs[0].text
    plain = len(cell.runs) == 1 and cell.runs[0] == Run(cell.runs[0].text)
    out: dict[str, object] = {"text": cell.text} if plain else {}
    if cell.runs and not plain:
        out["runs"] = [_encode_run(run) for run in cell.runs]
    rest = {"note": cell.note, "broken": cell.broken, "number": cell.number or None}
    spans = {"rows": cell.rows, "columns": cell.columns}
    out |= {name: value for name, value in rest.items() if value is not None}
    return out | {name: value for name, value in spans.items() if value != 1}


def _encode_run(run: Run) -> dict[str, object]:
    marks: dict[str, object] = {name: True for name in ("bold", "italic", "struck") if getattr(run, name)}
    return {"text": run.text} | marks | ({"link": run.link} if run.link is not None else {})


def encode_rows(tab: Tab) -> list[str]:
    """A canonical tab's rows as lines, blank ones between them counted together."""
    lines, at = [], 1
    for row in tab.rows:
        if row.number > at:
            lines.append(dump({"blank": row.number - at}))
        lines.append(row_line(row))
        at = row.number + 1
    return lines


def row_line(row: Row) -> str:
    """One canonical row as a line."""
    cells = [_encode_cell(cell) for cell in row.cells]
    return dump({"cells": cells, "hidden": True} if row.hidden else cells)


def header(tab: Tab) -> dict[str, object]:
    """What a canonical tab has beside its rows, as it is in `meta.json`."""
    head = {"title": tab.title, "hidden": tab.hidden, "hidden_columns": sorted(tab.hidden_columns)}
    return head | ({"section": tab.section} if tab.section else {})


def tab_sha256(tab: Tab, lines: list[str]) -> str:
    """The sha256 (hex) of a canonical tab, given its lines."""
    out = hashlib.sha256(dump(header(tab)).encode() + b"\n")
    for line in lines:
        out.update(line.encode() + b"\n")
    return out.hexdigest()


def total(workbook: Workbook, sums: list[str]) -> str:
    """The sha256 (hex) of title, locale and the tabs' sha256, and of the problems where there are any."""
    title = None if workbook.title is None else clean(workbook.title)
    whole: list[object] = [title, workbook.locale, sums]
    if workbook.problems:
        whole.append([encode_problem(problem) for problem in workbook.problems])
    return hashlib.sha256(dump(whole).encode()).hexdigest()


def encode_problem(problem: Diagnostic) -> dict[str, str]:
    """What was found wrong while the cells were read, as it is in `meta.json`."""
    words = {
        "code": problem.code,
        "name": problem.name,
        "severity": problem.severity,
        "message": clean(problem.message),
    }
    return words | ({"place": clean(problem.place)} if problem.place is not None else {})


def decode_problems(value: object) -> tuple[Diagnostic, ...]:
    """The problems of a `meta.json`.  ValueError, KeyError or TypeError if they are not such."""
    if not isinstance(value, list) or len(value) > MAX_PROBLEMS + 1:
        raise ValueError("no problems")
    out = []
    for entry in value:
        code, name, message = (text(entry[key]) for key in ("code", "name", "message"))
        severity = next(known for known in SEVERITIES if known == entry["severity"])
        out.append(Diagnostic(code, name, severity, message, place=text(entry["place"]) if "place" in entry else None))
    return tuple(out)


def escape(json_text: str) -> str:
    """JSON without the characters that a terminal obeys, for they would be in its strings only."""
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def decode_rows(data: bytes, report: Report) -> Iterator[Row]:
    """The rows of a tab's file; their cells are counted in `report`, as those of any workbook.

    ValueError, KeyError or TypeError if they are not such lines, SheetError where there are too many cells.
    """
    at = 1
    for line in data.split(b"\n")[:-1]:
        value = json.loads(line)
        if isinstance(value, dict) and "blank" in value:
            at += count(value["blank"], MAX_ROW)
            continue
        hidden = isinstance(value, dict)
        cells = value["cells"] if hidden else value
        if not isinstance(cells, list) or len(cells) > MAX_COLUMN or at > MAX_ROW:
            raise ValueError("no row")
        report.count(len(cells))
        yield Row(at, tuple(_decode_cell(cell) for cell in cells), hidden)
        at += 1


def _decode_cell(value: dict[str, Any] | str | None) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _text_cell(value) if len(value) <= _SHARED else Cell((Run(_bounded(value)),))
    runs = tuple(_decode_run(run) for run in value["runs"]) if "runs" in value else ()
    if sum(len(run.text) for run in runs) > MAX_TEXT:
        raise ValueError("too long a text")
    return Cell(
        (Run(_bounded(text(value["text"]))),) if "text" in value else runs,
        _bounded(text(value["note"])) if "note" in value else None,
        value.get("number") is True,
        text(value["broken"]) if "broken" in value else None,
        count(value.get("rows", 1), MAX_MERGE),
        count(value.get("columns", 1), MAX_MERGE),
    )


_SHARED = 64  # characters


@lru_cache(maxsize=8192)
def _text_cell(text: str) -> Cell:
    """A cell of a short text, one for all that are equal; ValueError for an empty one, which no snapshot has."""
    return Cell((Run(_bounded(text)),))


def _bounded(text: str) -> str:
    if not 0 < len(text) <= MAX_TEXT:
        raise ValueError("no text, or too long a one")
    return text


def _decode_run(value: dict[str, Any]) -> Run:
    bold, italic, struck = (value.get(name) is True for name in ("bold", "italic", "struck"))
    return Run(text(value["text"]), bold, italic, struck, text(value["link"]) if "link" in value else None)


def text(value: object) -> str:
    """A JSON string; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def count(value: object, limit: int, least: int = 1) -> int:
    """A JSON integer from `least` to `limit`; ValueError for anything else."""
    if type(value) is not int or not least <= value <= limit:
        raise ValueError("no count")
    return value

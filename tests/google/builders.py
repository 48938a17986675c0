"""Replies of the APIs written by hand: sheets and documents from short descriptions."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def text(value: str, **more: Any) -> Json:
    """A Sheets cell with a text."""
    stored = {"stringValue": value}
    return {"formattedValue": value, "userEnteredValue": stored, "effectiveValue": stored, **more}


def number(value: float, shown: str) -> Json:
    """A Sheets cell with a number and how it is shown."""
    return {
        "formattedValue": shown,
        "userEnteredValue": {"numberValue": value},
        "effectiveValue": {"numberValue": value},
    }


def sheet(title: str, rows: list[list[Json | str | None]], number_: int = 0, **more: Any) -> Json:
    """One tab; `hidden_rows` and `hidden_columns` are 0-based."""
    hidden_rows, hidden_columns = more.pop("hidden_rows", ()), more.pop("hidden_columns", ())
    width = max((len(row) for row in rows), default=0)
    values = [{"values": [text(c) if isinstance(c, str) else c or {} for c in row]} if row else {} for row in rows]
    data = {
        "rowData": values,
        "rowMetadata": [
            {"pixelSize": 21} | ({"hiddenByUser": True} if n in hidden_rows else {}) for n in range(len(rows))
        ],
        "columnMetadata": [{"hiddenByUser": True} if n in hidden_columns else {} for n in range(width)],
    }
    properties = {"sheetId": number_, "title": title, "index": number_, "sheetType": "GRID"}
    return {"properties": properties | more.pop("properties", {}), "data": [data], **more}


def merge(top: int, left: int, rows: int, columns: int) -> Json:
    """A merge; as Google does, zeros are left out."""
    ends = {"startRowIndex": top, "endRowIndex": top + rows, "startColumnIndex": left, "endColumnIndex": left + columns}
    return {name: value for name, value in ends.items() if value}


def spreadsheet(file_id: str, *sheets: Json, title: str = "Categorisation") -> Json:
    about = {"title": title, "locale": "en_GB", "timeZone": "Europe/London"}
    return {"spreadsheetId": file_id, "properties": about, "sheets": list(sheets)}


def run(content: str, link: str | None = None, **style: bool) -> Json:
    """A text run of a document."""
    look: Json = dict(style) | ({"link": {"url": link}} if link else {})
    return {"textRun": {"content": content, "textStyle": look}}


def paragraph(*parts: Json | str, heading: int = 0, bullet: int | None = None) -> Json:
    elements = [run(part) if isinstance(part, str) else part for part in parts]
    inner: Json = {"elements": [*elements, run("\n")]}
    if heading:
        inner["paragraphStyle"] = {"namedStyleType": f"HEADING_{heading}"}
    if bullet is not None:
        inner["bullet"] = {"listId": "l"} | ({"nestingLevel": bullet} if bullet else {})
    return {"paragraph": inner}


def cell(*content: Json | str, rows: int = 1, columns: int = 1) -> Json:
    """A table cell; texts are paragraphs of it."""
    spans = {"rowSpan": rows, "columnSpan": columns}
    inner = [paragraph(part) if isinstance(part, str) else part for part in content] or [paragraph()]
    return {"content": inner, "tableCellStyle": spans}


def table(rows: list[list[Json | str]], width: int | None = None) -> Json:
    made = [{"tableCells": [cell(c) if isinstance(c, str) else c for c in row]} for row in rows]
    return {"table": {"rows": len(rows), "columns": width or max(map(len, rows)), "tableRows": made}}


def tab(title: str, *content: Json, children: tuple[Json, ...] = ()) -> Json:
    inner: Json = {
        "tabProperties": {"tabId": title, "title": title},
        "documentTab": {"body": {"content": list(content)}},
    }
    return inner | ({"childTabs": list(children)} if children else {})


def document(file_id: str, *tabs: Json, title: str = "Categorisation") -> Json:
    return {"documentId": file_id, "title": title, "tabs": list(tabs)}

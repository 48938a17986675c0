"""Replies as cells: what a reply carries, and replies that are not as documented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.sheet.cells import Cell, Row, Run, SheetError, Tab
from convert.sheet.formats.grid import Report
from convert.sheet.google.docs import read_document
from convert.sheet.google.sheets import TAB_MASK, read_tab, tab_range, tab_titles
from tests.google import builders as b
from tests.google.conftest import DOC, ID, UPLOAD, Box
from tests.google.discovery import check_mask, check_reply, document, parse_mask
from tests.helpers.effort import many


def one(value: b.Json) -> Cell | None:
    reply = b.spreadsheet(ID, b.sheet("T", [[value, "end"]]))
    check_reply("sheets", "Spreadsheet", reply)
    return read_tab(reply, "T", Report()).rows[0].cells[0]


def docs_tabs(*content: b.Json) -> tuple[Tab, ...]:
    reply = b.document(DOC, b.tab("Tab", *content))
    check_reply("docs", "Document", reply)
    return read_document(reply, Report())


def texts(tab: Tab) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row.cells] for row in tab.rows]


def test_the_mask_is_one_that_google_documents() -> None:
    check_mask(document("sheets"), "Spreadsheet", parse_mask(TAB_MASK))
    assert " " not in TAB_MASK


def test_runs_count_utf16_units_and_inherit_from_the_cell() -> None:
    formats = [{"startIndex": 3, "format": {"bold": True}}, {"startIndex": 5, "format": {"strikethrough": False}}]
    value = b.text("\U0001f600 abcd", textFormatRuns=formats, effectiveFormat={"textFormat": {"strikethrough": True}})
    expected = (Run("\U0001f600 ", struck=True), Run("ab", bold=True, struck=True), Run("cd"))
    assert one(value) == Cell(expected)


def test_links_of_the_cell_and_of_its_runs() -> None:
    assert one(b.text("see", hyperlink="https://a/")) == Cell((Run("see", link="https://a/"),))
    formats = [{"format": {"link": {"uri": "https://a/"}}}, {"startIndex": 1},
               {"startIndex": 2, "format": {"link": {"uri": "https://b/"}}}]  # fmt: skip
    assert one(b.text("abc", textFormatRuns=formats)) == Cell(
        (Run("a", link="https://a/"), Run("b"), Run("c", link="https://b/"))
    )


def test_numbers_errors_notes_and_blanks() -> None:
    assert one(b.number(4.2, "4.20")) == Cell((Run("4.20"),), number=True)
    error = {"formattedValue": "#REF!", "effectiveValue": {"errorValue": {"type": "REF"}}}
    assert one(error) == Cell(broken="#REF!")
    assert one({"note": "why?"}) == Cell(note="why?")
    assert one({"userEnteredValue": {"formulaValue": "=IF(1,)"}, "effectiveValue": {"stringValue": ""}}) is None
    assert one(b.text("a\r\nb\x1b[31m")) == Cell((Run("a\nb\ufffd[31m"),))


def test_merges_and_hidden_rows_columns_and_tabs() -> None:
    merges = [b.merge(0, 0, 3, 1), b.merge(1, 1, 1, 2)]
    reply = b.spreadsheet(ID, b.sheet("T", [["a", "b", "c"], [None, "d"], [None, "e"]], merges=merges, hidden_rows=[1],
                                      hidden_columns=[2], properties={"hidden": True}))  # fmt: skip
    check_reply("sheets", "Spreadsheet", reply)
    tab = read_tab(reply, "T", Report())
    assert tab.rows[0].cells[0] == Cell((Run("a"),), rows=3)
    assert tab.rows[1] == Row(2, (None, Cell((Run("d"),), columns=2)), hidden=True)
    assert tab.hidden and tab.hidden_columns == {2}


def test_only_tabs_with_cells_and_titles_in_quotes() -> None:
    chart = b.sheet("Chart", [], properties={"sheetType": "OBJECT"})
    rows = b.sheet("Usage", [], properties={"sheetType": "DATA_SOURCE"})
    report = Report()
    assert tab_titles(b.spreadsheet(ID, b.sheet("A", []), chart, rows), report) == ["A"]
    assert [(p.code, p.place) for p in report.problems] == [("XS869", None)] * 2
    assert '"Usage" is a connected sheet' in report.problems[1].message
    assert tab_range("It's") == "'It''s'"


def test_a_tab_that_is_gone() -> None:
    with pytest.raises(SheetError, match="fetch again"):
        read_tab(b.spreadsheet(ID), "T", Report())


NAMES = [
    "sheets",
    "properties",
    "title",
    "data",
    "rowData",
    "values",
    "merges",
    "endRowIndex",
    "endColumnIndex",
    "formattedValue",
    "textFormatRuns",
    "startIndex",
    "format",
    "tabs",
    "documentTab",
    "body",
    "content",
    "table",
    "tableRows",
    "tableCells",
    "paragraph",
    "elements",
    "textRun",
    "columns",
    "tableCellStyle",
    "rowSpan",
    "rowMetadata",
    "effectiveValue",
    "userEnteredValue",
    "formulaValue",
    "effectiveFormat",
    "textFormat",
    "chipRuns",
    "chip",
    "richLinkProperties",
    "uri",
    "sheetType",
    "footnotes",
    "footnoteReference",
    "footnoteId",
    "inlineObjects",
    "inlineObjectElement",
    "positionedObjectIds",
    "suggestedInsertionIds",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=many(150), deadline=None)
@given(st.dictionaries(st.sampled_from(["sheets", "tabs", "body", "title", "properties"]), VALUES))
def test_any_reply_is_cells_or_a_sheet_error(reply: dict[str, Any]) -> None:
    for call in (
        lambda: tab_titles(reply, Report()),
        lambda: read_tab(reply, "", Report()),
        lambda: read_document(reply, Report()),
    ):
        try:
            call()
        except SheetError as error:
            assert "\n" not in str(error)


# -- documents ---------------------------------------------------------------------------------------------------


def test_tables_stand_under_their_heading_and_other_text_is_left_out() -> None:
    content = [
        b.paragraph("Private words", heading=0),
        b.paragraph("Toolstack", heading=2),
        b.paragraph("more words"),
        b.table([["Feature", "4.20"], ["xl", "Supported"]]),
        b.table([["again"]]),
        b.paragraph("Net", "working", heading=2),
        b.table([["vif"]]),
    ]
    tabs = docs_tabs(*content)
    assert [tab.title for tab in tabs] == ["Toolstack", "Toolstack (2)", "Networking"]
    assert texts(tabs[0]) == [["Feature", "4.20"], ["xl", "Supported"]]
    assert "rivate" not in repr(tabs) and "words" not in repr(tabs)


def test_the_tabs_of_a_document_with_their_children() -> None:
    child = b.tab("Child", b.table([["c"]]))
    reply = b.document(DOC, b.tab("First", b.table([["a"]]), children=(child,)), b.tab("Last", b.table([["z"]])))
    check_reply("docs", "Document", reply)
    assert [(tab.title, texts(tab)) for tab in read_document(reply, Report())] == [
        ("First", [["a"]]), ("Child", [["c"]]), ("Last", [["z"]])]  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
def test_spans_with_and_without_the_covered_cells(whole: bool) -> None:
    rows: list[list[b.Json | str]] = [[b.cell("Section", rows=2), b.cell("A", columns=2), "x"], ["b", "c", "d"]]
    if whole:
        rows = [[b.cell("Section", rows=2), b.cell("A", columns=2), "", "x"], ["", "b", "c", "d"]]
    (tab,) = docs_tabs(b.table(rows, width=4))
    assert texts(tab) == [["Section", "A", None, "x"], [None, "b", "c", "d"]]
    assert tab.rows[0].cells[0] == Cell((Run("Section"),), rows=2)
    assert tab.rows[0].cells[1] == Cell((Run("A"),), columns=2)


def test_what_a_cell_of_a_table_has() -> None:
    style = b.run("bold", bold=True), b.run(" it", italic=True), b.run(" gone", strikethrough=True)
    link = b.run("see", link="https://a/")
    person = {"person": {"personId": "p", "personProperties": {"name": "Jo", "email": "jo@example.org"}}}
    rich = {"richLink": {"richLinkId": "r", "richLinkProperties": {"title": "Doc", "uri": "https://b/"}}}
    drop = {"dropdown": {"dropdownProperties": {"displayValue": "Supported"}}}
    suggested = {"textRun": {"content": "never", "suggestedInsertionIds": ["s"]}}
    rows: list[list[b.Json | str]] = [
        [b.cell(b.paragraph(*style), b.paragraph(link, suggested))],
        [b.cell("List:", b.paragraph("one", bullet=0), b.paragraph("two", bullet=1))],
        [b.cell(b.paragraph(person, " ", rich))],
        [b.cell(b.paragraph(drop))],
        [b.cell(b.table([["in", "side"]]))],
        [b.cell("soft\vbreak", "")],
    ]
    (tab,) = docs_tabs(b.table(rows))
    cells = [row.cells[0] for row in tab.rows]
    assert cells[0] == Cell(
        (
            Run("bold", bold=True),
            Run(" it", italic=True),
            Run(" gone", struck=True),
            Run("\n"),
            Run("see", link="https://a/"),
        )
    )
    assert [cell and cell.text for cell in cells[1:]] == [
        "List:\n- one\n  - two", "Jo Doc", "Supported", "in\nside", "soft\nbreak"]  # fmt: skip


def test_a_document_without_a_table() -> None:
    with pytest.raises(SheetError, match="no table"):
        docs_tabs(b.paragraph("words"))


def test_a_document_through_the_api(box: Box) -> None:
    box.google.add_document(DOC, b.document(DOC, b.tab("T", b.paragraph("Features", heading=1), b.table([["a", "b"]]))))
    result = box.fetch(f"https://docs.google.com/document/d/{DOC}/edit?usp=sharing")
    assert result.status == 0 and "Features: 1 row" in result.out
    query = next(path for _, path, _ in box.google.requests if "/v1/documents/" in path)
    assert "includeTabsContent=true" in query and "PREVIEW_WITHOUT_SUGGESTIONS" in query


def test_a_shortcut_is_followed_once(box: Box) -> None:
    details = {"targetId": ID, "targetMimeType": "x", "targetResourceKey": "0-key"}
    about = {"id": UPLOAD, "name": "s", "mimeType": "application/vnd.google-apps.shortcut", "version": "1"}
    box.google.files[UPLOAD] = about | {"shortcutDetails": details}
    assert box.fetch(UPLOAD).status == 0
    assert box.book(UPLOAD).tabs[0].title == "Features"
    assert any(headers.get("x-goog-drive-resource-keys") == f"{ID}/0-key" for _, _, headers in box.google.requests)


@pytest.mark.parametrize(
    ("mime", "words"),
    [
        ("application/vnd.google-apps.folder", "a folder"),
        ("application/vnd.ms-excel", "save it as .xlsx"),
        ("application/x-\x1b[31m", "\\x1b[31m"),
    ],
)
def test_other_files(box: Box, mime: str, words: str) -> None:
    box.google.files[ID]["mimeType"] = mime
    result = box.fetch()
    assert result.status == 2 and words in result.err and "\x1b" not in result.err


def test_a_download_that_is_not_what_drive_describes(box: Box) -> None:
    box.google.add_upload(UPLOAD, "book.xlsx", b"PK" + bytes(100))
    box.google.files[UPLOAD]["md5Checksum"] = "0" * 32
    assert "not the one that Drive describes" in box.fetch(UPLOAD).err
    box.google.files[UPLOAD]["size"] = str(1 << 40)
    assert "MiB" in box.fetch(UPLOAD).err
    assert json.dumps(box.tree(), default=repr) == "{}"


# -- what is no text ---------------------------------------------------------------------------------------------


def reported(*tables: b.Json, **more: Any) -> tuple[list[tuple[str | None, str]], tuple[Tab, ...]]:
    """The places and words of what is not carried, and the tabs."""
    made = b.tab("Tab", *tables)
    made["documentTab"] |= more
    reply = b.document(DOC, made)
    check_reply("docs", "Document", reply)
    report = Report()
    tabs = read_document(reply, report)
    assert {problem.code for problem in report.problems} <= {"XS868"}
    return [(problem.place, problem.message) for problem in report.problems], tabs


def test_footnotes_equations_and_pictures_are_named_at_their_place() -> None:
    footnote = {"footnoteReference": {"footnoteId": "f1", "footnoteNumber": "1"}}
    picture = {"inlineObjectElement": {"inlineObjectId": "o1"}}
    placed = b.paragraph("x")
    placed["paragraph"]["positionedObjectIds"] = ["p1"]
    rows: list[list[b.Json | str]] = [
        ["Feature", "4.20"],
        ["xl", b.cell(b.paragraph("Supported", footnote))],
        ["vif", b.cell(b.paragraph({"equation": {}}, "n"), b.table([[b.cell(b.paragraph(picture))]]))],
        ["vbd", b.cell(placed)],
    ]
    told, (tab,) = reported(
        b.table(rows),
        footnotes={"f1": {"footnoteId": "f1", "content": [b.paragraph("Only on x86.")]}},
        inlineObjects={
            "o1": {"objectId": "o1", "inlineObjectProperties": {"embeddedObject": {"title": "A half tick"}}}
        },
    )
    assert [place for place, _ in told] == ["Tab!B2", "Tab!B3", "Tab!B3", "Tab!B4"]
    assert told[0][1].startswith('a footnote, "Only on x86.",') and "an equation" in told[1][1]
    assert 'a picture or drawing, "A half tick",' in told[2][1] and "a picture or drawing" in told[3][1]
    assert texts(tab)[1] == ["xl", "Supported"]


def test_what_is_only_suggested_is_left_out_everywhere() -> None:
    def suggested(thing: b.Json, inner: str | None = None) -> b.Json:
        (thing[inner] if inner else thing)["suggestedInsertionIds"] = ["s"]
        return thing

    nested = b.table([["kept", suggested(b.cell("cell"))], ["row"]])
    suggested(nested["table"]["tableRows"][1])
    outer: list[list[b.Json | str]] = [[b.cell("a", nested, suggested(b.table([["table"]]), "table"))]]
    told, tabs = reported(suggested(b.table([["never"]]), "table"), b.table(outer))
    assert [texts(tab) for tab in tabs] == [[["a\nkept"]]] and told == []


def test_a_file_chip_without_a_title_shows_its_address() -> None:
    chip = {"richLink": {"richLinkId": "r", "richLinkProperties": {"uri": "https://b/"}}}
    (tab,) = docs_tabs(b.table([[b.cell(b.paragraph(chip))]]))
    assert tab.rows[0].cells[0] == Cell((Run("https://b/", link="https://b/"),))


def test_chips_of_a_sheet_have_their_addresses() -> None:
    chips = [{"startIndex": 0}, {"startIndex": 4, "chip": {"richLinkProperties": {"uri": "https://f/"}}}, {"startIndex": 8},
             {"startIndex": 9, "chip": {"personProperties": {"email": "jo@example.org"}}}]  # fmt: skip
    assert one(b.text("see File, Jo", chipRuns=chips)) == Cell(
        (Run("see "), Run("File", link="https://f/"), Run(", Jo"))
    )


def test_a_picture_by_formula_is_named() -> None:
    value = {"userEnteredValue": {"formulaValue": '=image("https://x/y.png")'}}
    report = Report()
    read_tab(b.spreadsheet(ID, b.sheet("T", [["x", value]])), "T", report)
    assert [(p.place, p.code) for p in report.problems] == [("T!B1", "XS868")]


@settings(max_examples=many(150), deadline=None)
@given(
    st.text(max_size=70), st.booleans(), st.booleans(), st.sampled_from([{}, {"stringValue": "x"}, {"numberValue": 1}])
)
def test_the_short_way_reads_what_the_long_one_does(
    text: str, bold: bool, struck: bool, stored: dict[str, Any]
) -> None:
    plain = {"formattedValue": text, "effectiveValue": stored, "userEnteredValue": {},
             "effectiveFormat": {"textFormat": {"bold": bold, "strikethrough": struck}}}  # fmt: skip
    assert one(plain) == one(plain | {"textFormatRuns": [{"startIndex": 0, "format": {}}]})

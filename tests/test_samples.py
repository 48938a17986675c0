"""The sample workbooks: made from the text beside them, of the size and shape of a real sheet, in our own words."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.worksheet.worksheet import Worksheet

from convert.cli import main
from grammar.labels import BY_NAME, LABELS
from samples.writing.archive import normalise
from samples.writing.notation import TextError, table, unwrap, words

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="there is no ../shared/corpus")
TREES = ("master", "4.20", "4.19", "4.18", "4.17")
UNDECIDED = re.compile(r"\?|TBD|TODO|discuss.*|\(.*\?\)", re.IGNORECASE)
LIMIT = re.compile(r"Supported up to [0-9]+(?: [A-Za-z]+)?(?:\. .+)?")
# Where the sample goes beyond the facts, on purpose: (feature, variant, tree) as a team would propose it.
PROPOSED = {
    ("x86/PV", "x86_32, without shim", "master"): "Obsolete",
    ("Dom0 init support for xl", "SysV", "master"): "Deprecated",
    ("OCaml xenstored daemon", "", "master"): "Deprecated",
    ("Memory Paging", "x86 HVM", "master"): "Deprecated",
    ("Blkback", "Blktap2, raw format", "master"): "Obsolete",
    ("Blkback", "Blktap2, vhd format", "master"): "Obsolete",
    ("x86/Emulated graphics (QEMU)", "cirrus-vga", "master"): "Deprecated",
    ("qemu-xen-traditional", "Device Model Stub Domains", "4.20"): "Obsolete",
    ("qemu-xen-traditional", "as host process device model", "4.20"): "Obsolete",
    ("x86/HVM BIOS", "ROMBIOS (qemu-xen-traditional)", "4.20"): "Obsolete",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the Features tab, blanks and merges filled in from above, struck text left out."""

    section: str
    feature: str
    variant: str
    withdrawn: bool
    cells: dict[str, str]


def _kept(cell: Cell) -> str:
    """A cell's text without what is struck out."""
    if isinstance(cell.value, CellRichText):
        return "".join(
            part.text if isinstance(part, TextBlock) else part
            for part in cell.value
            if not (isinstance(part, TextBlock) and part.font.strike)
        )
    return "" if cell.value is None or cell.font.strike else str(cell.value)


@cache
def _book(name: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(SAMPLES / name, rich_text=True)


def _sheet(title: str, book: str = "categorisation.xlsx") -> Worksheet:
    sheet = _book(book)[title]
    assert isinstance(sheet, Worksheet)
    return sheet


def _cells(sheet: Worksheet) -> Iterator[Cell]:
    return (cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell) and cell.value is not None)


@cache
def _rows() -> tuple[Row, ...]:
    sheet = _sheet("Features")
    heads = [str(cell.value) for cell in sheet[1]]
    rows = []
    section = feature = ""
    withdrawn = False
    for row in sheet.iter_rows(min_row=2):
        said = {h: "" if isinstance(c, MergedCell) else _kept(c).strip() for h, c in zip(heads, row, strict=True)}
        if said["Section"] and said["Section"] != section:
            section, feature, withdrawn = said["Section"], "", False
        if row[1].value is not None:
            feature, withdrawn = said["Feature"] or str(row[1].value), bool(row[1].font.strike)
        rows.append(Row(section, feature, said["Variant"], withdrawn, said))
    return tuple(rows)


def _label(text: str, security: str = "") -> str | None:
    """The label's name of a status as the sheet means it: None where there is none; an error of the test if unknown."""
    said = re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u00a0", " ")).strip().removesuffix(".")
    if not said or said in ("-", "text") or UNDECIDED.fullmatch(said):
        return None
    if LIMIT.fullmatch(said) or ", security supported only when " in said:
        return said
    for label in LABELS:
        if said.lower() == label.name.lower() or said.lower() in label.synonyms:
            meant = {"no": "Supported, not security supported", "external": "Supported, Security support external"}
            return meant.get(security, label.name)
    raise AssertionError(f"unknown status {text!r}")


def test_the_committed_workbooks_are_what_the_text_says(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(SAMPLES / "make.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    for name in ("categorisation.xlsx", "per-tree.xlsx"):
        made, kept = tmp_path / name, SAMPLES / name
        # Another series of openpyxl may write other bytes; the cells are held together in any case.
        if openpyxl.__version__.startswith("3.1."):
            assert made.read_bytes() == kept.read_bytes(), f"{name}: run `python samples/make.py`"
        for sheet in openpyxl.load_workbook(made, rich_text=True).worksheets:
            old = [(c.coordinate, repr(c.value)) for c in _cells(_sheet(sheet.title, name))]
            assert [(c.coordinate, repr(c.value)) for c in _cells(sheet)] == old


def test_an_archive_depends_on_its_parts_only() -> None:
    def archive(names: list[str], year: int) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name in names:
                file.writestr(zipfile.ZipInfo(name, (year, 5, 5, 5, 5, 4)), f"<{name}/>" * 90)
        return out.getvalue()

    one = normalise(archive(["xl/b.xml", "[Content_Types].xml", "xl/a.xml"], 1999))
    assert one == normalise(archive(["[Content_Types].xml", "xl/a.xml", "xl/b.xml"], 2024))
    with zipfile.ZipFile(io.BytesIO(one)) as file:
        assert file.namelist()[0] == "[Content_Types].xml"
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.read("xl/b.xml") == b"<xl/b.xml/>" * 90


def test_it_has_the_size_of_a_real_sheet() -> None:
    rows = [row for row in _rows() if not row.withdrawn]
    assert len({(row.section, row.feature) for row in rows if row.feature}) >= 130
    assert len({row.section for row in rows}) >= 15
    for tree in TREES:
        assert sum(_label(row.cells[tree]) is not None for row in rows) >= 180, tree
    assert sum(_label(row.cells[tree]) is not None for row in rows for tree in TREES) >= 1000


def test_the_trees_are_the_real_ones_with_dates_that_follow_the_policy() -> None:
    lines = [[str(cell.value or "") for cell in row] for row in _sheet("Trees").iter_rows()]
    assert lines[0][:6] == [
        "Tree", "Branch", "Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until",
    ]  # fmt: skip
    assert tuple(line[0] for line in lines[1:]) == TREES
    for tree, branch, version, first, support, security, *_ in lines[2:]:
        assert (branch, version) == (f"stable-{tree}", tree)
        months = [_months(first, support), _months(first, security)]
        assert months == ([36, 60] if tree == "4.20" else [18, 60])
    assert all(cell.data_type == "s" for row in _sheet("Trees").iter_rows() for cell in row if cell.value)


def _months(first: str, last: str) -> int:
    (y1, m1, d1), (y2, m2, d2) = (map(int, date.split("-")) for date in (first, last))
    assert d1 == d2
    return 12 * (y2 - y1) + m2 - m1


def test_every_decided_cell_is_a_label() -> None:
    found = Counter(_label(row.cells[tree]) for row in _rows() for tree in TREES)
    assert {name for name in BY_NAME if not found[name]} == set()


def test_spellings_vary_as_people_type() -> None:
    said = {row.cells[tree] for row in _rows() for tree in TREES}
    marks = {"✓", "✔", "½", "◐", "✗ obsolete", "✓ preview", "tick preview", "✔ deprecated", "Cross", "half"}
    assert marks | {"Supported.", "supported", "Full", "yes", "exp.", "Technology Preview", "broken"} <= said
    assert any("\u00a0" in text for text in said)
    assert any("\u200b" in text for text in said)


def test_many_arm_rows_are_undecided_and_have_an_owner() -> None:
    owner: dict[tuple[str, str], str] = {}
    undecided = []
    for row in _rows():
        key = (row.section, row.feature)
        owner.setdefault(key, row.cells["Owner"])
        if any(UNDECIDED.fullmatch(row.cells[tree]) for tree in TREES):
            undecided.append((row, row.cells["Owner"] or owner[key]))
    arm = [row for row, who in undecided if re.search("arm", f"{row.feature} {row.variant} {who}", re.IGNORECASE)]
    assert len(arm) >= 20
    assert [row for row, who in undecided if not who] == []


def test_no_variant_breaks_a_field_and_no_key_occurs_twice() -> None:
    keys = []
    for row in _rows():
        assert ":" not in row.variant
        assert "\n" not in row.variant
        if not row.withdrawn:
            keys.append((row.section, row.feature, re.sub("[^-0-9a-z]", "", row.variant.lower().replace(" ", "-"))))
    section = limit = ""
    for line in _sheet("Limits").iter_rows(min_row=2, max_col=3, values_only=True):
        section, limit = str(line[0] or section), str(line[1] or limit)
        keys.append((section, limit, str(line[2] or "").lower().replace(" ", "-")))
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_caveats_stand_where_the_label_asks_for_them() -> None:
    """In each tree, whichever row of the feature they stand in and whichever column replaces the common one."""
    missing = []
    for tree in TREES:
        words_of: dict[tuple[str, str], str] = {}
        asks = set()
        for row in _rows():
            key = (row.section, row.feature)
            own = [text for head, text in row.cells.items() if head.startswith("Caveats (") and tree in head and text]
            text = own[0] if own else row.cells["Caveats"]
            words_of[key] = words_of.get(key, "") + ("" if text == "-" else text)
            if not row.withdrawn and _label(row.cells[tree]) == "Supported, with caveats":
                asks.add(key)
        missing += [(tree, *key) for key in asks if not words_of[key]]
    assert missing == []


def test_security_column_agrees_with_the_statuses() -> None:
    told = [row for row in _rows() if row.cells["Security"]]
    assert {row.cells["Security"] for row in told} == {"yes", "no", "external"}
    for row in told:
        assert {_label(row.cells[tree]) for tree in TREES} - {None} == {"Supported"}


def test_it_looks_like_a_sheet_that_people_keep() -> None:
    sheet = _sheet("Features")
    merged = Counter(area.coord[0] for area in sheet.merged_cells.ranges)
    assert merged["A"] >= 12
    assert merged["B"] >= 60
    assert merged["J"] >= 5
    assert sum(1 for cell in _cells(sheet) if cell.comment) >= 12
    assert sum(1 for cell in _cells(sheet) if cell.hyperlink) >= 2
    assert sum(1 for cell in _cells(sheet) if re.search(r"^[-*•] ", str(cell.value), re.MULTILINE)) >= 6
    assert sum(1 for cell in _cells(sheet) if isinstance(cell.value, CellRichText)) >= 12
    assert {row.feature for row in _rows() if row.withdrawn} == {"ia64", "Transcendent Memory"}
    assert any(cell.font.strike for cell in _cells(sheet) if cell.column > 3)
    assert any(str(cell.value) != _kept(cell) for cell in _cells(sheet) if isinstance(cell.value, CellRichText))
    assert sum(1 for line in sheet.row_dimensions.values() if line.hidden) == 1
    assert sum(1 for line in sheet.column_dimensions.values() if line.hidden) == 1
    assert sheet.freeze_panes == "D2"
    assert len(sheet.data_validations.dataValidation) == 1
    assert sum(len(area.rules) for area in sheet.conditional_formatting) >= 5
    heads = [str(cell.value) for cell in sheet[1]]
    assert {"Description (4.17, 4.18)", "Caveats (4.17, 4.18)", "Discussion", "Owner", "Priority"} <= set(heads)
    assert all(cell.data_type == "s" for cell in sheet[1])
    again = [feature for feature, count in Counter(_starts()).items() if count > 1]
    assert again == [("Virtual device support, host side", "Blkback")]


def _starts() -> Iterator[tuple[str, str]]:
    last = None
    for row in _rows():
        if (row.section, row.feature) != last:
            last = (row.section, row.feature)
            yield last


def test_prose_differs_between_trees() -> None:
    for head in ("Description (4.17, 4.18)", "Caveats (4.17, 4.18)", "Caveats (4.19, 4.20)"):
        assert any(row.cells[head] not in ("", "-") for row in _rows()), head
    assert any(row.cells["Caveats (4.17, 4.18)"] == "-" for row in _rows())
    assert {row.section for row in _rows() if row.cells["4.20"] == "text"} >= {"Kconfig", "Toolstack"}


def test_limits_have_maximum_tested_and_security_figures() -> None:
    sheet = _sheet("Limits")
    heads = [str(cell.value) for cell in sheet[1]]
    lines = [dict(zip(heads, line, strict=True)) for line in sheet.iter_rows(min_row=2, values_only=True)]
    figures = Counter(head for line in lines for head, value in line.items() if value is not None)
    assert all(figures[tree] >= 12 for tree in TREES)
    assert figures["Tested"] >= 10
    assert figures["Security"] >= 4
    assert figures["Tested (4.17, 4.18)"] >= 3
    assert figures["Security (4.17, 4.18)"] >= 2
    assert figures["Caveats"] >= 3
    assert {type(line["master"]) for line in lines} == {int, str}


def test_no_guest_may_have_more_than_its_host(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", str(SAMPLES / "categorisation.xlsx"), "-o", str(tmp_path / "drafts")]) == 0
    said = capfd.readouterr().err
    assert "XS832" in said
    assert "XS212" not in said


@needs_corpus
@pytest.mark.parametrize(("tree", "name"), [("master", "unstable"), ("4.20", "4.20"), ("4.17", "4.17")])
def test_statuses_are_the_real_ones_but_for_what_is_proposed(tree: str, name: str) -> None:
    real = {
        (row["path"][1], row["path"][2].rstrip(":").lower(), " ".join(row["path"][3:]).lower()): (
            row["status"].removesuffix(", not recommended")
        )
        for row in json.loads((CORPUS / "accepted" / f"{name}.rows.json").read_text())
        if row["path"][0] == "Feature Support" and len(row["path"]) > 2
    }
    compared = 0
    differ = {}
    for row in _rows():
        status = real.get((row.section, row.feature.lower(), row.variant.lower()))
        mine = _label(row.cells[tree], row.cells["Security"])
        if status is None or mine is None or row.withdrawn or status == "Security supported":
            continue
        compared += 1
        if not (mine == _label(status) or ("only when" in mine and "only when" in status)):
            differ[row.feature, row.variant, tree] = mine
    assert compared >= 150
    assert differ == {key: label for key, label in PROPOSED.items() if key[2] == tree}


@needs_corpus
def test_every_sentence_is_our_own() -> None:
    taken: set[tuple[str, ...]] = set()
    for path in CORPUS.rglob("*.md"):
        taken.update(_runs(path.read_text(encoding="utf-8")))
    names = {" ".join(_words(name)) for row in _rows() for name in (row.section, row.feature, row.variant)}
    for book in ("categorisation.xlsx", "per-tree.xlsx"):
        for sheet in _book(book).worksheets:
            for cell in _cells(sheet):
                # An address is no sentence, and `variant: status` lines are facts.
                if str(cell.value).startswith("https://") or (sheet.title.startswith("Xen ") and cell.column == 6):
                    continue
                copied = [run for line in str(cell.value).split("\n") for run in _runs(line) if run in taken]
                copied = [run for run in copied if not any(" ".join(run) in name for name in names)]
                assert copied == [], f"{sheet.title}!{cell.coordinate}"


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    said = _words(text)
    return (tuple(said[n : n + 6]) for n in range(len(said) - 5))


def test_what_is_argued_stands_in_no_published_column() -> None:
    private = {row.cells[head] for row in _rows() for head in ("Discussion", "Notes", "Owner") if row.cells[head]}
    assert len(private) >= 40
    public = {text for row in _rows() for head, text in row.cells.items() if head.startswith(("Desc", "Cav"))}
    assert private & public == set()


def test_the_other_shape() -> None:
    book = _book("per-tree.xlsx")
    assert book.sheetnames == ["Read me", "Xen 4.20", "Xen 4.19", "Xen 4.17"]
    items = set()
    for title in book.sheetnames[1:]:
        sheet = _sheet(title, "per-tree.xlsx")
        heads = ["Item", "Description", "x86", "Arm32", "Arm64", "Other variants", "Restrictions", "Remarks"]
        assert [cell.value for cell in sheet[3]] == heads
        across = {area.min_row for area in sheet.merged_cells.ranges if (area.min_col, area.max_col) == (1, 8)}
        assert len(across) >= 7
        assert {1, 2} <= across
        for row in sheet.iter_rows(min_row=4):
            if row[0].row in across:
                continue
            items.add(str(row[0].value))
            statuses = [str(cell.value) for cell in row[2:5] if cell.value]
            for line in str(row[5].value or "").split("\n"):
                variant, colon, status = line.partition(": ")
                assert bool(colon) == bool(line)
                assert ":" not in variant + status
                statuses.append(status)
            for status in statuses:
                _label(status)
            assert statuses != [""]
    assert len(items) >= 30


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\ntwo", "one two"),
        ("one\n\ntwo\nthree", "one\n\ntwo three"),
        ("lead\n- a\n  b\n- c", "lead\n- a b\n- c"),
        ("one <br> two", "one\ntwo"),
    ],
)
def test_prose_is_unwrapped(text: str, said: str) -> None:
    assert unwrap(text) == said


def test_tags_become_pieces() -> None:
    said = words('<a href="https://xen.org/">a <b>b</b> <i>c</i><s>d</s></a>')
    assert said.link == "https://xen.org/"
    assert [(p.text, p.bold, p.italic, p.struck) for p in said.pieces] == [
        ("a ", False, False, False), ("b", True, False, False), (" ", False, False, False),
        ("c", False, True, False), ("d", False, False, True),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["<b>a", "a</b>", "<b><b>a</b></b>", 'see <a href="x">y</a> there'])
def test_bad_tags_are_refused(text: str) -> None:
    with pytest.raises(TextError):
        words(text)


def test_tables_fill_to_the_right_and_refuse_short_lines() -> None:
    (line,) = table("arm | Supported | = | | owner: ARM maintainers", 4, "here")
    assert line.cells == ("arm", "Supported", "Supported", "")
    assert line.extra == {"owner": "ARM maintainers"}
    with pytest.raises(TextError, match="here"):
        table("arm | Supported", 4, "here")
    with pytest.raises(TextError, match="owner"):
        table("arm | Supported | owner: ARM maintainers", 4, "here")
    with pytest.raises(TextError, match="name: value"):
        table("arm | Supported | nonsense", 2, "here")

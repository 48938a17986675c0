"""Snapshots: the same content gives the same bytes, nothing foreign is touched, nothing hostile is believed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from convert.sheet.cells import Cell, Row, Run, SheetError, Tab, Workbook
from convert.sheet.formats import snapshot
from convert.sheet.formats.snapshot import Meta, TabChange, canonical, changes, read, write
from tests.helpers.effort import many

META = Meta("https://docs.google.com/x", "id", "type", "2026-01-01T00:00:00Z", "7", "2026-01-01T00:00:00Z")


def book(*tabs: Tab, title: str | None = "T") -> Workbook:
    return Workbook("book", "google", "", tabs, title, "en_GB")


def rows(*texts: str) -> tuple[Row, ...]:
    return tuple(Row(n, (Cell((Run(text),)),)) for n, text in enumerate(texts, 1))


RUNS = st.builds(Run, st.text(max_size=6), st.booleans(), st.booleans(), st.booleans(), st.none() | st.text(max_size=5))
CELLS = st.none() | st.builds(
    Cell,
    st.lists(RUNS, max_size=3).map(tuple),
    st.none() | st.text(max_size=5),
    st.booleans(),
    st.none() | st.text(max_size=4),
    st.integers(1, 3),
    st.integers(1, 3),
)
ROWS = st.lists(st.tuples(st.integers(1, 4), st.lists(CELLS, max_size=4).map(tuple), st.booleans()), max_size=5)


def _numbered(gaps: list[tuple[int, tuple[Cell | None, ...], bool]]) -> tuple[Row, ...]:
    at, out = 0, []
    for gap, cells, hidden in gaps:
        at += gap
        out.append(Row(at, cells, hidden))
    return tuple(out)


TABS = st.builds(
    Tab,
    st.text(max_size=6),
    ROWS.map(_numbered),
    st.booleans(),
    st.frozensets(st.integers(0, 5)),
    st.none() | st.text(max_size=5),
)


@settings(max_examples=many(150), deadline=None)
@given(st.lists(TABS, max_size=3))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, tabs: list[Tab]) -> None:
    folder = tmp_path_factory.mktemp("s") / "snapshot"
    made = book(*tabs)
    write(folder, made, META)
    found = read(folder)
    assert found.tabs == tuple(map(canonical, tabs))
    assert found.sha256 == snapshot.content_sha256(made) == snapshot.content_sha256(found)
    assert snapshot.read_meta(folder) == META
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write(folder, found, META)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_inserted_row_is_one_line_in_a_diff(tmp_path: Path) -> None:
    texts = [f"feature {n}" for n in range(50)]
    tab = Tab("T", (*rows(*texts), Row(60, (Cell((Run("last"),), rows=3),))))
    write(tmp_path / "s", book(tab), META)
    file = next((tmp_path / "s").glob("*.jsonl"))
    before = file.read_text().splitlines()
    moved = tuple(replace(row, number=row.number + (row.number > 20)) for row in tab.rows)
    new = Tab("T", tuple(sorted((*moved, Row(21, (Cell((Run("new"),)),))), key=lambda row: row.number)))
    write(tmp_path / "s", book(new), META)
    after = file.read_text().splitlines()
    assert after == [*before[:20], '["new"]', *before[20:]]
    assert changes(book(tab), book(new)) == (TabChange("T", "changed", added=(21,)),)


def test_an_unchanged_sheet_gives_an_empty_diff(tmp_path: Path) -> None:
    write(tmp_path / "s", book(Tab("T", rows("a"))), META)
    before = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir() if path.name != "fetched.json"}
    write(tmp_path / "s", book(Tab("T", rows("a"))), replace(META, fetched_at="later", version="8", modified_time="x"))
    after = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir() if path.name != "fetched.json"}
    assert before == after and (tmp_path / "s" / "fetched.json").read_text().count("later") == 1


def test_changes_by_tab() -> None:
    old = book(Tab("A", rows("1", "2", "3")), Tab("B", rows("x")), Tab("C", rows("same")))
    new = book(Tab("A", rows("1", "two", "3", "4")), Tab("C", rows("same")), Tab("D", rows("n", "m")))
    assert changes(old, new) == (
        TabChange("A", "changed", added=(4,), changed=(2,)),
        TabChange("C", "same"),
        TabChange("D", "added", added=(1, 2)),
        TabChange("B", "removed", removed=(1,)),
    )
    hidden = book(Tab("C", rows("same"), hidden=True))
    assert changes(book(Tab("C", rows("same"))), hidden) == (TabChange("C", "changed"),)


@pytest.mark.slow
def test_changes_of_very_long_tabs() -> None:
    texts = [f"row {n % 7}" for n in range(20_000)]
    old, new = book(Tab("T", rows(*texts))), book(Tab("T", rows("first", *texts[:-1])))
    (change,) = changes(old, new)
    assert (change.added, change.removed) == ((1,), (20_000,))


TITLES = ["../../etc/passwd", "a\0b", "CON", "nul", "Features", "features", "FEATURES", "", ".", "..", "/", "\x1b[31m",
          "ſ", "s", "é", "e\u0301", "\u202e", "x" * 300, "meta.json", "fetched"]  # fmt: skip


def test_titles_never_become_paths(tmp_path: Path) -> None:
    write(tmp_path / "a" / "s", book(*[Tab(title, rows(title + "!")) for title in TITLES]), META)
    names = {path.name for path in (tmp_path / "a" / "s").iterdir()}
    assert len({name.casefold() for name in names}) == len(TITLES) + 2
    assert all(name.isascii() and name.replace("-", "").replace(".", "").isalnum() for name in names)
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and [p.name for p in (tmp_path / "a").iterdir()] == ["s"]
    assert [tab.title for tab in read(tmp_path / "a" / "s").tabs] == TITLES


def test_no_terminal_sequence_in_the_files(tmp_path: Path) -> None:
    write(tmp_path / "s", book(Tab("\x1b[31m\x9b", rows("\x1b]0;x\x07 \x9b31m \u202e")), title="\x9b"), META)
    data = b"".join(path.read_bytes() for path in (tmp_path / "s").iterdir()).decode()
    assert not [char for char in data if (char < " " and char != "\n") or "\x7f" <= char <= "\x9f" or char == "\u202e"]


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    for path in (home, home / "thesis.tex", tmp_path / "link"):
        if path.name == "link":
            path.symlink_to(home)
        with pytest.raises(SheetError, match="another"):
            write(path, book(), META)
    write(tmp_path / "s", book(), META)
    (tmp_path / "s" / "notes.txt").write_text("mine")
    with pytest.raises(SheetError, match=r"notes\.txt"):
        write(tmp_path / "s", book(), META)
    assert (home / "thesis.tex").read_text() == "years of work" and (tmp_path / "s" / "notes.txt").exists()


def test_a_kill_between_the_renames_is_mended(tmp_path: Path) -> None:
    write(tmp_path / "s", book(Tab("T", rows("old"))), META)
    (tmp_path / "s").rename(tmp_path / ".s.previous")
    assert read(tmp_path / "s").tabs[0].rows[0].cells[0] == Cell((Run("old"),))
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


HOSTILE = {
    "a path": {"file": "../../../etc/passwd"},
    "an absolute path": {"file": "/etc/passwd"},
    "no file": {"file": "none.jsonl"},
    "no title": {"title": 3},
    "columns": {"hidden_columns": [10**12]},
    "no list": {"hidden_columns": 5},
    "another hash": {"sha256": "0" * 64},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_meta_file(tmp_path: Path, name: str) -> None:
    write(tmp_path / "s", book(Tab("T", rows("a"))), META)
    path = tmp_path / "s" / "meta.json"
    meta = json.loads(path.read_text())
    meta["tabs"][0] |= HOSTILE[name]
    path.write_text(json.dumps(meta))
    with pytest.raises(SheetError):
        read(tmp_path / "s")


@pytest.mark.parametrize(
    "line",
    [b"{}", b"3", b'[{"rows": 0}]', b'[{"runs": 5}]', b'{"blank": 1e9}', b"[" * 50_000, b"\xff", b'[{"text": 1}]'],
)
def test_hostile_rows(tmp_path: Path, line: bytes) -> None:
    write(tmp_path / "s", book(Tab("T", rows("a"))), META)
    next((tmp_path / "s").glob("*.jsonl")).write_bytes(line + b"\n")
    with pytest.raises(SheetError):
        read(tmp_path / "s")


def signed(folder: Path, rows_: bytes) -> None:
    """Put rows into a snapshot with sums that fit, as somebody would who makes one up."""
    import hashlib

    from convert.sheet.formats.snapshot_rows import dump

    write(folder, book(Tab("T", rows("a"))), META)
    next(folder.glob("*.jsonl")).write_bytes(rows_)
    meta = json.loads((folder / "meta.json").read_text())
    head = dump({"title": "T", "hidden": False, "hidden_columns": []}).encode() + b"\n"
    meta["tabs"][0]["sha256"] = hashlib.sha256(head + rows_).hexdigest()
    meta["sha256"] = hashlib.sha256(dump(["T", "en_GB", [meta["tabs"][0]["sha256"]]]).encode()).hexdigest()
    (folder / "meta.json").write_text(json.dumps(meta))


def test_a_snapshot_has_the_limits_of_any_workbook(tmp_path: Path) -> None:
    signed(tmp_path / "good", b'["a","b"]\n')
    assert len(read(tmp_path / "good").tabs[0].rows[0].cells) == 2
    blank = b"[" + b",".join([b'""'] * 900) + b"]\n"
    wide = b"[" + b",".join([b'"x"'] * 1_001) + b"]\n"
    long = json.dumps(["x" * 100_001]).encode() + b"\n"
    below = b'{"blank":250000}\n["x"]\n'
    for number, content in enumerate((blank, wide, long, below)):
        signed(tmp_path / str(number), content)
        with pytest.raises(SheetError, match="not a complete snapshot"):
            read(tmp_path / str(number))


@pytest.mark.slow
def test_a_snapshot_of_too_many_cells(tmp_path: Path) -> None:
    signed(tmp_path / "s", (b"[" + b",".join([b"null"] * 999) + b',"x"]\n') * 5_001)
    with pytest.raises(SheetError, match="more than 5,000,000 cells"):
        read(tmp_path / "s")


def test_problems_are_kept_hashed_and_read_back(tmp_path: Path) -> None:
    from convert.sheet import problems_files

    far = problems_files.far_cell("T!A1", (), 3, 9, "B")
    made = replace(book(Tab("T", rows("a"))), problems=(far, problems_files.tab_not_carried(None, (), "C", "a chart")))
    write(tmp_path / "s", made, META)
    found = read(tmp_path / "s")
    assert found.problems == made.problems
    assert found.sha256 == snapshot.content_sha256(made) != snapshot.content_sha256(book(Tab("T", rows("a"))))
    path = tmp_path / "s" / "meta.json"
    meta = json.loads(path.read_text())
    schema = json.loads((Path(__file__).resolve().parents[2] / "convert/schemas/snapshot.json").read_text())
    Draft202012Validator(schema).validate(meta)
    first = meta["problems"][0]
    others: list[object] = [[], [first | {"message": "fine"}], [{}], 5, [first | {"severity": "x"}]]
    for changed in others:
        path.write_text(json.dumps(meta | {"problems": changed}))
        with pytest.raises(SheetError):
            read(tmp_path / "s")


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"schema": "xen-support.snapshot/9"}', "\0"])
def test_no_snapshot(tmp_path: Path, content: str) -> None:
    (tmp_path / "meta.json").write_text(content)
    with pytest.raises(SheetError):
        read(tmp_path)
    assert snapshot.is_snapshot(tmp_path) == ("/9" in content)


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "meta.json")
    with pytest.raises(SheetError):
        read(tmp_path)

"""Layout files: what they may say, and what people are told when it is wrong; a workbook of any shape by TOML alone."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convert.sheet.categorise import categorise
from convert.sheet.cell_text import fold_heading
from convert.sheet.cells import Cell, Row, Run, SheetError, Tab, Workbook
from convert.sheet.layout import DEFAULT, Layout, layout_beside, load_layout
from convert.sheet.model import Categorisation
from convert.sheet.workbook import open_workbook
from tests.helpers.effort import many
from tests.sheet.builders import book, cell, fields, headings, lines, read, said, tabs

Write = Callable[[str], Path]
SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def layout(text: str) -> Path:
        path = tmp_path / "own.layout.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return layout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tabs", "own.layout.toml: this is not TOML: "),
        ("[tab]\n", "own.layout.toml: tab: there is no such key; did you mean tabs?"),
        ("[features.colums]\n", "own.layout.toml: features.colums: there is no such key; did you mean columns?"),
        ("[features.columns]\nfeatur = ['x']", "features.columns.featur: there is no such key; did you mean feature?"),
        ("[features]\nheader_row = '3'", "features.header_row: a whole number is expected, 0 to 100000: '3'"),
        ("[features]\nheader_row = -1", "features.header_row: a whole number is expected"),
        ("[features]\nheader_row = true", "features.header_row: a whole number is expected"),
        ("[features]\nsections = 'rows'", "features.sections: 'rows' is not one of column, merged, alone"),
        ("[features]\ntrees_in = 1", "features.trees_in: a text is expected; put it in quotes: 1"),
        ("[features.columns]\nfeature = 'Thing'", 'features.columns.feature: a list of texts is expected, such as ["this", "that"]'),
        ("[features.columns]\nfeature = ['']", "features.columns.feature: a list of texts is expected"),
        ("[features.columns]\nfeature = ['A']\nvariant = ['a:']", 'the heading "a:" is already for feature'),
        ("[features.constants]\ncaveats = 'x'", "features.constants.caveats: there is no such key"),
        ("[features.tree_columns]\nNew = 4.20", "features.tree_columns.New: a text is expected, not the number 4.2; 4.2 or 4.20? put it"),
        ("[features.tree_tabs]\n'a' = ''", "features.tree_tabs.a: neither side may be blank"),
        ("features = 1", "own.layout.toml: features: a table is expected"),
        ("[synonyms]\nfine = 'nearly'", '"fine" stands for "nearly", which is not a status'),
        ("[words]\nmaybe = ['x']", "words.maybe: there is no such key"),
        ("[marks]\ntick = [1]", "marks.tick: a list of texts is expected"),
        ("[tree]\nname = '4.20'", "own.layout.toml: tree: write [[tree]] over the facts of each tree"),
        ("[[tree]]\nversion = '4.20'", "own.layout.toml: tree 1.name: a tree needs a name"),
        ("[[tree]]\nname = '4.20'\nversion = 4.2", "tree 1.version: a text is expected, not the number 4.2; 4.2 or 4.20? put it in quotes"),
        ("[[tree]]\nname = '4.20'\nurl = 'x'", "tree 1.url: there is no such key"),
        ("[run]\ncommand = 'rm'", "own.layout.toml: run: there is no such key"),
    ],
)  # fmt: skip
def test_a_wrong_layout_is_refused_with_file_key_and_reason(write: Write, text: str, message: str) -> None:
    with pytest.raises(SheetError) as refused:
        load_layout(write(text))
    assert message in str(refused.value)
    assert str(refused.value).startswith("own.layout.toml: ")
    assert "\n" not in str(refused.value)


def test_a_layout_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.toml"
    with pytest.raises(SheetError, match=r"l\.toml: No such file"):
        load_layout(path)
    path.write_bytes(b"\xff")
    with pytest.raises(SheetError, match=r"l\.toml: not UTF-8; that is not a layout file"):
        load_layout(path)
    path.write_bytes(b"a" * ((1 << 20) + 1))
    with pytest.raises(SheetError, match=r"l\.toml: more than 1,048,576 bytes"):
        load_layout(path)
    path.write_text("a = " + "[" * 100_000)
    with pytest.raises(SheetError, match=r"l\.toml: this is not TOML"):
        load_layout(path)


def test_the_default_layout_is_a_layout_file(write: Write) -> None:
    own = load_layout(write(DEFAULT.read_text(encoding="utf-8")))
    default = load_layout(None)
    assert own.vocabulary == default.vocabulary
    assert (own.trees, own.features, own.limits) == (default.trees, default.features, default.limits)


def test_no_module_contains_a_column_heading() -> None:
    data = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    listed = {h for part in ("trees", "features", "limits") for found in data[part]["columns"].values() for h in found}
    modules = {path: path.read_text(encoding="utf-8") for path in DEFAULT.parent.glob("*.py")}
    listed.remove("Status")  # which is the mark-up's word for a field as well
    assert len(listed) > 25
    for heading in listed:
        for path, text in modules.items():
            assert f'"{heading}"' not in text, f"{path.name} contains the heading {heading}"


def test_a_key_that_is_there_replaces_and_one_that_is_not_stays(write: Write) -> None:
    layout = load_layout(write("[features.columns]\nfeature = ['Thing', 'Notes']\n[synonyms]\nfine = 'Supported'\n"))
    found = read("Features\nSection | Thing | 4.20\nTools | xl | fine\n| xs | ✓ with caveats", layout)
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs: Supported, with caveats"]
    assert layout.features.columns["discussion"] == ("Discussion", "Comments", "Action")


def test_constants_stand_in_for_columns(write: Write) -> None:
    layout = load_layout(
        write("[features.constants]\nsection = 'All'\nsecurity = 'no'\nvariant = 'Arm'\nowner = 'Jan'\n")
    )
    found = read("Features\nFeature | 4.20\nxl | Supported\nxs | ?", layout)
    assert fields(found) == ["All/xl | Arm: Supported, not security supported"]
    assert [(q.owner, q.variant) for q in found.open_questions] == [("Jan", "Arm")]
    assert not said(found)


def test_headings_of_tree_columns(write: Write) -> None:
    layout = load_layout(write("[features.tree_columns]\n'This release' = '4.20'\n'Next' = '5.0'\n"))
    found = read("Features\nSection | Feature | This Release | Next\nTools | xl | Supported | Experimental", layout)
    assert fields(found) == ["Tools/xl: Supported"]
    assert said(found, severity="info") == [("unclaimed-column", "Features!D1", ())]


def test_a_header_row_that_is_named_is_not_looked_for(write: Write) -> None:
    text = "Features\nSection | Feature | 4.20\n\nArea | Item | 4.20\nTools | xl | Supported"
    assert fields(read(text, load_layout(write("[features]\nheader_row = 3\n")))) == ["Tools/xl: Supported"]
    missing = read(text, load_layout(write("[features]\nheader_row = 2\n")))
    assert [p.message for p in missing.problems if p.name == "missing-column"] == [
        'no column for the section; looked for "Section", "Category", "Area", the headings found are none; '
        "rename the column or name it in a layout file",
        'no column for the feature; looked for "Feature", "Item", "Name", the headings found are none; '
        "rename the column or name it in a layout file",
    ]


@pytest.mark.parametrize(
    ("sections", "row"),
    [("merged", "Tools {1x3}"), ("merged", "| Tools {1x2}"), ("alone", "Tools"), ("alone", "Tools | |")],
)
def test_section_rows(write: Write, sections: str, row: str) -> None:
    layout = load_layout(write(f"[features]\nsections = '{sections}'\n"))
    found = read(
        f"Features\nFeature | 4.20 | Caveats\n{row if '|' in row else row + ' |'}\nxl | Supported |\nxs | | ", layout
    )
    assert fields(found) == ["Tools/xl: Supported"]
    struck = read(
        "Features\nFeature | 4.20 | Caveats\n~~Tools~~ {1x3} |\nxl | Supported |",
        load_layout(write("[features]\nsections = 'merged'\n")),
    )
    assert fields(struck) == []


def test_deeper_headings_only_with_a_separator(write: Write) -> None:
    text = (
        "Features\nSection | Feature | 4.20\nGuests > x86 | PV > shim | Supported\n| PV | Deprecated\n"
        "| HVM | Supported\nGuests | Arm | Supported"
    )
    assert fields(read(text)) == [
        "Guests > x86/PV > shim: Supported",
        "Guests > x86/PV: Deprecated",
        "Guests > x86/HVM: Supported",
        "Guests/Arm: Supported",
    ]
    found = read(text, load_layout(write("[features]\nheading_separator = '>'\n")))
    assert fields(found) == [
        "Guests/Arm: Supported",
        "Guests/x86/PV: Deprecated",
        "Guests/x86/PV/shim: Supported",
        "Guests/x86/HVM: Supported",
    ]
    assert [len(section.sections) for section in found.sections] == [1]


TREES = "[[tree]]\nname = 'new'\nversion = '4.21-unstable'\n[[tree]]\nname = '4.20'\nversion = '4.20'\nrelease_notes = '-'\n"
TABS = (
    "[tabs]\nignore = ['Read me']\n[features]\ntrees_in = 'tabs'\nsections = 'merged'\n"
    "[features.columns]\nother_variants = ['Other']\n"
    "[features.tree_tabs]\n'Xen new' = 'new'\n'Xen 4.20' = '4.20'\n"
    "[features.variant_columns]\n'State' = ''\n'On Arm' = 'ARM'\n" + TREES
)


def by_tabs(text: str, layout: Layout) -> Categorisation:
    return categorise(Workbook("b", "xlsx", "", tuple(tabs(text))), layout)


def test_a_tab_a_tree_and_a_column_a_variant(write: Write) -> None:
    text = """
Read me
anything |
Xen 4.20
Item | State | On Arm | Other | Caveats
Tools {1x5} |
xl | Supported | ? | x86: Deprecated\\n- QEMU, raw: ✓ preview | Slow in 4.20.
old | Obsolete | | |
xs | - | Supported | -
Xen new
Item | State | On Arm | Other | Caveats
Tools {1x5} |
first | Experimental | |
xl | Supported | Supported | x86: Supported\\nRISC-V: ? | Slow.
"""
    found = by_tabs(text, load_layout(write(TABS)))
    assert [(tree.name, tree.release_notes) for tree in found.trees] == [
        ("new", "https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes"),
        ("4.20", None),
    ]
    assert not [p for p in found.problems if p.severity != "info"]
    assert fields(found, "new") == [
        "Tools/first: Experimental",
        "Tools/xl: Supported",
        "Tools/xl | ARM: Supported",
        "Tools/xl | x86: Supported",
    ]
    assert fields(found, "4.20") == [
        "Tools/xl: Supported",
        "Tools/xl | x86: Deprecated",
        "Tools/xl | QEMU, raw: Tech Preview",
        "Tools/old: Obsolete",
        "Tools/xs | ARM: Supported",
    ]
    xl = next(f for _, f in found.sections[0].walk() if f.name == "xl")
    assert {tree: lines(text) for tree, text in xl.caveats.items()} == {"new": ["Slow."], "4.20": ["Slow in 4.20."]}
    assert sorted((q.tree, q.variant, q.place) for q in found.open_questions) == [
        ("4.20", "ARM", "Xen 4.20!C3"),
        ("new", "RISC-V", "Xen new!D4"),
    ]


def test_tabs_that_each_list_a_part_give_one_order(write: Write) -> None:
    head = "Item | State\nTools {1x2} |\n"
    text = f"Xen new\n{head}a | Supported\nc | Supported\ne | Supported\nXen 4.20\n{head}a | Supported\nb | Supported\nc | Supported\nd | Supported"
    found = by_tabs(text, load_layout(write(TABS)))
    assert [f.name for _, f in found.sections[0].walk()] == ["a", "b", "c", "d", "e"]


def test_a_tab_that_is_not_there_touches_its_tree_only(write: Write) -> None:
    found = by_tabs("Xen new\nItem | State\nTools {1x2} |\na | Supported", load_layout(write(TABS)))
    assert said(found) == [("missing-tab", None, ("4.20",))]
    assert found.blocked() == {"4.20"}


def test_lines_of_other_variants_that_are_none(write: Write) -> None:
    text = "Xen new\nItem | Other\nTools {1x2} |\na | x86 Supported\\n: Supported\\nArm: Suported\\n? \\n\\nPPC:"
    found = by_tabs(text + "\nXen 4.20\nItem | State\nTools {1x2} |", load_layout(write(TABS)))
    assert said(found) == [
        ("other-variant-line", "Xen new!B3", ("new",)),
        ("other-variant-line", "Xen new!B3", ("new",)),
        ("unknown-status", "Xen new!B3", ("new",)),
    ]
    assert [q.words for q in found.open_questions] == ["?"]


def test_the_layout_beside_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    assert layout_beside(tmp_path / "a.b.xlsx") is None
    (tmp_path / "a.b.layout.toml").touch()
    (tmp_path / "csv.layout.toml").touch()
    assert layout_beside(tmp_path / "a.b.xlsx") == tmp_path / "a.b.layout.toml"
    assert layout_beside(tmp_path / "csv") == tmp_path / "csv.layout.toml"
    assert layout_beside(SAMPLES / "per-tree.xlsx") == SAMPLES / "per-tree.layout.toml"
    assert layout_beside(SAMPLES / "categorisation.xlsx") is None


def test_the_second_sample_by_its_layout() -> None:
    layout = load_layout(SAMPLES / "per-tree.layout.toml")
    found = categorise(open_workbook(SAMPLES / "per-tree.xlsx"), layout)
    assert not [p for p in found.problems if p.severity == "error"]
    assert [tree.name for tree in found.trees] == ["4.20", "4.19", "4.17"]
    for tree in ("4.20", "4.19", "4.17"):
        assert len(headings(found, tree)) > 20
        assert len(fields(found, tree)) > 50
    assert "Platforms/Interrupt controllers | GICv3, Arm32: Supported, not security supported" in fields(found)


# ---- any headings, any order, any row -------------------------------------------------------------------------------------
BASE = """
Trees
Tree | Branch | Xen-Version | Release-Notes | Supported-Until
4.20 | stable-4.20 | 4.20 | | 2028-03-05
4.17 | stable-4.17 | 4.17 | - | TBD
Features
Section | Feature | Variant | 4.20 | 4.17 | Description | Caveats | Caveats (4.17) | Security | Owner | Notes
Tools | xl | | Supported | Supported | The **tool**. | Slow.\\n- very | - | no | Jan | never
| | Arm | ? | Experimental | | | | | Ian
| xs {2x1} | x86 | Tech Preview {1x2} | | | | | |
| | x86/shim | ✓ deprecated | Obsolete | | Old.
Guests | | | text | | All of them. | | | |
| HVM | | Supported up to 12 TiB | | | | | yes
Limits
Section | Limit | Variant | Unit | 4.20 | 4.17 | Tested | Tested (4.17) | Security
Guests | CPUs | x86 | | #4096 | 512 | 128 | 64 | 256
"""
ROLES = {  # `!`: the column before, for 4.17
    "Trees": "tree branch version release_notes supported_until",
    "Features": "section feature variant 4.20 4.17 description caveats caveats! security owner discussion",
    "Limits": "section feature variant unit 4.20 4.17 tested tested! security",
}


def quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False)


@st.composite
def reshaped(draw: st.DrawFn) -> tuple[Workbook, str]:
    """The base workbook with other titles, headings, order and header row, and the layout that says so."""
    alphabet = st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="(),*:\\'\"…")
    names = st.lists(
        st.text(alphabet, min_size=1, max_size=8).filter(lambda t: fold_heading(t) not in ("", "4.20", "4.17")),
        min_size=32,
        max_size=32,
        unique_by=lambda t: fold_heading(t).removesuffix(":"),
    )
    fresh = iter(draw(names))
    parts: dict[str, list[str]] = {"tabs": []}
    shaped = []
    for tab in book(BASE).tabs:
        part = tab.title.lower()
        title, above = next(fresh), draw(st.integers(0, 3))
        parts["tabs"].append(f"{part} = [{quoted(title)}]")
        headings: list[str] = []
        columns, trees = [f"[{part}.columns]"], [f"[{part}.tree_columns]"]
        chosen: dict[str, str] = {}
        for role in ROLES[tab.title].split():
            if role.endswith("!"):
                headings.append(f"{chosen[role[:-1]]} (4.17)")
                continue
            chosen[role] = next(fresh)
            headings.append(chosen[role])
            if role in ("4.20", "4.17"):
                trees.append(f"{quoted(chosen[role])} = {quoted(role)}")
            else:
                columns.append(f"{role} = [{quoted(chosen[role])}]")
        order = draw(st.permutations(range(len(headings)))) if part != "features" else shuffled(draw, headings)
        rows = [Row(n + 1, (Cell((Run("Title"),)),)) for n in range(above)]
        rows.append(Row(above + 1, tuple(Cell((Run(headings[n]),)) for n in order)))
        for row in tab.rows[1:]:
            cells = (*row.cells, *[None] * (len(headings) - len(row.cells)))
            rows.append(Row(row.number + above, tuple(cells[n] for n in order)))
        shaped.append(Tab(title, tuple(rows)))
        row_of = above + 1 if draw(st.booleans()) else 0
        parts[part] = [f"[{part}]", f"header_row = {row_of}", *columns, *(trees if part != "trees" else [])]
    text = "\n".join(["[tabs]", *parts["tabs"], *parts["trees"], *parts["features"], *parts["limits"]])
    return Workbook("third.xlsx", "xlsx", "1" * 64, tuple(draw(st.permutations(shaped)))), text


def shuffled(draw: st.DrawFn, headings: list[str]) -> list[int]:
    """Any order in which the two tree columns stand together, since a cell is merged over them."""
    order = list(draw(st.permutations([n for n in range(len(headings)) if n != 4])))
    order.insert(order.index(3) + 1, 4)
    return order


@given(reshaped())
@settings(
    max_examples=many(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_workbook_of_any_shape_says_the_same_by_its_layout_alone(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[Workbook, str]
) -> None:
    workbook, text = shape
    path = tmp_path_factory.mktemp("layout") / "third.layout.toml"
    path.write_text(text, encoding="utf-8")
    expected = read(BASE)
    found = categorise(workbook, load_layout(path))
    assert not [p for p in expected.problems if p.severity != "info"]
    assert found == expected
    assert [(p.code, p.trees) for p in found.problems] == [(p.code, p.trees) for p in expected.problems]


def test_the_base_of_the_property_says_something() -> None:
    found = read(BASE)
    assert fields(found, "4.20") == [
        "Tools/xl: Supported, not security supported",
        "Tools/xs | x86: Tech Preview",
        "Tools/xs | x86/shim: Deprecated",
        "Guests/HVM: Supported up to 12 TiB",
        "Guests/CPUs | x86: Supported up to 4096",
        "Guests/CPUs | x86, regularly tested: Up to 128",
        "Guests/CPUs | x86, security supported: Up to 256",
    ]
    assert fields(found, "4.17") == [
        "Tools/xl: Supported, not security supported",
        "Tools/xl | Arm: Experimental",
        "Tools/xs | x86: Tech Preview",
        "Tools/xs | x86/shim: Obsolete",
        "Guests/CPUs | x86: Supported up to 512",
        "Guests/CPUs | x86, regularly tested: Up to 64",
        "Guests/CPUs | x86, security supported: Up to 256",
    ]
    assert [(q.tree, q.variant, q.owner) for q in found.open_questions] == [("4.20", "Arm", "Ian")]
    assert cell("x") == Cell((Run("x"),))

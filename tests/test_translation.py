"""Any text in the cells: the draft has exactly the model's rows, and real pandoc gives the cells' words back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convert.draft.translate import translate
from convert.draft.validate import differences
from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation, Prose, fields_of
from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import BulletList, Paragraph
from grammar.printer import LEAD_IN
from grammar.tidy import tidy_blocks
from tests.grammar.strategies import hostile_text
from tests.helpers import pandoc, xen
from tests.helpers.effort import many

TREES = Tab(
    "Trees",
    tuple(
        Row(n + 1, tuple(Cell((Run(t),)) for t in row))
        for n, row in enumerate([["Tree", "Xen-Version"], ["4.20", "4.20"]])
    ),
)
HEADS = ("Section", "Feature", "Variant", "Description", "4.20", "Caveats")
STATUSES = (
    "Supported",
    "Tech Preview",
    "Obsolete",
    "Supported up to 12 TiB",
    "Supported, with caveats",
    "-",
    "text",
    "?",
)


@st.composite
def runs(draw: st.DrawFn, lines: int) -> tuple[Run, ...]:
    """A cell's runs: hostile lines, some bold, italic, struck or linked; the characters of lists at line starts."""
    out: list[Run] = []
    for n in range(draw(st.integers(1, lines))):
        lead = draw(st.sampled_from(["", "", "- ", "* ", "• ", "  - ", "1. ", "\n"])) if lines > 1 else ""
        text = ("\n" if n else "") + lead + draw(hostile_text(max_size=20)).replace("\n", " ")
        link = draw(st.sampled_from([None, None, None, "https://example.org/a_b(c)"]))
        out.append(
            Run(
                text,
                draw(st.booleans()) and lines > 1,
                draw(st.booleans()) and lines > 1,
                draw(st.integers(0, 9)) == 9,
                link if lines > 1 else None,
            )
        )
    return tuple(out)


@st.composite
def workbooks(draw: st.DrawFn) -> Workbook:
    rows = [Row(1, tuple(Cell((Run(head),)) for head in HEADS))]
    for n in range(draw(st.integers(1, 4))):
        name = draw(st.one_of(runs(1), st.just((Run(f"Feature {n}"),))))
        cells = (
            (Run("Section"),) if n == 0 else draw(st.one_of(st.just(()), runs(1))), name, draw(st.one_of(st.just(()), runs(1))),
            draw(runs(3)), (Run(draw(st.sampled_from(STATUSES))),), draw(st.one_of(st.just(()), runs(3))),
        )  # fmt: skip
        rows.append(Row(n + 2, tuple(Cell(cell) if any(run.text for run in cell) else None for cell in cells)))
    return Workbook("hostile.xlsx", "xlsx", "0" * 64, (TREES, Tab("Features", tuple(rows))))


def words(prose: Prose) -> str:
    """The words of prose, blocks apart by a blank."""
    out = []
    for block in tidy_blocks(prose):  # a link without words shows its address, for example
        if isinstance(block, Paragraph):
            out.append(plain(block.inlines))
        elif isinstance(block, BulletList):
            out += [words(item) for item in block.items]
    return " ".join(out)


def expected(model: Categorisation) -> tuple[list[tuple[str, str]], str]:
    """The model's (qualifier, value) of every row in order, and all words under `Feature Support`."""
    rows: list[tuple[str, str]] = []
    said: list[str] = []
    for section in model.sections:
        if "4.20" not in section.trees:
            continue
        said.append(section.title)
        for path, feature in section.walk():
            if "4.20" not in feature.trees:
                continue
            if feature.name is not None:
                said.append(path[-1])
            stated = fields_of(feature, "4.20")
            rows += [(qualifier or "", value) for qualifier, value, *_ in stated]
            caveats = feature.caveats.get("4.20", ())
            lead = LEAD_IN if stated and caveats and isinstance(caveats[0], BulletList) else ""
            said += [words(feature.description.get("4.20", ())), lead, words(caveats)]
    return rows, fold(" ".join(said))


def text_of(value: Any) -> str:
    """All words of a pandoc tree, without its literals."""
    if isinstance(value, list):
        return "".join(text_of(item) for item in value)
    if not isinstance(value, dict) or value.get("t") == "CodeBlock":
        return ""
    kind = value["t"]
    content: Any = value.get("c")
    if kind in ("Link",):
        return text_of(content[1])
    if kind == "Str":
        return str(content)
    if kind == "Quoted":
        mark = '"' if content[0]["t"] == "DoubleQuote" else "'"
        return mark + text_of(content[1]) + mark
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    inner = text_of(content[2] if kind == "Header" else content)
    return f" {inner} " if kind in ("Para", "Plain", "Header") else inner


@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
@given(st.lists(workbooks(), min_size=2, max_size=2))
@settings(
    max_examples=many(30),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_any_cells(books: list[Workbook]) -> None:
    drafts = []
    for book in books:
        model = categorise(book, load_layout(None))
        if model.blocked():  # two variants of one key, for example
            continue
        draft = translate(model, model.trees[0])
        assert differences(draft) == []
        drafts.append((model, draft))
    trees = pandoc.read([draft.text.encode() for _, draft in drafts])
    read = xen.read_all([draft.text.encode() for _, draft in drafts])
    for (model, draft), tree, rows in zip(drafts, trees, read, strict=True):
        assert not isinstance(tree, pandoc.PandocError) and not isinstance(rows, Exception), draft.text
        wanted, said = expected(model)
        features = [row for row in rows if row["path"][0] == "Feature Support"]
        assert [row["status"] for row in features] == [value for _, value in wanted]
        assert [row["path"][-1] for row in features if row["key"] != row["anchor"]] == [q for q, _ in wanted if q]
        blocks = tree["blocks"]
        start = next(n for n, b in enumerate(blocks) if b["t"] == "Header" and b["c"][1][0] == "feature-support")
        end = next(n for n, b in enumerate(blocks) if b["t"] == "Header" and b["c"][0] == 1 and n > start)
        assert fold(text_of(blocks[start + 1 : end])).split() == said.split()

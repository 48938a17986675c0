"""The tables of an import as an .xlsx in the default layout, laid out as a person would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from convert.failure import counted
from convert.importing.cells import flat, runs_of, whole_link
from convert.importing.tables import Heading, LimitRow, Tables
from convert.output.terminal import clean
from convert.output.xlsx import reproducible
from convert.sheet.cells import Run
from convert.sheet.layout import default_layout
from convert.sheet.model import Prose
from grammar.fold import fold
from grammar.labels import LABELS

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TREES = (
    "Tree", "Branch", "Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until", "Release-Notes",
)  # fmt: skip
_LONGEST = 32767  # characters that a cell of an .xlsx can hold
_WIDTHS = {"Section": 22, "Feature": 32, "Limit": 32, "Variant": 26, "Description": 52, "Caveats": 52, "Unit": 8}
_LABELS_TAB = "Labels"
_BELOW = ("tested", "security")  # the parts of a limit below its maximum
_PLACES = 12  # of an own word that are listed
_LINE, _HIGHEST = 15.0, 409.0  # points: a line of text, and the highest row that programs take
_MEANINGS = {
    "yes": "yes",
    "no": "no",
    "external": "by another project",
    "caveats": "with conditions",
    "limited": "in part",
    "unstated": "",
}
_Shared = tuple[tuple[Run, ...], dict[str, tuple[Run, ...]]]


def lost_links(tables: Tables) -> list[tuple[str, str]]:
    """The links whose address no cell can hold: (feature, address)."""
    out: dict[tuple[str, str], None] = {}
    for heading in tables.headings:
        for by_tree in (heading.description, heading.caveats):
            for prose in by_tree.values():
                runs = runs_of(prose)
                for run in runs:
                    if run.link and whole_link(runs) is None and run.link != run.text:
                        out[f"{heading.section} / {heading.name or ''}".rstrip(" /"), run.link] = None
    return list(out)


def write(tables: Tables, day: date) -> bytes:
    """The workbook's bytes, made and saved on a day.  ValueError with the feature's name for a text that is too long
    for a cell.
    """
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    _trees(book, tables)
    own = tables.words(default_layout().vocabulary)
    _features(book, tables, len(LABELS) + 2 + len(own))
    if any(heading.limits for heading in tables.headings):
        _limits(book, tables)
    _labels(book, own)
    out = BytesIO()
    book.save(out)
    return reproducible(out.getvalue(), day)


def _trees(book: Workbook, tables: Tables) -> None:
    discussed = any(tree.discussion for tree in tables.trees)
    sheet = _sheet(book, "Trees", (*TREES, "Discussion") if discussed else TREES, "B2")
    for number, tree in enumerate(tables.trees, 2):
        facts = (
            tree.name,
            tree.branch,
            tree.version,
            tree.initial_release,
            tree.supported_until,
            tree.security_support_until,
            tree.release_notes,
            tree.discussion,
        )
        for column, text in enumerate(facts, 1):
            _put(sheet, number, column, text)


def summary(tables: Tables, output: Path) -> str:
    """How much a workbook holds, for people."""
    rows = sum(len(heading.rows) for heading in tables.headings)
    limits = sum(len(heading.limits) for heading in tables.headings)
    features = sum(heading.name is not None for heading in tables.headings)
    return (
        f"{clean(str(output))}: {counted(len(tables.trees), 'tree')}, {counted(features, 'feature')},"
        f" {counted(rows, 'row')}, {counted(limits, 'limit')}"
    )


def common(by_tree: Mapping[str, Prose]) -> _Shared:
    """The text that most trees share, and the others' own; `-` for one that has none."""
    texts = {tree: runs_of(prose) for tree, prose in by_tree.items()}
    often = Counter(runs for runs in texts.values() if runs)
    shared = often.most_common(1)[0][0] if often else ()
    return shared, {tree: runs or (Run("-"),) for tree, runs in texts.items() if runs != shared}


def _groups(found: Sequence[Mapping[str, object]], trees: Sequence[str]) -> list[tuple[str, ...]]:
    """Trees that have the same text of their own wherever one has, for one column each."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for tree in trees:
        own = tuple(texts.get(tree) for texts in found)
        if any(text is not None for text in own):
            groups.setdefault(own, []).append(tree)
    return [tuple(group) for group in groups.values()]


class _Rows:
    """The rows of a tab while they are written: where the next one is, and the section that is merged down to it."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet, self.next, self.top = sheet, 2, 2
        self.section: str | None = None

    def begin(self, section: str) -> None:
        """Begin with the rows of a section, unless they go on."""
        if section != self.section:
            self.close()
            self.section, self.top = section, self.next
            _put(self.sheet, self.next, 1, section)

    def close(self) -> None:
        """Merge the name of the section over its rows."""
        _merge(self.sheet, self.top, self.next - 1, 1)


def _features(book: Workbook, tables: Tables, words: int) -> None:
    """The Features tab: section and feature in merged cells, prose merged over a feature's rows; `words` are
    offered.
    """
    trees = [tree.name for tree in tables.trees]
    shown = [heading for heading in tables.headings if heading.rows]
    prose: dict[str, list[_Shared]] = {
        role: [common(getattr(heading, role)) for heading in shown] for role in ("description", "caveats")
    }
    overrides = [
        (role.capitalize(), group)
        for role, texts in prose.items()
        for group in _groups([own for _, own in texts], trees)
    ]
    heads = ["Section", "Feature", "Variant", "Description", *trees, "Caveats"]
    heads += [f"{role} ({', '.join(group)})" for role, group in overrides] + ["Owner", "Discussion"]
    rows = _Rows(_sheet(book, "Features", heads, "D2"))
    for n, heading in enumerate(shown):
        texts = {4: prose["description"][n][0], 5 + len(trees): prose["caveats"][n][0]}
        for column, (role, group) in enumerate(overrides, 6 + len(trees)):
            texts[column] = prose[role.lower()][n][1].get(group[0], ())
        _feature(rows, heading, trees, texts, len(heads))
    rows.close()
    _drop_down(rows.sheet, 5, 4 + len(trees), rows.next - 1, words)


def _feature(
    rows: _Rows, heading: Heading, trees: Sequence[str], texts: Mapping[int, tuple[Run, ...]], width: int
) -> None:
    """The rows of one feature; `texts` by column, `width` is the last column."""
    from openpyxl.styles import Font

    sheet, first = rows.sheet, rows.next
    rows.begin(heading.section)
    name = _put(sheet, first, 2, heading.name)
    if heading.withdrawn:
        name.font = Font(strike=True)
    for line in heading.rows:
        _put(sheet, rows.next, 3, line.variant)
        for column, tree in enumerate(trees, 5):
            _put(sheet, rows.next, column, line.cells.get(tree))
        _put(sheet, rows.next, width, line.discussion)
        rows.next += 1
    for column, runs in texts.items():
        _put_runs(sheet, first, column, runs, heading)
        if runs:
            _merge(sheet, first, rows.next - 1, column)
    if heading.name is not None:
        _merge(sheet, first, rows.next - 1, 2)
    _heighten(sheet, first, rows.next - 1, texts.values())


def _limits(book: Workbook, tables: Tables) -> None:
    """The Limits tab; figures are numbers where they are nothing more."""
    trees = [tree.name for tree in tables.trees]
    shown = [heading for heading in tables.headings if heading.limits]
    lines = [line for heading in shown for line in heading.limits]
    below = {role: [_shared(getattr(line, role), line) for line in lines] for role in _BELOW}
    caveats: list[_Shared] = [
        ((), {}) if heading.rows else common(heading.caveats) for heading in shown
    ]  # else in Features
    own: dict[str, list[Mapping[str, object]]] = {role: [texts for _, texts in found] for role, found in below.items()}
    own["caveats"] = [texts for _, texts in caveats]
    overrides = [(role, group) for role, found in own.items() for group in _groups(found, trees)]
    heads = ["Section", "Limit", "Variant", "Unit", *trees, "Tested", "Security", "Caveats"]
    heads += [f"{role.capitalize()} ({', '.join(group)})" for role, group in overrides] + ["Owner", "Discussion"]
    rows = _Rows(_sheet(book, "Limits", heads, "D2"))
    number = 0
    for heading, said in zip(shown, caveats, strict=True):
        first = rows.next
        rows.begin(heading.section)
        _put(rows.sheet, first, 2, heading.name)
        _limit_caveats(rows, heading, said, overrides, len(trees))
        for line in heading.limits:
            parts = {role: below[role][number] for role in _BELOW}
            _limit(rows, line, trees, _figures(parts, overrides, len(trees)), len(heads))
            number += 1
        if heading.name is not None:
            _merge(rows.sheet, first, rows.next - 1, 2)
    rows.close()


def _limit_caveats(
    rows: _Rows, heading: Heading, said: _Shared, overrides: Sequence[tuple[str, tuple[str, ...]]], trees: int
) -> None:
    """The caveats of a heading that has limits only, in its first row."""
    _put_runs(rows.sheet, rows.next, 7 + trees, said[0], heading)
    for column, (role, group) in enumerate(overrides, 8 + trees):
        if role == "caveats":
            _put_runs(rows.sheet, rows.next, column, said[1].get(group[0], ()), heading)


def _figures(
    parts: Mapping[str, tuple[str | None, dict[str, str]]], overrides: Sequence[tuple[str, tuple[str, ...]]], trees: int
) -> dict[int, str | None]:
    """What is tested and where security support ends, by column: the common figures, and those of single trees."""
    found = {column: parts[role][0] for column, role in enumerate(_BELOW, 5 + trees)}
    for column, (role, group) in enumerate(overrides, 8 + trees):
        if role in parts:
            found[column] = parts[role][1].get(group[0])
    return found


def _limit(rows: _Rows, line: LimitRow, trees: Sequence[str], figures: Mapping[int, str | None], width: int) -> None:
    """One row of the Limits tab; `width` is the last column."""
    sheet, row = rows.sheet, rows.next
    _put(sheet, row, 3, line.variant)
    _put(sheet, row, 4, line.unit)
    for column, tree in enumerate(trees, 5):
        _figure(sheet, row, column, line.maximum.get(tree))
    for column, text in figures.items():
        _figure(sheet, row, column, text)
    _put(sheet, row, width, line.discussion)
    rows.next += 1


def _shared(figures: Mapping[str, str], line: LimitRow) -> tuple[str | None, dict[str, str]]:
    """The figure that most trees of a limit share, and the others' own; `-` for one that has none."""
    counted = Counter(figures.values())
    shared = counted.most_common(1)[0][0] if counted else None
    return shared, {t: figures.get(t, "-") for t in line.maximum if figures.get(t) != shared}


def _labels(book: Workbook, own: Mapping[str, Sequence[str]]) -> None:
    """The words that the drop-downs of the status columns offer, and what they mean for security support.

    `own` are the statuses of the files that are none of the labels, with their places; listed here they are no unknown
    words.
    """
    sheet = _sheet(book, _LABELS_TAB, ("Status", "Security support", "Found in the files at"), "A2")
    words = [(label.name, _MEANINGS[label.security], "") for label in LABELS]
    words += [("text", "only the text is in that tree, without a status", ""), ("?", "undecided", "")]
    words += [
        (word, "not stated: not one of the labels; replace it by one where you can", _listed(own[word])) for word in own
    ]
    for number, cells in enumerate(words, 2):
        for column, text in enumerate(cells, 1):
            _put(sheet, number, column, text)
    for letter, width in (("A", 40), ("B", 48), ("C", 60)):
        sheet.column_dimensions[letter].width = width


def _listed(places: Sequence[str]) -> str:
    more = len(places) - _PLACES
    return "; ".join(places[:_PLACES]) + (f"; and {more} more" if more > 0 else "")


def _sheet(book: Workbook, title: str, heads: Sequence[str], frozen: str) -> Worksheet:
    """A tab with its heading row, which stays in view."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(title)
    for column, head in enumerate(heads, 1):
        cell = _put(sheet, 1, column, head)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E79")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        width = _WIDTHS.get(head.partition(" (")[0], 22)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = frozen
    return sheet


def _at(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell of a row and a column, from 1, which no merge covers yet."""
    from openpyxl.cell.cell import Cell

    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{sheet.title}: row {row}, column {column} is covered by a merge")
    return cell


def _put(sheet: Worksheet, row: int, column: int, text: str | None) -> Cell:
    """Write a text, never a formula or a number, into a cell; the cell."""
    from openpyxl.styles import Alignment

    cell = _at(sheet, row, column)
    words = flat(fold(text or ""))
    if words:
        cell.value = words
        cell.data_type = "s"  # `=1+1` is text too
        cell.number_format = "@"
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _figure(sheet: Worksheet, row: int, column: int, text: str | None) -> None:
    """Write a limit's figure: a number where it is one, so that the sheet can calculate with it."""
    cell = _put(sheet, row, column, text)
    if text is not None and text.isascii() and text.isdigit() and len(text) <= 15 and text == str(int(text)):
        cell.value, cell.number_format = int(text), "0"


def _put_runs(sheet: Worksheet, row: int, column: int, runs: Sequence[Run], heading: Heading) -> None:
    """Write prose with its emphasis, and its link where the whole of it is one."""
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.styles import Alignment, Font

    words = "".join(run.text for run in runs)
    if not words:
        return
    if len(words) > _LONGEST:
        name = f"{heading.section} / {heading.name or ''}".rstrip(" /")
        raise ValueError(f"{name}: a text of {len(words)} characters; a cell holds {_LONGEST}")
    cell = _at(sheet, row, column)
    if any(run.bold or run.italic for run in runs):
        cell.value = CellRichText(
            *(
                TextBlock(InlineFont(b=run.bold, i=run.italic), run.text) if run.bold or run.italic else run.text
                for run in runs
                if run.text
            )
        )
    else:
        cell.value = words
        cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    link = whole_link(runs)
    if link is not None:
        cell.hyperlink = link
        cell.font = Font(color="0563C1", underline="single")


def _merge(sheet: Worksheet, first: int, last: int, column: int) -> None:
    """Merge a column's cells of several rows."""
    if last > first:
        sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)


def _heighten(sheet: Worksheet, first: int, last: int, texts: Iterable[tuple[Run, ...]]) -> None:
    """Make several rows high enough for the texts merged over them; programs fit single rows to their texts by
    themselves.
    """
    words = ["".join(run.text for run in runs) for runs in texts]
    lines = max(sum(len(line) // _WIDTHS["Caveats"] + 1 for line in text.split("\n")) for text in words)
    if last > first and lines > last - first + 1:
        for row in range(first, last + 1):
            sheet.row_dimensions[row].height = min(_LINE * lines / (last - first + 1), _HIGHEST)


def _drop_down(sheet: Worksheet, first: int, last: int, rows: int, words: int) -> None:
    """Offer the words of the Labels tab in the status cells; others stay possible."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if rows < 2 or last < first:
        return
    offer = DataValidation(
        type="list", formula1=f"{_LABELS_TAB}!$A$2:$A${words + 1}", allow_blank=True, showErrorMessage=False
    )
    offer.add(f"{get_column_letter(first)}2:{get_column_letter(last)}{rows}")
    sheet.add_data_validation(offer)

"""Layouts: which tab and which column of a workbook has which role.

The default layout is `default-layout.toml`, which also explains the keys; a layout file says what differs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from convert.sheet.statuses import Vocabulary

DEFAULT = Path(__file__).with_name("default-layout.toml")

TABLES = ("trees", "features", "limits", "labels")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "trees": ("tree", "version"),
    "features": ("section", "feature"),
    "limits": ("section", "feature"),
    "labels": (),
}
"""The roles that must have a column; a constant or section rows stand in for `section`."""
OVERRIDABLE: Mapping[str, frozenset[str]] = {
    "trees": frozenset(),
    "features": frozenset({"description", "caveats", "other_variants"}),
    "limits": frozenset({"tested", "security", "caveats"}),
    "labels": frozenset(),
}
"""The roles that may be headed `Role (TREE, ...)`."""
BY_ROW = ("tree", "status")
"""The roles of the features that count only where a row is for the tree that one of its cells names."""
UNPUBLISHED = "discussion"
"""The role of the columns that are never read; any number of them may have it."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How the tabs of one role look.

    `tabs`: titles; `header_rows`: none to find them; `first_row`: rows above it are not read; `columns`: headings by
    role, or `@C` for a column by its letter; `constants`: text by role; `tree_columns`: trees by heading; `keep`,
    `drop`: by heading the values of the rows that are read only, or not.
    """

    tabs: tuple[str, ...]
    header_rows: tuple[int, ...]
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    tree_columns: Mapping[str, str]
    first_row: int = 1
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drop: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """A tree of the layout file: its facts by the roles of the Trees tab's columns, and its place for messages."""

    facts: Mapping[str, str]
    place: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole layout; see `default-layout.toml` for what each part means.  `name` is for messages.

    `footnotes`: the texts of marks behind statuses, which are looked for below the table too; None: such marks are not
    read.
    """

    name: str
    trees: TableLayout
    features: TableLayout
    limits: TableLayout
    labels: TableLayout
    ignore: tuple[str, ...]
    trees_in: Literal["columns", "tabs", "rows"]
    tree_tabs: Mapping[str, str]
    variant_columns: Mapping[str, str]
    sections: Literal["column", "merged", "alone", "no-status"]
    heading_separator: str | None
    vocabulary: Vocabulary
    facts: tuple[TreeFacts, ...]
    wrapped: bool = False
    footnotes: Mapping[str, str] | None = None

    @property
    def tab_a_tree(self) -> bool:
        """Whether each tree has a tab of its own."""
        return self.trees_in == "tabs"

    def split(self, name: str) -> tuple[str, ...]:
        """The headings that a Section or Feature name stands for: one, or several around the separator."""
        if self.heading_separator is None:
            return (name,)
        parts = tuple(part.strip() for part in name.split(self.heading_separator))
        return tuple(part for part in parts if part) or (name,)


def load_layout(path: Path | None) -> Layout:
    """The layout of a file on top of the default one; None is the default layout.

    SheetError with file, key and reason for what is no layout.
    """
    from convert.sheet.layout_file import read_layout

    return default_layout() if path is None else read_layout(DEFAULT, path)


@cache
def default_layout() -> Layout:
    """The default layout."""
    from convert.sheet.layout_file import read_layout

    return read_layout(DEFAULT)


def layout_beside(workbook: Path) -> Path | None:
    """The layout file of a workbook: `NAME.layout.toml` beside `NAME.xlsx` (`NAME.csv` ...) or a folder `NAME`; None
    without one.
    """
    workbook = workbook.resolve()
    stem = workbook.name if workbook.is_dir() else workbook.stem
    beside = workbook.with_name(f"{stem}.layout.toml")
    return beside if beside.is_file() else None

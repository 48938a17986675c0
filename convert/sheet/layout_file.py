"""Layout files: TOML -> Layout, each wrong key or value named with its file and a reason.

A layout holds words and names only: nothing in it is ever run or fetched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast

from convert.sheet.cell_text import fold_heading, one_line
from convert.sheet.cells import SheetError
from convert.sheet.layout import TABLES, Layout, TableLayout, TreeFacts
from convert.sheet.statuses import vocabulary

_MAX = 1 << 20  # bytes of a layout file
_MAX_ROW = 100_000
_MAX_HEADS = 3
_CONSTANTS = {
    "features": ("section", "variant", "security", "owner"),
    "limits": ("section", "variant", "unit", "owner"),
}
_TREE_KEYS = (
    "branch", "version", "initial_release", "supported_until", "security_support_until", "release_notes",
)  # fmt: skip
_SECTIONS = ("column", "merged", "alone", "no-status")
_TREES_IN = ("columns", "tabs", "rows")
_WORDS = ("nothing", "text", "list", "yes", "no", "external")
_MARKS = ("tick", "half", "cross")
_REMOVED = "!"  # before a word of [words] or [marks]: the default has it, this layout has not
Raw = Mapping[str, Any]


def read_layout(default: Path, path: Path | None = None) -> Layout:
    """The layout of a file on top of the default one.  SheetError with file, key and reason."""
    base = _Part(_toml(default), default.name, "")
    own = _Part(_toml(path), one_line(path.name), "") if path else _Part({}, default.name, "")
    own.check_keys((*base.data, "tree", "footnotes"))
    tables = {name: _table(name, base, own) for name in TABLES}
    features = _Both(base.part("features"), own.part("features"))
    tabs = _Both(base.part("tabs"), own.part("tabs"))
    own.part("tabs").check_keys(base.part("tabs").data)
    words, marks = _Both(base.part("words"), own.part("words")), _Both(base.part("marks"), own.part("marks"))
    synonyms = base.part("synonyms").strings() | own.part("synonyms").strings()
    try:
        spoken = vocabulary(
            synonyms,
            {kind: words.more(kind) for kind in _WORDS},
            words.more("undecided"),
            {kind: marks.more(kind) for kind in _MARKS},
        )
    except ValueError as error:
        raise own.error("synonyms", str(error)) from error
    words.own.check_keys(base.part("words").data)
    marks.own.check_keys(base.part("marks").data)
    separator = features.text("heading_separator")
    return Layout(
        own.file,
        tables["trees"],
        tables["features"],
        tables["limits"],
        tables["labels"],
        tabs.texts("ignore"),
        cast(Literal["columns", "tabs", "rows"], features.choice("trees_in", _TREES_IN)),
        features.part("tree_tabs"),
        features.part("variant_columns", blank=True),
        cast(Literal["column", "merged", "alone", "no-status"], features.choice("sections", _SECTIONS)),
        separator or None,
        spoken,
        _facts(own),
        features.truth("wrapped"),
        own.part("footnotes").strings() if features.truth("footnotes") or own.part("footnotes").data else None,
    )


class _Part:
    """One table of a file, and its name for messages."""

    def __init__(self, data: Raw, file: str, key: str) -> None:
        self.data, self.file, self.key = data, file, key

    def error(self, key: str, why: str) -> SheetError:
        name = f"{self.key}.{key}" if self.key else key
        return SheetError(f"{self.file}: {one_line(name)}: {why}")

    def check_keys(self, known: Iterable[str]) -> None:
        """SheetError for a key that is not known, with the one that it most resembles."""
        names = list(known)
        for key in self.data:
            if key not in names:
                near = get_close_matches(key, names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(names)}"
                raise self.error(key, f"there is no such key; {hint}")

    def part(self, key: str) -> _Part:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "a table is expected")
        return _Part(value, self.file, f"{self.key}.{key}" if self.key else key)

    def text(self, key: str) -> str:
        value = self.data[key]
        if isinstance(value, float):
            raise self.error(key, f"a text is expected, not the number {value}; {value} or {value}0? put it in quotes")
        if not isinstance(value, str):
            raise self.error(key, f"a text is expected; put it in quotes: {_shown(value)}")
        return value.strip() if value.strip() else value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data[key]
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(key, f'a list of texts is expected, such as ["this", "that"]: {_shown(value)}')
        return tuple(item.strip() for item in value)

    def number(self, key: str) -> int:
        value = self.data[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_ROW:
            raise self.error(key, f"a whole number is expected, 0 to {_MAX_ROW}: {_shown(value)}")
        return value

    def rows(self, key: str) -> tuple[int, ...]:
        """The rows of the headings: one, or several one below the other; none: they are looked for."""
        value = self.data[key]
        if not isinstance(value, list):
            return (self.number(key),) if self.number(key) else ()
        numbers = [number for number in value if isinstance(number, int) and not isinstance(number, bool)]
        first = numbers[0] if numbers else 1
        if numbers != value or numbers != list(range(first, first + len(value))) or not 1 <= first <= _MAX_ROW:
            raise self.error(key, f"neighbouring rows are expected, such as [2, 3]: {_shown(value)}")
        if len(numbers) > _MAX_HEADS:
            raise self.error(key, f"at most {_MAX_HEADS} rows of headings are read: {_shown(value)}")
        return tuple(numbers)

    def truth(self, key: str) -> bool:
        value = self.data[key]
        if not isinstance(value, bool):
            raise self.error(key, f"true or false is expected: {_shown(value)}")
        return value

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The whole table, whose keys are free, as lists of texts."""
        return {key: self.texts(key) for key in self.data}

    def strings(self, *, blank: bool = False) -> dict[str, str]:
        """The whole table, whose keys are free, as texts; `blank` ones only where they are allowed."""
        texts = {key: self.text(key).strip() for key in self.data}
        for key, text in texts.items():
            if not key.strip() or not (text or blank):
                raise self.error(key, "neither side may be blank")
        return texts


class _Both:
    """A table of the default layout and the same of the file, which comes first."""

    def __init__(self, base: _Part, own: _Part) -> None:
        self.base, self.own = base, own

    def _of(self, key: str) -> _Part:
        return self.own if key in self.own.data else self.base

    def text(self, key: str) -> str:
        return self._of(key).text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        return self._of(key).texts(key)

    def number(self, key: str) -> int:
        return self._of(key).number(key)

    def rows(self, key: str) -> tuple[int, ...]:
        return self._of(key).rows(key)

    def truth(self, key: str) -> bool:
        return self._of(key).truth(key)

    def more(self, key: str) -> tuple[str, ...]:
        """The words of both; one that the file has behind `!` is taken away."""
        own = self.own.texts(key) if key in self.own.data else ()
        gone = {
            word.removeprefix(_REMOVED).strip().casefold()
            for word in own
            if word.startswith(_REMOVED) and len(word) > 1
        }
        base = self.base.texts(key)
        unknown = gone - {word.casefold() for word in base}
        if unknown:
            raise self.own.error(key, f"{_shown(min(unknown))} is not there by default, so nothing is taken away")
        added = [word for word in own if not word.startswith(_REMOVED) or len(word) == 1]
        return tuple(dict.fromkeys((*(word for word in base if word.casefold() not in gone), *added)))

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.own.error(key, f"{_shown(value)} is not one of {', '.join(choices)}")
        return value

    def part(self, key: str, *, blank: bool = False) -> dict[str, str]:
        return self.base.part(key).strings(blank=blank) | self.own.part(key).strings(blank=blank)


def _table(name: str, base: _Part, own: _Part) -> TableLayout:
    both = _Both(base.part(name), own.part(name))
    both.own.check_keys(both.base.data)
    columns = _columns(both.base.part("columns"), both.own.part("columns"))
    constants = both.part("constants") if name in _CONSTANTS else {}
    if name in _CONSTANTS:
        both.own.part("constants").check_keys(_CONSTANTS[name])
    filters = name in _CONSTANTS
    return TableLayout(
        _Both(base.part("tabs"), own.part("tabs")).texts(name),
        both.rows("header_row"),
        columns,
        constants,
        both.part("tree_columns") if name in _CONSTANTS else {},
        max(both.number("first_row"), 1) if filters else 1,
        both.own.part("keep").lists() if filters else {},
        both.own.part("drop").lists() if filters else {},
    )


def _columns(base: _Part, own: _Part) -> dict[str, tuple[str, ...]]:
    """Headings by role.  A heading that the file gives to one role is taken from the role that has it by default."""
    own.check_keys(base.data)
    chosen: dict[str, str] = {}
    for role in own.data:
        for heading in own.texts(role):
            if (other := chosen.setdefault(fold_heading(heading), role)) != role:
                raise own.error(role, f'the heading "{one_line(heading)}" is already for {other}')
    columns: dict[str, tuple[str, ...]] = {}
    for role in base.data:
        if role in own.data:
            columns[role] = own.texts(role)
        else:
            columns[role] = tuple(h for h in base.texts(role) if fold_heading(h) not in chosen)
    return columns


def _facts(own: _Part) -> tuple[TreeFacts, ...]:
    trees = own.data.get("tree", [])
    if not isinstance(trees, list) or not all(isinstance(tree, dict) for tree in trees):
        raise own.error("tree", "write [[tree]] over the facts of each tree")
    facts = []
    for number, tree in enumerate(trees, 1):
        part = _Part(tree, own.file, f"tree {number}")
        part.check_keys(("name", *_TREE_KEYS))
        if "name" not in tree:
            raise part.error("name", "a tree needs a name")
        texts = {"tree": part.text("name")} | {key: part.text(key) for key in _TREE_KEYS if key in tree}
        facts.append(TreeFacts(texts, f"{own.file}, tree {one_line(texts['tree'])}"))
    return tuple(facts)


def _toml(path: Path) -> Raw:
    name = one_line(path.name)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX + 1)
        if len(data) > _MAX:
            raise SheetError(f"{name}: more than {_MAX:,} bytes is not a layout")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise SheetError(f"{name}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise SheetError(f"{name}: not UTF-8; that is not a layout file") from error
    except (ValueError, RecursionError) as error:  # no TOML, a number of thousands of digits
        raise SheetError(f"{name}: this is not TOML: {one_line(str(error))}") from error


def _shown(value: object) -> str:
    text = one_line(repr(value))
    return text if len(text) <= 60 else text[:57] + "..."

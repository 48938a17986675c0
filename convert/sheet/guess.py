"""What an unknown workbook may mean: which tab, which columns, which trees; and the lines of a layout that would say
so.

Guesses are for people to look at: nothing is ever read by one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from convert.failure import counted
from convert.sheet.cell_text import fold_heading, words
from convert.sheet.cells import Row, Tab, Workbook, column_name
from convert.sheet.header import HEADER_WITHIN, Head, find_head, head_of
from convert.sheet.hints import hint
from convert.sheet.layout import Layout, TableLayout
from convert.sheet.statuses import Vocabulary
from convert.sheet.trees import refusal

_VERSION = re.compile(r"(?:xen |release |version |v)*([0-9]+\.[0-9]+)(?:[.x][0-9x.]*)?(?:-[a-z]+)?", re.I)
_UNSTABLE = re.compile(r"(?:xen[- ])?(unstable|staging|master|main|trunk|devel\w*|next|current)", re.I)
# what people put into a column of statuses that is no status yet
_BOX = re.compile(r"x|y|n|yes|no|true|false|n/?a|[⚠🟢🟡🔴●○⬤◯]", re.I)
# what a heading may be called, the surest first; only for guesses, so that no table needs one of these words
_ROLES: tuple[tuple[str, str], ...] = (
    ("discussion", r"discuss|comment|note|remark|action|todo|question|talk|priorit|assign|review|url|link|refer"),
    ("security", r"security"),
    ("owner", r"owner|maintain|contact|responsib|author|who\b"),
    ("caveats", r"caveat|restrict|limitation|condition|exception|constraint"),
    ("description", r"descri|what\b|detail|explan|summary|definition|meaning"),
    ("other_variants", r"^other"),
    ("variant", r"variant|arch|platform|implement|qualifier|guest|mode\b|\bos\b|operating system"),
    ("section", r"section|categor|area|group|subsystem|domain|chapter|module|topic|family|class\b"),
    (
        "feature",
        r"feature|item|name|function|capabilit|requirement|control|device|product|test|check|title|model|component|hardware|driver",
    ),
)
_MOST = 40  # trees, words and headings that are listed
Sure = str


@dataclass(slots=True)
class Seen:
    """What is seen in one tab: its headings, the role that each column may have, the columns of statuses."""

    tab: Tab
    head: Head
    roles: dict[str, list[int]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    tree_column: int | None = None
    first: int = 0

    def name(self, column: int) -> str:
        """What a layout calls a column: its heading, or its letter where it has none or another has the same."""
        line = self.head.line(column)
        same = [c for c in self.head.stacks if self.head.line(c) == line]
        return line if line and len(same) == 1 else f"@{column_name(column)}"

    def rows(self) -> list[Row]:
        """The rows below the headings."""
        last = self.head.rows[-1] if self.head.rows else 0
        return [row for row in self.tab.rows if row.number > last]


def version_of(text: str) -> str | None:
    """The name of a tree that a heading or title may be, as a workbook would call it; None for other words."""
    folded = fold_heading(text)
    if found := _VERSION.fullmatch(folded):
        return found[1]
    return found[1] if (found := _UNSTABLE.fullmatch(folded)) else None


def tree_headings(tab: Tab, part: TableLayout) -> list[str]:
    """The headings of a tab that look like trees; the tab is found already, its trees are not."""
    texts = {words(cell, "").line for row in tab.rows[:HEADER_WITHIN] for cell in row.cells if cell is not None}
    head = find_head(tab, part, [text for text in texts if version_of(text)])
    taken = {fold_heading(h) for headings in part.columns.values() for h in headings}
    if head is None:
        return []
    lines = [head.heading(column).line for column in sorted(head.stacks) if taken.isdisjoint(head.names(column))]
    return [line for line in dict.fromkeys(lines) if version_of(line) and refusal(line) is None]


def look(tab: Tab, spoken: Vocabulary) -> Seen | None:
    """What is seen in a tab; None where it is no table of statuses."""
    columns = _status_columns(tab, spoken)
    if not columns:
        return None
    first = min(n for n, row in enumerate(tab.rows) if any(_is_status(row, c, spoken) for c in columns))
    head = head_of(tab, _heading_rows(tab, first, columns))
    seen = Seen(tab, head, first=first)
    for column in sorted({*head.stacks, *columns}):
        role = _role(head.names(column)[1:], head.upper(column))
        if column in columns and role not in ("security", "discussion"):
            seen.statuses.append(column)
        elif role is not None:
            seen.roles.setdefault(role, []).append(column)
    versions = [c for c in seen.statuses if version_of(head.heading(c).line)]
    seen.statuses = versions or seen.statuses
    _find_feature(seen)
    _find_tree_column(seen)
    return seen if seen.statuses else None


def _status_columns(tab: Tab, spoken: Vocabulary) -> list[int]:
    """The columns of which at least half of the cells are statuses, and more than one (or all)."""
    filled: Counter[int] = Counter()
    known: Counter[int] = Counter()
    for row in tab.rows:
        for column, cell in enumerate(row.cells):
            if cell is not None and cell.text.strip():
                filled[column] += 1
                known[column] += _is_status(row, column, spoken)
    return sorted(c for c, count in known.items() if count and count * 2 >= filled[c] - 1)


def _is_status(row: Row, column: int, spoken: Vocabulary) -> bool:
    cell = row.cells[column] if column < len(row.cells) else None
    if cell is None or not cell.text.strip() or len(cell.text) > 200:
        return False
    text = words(cell, "").text
    if _BOX.fullmatch(text):
        return True
    return len(text) < 80 and (spoken.decide(text) is not None or spoken.nearest(text) is not None)


def _heading_rows(tab: Tab, first: int, columns: Sequence[int]) -> Sequence[Row]:
    """The rows of headings above the first row of statuses: those with most versions, then with most words for
    roles.
    """
    best, most = None, (0, 0, 0)
    for n in range(first):
        texts = [words(cell, "").line for cell in tab.rows[n].cells]
        over = [texts[c] for c in columns if c < len(texts) and texts[c]]
        if len(over) * 2 < len(columns):
            continue
        versions = sum(version_of(text) is not None for text in over)
        score = versions, sum(_role([fold_heading(text)], ()) is not None for text in texts if text), len(set(over))
        if score > most or best is None:
            best, most = n, score
    if best is None:
        return []
    above = tab.rows[best - 1] if best else None
    belongs = above is not None and above.number == tab.rows[best].number - 1 and _belongs(above, columns)
    return tab.rows[best - 1 : best + 1] if belongs else [tab.rows[best]]


def _belongs(above: Row, columns: Sequence[int]) -> bool:
    """Whether a row has headings over those of the row below it: a cell that is merged down, or over some of the
    statuses.
    """
    cells = [(n, cell) for n, cell in enumerate(above.cells) if cell is not None and cell.text.strip()]
    return len(cells) > 1 and any(cell.rows > 1 or (cell.columns > 1 and n in columns) for n, cell in cells)


def _role(names: Sequence[str], upper: Sequence[str]) -> str | None:
    """The role that the names of a column may mean; a column about one tree, such as `4.20 note`, has none."""
    words_of = [word for text in names for word in text.split()]
    if len(words_of) > 1 and any(version_of(word) for word in words_of):
        return None
    for texts in (names[-1:], names, upper):
        for role, pattern in _ROLES:
            if any(re.search(pattern, text) for text in texts):
                return role
    return None


def _find_feature(seen: Seen) -> None:
    """The column of the features, if no heading says so: of the texts left of the statuses that with most different
    ones.
    """
    seen.roles = {
        role: filled for role, columns in seen.roles.items() if (filled := [c for c in columns if any(_texts(seen, c))])
    }
    if "feature" in seen.roles:
        best = max(seen.roles["feature"], key=lambda column: _different(seen, column))
        others = [column for column in seen.roles["feature"] if column != best]
        seen.roles["feature"] = [best]
        seen.roles.setdefault("discussion", []).extend(others)
        return
    taken = {c for columns in seen.roles.values() for c in columns} | set(seen.statuses)
    width = max((len(row.cells) for row in seen.rows()), default=0)
    free = [
        c for c in range(min([width, *seen.statuses])) if c not in taken and _different(seen, c) * 4 > len(seen.rows())
    ]
    if free:
        seen.roles["feature"] = [max(free, key=lambda column: (_different(seen, column), -column))]
        return
    named = [role for role in ("section", "description", "variant") if role in seen.roles]
    if named:
        role = max(named, key=lambda role: _different(seen, seen.roles[role][0]))
        seen.roles["feature"] = seen.roles.pop(role)


def _texts(seen: Seen, column: int) -> Iterator[str]:
    for row in seen.rows():
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is not None and cell.text.strip():
            yield words(cell, "").line


def _different(seen: Seen, column: int) -> int:
    """How many different texts with letters a column has."""
    return len({text for text in _texts(seen, column) if any(map(str.isalpha, text))})


def _find_tree_column(seen: Seen) -> None:
    """The column that names the trees row by row: beside one column of statuses, nearly all of its cells are
    versions.
    """
    if len(seen.statuses) != 1 or version_of(seen.head.heading(seen.statuses[0]).line):
        return
    width = max((len(row.cells) for row in seen.rows()), default=0)
    for column in range(width):
        texts = list(_texts(seen, column))
        if len(set(texts)) > 1 and sum(version_of(text) is not None for text in texts) * 10 >= len(texts) * 9:
            seen.tree_column = column
            for columns in seen.roles.values():
                if column in columns:
                    columns.remove(column)
            return


def layout_text(workbook: Workbook, layout: Layout) -> tuple[str, bool]:
    """A layout file for what is seen in a workbook beyond what `layout` says, guesses marked, and whether nothing is
    missing.
    """
    spoken = layout.vocabulary
    seen = [one for tab in workbook.tabs if tab.rows and (one := look(tab, spoken)) is not None]
    if not seen:
        return _nothing(workbook), False
    best = max(seen, key=lambda one: sum(1 for c in one.statuses for _ in _texts(one, c)))
    alike = [one for one in seen if _heads(one) == _heads(best)]
    by_tab = len(alike) > 1 and all(version_of(one.tab.title) for one in alike)
    named = [*layout.trees.tabs, *layout.limits.tabs, *layout.labels.tabs]
    writer = _Writer(workbook, best, alike, spoken, by_tab, frozenset(map(fold_heading, named)))
    trees = any(fold_heading(tab.title) in map(fold_heading, layout.trees.tabs) for tab in workbook.tabs)
    return writer.text(trees=not trees), writer.complete


def _heads(seen: Seen) -> list[str]:
    return [seen.head.line(column) for column in sorted(seen.head.stacks)]


def _nothing(workbook: Workbook) -> str:
    lines = [f"# {workbook.name}: no column of statuses is seen (Supported, Tech Preview, a tick ...).  What there is:"]
    for tab in workbook.tabs[:_MOST]:
        head = next((row for row in tab.rows if sum(c is not None for c in row.cells) > 1), None)
        texts = [words(cell, "").line for cell in (head.cells if head else ()) if cell is not None][:_MOST]
        lines.append(f"#   tab {_quoted(tab.title)}: {', '.join(map(_quoted, texts)) or 'blank'}")
    lines += [
        "[tabs]",
        'features = ["TAB"]  # missing',
        "",
        "[features]",
        "header_row = 1  # missing",
        "",
        "[features.columns]",
        'section = ["ITS SECTION"]  # missing',
        'feature = ["THE FEATURE"]  # missing',
        "",
        "[features.tree_columns]",
        '"HEADING" = "4.20"  # missing',
        "",
        "[[tree]]",
        'name = "4.20"  # missing',
        'version = "4.20"  # missing',
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as a TOML string."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")


class _Writer:
    """The lines of a layout for a workbook."""

    def __init__(
        self, workbook: Workbook, best: Seen, alike: list[Seen], spoken: Vocabulary, by_tab: bool, named: frozenset[str]
    ) -> None:
        self.workbook, self.best, self.alike, self.spoken, self.by_tab = workbook, best, alike, spoken, by_tab
        self.named = named  # the titles that have a role without the layout saying so
        self.complete = True

    def text(self, *, trees: bool) -> str:
        """All of the layout."""
        parts = [
            [
                (
                    f"# A layout for {self.workbook.name}, by what is seen in it.  Look at each line marked `guess`;"
                    " the default"
                ),
                "# layout (`xen-support draft --print-layout default`) explains the keys.",
            ],
            self._tabs(),
            self._features(),
            self._columns(),
            self._trees_of_columns(),
            self._words(),
        ]
        if trees:
            parts.append(self._trees())
        return "\n\n".join("\n".join(part) for part in parts if part) + "\n"

    def _tabs(self) -> list[str]:
        own = [one.tab.title for one in self.alike]
        rest = [
            tab.title
            for tab in self.workbook.tabs
            if tab.rows and tab.title not in own and fold_heading(tab.title) not in self.named
        ]
        lines = ["[tabs]"]
        if not self.by_tab:
            lines.append(f"features = [{', '.join(map(_quoted, own))}]")
        if rest:
            lines.append(f"ignore = [{', '.join(map(_quoted, rest))}]  # guess: what else is there")
        return lines if len(lines) > 1 else []

    def _features(self) -> list[str]:
        head = self.best.head.rows
        rows = f"[{', '.join(map(str, head))}]" if len(head) > 1 else str(head[0]) if head else "0"
        lines = ["[features]", f"header_row = {rows}"]
        if not head:
            lines.append(f"first_row = {self.best.tab.rows[self.best.first].number}")
        if self.by_tab:
            lines.append('trees_in = "tabs"')
        elif self.best.tree_column is not None:
            lines.append('trees_in = "rows"  # guess')
        how = self._sections()
        if how is not None and how != "constant":
            lines.append(f'sections = "{how}"  # guess')
        return lines

    def _sections(self) -> str | None:
        """How sections are told where no column says so."""
        if "section" in self.best.roles:
            return None
        titles: Counter[str] = Counter()
        for row in self.best.rows():
            filled = [(n, cell) for n, cell in enumerate(row.cells) if cell is not None and cell.text.strip()]
            if any(n in self.best.statuses for n, _ in filled) or not filled:
                continue
            merged = len(filled) == 1 and filled[0][1].columns > 1
            titles["merged" if merged else "alone" if len(filled) == 1 and not filled[0][0] else "no-status"] += 1
        if not titles:
            return "constant"
        return titles.most_common(1)[0][0] if len(titles) == 1 else "no-status"

    def _columns(self) -> list[str]:
        lines = ["[features.columns]"]
        for role in (
            "section",
            "feature",
            "variant",
            "other_variants",
            "description",
            "caveats",
            "security",
            "owner",
            "discussion",
        ):
            columns = self.best.roles.get(role, [])
            kept = columns if role == "discussion" else columns[:1]
            if kept:
                lines.append(f"{role} = [{', '.join(_quoted(self.best.name(c)) for c in kept)}]  # guess")
        if "feature" not in self.best.roles:
            lines.append('feature = ["HEADING"]  # missing: which column names the features')
            self.complete = False
        if self.best.tree_column is not None:
            lines.append(f"tree = [{_quoted(self.best.name(self.best.tree_column))}]  # guess")
            lines.append(f"status = [{_quoted(self.best.name(self.best.statuses[0]))}]  # guess")
        if self._sections() == "constant":
            lines += ["", "[features.constants]", 'section = "Features"  # guess: no column and no row names sections']
        return lines

    def _trees_of_columns(self) -> list[str]:
        if self.by_tab:
            lines = ["[features.tree_tabs]"]
            lines += [f"{_quoted(one.tab.title)} = {_quoted(self._tree(one.tab.title))}" for one in self.alike[:_MOST]]
            lines += ["", "[features.variant_columns]"]
            return lines + [
                f"{_quoted(self.best.name(c))} = {_quoted(self.best.head.heading(c).line)}  # guess"
                for c in self.best.statuses
            ]
        if self.best.tree_column is not None:
            texts = dict.fromkeys(_texts(self.best, self.best.tree_column))
            odd = [text for text in texts if self._tree(text) != text]
            return (
                ["[features.tree_columns]", *(f"{_quoted(t)} = {_quoted(self._tree(t))}" for t in odd[:_MOST])]
                if odd
                else []
            )
        lines = ["[features.tree_columns]"]
        for column in self.best.statuses[:_MOST]:
            name = self._of_column(column)
            lines.append(
                f"{_quoted(self.best.name(column))} = {_quoted(name)}{'' if version_of(name) else '  # guess'}"
            )
        return lines

    def _tree(self, text: str) -> str:
        """The name of the tree that a heading or title is for."""
        found = version_of(text)
        if found is not None:
            return found
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip("-.").lower()
        return name if name and refusal(name) is None else "tree"

    def _of_column(self, column: int) -> str:
        """The name of a column's tree; no other column's."""
        name = self._tree(self.best.head.heading(column).line or column_name(column))
        before = [self.best.head.heading(c).line or column_name(c) for c in self.best.statuses if c < column]
        twins = sum(self._tree(text) == name for text in before)
        return f"{name}-{twins + 1}" if twins else name

    def _names(self) -> list[str]:
        if self.by_tab:
            texts: Iterable[str] = [one.tab.title for one in self.alike]
        elif self.best.tree_column is not None:
            texts = _texts(self.best, self.best.tree_column)
        else:
            return [self._of_column(column) for column in self.best.statuses][:_MOST]
        return list(dict.fromkeys(self._tree(text) for text in texts))[:_MOST]

    def _trees(self) -> list[str]:
        """A table a tree, with what its name says of its branch and version."""
        names = self._names()
        numbers = [tuple(map(int, name.split("."))) for name in names if re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", name)]
        newest = max(numbers, default=None)
        lines: list[str] = []
        for name in names:
            lines += ["", "[[tree]]"] if lines else ["[[tree]]"]
            lines.append(f"name = {_quoted(name)}")
            if re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", name):
                lines += [f'branch = "stable-{name}"  # guess', f'version = "{name}"']
            elif _UNSTABLE.fullmatch(name) and newest is not None:
                branch = name if name in ("staging", "master") else "master"
                lines += [f'branch = "{branch}"  # guess', f'version = "{newest[0]}.{newest[1] + 1}-unstable"  # guess']
            else:
                lines.append('version = "0.0"  # missing: the Xen version of this tree')
                self.complete = False
        return lines

    def _words(self) -> list[str]:
        """The words in status cells that are no statuses, as comments to be filled in."""
        unknown: Counter[str] = Counter()
        for one in self.alike:
            for column in one.statuses:
                unknown.update(text for text in _texts(one, column) if not self.spoken.knows(text))
        if not unknown:
            return []
        lines = ["# Words in status cells that are not labels; what they stand for goes after the `=`.", "[synonyms]"]
        for text, count in unknown.most_common(_MOST):
            near = self.spoken.nearest(text)
            advice = hint(text, self.spoken.spelling, near)
            lines.append(f'# {_quoted(text)} = "{near or ""}"  # {counted(count, "cell")}; {advice}')
        return lines


def advice(workbook: Workbook, layout: Layout) -> str:
    """What is seen in a workbook that a layout does not map, and the lines that would map it, for people."""
    spoken = layout.vocabulary
    lines = ["What is seen in the workbook:"]
    for tab in workbook.tabs[:_MOST]:
        one = look(tab, spoken) if tab.rows else None
        if one is None:
            lines.append(
                f"  tab {_quoted(tab.title)}: no column of statuses"
                if tab.rows
                else f"  tab {_quoted(tab.title)}: blank"
            )
            continue
        rows = "-".join(map(str, dict.fromkeys((one.head.rows[0], one.head.rows[-1])))) if one.head.rows else "none"
        said = [f"{_quoted(one.name(c))} looks like {role}" for role, columns in one.roles.items() for c in columns[:3]]
        stated = [
            f"{_quoted(one.name(c))}{' (a version)' if version_of(one.head.heading(c).line) else ''}"
            for c in one.statuses[:_MOST]
        ]
        lines.append(
            f"  tab {_quoted(tab.title)}: headings in row {rows}; statuses in {', '.join(stated)}; {', '.join(said)}"
        )
    text, _ = layout_text(workbook, layout)
    lines.append(
        "Lines of a layout file that would map it (`--print-layout` prints them, NAME.layout.toml is its name):"
    )
    lines += [
        f"    {line}" if line else ""
        for line in text.splitlines()
        if not line.startswith("# A layout")
        and line != "# layout (`xen-support draft --print-layout default`) explains the keys."
    ]
    return "\n".join(lines)

"""The tab Labels: the words that the drop-downs offer, and so the statuses beyond the labels that this workbook may
use.

`import` lists there what the files say beside the labels.  A person who edits the sheet sees them, and can remove them.
"""

from __future__ import annotations

from collections.abc import Mapping

from convert.sheet import problems
from convert.sheet.cell_text import fold_heading, one_line, words
from convert.sheet.cells import Tab, place
from convert.sheet.header import find_head
from convert.sheet.layout import Layout
from grammar.diagnostic import Diagnostic


def own_words(tab: Tab, layout: Layout) -> dict[str, str]:
    """The statuses of a tab that the layout's vocabulary does not know, each with its cell; none without a heading
    for them.
    """
    head = find_head(tab, layout.labels)
    if head is None:
        return {}
    titles = {fold_heading(title) for title in layout.labels.columns["status"]}
    column = next((n for n in sorted(head.stacks) if not titles.isdisjoint(head.names(n))), None)
    found: dict[str, str] = {}
    for row in tab.rows:
        if column is None or row.number <= head.rows[-1] or column >= len(row.cells):
            continue
        said = words(row.cells[column], place(one_line(tab.title), row.number, column))
        if said.text and not said.number and not said.broken and not layout.vocabulary.knows(said.text):
            found.setdefault(said.line, said.place)
    return found


def told(found: Mapping[str, str], used: Mapping[str, int]) -> list[Diagnostic]:
    """A note at each of these words that status cells use; `used` counts the cells."""
    return [problems.own_word(found[word], (), word, used[word]) for word in found if word in used]

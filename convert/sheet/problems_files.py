"""What is said about the files of workbooks: texts, areas and cells beyond what a categorisation needs."""

from __future__ import annotations

from convert.failure import counted
from convert.sheet.catalogue import problem, quote


@problem("XS861", "long-cell", "error")
def long_cell(what: str, length: int, most: int) -> str:
    """A cell or a note of more characters than any categorisation has.

    It is not read, so that a file made to fill the memory cannot.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | {text of 100001}

    Good:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | Only on x86.
    """
    return f"a {what} of {length:,} characters; at most {most:,} are read; shorten it"


@problem("XS862", "huge-merge", "error")
def huge_merge(cells: int, area: str) -> str:
    """A merged area that is far larger than any table.

    Its cells are left as they are, since a few such areas would take all memory.

    Bad:
        Features
        Section | Feature | 4.20
        Tools {2000x900} | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools {2x1} | xl | Supported
        | xentop | Supported
    """
    return f"{cells:,} cells are merged, {area}; unmerge them"


@problem("XS863", "far-cell", "error")
def far_cell(others: int, rows: int, column: str) -> str:
    """A cell far outside the table, where nobody sees it.

    What lies so far out is not read; it is usually left over from an accident.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
        (row 250001) | xentop | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
        | xentop | Supported
    """
    more = f" (and {others:,} more)" if others else ""
    return f"a cell far outside the table{more}; rows up to {rows} and columns up to {column} are read; clear it"


@problem("XS864", "huge-link", "error")
def huge_link(area: str) -> str:
    """A link over an area that is far larger than any table.

    It is left out; a link belongs to the cell whose words it explains.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | [xl](https://xenproject.org) {2000x900} | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | [xl](https://xenproject.org) | Supported
    """
    return f"a link over {area}; remove it, or link single cells"


@problem("XS865", "more-problems", "error")
def more_problems(count: int) -> str:
    """There are more problems of these kinds than are listed.

    After the first hundred only their number is kept.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats
        (101 times) Tools | xl | Supported | {text of 100001}

    Good:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | Only on x86.
    """
    return f"{counted(count, 'more problem of these kinds is', 'more problems of these kinds are')} not listed"


@problem("XS866", "overlapping-merges", "error")
def overlapping_merges(first: str, second: str) -> str:
    """Two merged areas have cells in common, so that nobody can say which of them people see.

    The second one is not applied.

    Bad:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl {2x1} | x86 | Supported
        {2x2} | | Arm | Supported

    Good:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl {2x1} | x86 | Supported
        | | Arm | Supported
    """
    return f"the merged areas {first} and {second} overlap; unmerge one of them"


@problem("XS867", "covered-cell", "error")
def covered_cell(text: str, area: str) -> str:
    """A cell that a merge covers holds words: people do not see them, and programs differ in what they do with them.

    Bad:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl {2x1} | x86 | Supported
        | xentop | Arm | Supported

    Good:
        Features
        Section | Feature | Variant | 4.20
        Tools | xl {2x1} | x86 | Supported
        | | Arm | Supported
    """
    return f"{quote(text)} is hidden under the merged cells {area}, so nobody sees it; unmerge them, or clear it"


@problem("XS868", "not-carried", "warning")
def not_carried(what: str, words: str) -> str:
    """A cell has something that is not part of its text: a footnote, a picture, an equation.

    It does not reach the draft.  Caveats are often written as footnotes, and nobody would see them.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported{footnote: Only on x86.} |

    Good:
        Features
        Section | Feature | 4.20 | Caveats
        Tools | xl | Supported | Only on x86.
    """
    return (
        f"{what}{f', {quote(words)},' if words else ''} is not part of the cell's text; write what it says into a cell"
    )


@problem("XS869", "tab-not-carried", "info")
def tab_not_carried(title: str, what: str) -> str:
    """A tab without cells of its own, such as a chart or a connected sheet, is not read.

    Rows that a connected sheet shows lie in a data source, and are not in the spreadsheet.

    Bad:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
        (connected) Usage

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"the tab {quote(title)} is {what}; it is not read"

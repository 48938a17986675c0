"""The title block: `% Title`, on the first line only, with its continuations, authors and date."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    if index or not reader.titled:
        return 0
    end, marked = 1, 1
    for _ in range(3):  # title, authors, date, each with continuations
        while reader.shapes[end] != "BLANK" and reader.texts[end].startswith(" "):
            end += 1
        if reader.shapes[end] != "PERCENT" or marked > 2:
            break
        marked += 1
        end += 1
    return reader.whole("title", ["TITLE"] * end, 0)


TITLE = Construct("title block", _begins, ("PERCENT",))

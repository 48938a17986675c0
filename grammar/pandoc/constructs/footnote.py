"""Footnotes, `[^1]: words`, with the indented text below them; pandoc takes them out of the text."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader, indentation


def _begins(reader: Reader, index: int) -> int:
    end = reader.through(index, lambda n: reader.shapes[n] != "NOTE")
    while end < len(reader.texts):
        after = reader.behind_blanks(end)
        if after >= len(reader.texts) or indentation(reader.texts[after]) < 4 or after == end:
            break
        end = reader.through(after, lambda n: True)
    return reader.leave(index, end, "footnote")


FOOTNOTE = Construct("footnote", _begins, ("NOTE",))

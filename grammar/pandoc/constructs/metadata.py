"""Metadata blocks: YAML between `---` and `---` or `...`."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader


def _ends(text: str) -> bool:
    return text.rstrip() in ("---", "...")


def _begins(reader: Reader, index: int) -> int:
    if reader.texts[index].rstrip() != "---" or reader.shapes[index + 1] == "BLANK":
        return 0
    end = reader.line_of("---", index + 1, _ends) + 1
    return reader.leave(index, end, "metadata block") if end else 0


METADATA = Construct("metadata block", _begins, ("DASHES",))

"""Line blocks: lines behind `|` and a space."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    end = reader.through(index, lambda n: reader.texts[n].startswith(("|", " ")))
    return reader.leave(index, end, "line block")


LINE_BLOCK = Construct("line block", _begins, ("BARS",))

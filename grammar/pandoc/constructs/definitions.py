"""Definition lists: a term's line, then its definitions, each with lazy lines and indented continuations."""

from __future__ import annotations

from grammar.pandoc.constructs.table import table_end
from grammar.pandoc.reader import DEFINED, Construct, Reader, indentation


def defines(reader: Reader, index: int) -> bool:
    """Whether the line after one, or the line after one blank line, is a definition."""
    shapes = reader.shapes
    if shapes[index + 1] == "DEFINED":
        return True
    if shapes[index + 1] != "BLANK" or index + 2 >= len(shapes) or shapes[index + 2] != "DEFINED":
        return False
    return not table_end(reader, index + 2)


def goes_on(reader: Reader, index: int) -> int:
    """A line below an open definition list that begins a definition or a term, or continues one; 0 for others."""
    shape = reader.shapes[index]
    if reader.state == DEFINED:
        return reader.take(index, "DEFINED") if shape == "DEFINED" else 0
    if indentation(reader.texts[index]) >= 4:
        return reader.take(index, "CONTINUED", DEFINED)
    if shape == "DEFINED" and (index < 2 or reader.shapes[index - 2] != "BLANK"):
        return reader.take(index, "DEFINED", DEFINED)
    if not defines(reader, index):
        return 0
    reader.take(index, "TERM")
    return _definition(reader, index + 1)


def _begins(reader: Reader, index: int) -> int:
    if not defines(reader, index):
        return 0
    reader.begin("definitions", index, "TERM", DEFINED)
    return _definition(reader, index + 1)


def _definition(reader: Reader, index: int) -> int:
    """The first definition of a term, behind a blank line or none."""
    if reader.shapes[index] == "BLANK":
        reader.take(index, "BLANK")
        index += 1
    return reader.take(index, "DEFINED", DEFINED)


DEFINITIONS = Construct("definition list", _begins)

"""Reference definitions, `[label]: url "title"`, which pandoc takes out of the text."""

from __future__ import annotations

import re

from grammar.pandoc.reader import Construct, Reader

_REFERENCE = r" {0,3}\[(?!\^)(?:[^\[\]\\]|\\.)+\]: *(?!\[)(.*)$"
_TITLE = r" *(?:\"[^\"]*\"|'[^']*'|\([^()]*\)) *$"


def _begins(reader: Reader, index: int) -> int:
    match = re.match(_REFERENCE, reader.texts[index])
    if match is None:
        return 0
    texts, end = reader.texts, index + 1
    if not match[1].strip() and end < len(texts) and reader.shapes[end] != "BLANK":
        end += 1
    if end < len(texts) and re.match(_TITLE, texts[end]):
        end += 1
    return reader.leave(index, end, "reference definition")


REFERENCE = Construct("reference definition", _begins, ("REFERENCE",))

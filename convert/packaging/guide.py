"""The guides (`guides/*.md`) as man pages of section 7.

They are our own, and of a small part of Markdown: a first line `# NAME - words`, headings, paragraphs, lists of one
level, code (fenced, or four spaces deep), tables, links, `code`, **strong** and *stressed* words, and comments, which
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.resources import files

_ITEM = re.compile(r"(-|[0-9]+\.) +(.*)")
_BREAK = re.compile(r"#|\||```| {4}|<!--|(-|[0-9]+\.) ")
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|!?\[([^\]]+)\]\(([^)]+)\)")

Roff = Callable[[str], str]
"""What makes a text safe for man(7)."""


def guides() -> dict[str, str]:
    """The texts of the guides by the names of their pages."""
    folder = files("convert").joinpath("packaging", "guides")
    return {
        f"xen-support-{one.name.removesuffix('.md')}": one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=str)
    }


def title(text: str) -> tuple[str, str]:
    """Name and words of a guide's first line."""
    name, _, words = text.split("\n", 1)[0].removeprefix("# ").partition(" - ")
    return name, words


def page(text: str, roff: Roff) -> Iterator[str]:
    """The lines of a page below its NAME."""
    before = ""
    for line in (".SH DESCRIPTION", *_parts(text, roff)):
        if not (line == ".PP" and before.startswith((".SH", ".SS"))):  # a heading begins a paragraph anyway
            yield line
        before = line


def _parts(text: str, roff: Roff) -> Iterator[str]:
    lines = text.rstrip("\n").split("\n")[1:]
    at = 0
    while at < len(lines):
        start, line = at, lines[at]
        at += 1
        if line.startswith("```"):
            at = lines.index("```", at) + 1
            yield from _code(lines[start + 1 : at - 1], roff)
        elif line.startswith("    "):
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at]):
                at += 1
            yield from _code([one.removeprefix("    ") for one in lines[start:at]], roff)
        elif line.startswith("|"):
            while at < len(lines) and lines[at].startswith("|"):
                at += 1
            yield from _table(lines[start:at], roff)
        elif line and not line.startswith("<!--"):
            while at < len(lines) and lines[at] and not (_BREAK.match(lines[at]) or line.startswith("#")):
                at += 1
            yield from _words(" ".join(one.strip() for one in lines[start:at]), roff)


def _words(text: str, roff: Roff) -> Iterator[str]:
    """A heading, an item of a list, or a paragraph."""
    if heading := re.match(r"(#{2,3}) (.*)", text):
        yield f"{'.SH' if heading[1] == '##' else '.SS'} {_inline(heading[2], roff)}"
    elif item := _ITEM.fullmatch(text):
        yield f".IP {roff(item[1]) if item[1] != '-' else chr(92) + '(bu'} 4"
        yield _inline(item[2], roff)
    else:
        yield from (".PP", _inline(text, roff))


def _code(lines: list[str], roff: Roff) -> Iterator[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    yield from (".PP", ".RS 4", ".nf")
    yield from (roff(line) if line.strip() else "\\&" for line in lines)
    yield from (".fi", ".RE")


def _table(lines: list[str], roff: Roff) -> Iterator[str]:
    """Each row as its first cell with the others below it; the row of headings has done its work in the guide."""
    for line in lines[2:]:
        first, *rest = (cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        yield from (".TP", _inline(first, roff), _inline(" - ".join(rest), roff))


def _inline(text: str, roff: Roff) -> str:
    out, at = [], 0
    for found in _INLINE.finditer(text):
        code, strong, stressed, words, where = found.groups()
        out.append(roff(text[at : found.start()]))
        if words is not None:
            out.append(roff(words.replace("`", "") + (f" ({where})" if where.startswith("http") else "")))
        else:
            out.append(f"\\f{'I' if stressed else 'B'}{roff(code or strong or stressed)}\\fR")
        at = found.end()
    made = "".join([*out, roff(text[at:])])
    return f"\\&{made}" if made.startswith("'") else made

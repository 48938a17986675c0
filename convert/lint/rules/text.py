"""Rules of the text as it is typed: spaces, tabs, lists, long lines, full stops, links, spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import fix, lines_of
from grammar.diagnostic import Fix
from grammar.fields import looks_meant
from grammar.markers import MARKER
from grammar.nodes import BulletList, Literal, Paragraph
from grammar.source import Source, Span

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
WIDTH = 80
# hosts that SUPPORT.md files link to and that answer on https; a subdomain counts too
HTTPS = (
    "xen.org",
    "xenproject.org",
    "qemu.org",
    "libvirt.org",
    "freebsd.org",
    "netbsd.org",
    "openbsd.org",
    "kernel.org",
    "github.com",
    "gitlab.com",
    "intel.com",
    "amd.com",
    "arm.com",
    "wikipedia.org",
    "ietf.org",
    "w3.org",
    "gnu.org",
    "debian.org",
    "opensource.org",
    "oasis-open.org",
)
_BULLET = rf"( *)({MARKER})( +)(?=\S)"


@rule("XS601", "trailing-blanks", "info", Source)
def trailing_blanks(source: Source, context: Context) -> Iterator[Found]:
    """A line ends in spaces.

    git marks them, editors remove them, and two of them are a line break to pandoc.

    Bad:
            Status: Supported␠
    Good:
            Status: Supported
    """
    start = 0
    for line in source.text.split("\n"):
        if line and line[-1] in " \t\r":
            text = line.rstrip("\r")
            end, first = start + len(text), start + len(text.rstrip(" \t"))
            if first < end:
                change = fix(True, (first, end, ""))
                yield Span(first, end), "spaces at the end of the line", {"fix": change, "words": text}
        start += len(line) + 1


@rule("XS602", "tab", "info", Source)
def tab(source: Source, context: Context) -> Iterator[Found]:
    """A line has a tab.

    pandoc moves to the next multiple of four columns, most editors to one of eight: what looks like one indentation is
    another.

    Bad:
        ␉Status: Supported
    Good:
            Status: Supported
    """
    at = source.text.find("\t")
    while at >= 0:
        number = source.position(at)[0]
        line = source.line_span(number)
        text = source.text[line.start : line.end]
        stripped = text.rstrip(" \t\r")
        if "\t" in stripped:
            end = line.start + len(stripped)
            change = fix(True, (line.start, end, stripped.expandtabs(4)))
            yield Span(at, at + 1), "a tab: use spaces", {"fix": change, "words": stripped}
        at = source.text.find("\t", line.end)


@rule("XS603", "bullet-indent", "info", BulletList)
def bullet_indent(bullets: BulletList, context: Context) -> Iterator[Found]:
    """A bullet is not in the column that these files use.

    The form is two spaces, `*`, a space; or three spaces where fields follow the list, which would otherwise belong to
    its last item.

    Bad:
        These registers are supported:

        - MDCCSR_EL0
        - DBGDTR_EL0
    Good:
        These registers are supported:

          * MDCCSR_EL0
          * DBGDTR_EL0
    """
    wrong = [(start, text) for start, text, mark, _ in _list_lines(bullets, context) if mark and not _usual(mark)]
    change = _indented(bullets, context) if wrong else None
    for start, text in wrong:
        lead = len(text) - len(text.lstrip())
        span = Span(start + lead, start + lead + 1)
        yield span, "a bullet is in column 3, as `  * item`", {"fix": change, "words": text}
        change = None  # one for the whole list, as bullets in different columns are different lists


@rule("XS604", "continuation-indent", "info", BulletList)
def continuation_indent(bullets: BulletList, context: Context) -> Iterator[Found]:
    """A list item's second line does not begin below its first.

    It is read all the same, but looks like a separate text.

    Bad:
          * The first line of the item
         and the second.
    Good:
          * The first line of the item
            and the second.
    """
    marks = [mark for _, _, mark, _ in _list_lines(bullets, context) if mark]
    if not all(map(_usual, marks)):
        return
    wrong = [
        (start, start + len(text) - len(text.lstrip(" ")), " " * column)
        for start, text, mark, column in _list_lines(bullets, context)
        if mark is None and not text.startswith(" " * column + text.lstrip(" ")) and not looks_meant(text)
    ]
    for start, lead, blanks in wrong:
        message = f"continued in column {lead - start + 1}, not {len(blanks) + 1}"
        end = context.source.line_span(context.source.position(lead)[0]).end
        yield Span(lead, max(lead, end)), message, {"fix": fix(True, (start, lead, blanks))}


def _usual(mark: re.Match[str]) -> bool:
    return len(mark[1]) in (2, 3) and mark[2] == "*" and len(mark[3]) == 1


_ListLine = tuple[int, str, re.Match[str] | None, int]


def _list_lines(bullets: BulletList, context: Context) -> list[_ListLine]:
    """(start, text, marker, column of the text) of the lines of a flat list; empty for one that holds other lists or
    literals.  Those of the last list are kept, as two rules ask for them, and its fix.
    """
    last = context.memo.get("list lines")
    if last is None or last[0] is not bullets:
        last = context.memo["list lines"] = bullets, _lines_of_list(bullets, context)
    return cast("list[_ListLine]", last[1])


def _lines_of_list(bullets: BulletList, context: Context) -> list[_ListLine]:
    if not all(isinstance(block, Paragraph) for item in bullets.items for block in item):
        return []
    found: list[_ListLine] = []
    starts = [item[0].span.start for item in bullets.items if item]
    firsts = {context.source.position(start)[0] for start in starts}
    column = 0
    number = context.source.position(bullets.span.start)[0]
    for at, text in lines_of(context.source, bullets.span):
        mark = re.match(_BULLET, text) if number in firsts else None
        number += 1
        if "\t" in text:
            return []
        if mark:
            column = mark.end()
        if text.strip():
            found.append((at, text, mark, column))
    return found


def _indented(bullets: BulletList, context: Context) -> Fix:
    lines = _list_lines(bullets, context)
    column = 5 if min(column for *_, column in lines) > 4 else 4
    edits = []
    for start, text, mark, _ in lines:
        end = mark.end() if mark else len(text) - len(text.lstrip(" "))
        edits.append((start, start + end, " " * (column - 2) + "* " if mark else " " * column))
    return fix(True, *edits)


@rule("XS605", "long-line", "info", Paragraph)
def long_line(paragraph: Paragraph, context: Context) -> Iterator[Found]:
    """A line of prose is longer than 80 columns.

    Mails and terminals wrap it.  Lines of fields stay as long as they are.

    Bad:
        This is a line of prose that goes on and on and on and on until it is much longer than 80.
    Good:
        This is a line of prose that goes on and on and on and on,
        until a new one begins.
    """
    if paragraph.span.end - paragraph.span.start <= WIDTH:
        return
    for start, text in lines_of(context.source, paragraph.span):
        shown = text.expandtabs(4).rstrip()
        if len(shown) > WIDTH and " " in shown.strip():
            yield Span(start, start + len(text)), f"a line of prose that is longer than {WIDTH} columns"


@rule("XS606", "double-blank", "info", Paragraph)
def double_blank(paragraph: Paragraph, context: Context) -> Iterator[Found]:
    """There is more than one space between two words.

    They are one to a reader, and two to a search.  After the end of a sentence two are usual and fine.

    Bad:
        We avoid breaking backwards  compatibility.
    Good:
        We avoid breaking backwards compatibility.
    """
    text = context.source.text[paragraph.span.start : paragraph.span.end]
    if "  " not in text or "`" in text:
        return
    for found in re.finditer(r"(?<=[^\s.:;!?*+)\"-])  +(?=\S)", text):
        start = paragraph.span.start + found.start()
        end = start + len(found[0])
        words = f"{text[: found.start()].split()[-1]} {text[found.end() :].split()[0]}"
        change = fix(True, (start, end, " "))
        yield Span(start, end), "more than one space between two words", {"fix": change, "words": words}


@rule("XS607", "full-stop", "info", Paragraph)
def full_stop(paragraph: Paragraph, context: Context) -> Iterator[Found]:
    """A paragraph does not end in a full stop.

    Descriptions are put one after another in the matrix and in release notes; without a full stop they run together.

    Bad:
        Export hypervisor coverage data
    Good:
        Export hypervisor coverage data.
    """
    if paragraph.plain:
        return
    text = context.source.text[paragraph.span.start : paragraph.span.end].rstrip()
    last = text.rstrip("*_`\"')")[-1:]
    line = text[text.rfind("\n") + 1 :]
    if line.lstrip().startswith(("#", "<<<", ">>>", "Status", "Supported")):
        return  # meant as something else, which the parser says
    if (last.isalnum() or (text[-1:] == ")" and last not in ".!?")) and "://" not in text.split()[-1]:
        end = paragraph.span.start + len(text)
        change = fix(False, (end, end, "."))
        yield Span(end - 1, end), "no full stop at the end of the paragraph", {"fix": change, "words": line}


@rule("XS608", "final-newline", "info", Source)
def final_newline(source: Source, context: Context) -> Iterator[Found]:
    """The file does not end in a newline.

    git marks it, and the next patch changes the last line needlessly.

    Bad:
        # Format and definitions

        ## Definition of Status labels

        ### Supported

        The file ends here.␄
    Good:
        # Format and definitions

        ## Definition of Status labels

        ### Supported

        The file ends here.
    """
    end = len(source.text)
    if end and not source.text.endswith("\n"):
        change = fix(False, (end, end, "\n"))
        yield Span(end - 1, end), "no newline at the end of the file", {"fix": change, "words": ""}


@rule("XS609", "http-link", "info", Source)
def http_link(source: Source, context: Context) -> Iterator[Found]:
    """A link begins with http://, and its host answers on https.

    Bad links in a security document are worth something to an attacker.

    Bad:
        See http://xenbits.xen.org/xsa/ for more.
    Good:
        See https://xenbits.xen.org/xsa/ for more.
    """
    if "http://" not in source.text:
        return
    for found in re.finditer(r"http://([A-Za-z0-9.-]+)", source.text):
        host = found[1].casefold().rstrip(".")
        if any(host == known or host.endswith("." + known) for known in HTTPS):
            start = found.start()
            yield Span(start, found.end()), f"{host} answers on https", {"fix": fix(False, (start, start + 4, "https"))}


@rule("XS610", "sentence-per-line", "info", Paragraph, default=False)
def sentence_per_line(paragraph: Paragraph, context: Context) -> Iterator[Found]:
    """A sentence begins within a line.

    With a line for each sentence a patch shows which one it changes.

    Bad:
        This is one. This is another.
    Good:
        This is one.
        This is another.
    """
    text = context.source.text[paragraph.span.start : paragraph.span.end]
    for found in re.finditer(r"(?<=\w\w[.!?]|[`)\"']\S[.!?]|\S[`)\"'][.!?])[ \t]+(?=[A-Z])", text):
        at = paragraph.span.start + found.end()
        yield Span(at, at + 1), "a new sentence begins a new line", {"words": text[found.end() :].split("\n")[0]}


@rule("XS611", "spelling", "info", Source, default=False)
def spelling(source: Source, context: Context) -> Iterator[Found]:
    """A word is misspelled.

    The words are those of codespell's dictionary where that package is installed, and a short list of our own
    otherwise.

    Bad:
        This needs virtulization.
    Good:
        This needs virtualization.
    """
    from convert.lint.rules.spelling import misspellings

    known = misspellings()
    for found in re.finditer(r"[A-Za-z][A-Za-z'-]*[A-Za-z]", source.text):
        right = known.get(found[0].lower())
        if right:
            yield Span(found.start(), found.end()), f'"{found[0]}" is spelled {right}'


_NOTES = ("XXX", "TODO", "FIXME", "ACTION")
_NOTE = rf"(?<![\w.-])(?:{'|'.join(_NOTES)})(?![\w.-]*[\w-])"


@rule("XS613", "left-note", "warning", Paragraph, lone=True)
def left_note(paragraph: Paragraph, context: Context) -> Iterator[Found]:
    """A note to the authors is left in the text.

    XXX, TODO, FIXME and ACTION are for drafts; a reader of a release cannot tell what is still open.

    Bad:
        XXX Which guests? Ask the maintainers.
    Good:
        For HVM guests only.
    """
    text = context.source.text[paragraph.span.start : paragraph.span.end]
    if not any(note in text for note in _NOTES):
        return
    for found in re.finditer(_NOTE, text):
        at = paragraph.span.start
        rest = text[found.start() :].split("\n")[0]
        yield (
            Span(at + found.start(), at + found.end()),
            f'"{found[0]}" is left in the text; settle it, or remove it',
            {"words": rest},
        )


@rule("XS612", "fields-apart", "info", Literal)
def fields_apart(literal: Literal, context: Context) -> Iterator[Found]:
    """A field has unusual spaces around its colon or comma.

    It is read all the same; the form is "Status, x86: Supported", with single spaces.

    Bad:
            Status,x86:  Supported
    Good:
            Status, x86: Supported
    """
    if literal.kind != "feature":
        return
    for field in literal.fields:
        text = context.source.text[field.span.start : field.value_span.start]
        colon = text.rfind(":")
        if colon < 0 or "\t" in text:
            continue
        wrong = text[colon + 1 :] != " "
        comma = text.find(",")
        if field.qualifier is not None and comma >= 0:
            wrong = wrong or not re.match(r", \S", text[comma:])
            head = f"{text[:comma]}, {text[comma + 1 : colon].lstrip()}: "
        else:
            head = text[:colon] + ": "
        if wrong:
            change = fix(True, (field.span.start, field.value_span.start, head))
            yield field.span, f'written "{head}{field.value}"', {"fix": change}

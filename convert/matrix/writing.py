"""The text of the matrix's page: what `convert.matrix.page` has found, as HTML; what comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from convert.matrix.parts import Column, e, filled, head, sources_table, support_table
from convert.matrix.words import ABSENCE, CHANGE, SECURITY
from convert.output.terminal import TOOL

View = Mapping[str, Any]
_ERRORS = 50  # that are shown of a tree


def page(
    *, css: str, script: str, canonical: str | None, columns: Sequence[Column], groups: Sequence[View], live: int,
    today: str, home: str | None, published: Sequence[str], errors: Iterable[tuple[str, Sequence[Column]]],
    labels: Mapping[str, int],
) -> str:  # fmt: skip
    """The whole page.

    `live`: how many trees are shown before the others are asked for, 0 for all; `groups`: the lines by section;
    `errors`: trees with errors, by what is added to the class of their list.
    """
    span = live or len(columns)
    return filled(
        "page.html", head=head("Xen feature support matrix", css, script, canonical), script=script, today=e(today),
        live=' class="live"' if live else "",
        home=f', <a href="{e(home)}">all trees and features</a>' if home else "",
        trees=support_table(columns, None, f"The trees and their support on {today}"),
        ended=_ended(sum(bool(c["ended"]) for c in columns)) if live else "",
        broken="".join(_broken(which, broken) for which, broken in errors),
        sections="".join(_option(g["id"], g["name"]) for g in groups if g["stated"]),
        labels="".join(_option(str(n), name) for name, n in labels.items()),
        security="".join(_option(name, meaning.words) for name, meaning in SECURITY.items()),
        choice="".join(map(_choice, columns)), heads="".join(map(_head, columns)),
        groups="".join([_group(group, span) for group in groups]), legend=_legend(),
        sources=sources_table(columns), tool=_tool(), published=_published(published),
    )  # fmt: skip


def trees(*, css: str, columns: Sequence[Column], today: str) -> str:
    """The page of the trees alone."""
    return filled(
        "trees.html", head=head("Xen trees and their support", css), today=e(today), tool=_tool(),
        trees=support_table(columns, today, f"The trees and their support on {today}"), sources=sources_table(columns),
    )  # fmt: skip


def _tool() -> str:
    return e(f"{TOOL['name']} {TOOL['version']}")


def _option(value: str, words: str) -> str:
    return f'<option value="{e(value)}">{e(words)}</option>'


def _ended(count: int) -> str:
    """The box that shows the trees whose support has ended."""
    if not count:
        return ""
    words = f"and the {count} tree{'' if count == 1 else 's'} whose support has ended"
    return f'<label class="check"><input type="checkbox" id="_ended" autocomplete="off"> {words}</label>\n'


def _broken(which: str, broken: Sequence[Column]) -> str:
    """What is wrong in the files of some trees."""
    names = ", ".join(e(c["name"]) for c in broken)
    errors = "".join(f"<li>{words}</li>" for c in broken for words in _errors(c))
    return (
        f'<details class="broken{which}"><summary>Errors in SUPPORT.md of {names}</summary>\n'
        f"<p>Statuses that an error hides are marked unreadable.</p>\n<ul>{errors}</ul></details>\n"
    )


def _errors(c: Column) -> Iterable[str]:
    name = e(c["name"])
    for line, message in c["errors"][:_ERRORS]:
        yield f"{name}, line {line}: {e(message)}" if line else f"{name}: {e(message)}"
    if len(c["errors"]) > _ERRORS:
        yield f"{name}: and {len(c['errors']) - _ERRORS} more"


def _choice(c: Column) -> str:
    """The box that shows or hides a tree."""
    name = e(c["name"])
    return f'<label class="check"><input type="checkbox" class="tree" value="{name}" checked> {name}</label>'


def _head(c: Column) -> str:
    """The head of a tree's column."""
    errors = ", <b>has errors</b>" if c["errors"] else ""
    return f'<th scope="col">{_linked(c["url"], c["name"])}<small>{e(c["short"])}{errors}</small></th>'


def _linked(url: str | None, words: str) -> str:
    """Words of the table, linked where there is an address; the tab key passes over thousands of such links."""
    return f'<a href="{e(url)}" tabindex="-1">{e(words)}</a>' if url else e(words)


def _group(group: View, span: int) -> str:
    """The lines of one section."""
    lines = "".join([_line(line, span) for line in group["lines"]])
    return f'<tbody data-s="{e(group["id"])}">\n{lines}</tbody>\n'


def _line(line: View, span: int) -> str:
    """One line of the table, and the one that opens below it."""
    fill = f'<td class="fill" colspan="{span}"></td>'
    cells = fill if line["form"] == "head" else "".join(map(_cell, line["cells"]))
    label = f' aria-label="{e(line["name"])}"' if line["more"] else ""
    head = f'<th scope="row"{label}>{_name(line)}</th>'
    return f'<tr id="{e(line["id"])}" class="{line["classes"]}">{head}{cells}</tr>\n{_more(line, span)}'


def _name(line: View) -> str:
    """What the line is about: its former anchors, its name, links to itself and to what it became or was."""
    name = e(line["name"])
    marks = "".join([f'<span id="{e(mark)}"></span>' for mark in line["marks"]])
    own = f'<a class="self" href="#{e(line["href"])}" tabindex="-1"'
    if line["more"]:
        name = f"<details><summary>{name}</summary></details>"
    elif line["of"]:
        name = f"{own}>{e(line['of'])}:</a> {name}"
    link = f'{own} aria-hidden="true">#</a>' if line["form"] == "row" and not line["of"] else ""
    relations = "".join(
        f'<small class="rel">{e(r["before"])}<a href="#{e(r["href"])}">{e(r["name"])}</a>{e(r["after"])}</small>'
        for r in line["relations"]
    )
    return f"{marks}{name}{link}{relations}"


def _cell(cell: View) -> str:
    """A status, or why there is none; what it means for security, its caveats, what changed."""
    classes = f' class="{cell["classes"]}"' if cell["classes"] else ""
    caveats, note = cell["caveats"], cell["note"]
    words = e(note)
    if caveats is not None:
        words += ", " * bool(note) + _linked(caveats, "with caveats")
    small = f"<small>{words}</small>" if words else ""
    change = f"<b>{e(cell['change'])}</b>" if cell["change"] else ""
    return f"<td{classes}>{_linked(cell['href'], cell['text'])}{small}{change}</td>"


def _more(line: View, span: int) -> str:
    """What opens below a heading, if anything does: prose, its page and advisories, where it is in the full text."""
    if not line["more"]:
        return ""
    anchors = f' data-a="{e(line["anchors"])}"' if line["anchors"] else ""
    prose = "".join(f"<p><b>{e(what)} in {e(names)}</b>{e(text)}</p>" for what, names, text in line["prose"])
    sources = ", ".join(f'<a href="{e(url)}">{e(name)}</a>' for name, url in line["sources"])
    found = f"In the full text of {sources}" if sources else ""
    return (
        f'<tr class="more{"" if line["prose"] else " src"}"><td colspan="{span + 1}"><div class="stay"{anchors}>'
        f'{prose}{_more_of(line)}<p class="from">{found}</p></div></td></tr>\n'
    )


def _more_of(line: View) -> str:
    """The page of a feature, and the advisories that changed it."""
    page, numbers = line["page"], line["advisories"]
    if not page and not numbers:
        return ""
    own = f'<a href="{e(page)}">History and all trees of {e(line["name"])}</a>' if page else ""
    links = ", ".join(f'<a href="{e(url)}">{e(number)}</a>' for number, url in numbers)
    words = (", changed by " if page else "Changed by ") if links else ""
    return f'<p class="more-of">{own}{words}{links}</p>'


def _legend() -> str:
    """The words of the table, each with what it means."""
    entries = [
        (f'<span class="chip s-{name}">{e(entry.words)}</span>', e(entry.explanation))
        for name, entry in SECURITY.items()
    ]
    for name, (sign, words) in CHANGE.items():
        same = "; the security support is the same, or cannot be compared" if name == "text" else ""
        explanation = f"Compared with the next older tree that has a status here{same}."
        entries.append((f"{e(sign)} {e(words.format('X'))}", explanation))
    entries += [(e(words), e(explanation)) for words, explanation in ABSENCE.values()]
    return "".join(f"<div><dt>{term}</dt><dd>{explanation}</dd></div>\n" for term, explanation in entries)


def _published(names: Sequence[str]) -> str:
    """Where the same is as data: the JSON, and its schema."""
    if not names:
        return ""
    links = " and ".join(
        f'<a href="{e(quote(n))}">{w}</a>' for n, w in zip(names, ("JSON", "its schema"), strict=False)
    )
    return f" The same as data: {links}."

"""Parts that pages share, as text: the head of a page, the table of the trees, the table of where they were read.

Made of joined strings and `string.Template`, as every start of `matrix` needs them: what comes from outside goes
through `e`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from string import Template
from typing import Any

from grammar.packaged import packaged

Column = Mapping[str, Any]


@lru_cache(maxsize=8192)
def e(text: str) -> str:
    """Text as it stands in an element or in a quoted attribute."""
    return escape(text)


def template_text(name: str) -> str:
    """A file of templates/matrix."""
    return packaged("convert", "templates", "matrix", name).decode()


def filled(name: str, **values: str) -> str:
    """A file of templates/matrix with HTML in the places of its `$names`."""
    return Template(template_text(name)).substitute(values)


def digest(text: str) -> str:
    """The hash of a style or script as a content security policy names it (CSP 3, `hash-source`)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def head(title: str, css: str, script: str = "", canonical: str | None = None) -> str:
    """From the doctype to the end of the head.  `css`, `script`: our own, which the page alone is allowed to run."""
    return filled(
        "head.html", title=e(title), css=css, style_hash=digest(css),
        scripts=f"script-src '{digest(script)}'; " if script else "",
        canonical=f'<link rel="canonical" href="{e(canonical)}">\n' if canonical else "",
    )  # fmt: skip


def support_table(columns: Iterable[Column], today: str | None, label: str) -> str:
    """Each tree with what it is on the day, and until when; `today` is named in the head where it is given."""
    on = f'<span class="wide"> on {e(today)}</span>' if today else ""
    return filled("support_table.html", label=e(label), on=on, rows="".join(map(_supported, columns)))


def _supported(c: Column) -> str:
    name = e(c["name"])
    where = c["page"] or c["url"]
    linked = f'<a href="{e(where)}">{name}</a>' if where else name
    notes = f'<a href="{e(c["notes"])}">release notes<span class="hear"> of {name}</span></a>' if c["notes"] else ""
    dates = f'<td>{e(c["until"])}</td><td>{e(c["security_until"])}</td><td class="wide">{e(c["initial"])}</td>'
    return (
        f'<tr class="{"old" if c["ended"] else ""} t-{e(c["state"])}"><th scope="row">{linked}</th>'
        f'<td>{e(c["short"])}</td>{dates}<td class="wide">{notes}</td></tr>\n'
    )


def sources_table(columns: Iterable[Column]) -> str:
    """Where each tree was read: version, ref, commit, day, age."""
    return filled("sources_table.html", rows="".join(map(_source, columns)))


def _source(c: Column) -> str:
    version, ref, commit, day = c["xen"] or c["version"] or "", c["ref"] or "", c["commit"] or "", c["date"] or ""
    return (
        f'<tr><th scope="row">{e(c["name"])}</th><td>{e(version)}</td><td>{e(ref)}</td>'
        f"<td><code>{e(commit[:12])}</code></td><td>{e(day)}</td><td>{e(c['age'])}</td></tr>\n"
    )

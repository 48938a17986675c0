"""An Atom feed (RFC 4287) of what changed in security support: by commits, and by trees whose support ended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from convert.diff.losses import SUPPORTED, rank
from convert.matrix.history import Step
from convert.matrix.history_formats import change_json
from convert.matrix.site.model import Site
from convert.matrix.words import SECURITY, several
from convert.trees.state import iso_date
from grammar.labels import Security
from grammar.status import read_status

_MOST = 100  # entries of a feed, and lines of an entry
_LINES = 30
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: `identity` is what its id is made of; `day` as YYYY-MM-DD; `page` from the top of the site."""

    identity: str
    day: str
    title: str
    lines: tuple[str, ...]
    page: str


def atom(site: Site) -> str:
    """The feed; equal input gives equal bytes, and nothing in it but the entries depends on the day."""
    entries = sorted((*_by_commit(site), *_ended(site)), key=lambda e: (e.day, e.identity), reverse=True)[:_MOST]
    updated = entries[0].day if entries else "1970-01-01"
    out = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<feed xmlns={quoteattr(_ATOM)}>",
        f"<id>{_urn(site.base + 'changes.atom')}</id>",
        "<title>Xen: changes of security support</title>",
        f"<updated>{updated}T00:00:00Z</updated>",
        "<author><name>xen-support</name></author>",
        f'<link rel="alternate" type="text/html" href={quoteattr(site.base + "index.html")}/>',
    ]
    if site.base:
        out.append(f'<link rel="self" href={quoteattr(site.base + "changes.atom")}/>')
    for entry in entries:
        out += [
            "<entry>",
            f"<id>{_urn(entry.identity)}</id>",
            f"<title>{_xml(entry.title)}</title>",
            f"<updated>{entry.day}T00:00:00Z</updated>",
            f'<link rel="alternate" type="text/html" href={quoteattr(site.base + entry.page)}/>',
            f'<content type="text">{_xml(chr(10).join(entry.lines))}</content>',
            "</entry>",
        ]
    return "\n".join([*out, "</feed>", ""])


def _urn(text: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"


def _xml(text: str) -> str:
    """A text without the characters that XML 1.0 has no place for."""
    return escape(
        "".join(
            c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else "�"
            for c in text
        )
    )


def _by_commit(site: Site) -> Iterator[_Entry]:
    """An entry a change, with the features whose security support it changed."""
    found: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {}
    subjects = [(" / ".join(f.line.path[1:]), f"feature/{f.file}.html", f.changes) for f in site.features]
    for name, page, changes in (*subjects, ("Release", "index.html", site.releases)):
        for change, steps in changes:
            lines = [words for step in steps if (words := told(step)) is not None]
            if lines:
                commit = change_json(change, site.past)
                _, all_lines, pages = found.setdefault(change.commits[0], (commit, [], []))
                all_lines += [f"{name}: {words}" for words in lines]
                pages.append(page)
    for hash_, (commit, lines, pages) in found.items():
        numbers = f" ({', '.join(commit['xsas'])})" if commit["xsas"] else ""
        trees = several(commit["trees"], site.names) or "no tree"
        more = [f"and {len(lines) - _LINES} more"] if len(lines) > _LINES else []
        body = (*lines[:_LINES], *more, f"In {trees}; commit {hash_}")
        page = pages[0] if len(pages) == 1 else "index.html"
        title = f"Xen {trees}: {lines[0].partition(': ')[2]}" if set(pages) == {"index.html"} else commit["subject"]
        yield _Entry(f"commit {hash_}", commit["date"] or "1970-01-01", f"{title}{numbers}", body, page)


def told(step: Step) -> str | None:
    """What a step means for security support, in words; None where it leaves that alone."""
    part = step.key.partition("--")[2]
    if part == "security-support-until":
        return _prolonged(step)
    words = _TOLD[step.kind](step, _security(step, step.old), _security(step, step.new)) if step.kind in _TOLD else None
    return f"{part}: {words}" if words and part else words


def _prolonged(step: Step) -> str | None:
    until = iso_date(step.new)
    before = f", was {step.old}" if step.old and iso_date(step.old) else ""
    return f"security support until {until}{before}" if until and step.kind in ("status", "added") else None


def _security(step: Step, status: str | None) -> Security:
    """What a row's status says of security; `no` where there is no row or no status."""
    return read_status(status).security if step.rows and status is not None else "no"


def _changed(step: Step, old: Security, new: Security) -> str | None:
    if old == new:
        return None
    verb = "more" if rank(new) > rank(old) else "less"
    return f"{verb} security support: {SECURITY[new].words}, was {SECURITY[old].words}"


def _added(step: Step, old: Security, new: Security) -> str | None:
    return f"now listed: {SECURITY[new].words}" if new in SUPPORTED else None


def _removed(step: Step, old: Security, new: Security) -> str | None:
    became = f"; perhaps continued as {step.perhaps.key}" if step.perhaps else ""
    return f"no longer listed: was {SECURITY[old].words}{became}" if old in SUPPORTED else None


_TOLD = {"status": _changed, "added": _added, "removed": _removed}


def _ended(site: Site) -> Iterator[_Entry]:
    for tree, standing in zip(site.matrix.trees, site.matrix.standings, strict=True):
        end = standing.security or standing.support
        if standing.state == "ended" and end is not None:
            page = f"tree/{site.tree_file(tree)}.html"
            words = f"Security support of Xen {tree.name} ended on {end}"
            yield _Entry(f"ended {tree.name} {end}", end.isoformat(), words, (f"{words}.",), page)

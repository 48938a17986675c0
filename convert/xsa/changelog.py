"""`xsa log` for people: plain text, Markdown, and the form of Debian's changelog of xen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from convert.output.terminal import Painter, clean
from convert.xsa.log import Fixed, Log

WIDTH = 79  # as in Debian's changelog


def text(log: Log, paint: Painter) -> Iterator[str]:
    """An advisory a line, with its commits; then what is only mentioned, taken out, doubtful, not listed."""
    for fixed in log.fixed:
        commits = ", ".join(entry.hash[:10] for entry in fixed.commits)
        notes = " (part)" * fixed.part + " (by its patch, no message names it)" * (fixed.how == "patch")
        cves = f" {' '.join(fixed.cves)}" if fixed.cves else ""
        yield f"{paint(f'XSA-{fixed.xsa}', 'bold')}{cves}  {clean(title(fixed))}{notes}  {commits}"
    for undone in log.undone:
        by = ", ".join(entry.hash[:10] for entry in undone.by)
        yield f"XSA-{undone.xsa} {paint('reverted', 'no')}  {undone.commit.hash[:10]} by {by}"
    for number, entry, words in log.mentions:
        yield f"XSA-{number} only mentioned  {entry.hash[:10]} {clean(words)}"
    for number, entry, why in log.doubts:
        yield f"XSA-{number} {paint('doubtful', 'warning')}  {entry.hash[:10]} {clean(why)}"
    for one, why in log.left:
        yield f"XSA-{one.number} not listed  {clean(why)}"
    if not log.fixed:
        yield "no advisory is fixed in this range"


def title(fixed: Fixed) -> str:
    """The advisory's title; without one the subject of its first commit."""
    return fixed.title or fixed.commits[0].subject


def markdown(log: Log) -> Iterator[str]:
    """A list of GitHub's Markdown."""
    for fixed in log.fixed:
        commits = ", ".join(f"`{entry.hash[:10]}`" for entry in fixed.commits)
        notes = " (part)" * fixed.part + " (no message names it)" * (fixed.how == "patch")
        link = f"[XSA-{fixed.xsa}](https://xenbits.xenproject.org/xsa/advisory-{fixed.xsa}.html)"
        yield f"- {link}{''.join(f' {cve}' for cve in fixed.cves)}: {escaped(title(fixed))}{notes}, {commits}"
    for undone in log.undone:
        yield f"- XSA-{undone.xsa}: reverted by {', '.join(f'`{entry.hash[:10]}`' for entry in undone.by)}"
    if log.left:
        yield ""
        yield "Not listed:"
        yield ""
        for one, why in log.left:
            yield f"- XSA-{one.number} {escaped(why)}"


def escaped(words: str) -> str:
    """Words in which nothing acts as Markdown or HTML."""
    flat = " ".join(clean(words).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#!|~" else "&amp;" if c == "&" else c for c in flat)


def debian(log: Log, version: str) -> Iterator[str]:
    """The entry of Debian's changelog: what the new version fixes, and what is not listed and why."""
    if not log.fixed:
        yield from _wrapped(f"  * Update to new upstream version {version}.", "    ")
    else:
        words = (
            f"  * Update to new upstream version {version}, which also contains security fixes for the following"
            " issues:"
        )
        yield from _wrapped(words, "    ")
    for fixed in log.fixed:
        yield from _wrapped(f"    - {clean(title(fixed))}", "      ")
        yield from _wrapped(f"      XSA-{fixed.xsa} {' '.join(fixed.cves)}".rstrip(), "      ")
    if log.left:
        yield from _wrapped("  * Note that the following XSA are not listed, because...", "    ")
        by_why: dict[str, list[int]] = {}
        for one, why in log.left:
            by_why.setdefault(why, []).append(one.number)
        for why, numbers in by_why.items():
            names = " and ".join(filter(None, [", ".join(f"XSA-{n}" for n in numbers[:-1]), f"XSA-{numbers[-1]}"]))
            many = _plural(why) if len(numbers) > 1 else why
            yield from _wrapped(f"    - {names} {clean(many)}.", "      ")


def _plural(why: str) -> str:
    for one, many in (
        ("has ", "have "),
        ("is ", "are "),
        ("was ", "were "),
        ("needs ", "need "),
        ("only applies ", "only apply "),
    ):
        if why.startswith(one):
            return many + why.removeprefix(one)
    return why


def _wrapped(words: str, indent: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)

"""The rules of lint: how one is entered, what it is given, and the one walk that calls them.

A rule is a generator function of (node, context) whose docstring is its explanation: a line that says what is wrong, a
blank line, the reason, a blank line, then `Bad:` and `Good:`, each followed by an indented SUPPORT fragment.  A
fragment is below a heading of the engine's making (see `tests/lint/test_catalogue.py`), unless it begins with `%` or
`#`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from typing import Literal as Choice

from convert.names.aliases import Aliases
from grammar.catalogue import enter as enter_entry
from grammar.diagnostic import Diagnostic, Fix, Severity
from grammar.named import NamedTuple
from grammar.nodes import BulletList, DefinitionList, Document, Heading, Literal, Paragraph, ParsedField, Section
from grammar.parser import Parsed
from grammar.record import field, record
from grammar.rows import Limit, Row
from grammar.source import Source, Span

Node = Document | Section | Heading | Literal | ParsedField | Paragraph | BulletList | DefinitionList | Row | Source
Rule = Callable[[Any, "Context"], Iterable[Any]]
# `default`: speaks unless it is ignored; `style`: with --style; `selected`: only by its name
Tier = Choice["default", "style", "selected"]


class Sibling(NamedTuple):
    """Another tree to compare with: its name, what it says, whether it is newer than the tree under lint.

    `younger(keys)`: whether the row with these keys came into that tree with code that the tree under lint does not
    have; None where nobody can tell.
    """

    name: str
    source: Source
    document: Document
    rows: tuple[Row, ...]
    newer: bool
    younger: Callable[[tuple[str, ...]], bool | None] = lambda keys: None


class Gate(NamedTuple):
    """What is looked at before a tag is made (`release --check`), and by rules of that gate alone.

    `tag`: the tag that the commit has or is to have, None for none; `changelog`, `readme`: the texts of CHANGELOG.md
    and README beside the file, where they are there; `numbers`: the X.Y that have a branch of their own, `tags`: the
    tags of releases, both None where all branches are not looked at; `tagged`: the day on which the tag was made, if it
    has been.
    """

    tag: str | None = None
    changelog: str | None = None
    readme: str | None = None
    numbers: frozenset[str] | None = None
    tags: frozenset[str] | None = None
    tagged: date | None = None


class Rest(NamedTuple):
    """What is in sections of features that have been looked at by themselves (convert/lint/apart.py) and left out.

    `qualifiers` are those of their fields, `names` the words of the headings that have fields; `place` is what stands
    for their places.
    """

    qualifiers: frozenset[str]
    names: tuple[str, ...]
    place: Span


@record(eq=False)
class Context:
    """What a rule may look at besides its node; the command fills it, rules never run git.

    `makefile`: the text of the tree's xen/Makefile, where a tree is at hand; `siblings`: with --against; `day`: the day
    by which policies are judged (the commit's, for a tag); `gate`: for `release --check` only; `texts` reads the tree's
    other files that speak of support, path -> text, for the rules that ask for them; `aliases`: which headings and rows
    are one under other names; `name`: the tree's name; `before`: the file as the commits or the patch under lint found
    it, with
    --new-only, ranges and --patch; `logged`: whether what is under lint has an entry in CHANGELOG.md, None where nobody
    asks (no range, no file); `rest`: what else is in the text, where the source is not all of it.
    """

    source: Source
    parsed: Parsed
    rows: tuple[Row, ...]
    limits: tuple[Limit, ...]
    day: date
    makefile: str | None = None
    siblings: tuple[Sibling, ...] = ()
    gate: Gate | None = None
    texts: Callable[[], Mapping[str, str]] | None = None
    aliases: Aliases = field(default_factory=Aliases)
    name: str | None = None
    before: Document | None = None
    logged: bool | None = None
    rest: Rest | None = None
    memo: dict[str, Any] = field(default_factory=dict)


class Entry(NamedTuple):
    """One rule of the catalogue."""

    code: str
    name: str
    severity: Severity
    on: type
    rule: Rule
    tier: Tier
    touched: bool = False
    alone: bool = False
    lone: bool = False
    framed: bool = False

    @property
    def default(self) -> bool:
        """Whether it speaks unasked."""
        return self.tier == "default"

    @property
    def doc(self) -> str:
        """Its explanation."""
        return self.rule.__doc__ or ""

    def at(
        self,
        span: Span | None,
        message: str,
        *,
        severity: Severity | None = None,
        rows: Sequence[str] = (),
        fix: Fix | None = None,
        words: str | None = None,
    ) -> Diagnostic:
        """A diagnostic of this rule; `words` tell one occurrence from another where the source's at the span do not."""
        return Diagnostic(
            self.code, self.name, severity or self.severity, message, span, None, tuple(rows), (), fix, words
        )


RULES: dict[str, Entry] = {}


def rule(
    code: str,
    name: str,
    severity: Severity,
    on: type,
    *,
    default: bool = True,
    touched: bool = False,
    alone: bool = False,
    lone: bool = False,
    framed: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a generator of (span, message[, keywords of Entry.at]) into the catalogue; `on` is the node type it is
    called for.

    The function yields tuples (span, message) or (span, message, {"rows": ..., "fix": ..., "severity": ..., "words":
    ...}), one for each occurrence, and no line and no count in a message.  `default` false: only when selected; a rule
    of severity info is a note on style; `touched`: then it speaks in --new-only all the same; `alone`: only when it is
    selected itself, not with others; `lone`: it looks at nothing but its node and the node's own text, of a section at
    its heading or at its blocks but not at both together, of a source at its lines; `framed`: of sections of features
    it looks at nothing but what `Context.rest` has of them, their labels and limits, and those of the definitions part
    it looks at are all there.
    """
    tier: Tier = "selected" if not default else "style" if severity == "info" else "default"

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        RULES[code] = enter_entry(Entry(code, name, severity, on, function, tier, touched, alone, lone, framed))
        return function

    return enter


_BLOCKS = (Literal, Paragraph, BulletList, DefinitionList)
_INNER = (*_BLOCKS, ParsedField)


def blocks_of(blocks: Iterable[Any]) -> Iterator[Node]:
    """Every block that a rule may be called for, with the fields in it, in file order."""
    waiting = [*blocks]
    waiting.reverse()
    while waiting:
        block = waiting.pop()
        if isinstance(block, _BLOCKS):
            yield block
        if isinstance(block, Literal):
            yield from block.fields
        elif isinstance(block, BulletList):
            for item in reversed(block.items):
                waiting += reversed(item)


def check(context: Context, codes: Iterable[str]) -> list[Diagnostic]:
    """The findings of the chosen rules, in one walk, in file order.

    Blocks in which rules that look at nothing else found nothing are not looked at again where another document has
    them.
    """
    by_type: dict[type, list[Entry]] = {}
    for code in codes:
        if code in RULES:
            by_type.setdefault(RULES[code].on, []).append(RULES[code])
    inner = [entry for kind in _INNER for entry in by_type.get(kind, ())]
    quiet = ("quiet", *(entry.code for entry in inner))
    lone = all(entry.lone for entry in inner)

    def say(nodes: Iterable[Node]) -> list[Diagnostic]:
        return [
            entry.at(said[0], said[1], **(said[2] if len(said) > 2 else {}))
            for node in nodes
            for entry in by_type.get(type(node), ())
            for said in entry.rule(node, context)
        ]

    document = context.parsed.document
    found = say((context.source, document, *blocks_of(document.preamble)))
    for section in document.walk():
        found += say((section, section.heading))
        if section.noted(quiet):
            continue
        within = say(blocks_of(section.blocks))
        found += within
        if lone and not within:
            section.note(quiet)
    found += say(context.rows)
    found.sort(key=lambda d: (d.span.start if d.span else 0, d.code))
    return found

"""What changed between two files, said in sentences for commit messages, change logs and cover letters.

The changes are those of diff/compare, with what reviewers would otherwise stumble over: headings that the merge knows
to be one under a new name are renamed, not removed and added; a label's definition is a definition and no status;
headings in another order are told; the rows of one limit are together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from convert.diff.compare import Change, compare, severity
from convert.mail.messages import one_line
from convert.merge.match import match
from convert.merge.parts import Part, read_text
from convert.merge.sequence import moved
from convert.names.aliases import Alias, Aliases
from grammar.fold import fold
from grammar.nodes import Document, Literal
from grammar.parser import parse_text
from grammar.rows import LIMIT_PART, read_rows

_LONGEST = 160  # characters of a status or path in a sentence
# kinds beside those of diff/compare
ORDER, TEXT_ADDED, TEXT_REMOVED = "order", "text-added", "text-removed"
DEFINED, UNDEFINED, REDEFINED = "definition-added", "definition-removed", "definition-changed"


def meaning(old: str | None, new: str | None) -> list[Change]:
    """What changed from one file to another: losses of security support first, the rest in file order."""
    before, after = old or "", new or ""
    was, now = read_text(before).root, read_text(after).root
    pairs = match(was, now)
    found = compare(parse_text(before).document, parse_text(after).document, _renames(pairs))
    headings = _Headings.of(before, after, frozenset(other.anchor for other in pairs.values()))
    told = [told for change in found if (told := headings.kind_of(change)) is not None]
    told += _reordered(was, now, pairs)
    return list(_together(told))


def _renames(pairs: dict[Part, Part]) -> Aliases:
    """The headings that have a new name, as aliases; of a name that is used again none."""
    found = {one.name: other.name for one, other in pairs.items() if one.parent and one.name != other.name}
    kept = {one.name for one, other in pairs.items() if one.name == other.name}
    return Aliases(tuple(Alias(a, b) for a, b in found.items() if not {a, b} & kept and b not in found))


@dataclass(frozen=True, slots=True)
class _Headings:
    """What headings define (by anchor, in the old file and in the new one), the keys of rows of both files.

    `old`: the new file's headings that had one before.
    """

    definitions: tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]
    rows: frozenset[str]
    old: frozenset[str]

    @staticmethod
    def of(before: str, after: str, old: frozenset[str]) -> _Headings:
        documents = [parse_text(text).document for text in (before, after)]
        rows = {row.key for document in documents for row in read_rows(document).rows}
        return _Headings((_defined(documents[0]), _defined(documents[1])), frozenset(rows), old)

    def kind_of(self, change: Change) -> Change | None:
        """The change with a kind of ours where its text is a definition, or a heading's without rows.

        None for prose that is behind another definition now, as a new one came between.
        """
        before, after = (known.get(change.key) for known in self.definitions)
        if (before or after) and change.path == change.feature and change.kind not in ("renamed", "moved"):
            if before == after:
                return None if set(self.definitions[0]) != set(self.definitions[1]) else change
            kind = DEFINED if not before else UNDEFINED if not after else REDEFINED
            return replace(change, kind=kind, old=None, new=None, why=None)
        if change.kind in ("added", "removed") and change.key not in self.rows:
            return replace(change, kind=TEXT_ADDED if change.kind == "added" else TEXT_REMOVED)
        anchor = change.key.partition("--")[0]
        if change.kind == "added" and (anchor not in self.old or change.security[1] == "yes"):
            return replace(change, why=None)  # what is new, and not in the place of a row that covered it, is no loss
        return change


def _defined(document: Document) -> dict[str, tuple[str, ...]]:
    """The lines of each heading's definition, by anchor."""
    return {
        section.heading.anchor: tuple(fold(line) for line in block.lines if line.strip())
        for section in document.walk()
        for block in section.blocks
        if isinstance(block, Literal) and block.kind == "definition"
    }


def _reordered(was: Part, now: Part, pairs: dict[Part, Part]) -> Iterator[Change]:
    """The headings that are in another order below the same one."""
    for above, now_above in pairs.items():
        there = set(now_above.parts)
        common = [pairs[part] for part in above.parts if pairs.get(part) in there]
        for part in sorted(moved(common, [p for p in now_above.parts if p in common]), key=lambda part: part.index):
            at = now_above.parts.index(part)
            place = f"after {now_above.parts[at - 1].words[-1]}" if at else "first"
            yield Change(ORDER, part.anchor, part.words, part.words, None, place)


def _together(changes: Sequence[Change]) -> Iterator[Change]:
    """The changes in their order; what is regularly tested or security supported follows the limit that it belongs
    to.
    """
    groups: dict[tuple[tuple[str, ...], str], list[Change]] = {}
    for change in sorted(changes, key=severity):
        key = (change.feature, _variant(change) if _is_row(change) else f"\0{change.kind}{change.key}")
        groups.setdefault(key, []).append(change)
    for group in groups.values():
        yield from sorted(group, key=lambda change: LIMIT_PART.search(_qualifier(change)) is not None)


def _is_row(change: Change) -> bool:
    return change.kind not in ("description", "caveat", "renamed", "moved", ORDER)


def _qualifier(change: Change) -> str:
    return change.path[-1] if len(change.path) > len(change.feature) else ""


def _variant(change: Change) -> str:
    return LIMIT_PART.sub("", _qualifier(change)).casefold()


def security_of(change: Change) -> str:
    """What a change does to security support: `lost`, `may be lost`, `gained`, or `other`."""
    return ("lost", "may be lost", "gained", "other")[severity(change)]


def name(change: Change, *, first: int = 1) -> str:
    """The path of a change from a heading's level on (0: `#`), as `Section / Feature / variant`."""
    path = [one_line(part) for part in change.path if part]
    return " / ".join(path[min(first, max(len(path) - 1, 0)) :]) or "the file"


def short_name(change: Change) -> str:
    """The feature of a change, with its variant."""
    words = [one_line(part) for part in change.path if part]
    return ", ".join(words[-2:]) if len(change.path) > len(change.feature) else words[-1] if words else "the file"


def statement(change: Change, named: str) -> str:
    """One change in words, without a full stop; `named` is what it is about."""
    old, new = _short(change.old), _short(change.new)
    match change.kind:
        case "added" | "removed":
            return (
                f"{named}: new{f': {new}' if new else ''}"
                if change.kind == "added"
                else f"{named}: removed{f', was {old}' if old else ''}"
            )
        case "renamed" | "moved":
            return f"{named}: {change.kind}, was {old.rpartition(' / ')[2] if change.kind == 'renamed' else old}"
        case "description" | "caveat":
            what = "caveats" if change.kind == "caveat" else "description"
            return f"{named}: {what} {'changed' if old and new else 'added' if new else 'removed'}"
        case _ if change.kind in _OTHERS:
            return _OTHERS[change.kind].format(name=named, place=new)
        case _:
            return f"{named}: {new or 'not stated'}, was {old or 'not stated'}"


_OTHERS = {
    ORDER: "{name}: now {place}",
    TEXT_ADDED: "{name}: new text, without a status",
    TEXT_REMOVED: "{name}: text removed, which had no status",
    DEFINED: "the label {name} is defined",
    UNDEFINED: "the definition of the label {name} is removed",
    REDEFINED: "the definition of the label {name} is changed",
}


def _short(words: str | None) -> str:
    flat = one_line(words or "")
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 3] + "..."

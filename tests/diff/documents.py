"""Small SUPPORT files for comparisons."""

from __future__ import annotations

from convert.diff.compare import Change, compare
from convert.names.aliases import Alias, Aliases
from grammar.parser import parse_text

HEAD = """% Support statement

# Release Support

    Xen-Version: 4.20

# Feature Support

## Section

"""


def features(**bodies: str) -> str:
    """A file with a `###` heading for each name (`_` is a blank) and the text below it."""
    return (
        HEAD
        + "\n\n".join(f"### {name.replace('_', ' ')}\n\n{body.strip(chr(10))}" for name, body in bodies.items())
        + "\n"
    )


def status(*lines: str) -> str:
    """A literal of Status fields: `Supported`, or `x86: Supported` for a variant."""
    return "\n".join(f"    Status, {line}" if ": " in line else f"    Status: {line}" for line in lines) + "\n"


def changes(old: str, new: str, *aliases: tuple[str, str]) -> list[Change]:
    """The changes from one text to another."""
    known = Aliases(tuple(Alias(a, b) for a, b in aliases))
    return compare(parse_text(old).document, parse_text(new).document, known)


def only(found: list[Change]) -> Change:
    """The one change."""
    assert len(found) == 1, [(c.kind, c.key, c.old, c.new) for c in found]
    return found[0]

"""The vocabulary of Status labels, once: spelling, security meaning, definition, other spellings."""

from __future__ import annotations

from typing import Literal

from grammar.named import NamedTuple

Security = Literal["yes", "no", "external", "caveats", "limited", "unstated"]
# how much is promised; another organisation's process is less than the project's own, conditions are less than none
RANK: dict[Security, int] = {"no": 0, "unstated": 1, "limited": 2, "external": 3, "caveats": 4, "yes": 5}


class Label(NamedTuple):
    """One label.  `heading` is the word in the definitions part that defines it (None: none is needed).

    `synonyms` are other spellings of the same in lower case: in a sheet they are read as the label.
    """

    name: str
    security: Security
    heading: str | None = None
    synonyms: tuple[str, ...] = ()


LABELS: tuple[Label, ...] = (
    Label("Supported", "yes", "Supported", ("✓", "✔", "tick", "yes", "y", "full")),
    Label(
        "Supported, not security supported",
        "no",
        "Supported, not security supported",
        (
            "supported (not security supported)",
            "supported, no security support",
            "not security supported",
            "supported without security support",
        ),
    ),
    Label(
        "Supported, Security support external",
        "external",
        "Supported, Security support external",
        ("supported (security support external)", "external", "supported, external security support"),
    ),
    Label(
        "Supported, with caveats",
        "caveats",
        "Supported, with caveats",
        ("supported with caveats", "½", "◐", "partial", "half", "supported (with caveats)"),
    ),
    Label(
        "Tech Preview",
        "no",
        "Tech Preview",
        (
            "technology preview",
            "tech-preview",
            "techpreview",
            "preview",
            "✓ preview",
            "✔ preview",
            "tick preview",
            "tp",
        ),
    ),
    Label("Tech Preview, with limited support", "limited", "Tech Preview", ("tech preview with limited support",)),
    Label("Experimental", "no", "Experimental", ("exp", "exp.")),
    Label("Deprecated", "yes", "Deprecated", ("✓ deprecated", "✔ deprecated", "tick deprecated")),
    Label("Obsolete", "no", "Obsolete", ("✗ obsolete", "✘ obsolete", "cross obsolete", "obsoleted")),
    Label("Not supported", "no", None, ("✗", "✘", "cross", "no", "n", "unsupported")),
    Label("Not implemented", "no", None, ("✗ implemented", "unimplemented")),
    Label("Not functional", "no", None, ("broken", "non-functional")),
    Label("No security support", "no", None),
)
BY_NAME: dict[str, Label] = {label.name: label for label in LABELS}

"""The words in which pages, tables and messages speak of cells and trees: each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from convert.trees.state import Standing, State
from grammar.labels import Security


class Meaning(NamedTuple):
    """Sign, words and explanation; the words are beside the sign, so that no meaning hangs on sign or colour alone."""

    sign: str
    words: str
    explanation: str


SECURITY: dict[Security, Meaning] = {
    "yes": Meaning("✔", "security supported", "Security flaws go through the Xen Project's security process."),
    "no": Meaning("✖", "not security supported", "Security flaws are handled like any other bug."),
    "caveats": Meaning("◐", "security supported with conditions", "As far as the status or the caveats say."),
    "limited": Meaning("◔", "limited security support", "Less than full; the status says how much."),
    "external": Meaning("↗", "security support by another project", "Flaws go through that project's process."),
    "unstated": Meaning("?", "security support not stated", "The status does not say, and is not a label that would."),
}
CHANGE = {
    "better": ("▲", "better than in {}"),
    "worse": ("▼", "worse than in {}"),
    "security-lost": ("⚠", "security support lost since {}"),
    "text": ("≠", "different words than in {}"),
}
ABSENCE = {
    "not-yet": ("not yet", "Only newer trees have this feature."),
    "removed": ("removed", "Only older trees have this feature under this name; it may have been renamed."),
    "gap": ("gap", "Both newer and older trees have this feature, but not this one."),
    "unreadable": ("unreadable", "The tree's file has an error here, so Xen's tools may have lost the status."),
}
STATES: dict[State, str] = {
    "development": "in development",
    "supported": "supported",
    "security": "security support only",
    "ended": "ended",
    "unknown": "support not stated",
}


def standing_words(standing: Standing) -> str:
    """What a tree is on a day, with the day on which that ends or ended: `security support only, until 2027-12-12`."""
    words = STATES[standing.state]
    if standing.state == "ended":
        end = standing.security or standing.support
        return f"{words} {end}" if end else words
    if standing.state == "supported":
        words = f"supported until {standing.support}"
        return f"{words}, security support until {standing.security}" if standing.security else words
    if standing.state == "security":
        return f"{words}, until {standing.security}"
    if standing.state == "development" and standing.released:
        return f"{words}, release planned for {standing.released}"
    return words


def in_tree(security: Security, standing: Standing) -> str:
    """What a status means for security in a tree that is what it is on the day: in the past tense where support has
    ended.

    Empty for what never had any in a tree that has ended.
    """
    words = SECURITY[security].words
    if security == "no" and standing.state == "ended":
        return ""
    if security in ("no", "unstated") or standing.security_supported:
        return words
    if standing.state in ("ended", "supported"):  # supported: a file whose security support ends before its support
        end = standing.security or standing.support
        return f"was {words}, ended {end}" if end else f"was {words}"
    if standing.state == "development":
        return f"{words} once released"
    return f"{words}, but the tree states no dates"


def effective(security: Security, standing: Standing) -> Security:
    """The security support that a status gives on a day, as far as its tree has any: none in a tree that is not
    released or has ended.

    In a tree that states no dates a promise is not known to hold: `unstated`.
    """
    if standing.security_supported or security == "no":
        return security
    return "unstated" if standing.state == "unknown" else "no"


def several(names: Sequence[str], order: Sequence[str]) -> str:
    """Names of trees for people: `all trees`, or with three and more neighbours as `4.22 to 4.17`; `order`: all of
    them.
    """
    if len(names) == len(order) > 1:
        return "all trees"
    places = sorted(order.index(name) for name in names)
    out: list[str] = []
    while places:
        length = next((n for n in range(1, len(places)) if places[n] != places[0] + n), len(places))
        run, places = places[:length], places[length:]
        out += [f"{order[run[0]]} to {order[run[-1]]}"] if length > 2 else [order[n] for n in run]
    return ", ".join(out)

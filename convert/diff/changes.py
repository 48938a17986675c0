"""One change of meaning, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass

from convert.names.likeness import Likely
from grammar.labels import Security

KINDS = (
    "security-lost",
    "security-gained",
    "status",
    "limit",
    "added",
    "removed",
    "renamed",
    "split",
    "moved",
    "description",
    "caveat",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of meaning.

    `key` and `path` are the new document's, or the old one's where the new one has none; `feature` is the path of the
    heading.  `old` and `new` are statuses, texts (`description`, `caveat`, headings without rows) or paths (`renamed`,
    `moved`), None where there is none.  `security` is the meaning before and after, None where no status tells; a
    misspelt label means what it is meant for.  `why` says what makes it a possible loss of security support, None where
    it is none. `perhaps` is what a vanished row may have become, or the supported row that a new one is like: no more
    than a suggestion. `formerly`: the old path, where a supported row vanished and its likely successor, which is this
    change's, promises less. `description`, `caveats`: the texts that come with the rows of an added, removed or renamed
    heading, a line a paragraph.
    """

    kind: str
    key: str
    path: tuple[str, ...]
    feature: tuple[str, ...]
    old: str | None
    new: str | None
    security: tuple[Security | None, Security | None] = (None, None)
    why: str | None = None
    perhaps: Likely | None = None
    formerly: tuple[str, ...] | None = None
    description: str = ""
    caveats: str = ""

    @property
    def possible_loss(self) -> bool:
        """Whether security support may be less than before."""
        return self.why is not None

    @property
    def about_security(self) -> bool:
        """Whether security support changed, or may have."""
        old, new = self.security
        changed = None not in (old, new) and old != new
        return self.possible_loss or changed or self.kind.startswith("security-")


def severity(change: Change) -> int:
    """0 for a loss of security support, 1 for a possible one, 2 for a gain, 3 for what leaves security alone."""
    if change.kind == "security-lost":
        return 0
    return 1 if change.possible_loss else 2 if change.kind == "security-gained" else 3

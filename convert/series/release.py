"""The patch of the release part among the patches of a tree: it comes first, alone, with the message that `release`
gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convert.mail.messages import Message
from convert.release import note as notes
from convert.release.note import Note
from convert.release.part import edited, read
from convert.series.plan import Change
from convert.series.split import Step
from convert.trees import git
from convert.trees.version import FILE
from grammar.fields import RELEASE_KEYS
from grammar.release import NOTES, differing
from grammar.source import Source

KEY = "release"


@dataclass(frozen=True, slots=True)
class Release:
    """The step of the release part: from which values to which, its message, and what `release` noted of it.

    `tagged`: the tag of the release is there now.
    """

    step: Step
    note: Note
    message: Message
    lines: tuple[str, ...]
    tagged: bool

    @property
    def prefix(self) -> str:
        """What is in the brackets of its subject: no RFC; `for-X.Y` before the tag, the branch of an extension."""
        if self.note.kind == "extend":
            return f"PATCH {self.note.number}"
        before = self.note.kind in ("rc", "final") and not self.tagged
        return f"PATCH for-{self.note.number}" if before else "PATCH"


def find(repo: Path, change: Change) -> Release | None:
    """The step of the release part in a tree's change; None where no commit of `release` is in it, or nothing is left
    to do.

    Raises Failure where git cannot tell.
    """
    note = notes.current(repo, change.tree, change.tip)
    if note is None or change.before is None:
        return None
    before, after = (read(Source(FILE, text.encode())) for text in (change.before, change.after))
    old, new = before.read.values, after.read.values
    wanted = {key: new[key] for key in (*RELEASE_KEYS, NOTES) if key in new}
    if not differing(old, new):
        return None
    try:
        text = edited(before, wanted).decode()
    except ValueError:
        return None
    lines = tuple(f"{key}: {new.get(key, 'none')}, was {old.get(key, 'missing')}" for key in differing(old, new))
    tagged = bool(git.tag_days(repo, f"RELEASE-{note.number}.0"))
    step = Step(KEY, KEY, "", change.before, text)
    return Release(step, note, notes.message_of(repo, note), lines, tagged)

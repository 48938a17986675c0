"""The message of a commit, as xen.git's docs/process/sending-patches.pandoc wants it: what changed, in meaning."""

from __future__ import annotations

from collections.abc import Sequence

from convert.diff.compare import Change
from convert.failure import counted
from convert.mail.messages import one_line, subject_of, wrapped
from convert.mail.statements import DEFINED, ORDER, REDEFINED, UNDEFINED, meaning, short_name, statement

_MOST = 60  # changes that a body lists one by one
# the trailer by which a commit of `update` is known: the blob of the draft that it merged, `none` where it merged none
DRAFT = "Sheet-Draft"
NOTHING = "Nothing changes in meaning: spelling and layout only."
_ABOUT_LABELS = (DEFINED, UNDEFINED, REDEFINED)


def compose(old: str, new: str, merged_branch: str | None, tags: Sequence[str] = ()) -> str:
    """A commit message about the way from one file to another.

    `merged_branch` is the tree's branch where its changes come in too; `tags` are whole lines.
    """
    changes = meaning(old, new)
    lines = [_subject(changes, merged_branch), ""]
    if merged_branch:
        lines += [*wrapped(f"This brings in the changes that {merged_branch} has had in the meantime."), ""]
    lines += statements(changes) if changes or merged_branch else wrapped(NOTHING)
    while not lines[-1]:
        lines.pop()
    if tags:
        lines += ["", *tags]
    return "\n".join(lines) + "\n"


def statements(changes: Sequence[Change]) -> list[str]:
    """The lines of a body that say what changed, a point each."""
    told = [f"{statement(change, short_name(change))}." for change in changes[:_MOST]]
    if len(changes) > _MOST:
        told.append(f"and {counted(len(changes) - _MOST, 'more change')}.")
    return [line for text in told for line in wrapped(text, "- ")]


def _subject(changes: Sequence[Change], merged_branch: str | None) -> str:
    about = [change for change in changes if change.kind not in _ABOUT_LABELS] or list(changes)
    features = list(dict.fromkeys(change.feature for change in about))
    if merged_branch:
        text = f"merge the changes of {merged_branch}"
    elif not changes:
        text = "correct spelling and layout"
    elif len(about) == 1:
        text = statement(about[0], short_name(about[0]))
    elif len(features) == 1 and features[0]:
        text = f"update {one_line(features[0][-1])}"
    elif all(change.kind == ORDER for change in about):
        text = f"reorder {counted(len(features), 'feature')}"
    elif all(change.kind in _ABOUT_LABELS for change in about):
        text = f"update the definitions of {counted(len(features), 'label')}"
    else:
        text = f"update {counted(len(features), 'feature')}"
    return subject_of(text)

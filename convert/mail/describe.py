"""The message of a commit, as xen.git's docs/process/sending-patches.pandoc wants it: what changed, in meaning."""

from __future__ import annotations

from collections.abc import Sequence

from convert.diff.compare import Change, compare
from convert.mail.messages import one_line, subject_of, wrapped
from grammar.nodes import Document

_MOST = 60  # changes that a body lists one by one


def compose(old: Document, new: Document, merged_branch: str | None, sign_off: str | None) -> str:
    """A commit message about the way from one file to another.

    `merged_branch` is the tree's branch where its changes come in too; `sign_off` the committer as `Name <address>`.
    """
    changes = compare(old, new)
    lines = [_subject(changes, merged_branch), ""]
    if merged_branch:
        lines += [*wrapped(f"This brings in the changes that {merged_branch} has had in the meantime."), ""]
    for change in changes[:_MOST]:
        lines += wrapped(_sentence(change), "- ")
    if len(changes) > _MOST:
        lines += wrapped(f"and {len(changes) - _MOST} more changes.", "- ")
    if not changes and not merged_branch:
        lines += wrapped("Nothing changes in meaning: spelling and layout only.")
    while not lines[-1]:
        lines.pop()
    if sign_off:
        lines += ["", f"Signed-off-by: {sign_off}"]
    return "\n".join(lines) + "\n"


def _subject(changes: Sequence[Change], merged_branch: str | None) -> str:
    features = list(dict.fromkeys(change.feature for change in changes))
    if merged_branch:
        text = f"merge the changes of {merged_branch}"
    elif not changes:
        text = "correct spelling and layout"
    elif len(changes) == 1:
        text = _sentence(changes[0]).rstrip(".")
    elif len(features) == 1 and features[0]:
        text = f"update {one_line(features[0][-1])}"
    else:
        text = f"update {len(features)} features"
    return subject_of(text)


def _sentence(change: Change) -> str:
    words = [one_line(part) for part in change.path if part]
    name = ", ".join(words[-2:]) if len(change.path) > len(change.feature) else words[-1] if words else "the file"
    old, new = one_line(change.old or ""), one_line(change.new or "")
    match change.kind:
        case "added":
            return f"{name}: new{f', {new}' if new else ''}."
        case "removed":
            return f"{name}: removed{f', was {old}' if old else ''}."
        case "renamed" | "moved":
            return f"{name}: {change.kind} from {old}."
        case "description" | "caveat":
            return (
                f"{name}: new words in its {change.kind}s." if change.kind == "caveat" else f"{name}: new description."
            )
        case _:
            return f"{name}: {new or 'nothing stated'}, was {old or 'not stated'}."

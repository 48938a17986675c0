"""The message of a commit, as xen.git's docs/process/sending-patches.pandoc wants it: what changed, in meaning."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from convert.diff import Change, compare
from grammar.nodes import Document

SUBJECT = 80
BODY = 75
_MOST = 60  # changes that a body lists one by one


def compose(old: Document, new: Document, merged_branch: str | None, sign_off: str | None) -> str:
    """A commit message about the way from one file to another.

    `merged_branch` is the tree's branch where its changes come in too; `sign_off` the committer as `Name <address>`.
    """
    changes = compare(old, new)
    lines = [_subject(changes, merged_branch), ""]
    if merged_branch:
        lines += [*_wrapped(f"This brings in the changes that {merged_branch} has had in the meantime."), ""]
    for change in changes[:_MOST]:
        lines += _wrapped(_sentence(change), "- ")
    if len(changes) > _MOST:
        lines += _wrapped(f"and {len(changes) - _MOST} more changes.", "- ")
    if not changes and not merged_branch:
        lines += _wrapped("Nothing changes in meaning: spelling and layout only.")
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
        text = f"update {_clean(features[0][-1])}"
    else:
        text = f"update {len(features)} features"
    return textwrap.shorten(f"SUPPORT.md: {text}", SUBJECT, placeholder=" ...")


def _sentence(change: Change) -> str:
    words = [_clean(part) for part in change.path if part]
    name = ", ".join(words[-2:]) if len(change.path) > len(change.feature) else words[-1] if words else "the file"
    old, new = _clean(change.old or ""), _clean(change.new or "")
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


def _clean(text: str) -> str:
    """Text on one line, without control characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text).split())


def _wrapped(text: str, bullet: str = "") -> list[str]:
    return textwrap.wrap(
        text, BODY, initial_indent=bullet, subsequent_indent=" " * len(bullet), break_long_words=True, break_on_hyphens=False
    )  # fmt: skip

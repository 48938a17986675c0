"""Git leads: the release fields of a tree that git has are taken from there, whatever the sheet's Trees tab says."""

from __future__ import annotations

from dataclasses import replace

from convert.sheet.model import Tree
from grammar.parser import parse_text
from grammar.release import NOTES, read_release

# the attribute of a sheet's tree -> the name of the value in a release part
ATTRIBUTES = {
    "version": "Xen-Version", "initial_release": "Initial-Release", "supported_until": "Supported-Until",
    "security_support_until": "Security-Support-Until", "release_notes": NOTES,
}  # fmt: skip


def led_by(tree: Tree, text: str, where: str) -> tuple[Tree, list[str]]:
    """A sheet's tree with the release part that its file in git has, and a sentence for each cell that says something
    else.

    `text` is the file, `where` the branch it is on, for people.  A file without release part leaves the sheet's.
    """
    values = read_release(parse_text(text).document).values
    if "Xen-Version" not in values:
        return tree, []
    if not values.get(NOTES, "http").startswith("http"):  # words without a link are nothing to copy
        values[NOTES] = tree.release_notes or ""
    said = []
    for attribute, key in ATTRIBUTES.items():
        cell, sheet, git = tree.places.get(attribute), getattr(tree, attribute), values.get(key)
        if cell is not None and sheet != git:
            said.append(
                f"{cell}: {git or f'no {key}'} in SUPPORT.md of {where}, {sheet or 'nothing'} in the sheet; git's is"
                " kept"
            )
    facts: dict[str, str | None] = {attribute: values.get(key) or None for attribute, key in ATTRIBUTES.items()}
    return replace(tree, **{**facts, "version": values["Xen-Version"]}), said  # type: ignore[arg-type]

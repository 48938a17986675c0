"""The last draft of a tree, kept in a private ref: what `update` merges from.

`refs/xen-support/<tree>/base` is a commit of three files: SUPPORT.md, the draft; `published.json`, what the workbook's
published columns said of the tree, in normal form; `provenance.json`, where it came from.  Its first parent is the base
before it (for the first one, an empty commit); its second parent is the support branch as that update left it, so that
hand edits are never lost with the branch.  Version 0.1.0 wrote base/1, without the second parent.  Refs get pushed:
nothing of the discussion, no owner, no undecided word and no name of the document is in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.draft.draft import Made
from convert.failure import Failure
from convert.output.terminal import TOOL
from convert.trees import git
from convert.trees.version import FILE, private_ref
from convert.update import schema
from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import Block, BulletList, Literal, Paragraph
from grammar.parser import parse_text

_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "xen-support"), ("EMAIL", "xen-support@localhost"))
}


_SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Base:
    """A base as it was kept.

    Its commit, the draft, the tree's commit it was merged into (None: not known), the support branch as that update
    left it (None: base/1), and the branch that patches are made against, as the update found it.
    """

    commit: str
    text: bytes
    tree_commit: str | None
    tip: str | None = None
    upstream: str | None = None


def ref_of(tree: str) -> str:
    """The ref of a tree's base."""
    return private_ref(tree, "base")


def load(repo: Path, tree: str) -> Base | None:
    """A tree's newest base; None before its first update.  Raises Failure for a ref that holds something else or
    newer.
    """
    commit = git.commit(repo, ref_of(tree))
    return read(repo, tree, commit) if commit is not None else None


def read(repo: Path, tree: str, commit: str) -> Base:
    """One base by its commit.  Raises Failure as `load` does."""
    text = git.object_of(repo, f"{commit}:{FILE}")
    said = git.object_of(repo, f"{commit}:provenance.json")
    try:
        provenance = json.loads(said or b"")
    except (ValueError, RecursionError):
        provenance = None
    number = schema.number(provenance, "base", _SCHEMA, ref_of(tree))
    if text is None or number is None:
        raise Failure(
            f"{ref_of(tree)}: not a base of xen-support; if nothing else needs it: git update-ref -d {ref_of(tree)}"
        )
    found, upstream = provenance.get("commit"), provenance.get("upstream")
    above = git.parents(repo, commit)
    return Base(
        commit, text, found if isinstance(found, str) and git.commit(repo, found) == found else None,
        above[1] if number > 1 and len(above) > 1 else None, upstream if isinstance(upstream, str) else None,
    )  # fmt: skip


def chain(repo: Path, tree: str) -> list[tuple[str, str]]:
    """All bases of a tree, newest first: (commit, blob of the draft)."""
    commits = [commit for commit, _ in git.messages(repo, ref_of(tree), straight=True)]
    blobs = git.identities(repo, [f"{commit}:{FILE}" for commit in commits])
    return [(commit, blob) for commit, blob in zip(commits, blobs, strict=True) if blob is not None]


def published(made: Made) -> dict[str, Any]:
    """What the workbook's published columns say of a tree, in one normal form: headings, statuses, words."""
    sections = []
    for section in made.draft.document.walk():
        fields = [[f.qualifier, f.value] for b in section.blocks if isinstance(b, Literal) for f in b.fields]
        first = next((n for n, b in enumerate(section.blocks) if isinstance(b, Literal)), len(section.blocks))
        sections.append(
            {
                "heading": fold(section.heading.text), "level": section.heading.level, "statuses": fields,
                "description": _words(section.blocks[:first]), "caveats": _words(section.blocks[first:]),
            }
        )  # fmt: skip
    return {"schema": "xen-support.published/1", "tree": made.draft.tree.name, "sections": sections}


def _words(blocks: tuple[Block, ...]) -> list[Any]:
    out: list[Any] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            out.append(fold(plain(block.inlines)))
        elif isinstance(block, BulletList):
            out.append([_words(item) for item in block.items])
    return out


def files(made: Made, text: bytes, sha256: str, tree_commit: str, upstream: str) -> dict[str, bytes]:
    """The files of a new base.

    `text` is the draft as it was merged (with what the file says where the sheet is undecided), `sha256` the source's;
    `upstream` is the name of the branch that patches are made against, without a remote.
    """
    known = {row.key for row in made.rows} & _keys(text)
    provenance = {
        "schema": f"xen-support.base/{_SCHEMA}",
        "tool": TOOL,
        "tree": made.draft.tree.name,
        "source": {"sha256": sha256},
        "commit": tree_commit,
        "upstream": upstream,
        "rows": {key: cell for key, cell in made.cells.items() if key in known},
    }
    return {
        FILE: text,
        "published.json": _json(published(made)),
        "provenance.json": _json(provenance),
    }


def _keys(text: bytes) -> set[str]:
    from grammar.rows import read_rows

    return {row.key for row in read_rows(parse_text(text.decode("utf-8")).document).rows}


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def store(repo: Path, tree: str, previous: str | None, content: dict[str, bytes], tip: str) -> str:
    """The commit of a new base, which no ref has yet; `tip` is the support branch that goes with it."""
    blobs = {name: git.store(repo, data) for name, data in sorted(content.items())}
    stored = git.store_tree(repo, blobs)
    return git.store_commit(repo, stored, [previous or _beginning(repo), tip], f"base of {tree}\n", _NOBODY)


def _beginning(repo: Path) -> str:
    """What the first base has for a first parent: an empty commit, the same everywhere."""
    dates = {f"GIT_{who}_DATE": "@0 +0000" for who in ("AUTHOR", "COMMITTER")}
    return git.store_commit(repo, git.store_tree(repo, {}), [], "no base before this\n", {**_NOBODY, **dates})

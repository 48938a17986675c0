"""What the two arguments of a comparison name: files, refs, trees, or workbooks that are drafted in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convert.draft import definitions
from convert.failure import Failure, counted
from convert.sheet.model import Categorisation, Tree
from convert.trees import git, resolve
from convert.trees.arguments import known_ref, one_input, read_source
from convert.trees.version import FILE, MAKEFILE, private_ref
from grammar.nodes import Document
from grammar.parser import parse
from grammar.source import Source

_BOOKS = frozenset((".xlsx", ".xlsm", ".ods"))
_ID = re.compile(r"[A-Za-z0-9_-]{25,120}")


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: its name, the text it stands for, the tree's name if it is known, and what to tell
    people.

    `drafted`: it comes out of a workbook, and its preamble and definitions are not the workbook's words; `makefile`:
    whether there is a xen/Makefile beside it, None where there is none.
    """

    name: str
    source: Source
    tree: str | None = None
    drafted: bool = False
    notes: tuple[str, ...] = ()
    makefile: bool | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """How arguments are read: the repository, the remote, the tree of a workbook, and what opens a workbook."""

    open_book: Callable[[str], Categorisation]
    repo: Path | None = None
    remote: str | None = None
    tree: str | None = None


def is_workbook(argument: str) -> bool:
    """Whether an argument names a workbook: a Google address, a workbook's file, a folder that is no source tree."""
    if argument.startswith(("https://", "http://")):
        return True
    path = Path(argument)
    try:
        if path.is_dir():
            return not (path / FILE).is_file()
        return path.is_file() and (path.suffix.lower() in _BOOKS or _begins(path, b"PK\x03\x04"))
    except (OSError, ValueError):
        return False


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def read_both(old: str, new: str, means: Means, *, last_draft: bool = False) -> tuple[Operand, Operand]:
    """The two sides.  `last_draft`: the old one names a tree, whose last draft is meant.  Raises Failure.

    A workbook's draft keeps the definitions part of the other side, as `draft --repo` would; its tree is `means.tree`,
    or the only one, or the one that the other side is called.
    """
    one_input((old, new))
    books = is_workbook(old), is_workbook(new)
    if last_draft:
        if books[0]:
            raise Failure(f"{old}: a workbook has no last draft; name a tree")
        books = (False, books[1])
    if all(books):
        return _draft(old, means, None), _draft(new, means, None)
    first = None if books[0] else last_drafted(old, means) if last_draft else _file(old, means)
    second = None if books[1] else _file(new, means)
    return first or _draft(old, means, second), second or _draft(new, means, first)


def documents(old: Operand, new: Operand) -> tuple[Document, Document]:
    """The documents to compare.

    A draft has the preamble of the other side, and no definitions part where the other side has none: what is there
    in a draft is our template, not what the workbook says.
    """
    one, other = (parse(operand.source).document for operand in (old, new))
    if new.drafted:
        return one, _like(other, one, old)
    return (_like(one, other, new) if old.drafted else one), other


def _like(draft: Document, document: Document, operand: Operand) -> Document:
    sections = draft.sections
    if definitions.find(operand.source, operand.name) is None:
        sections = tuple(s for s in sections if s.heading.text in ("Release Support", "Feature Support"))
    return replace(draft, preamble=document.preamble, sections=sections)


def _file(argument: str, means: Means) -> Operand:
    """A file, standard input, a file of a ref, or a tree's SUPPORT.md."""
    path = Path(argument)
    try:
        is_file = argument == "-" or path.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file or ":" in argument:
        return Operand(
            argument, read_source(argument, means.repo, means.remote), makefile=_beside(argument, is_file, means)
        )
    try:
        found = resolve.resolve(argument, means.repo, means.remote)
    except Failure:
        if _ID.fullmatch(argument):
            return _draft(argument, means, None)
        raise
    beside = _unpacked(found.file) if found.file is not None else _committed(found.commit or "", means.repo)
    notes = (found.note,) if found.note else ()
    return Operand(argument, found.support(means.repo), argument, notes=notes, makefile=beside)


def _beside(argument: str, is_file: bool, means: Means) -> bool | None:
    """Whether a xen/Makefile is beside a file or a file of a ref."""
    if is_file:
        return _unpacked(Path(argument)) if argument != "-" else None
    ref, _, path = argument.partition(":")
    return _committed(known_ref(means.repo or Path(), ref, means.remote), means.repo) if path == FILE else None


def _unpacked(file: Path) -> bool | None:
    return True if file.name == FILE and (file.parent / MAKEFILE).is_file() else None


def _committed(ref: str, repo: Path | None) -> bool | None:
    return True if git.object_of(repo or Path(), f"{ref}:{MAKEFILE}") is not None else None


def last_drafted(tree: str, means: Means) -> Operand:
    """The draft that was last generated for a tree and merged, from the private ref that keeps it."""
    ref = private_ref(tree, "base")
    try:
        source = read_source(f"{ref}:{FILE}", means.repo)
    except Failure:
        raise Failure(f"{tree}: no draft of it has been merged here; {ref} is not there") from None
    return Operand(f"last draft of {tree}", source, tree, drafted=True)


def _draft(argument: str, means: Means, other: Operand | None) -> Operand:
    """A workbook's draft for one tree, made in memory."""
    from convert.draft.translate import translate
    from convert.draft.validate import differences

    book = means.open_book(argument)
    tree = _tree(argument, book, means.tree, other)
    errors = [p for p in book.problems if p.severity == "error" and (not p.trees or tree.name in p.trees)]
    if errors:
        first = f"{errors[0].place or argument}: {errors[0].message}"
        more = (
            f" (and {counted(len(errors) - 1, 'more error')}; `xen-support draft` lists them)"
            if len(errors) > 1
            else ""
        )
        raise Failure(f"{argument}: {tree.name} cannot be drafted: {first}{more}")
    kept = definitions.find(other.source, other.name) if other is not None else None
    try:
        draft = translate(book, tree, kept)
    except ValueError as error:
        raise Failure(f"{argument}: {tree.name} cannot be drafted: {error}") from None
    if wrong := differences(draft):
        raise Failure(f"{argument}: the draft of {tree.name} does not say what the sheet says: {wrong[0].words}")
    open_cells = sum(question.tree == tree.name for question in book.open_questions)
    notes = (f"{argument}: {open_cells} undecided cells of {tree.name} are left out",) if open_cells else ()
    name = f"{argument} ({tree.name})"
    return Operand(name, Source(name, draft.text.encode()), tree.name, drafted=True, notes=notes)


def _tree(argument: str, book: Categorisation, wanted: str | None, other: Operand | None) -> Tree:
    """The tree of a workbook that is meant."""
    if not book.trees:
        raise Failure(f"{argument}: has no tree; `xen-support draft {argument}` says what is seen in it")
    if wanted is not None:
        found = book.tree(wanted)
        if found is None:
            raise Failure(f"no tree {wanted} in {argument}; it has {_names(book.trees)}")
        return found
    if len(book.trees) == 1:
        return book.trees[0]
    called = other.tree if other is not None else None
    matches = [tree for tree in book.trees if called is not None and called in (tree.name, tree.branch, tree.version)]
    if len(matches) != 1:
        raise Failure(f"{argument} has {_names(book.trees)}; choose one with --tree")
    return matches[0]


def _names(found: Sequence[Tree]) -> str:
    return f"the trees {', '.join(tree.name for tree in found)}" if found else "no tree"

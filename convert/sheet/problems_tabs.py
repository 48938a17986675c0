"""What is said about tabs, columns and trees."""

from __future__ import annotations

from collections.abc import Sequence

from convert.sheet.catalogue import listed, problem, quote


# ---- columns and tabs -------------------------------------------------------------------------------------------
@problem("XS821", "missing-tab", "error")
def missing_tab(role: str, looked: Sequence[str], found: Sequence[str]) -> str:
    """There is no tab for a part that is needed, neither by its title nor by its headings.

    Bad:
        Funny features
        Section | Thing
        Tools | xl

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"no tab for the {role}; looked for one called {listed(looked)}, found {listed(found)}; "
        "rename the tab or name it in a layout file"
    )


@problem("XS822", "missing-column", "error")
def missing_column(role: str, looked: Sequence[str], found: Sequence[str]) -> str:
    """A column that is needed is not there.

    Bad:
        Features
        Section | Thing | 4.20
        Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"no column for the {role.replace('_', ' ')}; looked for {listed(looked)}, the headings found are "
        f"{listed(found)}; rename the column or name it in a layout file"
    )


@problem("XS823", "missing-tree-column", "error")
def missing_tree_column(tree: str, found: Sequence[str]) -> str:
    """A tree has no column of statuses, so its file would be empty.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.19 | 4.19
        Features
        Section | Feature | 4.20
        Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return (
        f"no column is headed {quote(tree)}; the headings found are {listed(found)}; rename the column, or let the"
        " layout say "
        f'which it is: [features.tree_columns] "HEADING" = "{tree}"'
    )


@problem("XS824", "two-columns", "error")
def two_columns(role: str, first: str, second: str) -> str:
    """Two columns for one role: nobody can say which of them counts.

    Bad:
        Features
        Section | Feature | Item | 4.20
        Tools | xl | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"the columns {quote(first)} and {quote(second)} are both for {role.replace('_', ' ')}; rename or remove one"


@problem("XS825", "unclaimed-column", "info")
def unclaimed_column(heading: str) -> str:
    """A column that no role claims.  It is never published.

    Bad:
        Features
        Section | Feature | 4.20 | Priority
        Tools | xl | Supported | high

    Good:
        Features
        Section | Feature | 4.20 | Notes
        Tools | xl | Supported | high priority
    """
    return (
        f"the column {quote(heading)} has no role and is not published"
        if heading
        else "a column without a heading is not read"
    )


@problem("XS826", "override-of-no-tree", "warning")
def override_of_no_tree(heading: str, name: str, near: str | None) -> str:
    """A heading such as `Caveats (4.2)` names a tree that does not exist, so its text goes nowhere.

    Bad:
        Features
        Section | Feature | 4.20 | Caveats (4.2)
        Tools | xl | Supported | Slow.

    Good:
        Features
        Section | Feature | 4.20 | Caveats (4.20)
        Tools | xl | Supported | Slow.
    """
    hint = f'; did you mean "{near}"?' if near else ""
    return f"{quote(heading)} names {quote(name)}, which is not a tree{hint}"


@problem("XS827", "unclaimed-tab", "info")
def unclaimed_tab(title: str) -> str:
    """A tab that no role claims.  It is never published; a layout file can list it under `ignore`.

    Bad:
        Minutes
        Who | What
        Ian | left

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"the tab {quote(title)} has no role and is not read"


@problem("XS828", "number-for-version", "error")
def number_for_version(text: str) -> str:
    """A version stored as a number: 4.1 and 4.10 are one number and two versions.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | #4.2

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{text} is stored as a number; {text} or {text}0? make it text"


@problem("XS829", "hidden", "info")
def hidden(what: str) -> str:
    """Hidden rows, columns and tabs are read like any others.

    Bad:
        Features
        Section | Feature | 4.20
        (hidden) Tools | xl | Supported

    Good:
        Features
        Section | Feature | 4.20
        Tools | xl | Supported
    """
    return f"hidden, but read like the rest: {what}"


# ---- trees ------------------------------------------------------------------------------------------------------
@problem("XS841", "tree-without-version", "error")
def tree_without_version(tree: str) -> str:
    """A tree without a version: its file must state which version it is for.

    Bad:
        Trees
        Tree | Branch | Xen-Version
        4.20 | stable-4.20 |

    Good:
        Trees
        Tree | Branch | Xen-Version
        4.20 | stable-4.20 | 4.20
    """
    return f"the tree {quote(tree)} has no Xen-Version; fill it in"


@problem("XS842", "bad-ref-name", "error")
def bad_ref_name(what: str, name: str, why: str) -> str:
    """The names of trees and branches must pass `git check-ref-format`.

    Bad:
        Trees
        Tree | Xen-Version
        Xen 4.20 | 4.20
        Features
        Section | Feature | Xen 4.20
        Tools | xl | Supported

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{quote(name)} cannot be the name of a {what}: {why}"


@problem("XS843", "two-trees", "error")
def two_trees(name: str, other: str) -> str:
    """Two rows for one tree.  Upper and lower case do not tell trees apart.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.20 | 4.19

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        4.19 | 4.19
        Features
        Section | Feature | 4.20 | 4.19
        Tools | xl | Supported | Supported
    """
    return f"the tree {quote(name)} is already in {other}; remove or rename one"


@problem("XS844", "odd-version", "warning")
def odd_version(value: str) -> str:
    """A version begins with two numbers: `4.20`, `4.21-unstable`.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | Xen 4.20

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{quote(value)} is not a version such as 4.20 or 4.21-unstable; no release-notes entry is made from it"


@problem("XS845", "bad-tree-fact", "error")
def bad_tree_fact(what: str, value: str, why: str) -> str:
    r"""A fact of a tree that cannot be in the file: fields are one line, release notes an address or `-`.

    Bad:
        Trees
        Tree | Xen-Version | Supported-Until
        4.20 | 4.20 | 2026-09-01\nor later

    Good:
        Trees
        Tree | Xen-Version | Supported-Until
        4.20 | 4.20 | 2026-09-01
    """
    return f"the {what.replace('_', ' ')} {quote(value)} {why}"


@problem("XS846", "row-without-tree", "warning")
def row_without_tree() -> str:
    """A row of the Trees tab that names no tree is not read.

    Bad:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
        | 4.19

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return "this row names no tree and is not read"


@problem("XS847", "no-trees", "error")
def no_trees(where: str) -> str:
    """There is no tree for which to write a file.

    Bad:
        Trees
        Tree | Xen-Version

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"{where} lists no tree"


# ---- layouts ----------------------------------------------------------------------------------------------------
@problem("XS830", "rows-left-out", "info")
def left_out(rows: str) -> str:
    """Rows that the layout's filters (`keep`, `drop`) leave out.

    Bad: layout
        [features.drop]
        State = ["draft"]
        ---
        Features
        Section | Feature | 4.20 | State
        Tools | xl | Supported | draft
        | xs | Supported | agreed

    Good: layout
        [features.drop]
        State = ["draft"]
        ---
        Features
        Section | Feature | 4.20 | State
        Tools | xs | Supported | agreed
    """
    return f"left out, as the layout says: {'rows' if set(rows) & set(',-') else 'row'} {rows}"


@problem("XS834", "column-of-no-tree", "warning")
def column_of_no_tree(heading: str, tree: str, near: str | None) -> str:
    """The layout's `tree_columns` give a column to a tree that does not exist, so its statuses go nowhere.

    Bad: layout
        [features.tree_columns]
        "This release" = "4.21"
        ---
        Features
        Section | Feature | 4.20 | This release
        Tools | xl | Supported | Supported

    Good: layout
        [features.tree_columns]
        "This release" = "4.20"
        ---
        Features
        Section | Feature | This release
        Tools | xl | Supported
    """
    hint = (
        f'; did you mean "{near}"?' if near else "; the trees are those of the tab Trees, or of [[tree]] in the layout"
    )
    return f"the column {quote(heading)} is for {quote(tree)}, which is not a tree{hint}"


@problem("XS835", "trees-twice", "warning")
def trees_twice(tab: str) -> str:
    """The layout has [[tree]] tables, and the workbook has a tab for the trees: the tab counts.

    Bad: layout
        [[tree]]
        name = "4.20"
        version = "4.20"
        ---
        Trees
        Tree | Xen-Version
        4.20 | 4.20

    Good:
        Trees
        Tree | Xen-Version
        4.20 | 4.20
    """
    return f"[[tree]] is not read, as the workbook has the tab {quote(tab)}; remove one of them"


@problem("XS836", "row-of-no-tree", "error")
def row_of_no_tree(name: str, near: str | None) -> str:
    """With `trees_in = "rows"` a cell of each row names the tree or trees that it is for.

    Bad: layout
        [features]
        trees_in = "rows"
        ---
        Features
        Section | Feature | Tree | Status
        Tools | xl | 4.2 | Supported

    Good: layout
        [features]
        trees_in = "rows"
        ---
        Features
        Section | Feature | Tree | Status
        Tools | xl | 4.20 | Supported
    """
    if not name:
        return "this row names no tree; fill it in"
    return f"{quote(name)} is not a tree" + (f'; did you mean "{near}"?' if near else "; name one of the trees")

"""One answer to which row is which: under equal headings, by an alias of headings, by an alias of keys."""

from __future__ import annotations

from convert.names.aliases import Alias, Aliases
from convert.names.pairing import entries
from convert.names.rows import Match, match
from grammar.parser import parse_text


def _matched(
    old: str, new: str, *aliases: tuple[str, str], trees: tuple[str | None, str | None] = (None, None)
) -> Match:
    known = Aliases(tuple(Alias(a, b) for a, b in aliases))
    one, other = (entries(parse_text(f"% T\n\n# F\n\n{text}").document) for text in (old, new))
    return match(one, other, known, trees)


def _keys(found: Match) -> list[tuple[str, str]]:
    return [(old.row.key, new.row.key) for old, new in found.rows]


A = "## A\n\n    Status: Supported\n    Status, x86 HVM: Supported\n"


def test_rows_of_equal_headings_pair_by_the_ends_of_their_keys() -> None:
    found = _matched(A, A.replace("x86 HVM", "x86 hvm") + "    Status, Arm: Supported\n")
    assert _keys(found) == [("a", "a"), ("a--x86-hvm", "a--x86-hvm")]
    assert [loose.row.key for loose in found.fresh] == ["a--arm"] and not found.gone
    assert found.fresh[0].other is not None and found.fresh[0].other.name == "A"


def test_an_alias_of_headings_joins_their_rows() -> None:
    found = _matched(A, A.replace("## A", "## Bee"), ("A", "Bee"))
    assert _keys(found) == [("a", "bee"), ("a--x86-hvm", "bee--x86-hvm")]
    assert found.old_of["f", "bee"].key == "a" and found.new_of["f", "a"].key == "bee"
    assert not _matched(A, A.replace("## A", "## Bee")).rows


def test_an_alias_of_keys_joins_rows_of_any_headings() -> None:
    found = _matched(
        A + "\n## B\n",
        "## A\n\n    Status: Supported\n\n## B\n\n    Status, pvh: Supported\n",
        ("a--x86-hvm", "b--pvh"),
    )
    assert _keys(found) == [("a", "a"), ("a--x86-hvm", "b--pvh")]
    assert not found.gone and not found.fresh


def test_a_moved_heading_takes_its_rows_along_and_two_of_a_name_do_not() -> None:
    old, new = "## S\n\n### A\n\n    Status: Supported\n\n## T\n", "## S\n\n## T\n\n### A\n\n    Status: Supported\n"
    assert _keys(_matched(old, new)) == [("a", "a")]
    assert not _matched(old, new + "\n## U\n\n### A\n\n    Status: Supported\n").rows

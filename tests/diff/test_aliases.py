from __future__ import annotations

from pathlib import Path

import pytest

from convert.failure import Failure
from convert.names.aliases import Alias, Aliases, load


def test_a_name_goes_by_its_newest() -> None:
    known = Aliases((Alias("A", "B"), Alias("B", "C  d"), Alias("x", "Y", "4.17")))
    assert known.canonical("a") == known.canonical("c D") == "c d"
    assert known.canonical("X", "4.17") == "y" and known.canonical("X", "4.20") == "x" == known.canonical("X")
    assert known.same("A", "C d") and known.same("C d", "A") and not known.same("A", "D")
    assert known.same("x", "y", ("4.17", "4.20")) and not known.same("x", "y", ("4.20", "4.17"))


def test_without_a_file_every_name_is_its_own() -> None:
    assert load(None) == Aliases() and not load(None).same("A", "A b")


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "aliases.toml"
    path.write_text('[[alias]]\nold = "A"\nnew = "B"\n\n[[alias]]\nold = "k--x86"\nnew = "k--intel"\ntree = "4.17"\n')
    assert load(path).entries == (Alias("A", "B"), Alias("k--x86", "k--intel", "4.17"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[alias]]\nold = ", "not TOML"),
        ('[alias]\nold = "A"\n', "two brackets"),
        ('[[aliases]]\nold = "A"\n', 'unknown key "aliases"'),
        ('[[alias]]\nold = "A"\n', "needs both old and new"),
        ('[[alias]]\nold = "A"\nnew = "B"\nwhy = "x"\n', 'unknown key "why"'),
        ('[[alias]]\nold = "A"\nnew = 3\n', "new must be a text"),
        ('[[alias]]\nold = " "\nnew = "B"\n', "old must be a text"),
        ('[[alias]]\nold = "A"\nnew = "B"\n[[alias]]\nold = "a"\nnew = "C"\n', "two new names"),
        ('[[alias]]\nold = "A"\nnew = "B"\n[[alias]]\nold = "B"\nnew = "A"\n', "in a circle"),
        ('[[alias]]\nold = "A"\nnew = "B"\n[[alias]]\nold = "B"\nnew = "B2"\ntree = "t"\n[[alias]]\nold = "B2"\nnew = "A"\n', "in a circle"),
        ("alias = [1]\n", "alias 1: not a table"),
    ],
)  # fmt: skip
def test_wrong_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "aliases.toml"
    path.write_text(text)
    with pytest.raises(Failure, match=said):
        load(path)


def test_no_file_and_a_huge_one(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * (1 << 20) + b"\n#")
    with pytest.raises(Failure, match="larger than"):
        load(tmp_path / "huge.toml")

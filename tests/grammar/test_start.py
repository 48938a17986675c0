"""What a start does without: records without `dataclasses`, tuples without `typing`, no import that nobody needs."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pytest

from grammar.named import NamedTuple
from grammar.record import field, record, replace
from tests.bench.timing import ROOT


# ---- records, held against dataclasses
def _classes(decorator: Any, said: Any, **options: bool) -> type[Any]:
    class Point:
        """With every kind of field."""

        x: int
        y: int = 2
        seen: list[int] = said(default_factory=list)
        at: int = said(default=0, compare=False)
        kept: dict[str, int] = said(default_factory=dict, init=False, compare=False, repr=False)
        total: int = said(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.x + self.y)

    return decorator(**options)(Point)  # type: ignore[no-any-return]


@pytest.mark.parametrize("options", [{}, {"frozen": True}, {"eq": False}])
def test_a_record_is_what_dataclass_makes(options: dict[str, bool]) -> None:
    ours = _classes(record, field, **options)
    theirs = _classes(dataclasses.dataclass, dataclasses.field, slots=True, **options)
    given: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((1,), {}),
        ((1, 3), {"at": 4}),
        ((1,), {"seen": [5]}),
        ((1, 2, [5], 6), {}),
    ]
    others: list[tuple[Any, ...]] = [(1,), (1, 2, [], 9), (2,), (1, 3)]
    for arguments, named in given:
        one, other = ours(*arguments, **named), theirs(*arguments, **named)
        assert repr(one) == repr(other)
        for name in ours.__slots__:
            assert getattr(one, name) == getattr(other, name)
        for more in others:
            assert (one == ours(*more)) == (other == theirs(*more))
    assert ours.__slots__ == theirs.__slots__
    assert ours.__match_args__ == theirs.__match_args__
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    assert ours(1).seen is not ours(1).seen


def test_the_functions_of_dataclasses_take_a_record() -> None:
    one = Frozen((1,), "x")
    assert dataclasses.replace(one, b="y") == Frozen((1,), "y")
    assert [field.name for field in dataclasses.fields(one)] == ["a", "b"]
    again = dataclasses.replace(_classes(record, field)(1, 2, [5], 6), x=3)
    assert (again.x, again.seen, again.at, again.total) == (3, [5], 6, 5)


@pytest.mark.parametrize("arguments", [(), (1, 2, [], 3, {}), (1, 2, [], 3, {}, 4)])
def test_a_record_refuses_what_dataclass_refuses(arguments: tuple[Any, ...]) -> None:
    ours = _classes(record, field)
    theirs = _classes(dataclasses.dataclass, dataclasses.field, slots=True)
    with pytest.raises(TypeError) as said:
        ours(*arguments)
    with pytest.raises(TypeError) as wanted:
        theirs(*arguments)
    assert str(said.value) == str(wanted.value)


@record(frozen=True)
class Frozen:
    """One that can be pickled: it has a place."""

    a: tuple[int, ...]
    b: str = ""


def test_a_frozen_record_stays_as_it_is() -> None:
    one = Frozen((1,), "x")
    with pytest.raises(AttributeError):
        one.b = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del one.b
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one and hash(other) == hash(one)


def test_replace_changes_some_values() -> None:
    one = Frozen((1,), "x")
    assert replace(one, b="y") == dataclasses.replace(one, b="y") == Frozen((1,), "y")
    again = replace(_classes(record, field)(1, 2, [5], 6), x=3)
    assert (again.x, again.seen, again.at, again.total) == (3, [5], 6, 5)
    with pytest.raises(TypeError):
        replace(one, c=1)


# ---- named tuples, held against those of `typing`
class Ours(NamedTuple):
    """With a default and a method."""

    x: int
    y: str = "why"

    def both(self) -> str:
        return f"{self.x}{self.y}"


class Theirs(typing.NamedTuple):
    """With a default and a method."""

    x: int
    y: str = "why"

    def both(self) -> str:
        return f"{self.x}{self.y}"


def test_a_named_tuple_is_what_typing_makes() -> None:
    for arguments, named in (((1,), {}), ((1, "a"), {}), ((), {"y": "b", "x": 2})):
        one, other = Ours(*arguments, **named), Theirs(*arguments, **named)  # type: ignore[arg-type]
        assert repr(one).replace("Ours", "Theirs") == repr(other)
        assert tuple(one) == tuple(other) and (one.x, one.y, one.both()) == (other.x, other.y, other.both())
        assert one._asdict() == other._asdict()
        assert tuple(one._replace(x=7)) == tuple(other._replace(x=7))
        assert one == tuple(other) and hash(one) == hash(tuple(other)) and one < Ours(9)
        for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
            assert again == one and type(again) is Ours
    for name in ("_fields", "_field_defaults", "__match_args__", "__slots__", "__doc__"):
        assert getattr(Ours, name) == getattr(Theirs, name), name
    assert Ours._make([1, "z"]) == Ours(1, "z") and isinstance(Ours(1), tuple) and Ours.__mro__[1:] == (tuple, object)
    match Ours(3):
        case Ours(x, y):
            assert (x, y) == (3, "why")
    with pytest.raises(AttributeError):
        Ours(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours(1).z = 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(("arguments", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"z": 2}), ((1,), {"x": 2})])
def test_a_named_tuple_refuses_what_typing_refuses(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as said:
        Ours(*arguments, **named)
    with pytest.raises(TypeError) as wanted:
        Theirs(*arguments, **named)
    assert str(said.value).rpartition("__new__")[2] == str(wanted.value).rpartition("__new__")[2]


# ---- imports
NEEDLESS = ("dataclasses", "inspect", "lark", "zipfile", "importlib.resources")
NO_OUTPUT = (*NEEDLESS, "shutil", "tempfile", "random", "html", "pkgutil", "importlib.util")
ONE_FILE = (*NO_OUTPUT, "pathlib", "subprocess", "grammar.malformed")
# what a plain run of each does without, also of what another command needs
STARTS = {
    "show": (*ONE_FILE, "datetime"),
    "lint": (*ONE_FILE, "convert.lint.identity", "convert.lint.banner"),
    "trees": (*NO_OUTPUT, "hashlib", "tomllib"),
    "matrix": NEEDLESS,
}


@pytest.mark.parametrize("command", STARTS)
def test_a_start_imports_nothing_needless(command: str, tmp_path: Path) -> None:
    file = tmp_path / "SUPPORT.md"
    file.write_text("# Feature Support\n\n## A\n\n    Status: Supported\n    Status, x86: Supported up to 4096\n")
    page = ["-o", str(tmp_path / "page.html")] if command == "matrix" else []
    code = (
        "import sys; bare = set(sys.modules); from convert.cli import main; main(sys.argv[1:]);"
        f"print(*sorted((set(sys.modules) - bare) & set({STARTS[command]!r})), file=sys.stderr)"
    )
    for _ in range(2):  # the first fills the cache
        done = subprocess.run(
            [sys.executable, "-c", code, command, str(file), *page],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stderr.split() == []
    assert not page or Path(page[1]).stat().st_size > 1000

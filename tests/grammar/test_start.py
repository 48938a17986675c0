"""What a start does without: records without `dataclasses`, no import that nobody needs."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grammar.record import field, record
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


# ---- imports
NEEDLESS = ("dataclasses", "inspect", "pkgutil", "lark", "importlib.util", "pathlib", "subprocess")


@pytest.mark.parametrize("command", ["show", "lint"])
def test_a_start_imports_nothing_needless(command: str, tmp_path: Path) -> None:
    file = tmp_path / "SUPPORT.md"
    file.write_text("# Feature Support\n\n## A\n\n    Status: Supported\n")
    code = (
        "import sys; bare = set(sys.modules); from convert.cli import main; main(sys.argv[1:]);"
        f"print(*sorted((set(sys.modules) - bare) & set({NEEDLESS!r})), file=sys.stderr)"
    )
    for _ in range(2):  # the first fills the cache
        done = subprocess.run(
            [sys.executable, "-c", code, command, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    assert done.stderr.split() == []

"""What a start does without: records without `dataclasses`, a pattern out of the cache, no import that nobody needs."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grammar import cache, patterns
from grammar.record import field, record
from grammar.tables import tables
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
    for arguments, named in [((1,), {}), ((1, 3), {"at": 4}), ((1,), {"seen": [5]}), ((1, 2, [5], 6), {})]:
        one, other = ours(*arguments, **named), theirs(*arguments, **named)
        assert repr(one) == repr(other)
        for name in ours.__slots__:
            assert getattr(one, name) == getattr(other, name)
        for more in [(1,), (1, 2, [], 9), (2,), (1, 3)]:
            assert (one == ours(*more)) == (other == theirs(*more))
    assert ours.__slots__ == theirs.__slots__  # type: ignore[attr-defined]
    assert ours.__match_args__ == theirs.__match_args__  # type: ignore[attr-defined]
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    assert ours(1).seen is not ours(1).seen


def test_the_functions_of_dataclasses_take_a_record() -> None:
    one = Frozen((1,), "x")
    assert dataclasses.replace(one, b="y") == Frozen((1,), "y")
    assert [field.name for field in dataclasses.fields(one)] == ["a", "b"]  # type: ignore[arg-type]
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


# ---- the lexer's pattern
def _whole() -> str:
    return "|".join(f"(?P<{name}>{pattern})" for name, pattern in tables("support").terminals)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "place", lambda name: str(tmp_path / name))
    return tmp_path


def test_a_kept_pattern_is_the_compiled_one(folder: Path) -> None:
    text, compiled = _whole(), re.compile(_whole())
    for _ in range(2):  # made, then read
        found = patterns.compiled.__wrapped__(text)
        assert found == compiled
        assert (found.flags, found.groups, found.groupindex) == (compiled.flags, compiled.groups, compiled.groupindex)
        for line in ("# Feature\n", "    Status: Supported\n", "- item\n", "words\n"):
            one, other = found.match(line), compiled.match(line)
            assert one and other and (one.lastgroup, one.span()) == (other.lastgroup, other.span())
    assert len(list(folder.glob("pattern-*"))) == 1


@pytest.mark.parametrize("spoil", ["pattern", "code", "groups", "flags", "names", "file"])
def test_a_spoilt_cache_is_no_pattern(folder: Path, spoil: str) -> None:
    text = _whole()
    patterns.compiled.__wrapped__(text)
    (path,) = folder.glob("pattern-*")
    kept = json.loads(path.read_text())
    if spoil == "file":
        path.write_text("{")
    else:
        del kept[spoil]
        path.write_text(json.dumps(kept))
    assert patterns.compiled.__wrapped__(text) == re.compile(text)
    assert json.loads(path.read_text())["pattern"] == text  # written anew


def test_a_code_that_is_none_is_not_run(folder: Path) -> None:
    patterns.compiled.__wrapped__("a+")
    (path,) = folder.glob("pattern-*")
    kept = json.loads(path.read_text())
    other = patterns._made("a{3}")["code"]
    path.write_text(json.dumps(kept | {"code": kept["code"][:-8]}))
    assert patterns.compiled.__wrapped__("a+") == re.compile("a+")
    path.write_text(json.dumps(kept | {"pattern": "a{3}", "code": other}))
    assert patterns.compiled.__wrapped__("a+") == re.compile("a+")


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

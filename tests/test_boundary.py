"""The boundary of the command line: whatever any command raises, people get one line, exit status 2, and nothing secret."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from convert.cli import COMMANDS, build_parser, main
from convert.failure import Failure
from convert.sheet.cells import SheetError

SECRET = "ya29.a0AfB_byC-secret"


def _leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The smallest command line of each subcommand, made from what its parser asks for."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if below:
        for name, inner in below[0].choices.items():
            yield from _leaves(inner, (*words, name))
        return
    for action in parser._actions:
        word = str(next(iter(action.choices))) if action.choices else "1"
        if action.option_strings and action.required:
            words = (*words, action.option_strings[-1], word)
        elif not action.option_strings and action.nargs not in ("?", "*"):
            words = (*words, word)
    yield words


LINES = list(_leaves(build_parser()))


class Odd(BaseException):
    """Not even an Exception, and it cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError(SECRET)


RAISED: list[BaseException] = [
    ValueError(f"bad {SECRET}"), KeyError(SECRET), RuntimeError(f"two\nlines {SECRET}"), AssertionError(), AttributeError("x"), TypeError(SECRET),
    RecursionError(SECRET), MemoryError(), ExceptionGroup(SECRET, [ValueError(SECRET)]), zlib.error(SECRET), Odd(),
    UnicodeEncodeError("ascii", "\ud800", 0, 1, SECRET), UnicodeDecodeError("utf-8", b"\xff", 0, 1, SECRET), GeneratorExit(SECRET),
    OSError(5, "Input/output error", f"/tmp/{SECRET}"), OSError(SECRET), StopIteration(SECRET), SystemExit(f"words {SECRET}"),
    Failure(f"https://someone:pass@host/?key={SECRET}\nand more"), SheetError(SECRET), NotImplementedError(SECRET), EOFError(SECRET),
]  # fmt: skip


def test_all_commands_are_tried() -> None:
    assert {line[0] for line in LINES} == set(COMMANDS)


def _raise_in(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let each command raise in place of what it does."""
    real = argparse.ArgumentParser.set_defaults

    def func(args: argparse.Namespace) -> NoReturn:
        raise error

    def set_defaults(self: argparse.ArgumentParser, **given: Any) -> None:
        real(self, **{name: func if name == "func" else value for name, value in given.items()})

    monkeypatch.setattr(argparse.ArgumentParser, "set_defaults", set_defaults)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_exception_of_any_command_is_a_traceback(
    line: tuple[str, ...], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in RAISED:
        with monkeypatch.context() as patch:
            _raise_in(patch, error)
            assert main(line) == 2, repr(type(error))
        out, err = capfd.readouterr()
        assert out == "" and err.startswith("xen-support: ") and err.count("\n") == 1, err
        assert "Traceback" not in err and SECRET not in err and "someone:pass" not in err, err
        assert len(err) > len("xen-support: \n") + 5


def test_interrupted_is_130(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _raise_in(monkeypatch, KeyboardInterrupt())
    assert main(["show", "x"]) == 130
    assert capfd.readouterr().err == "xen-support: interrupted\n"


def test_a_fault_says_its_place_and_developers_see_more(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("convert.commands.show.read_source", broken)
    monkeypatch.setenv("XEN_SUPPORT_TRACEBACK", "0")
    assert main(["show", str(tmp_path)]) == 2
    told = capfd.readouterr().err
    assert "ZeroDivisionError in convert.commands.show, line " in told and "please report" in told
    monkeypatch.setenv("XEN_SUPPORT_TRACEBACK", "1")
    assert main(["show", str(tmp_path)]) == 2
    told = capfd.readouterr().err
    assert "Traceback (most recent call last)" in told and "def broken" not in told and SECRET not in told
    assert "raise ZeroDivisionError" in told


def test_keys_that_the_user_gave_are_never_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XEN_SUPPORT_API_KEY", "plain-words-1")
    _raise_in(monkeypatch, Failure("plain-words-1 plain-words-2 plain-words-3"))
    main(["fetch", "x", "--api-key", "plain-words-2"])
    main(["fetch", "x", "--api-key=plain-words-3"])
    told = capfd.readouterr().err
    assert "plain-words-1" not in told and "words-2 plain" not in told.splitlines()[0]
    assert "plain-words-2" not in told.splitlines()[0] and "plain-words-3" not in told.splitlines()[1]


_ENTRY = """
import sys
import convert.commands.show as show
class Late:
    def __del__(self):
        raise ValueError("{secret}")
def run(args):
    late = Late()
    del late
    {action}
show.run = run
from convert.cli import entry
entry()
"""


@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        ("raise ValueError('{secret}')", 2, b"a fault in xen-support: ValueError"),
        ("sys.stderr.close(); sys.stdout.close(); raise ValueError('{secret}')", 2, b""),
        ("sys.stdout = sys.stderr = None; return 1", 2, b""),
        ("sys.stdout = None; return 1", 2, b"standard output is closed"),
        ("import os; os.close(1); print('x'); return 0", 2, b"Bad file descriptor"),
        ("print('\\ud800'); return 0", 2, b"cannot be written in the encoding utf-8"),
        ("return 0", 0, b""),
    ],
)
def test_the_installed_command(action: str, status: int, words: bytes) -> None:
    """The whole process: also what finalisers raise, and a closed output, show no traceback."""
    code = _ENTRY.replace("{action}", action).replace("{secret}", SECRET)
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code, "show", "x"], capture_output=True, cwd=root, env={**os.environ, "PYTHONUTF8": "1"}, check=False
    )  # fmt: skip
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr
    assert SECRET.encode() not in done.stderr and words in done.stderr
    assert done.returncode == status, done.stderr


def test_a_name_with_line_breaks_is_told_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also by the commands that go on with their other arguments."""
    repo = ("--repo", str(tmp_path))
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    name = "a\nb\x1b[31m"
    for words in (
        ("show", name), ("lint", name), ("lint", f"{name}:c"), ("diff", name, name), ("release", "--check", name), ("sources", name),
        ("release", "extend", "--tree", name), ("xsa", "check", name), ("xsa", "log", f"{name}..{name}"), ("trees", name),
        ("import", name, "-o", str(tmp_path / "book.xlsx")), ("matrix", name, "-o", str(tmp_path / "m.html")), ("blame", name),
    ):  # fmt: skip
        assert main([*words, *repo]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and "\x1b" not in said.err, words


_PLAIN = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
_WIDE = "% Title\n\n# Feature Support\n\n## Gäste\n\n### A “b” \U0001f600\n\nText.\n\n    Status, é: Supported\n"


def test_what_the_locale_cannot_encode_is_escaped(tmp_path: Path) -> None:
    """No command dies of it, and JSON is read back as it was."""
    (tmp_path / "a.md").write_text(_WIDE, "utf-8")
    (tmp_path / "b.md").write_text(_WIDE.replace("Supported", "Experimental"), "utf-8")
    root = Path(__file__).resolve().parents[1]

    def run(*words: str) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "convert.cli", *words], capture_output=True, cwd=tmp_path,
            env={**os.environ, **_PLAIN, "PYTHONPATH": str(root)}, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), (words, done.stderr)
        assert b"cannot be written" not in done.stderr and done.stdout.isascii(), words
        return done.stdout

    for words in (
        ("explain", "--all"), ("explain",), ("show", "a.md"), ("lint", "a.md"), ("lint", "a.md", "--format", "junit"),
        ("diff", "a.md", "b.md"), ("diff", "a.md", "b.md", "--format", "markdown"), *((name, "--help") for name in COMMANDS),
    ):  # fmt: skip
        assert run(*words)
    for words in (("show", "a.md"), ("diff", "a.md", "b.md"), ("lint", "a.md")):
        json.loads(run(*words, "--format", "json"))
    (row,) = json.loads(run("show", "a.md", "--format", "json"))["rows"]
    assert "\U0001f600" in row["path"][-2] and row["path"][-1] == "é"

"""A finding's place: inside the file, and on the words that its message quotes, whatever characters stand around them."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.failure import Failure
from convert.lint.fixes.apply import _confined, apply
from convert.lint.fixes.rounds import fixed
from convert.output.terminal import diagnostic_json
from grammar.diagnostic import Diagnostic, Edit, Fix
from grammar.source import Source, Span
from tests.lint.frame import findings, in_feature
from tests.lint.mutations import mutated, valid

_QUOTED = re.compile(r'"([^"\n]+)"')


def spoilt(seed: int) -> bytes:
    """A valid file with mistakes, and with tabs, line ends, wide characters, form feeds and repeated words in it."""
    random = Random(seed)
    text = mutated(mutated(valid(random), random), random)
    lines = text.split("\n")
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(lines))
        line = lines[at]
        match random.randrange(7):
            case 0:
                lines[at] = line.replace(" ", "\t", 1)
            case 1:
                lines[at] = re.sub(r", (\w+)", ", \\1\t\\1", line, count=1)
            case 2:
                lines[at] = line.replace("Status", "Status, \U0001f600 rtl8193", 1) if "Status, " not in line else line
            case 3:
                lines[at] = line + "\f"
            case 4:
                lines[at] = f"\u6f22 {line}" if line and line[0] not in " #%" else line
            case 5:
                lines[at] = line.replace("Supported", "Suported", 1)
            case _:
                lines.insert(at, line)
    end = random.choice(("\n", "\n", "\r\n"))
    return end.join(lines).encode()


def fold(text: str) -> str:
    return " ".join(text.expandtabs(4).split()).casefold()


def misplaced(data: bytes) -> list[str]:
    """What is wrong with the places of the findings in a file."""
    source = Source("x", data)
    lines = source.text.split("\n")
    wrong = []
    for found in findings(data):
        value = diagnostic_json(found, source, "x")
        line, column, end_line, end = (value[key] for key in ("line", "column", "end_line", "end_column"))
        inside = 1 <= line <= end_line <= max(1, len(lines)) and column >= 1 and end - 1 <= len(lines[end_line - 1]) + 1
        if not inside or (line, column) > (end_line, end):
            wrong.append(f"{found.code} at {line}:{column}-{end_line}:{end}")
            continue
        edits = value["fix"]["edits"] if value["fix"] else []
        if any(not 0 <= edit["start"] <= edit["end"] <= len(data) for edit in edits):
            wrong.append(f"{found.code}: a fix outside the file")
        if found.span is None:
            continue
        here = fold(source.text[found.span.start : found.span.end])
        quoted = [fold(words) for words in _QUOTED.findall(found.message)]
        there = [words for words in quoted if words and words in fold(source.text)]
        if there and not any(words in here or here in words for words in there):
            wrong.append(f"{found.code} {found.message}: at {here!r}")
    return wrong


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_places_are_on_the_words_that_messages_quote(seed: int) -> None:
    assert misplaced(spoilt(seed)) == []


def test_a_place_that_is_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.lint.rules import names

    data = in_feature("    Status, stgvga: Supported\n").encode()
    assert misplaced(data) == []
    for off in (-7, 9, 10_000):
        moved = lambda span, found, off=off: Span(span.start + found.start() + off, span.start + found.end() + off)  # noqa: E731
        monkeypatch.setattr(names, "_within", moved)
        assert misplaced(data)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_places_in_many_files(seed: int) -> None:
    assert misplaced(spoilt(seed)) == []


@pytest.mark.parametrize(
    "field",
    [
        "Status, a\tb: Supported", "Status, x86\t : Supported", "Status, rtl8193\tand rtl8193: Supported", "Status,\tArm64 arm64: Supported",
        "Status, \U0001f600\tstgvga: Supported", "Status,x86\t,  Arm: Supported", "Status, ?\t?: Supported",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "Supported, Arm64: Image\n    ", "Status, ARM64: Supported\n    "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_tab_in_a_qualifier(field: str, before: str, end: str) -> None:
    data = in_feature(f"    {before}{field}\n").replace("\n", end).encode()
    assert misplaced(data) == []
    for unsafe in (False, True):
        last = data
        for _ in range(10):
            after = apply(Source("x", last), findings(last), unsafe=unsafe)
            if after == last:
                break
            last = after
        assert len(last) < len(data) + 100
        assert apply(Source("x", last), findings(last), unsafe=unsafe) == last


@pytest.mark.parametrize("span", [(-5, 3), (3, 1), (10, 10_000), (-16, -15)])
def test_a_fix_outside_the_file_is_refused(span: tuple[int, int]) -> None:
    text = in_feature("    Status: Supported\n")
    bad = Diagnostic("XS999", "x", "info", "", Span(0, 1), fix=Fix(True, (Edit(Span(*span), "x"),)))
    good = Diagnostic("XS998", "y", "info", "", Span(0, 1), fix=Fix(True, (Edit(Span(2, 9), "SUPPORT"),)))
    assert apply(Source("x", text.encode()), [bad], unsafe=True) == text.encode()
    assert apply(Source("x", text.encode()), [bad, good], unsafe=True) == f"% SUPPORT{text[9:]}".encode()


def test_a_fix_that_no_latin_1_file_can_hold_is_refused() -> None:
    data = in_feature("    Status: Supported\n").encode() + b"\xe9t\xe9.\n"
    bad = Diagnostic("XS999", "x", "info", "", Span(0, 1), fix=Fix(True, (Edit(Span(2, 3), "\u6f22"),)))
    assert apply(Source("x", data), [bad], unsafe=True) == data


def test_a_result_that_differs_elsewhere_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("x", in_feature("    Status: Supported \n").encode())
    one = Fix(True, (Edit(Span(2, 9), "SUPPORT"),))
    right = b"% SUPPORT" + source.data[9:]
    assert _confined(source, right, [one])
    assert not any(
        _confined(source, wrong, [one]) for wrong in (right + b"x", right[:-1], b"#" + right[1:], source.data)
    )
    monkeypatch.setattr("convert.lint.fixes.apply.edited", lambda source, fixes: source.data + b"x")
    found = findings(source.data, ["XS601"])
    with pytest.raises(Failure, match="nothing was changed"):
        apply(source, found, unsafe=False)


def test_a_file_of_many_tabs_is_mended_in_few_rounds() -> None:
    fields = "".join(f"    Status, a\tb{n}: Supported\n" for n in range(300))
    source = Source("x", in_feature(fields).encode())

    from convert.lint.catalogue import chosen
    from convert.lint.engine import Result, run
    from tests.lint.frame import DAY

    def look(source: Source) -> tuple[Result, list[Diagnostic]]:
        result = run(source, chosen(["all"], []), day=DAY)
        return result, result.diagnostics

    _, (last, _) = fixed(source, look, unsafe=True)
    assert len(last.source.data) < len(source.data) * 2
    assert last.source.data.count(b"Status, a b") == 300

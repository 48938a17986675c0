"""Fixes: bytes outside the edits as they were, rows as the author meant, nothing to do the second time."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.lint.fixes import syntax
from convert.lint.fixes.apply import apply
from convert.lint.registry import RULES
from grammar.diagnostic import Diagnostic, Edit, Fix
from grammar.fields import looks_meant
from grammar.parser import parse
from grammar.problems import FATAL
from grammar.rows import read_rows
from grammar.source import Source, Span
from tests.grammar import documents
from tests.helpers import pandoc, xen
from tests.helpers.effort import many
from tests.lint.frame import findings, in_feature
from tests.lint.mutations import mutated, valid


def fixed(data: bytes, *, unsafe: bool = False) -> bytes:
    """The bytes when no fix changes them any more."""
    for _ in range(10):
        after = apply(Source("x", data), findings(data), unsafe=unsafe)
        if after == data:
            return data
        data = after
    raise AssertionError("the fixes do not come to an end")


def rows(data: bytes) -> list[tuple[str, str]]:
    source = Source("x", data)
    return [(row.key, row.status) for row in read_rows(parse(source).document, source).rows]


def statuses(data: bytes) -> set[str]:
    """The values of Status fields with a label; a definition's value may lose the heading that was part of it."""
    source = Source("x", data)
    return {row.status for row in read_rows(parse(source).document, source).rows if row.kind == "status"}


def feature(fragment: str, *, unsafe: bool = False) -> str:
    """What a fragment below a heading becomes."""
    frame = in_feature("@\n")
    head, _, tail = frame.partition("@\n")
    after = fixed((head + fragment + tail).encode(), unsafe=unsafe).decode()
    assert after.startswith(head) and after.endswith(tail)
    return after[len(head) : len(after) - len(tail)]


SAFE = [
    ("    Status: Expermental\n", "    Status: Experimental\n"),
    ("    Status: Experimenal\n", "    Status: Experimental\n"),
    ("    Status: Supported, Not security supported\n", "    Status: Supported, not security supported\n"),
    ("    Status: tech preview\n", "    Status: Tech Preview\n"),
    ("    Status: Not supported.\n", "    Status: Not supported\n"),
    ("\tStatus: Supported\n", "    Status: Supported\n"),
    ("    Status: Supported  \n", "    Status: Supported\n"),
    ("     Status: Supported\n", "    Status: Supported\n"),
    ("   Status: Supported\n", "    Status: Supported\n"),
    ("Text.\n    Status: Supported\n", "Text.\n\n    Status: Supported\n"),
    (
        "Text.\n  Status: Supported\n  Status, x86: Supported\n",
        "Text.\n\n    Status: Supported\n    Status, x86: Supported\n",
    ),
    ("Status: Supported\n", "    Status: Supported\n"),
    (
        "  * one\n  * two\n    more\n\n    Status: Supported\n",
        "   * one\n   * two\n     more\n\n    Status: Supported\n",
    ),
    (
        "    Status: Supported\n\n###Next\n\n    Status: Supported\n",
        "    Status: Supported\n\n### Next\n\n    Status: Supported\n",
    ),
    ("Text.\n### Next\n\n    Status: Supported\n", "Text.\n\n### Next\n\n    Status: Supported\n"),
    ("    Status:Supported\n", "    Status: Supported\n"),
    ("    Status : Supported\n", "    Status: Supported\n"),
    ("    status: Supported\n", "    Status: Supported\n"),
    ("Term\n\n: definition\n", "Term\n: definition\n"),
    ("Two  blanks.\n\n    Status: Supported\n", "Two blanks.\n\n    Status: Supported\n"),
    (
        "    Status: Supported\n\nText:\n\n- one\n- two\n  more\n",
        "    Status: Supported\n\nText:\n\n  * one\n  * two\n    more\n",
    ),
    ("    Status,x86:  Supported\n", "    Status, x86: Supported\n"),
]
UNSAFE = [
    ("    Statsu: Supported\n", "    Status: Supported\n"),
    ("    Status: Supported\n    on Sundays\n", "    Status: Supported on Sundays\n"),
    ("    Status x86: Supported\n", "    Status, x86: Supported\n"),
    ("```\nStatus: Supported\n```\n", "\n    Status: Supported\n\n"),
    ("    Status, stgvga: Supported\n", "    Status, stdvga: Supported\n"),
    ("    Status: Technology Preview\n", "    Status: Tech Preview\n"),
    ("    Supported, x86: Tech Preview\n", "    Status, x86: Tech Preview\n"),
    ("    Status, x86 : Supported\n", "    Status, x86: Supported\n"),
]
KEPT = [
    "    Status: Supported\n    Status, x86: Supported\n",
    "    Supported, x86: bzImage, ELF\n",
    "    Status, a:b: Supported\n",
    "    Status: Supported\n    Status, x86: Deprecated\n    Status, x86: Experimental\n",
    "Text with `two  blanks` in code.\n\n    Status: Supported\n",
]


@pytest.mark.parametrize(("before", "after"), SAFE)
def test_safe(before: str, after: str) -> None:
    assert feature(before) == after


@pytest.mark.parametrize(("before", "after"), UNSAFE)
def test_unsafe(before: str, after: str) -> None:
    assert feature(before) == before
    assert feature(before, unsafe=True) == after


@pytest.mark.parametrize("text", KEPT)
def test_left_alone(text: str) -> None:
    assert feature(text, unsafe=True) == text


def test_crlf_and_missing_newline_stay() -> None:
    text = (
        in_feature("    Status: Expermental\n\nText.\n### Next\n\n    Status: Supported\n")
        .rstrip("\n")
        .replace("\n", "\r\n")
    )
    expected = (
        in_feature("    Status: Experimental\n\nText.\n\n### Next\n\n    Status: Supported\n")
        .rstrip("\n")
        .replace("\n", "\r\n")
    )
    assert fixed(text.encode()) == expected.encode()


def test_a_file_in_latin_1_keeps_its_bytes() -> None:
    data = in_feature("    Status: Expermental\n").encode() + b"\xe9t\xe9.\n"
    assert fixed(data) == data.replace(b"Expermental", b"Experimental")


def test_of_overlapping_fixes_the_first_is_taken() -> None:
    text = in_feature("    Status: Supported\n")
    at = text.index("Support statement")
    one = Diagnostic("XS999", "x", "info", "", fix=Fix(True, (Edit(Span(at, at + 7), "SUPPORT"),)))
    two = Diagnostic("XS999", "x", "info", "", fix=Fix(True, (Edit(Span(at + 3, at + 9), "?"),)))
    for order in ([one, two], [two, one]):
        assert (
            apply(Source("x", text.encode()), order, unsafe=False) == text.replace("Support s", "SUPPORT s", 1).encode()
        )


def test_a_fix_that_loses_a_row_is_left_out() -> None:
    text = in_feature("    Status: Supported\n    Status, x86: Expermental\n")
    at = text.index("    Status: Supported\n")
    bad = Diagnostic(
        "XS999", "x", "info", "", fix=Fix(True, (Edit(Span(at, at + len("    Status: Supported\n")), ""),))
    )
    after = apply(Source("x", text.encode()), [bad, *findings(text)], unsafe=False)
    assert after == text.replace("Expermental", "Experimental").encode()


def test_every_fix_of_a_rule_is_reached_by_an_example() -> None:
    texts = [text for text, _ in SAFE + UNSAFE]
    seen = {d.code for text in texts for d in findings(in_feature(text)) if d.fix is not None}
    assert {"XS201", "XS202", "XS203", "XS206", "XS402", "XS601", "XS602", "XS603", "XS606", "XS612"} <= seen
    assert {"XS120", "XS121", "XS122", "XS124", "XS126", "XS128", "XS131", "XS140"} <= seen
    assert seen <= {*RULES, *(code for code in seen if code.startswith("XS1"))}


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_fix_on_which_xens_tools_would_die_is_left_out(unsafe: bool) -> None:
    jump = "# A\n\nText.\n### B\n    Status: Supported\n"  # with a blank line the heading is one, two levels down
    listed = "# A\n\n- \n    Status: Supported\n- b\n    Status: Supported\n"
    unnamed = "# A\n\nText.\n\n    Status: Supported\n\n # B\n\n    Status: Supported\n"  # "% A" would leave no heading
    for text in (jump, listed, unnamed):
        before, after = (
            [d.code for d in findings(data) if d.severity == "error"]
            for data in (text.encode(), fixed(text.encode(), unsafe=unsafe))
        )
        assert before
        assert not FATAL & {*before}
        assert not FATAL & {*after}


@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
@pytest.mark.parametrize("unsafe", [False, True])
def test_what_xens_tools_take_they_take_after_the_fixes(unsafe: bool) -> None:
    texts = [text.encode() for text in documents.soup(3, 400)]
    after = [fixed(data, unsafe=unsafe) for data in texts]
    assert sum(old != new for old, new in zip(texts, after, strict=True)) > 100
    for text, old, new in zip(texts, xen.read_all(texts), xen.read_all(after), strict=True):
        if not isinstance(old, xen.Rejected):
            assert not isinstance(new, xen.Rejected), text
            assert len(new) >= len(old), text


@settings(max_examples=many(60), deadline=None)
@given(seed=st.integers(0, 2**32), unsafe=st.booleans(), crlf=st.booleans())
def test_any_spoilt_file(seed: int, unsafe: bool, crlf: bool) -> None:
    random = Random(seed)
    text = mutated(mutated(valid(random), random), random)
    data = (text.replace("\n", "\r\n") if crlf else text).encode()
    errors = sum(d.severity == "error" for d in findings(data))
    after = fixed(data, unsafe=unsafe)
    assert len(rows(after)) >= len(rows(data))
    assert sum(d.severity == "error" for d in findings(after)) <= errors
    assert apply(Source("x", after), findings(after), unsafe=unsafe) == after
    if not unsafe:
        assert statuses(data) <= statuses(after)
    if crlf:
        assert after.count(b"\n") == after.count(b"\r\n")


@settings(max_examples=many(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_rows_of_a_file_with_slips_are_those_meant(seed: int) -> None:
    """Slips that a safe fix undoes wholly: the rows of the file before them are back."""
    random = Random(seed)
    text = valid(random)
    spoilt = text
    for _ in range(random.randint(1, 5)):
        spoilt = _slip(spoilt, random)
    assert rows(fixed(spoilt.encode())) == rows(text.encode())


def _slip(text: str, random: Random) -> str:
    lines = text.split("\n")
    fields = [n for n, line in enumerate(lines) if line.startswith("    Status")]
    heads = [n for n, line in enumerate(lines) if line.startswith("### Feature")]
    if not fields:
        return text
    at = random.choice(fields)
    match random.randrange(5):
        case 0:
            lines[at] = " " + lines[at]
        case 1:
            lines[at] = "\t" + lines[at].lstrip()
        case 2:
            lines[at] = lines[at] + "  "
        case 3:
            lines[at] = lines[at].replace(": Experimental", ": Expermental")
        case _:
            head = random.choice(heads) if heads else at
            if lines[head].startswith("### Feature"):
                lines[head] = " " + lines[head]
    return "\n".join(lines)


def test_the_lines_above_lost_fields_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def counting(text: str) -> bool:
        nonlocal asked
        asked += 1
        return looks_meant(text)

    monkeypatch.setattr(syntax, "looks_meant", counting)

    def count(fields: int) -> int:
        before = asked
        findings("# A\n\n-     Status: Supported\n" + "  \n      Status: Supported\n" * fields)
        return asked - before

    assert 0 < count(100) <= 2.2 * count(50)

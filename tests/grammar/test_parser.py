"""What the parser says about each way to go wrong: the line, the column, the words; and that it never raises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grammar.nodes import BulletList, Link, Literal, Paragraph, Text
from grammar.parser import parse, parse_text
from grammar.rows import limits, read_rows
from grammar.source import Source
from grammar.support import outside
from tests.grammar import documents
from tests.helpers import pandoc, xen
from tests.helpers.effort import many

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
GOOD = "% T\n\n# A\n\n## B\n\nWords.\n\n    Status: Supported\n    Status, x86: Experimental\n\nMore.\n"


def found(text: str) -> list[tuple[int, int, str, str]]:
    """(line, column, code, severity) of each finding."""
    parsed = parse_text(text)
    both = [*parsed.diagnostics, *read_rows(parsed.document, parsed.source).diagnostics]
    return [(*parsed.source.position(d.span.start), d.code, d.severity) for d in both if d.span]


def test_a_good_file_is_silent() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("below", "line", "column", "code"),
    [
        ("    Status : X", 3, 5, "XS121"),
        ("    Status:X", 3, 5, "XS121"),
        ("    Status:", 3, 5, "XS121"),
        ("    Status,: X", 3, 5, "XS121"),
        ("    Status x86: X", 3, 5, "XS121"),
        ("    status: X", 3, 5, "XS121"),
        ("    Status, a:b: X", 3, 5, "XS121"),
        ("    Statsu: X", 3, 5, "XS120"),
        ("    Status: X\n    and more", 4, 5, "XS122"),
        ("    make world", 3, 5, "XS123"),
        ("     Status: X", 3, 5, "XS124"),
        ("   Status: X", 3, 4, "XS126"),
        ("words\n    Status: X", 4, 5, "XS126"),
        ("* item\n\n    Status: X", 5, 5, "XS126"),
        ("  * item\n    Status: X", 4, 5, "XS126"),
        ("Status: X", 3, 1, "XS126"),
        ("    Security supported: No\n    Status: X", 4, 5, "XS126"),
        ("    Status, a: X\n    Status, A: Y", 4, 5, "XS127"),
        ("### C", 3, 1, "XS130"),
        ("words\n## C\n\n    Status: X", 4, 1, "XS131"),
        (" ## C\n\n    Status: X", 3, 1, "XS131"),
        ("##C\n\n    Status: X", 3, 1, "XS131"),
        ("##\n", 3, 1, "XS132"),
        ("Term\n\n: value", 5, 1, "XS140"),
        ("Term\n: one\n: two", 4, 1, "XS140"),
        ("Term\n: value\n\n    Status: X", 6, 1, "XS140"),
        ("C\n===", 3, 1, "XS112"),
        ("<<<<<<< ours\n=======", 3, 1, "XS112"),
        ("1. one\n\nx\n\n    Status: X", 3, 1, "XS110"),
        ("> quote\n\n    Status: X", 5, 1, "XS111"),
    ],
)
def test_each_fault_has_its_place(below: str, line: int, column: int, code: str) -> None:
    assert (line, column, code, "error") in found(f"# A\n\n{below}\n")


@pytest.mark.parametrize(("row", "level"), [("===", 1), ("---", 2)])
def test_an_underlined_heading_is_said_with_its_level(row: str, level: int) -> None:
    messages = [finding.message for finding in parse_text(f"# A\n\nC\n{row}\n").diagnostics]
    wanted = f'"C" over a row of {row[0]} is a heading of level {level} to pandoc; write {"#" * level} instead, or remove the row'
    assert messages == [wanted]


@pytest.mark.parametrize(
    ("below", "code"),
    [
        ("1. one", "XS110"), ("a | b\n--|--\n1 | 2", "XS110"), ("> quote", "XS110"), ("***", "XS110"), ("| line", "XS110"),
        ("::: x\ny\n:::", "XS110"), ("x[^1] y", "XS110"), ("[^1]: note", "XS110"), ("[x]: http://y", "XS110"),
        ("---\na: b\n---", "XS110"), ("<!-- c -->", "XS110"), ("<b>x</b>", "XS110"), ("\\foo x", "XS110"), ("x^[y]", "XS110"),
        ("$x$", "XS110"), ("see @foo", "XS110"), ("an [unclosed one", "XS110"), ("x <!-- y", "XS110"), ("see [A]", None),
        ("`[` and `<!--`", None), ("x86/PV, a_b, 3 < 4, C++, user@host, 5$ and 6$", None), ('<a href="u">v</a>', None),
        ("*a* _b_ **c** `d` [e](f) 'g' \"h\"", None), ("Supported, x86: no field", "XS126"),
    ],
)  # fmt: skip
def test_what_is_outside_the_markup(below: str, code: str | None) -> None:
    codes = [(c, severity) for _, _, c, severity in found(f"# A\n\n    Status: X\n\n{below}\n")]
    assert codes == ([] if code is None else [(code, "error" if code == "XS126" else "warning")])


@pytest.mark.parametrize(
    ("above", "severity"),
    [
        ("<!-- c -->", "error"), (" <!-- c -->", "warning"), ("x <!-- c -->", "warning"), ("<?x?>", "error"), ("x <?x?>", "warning"),
        ("x </script> y", "warning"), ("x <p> y", "error"), ("<!DOCTYPE x>", None),
    ],
)  # fmt: skip
def test_xens_tools_die_behind_html_that_is_a_block_and_read_on_behind_other(above: str, severity: str | None) -> None:
    text = f"# A\n\n{above}\n\n    Status: X\n"
    reported = {(code, level) for _, _, code, level in found(text)}
    assert ("XS111" in {code for code, _ in reported}) is (severity == "error")
    assert {level for code, level in reported if code == "XS110"} == ({severity} if severity else set())
    if pandoc.HAVE:
        assert isinstance(xen.read_all([text.encode()])[0], xen.Rejected) is (severity == "error")


@pytest.mark.parametrize(
    ("data", "code", "severity"),
    [
        (b"# A\r\n\r\n    Status: X\r\n", "XS102", "warning"), (b"# A\n\n    Status: X\r    Status, y: Z\n", "XS103", "error"),
        (b"# A\0\n", "XS104", "warning"), (b"\xef\xbb\xbf# A\n", "XS105", "warning"), (b"# \xe9\n", "XS101", "error"),
        ("# é\n".encode(), "XS106", "warning"), (b"# A\n\n```\nStatus: X\n```\n", "XS128", "warning"), (b"% T\n more\n", "XS141", "warning"),
    ],
)  # fmt: skip
def test_bytes(data: bytes, code: str, severity: str) -> None:
    assert (code, severity) in [(d.code, d.severity) for d in parse(Source("x", data)).diagnostics]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        # 4 cannot begin an attribute's name, so this is not a tag
        ("a <stray bracket\n\n## S\n\n    Status: 4\n", "warning"),
        ("a <stray bracket\n\n    Status: X\n\n>\n", "error"),
        ("a [stray bracket\n\n## S\n\n    Status: X\n", "warning"),
        ("a [stray bracket\n\n## S\n\nx]\n\n    Status: X\n", "error"),
        ("* a [stray bracket\n\n## S\n\nx]\n\n    Status: X\n", "warning"),
    ],
)
def test_what_an_open_bracket_swallows(text: str, severity: str) -> None:
    assert next(s for *_, code, s in found(f"# A\n\n{text}") if code == "XS110") == severity


def test_severity_follows_the_consequence() -> None:
    quiet, loud = found("# A\n\n    Status: X\n\n---\na: b\n---\n"), found("# A\n\n1. x\n\n    Status: X\n")
    assert [s for *_, s in quiet] == ["warning"]
    assert ("XS110", "error") in [(code, severity) for _, _, code, severity in loud]
    assert [s for *_, s in found("# A\n\n    Status: X\n\n\\begin{x}\n\\end{x}\n    no literal\n")] == ["warning"]


def test_nodes() -> None:
    (section,) = parse_text(
        "# A\n\nSee `x` and [y](z).\n\n  * one\n  * two\n\nfoo\n\n    Status, a: b\n"
    ).document.sections
    paragraph, bullets, _, literal = section.blocks
    assert isinstance(paragraph, Paragraph) and paragraph.inlines[3] == Link((Text("y"),), "z")
    assert isinstance(bullets, BulletList) and len(bullets.items) == 2
    assert isinstance(literal, Literal) and [(f.qualifier, f.value) for f in literal.fields] == [("a", "b")]


def test_spans_are_offsets_of_the_source() -> None:
    source = Source("x", b"# A\r\n\r\n\tStatus,\tx86: Tech Preview\r\n")
    (row,) = read_rows(parse(source).document).rows
    assert source.text[row.value_span.start : row.value_span.end] == "Tech Preview"
    assert source.text[row.span.start : row.span.end] == "Status,\tx86: Tech Preview"


def test_limits() -> None:
    text = "# A\n\n    Status, x86: Supported up to 4096\n    Status, x86, regularly tested: Up to 512\n    Status, x86, security supported: Up to 1024 CPUs\n    Status, Arm: Supported up to 1.5 TiB. More is not tested.\n"
    rows = read_rows(parse_text(text).document).rows
    x86, arm = limits(rows)
    assert (x86.key, x86.variant) == ("a--x86", "x86")
    assert x86.maximum and x86.maximum.value == 4096 and x86.tested and x86.tested.value == 512
    assert x86.security and (x86.security.value, x86.security.unit, x86.security.text) == (1024, "CPUs", "1024 CPUs")
    assert arm.maximum and (arm.maximum.value, arm.maximum.unit) == (1.5, "TiB") and arm.tested is None


@pytest.mark.skipif(not CORPUS.exists(), reason="no ../shared here")
@pytest.mark.parametrize("path", sorted(CORPUS.glob("accepted/*.md")), ids=lambda p: p.stem)
def test_corpus_rows(path: Path) -> None:
    parsed = parse(Source(path.name, path.read_bytes()))
    rows = read_rows(parsed.document).rows
    wanted = json.loads(path.with_suffix(".rows.json").read_text())
    assert [
        {
            "key": r.key,
            "path": list(r.path),
            "anchor": r.anchor,
            "status": r.status,
            "described": r.described,
            "caveat": r.caveat,
        }
        for r in rows
    ] == [{k: row[k] for k in ("key", "path", "anchor", "status", "described", "caveat")} for row in wanted]
    assert not [d for d in parsed.diagnostics if d.code == "XS110"]  # all of xen.git's history is inside the mark-up


@pytest.mark.skipif(not CORPUS.exists(), reason="no ../shared here")
@pytest.mark.parametrize(("name", "line"), [("unknown-key-2017-11", 252), ("continued-line-2022-05", 54)])
def test_corpus_rejected(name: str, line: int) -> None:
    source = Source(name, (CORPUS / "rejected" / f"{name}.md").read_bytes())
    errors = [source.position(d.span.start)[0] for d in parse(source).diagnostics if d.severity == "error" and d.span]
    assert errors == [line]


_LINES = st.sampled_from(sorted({line for block in documents.BLOCKS for line in block.split("\n")}))


@given(st.lists(st.tuples(st.integers(0, 9), _LINES), max_size=14), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=many(400), deadline=None)
def test_any_lines_are_read(lines: list[tuple[int, str]], end: str) -> None:
    parsed = parse(Source("x", end.join(" " * blanks + line for blanks, line in lines).encode()))
    size = len(parsed.source.text)
    assert all(d.span is not None and 0 <= d.span.start <= d.span.end <= size for d in parsed.diagnostics)
    assert all(0 <= r.span.start < r.span.end <= size for r in read_rows(parsed.document).rows)


@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet="#*_-`~=:.|>[](){}<!\\'\"&$^@ \n\tax1", max_size=120).map(str.encode)
    )
)
@settings(max_examples=many(400), deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    parsed = parse(Source("x", data))
    read_rows(parsed.document, parsed.source)


@pytest.mark.parametrize(
    "text",
    [
        "'\"" * 400,
        "[" * 3000,
        "*_" * 2000,
        "- " * 500 + "x",
        "# " + "'\"" * 300,
        ("  " * 30 + "- x\n") * 50,
        "`" * 5000,
        "<a " * 2000,
        "(a) " * 300,
        "[a](" * 5000,
        "](" * 5000,
        "[a](b " * 3000 + ")",
        " ".join("`" * n for n in range(1, 150)),
        "".join("`" * n + "x\n\n" for n in range(3, 150)),
        "> a\n" * 3000,
        "    Status: X\n" * 3000,
    ],
)
def test_deep_nesting_ends(text: str) -> None:
    parsed = parse_text(f"# A\n\n{text}\n\n    Status: X\n")
    assert [row.status for row in read_rows(parsed.document).rows] in (["X"], [])
    outside(parsed.source.text)


def test_lost_fields_are_one_finding_for_each_place_and_reason() -> None:
    """Fields below one another are told together, with all their rows; those of another place or reason apart."""
    text = "# A\n\nWords.\n    Status: X\n    Status, a: X\n\n# B\n\n   Status: X\n   Status, b: X\n   Status, c: X\n"
    found = [d.message for d in parse_text(text).diagnostics if d.code == "XS126"]
    assert len(found) == 2
    assert found[0].startswith("2 fields are lost (Status; Status, a)") and found[1].startswith(
        "3 fields are lost (Status; Status, b; Status, c)"
    )
    single = [
        d.message
        for d in parse_text("# A\n\nWords.\n    Status: X\n\n# B\n\nWords.\n    Status: X\n").diagnostics
        if d.code == "XS126"
    ]
    assert len(single) == 2 and all('"Status: X" is lost' in message for message in single)

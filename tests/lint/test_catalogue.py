"""Every entry of the catalogue: unique, explained, and its examples speak and stay silent."""

from __future__ import annotations

import pytest

from convert.lint.registry import RULES
from grammar.problems import CATALOGUE
from tests.lint.frame import Beside, beside, codes_of, examples, findings, framed, in_feature, sibling_of

CODES = tuple(RULES)

# for each problem of the parser: a file with it; `None`: that one is in test_bytes below
SYNTAX: dict[str, str | None] = {
    "XS101": None,
    "XS102": None,
    "XS103": None,
    "XS104": None,
    "XS105": None,
    "XS106": in_feature("    Status, na\u00efve: Supported\n"),
    "XS110": in_feature("    Status: Supported\n\n> A quotation\n"),
    "XS111": in_feature("***\n\n    Status: Supported\n"),
    "XS112": in_feature("    Status: Supported\n\nA heading\n---------\n\n    Status: Supported\n"),
    "XS113": in_feature("    Status: Supported\n\n### About [Feature Support]\n\n    Status: Supported\n"),
    "XS114": in_feature("    Status: Supported\n\nTerm\n:\n"),
    "XS120": in_feature("    Statsu: Supported\n"),
    "XS121": in_feature("    Status :Supported\n"),
    "XS122": in_feature("    Status: Supported\n    on Sundays\n"),
    "XS123": in_feature("    xl create guest.cfg\n"),
    "XS124": in_feature("    Status: Supported\n     Status, x86: Supported\n"),
    "XS125": "% T\n\n    Status: Supported\n",
    "XS126": in_feature("   Status: Supported\n"),
    "XS127": in_feature("    Status, x86: Supported\n    Status, X86: Experimental\n"),
    "XS128": in_feature("```\nStatus: Supported\n```\n"),
    "XS130": in_feature("    Status: Supported\n\n##### Deep\n\n    Status: Supported\n"),
    "XS131": in_feature("    Status: Supported\n\n ### Indented\n"),
    "XS132": in_feature("    Status: Supported\n\n###\n\n    Status: Supported\n"),
    "XS140": in_feature("Term\n\n: definition\n"),
    "XS141": "% T\n  and more\n\n# A\n",
}


def test_codes_and_names_are_unique() -> None:
    codes = [*(e.code for e in RULES.values()), *(e.code for e in CATALOGUE.values())]
    names = [*(e.name for e in RULES.values()), *(e.name for e in CATALOGUE.values())]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", [*RULES, *CATALOGUE])
def test_entry_explains_itself(code: str) -> None:
    entry = RULES[code] if code in RULES else CATALOGUE[code]
    lines = entry.doc.strip().splitlines()
    assert lines[0].endswith(".") and lines[1] == "" and lines[2].strip()
    assert "Bad:" in entry.doc and "Good:" in entry.doc
    assert entry.severity in ("error", "warning", "info")


@pytest.mark.parametrize("code", CODES)
def test_examples_of_a_rule(code: str) -> None:
    bad, good = examples(RULES[code].doc)
    codes = [*(c for c in RULES if RULES[c].default), code]
    siblings = [sibling_of(framed(good), name="newer")] if code.startswith("XS7") else []
    if code in ("XS703", "XS705"):
        siblings.append(sibling_of(framed(good), name="older", newer=False))

    def found(shown: Beside) -> list[str]:
        said = findings(shown.text, codes, siblings=siblings, makefile=shown.makefile, day=shown.day, gate=shown.gate)
        return [d.code for d in said]

    assert set(found(beside(code, bad))) - _SIDE_EFFECTS.get(code, frozenset()) == {code}
    assert found(beside(code, good)) == []


# what cannot but be found as well: a difference between trees has more than one side
_SIDE_EFFECTS = {"XS703": frozenset({"XS702"}), "XS705": frozenset({"XS701"})}


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_syntax_problem_is_reported(code: str) -> None:
    text = SYNTAX[code]
    if text is not None:
        assert code in codes_of(text, ())


def test_a_good_file_is_silent() -> None:
    assert codes_of(in_feature("Text.\n\n    Status: Supported\n")) == []


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("XS101", in_feature("    Status: Supported\n").encode() + b"\xff\n"),
        ("XS102", in_feature("    Status: Supported\n").replace("\n", "\r\n").encode()),
        ("XS103", in_feature("    Status: Supported\r    Status, Arm: Supported\n").encode()),
        ("XS104", in_feature("    Status: Supported\n\nA\0B.\n").encode()),
        ("XS105", b"\xef\xbb\xbf" + in_feature("    Status: Supported\n").encode()),
    ],
)
def test_bytes(code: str, data: bytes) -> None:
    assert code in codes_of(data, ())

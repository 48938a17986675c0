"""Every entry of the catalogue: unique, explained, and its examples, exactly as printed, speak and stay silent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert.cli import main
from convert.lint.catalogue import everything
from convert.lint.registry import RULES
from grammar.catalogue import CATALOGUE, enter, is_syntax, problem
from tests.lint.frame import Beside, beside, codes_of, examples, findings, framed, in_feature, sibling_of

ROOT = Path(__file__).resolve().parents[2]
CODES = tuple(RULES)
KNOWN = everything()
SYNTAX = [code for code in KNOWN if is_syntax(code)]


def test_codes_and_names_are_unique() -> None:
    assert len({entry.name for entry in KNOWN.values()}) == len(KNOWN) > 100
    with pytest.raises(ValueError, match="twice"):
        enter(CATALOGUE["XS120"])
    with pytest.raises(ValueError, match="twice"):
        problem("XS199", "unknown-key", "error")(lambda: "")


def test_every_code_that_the_source_names_is_in_the_catalogue() -> None:
    """What can be printed is what some module spells out; each has an explanation that people can ask for."""
    said = {
        code
        for folder in ("convert", "grammar")
        for path in (ROOT / folder).rglob("*.py")
        for code in re.findall(r"\bXS[1-9][0-9]{2}\b", path.read_text(encoding="utf-8"))
    }
    assert said - set(KNOWN) == set()


@pytest.mark.parametrize("code", list(KNOWN))
def test_entry_explains_itself(code: str) -> None:
    entry = KNOWN[code]
    lines = entry.explanation.splitlines()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name) and entry.severity in ("error", "warning", "info")
    assert lines[0].endswith(".") and lines[1] == ""
    head, bad, good = re.split(r"^(?:Bad|Good):[^\n]*\n", entry.explanation, flags=re.M)
    assert len(head.split()) > 5 and bad.strip() and bad.startswith("    ") and good.strip() and good.startswith("    ")


def test_explain_prints_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--all"]) == 0
    text = capsys.readouterr().out
    assert re.findall(r"^(XS[0-9]{3}) ", text, re.M) == list(KNOWN)
    assert main(["explain", "XS801", "far-cell"]) == 0
    assert re.findall(r"^(XS[0-9]{3}) ", capsys.readouterr().out, re.M) == ["XS801", "XS863"]


@pytest.mark.parametrize("code", CODES)
def test_examples_of_a_rule(code: str) -> None:
    bad, good = examples(RULES[code].doc)
    codes = [*(c for c in RULES if RULES[c].tier != "selected"), code]
    siblings = [sibling_of(framed(good), name="newer")] if code.startswith("XS70") else []
    if code in ("XS703", "XS705"):
        siblings.append(sibling_of(framed(good), name="older", newer=False))
    before = {"XS326": framed("### Feature\n\nOld.\n\n    Status: Supported\n"), "XS327": framed(good)}.get(code)

    def found(shown: Beside) -> list[str]:
        said = findings(
            shown.text,
            codes,
            siblings=siblings,
            makefile=shown.makefile,
            day=shown.day,
            gate=shown.gate,
            texts=shown.texts,
            before=before,
        )
        return [d.code for d in said]

    assert set(found(beside(code, bad))) - _SIDE_EFFECTS.get(code, frozenset()) == {code}
    quiet = found(beside(code, good))
    assert quiet == [] or code == "XS310"  # a file that is only not empty has other faults


# what cannot but be found as well: a difference between trees has more than one side
_SIDE_EFFECTS = {
    "XS705": frozenset({"XS701"}), "XS310": frozenset({"XS301", "XS305", "XS308"}), "XS212": frozenset({"XS326"}),
}  # fmt: skip


@pytest.mark.parametrize("code", SYNTAX)
def test_examples_of_a_syntax_problem(code: str) -> None:
    bad, good = examples(KNOWN[code].doc)
    assert code in codes_of(framed(bad), ())
    assert codes_of(framed(good), ()) == []


@pytest.mark.parametrize("code", ["XS901", "XS902"])
def test_examples_of_an_exception(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = examples(KNOWN[code].doc)
    file, settings = tmp_path / "SUPPORT.md", tmp_path / "settings.toml"
    file.write_text(in_feature("    Status: Supported\n"), encoding="utf-8")
    for text, there in ((bad, True), (good, False)):
        settings.write_text(text, encoding="utf-8")
        main(["lint", str(file), "--config", str(settings), "--format", "concise"])
        out = capsys.readouterr()
        assert (code in out.out + out.err) is there


def test_a_good_file_is_silent() -> None:
    assert codes_of(in_feature("Text.\n\n    Status: Supported\n")) == []

"""Settings files, exceptions, baselines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lint_command.conftest import GOOD, Box, broken

STOP = broken("Status: Tech Preview", "Status: Tech Preview.")
ALLOW = '[[allow]]\nrow = "beta"\nrule = "{}"\nreason = "agreed"\n'


def codes(box: Box, *argv: str) -> list[str]:
    return [line.split()[2] for line in box.lint("--format", "concise", *argv).lines]


def test_the_nearest_file_counts_and_the_command_line_comes_first(box: Box, home: Path) -> None:
    box.write(STOP)
    user = home / "config" / "xen-support" / "xen-support.toml"
    user.parent.mkdir()
    user.write_text('[lint]\nignore = ["XS206"]\nfail-on = "info"\n')
    assert codes(box) == []
    (box.path.parent / "xen-support.toml").write_text("[lint]\nignore = []\n")
    assert codes(box) == ["XS206"]
    assert box.lint().status == 1  # fail-on is still the user's
    box.write('[lint]\nfail-on = "error"\nselect = ["XS1"]\n', "xen-support.toml")
    assert codes(box) == [] and box.lint().status == 0
    assert codes(box, "--select", "default") == []  # the nearest file says nothing of ignore, so the user's holds
    assert codes(box, "--select", "default", "--ignore", "") == ["XS206"]
    box.write('[lint]\nignore = []\nselect = ["label-full-stop"]\nfail-on = "warning"\n', "other.toml")
    assert codes(box, "--config", "other.toml") == ["XS206"]
    assert box.lint("--config", "other.toml").status == 1
    assert box.lint("--config", "other.toml", "--fail-on", "error").status == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[lint\n", "line 1"),
        ("a = 1\n", "a: unknown; the keys are lint, allow"),
        ("lint = 3\n", "not a table"),
        ('[lint]\nselct = ["x"]\n', "lint.selct: unknown"),
        ('[lint]\nselect = "XS1"\n', "not a list of strings"),
        ("[lint]\nignore = [1]\n", "not a list of strings"),
        ('[lint]\nselect = ["nosuch"]\n', "no rule has that code or name"),
        ('[lint]\nfail-on = "never"\n', "not one of error, warning, info"),
        ('[lint]\nfail-on = ["error"]\n', "not one of error, warning, info"),
        ("allow = 1\n", "not a list of tables"),
        ("[[allow]]\nrow = 'x'\nrule = 'XS206'\n", "reason: missing"),
        ("[[allow]]\nrow = 'x'\nrule = 'XS206'\nreason = ' '\n", "reason: missing"),
        ("[[allow]]\nrow = 1\nrule = 'XS206'\nreason = 'x'\n", "row: missing, or not a text"),
        (ALLOW.format("XS206") + "expires = 'soon'\n", "not a day"),
        (ALLOW.format("XS206") + "expires = 2027-01-01T00:00:00\n", "not a day"),
        (ALLOW.format("XS206") + "until = 2027-01-01\n", "until: unknown"),
        (ALLOW.format("nosuch"), "no rule has that code or name"),
        ('[lint]\nhook = "rm"\n', "names no commands"),
        ('command = "rm -rf /"\n', "names no commands"),
        ('[fetch]\nurl = "https://example.org"\n', "names no commands"),
        ('[[google]]\n[google.x]\nclient-secret = "x"\n', "names no commands"),
        ('[lint]\napi_key = "x"\n', "names no commands"),
        ('[lint]\n"\x1b[31m" = 1\n', "line 2"),
        ("x = " + "[" * 100_000, ""),
    ],
)  # fmt: skip
def test_a_settings_file_that_is_wrong(box: Box, text: str, words: str) -> None:
    box.write(GOOD)
    box.write(text, "xen-support.toml")
    done = box.lint()
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("xen-support: ") and done.err.count("\n") == 1
    assert words in done.err and "\x1b" not in done.err


def test_a_settings_file_that_cannot_be_read(box: Box) -> None:
    box.write(GOOD)
    assert box.lint("--config", "missing.toml").err == "xen-support: missing.toml: No such file or directory\n"
    box.write(b"\xff = 1\n", "xen-support.toml")
    assert "not UTF-8" in box.lint().err
    box.write(b"#" * 2_000_000, "xen-support.toml")
    assert "larger than" in box.lint().err


@pytest.mark.parametrize("rule", ["XS206", "label-full-stop", "XS20"])
def test_an_exception_hides_a_rule_for_a_row(box: Box, rule: str) -> None:
    box.write(STOP.replace("Status, Arm: Experimental", "Status, Arm: Experimental."))
    box.write(ALLOW.format(rule), "xen-support.toml")
    assert box.lint("--format", "concise").lines == ["SUPPORT.md:24: WARNING: XS206 a label has no full stop"]


def test_an_unused_exception_is_reported_where_it_stands(box: Box) -> None:
    box.write(GOOD)
    box.write("# why\n\n" + ALLOW.format("XS206"), "xen-support.toml")
    done = box.lint("--format", "concise")
    assert done.status == 0
    assert done.lines == [
        f'{box.path}/xen-support.toml:3: WARNING: XS901 XS206 is not found for the row "beta"; remove this exception'
    ]
    assert box.lint("--fail-on", "warning").status == 1
    assert codes(box, "--select", "XS1") == []  # the rule did not run, so nothing is known about the exception
    box.write(STOP, "other.md")
    assert codes(box, "SUPPORT.md", "other.md") == []  # used by one of the files


@pytest.mark.parametrize("expires", ["2020-01-01", '"2020-01-01"'])
def test_an_expired_exception_hides_nothing_and_is_reported(box: Box, expires: str) -> None:
    box.write(STOP)
    box.write(ALLOW.format("XS206") + f"expires = {expires}\n", "xen-support.toml")
    assert codes(box) == ["XS206", "XS902"]
    box.write(ALLOW.format("XS206") + "expires = 2999-01-01\n", "xen-support.toml")
    assert codes(box) == []


def test_a_baseline_hides_what_was_there_by_row_and_rule(box: Box) -> None:
    box.write(STOP)
    done = box.lint("--write-baseline", "known.json")
    assert (done.status, done.out, done.err) == (0, "", "xen-support: known.json: 1 entry\n")
    value = json.loads((box.path / "known.json").read_text())
    assert value["findings"] == [{"instance": "XS206 beta: Tech Preview.", "count": 1}]
    assert codes(box, "--baseline", "known.json") == []
    box.write(STOP.replace("The first device.", "Another paragraph.\n\nThe first device."))
    assert codes(box, "--baseline", "known.json") == []
    box.write(STOP.replace("Status, Arm: Experimental", "Status, Arm: Experimental."))
    assert codes(box, "--baseline", "known.json") == ["XS206"]
    box.write(GOOD)
    assert "1 entry not needed any more" in box.lint("--baseline", "known.json").err


def test_a_baseline_counts(box: Box) -> None:
    text = broken("The second device.", "The second device.  \nA second line.")
    box.write(text)
    box.lint("--write-baseline", "known.json", "--style")
    assert codes(box, "--baseline", "known.json", "--style") == []
    box.write(text.replace("A second line.", "A second line.  \nA third one."))
    assert codes(box, "--baseline", "known.json", "--style") == ["XS601"]


def test_a_baseline_does_not_hide_another_mistake_of_the_rule_on_the_row(box: Box) -> None:
    box.write(broken("Status: Tech Preview", "Status: Tech Preveiw"))
    assert box.lint("--write-baseline", "known.json").status == 0
    assert codes(box, "--baseline", "known.json") == []
    box.write(broken("Status: Tech Preview", "Status: Tech Previev"))
    done = box.lint("--format", "concise", "--baseline", "known.json")
    assert [line.split()[2] for line in done.lines] == ["XS201"] and "1 entry not needed any more" in done.err


def test_a_baseline_of_the_first_version_is_to_be_written_again(box: Box) -> None:
    box.write(STOP)
    box.write('{"schema": "xen-support.baseline/1", "findings": [{"rule": "XS206", "row": "beta"}]}', "known.json")
    done = box.lint("--baseline", "known.json")
    assert (done.status, done.out) == (2, "") and "write it again" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"schema": "xen-support.baseline/2"}', '{"schema": "xen-support.baseline/2", "findings": [{}]}', "[" * 100_000,
        '{"schema": "xen-support.baseline/2", "findings": [{"instance": "a", "count": true}]}',
    ],
)  # fmt: skip
def test_a_baseline_that_is_none(box: Box, text: str) -> None:
    box.write(GOOD)
    box.write(text, "known.json")
    done = box.lint("--baseline", "known.json")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("xen-support: known.json: not a baseline")

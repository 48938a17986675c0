"""The release part in a comparison: the end of security support is what everything else hangs on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from convert.cli import main
from convert.diff import formats
from convert.output.terminal import Painter
from tests.diff.documents import changes, only
from tests.release.worlds import support, url

DATES = ("2025-03-05", "2028-03-05", "2030-03-05")
LONG = support("4.20", *DATES, notes="4.20")
SHORT = LONG.replace("2030-03-05", "2028-03-05")


def test_a_shortened_end_is_a_loss_and_the_first_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change = only(changes(LONG, SHORT))
    sentence = "security support of the whole tree ends 2028-03-05, was 2030-03-05"
    assert (change.kind, change.possible_loss, change.why) == ("security-lost", True, sentence)
    (tmp_path / "a.md").write_text(LONG)
    (tmp_path / "b.md").write_text(SHORT.replace("    Status: Supported", "    Status: Experimental"))
    assert main(["diff", str(tmp_path / "a.md"), str(tmp_path / "b.md")]) == 1
    assert capsys.readouterr().out.split("\n")[0] == sentence
    assert main(["diff", str(tmp_path / "a.md"), str(tmp_path / "b.md"), "--by", "change", "--security-only"]) == 1
    assert capsys.readouterr().out.split("\n")[0] == sentence
    lines = formats.markdown(changes(LONG, SHORT), "feature")
    assert next(iter(lines)) == f"S{sentence[1:]}."


def test_an_extension_is_a_gain() -> None:
    change = only(changes(SHORT, LONG))
    assert (change.kind, change.possible_loss) == ("security-gained", False)
    assert list(formats.whole_tree([change])) == []
    assert "gained 1" in list(formats.text([change], "feature", Painter("never", sys.stdout)))[-1]


@pytest.mark.parametrize("end", ["TBD", "Unreleased - not yet security-supported"])
def test_an_end_that_is_no_day_any_more_is_a_loss(end: str) -> None:
    change = only(changes(LONG, LONG.replace("2030-03-05", end)))
    assert change.kind == "security-lost" and change.why and "2030-03-05" in change.why
    back = only(changes(LONG.replace("2030-03-05", end), LONG))
    assert (back.kind, back.possible_loss) == ("security-gained", False)


def test_an_end_that_is_gone_may_be_a_loss() -> None:
    change = only(changes(LONG, LONG.replace("    Security-Support-Until: 2030-03-05\n", "")))
    assert (change.kind, change.possible_loss) == ("removed", True)


def test_other_fields_and_the_link_are_changes_without_a_loss() -> None:
    support_end = only(changes(LONG, LONG.replace("2028-03-05", "2027-03-05")))
    assert (support_end.kind, support_end.possible_loss) == ("status", False)
    link = only(changes(LONG, LONG.replace(url("4.20"), url("4.21"))))
    assert (link.kind, link.old, link.new, link.possible_loss) == ("status", url("4.20"), url("4.21"), False)
    assert changes(LONG, LONG.replace("RN</a>", "Notes</a>"))[0].kind == "status"


def test_the_days_of_two_releases_are_not_held_against_each_other() -> None:
    other = support("4.19", "2024-07-29", "2026-01-29", "2029-07-29", notes="4.19")
    assert {change.kind for change in changes(LONG, other)} == {"status"}

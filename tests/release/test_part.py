"""Edits of the release part: those bytes and no others."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.release.part import edited, read
from grammar.release import IN_LITERAL, NOTES
from grammar.source import Source
from tests.release.worlds import support, url

WANTED = {
    "Xen-Version": "4.23",
    "Initial-Release": "2027-01-20",
    "Supported-Until": "2030-01-20",
    "Security-Support-Until": "2032-01-20",
    NOTES: url("4.23"),
}


def done(text: str | bytes, wanted: dict[str, str] | None = None) -> bytes:
    return edited(read(Source("S", text if isinstance(text, bytes) else text.encode())), wanted or WANTED)


def lines_changed(before: bytes, after: bytes) -> int:
    pairs = list(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
    return sum(one != other for one, other in pairs)


def test_only_the_values_change() -> None:
    before = support("4.23-rc").replace("Xen-Version: 4", "Xen-Version:   4").replace("TBD\n", "TBD  \n").encode()
    after = done(before)
    assert lines_changed(before, after) == 5
    assert b"Xen-Version:   4.23\n" in after and b"Supported-Until: 2030-01-20  \n" in after
    assert done(after) == after


def test_line_ends_stay() -> None:
    before = support("4.23-rc").replace("\n", "\r\n").encode()
    after = done(before)
    assert after.count(b"\r\n") == after.count(b"\n") == before.count(b"\n")
    mixed = support("4.23-rc").replace("TBD\n", "TBD\r\n").encode()
    assert done(mixed).count(b"\r") == 1


def test_missing_fields_come_where_the_house_has_them() -> None:
    before = support("4.23-rc").replace("    Initial-Release: n/a\n    Supported-Until: TBD\n", "")
    after = done(before).decode()
    keys = re.findall(r"^    ([A-Z][-A-Za-z]+): \d", after, re.M)
    assert keys == ["Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until"]
    alone = done(before.replace("    Security-Support-Until: Unreleased - not yet security-supported\n", "")).decode()
    assert alone == after


def test_a_missing_entry_and_one_in_the_literal() -> None:
    whole = done(support("4.23-rc")).decode()
    assert done(support("4.23-rc", notes=None)).decode() == whole
    inside = support("4.23-rc", notes=None, literal=f'    Release-Notes: <a href="{url("X.YY")}">RN</a>\n')
    assert IN_LITERAL in read(Source("S", inside.encode())).read.values
    assert done(inside).decode() == whole
    first = inside.replace("    Initial-Release", "    Release-Notes: x\n    Initial-Release", 1)
    assert first.count("Release-Notes:") == 2
    crlf = done(support("4.23-rc", notes=None).replace("\n", "\r\n")).decode()
    assert crlf == whole.replace("\n", "\r\n")


def test_a_heading_right_below_the_literal_gets_its_blank_line() -> None:
    before = support("4.23-rc", notes=None).replace("supported\n\n# Feature", "supported\n# Feature")
    assert "RN</a>\n\n# Feature Support" in done(before).decode()


def test_an_entry_without_link_or_with_an_entity_is_written_anew() -> None:
    words = support("4.23-rc").replace(f'<a href="{url("X.YY")}">RN</a>', "to be written\nlater")
    assert done(words) == done(support("4.23-rc"))
    entity = support("4.23-rc").replace("X.YY", "X&#46;YY")
    assert done(entity) == done(support("4.23-rc"))


def test_a_fenced_literal() -> None:
    before = support("4.23-rc", notes=None)
    inside = before[before.index("    Xen-Version") : before.index("\n\n# Feature")]
    fenced = before.replace(inside, "```\n" + inside.replace("    ", "") + "\n```")
    after = done(fenced).decode()
    assert "```\nXen-Version: 4.23\n" in after and "2032-01-20\n```\n\nRelease Notes\n: <a" in after


def test_what_cannot_be_edited_is_refused() -> None:
    with pytest.raises(ValueError, match="no release literal"):
        done("# Release Support\n\nNothing.\n")


@given(st.text(alphabet=st.sampled_from("ab é\t\n#*:`<>-"), max_size=60), st.booleans())
def test_the_rest_of_the_file_is_never_touched(noise: str, crlf: bool) -> None:
    text = support("4.23-rc").replace("# Feature Support", f"# Feature Support\n\n{noise}\n", 1)
    before = (text.replace("\n", "\r\n") if crlf else text).encode()
    after = done(before)
    assert lines_changed(before, after) == 5


_SHAPES = st.sampled_from(
    ["    Xen-Version: 4.2", "    Initial-Release: n/a", "Xen-Version: 1", "\tXen-Version: x", "Release Notes", ": <a href='u'>RN</a>", ":", "```", "# Release Support", "", "    ", "word", "    Release-Notes: <a", "\r", "    Supported-Until:", "% T"]
)  # fmt: skip


@given(st.lists(_SHAPES, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_any_release_part_is_edited_rightly_or_refused(lines: list[str], end: str) -> None:
    before = end.join(["% T", "", "# Release Support", "", *lines, "", "# Feature Support", ""]).encode()
    try:
        after = done(before)
    except ValueError:
        return
    assert {key: value for key, value in read(Source("S", after)).read.values.items() if key in WANTED} == WANTED
    assert done(after) == after

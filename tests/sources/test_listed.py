"""Lists of what is supported: their items, and how they are held against rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.failure import Failure
from convert.sources import covering, formats, listed, match
from convert.sources.mapping import shipped
from grammar.source import Source
from tests.sources.trees import LIST, SUPPORT, rows


def read(text: str) -> listed.Listing:
    return listed.read(Source("list", text.encode()), "list", shipped())


def names(line: str) -> list[str]:
    return [statement.subject for statement in read(line).statements]


def test_the_items_of_a_list() -> None:
    assert [(s.group, s.subject, s.says, s.place.line) for s in read(LIST).statements] == [
        ("network", "e1000", "supported", 3),
        ("network", "rtl8139", "supported", 3),
        ("network", "tulip", "supported", 3),
        ("input", "Xen PV keyboard", "supported", 4),
        ("input", "Xen PV mouse", "supported", 4),
        ("input", "USB keyboard", "supported", 4),
        ("input", "USB mouse", "supported", 4),
        ("input", "PS/2 keyboard", "supported", 4),
        ("input", "PS/2 mouse", "supported", 4),
        ("core", "PCI host bridge", "supported", 7),
        ("network", "ne2000", "not supported", 8),
    ]
    assert read(LIST).prose[0] == "The emulator has security support only for these:"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("- network: a, b and c", ["a", "b", "c"]),
        ("- network: a1, piix3 ide and ahci", ["a1", "piix3 ide", "ahci"]),
        ("- network: a (the first, and best), b.", ["a", "b"]),
        ("* network: one,\n  two", ["one", "two"]),
        ("- unheard of: x, and y", ["x", "y"]),
        ("- network: one\ntwo is prose.", ["one"]),
    ],
)
def test_how_items_are_told_apart(line: str, wanted: list[str]) -> None:
    assert names(line) == wanted


def test_exceptions() -> None:
    text = "- network: e1000, ne2000 (not supported)\n- not supported: tulip\n"
    assert [(s.subject, s.polarity) for s in read(text).statements] == [
        ("e1000", "yes"),
        ("ne2000", "no"),
        ("tulip", "no"),
    ]


@pytest.mark.parametrize("text", ["", "Only prose here.\n", "- a list: \n", "- no colon\n", "\0\0"])
def test_a_text_that_lists_nothing_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="lists nothing"):
        read(text)


def held() -> dict[str, str]:
    return {f.statement.subject: f.kind for f in match.lists(read(LIST).statements, rows(), shipped())}


def test_held_against_rows() -> None:
    found = held()
    assert found == {
        "e1000": "agrees",
        "rtl8139": "missing",  # another number is another thing
        "tulip": "contradiction",  # the row promises less than the list
        "Xen PV keyboard": "missing", "Xen PV mouse": "missing", "USB keyboard": "missing", "USB mouse": "agrees",
        "PS/2 keyboard": "missing", "PS/2 mouse": "missing", "PCI host bridge": "missing",
        "ne2000": "agrees",  # the section says that what it does not list is without support
    }  # fmt: skip


def test_a_near_row_is_named() -> None:
    lines = [formats.line(f) for f in match.lists(read(LIST).statements, rows(), shipped())]
    assert (
        "list:3: rtl8139 (network) is in no row; near: rtl8193 (x86emulated-network-qemu--rtl8193), two digits swapped"
        in lines
    )
    slip = [formats.line(f, None) for f in match.lists(read("- input: usb mouze\n").statements, rows(), shipped())]
    assert slip == [
        "list:1: usb mouze (input) supported; x86emulated-input-qemu--usbmouse: Supported (one letter differs)"
    ]


def test_what_drafts_lack_and_what_no_list_names() -> None:
    source = Source("list", b"- network: e1000, rtl8193\n- input: USB mouse, floppy\n")
    other = SUPPORT.replace("    Status, e1000: Supported\n", "")
    found = covering.lacking([source], {"4.20": SUPPORT, "4.19": other}, and_back=True)
    assert found.lines == (
        "list:2: floppy (input) is in no row",
        "usbtablet (x86emulated-input-qemu--usbtablet) is in no source",
        "list:1: e1000 (network) is in no row (4.19)",
    )
    assert found.any and found.summary == "4 statements of list; 2 not covered"
    assert not covering.lacking([Source("list", b"- network: e1000\n")], {"4.20": SUPPORT}).any


@given(st.text(alphabet="ab :,-()\n.and", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except Failure:
        return
    assert all(1 <= s.place.line <= text.count("\n") + 1 and s.subject for s in found.statements)

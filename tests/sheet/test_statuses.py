"""Status cells: what is one of the labels, what is a question, what is neither."""

from __future__ import annotations

import pytest

from convert.sheet.layout import load_layout
from convert.sheet.statuses import Vocabulary, combine, vocabulary
from grammar.labels import LABELS
from grammar.status import read_status


@pytest.fixture(scope="module")
def spoken() -> Vocabulary:
    return load_layout(None).vocabulary


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Supported", "Supported"),
        ("supported", "Supported"),
        (" Supported. ", "Supported"),
        ("Supported\u00a0", "Supported"),
        ("Supported,\nwith caveats", "Supported, with caveats"),
        ("Supported ,Not security  supported.", "Supported, not security supported"),
        ("Supported, security support external", "Supported, Security support external"),
        ("Supported (not security supported)", "Supported, not security supported"),
        ("TECH PREVIEW", "Tech Preview"),
        ("Technology preview", "Tech Preview"),
        ("✓", "Supported"),
        ("✔️", "Supported"),
        ("{{Tick}}", "Supported"),
        ("✓ (preview)", "Tech Preview"),
        ("✓preview", "Tech Preview"),
        ("{{tick|deprecated}}", "Deprecated"),
        ("Tick, preview", None),
        ("½", "Supported, with caveats"),
        ("half preview", "Tech Preview"),
        ("✗", "Not supported"),
        ("✗ obsolete", "Obsolete"),
        ("cross implemented", "Not implemented"),
        ("✓ not supported", None),
        ("✗ preview", None),
        ("Obsolete.", "Obsolete"),
        ("Not functional", "Not functional"),
        ("No security support, not recommended", "No security support, not recommended"),
        ("Supported up to 4096", "Supported up to 4096"),
        ("supported up to 12TiB.", "Supported up to 12 TiB"),
        ("Supported up to 4,096 vCPUs", "Supported up to 4,096 vCPUs"),
        ("Supported up to 12 TiB. More is not tested.", "Supported up to 12 TiB. More is not tested."),
        ("Supported up to 12 TiB, not security supported", None),
        ("Supported up to many", None),
        ("Up to 512", None),
        (
            "supported, Security supported only when run de-privileged.",
            "Supported, security supported only when run de-privileged",
        ),
        ("Sort of, security supported only when asked", None),
        ("Security supported", None),
        ("Support scope restricted", None),
        ("bzImage, ELF", None),
        ("Suported", None),
        ("Supported. Really", None),
    ],
)
def test_a_cell_is_a_status_or_it_is_not(spoken: Vocabulary, cell: str, value: str | None) -> None:
    found = spoken.decide(cell)
    assert (found.value if found else None) == value


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_every_label_and_every_spelling_of_it_is_written_as_the_label(spoken: Vocabulary, label: object) -> None:
    name, synonyms, security = label.name, label.synonyms, label.security  # type: ignore[attr-defined]
    for spelling in (name, name.lower(), name.upper() + ".", *synonyms):
        found = spoken.decide(spelling)
        assert found is not None
        assert (found.value, found.status.label, found.status.security) == (name, name, security)


def test_what_is_written_reads_back_as_the_same_status(spoken: Vocabulary) -> None:
    for cell in ("✓ preview", "supported up to 12TiB.", "Supported, security supported only when small.", "Obsolete"):
        found = spoken.decide(cell)
        assert found is not None
        assert read_status(found.value) == found.status or read_status(found.value).label == found.status.label
        assert spoken.decide(found.value) is not None


@pytest.mark.parametrize(
    "cell",
    [
        "?",
        "??",
        "TBD",
        "tbd.",
        "TBD (Jan)",
        "TODO: ask",
        "discuss",
        "Discuss with Arm",
        "(Supported?)",
        "Supported?",
        "(TBD)",
    ],
)
def test_undecided(spoken: Vocabulary, cell: str) -> None:
    assert spoken.is_undecided(cell)


@pytest.mark.parametrize("cell", ["Supported", "Experimental", "-", "tbdx", "Todos are supported", "(Supported)"])
def test_decided(spoken: Vocabulary, cell: str) -> None:
    assert not spoken.is_undecided(cell)


def test_prose_may_ask_and_is_undecided_only_as_a_whole(spoken: Vocabulary) -> None:
    assert not spoken.is_undecided("What is a guest? A domain.", status=False)
    assert not spoken.is_undecided("Is it fast?", status=False)
    assert spoken.is_undecided("(mention the errata?)", status=False)
    assert spoken.is_undecided("TODO", status=False)


@pytest.mark.parametrize(
    ("cell", "near"),
    [
        ("Suported", "Supported"),
        ("Expermental", "Experimental"),
        ("Tech Prevew", "Tech Preview"),
        ("Depracated", "Deprecated"),
        ("Supported, not securty supported", "Supported, not security supported"),
        ("Security supported", None),
        ("bzImage, ELF", None),
    ],
)
def test_the_nearest_label_never_denies_what_the_cell_says(spoken: Vocabulary, cell: str, near: str | None) -> None:
    assert spoken.nearest(cell) == near


@pytest.mark.parametrize(
    ("cell", "security", "value"),
    [
        ("Supported", "yes", "Supported"),
        ("Supported", "no", "Supported, not security supported"),
        ("Supported", "external", "Supported, Security support external"),
        ("Supported, not security supported", "no", "Supported, not security supported"),
        ("Supported, not security supported", "yes", None),
        ("Supported, Security support external", "external", "Supported, Security support external"),
        ("Supported, Security support external", "no", None),
        ("Supported, with caveats", "yes", "Supported, with caveats"),
        ("Supported, with caveats", "no", None),
        ("Tech Preview", "no", "Tech Preview"),
        ("Tech Preview", "yes", None),
        ("Tech Preview, with limited support", "no", None),
        ("Experimental", "external", None),
        ("Deprecated", "yes", "Deprecated"),
        ("Deprecated", "no", None),
        ("Obsolete", "no", "Obsolete"),
        ("Obsolete", "yes", None),
        ("Supported up to 4096", "yes", "Supported up to 4096"),
        ("Supported up to 4096", "no", None),
        ("Supported, security supported only when small", "yes", "Supported, security supported only when small"),
        ("Supported, security supported only when small", "no", None),
        ("Not supported", "no", "Not supported"),
    ],
)
def test_the_security_column(spoken: Vocabulary, cell: str, security: str, value: str | None) -> None:
    decided = spoken.decide(cell)
    assert decided is not None
    combined = combine(decided, security)
    assert (combined.value if combined else None) == value


def test_synonyms_of_a_layout_are_statuses_or_refused() -> None:
    plain: dict[str, list[str]] = {kind: [] for kind in ("nothing", "text", "yes", "no", "external")}
    spoken = vocabulary({"works for me": "tp", "big": "Supported up to 12 TiB"}, plain, ["?"], {})
    found = [spoken.decide("Works for me."), spoken.decide("BIG")]
    assert [f.value if f else None for f in found] == ["Tech Preview", "Supported up to 12 TiB"]
    with pytest.raises(ValueError, match='"x" stands for "nearly", which is not a status'):
        vocabulary({"x": "nearly"}, plain, [], {})

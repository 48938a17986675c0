"""The rules of the file's parts: what must speak, and beside it what must not."""

from __future__ import annotations

from tests.lint.frame import DEFINITIONS, FEATURES, RELEASE, TITLE, codes_of, findings, in_feature

BODY = FEATURES + "### Feature\n\n    Status: Supported\n\n"


def test_release_literal_missing() -> None:
    assert codes_of(TITLE + BODY + DEFINITIONS) == ["XS301"]
    assert codes_of(TITLE + RELEASE + BODY + DEFINITIONS) == []


def test_a_spoilt_release_literal_is_not_missing_too() -> None:
    spoilt = RELEASE.replace("    Xen-Version", "   Xen-Version")
    assert "XS301" not in codes_of(TITLE + spoilt + BODY + DEFINITIONS)


def test_second_release_literal() -> None:
    same = BODY + "## Again\n\n    Xen-Version: 4.23-unstable\n\n"
    other = BODY + "## Again\n\n    Xen-Version: 4.22\n\n"
    (found,) = findings(TITLE + RELEASE + same + DEFINITIONS)
    assert (found.code, found.severity) == ("XS302", "warning")
    (found,) = findings(TITLE + RELEASE + other + DEFINITIONS)
    assert (found.code, found.severity) == ("XS302", "error")
    assert "Xen-Version" in found.message


def test_fields_of_the_release() -> None:
    assert codes_of(TITLE + RELEASE.replace("TBD\n", "TBD\n    Extra: x\n") + BODY + DEFINITIONS) == ["XS303"]
    assert codes_of(TITLE + RELEASE.replace("    Supported-Until: TBD\n", "") + BODY + DEFINITIONS) == ["XS304"]


def test_definitions_missing() -> None:
    assert codes_of(TITLE + RELEASE + BODY) == ["XS305"]


def test_field_in_definitions() -> None:
    assert codes_of(TITLE + RELEASE + BODY + DEFINITIONS + "### More\n\n    Status: Supported\n") == ["XS306"]
    assert codes_of(TITLE + RELEASE + BODY + DEFINITIONS + "### More\n\n    Interface stability: Yes\n") == []


def test_nested_definition() -> None:
    nested = DEFINITIONS.replace("### Supported\n", "#### Supported\n")
    found = findings(TITLE + RELEASE + BODY + nested)
    assert [d.code for d in found] == ["XS307"]
    assert '"Supported"' in found[0].message and '"Tech Preview"' in found[0].message
    below = DEFINITIONS.replace("### Supported\n", "### Supported\n\n#### Note\n\nText.\n")
    assert codes_of(TITLE + RELEASE + BODY + below) == []


def test_title() -> None:
    assert codes_of(TITLE.partition("\n\n")[2] + RELEASE + BODY + DEFINITIONS) == ["XS308"]
    (found,) = findings("#" + TITLE[1:] + RELEASE + BODY + DEFINITIONS)
    assert found.code == "XS308" and found.fix is not None and not found.fix.safe


def test_conflict_markers_are_errors_however_they_stand() -> None:
    for text in ("<<<<<<< HEAD\n", "text\n\n>>>>>>> branch\n", "||||||| base\n\n<<<<<<< HEAD\n"):
        found = findings(in_feature("    Status: Supported\n\n" + text))
        assert [d.severity for d in found if d.code == "XS309"][:1] == ["error"]
    assert codes_of(in_feature("    Status: Supported\n\nNot with `a << 7`.\n")) == []

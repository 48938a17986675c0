"""Words that reviewers would trip over: each case that did, and what is said now."""

from __future__ import annotations

import pytest

from convert.mail.describe import NOTHING, compose
from convert.mail.statements import meaning, name, security_of, statement
from tests.series.world import MEMORY, SCHEDULING, SECURITY, World, parsed, support, text_of

OBSOLETE = "\n## Obsolete\n\n    Functional completeness: Yes\n    Security supported: No\n"


def body(old: str, new: str) -> str:
    return compose(old, new, None)


def test_a_labels_definition_is_no_status() -> None:
    old = support(MEMORY)
    new = old.replace("Status: Tech Preview", "Status: Obsolete") + OBSOLETE
    text = body(old, new)
    assert text.startswith("SUPPORT.md: Paging: Obsolete, was Tech Preview\n")
    assert "- the label Obsolete is defined.\n" in text and "Functional" not in text
    assert body(new, new.replace("completeness: Yes", "completeness: No")).startswith(
        "SUPPORT.md: the definition of the label Obsolete is changed\n"
    )
    assert "the definition of the label Obsolete is removed" in body(support(MEMORY) + OBSOLETE, support(MEMORY))


def test_two_features_swapped_are_in_another_order() -> None:
    ballooning, paging = MEMORY.removeprefix("## Memory\n\n").split("\n\n### Paging")
    swapped = f"## Memory\n\n### Paging{paging}\n\n{ballooning}"
    text = body(support(MEMORY), support(swapped))
    assert text == "SUPPORT.md: Ballooning: now after Paging\n\n- Ballooning: now after Paging.\n" or (
        text == "SUPPORT.md: Paging: now first\n\n- Paging: now first.\n"
    )
    assert NOTHING not in text
    assert NOTHING in body(support(MEMORY), support(MEMORY).replace("back.", "back. "))


@pytest.mark.parametrize("status", ["Tech Preview", "Supported"])
def test_a_rename_is_a_rename(status: str) -> None:
    new = MEMORY.replace("### Paging\n\n    Status: Tech Preview", f"### Guest Paging\n\n    Status: {status}")
    text = body(support(MEMORY), support(new))
    assert "- Guest Paging: renamed, was Paging.\n" in text and "removed" not in text and ": new" not in text
    assert ("- Guest Paging: Supported, was Tech Preview.\n" in text) is (status == "Supported")


def test_a_limit_and_what_is_tested_of_it_stand_together() -> None:
    old = support(SCHEDULING)
    new = (
        old.replace(
            "    Status, x86: Supported up to 4096",
            "    Status, x86: Supported up to 1024\n    Status, x86, regularly tested: Up to 512",
        )
        .replace("Gives", "Takes")
        .replace("### Credit\n\n    Status: Supported", "### Credit\n\n    Status: Tech Preview")
    )
    told = [statement(change, name(change)) for change in meaning(old, new)]
    first = told.index("Scheduling / Credit / x86: Supported up to 1024, was Supported up to 4096")
    assert told[first + 1] == "Scheduling / Credit / x86, regularly tested: Up to 512, was not stated"


def test_what_is_new_is_not_lost() -> None:
    old, new = support(MEMORY), support(MEMORY, SCHEDULING, SECURITY.replace("Supported", "Experimental"))
    assert {security_of(change) for change in meaning(old, new)} == {"other"}
    variant = old.replace("    Status: Supported", "    Status: Supported\n    Status, Arm: Experimental")
    assert [security_of(change) for change in meaning(old, variant)] == ["may be lost"]  # Arm was covered before


def test_the_cover_letter_lists_no_new_feature_as_lost(known: World) -> None:
    known.edit("### Paging", "### Credit3\n\n    Status, x86: Supported up to 16\n\n### Paging")
    known.post("--split", "section", "--cover", str(cover(known)))
    assert "may be lost" not in text_of(parsed(known.mails()[0]))


def cover(world: World) -> object:
    path = world.folder / "cover.txt"
    path.write_text("Own words.\n")
    return path


def test_a_section_without_statuses_is_not_counted_in_noughts(known: World) -> None:
    known.edit("# Format and definitions", "## Notes\n\nOnly words.\n\n# Format and definitions")
    known.post("--split", "section")
    assert "Add the section Notes: text only, without a status." in known.message("SUPPORT.md: add Notes")
    assert "0 " not in known.message("SUPPORT.md: add Notes")


def test_no_tag_of_the_tools_own_is_asked_for(new: World) -> None:
    from convert.draft import definitions

    text = (new.repo / "SUPPORT.md").read_text()
    (new.repo / "SUPPORT.md").write_text(text[: text.index("# Format")] + definitions.own().text)
    new.git("commit", "-qam", "template")
    new.post()
    assert "this tool's template; say so in the text of the patch" in new.err and "Assisted-by" not in new.err


def test_the_place_for_why_is_reported_until_it_is_filled(known: World) -> None:
    known.post()
    why = "(Why this changes: to be written here, in place of this line.)"
    assert "does not say why it changes: the marked place in its text is empty" in known.err
    known.reword("SUPPORT.md: Paging", why, "The guests of last week were happy.")
    (mail,) = known.post()
    assert "does not say why" not in known.err
    assert text_of(parsed(mail)).startswith(
        "The guests of last week were happy.\n\n- Paging: Supported, was Tech Preview.\n"
    )

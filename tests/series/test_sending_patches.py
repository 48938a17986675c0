"""xen.git's docs/process/sending-patches.pandoc as a table: each rule, a message that keeps it, and one that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convert.mail.messages import Message, read
from convert.series import rules
from convert.series.bodies import WHY
from convert.series.rules import Rule, Sent

GOOD = Sent(
    "Ann Author <ann@example.org>",
    read(
        "SUPPORT.md: xl: Supported, was Tech Preview\n\nIt was tested, see commit 0123456789ab (\"xl: test it\").\n\n"
        "Signed-off-by: Ann Author <ann@example.org>\nReviewed-by: Rob View <rob@example.org> # tools\n\n"
        "---\nChanges in v2:\n- as Rob asked for\n"
    ),
    2,
)  # fmt: skip
SIGNED = "Signed-off-by: Ann Author <ann@example.org>"


def tags(*more: str) -> Sent:
    return replace(GOOD, message=replace(GOOD.message, tags=(*more, *GOOD.message.tags)))


def words(text: str) -> Sent:
    return replace(GOOD, message=replace(GOOD.message, body=text))


def subject(text: str) -> Sent:
    return replace(GOOD, message=replace(GOOD.message, subject=text))


# what the document asks for: the rule that holds it, mails that keep it, mails that do not with a word of what is said
TABLE: dict[str, tuple[Rule, list[Sent], list[tuple[Sent, str]]]] = {
    "the subject names a component": (
        rules.component, [GOOD, subject("xen/arm: x"), subject("build: x"), subject("MAINTAINERS: x"), subject("docs/process: x")],
        [(subject("Update the file"), "without its component")],
    ),
    "the subject has at most 80 characters": (
        rules.short_subject, [subject("SUPPORT.md: " + "x" * 68)], [(subject("SUPPORT.md: " + "x" * 69), "81 columns")],
    ),
    "the message describes the change": (rules.text, [GOOD], [(words("\n"), "no text")]),
    "lines have at most 75 characters": (
        rules.wrapped, [words("x" * 75), words("https://example.org/" + "x" * 90)], [(words("word " * 16 + "x"), "longer than 75")],
    ),
    "other patches by 12 digits and subject": (
        rules.named_commits, [GOOD, words('Similar to commit 67d01cdb5518 ("x86: y") ...'), tags('Fixes: 67d01cdb5518 ("x86: y")')],
        [(words('See commit 67d01cdb ("x86: y").'), "fewer than 12"), (words("See commit 67d01cdb5518."), "without its subject")],
    ),
    "tags are one a line, at the end": (
        rules.tags_last, [GOOD], [(words(f"{SIGNED}\n\nmore text"), "within the text")],
    ),
    "tags have their forms": (
        rules.tag_forms,
        [
            tags('Fixes: 67d01cdb5518 ("x86: y")'), tags('Amends: 67d01cdb5518 ("x86: y")'), tags("Backport: 4.9+"),
            tags("Backport: 4.9+ # maybe older"), tags("Origin: git://git.example.org/linux.git f093b08c47b3"),
            tags("Resolves: https://gitlab.com/xen-project/xen/-/issues/199"), tags("Reported-by: Jane Doe <jane@example.org>"),
            tags("Suggested-by: Jane Doe <jane@example.org>"), tags("Requested-by: Jane Doe <jane@example.org>"),
            tags("Assisted-by: Claude:claude-3-opus"), tags("Acked-by: Jane Doe <jane@example.org> # x86, arm"),
            tags("Tested-by: Jane Doe <jane@example.org>"), tags("Cc: Jane Doe <jane@example.org>"),
        ],
        [
            (tags('Fixes: 67d01cd ("x86: y")'), "Fixes:"), (tags("Amends: 67d01cdb5518"), "Amends:"), (tags("Backport: soon"), "Backport:"),
            (tags("Origin: git://git.example.org/linux.git"), "Origin:"), (tags("Resolves: #199"), "Resolves:"),
            (tags("Assisted-by: xen-support"), "AGENT:MODEL"), (tags("Reported-by: jane@example.org"), "Name <address>"),
            (tags("Signed-off-by: team"), "Name <address>"), (tags("Tested-by: Jane Doe <jane@example.org> # x86"), "Tested-by"),
        ],
    ),
    "the author signs it off": (
        rules.signed_off, [GOOD, tags("Signed-off-by: Bob <bob@example.org>")],
        [
            (replace(GOOD, message=replace(GOOD.message, tags=())), "no Signed-off-by, which"),
            (replace(GOOD, author="Eve <eve@example.org>"), "of its author, Eve"),
        ],
    ),
    "tags are in chronological order": (
        rules.chronological, [GOOD], [(tags("Acked-by: Rob View <rob@example.org>"), "is before the Signed-off-by")],
    ),
    "committers alone say where a backport is from": (
        rules.not_picked, [GOOD], [(words("x\n\n(cherry picked from commit 67d01cdb5518)"), "cherry picked")],
    ),
    "the log of versions is below a line": (
        rules.log_of_versions, [GOOD],
        [(words("Changes in v2:\n- x"), "below a line ---"), (replace(GOOD, version=1), "has a log of v2, and is v1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_each_rule_of_the_document(name: str) -> None:
    rule, kept, broken = TABLE[name]
    for sent in kept:
        assert list(rule(sent)) == []
    for sent, said in broken:
        found = list(rule(sent))
        assert found and said in found[0], (found, said)


def test_the_table_has_every_rule() -> None:
    assert {rule for rule, _, _ in TABLE.values()} == set(rules.RULES)
    assert list(rules.errors(GOOD)) == [] == list(rules.reminders(GOOD))


def test_a_message_says_why() -> None:
    assert list(rules.reminders(words(f"{WHY}\n\n- x: 1, was 0.")))


def test_a_body_is_read_as_git_am_does() -> None:
    assert read("SUPPORT.md: x\n\ny\n") == Message("SUPPORT.md: x", "y")

"""What --check finds: each fault is planted in a good series, and must be named with its mail."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from convert.commands import series
from convert.series.check import check
from convert.series.findings import Expected
from convert.series.plan import Blocked, find
from tests.importing.runs import command
from tests.series.world import MEMORY, SCHEDULING, SECURITY, World, make

Edit = Callable[[str], str]
SIGNED = "Signed-off-by: Test Author <author@example.org>\n"
FAULTS: dict[str, tuple[int, Edit, str]] = {
    "unsigned": (2, lambda t: t.replace(SIGNED, ""), "no Signed-off-by"),
    "cherry-picked": (2, lambda t: t.replace(SIGNED, f"{SIGNED}\n(cherry picked from commit 0123)\n"), "(cherry picked from ...)"),
    "order": (2, lambda t: t.replace(SIGNED, f"Acked-by: A <a@example.org>\n{SIGNED}"), "a reviewer's tag is before"),
    "long body": (2, lambda t: t.replace("Add the section", "word " * 20 + "Add the section"), "longer than 75 columns"),
    "long subject": (2, lambda t: t.replace("add Memory", "add " + "x" * 70), "subject of 86 columns"),
    "prefix": (2, lambda t: t.replace("[PATCH RFC 2/4]", "[RFC PATCH 2/4]"), "subject not of the form"),
    "number": (2, lambda t: t.replace("2/4]", "3/4]"), "is numbered 3/4, and is 2/4"),
    "two Cc": (2, lambda t: t.replace("\nCc: ", "\nCc: x@example.org\nCc: ", 1), "2 Cc headers"),
    "no To": (2, lambda t: t.replace("To: xen-devel@lists.xenproject.org\n", "", 1), "0 To headers"),
    "raw header": (2, lambda t: t.replace("Cc: ", "Cc: Zoé <z@example.org>, ", 1), "not encoded as MIME"),
    "no MIME": (2, lambda t: t.replace("Add the", "Añadir the"), "does not say that it is UTF-8"),
    "context": (3, lambda t: t.replace(" ## Security", " ## Secrecy").replace(" # Format", " # Formats"), "does not apply with git am"),
    "content": (3, lambda t: t.replace("+### Credit", "+### Debit"), "leaves another SUPPORT.md than commit"),
    "lint": (3, lambda t: t.replace("+    Status, x86: ", "+    Status, x86 "), "leaves SUPPORT.md:31: XS122"),
    "document": (0, lambda t: t.replace("This series", "See https://docs.google.com/spreadsheets/d/x\n\nThis series"), "Google"),
    "name": (0, lambda t: t.replace("This series", "secret-sheet"), "has the name of the document"),
    "blurb": (0, lambda t: t.replace("This series", "*** BLURB HERE ***"), "a placeholder is left"),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make(tmp_path_factory.mktemp("check"), None, MEMORY, SCHEDULING, SECURITY)
    assert (
        command(
            series, ["series", "--repo", str(made.repo), "-o", str(made.folder / "out"), "-s", "--split", "section"]
        )
        == 0
    )
    return made


def findings(made: World, fault: str, number: int, edit: Edit) -> list[tuple[str, str, str]]:
    folder = made.folder / fault.replace(" ", "-")
    shutil.copytree(made.folder / "out", folder)
    file = sorted(folder.iterdir())[number]
    old = file.read_text()
    new = edit(old)
    assert new != old or fault == "none"
    file.write_text(new)
    change = find(made.repo, "master")
    assert not isinstance(change, Blocked)
    commits = tuple(made.git("rev-list", "--reverse", "master..series/master").split())
    found = check(made.repo, sorted(folder.iterdir()), Expected(change, commits, ("secret-sheet",)))
    return [(f.mail, f.severity, f.text) for f in found]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_named(made: World, fault: str) -> None:
    number, edit, words = FAULTS[fault]
    errors = [(mail, text) for mail, severity, text in findings(made, fault, number, edit) if severity == "error"]
    assert any(words in text for _, text in errors), errors
    assert all(mail.startswith(f"{number:04}-") for mail, text in errors if words in text)


def test_nothing_is_found_in_a_good_one_but_a_reminder(made: World) -> None:
    why = "does not say why it changes: the marked place in its text is empty"
    names = (
        "0002-SUPPORT.md-add-Memory.patch",
        "0003-SUPPORT.md-add-Scheduling.patch",
        "0004-SUPPORT.md-add-Security.patch",
    )
    assert findings(made, "none", 0, lambda text: text) == [
        *((name, "reminder", why) for name in names),
        (
            "0000-cover-letter.patch",
            "reminder",
            "CHANGELOG.md is left as it is; is a change of support worth an entry?",
        ),
    ]


def test_the_option(new: World) -> None:
    assert new.run("-o", str(new.folder / "out")) == 1  # not signed off
    assert new.err.count("no Signed-off-by") == 4 and "to send" not in new.err
    new.post()
    assert new.run("-o", str(new.folder / "out"), "--check") == 0
    file = new.mails()[2]
    file.write_text(file.read_text().replace("+### Paging", "+### Swapping"))
    assert new.run("-o", str(new.folder / "out"), "--check") == 1 and file.name in new.err
    assert new.run("-o", str(new.folder / "nowhere"), "--check") == 2


def test_the_template_is_to_be_named(new: World) -> None:
    from convert.draft import definitions

    text = (new.repo / "SUPPORT.md").read_text()
    (new.repo / "SUPPORT.md").write_text(text[: text.index("# Format")] + definitions.own().text)
    new.git("commit", "-qam", "template")
    new.post()
    assert (
        "0001-SUPPORT.md-add-release-fields-and-definitions.patch: reminder: the definitions are this tool's template"
        in new.err
    )

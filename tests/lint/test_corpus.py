"""Each rule on each accepted real file: pinned counts, no error, and a spoilt real file on which it speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from convert.lint.registry import RULES
from tests.lint.frame import MAKEFILE, TEXTS, findings, sibling_of

ACCEPTED = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "accepted"
REJECTED = ACCEPTED.parent / "rejected"
pytestmark = pytest.mark.skipif(not ACCEPTED.exists(), reason="no ../shared here")

# of the rules that are on by default; every other count is 0, and so is that of the parser's problems
COUNTS: dict[str, dict[str, int]] = {
    "4.10": {"XS201": 2, "XS202": 3, "XS204": 1, "XS307": 2, "XS320": 2, "XS322": 8, "XS402": 1, "XS403": 2, "XS601": 2, "XS605": 5, "XS606": 1, "XS607": 29, "XS609": 2},
    "4.13": {"XS201": 2, "XS202": 3, "XS204": 1, "XS307": 2, "XS320": 2, "XS322": 8, "XS402": 1, "XS403": 3, "XS601": 1, "XS602": 1, "XS605": 5, "XS606": 1, "XS607": 30, "XS609": 2},
    "4.17": {"XS202": 3, "XS204": 1, "XS211": 1, "XS307": 2, "XS320": 2, "XS321": 2, "XS322": 8, "XS401": 2, "XS402": 1, "XS403": 4, "XS601": 1, "XS602": 2, "XS605": 5, "XS606": 1, "XS607": 32, "XS609": 1},
    "4.20": {"XS202": 3, "XS204": 2, "XS206": 1, "XS211": 1, "XS307": 2, "XS320": 2, "XS321": 2, "XS322": 8, "XS401": 2, "XS402": 1, "XS403": 6, "XS601": 1, "XS602": 2, "XS605": 5, "XS606": 1, "XS607": 32, "XS609": 1},
    "skeleton-2017-11": {"XS307": 2, "XS308": 1, "XS323": 1, "XS509": 1, "XS603": 6, "XS605": 1, "XS606": 1, "XS609": 1},
    "unstable": {"XS202": 3, "XS204": 2, "XS206": 1, "XS211": 1, "XS307": 2, "XS320": 2, "XS321": 2, "XS322": 8, "XS401": 2, "XS402": 1, "XS403": 7, "XS601": 1, "XS602": 2, "XS605": 5, "XS606": 1, "XS607": 32, "XS609": 1},
}  # fmt: skip


def read(name: str) -> str:
    return (ACCEPTED / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_pinned_counts(name: str) -> None:
    found = findings((ACCEPTED / f"{name}.md").read_bytes())
    assert dict(sorted(Counter(d.code for d in found).items())) == COUNTS[name]
    assert not [d for d in found if d.severity == "error"]


def test_all_accepted_files_are_pinned() -> None:
    assert sorted(path.stem for path in ACCEPTED.glob("*.md")) == sorted(COUNTS)


@pytest.mark.parametrize(("name", "line"), [("continued-line-2022-05", 54), ("unknown-key-2017-11", 252)])
def test_rejected_files_have_their_error_on_its_line(name: str, line: int) -> None:
    text = (REJECTED / f"{name}.md").read_text(encoding="utf-8")
    spans = [d.span for d in findings(text) if d.severity == "error"]
    assert [text.count("\n", 0, span.start) + 1 for span in spans if span] == [line]


Change = Callable[[str], str]


def _swap(old: str, new: str, count: int = 1) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


RELEASE_END = "    Security-Support-Until: 2030-03-05\n"
# a change of 4.20.md on which the rule speaks once more than before
MUTATED: dict[str, Change] = {
    "XS201": _swap("    Status: Experimental\n", "    Status: Experimentl\n"),
    "XS202": _swap("    Status: Tech Preview\n", "    Status: tech preview\n"),
    "XS203": _swap("    Status: Tech Preview\n", "    Status: Technology Preview\n"),
    "XS204": _swap("    Status: Tech Preview\n", "    Status: Fine\n"),
    "XS205": _swap("    Status, x86: Experimental\n", "    Status: Experimental on x86\n"),
    "XS206": _swap("    Status: Experimental\n", "    Status: Experimental.\n"),
    "XS207": _swap("    Status, SysV: Supported\n", "    Status, SysV: Supported, with caveats\n"),
    "XS208": _swap("    Status: Experimental\n", "    Status: Obsolete\n"),
    "XS209": _swap("    Supported, ARM32: zImage\n", "    Supported, ARM32: Tech Preview\n"),
    "XS210": _swap("    Status, x86: Supported\n    Status, Arm64", "    Status, x86: Supported    Status, Arm64"),
    "XS211": _swap(
        "### Credit2 Scheduler\n", "### Loud\n\n    Status: Supported\n\nNo XSAs.\n\n### Credit2 Scheduler\n"
    ),
    "XS212": _swap("    Status, Arm64: Supported up to 1 TiB\n", "    Status, Arm64: Supported up to 3 TiB\n"),
    "XS301": lambda text: text[: text.index("    Xen-Version")] + text[text.index("Release Notes\n") :],
    "XS302": _swap("## Kconfig\n", "## Version\n\n    Xen-Version: 4.19\n\n## Kconfig\n"),
    "XS303": _swap(RELEASE_END, RELEASE_END + "    End-Of-Life: 2030-03-05\n"),
    "XS304": _swap(RELEASE_END, ""),
    "XS305": lambda text: text[: text.index("# Format and definitions")],
    "XS306": _swap("### Status\n", "### Status\n\n    Status: Supported\n"),
    "XS307": _swap("### Tech Preview\n", "#### Tech Preview\n"),
    "XS308": _swap("% Support statement", "# Support statement"),
    "XS309": _swap("### Status\n", "<<<<<<< HEAD\n\n### Status\n"),
    "XS310": lambda text: "",
    "XS320": _swap(
        "### COLO Manager\n\n    Status: Experimental\n",
        "### COLO Manager\n\n    Status: Experimental\n\nRuns a guest twice.\n",
    ),
    "XS321": _swap("## Virtual Firmware\n", "## Alone\n\n    Status: Supported\n\n## Virtual Firmware\n"),
    "XS322": _swap("### vPMU\n", "### vPMU:\n"),
    "XS323": _swap("### vPMU\n", "### Nothing\n\n### vPMU\n"),
    "XS324": _swap("### vPMU\n", "### Nothing\n\nA text.\n\n### vPMU\n"),
    "XS325": _swap("### gcov\n", "### xentrace\n"),
    "XS326": _swap("### vPMU\n", "### Fresh\n\n    Status: Supported\n\n### vPMU\n"),
    "XS327": _swap("    Status: Tech Preview\n", "    Status: Supported\n"),
    "XS401": _swap("    Status, Arm64: Experimental\n", "    Status, arm64: Experimental\n"),
    "XS402": _swap("stdvga", "stgvga"),
    "XS403": _swap("### ARM/GICv3 ITS", "### Arm: GICv3 ITS"),
    "XS404": _swap("    Status, x86: Experimental", "    Status, x86 : Experimental"),
    "XS405": _swap("    Status, x86: Experimental", "    Status, /: Experimental"),
    "XS501": _swap("2028-03-05", "5 March 2028"),
    "XS502": _swap("2030-03-05", "2027-03-05"),
    "XS503": _swap("2028-03-05", "2018-03-05"),
    "XS504": _swap("2028-03-05", "TBD"),
    "XS505": _swap("Xen-Version: 4.20", "Xen-Version: 4.20-unstable"),
    "XS506": _swap("Xen-Version: 4.20", "Xen-Version: XEN 4.20"),
    "XS507": _swap("2028-03-05", "2026-09-05"),
    "XS508": _swap("Xen_Project_4.20_Release", "Xen_Project_4.19_Release"),
    "XS509": lambda text: text[: text.index("Release Notes\n")] + text[text.index("# Feature Support") :],
    "XS510": _swap("Xen-Version: 4.20", "Xen-Version: 4.19"),
    "XS601": _swap("### vPMU\n", "### vPMU \n"),
    "XS602": _swap("    Status: Tech Preview\n", "\tStatus: Tech Preview\n"),
    "XS603": _swap("  * DBGDTRRXINT", "* DBGDTRRXINT"),
    "XS604": _swap("  * MDCCSR_EL0\n", "  * MDCCSR_EL0\n   more\n"),
    "XS605": _swap("Virtual Performance Management Unit", "Virtual Performance Management Unit " * 4),
    "XS606": _swap("Virtual Performance", "Virtual  Performance"),
    "XS607": _swap("memory mappings.", "memory mappings"),
    "XS608": lambda text: text.rstrip("\n"),
    "XS609": _swap("https://", "http://"),
    "XS610": _swap("Virtual Performance Management Unit", "Virtual Performance. Management Unit."),
    "XS611": _swap("Virtual Performance", "Virtulization"),
    "XS612": _swap("    Status: Tech Preview\n", "    Status:  Tech Preview\n"),
    "XS613": _swap("Virtual Performance", "XXX Virtual Performance"),
    "XS701": _swap("### Credit2 Scheduler", "### Credit-2 Scheduler"),
    "XS702": _swap("    Status: Experimental\n", "    Status: Supported\n"),
    "XS703": _swap("    Status: Experimental\n", "    Status: Supported\n"),
    "XS704": _swap(
        "Useful for debugging, but not suitable for production environments\ndue to incurred overhead.\n", ""
    ),
    "XS705": _swap("### Credit2 Scheduler\n", "### Another name\n"),
    "XS706": _swap(
        "    Status, Xen in AArch64 mode: Supported\n    Status, Xen in AArch32 mode: Tech Preview\n",
        "    Status: Supported\n",
    ),
}


# these look at what stands beside the file; tests/lint/frame.py has their surroundings
BESIDE = {"XS511", "XS512", "XS513", "XS514", "XS515", "XS516", "XS517", "XS518", "XS519"} | set(TEXTS)


def test_every_rule_has_a_mutated_file() -> None:
    assert sorted(MUTATED) == sorted(set(RULES) - BESIDE)


@pytest.mark.parametrize("code", sorted(set(RULES) - BESIDE))
def test_it_speaks_on_a_mutated_file(code: str) -> None:
    text = read("4.20")
    changed = MUTATED[code](text)
    trees = (
        [sibling_of(text, name="newer"), sibling_of(text, name="older", newer=False)] if code.startswith("XS7") else []
    )
    if code in ("XS702", "XS706"):
        trees = trees[:1]
    before = findings(text, [code], siblings=trees, makefile=MAKEFILE, before=text)
    after = findings(changed, [code], siblings=trees, makefile=MAKEFILE, before=text)
    assert Counter(d.code for d in after)[code] > Counter(d.code for d in before)[code]

"""Documents: which sentences and tables count, with which heading, line and row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.sources import docs, match
from convert.sources.mapping import shipped
from tests.sources.trees import MAINTAINERS, SUPPORT, rows

FEATURE = """% Live Patching
% Revision 1

# Basics

---------------- ----------------------
         Status: **Supported**

   Architecture: x86

         Status: **Tech Preview/Experimental**

   Architecture: ARM
---------------- ----------------------

         Status: **Experimental**
"""
LINE = """### one (x86)
> `= <bool>`

This is fine. It is not
security supported on Arm.

### two

See SUPPORT.md for what is security supported.  This is deprecated.

### three

* `a` is of use.
* `b` is a technology
  preview.

### four

This one is security supported.
"""
POD = """=head1 OPTIONS

=over 4

=item B<outer=BOOLEAN>

=over 4

=item B<inner>

Of use.

=back

This feature is a B<technology preview>.

=item B<remus> [I<OPTIONS>]

COLO is still experimental. Remus, too, is experimental.

=back
"""


def read(texts: dict[str, str]) -> list[tuple[str, str | None, str | None, str]]:
    return [(s.subject, s.variant, s.says, str(s.place)) for s, _ in docs.read(texts, shipped())]


def kinds(texts: dict[str, str], support: str = SUPPORT) -> list[tuple[str, str, str | None]]:
    stated = list(docs.read(texts, shipped()))
    held = match.documents([s for s, _ in stated], [wanted for _, wanted in stated], rows(support))
    return [(f.kind, f.statement.subject, f.row) for f in held]


def test_the_first_table_of_a_feature_one_status_an_architecture() -> None:
    path = "docs/features/livepatch.pandoc"
    assert read({path: FEATURE}) == [
        ("Live patching, x86", "x86", "Supported", f"{path}:7"),
        ("Live patching, Arm", "arm", "Tech Preview/Experimental", f"{path}:11"),
    ]
    assert kinds({path: FEATURE}) == [
        ("agrees", "Live patching, x86", "live-patching--x86"),
        ("label", "Live patching, Arm", "live-patching--arm"),
    ]


def test_a_feature_that_the_map_does_not_know_goes_by_its_title() -> None:
    text = FEATURE.replace("Live Patching", "Null scheduler")
    assert [kind for kind, _, _ in kinds({"docs/features/other.pandoc": text})] == ["missing", "missing"]
    once = "% Shiny\n\n---- ----\nStatus: **Supported**\n\n---- ----\n"
    support = SUPPORT.replace("## Virtual", "### Shiny\n\n    Status: Experimental\n\n## Virtual")
    assert kinds({"docs/features/shiny.pandoc": once}, support) == [("contradiction", "Shiny", "shiny")]


def test_the_template_is_no_feature() -> None:
    assert read({"docs/features/template.pandoc": FEATURE}) == []


def test_sentences_of_the_command_line() -> None:
    path = "docs/misc/xen-command-line.pandoc"
    assert read({path: LINE}) == [
        ("one (x86)", None, "not security supported", f"{path}:5"),
        ("three", None, "tech preview", f"{path}:14"),
        ("four", None, "security supported", f"{path}:19"),
    ]


def test_sentences_of_a_man_page_have_the_innermost_open_item_as_heading() -> None:
    path = "docs/man/xl.1.pod.in"
    assert read({path: POD}) == [
        ("outer=BOOLEAN", None, "tech preview", f"{path}:15"),
        ("COLO", None, "experimental", f"{path}:19"),
        ("Remus", None, "experimental", f"{path}:19"),
    ]
    assert ("agrees", "Remus", "remus-fault-tolerance") in kinds({path: POD})


def test_the_strongest_of_a_sentence_counts() -> None:
    text = "### fred\n\nOn some hardware it is still tech\npreview, and in particular not security supported.\n"
    assert [says for _, _, says, _ in read({"docs/misc/xen-command-line.pandoc": text})] == ["not security supported"]


def test_code_is_read_where_the_map_says_so_only() -> None:
    code = '    printk("WARNING: This is experimental software.\\n");\n'
    assert read({"xen/common/sched/null.c": code, "xen/common/other.c": code}) == [
        ("Null scheduler", None, "experimental", "xen/common/sched/null.c:1")
    ]


def test_orphans_count_beside_supported_rows_only() -> None:
    texts = {"MAINTAINERS": MAINTAINERS}
    assert list(match.orphans(docs.orphans(texts), rows())) == []
    supported = SUPPORT.replace(
        "### Remus Fault Tolerance\n\n    Status: Experimental", "### Remus Fault Tolerance\n\n    Status: Supported"
    )
    (finding,) = match.orphans(docs.orphans(texts), rows(supported))
    assert (finding.kind, finding.row, str(finding.statement.place)) == (
        "contradiction", "remus-fault-tolerance", f"MAINTAINERS:{MAINTAINERS.split(chr(10)).index('REMUS') + 1}",
    )  # fmt: skip


@pytest.mark.parametrize(
    "path", ["docs/misc/xen-command-line.pandoc", "docs/man/x.pod", "docs/features/x.pandoc", "MAINTAINERS"]
)
@given(
    text=st.text(alphabet="abc #=*\n.-:%<>", max_size=200).map(
        lambda t: t.replace("ab", " is not security\nsupported ")
    )
)
def test_any_text_is_read(path: str, text: str) -> None:
    for statement, _ in docs.read({path: text}, shipped()):
        assert 1 <= statement.place.line <= text.count("\n") + 1
    list(docs.orphans({path: text}))


@pytest.mark.parametrize(
    "text",
    [
        "=item a\n\n" + ("no" + "\n " * 40 + "security ") * 2000,
        "-" * 200000 + "x\n",
        "# a" + " " * 200000 + "b\nexperimental",
    ],
)
def test_hostile_documents_are_read_to_their_end(text: str) -> None:
    paths = ("docs/man/x.pod", "docs/features/x.pandoc", "docs/misc/xen-command-line.pandoc", "MAINTAINERS")
    list(docs.read(dict.fromkeys(paths, text), shipped()))

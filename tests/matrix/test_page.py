"""The page's text: policy, ids, addresses, words; the browser is asked in test_browser.py."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest

from convert.matrix.build import build
from convert.matrix.columns import Address
from convert.matrix.page import render, render_trees
from convert.matrix.tree import Tree
from convert.matrix.words import several
from convert.names.aliases import Alias, Aliases
from tests.matrix.making import TODAY, tree

XENBITS = Address(
    "https://xenbits.xen.org/docs/unstable/SUPPORT.html", "https://xenbits.xen.org/docs/NN-testing/SUPPORT.html"
)
FEATURES = "## S\n\n### A\n\nWhat it is.\n\n    Status: Supported\n    Status, x86: Tech Preview\n"


class Reader(HTMLParser):
    """All tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.tags if "id" in attributes]

    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if tag == "a"]


def branch(version: str, features: str = FEATURES, name: str | None = None) -> Tree:
    return replace(tree(version, features, name), branch=True, date="2025-05-30")


def page(*trees: Tree, aliases: tuple[tuple[str, str], ...] = (), today: date = TODAY) -> str:
    return render(build(trees, today, Aliases(tuple(Alias(old, new) for old, new in aliases))), XENBITS)


def cell(text: str, row: str, column: int) -> str:
    """The inside of one cell."""
    line = text[text.index(f'<tr id="{row}"') :]
    return str(re.findall(r"<td[^>]*>(.*?)</td>", line[: line.index("</tr>")], re.S)[column])


def test_the_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    text = page(branch("4.3"))
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found
    policy = unescape(found[1])
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_nothing_is_loaded_from_anywhere() -> None:
    for text in (page(branch("4.3"), branch("4.2")), render_trees([branch("4.3")], XENBITS, TODAY)):
        found = Reader(text)
        assert not [
            attributes for _, attributes in found.tags if {"src", "srcset", "style", "background"} & set(attributes)
        ]
        assert [a["href"] for tag, a in found.tags if tag == "link"] == ["data:,"]
        assert not re.search(r"@import|url\(", text)
        assert text.lstrip().startswith("<!DOCTYPE html>") and found.tags[0] == ("html", {"lang": "en"})


def test_old_ids_lead_to_the_renamed_feature() -> None:
    newest = branch("4.3", FEATURES.replace("### A", "### New name"))
    older = branch("4.2", FEATURES.replace("### A", "### Old name"))
    ids = Reader(page(newest, older, aliases=(("Old name", "New name"),))).ids()
    assert {"new-name", "new-name--x86", "old-name", "old-name--x86"} <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("identity", ["_filter", "_q", "_table", "_more", "x~2"])
def test_a_given_identifier_never_takes_one_of_the_pages_own(identity: str) -> None:
    features = f"## S\n\n### A {{#{identity}}}\n\n    Status: Supported\n\n### B {{#x}}\n\n    Status: Supported\n\n## T\n\n### C {{#x}}\n\n    Status: Supported\n"
    ids = Reader(page(branch("4.3", features))).ids()
    assert len(ids) == len(set(ids))
    assert "_filter" in ids and "x" in ids


def test_addresses_go_to_the_anchor_that_each_tree_has() -> None:
    newest = branch("4.99", FEATURES.replace("### A", "### New name"), "unstable")
    older = branch("4.2", FEATURES.replace("### A", "### Old name é") + "\nMind this.\n")
    text = page(newest, older, aliases=(("Old name é", "New name"),))
    links = Reader(text).links()
    assert "https://xenbits.xen.org/docs/unstable/SUPPORT.html#new-name" in links
    assert "https://xenbits.xen.org/docs/4.2-testing/SUPPORT.html#old-name-%C3%A9" in links
    assert 'data-a="0 1:old-name-%C3%A9"' in text


def test_a_tree_that_is_no_branch_has_no_address() -> None:
    assert XENBITS.of(tree("4.3", FEATURES)) is None
    assert Address(None, None).of(branch("4.3")) is None
    assert XENBITS.of(replace(branch("4.3"), version=None)) is None


def test_equal_texts_are_said_once_with_their_trees() -> None:
    text = page(branch("4.3"), branch("4.2"), branch("4.1", FEATURES.replace("What it is.", "Another thing.")))
    assert text.count("What it is.") == 1
    assert "<b>Description in 4.3, 4.2</b>" in text and "<b>Description in 4.1</b>" in text


def test_release_notes_are_a_link_in_their_cell_and_a_dangerous_one_is_none() -> None:
    notes = {"Xen-Version": "4.3", "release_notes": {"text": "RN", "url": "https://example.org/rn"}}
    good = replace(branch("4.3"), release=notes)
    assert cell(page(good), "release-support--release-notes", 0).startswith('<a href="https://example.org/rn"')
    assert cell(page(good), "release-support--xen-version", 0).startswith(
        '<a href="https://xenbits.xen.org/docs/4.3-testing'
    )
    bad = replace(good, release={"Xen-Version": "4.3", "release_notes": {"text": "RN", "url": "javascript:alert(1)"}})
    for text in (render_trees([bad], XENBITS, TODAY), page(bad)):
        assert "javascript:" not in text
    assert 'href="https://example.org/rn"' in render_trees([good], XENBITS, TODAY)


@pytest.mark.parametrize(
    ("day", "age"),
    [("2025-06-01", "today"), ("2025-05-31", "1 day"), ("2025-05-22", "10 days"), ("2025-06-02", "in the future")],
)
def test_age_of_a_tree(day: str, age: str) -> None:
    assert f"<td>{age}</td>" in render_trees([replace(branch("4.3"), date=day)], XENBITS, TODAY)


def test_a_page_of_ended_trees_alone_shows_them() -> None:
    text = page(branch("4.3"), today=date(2099, 1, 1))
    assert "whose support has ended</label>" not in text and '<body class="live">' not in text


@pytest.mark.parametrize(
    ("today", "words", "grey"),
    [
        (date(2019, 12, 31), "security supported once released", True),
        (date(2030, 1, 1), "security supported", False),
        (date(2031, 1, 1), "security supported", False),
        (date(2032, 1, 2), "was security supported, ended 2032-01-01", True),
    ],
)
def test_a_status_is_read_with_the_state_of_its_tree(today: date, words: str, grey: bool) -> None:
    text = page(branch("4.3"), today=today)
    assert cell(text, "a", 0) == f"Supported<small>{words}</small>"
    assert (re.search(r'<tr id="a"[^>]*>.*?<td class="y [^"]*\bw\b', text, re.S) is not None) == grey


def test_an_ended_tree_says_so_of_another_projects_support_too() -> None:
    external = FEATURES.replace("Status: Supported", "Status: Supported, Security support external")
    assert cell(page(branch("4.3", external)), "a", 0) == "Supported, Security support external"
    words = "was security support by another project, ended 2032-01-01"
    assert words in cell(page(branch("4.3", external), today=date(2033, 1, 1)), "a", 0)


def test_a_release_field_is_no_status_and_a_label_that_says_it_is_not_said_twice() -> None:
    text = page(branch("4.3", FEATURES.replace("Status: Supported", "Status: Supported, not security supported")))
    assert cell(text, "release-support--initial-release", 0) == "2020-01-01"
    assert cell(text, "a", 0) == "Supported, not security supported"
    limit = FEATURES.replace("Status: Supported", "Status: Supported up to 8. More is not security supported")
    assert "<small>security supported</small>" in cell(page(branch("4.3", limit)), "a", 0)


def test_what_a_row_may_have_become_is_linked_both_ways_with_the_loss() -> None:
    old = "## S\n\n### Physical CPU Hotplug\n\n    Status, x86: Supported\n"
    new = "## S\n\n### ACPI CPU Hotplug\n\n    Status, x86: Experimental\n"
    text = page(branch("4.3", new), branch("4.2", old))
    assert (
        'in 4.3 perhaps continued as <a href="#acpi-cpu-hotplug--x86">ACPI CPU Hotplug / x86</a>, less security support'
        in text
    )
    assert (
        'perhaps continues <a href="#physical-cpu-hotplug--x86">Physical CPU Hotplug / x86</a> of 4.2, which had more security support'
        in text
    )
    assert cell(text, "physical-cpu-hotplug--x86", 0) == "removed<b>less security support than before</b>"
    assert "perhaps" not in page(
        branch("4.3", new), branch("4.2", old), aliases=(("Physical CPU Hotplug", "ACPI CPU Hotplug"),)
    )


def test_a_row_that_became_rows_of_variants_says_so() -> None:
    old = "## S\n\n### A\n\n    Status: Supported\n"
    new = "## S\n\n### A\n\n    Status, x86: Supported\n    Status, Arm: Experimental\n"
    assert cell(page(branch("4.3", new), branch("4.2", old)), "a", 0) == "removed<small>now by variant, below</small>"


def test_errors_are_one_closed_line_and_those_of_ended_trees_come_with_them() -> None:
    broken = FEATURES.replace("Status: S", "Status:S")
    ended = replace(branch("4.1", broken), release={"Security-Support-Until": "2021-01-01"})
    text = page(branch("4.3"), branch("4.2", broken), ended)
    assert '<details class="broken"><summary>Errors in SUPPORT.md of 4.2</summary>' in text
    assert '<details class="broken-old"><summary>Errors in SUPPORT.md of 4.1</summary>' in text
    assert "broken" not in re.sub(r"<style>.*?</style>", "", page(branch("4.3")), flags=re.S)


def test_the_wiki_answers_for_older_releases() -> None:
    assert "https://wiki.xenproject.org/wiki/Xen_Project_Release_Features" in Reader(page(branch("4.3"))).links()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["d", "c", "b", "a"], "all trees"), (["d", "c", "b"], "d to b"), (["d", "c"], "d, c"), (["d", "b", "a"], "d, b, a"),
        (["a", "b", "d"], "d, b, a"), ([], ""),
    ],
)  # fmt: skip
def test_several_trees_in_few_words(names: list[str], words: str) -> None:
    assert several(names, ["d", "c", "b", "a"]) == words

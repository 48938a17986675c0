"""The page's text: policy, ids, addresses; the browser is asked in test_browser.py."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest

from convert.matrix.build import Tree, build
from convert.matrix.page import Address, render, render_trees
from convert.names.aliases import Alias, Aliases
from tests.matrix.making import tree

TODAY = date(2025, 6, 1)
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


def branch(version: str, features: str = FEATURES, name: str | None = None) -> Tree:
    return replace(tree(version, features, name), branch=True, date="2025-05-30")


def page(*trees: Tree, aliases: tuple[tuple[str, str], ...] = ()) -> str:
    return render(build(trees, Aliases(tuple(Alias(old, new) for old, new in aliases))), XENBITS, TODAY)


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
        assert text.startswith("<!DOCTYPE html>") and found.tags[0] == ("html", {"lang": "en"})


def test_old_ids_lead_to_the_renamed_feature() -> None:
    newest = branch("4.3", FEATURES.replace("### A", "### New name"))
    older = branch("4.2", FEATURES.replace("### A", "### Old name"))
    ids = Reader(page(newest, older, aliases=(("Old name", "New name"),))).ids()
    assert {"new-name", "new-name--x86", "old-name", "old-name--x86"} <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("identity", ["_filter", "_q", "_table", "x~2"])
def test_a_given_identifier_never_takes_one_of_the_pages_own(identity: str) -> None:
    features = f"## S\n\n### A {{#{identity}}}\n\n    Status: Supported\n\n### B {{#x}}\n\n    Status: Supported\n\n## T\n\n### C {{#x}}\n\n    Status: Supported\n"
    ids = Reader(page(branch("4.3", features))).ids()
    assert len(ids) == len(set(ids))
    assert "_filter" in ids and "x" in ids


def test_addresses_go_to_the_anchor_that_each_tree_has() -> None:
    newest = branch("4.99", FEATURES.replace("### A", "### New name"), "unstable")
    older = branch("4.2", FEATURES.replace("### A", "### Old name é"))
    text = page(newest, older, aliases=(("Old name é", "New name"),))
    links = [
        str(a["href"])
        for tag, a in Reader(text).tags
        if tag == "a" and "#" in str(a.get("href")) and str(a["href"]).startswith("http")
    ]
    assert "https://xenbits.xen.org/docs/unstable/SUPPORT.html#new-name" in links
    assert "https://xenbits.xen.org/docs/4.2-testing/SUPPORT.html#old-name-%C3%A9" in links


def test_a_tree_that_is_no_branch_has_no_address() -> None:
    assert XENBITS.of(tree("4.3", FEATURES)) is None
    assert Address(None, None).of(branch("4.3")) is None
    assert XENBITS.of(replace(branch("4.3"), version=None)) is None


def test_equal_texts_are_said_once_with_their_trees() -> None:
    text = page(branch("4.3"), branch("4.2"), branch("4.1", FEATURES.replace("What it is.", "Another thing.")))
    assert text.count("<p>What it is.</p>") == 1
    assert "Description in 4.3, 4.2" in text and "Description in 4.1" in text


def test_release_notes_of_a_dangerous_kind_are_no_link() -> None:
    bad = replace(
        branch("4.3"), release={"Xen-Version": "4.3", "release_notes": {"text": "RN", "url": "javascript:alert(1)"}}
    )
    assert "javascript:" not in render_trees([bad], XENBITS, TODAY)
    good = replace(bad, release={"release_notes": {"text": "RN", "url": "https://example.org/rn"}})
    assert 'href="https://example.org/rn"' in render_trees([good], XENBITS, TODAY)


@pytest.mark.parametrize(
    ("day", "age"),
    [("2025-06-01", "today"), ("2025-05-31", "1 day"), ("2025-05-22", "10 days"), ("2025-06-02", "in the future")],
)
def test_age_of_a_tree(day: str, age: str) -> None:
    assert f"<td>{age}</td>" in render_trees([replace(branch("4.3"), date=day)], XENBITS, TODAY)


def test_a_page_of_ended_trees_alone_shows_them() -> None:
    text = render(build([branch("4.3")]), XENBITS, date(2099, 1, 1))
    assert "show the trees whose support has ended" not in text and "some-live" not in re.sub(
        r"<style>.*?</style>", "", text, flags=re.S
    )

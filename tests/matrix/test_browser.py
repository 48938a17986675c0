"""The page in real headless Chromium: complete without JavaScript, filters with it, deep links, keyboard, axe-core, no requests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convert.cli import main
from convert.matrix.columns import Address
from convert.matrix.page import render_trees
from convert.matrix.words import ABSENCE, CHANGE, in_tree
from convert.trees.state import standing
from tests.helpers.repositories import git
from tests.matrix.browsing import MISSING, opened, started, until, violations
from tests.matrix.making import repository, support, tree

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING or "chromium is here")]
TODAY = ["--today", "2025-06-01"]
STATUSES = (
    "Supported",
    "Tech Preview",
    "Experimental",
    "Supported, not security supported",
    "Supported, Security support external",
)


def features(shift: int) -> str:
    """Sections with many features, so that the table must be scrolled; the statuses differ from tree to tree."""
    out = ["## Kconfig\n\nEXPERT options are not supported.\n"]
    for section in range(4):
        out.append(f"## Section {section}\n")
        for n in range(12):
            status = STATUSES[(n + section + (shift if n % 3 == 0 else 0)) % len(STATUSES)]
            out.append(
                f"### Feature {section}x{n}\n\nWhat it is, in words.\n\n    Status: {status}\n    Status, x86 HVM: Supported, with caveats\n\nMind this.\n"
            )
    if shift == 0:
        out.append("### Only in the newest\n\n    Status, Arm: Supported up to 8 GiB\n")
    if shift == 2:
        out.append("### Gone since\n\n    Status: Supported\n")
    return "\n".join(out)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    repo = repository(
        folder / "repo",
        v4_9=support("4.9", features(2), "2019-01-01", "2020-01-01"),
        v4_10=support(
            "4.10", features(1).replace("Status: Experimental", "Status:Experimental", 1), "2024-01-01", "2026-01-01"
        ),
        v4_11=support("4.11", features(1)),
        unstable=support("4.99-unstable", features(0), "TBD", "TBD"),
    )
    assert main(["matrix", "--repo", str(repo), "-o", str(folder / "matrix.html"), *TODAY]) == 1
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


def cells(page: Page) -> dict[str, list[list[str]]]:
    """By row id, a cell a list of its words: status or absence, what that means for security, what changed."""
    found: dict[str, list[list[str]]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".matrix tbody tr.row")].map((row) => [row.id,
        [...row.querySelectorAll("td")].map((cell) => cell.classList.contains("a") ? [cell.firstChild.textContent.trim()] : [
          [...cell.childNodes].filter((n) => !["SMALL", "B"].includes(n.nodeName)).map((n) => n.textContent).join("").trim(),
          ...[...cell.querySelectorAll(":scope > small, :scope > b")].map((part) => part.textContent.trim())])]))"""
    )
    return found


def expected(value: Any) -> dict[str, list[list[str]]]:
    """The same out of the JSON."""
    standings = [standing(tree["release"], date.fromisoformat(value["today"])) for tree in value["trees"]]
    found = {}
    for row in value["rows"]:
        words = []
        for n, cell in enumerate(row["cells"]):
            if cell["status"] is None:
                words.append([ABSENCE[cell["absence"]][0]])
                continue
            words.append([cell["status"]])
            if row["kind"] == "release":
                continue
            said = cell["label"] == "Supported, not security supported" or (
                cell["label"] == "Supported, Security support external" and standings[n].security_supported
            )
            notes = [] if said or row["kind"] == "list" else [in_tree(cell["security"], standings[n])]
            part = next(
                (
                    s["trees"][n]
                    for s in value["sections"]
                    if s["path"] == row["path"][: len(s["path"])] and s["key"] == row["anchor"]
                ),
                None,
            )
            notes += ["with caveats"] if part and part["caveats"] else []
            if any(notes):
                words[-1].append(", ".join(filter(None, notes)))
            if cell["change"] in CHANGE:
                older = next(m for m in range(n + 1, len(row["cells"])) if row["cells"][m]["status"] is not None)
                words[-1].append(CHANGE[cell["change"]][1].format(value["trees"][older]["name"]))
        found[row["id"]] = words
    return found


def visible(page: Page) -> list[str]:
    ids: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".matrix tbody tr.row")].filter((r) => r.checkVisibility()).map((r) => r.id)"""
    )
    return ids


@pytest.mark.parametrize("script", [False, True])
def test_cells_equal_the_json_with_and_without_javascript(site: Path, browser: Browser, script: bool) -> None:
    value = json.loads((site / "matrix.json").read_text())
    with opened(browser, site / "matrix.html", java_script_enabled=script) as it:
        assert it.page.locator("#_filter").is_visible() == script
        assert cells(it.page) == expected(value)
        assert it.faults == []


def test_without_javascript_all_rows_are_shown(site: Path, browser: Browser) -> None:
    value = json.loads((site / "matrix.json").read_text())
    with opened(browser, site / "matrix.html", java_script_enabled=False) as it:
        assert it.page.locator(".matrix tbody tr.row").count() == len(value["rows"])
        assert len(visible(it.page)) == len(value["rows"])


def test_ended_trees_are_hidden_until_asked_for_even_without_javascript(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", java_script_enabled=False) as it:
        column, old = it.page.locator(".matrix thead th:nth-child(5)"), it.page.locator(".trees tr.old").first
        assert not column.is_visible() and not old.is_visible()
        it.page.get_by_label("tree whose support has ended").check()
        assert column.inner_text().startswith("4.9") and old.is_visible()
        assert it.page.locator("#feature-0x0 td:nth-child(5)").is_visible()


@pytest.mark.parametrize(
    ("fragment", "rows"),
    [
        ("#q=only+newest", ["only-in-the-newest--arm"]),
        ("#q=newest+ARM+only", ["only-in-the-newest--arm"]),
        ("#q=4.9+gone", ["gone-since"]),
        ("#q=onlyinthe", ["only-in-the-newest--arm"]),
        ("#q=aarch64+newest", []),
        ("#q=unstable+once+8+gib", ["only-in-the-newest--arm"]),
        ("#section=section-2&q=0x", []),
        ("#section=section-2&status=12", []),
        ("#q=gone&ended=1", ["gone-since"]),
        ("#q=sources", []),
        ("#q=SUPPORT.html+4.11", []),
        ("#q=8+gib&security=yes&trees=unstable", []),
        ("#q=8+gib&security=yes&trees=4.11", []),
    ],
)
def test_a_filter_in_the_address(site: Path, browser: Browser, fragment: str, rows: list[str]) -> None:
    with opened(browser, site / "matrix.html", fragment) as it:
        assert visible(it.page) == rows
        assert it.page.locator("#_count").inner_text().startswith(f"{len(rows)} of ")
        assert it.faults == []


def test_filtering_by_hand_agrees_with_the_json_and_lands_in_the_address(site: Path, browser: Browser) -> None:
    value = json.loads((site / "matrix.json").read_text())
    live = [n for n, tree in enumerate(value["trees"]) if tree["name"] != "4.9"]
    with opened(browser, site / "matrix.html") as it:
        page = it.page
        page.locator("#_more > summary").click()
        page.get_by_label("Security", exact=True).select_option("external")
        until(page, "location.hash === '#security=external'")
        wanted = [r["id"] for r in value["rows"] if any(r["cells"][n]["effective"] == "external" for n in live)]
        assert visible(page) == wanted and 0 < len(wanted) < len(value["rows"])
        page.get_by_label("changed only").check()
        until(page, "location.hash.includes('changed=1')")
        changed = {"better", "worse", "security-lost", "text"}
        wanted = [
            r
            for r in value["rows"]
            if r["id"] in wanted
            and any(
                r["cells"][n]["change"] in changed or r["cells"][n]["absence"] in ("not-yet", "removed", "gap")
                for n in live
            )
        ]
        assert visible(page) == [r["id"] for r in wanted] and wanted
        page.reload()
        assert visible(page) == [r["id"] for r in wanted]
        page.get_by_role("button", name="Clear").click()
        until(page, "location.hash === ''")
        assert len(visible(page)) == len(value["rows"])
        page.get_by_label("Section", exact=True).select_option("section-1")
        until(page, "location.hash === '#section=section-1'")
        assert visible(page) == [r["id"] for r in value["rows"] if r["path"][1:2] == ["Section 1"]]
        page.get_by_label("Status", exact=True).select_option("Experimental")
        until(page, "location.hash.includes('status=')")
        wanted = [
            r
            for r in value["rows"]
            if r["path"][1:2] == ["Section 1"] and any(r["cells"][n]["label"] == "Experimental" for n in live)
        ]
        assert {r["id"] for r in wanted} <= set(visible(page))
        assert page.locator("#_count").inner_text() == f"{len(wanted)} of {len(value['rows'])} rows match"
        assert it.faults == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("feature frobnicate", "no row has “frobnicate”"),
        ("frobnicate grub", "no row has “frobnicate” or “grub”"),
        ("newest tech", "no row has all of these words; there are some without “newest”, or without “tech”"),
    ],
)
def test_search_says_which_word_failed(site: Path, browser: Browser, asked: str, words: str) -> None:
    with opened(browser, site / "matrix.html") as it:
        it.page.locator("#_q").fill(asked)
        until(it.page, "document.getElementById('_count').textContent.startsWith('0 of')")
        assert it.page.locator("#_count").inner_text().endswith(words)
        assert visible(it.page) == []


def test_an_ended_trees_name_in_a_search_shows_the_tree(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#q=4.9+gone") as it:
        assert it.page.locator("#_ended").is_checked()
        assert it.page.locator(".matrix thead th:nth-child(5)").is_visible()


def test_choosing_trees_hides_their_columns_and_keeps_the_head_in_step(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#trees=unstable,4.10") as it:
        heads = [text.split()[0] for text in it.page.locator(".matrix thead th:visible").all_inner_texts()]
        assert heads == ["Feature", "unstable", "4.10"]
        assert it.page.locator("#feature-0x0 td:visible").count() == 2
        edges = it.page.evaluate(
            """() => [".matrix thead th:nth-child(4)", "#feature-0x0 td:nth-child(4)"].map((s) => document.querySelector(s).getBoundingClientRect().left)"""
        )
        assert max(edges) - min(edges) < 2
        assert (
            it.page.evaluate("new Set([...document.querySelectorAll('.matrix .more > td')].map((c) => c.colSpan)).size")
            == 1
        )


def place(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "height": box["height"]}


LINKED = ["feature-3x7", "feature-2x11--x86-hvm", "section-3"]


def shows(page: Page, identity: str) -> None:
    """A row stands below the sticky head, and so does the heading that it belongs to."""
    head = place(page, ".matrix thead th")
    assert -1 < head["y"] < 2
    for name in (identity, identity.partition("--")[0]):
        row = place(page, f"[id='{name}']")
        assert head["y"] + head["height"] - 2 <= row["y"] < 900, name


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize("identity", LINKED)
def test_a_published_link_leads_to_its_row_and_shows_its_heading(
    site: Path, browser: Browser, script: bool, identity: str
) -> None:
    with opened(browser, site / "matrix.html", f"#{identity}", java_script_enabled=script) as it:
        shows(it.page, identity)


def test_every_link_shows_row_and_heading(site: Path, browser: Browser) -> None:
    value = json.loads((site / "matrix.json").read_text())
    last = [row["id"] for row in value["rows"]][-3:]  # nothing below them to scroll up to
    with opened(browser, site / "matrix.html") as it:
        for row in value["rows"][5:]:
            it.page.evaluate("(id) => { location.hash = id; }", row["id"])
            it.page.wait_for_timeout(5)
            if row["id"] not in last:
                shows(it.page, row["id"])
        names = it.page.evaluate("[...document.querySelectorAll('.matrix tr.d3.v1 th')].map((c) => c.innerText)")
        assert names and all(":" in name for name in names)


def test_one_fragment_carries_row_and_trees(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#feature-2x11--x86-hvm&trees=unstable,4.9") as it:
        shows(it.page, "feature-2x11--x86-hvm")
        assert it.page.locator("#feature-2x11 td:visible").count() == 2  # 4.9 has ended and is shown all the same
        assert "at" in (it.page.locator("[id='feature-2x11--x86-hvm']").get_attribute("class") or "").split()
        it.page.locator("#feature-3x7 .self").dispatch_event("click")
        until(it.page, "location.hash.startsWith('#feature-3x7&trees=unstable,4.9')")
        address = it.page.evaluate("location.hash")
    with opened(browser, site / "matrix.html", address) as it:
        shows(it.page, "feature-3x7")
        assert it.page.locator("#feature-3x7 td:visible").count() == 2


def test_a_deep_link_brings_back_a_row_that_the_filter_hid(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#q=only+newest") as it:
        assert "feature-1x1" not in visible(it.page)
        it.page.evaluate("location.hash = '#feature-1x1'")
        until(it.page, "document.getElementById('feature-1x1').checkVisibility()")
        assert it.page.locator("#feature-1x1 details").get_attribute("open") is not None


@pytest.mark.parametrize("script", [False, True])
def test_prose_opens_as_a_row_of_the_pages_width_and_nothing_scrolls_within(
    site: Path, browser: Browser, script: bool
) -> None:
    size = {"width": 400, "height": 800}
    with opened(browser, site / "matrix.html", viewport=size, java_script_enabled=script) as it:
        page = it.page
        prose = page.locator("#feature-0x0 + .more")
        assert not prose.is_visible()
        page.locator("#feature-0x0 summary").click()
        assert prose.is_visible() and "Mind this." in prose.inner_text()
        box = prose.locator("div").bounding_box()
        assert box is not None and box["x"] + box["width"] <= 400
        row = prose.locator("td").bounding_box()
        assert row is not None and row["width"] > 384  # not that of the first column
        links = prose.locator("a").all_inner_texts()
        assert links == (["unstable", "4.11", "4.10", "4.9"] if script else ["unstable"])
        scrolling = """[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() &&
            ["auto", "scroll"].some((v) => [getComputedStyle(e).overflowX, getComputedStyle(e).overflowY].includes(v)) &&
            (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)).map((e) => e.outerHTML.slice(0, 80))"""
        if script:
            assert page.evaluate(scrolling) == []


def test_head_and_first_column_stay_in_sight(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", viewport={"width": 400, "height": 800}) as it:
        it.page.evaluate("scrollTo(150, 1500)")
        assert abs(place(it.page, ".matrix thead th:nth-child(2)")["y"]) < 2
        assert abs(place(it.page, "#feature-0x3 th")["x"]) < 10


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (900, 800), (400, 800), (320, 568)])
def test_trees_search_and_table_are_on_the_first_screen(site: Path, browser: Browser, width: int, height: int) -> None:
    with opened(browser, site / "matrix.html", viewport={"width": width, "height": height}) as it:
        trees, search, table = (place(it.page, s)["y"] for s in (".trees", "#_q", ".matrix"))
        assert trees < search < table < height - 60
        assert it.page.evaluate("document.querySelector('.trees').getBoundingClientRect().right") <= width
        assert it.page.locator(".broken").bounding_box()["height"] < 40  # type: ignore[index]


def test_the_keyboard_reaches_everything_in_few_steps(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html") as it:
        page = it.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the table"
        page.keyboard.press("Enter")
        until(page, "location.hash === '#_table'")
        seen = []
        for _ in range(12):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("(document.activeElement.id || document.activeElement.textContent).trim()"))
        assert seen[:3] == ["_q", "More filters", "Clear"]
        assert "Feature 0x0" in seen
        page.locator("#feature-0x0 summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("#feature-0x0 + .more").is_visible()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        stops = page.evaluate(
            "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter((e) => e.tabIndex >= 0 && e.checkVisibility()).length"
        )
        assert stops < 100  # fifty features


def test_a_screen_reader_hears_each_row_named_once(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html") as it:
        page = it.page
        assert page.get_by_role("table", name="Support status of Xen features by tree").count() == 1
        assert page.get_by_role("columnheader", name="4.11").count() >= 1
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")[
            "nodes"
        ]  # as Chromium tells readers
        heads = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "rowheader"]
        assert heads.count("Feature 0x1") == heads.count("Feature 0x1: x86 HVM") == 1
        assert page.get_by_role("rowheader", name="Feature 0x1", exact=True).count() == 1
        assert page.get_by_role("rowheader", name="Feature 0x1: x86 HVM", exact=True).count() == 1
        assert page.get_by_text("Link to").count() == 0


EVERYTHING = "document.querySelectorAll('details').forEach((d, n) => { d.open = n < 20; }); document.getElementById('_ended').click()"


@pytest.mark.parametrize("opens", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 900, 400])
def test_axe_finds_nothing(site: Path, browser: Browser, scheme: Any, width: int, opens: bool) -> None:
    size = {"width": width, "height": 900}
    with opened(browser, site / "matrix.html", viewport=size, color_scheme=scheme) as it:
        if opens:
            it.page.evaluate(EVERYTHING)
            assert it.page.locator(".more:visible").count() > 10
        assert violations(it.page) == []


def test_axe_finds_nothing_on_the_page_of_the_trees(
    site: Path, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["trees", "--repo", str(site / "repo"), "--format", "html", *TODAY])
    (site / "trees.html").write_text(capsys.readouterr().out)
    with opened(browser, site / "trees.html") as it:
        assert violations(it.page) == [] and it.faults == []


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("<button></button>", "button-name"),
        ("<h4>x</h4>", "heading-order"),
        ('<p style="color: #999; background: #fff">faint</p>', "color-contrast"),
    ],
)
def test_a_planted_fault_is_found_by_axe(site: Path, browser: Browser, planted: str, rule: str) -> None:
    file = site / "fault.html"
    clean = render_trees([tree("4.3", "## S")], Address(), date(2025, 6, 1))
    without_policy = clean.replace('http-equiv="Content-Security-Policy"', 'name="none"')
    file.write_text(without_policy.replace("</h1>", f"</h1>{planted}", 1))
    with opened(browser, file) as it:
        assert rule in [found.partition(":")[0] for found in violations(it.page)]


@pytest.mark.parametrize("policy", [True, False])
def test_a_planted_request_is_found(site: Path, browser: Browser, policy: bool) -> None:
    text = (site / "matrix.html").read_text().replace("<main>", '<main><img alt="" src="http://127.0.0.1:9/x.png">', 1)
    if not policy:
        text = text.replace('http-equiv="Content-Security-Policy"', 'name="none"')
    planted = site / f"request-{policy}.html"
    planted.write_text(text)
    with opened(browser, planted) as it:
        it.page.wait_for_timeout(200)
        assert any(
            ("Content Security Policy" in fault) if policy else fault.startswith("request: http://127.0.0.1:9")
            for fault in it.faults
        )


def test_a_planted_script_is_stopped_by_the_policy(site: Path, browser: Browser) -> None:
    planted = site / "script.html"
    planted.write_text(
        (site / "matrix.html")
        .read_text()
        .replace("<main>", "<main><script>window.pwned = 1</script><p onclick='window.pwned = 2' id='p'>x</p>", 1)
    )
    with opened(browser, planted) as it:
        it.page.locator("#p").click()
        assert it.page.evaluate("window.pwned") is None
        assert any("Content Security Policy" in fault for fault in it.faults)


PAYLOADS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "' autofocus onfocus=window.pwned=1 x='",
    "</template></details></table><script>window.pwned=1</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:window.pwned=1",
    "<!-- ]]> &lt;script&gt;",
)


def test_hostile_text_anywhere_runs_nothing(tmp_path: Path, browser: Browser) -> None:
    text = ""
    for n, payload in enumerate(PAYLOADS):
        field = payload.replace(":", "")
        text += f"## Section {n} `{payload}`\n\n### Feature {n} `{payload}`\n\nProse `{payload}` [link]({payload.replace(' ', '%20')})\n\n"
        text += f'    Status: {payload}\n    Status, {field}: Supported\n\nCaveat `{payload}` <a href="javascript:window.pwned=1">x</a>\n\n'
    file = support("4.2", text).replace("https://wiki.xenproject.org/wiki/Xen_4.2", "javascript:window.pwned=1")
    file = file.replace("Initial-Release: 2020-01-01", f"Initial-Release: {PAYLOADS[1]}")
    repo = repository(tmp_path / "repo", v4_2=file)
    git(repo, "branch", '"><img/src=x/onerror=window.pwned=1>', "stable-4.2")
    page = tmp_path / "m.html"
    main(["matrix", "stable-4.2", '"><img/src=x/onerror=window.pwned=1>', "--repo", str(repo), "-o", str(page), *TODAY])
    with opened(browser, page, "#q=%3Cscript%3E&section=%22%3E%3Cimg+src%3Dx%3E") as it:
        it.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        for element in it.page.locator("header, .matrix th, .matrix td").all()[:40]:
            element.dispatch_event("click")
        it.page.wait_for_timeout(200)
        assert it.page.evaluate("window.pwned") is None
        assert (
            it.page.evaluate(
                "document.querySelectorAll('.matrix script, .matrix img, .matrix svg, a[href^=\"javascript\" i], [onerror], [onload], [onfocus]').length"
            )
            == 0
        )
        assert it.faults == []
    value = json.loads((tmp_path / "m.json").read_text())
    with opened(browser, page) as it:
        assert cells(it.page) == expected(value)
    assert set(PAYLOADS) <= {row["cells"][0]["status"] for row in value["rows"]}


@pytest.mark.parametrize("width", [1400, 900, 400, 320])
@pytest.mark.parametrize("media", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_screenshots_and_nothing_sticks_out(
    site: Path, browser: Browser, tmp_path: Path, width: int, media: dict[str, Any]
) -> None:
    """The pictures go to $XEN_SUPPORT_SHOTS, for people to look at."""
    folder = Path(os.environ.get("XEN_SUPPORT_SHOTS") or tmp_path)
    with opened(browser, site / "matrix.html", viewport={"width": width, "height": 1000}, **media) as it:
        picture = folder / f"matrix-{width}-{'-'.join(map(str, media.values())) or 'plain'}.png"
        it.page.screenshot(path=picture)
        assert picture.stat().st_size > 10_000
        outside = """[...document.querySelectorAll("header, form, #_about, footer, .trees:not(.sources), .trees:not(.sources) *")].filter(
            (e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML.slice(0, 90))"""
        assert it.page.evaluate(outside) == []  # the table alone may be wider than the page
        assert it.faults == []


def test_dark_is_another_page(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", color_scheme="dark") as it:
        assert it.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not installed (apt-get install poppler-utils)"
)
@pytest.mark.parametrize("script", [False, True])
def test_paper_has_the_caveats_the_heads_on_each_page_and_no_toggles(
    site: Path, browser: Browser, tmp_path: Path, script: bool
) -> None:
    value = json.loads((site / "matrix.json").read_text())
    with opened(browser, site / "matrix.html", java_script_enabled=script) as it:
        it.page.pdf(path=tmp_path / "matrix.pdf", prefer_css_page_size=True)
        it.page.emulate_media(media="print")
        sizes = it.page.evaluate(
            "[...document.querySelectorAll('#feature-0x0 td:nth-child(3), #feature-0x0 td:nth-child(3) small, #feature-0x0 + .more p')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
        )
    assert sizes[0] > sizes[1] and sizes[0] >= sizes[2]  # a status is never smaller than its notes
    text = subprocess.run(
        ["/usr/bin/env", "pdftotext", "-layout", str(tmp_path / "matrix.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode()
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 2
    last = max(n for n, page in enumerate(pages) if "Feature 3x11" in page)
    assert all(re.search(r"Feature +unstable +4\.11", page) for page in pages[: last + 1])
    with_caveats = [s for s in value["sections"] if any(part and part["caveats"] for part in s["trees"])]
    assert text.count("Caveats in") == len(with_caveats) > 40 and text.count("Mind this.") >= len(with_caveats)
    assert not any(sign in text for sign in "▸▾") and "Search" not in text and "#" not in text


def test_ids_are_unique_and_are_xens_own(site: Path, browser: Browser) -> None:
    value = json.loads((site / "matrix.json").read_text())
    with opened(browser, site / "matrix.html") as it:
        ids = it.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        assert {row["id"] for row in (*value["rows"], *value["sections"])} <= set(ids)
        links = it.page.evaluate(
            "[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => decodeURIComponent(a.getAttribute('href').slice(1)))"
        )
        assert set(links) <= set(ids)
        it.page.locator("#feature-0x0 summary").click()
        sources = it.page.evaluate("[...document.querySelectorAll('#feature-0x0 + .more a')].map((a) => a.href)")
        assert sources[0] == "https://xenbits.xen.org/docs/unstable/SUPPORT.html#feature-0x0"
        assert sources[1] == "https://xenbits.xen.org/docs/4.11-testing/SUPPORT.html#feature-0x0"


def test_the_real_trees_are_clean_too(xen: Path, tmp_path: Path, browser: Browser) -> None:
    assert main(["matrix", "--repo", str(xen), "-o", str(tmp_path / "m.html"), *TODAY]) == 0
    with opened(browser, tmp_path / "m.html") as it:
        assert violations(it.page) == [] and it.faults == []
        assert cells(it.page) == expected(json.loads((tmp_path / "m.json").read_text()))

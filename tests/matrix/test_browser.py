"""The page in real headless Chromium: complete without JavaScript, filters with it, deep links, keyboard, axe-core, no requests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convert.cli import main
from convert.matrix.page import ABSENCE, CHANGE, SECURITY, Address, render_trees
from tests.helpers.repositories import git
from tests.matrix.browsing import MISSING, opened, serious, started, until
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
    """By row id, a cell a list of its words: status, security, caveats, change, or the word of its absence."""
    found: dict[str, list[list[str]]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".matrix tbody tr.row")].map((row) => [row.id,
        [...row.querySelectorAll("td")].map((cell) => [...cell.querySelectorAll(".st,.sec,.chg,.abs")].map((part) => part.textContent.trim()))]))"""
    )
    return found


def expected(value: Any) -> dict[str, list[list[str]]]:
    """The same out of the JSON."""
    found = {}
    for row in value["rows"]:
        words = []
        for n, cell in enumerate(row["cells"]):
            if cell["status"] is None:
                words.append([ABSENCE[cell["absence"]][0]])
                continue
            of_status = row["path"][0] != "Release Support"
            older = next(
                (
                    t["name"]
                    for t, c in list(zip(value["trees"], row["cells"], strict=True))[n + 1 :]
                    if c["status"] is not None
                ),
                "",
            )
            words.append([cell["status"]])
            if of_status:
                words[-1].append(" ".join(SECURITY[cell["security"]][:2]))
                if cell["change"] in CHANGE:
                    sign, text = CHANGE[cell["change"]]
                    words[-1].append(f"{sign} {text.format(older)}")
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
        head = it.page.locator(".names th.ended")
        assert head.all_inner_texts() == [""] or not head.first.is_visible()
        it.page.get_by_label("show the trees whose support has ended").check()
        assert head.all_inner_texts() == ["4.9"] and it.page.locator("#feature-0x0 td.ended").is_visible()


@pytest.mark.parametrize(
    ("fragment", "rows"),
    [
        ("#q=only+newest", ["only-in-the-newest--arm"]),
        ("#section=section-2&q=0x", []),
        ("#section=section-2&status=12", []),
        ("#q=gone&ended=1", ["gone-since"]),
        ("#q=sources", []),
        ("#q=SUPPORT.html+4.11", []),
        ("#q=8+gib&security=yes&trees=unstable", ["only-in-the-newest--arm"]),
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
        page.get_by_label("Security", exact=True).select_option("external")
        until(page, "location.hash === '#security=external'")
        wanted = [r["id"] for r in value["rows"] if any(r["cells"][n]["security"] == "external" for n in live)]
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
        shown = visible(page)
        assert {r["id"] for r in wanted} <= set(shown)
        assert page.locator("#_count").inner_text() == f"{len(wanted)} of {len(value['rows'])} rows match"
        assert it.faults == []


def test_choosing_trees_hides_their_columns_and_keeps_the_head_in_step(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#trees=unstable,4.10") as it:
        assert it.page.locator(".names th:visible").all_inner_texts() == ["Feature", "unstable", "4.10 has errors"]
        assert it.page.locator("#feature-0x0 td:visible").count() == 2
        edges = it.page.evaluate(
            """() => [".names th.c2", "#feature-0x0 td.c2", ".states th:nth-of-type(3)"].map((s) => document.querySelector(s).getBoundingClientRect().left)"""
        )
        assert max(edges) - min(edges) < 2


def place(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "height": box["height"]}


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize("identity", ["feature-3x7", "feature-2x11--x86-hvm", "section-3"])
def test_a_published_link_leads_to_its_row_below_the_sticky_head(
    site: Path, browser: Browser, script: bool, identity: str
) -> None:
    with opened(browser, site / "matrix.html", f"#{identity}", java_script_enabled=script) as it:
        row, head = place(it.page, f"[id='{identity}']"), place(it.page, ".names th")
        assert head["y"] + head["height"] - 2 <= row["y"] < 900
        assert head["y"] >= 0


def test_a_deep_link_brings_back_a_row_that_the_filter_hid(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", "#q=only+newest") as it:
        assert "feature-1x1" not in visible(it.page)
        it.page.evaluate("location.hash = '#feature-1x1'")
        until(it.page, "document.getElementById('feature-1x1').checkVisibility()")
        assert it.page.locator("#feature-1x1 details").get_attribute("open") is not None


def test_head_and_first_column_stay_in_sight(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", viewport={"width": 400, "height": 800}) as it:
        before = place(it.page, "#feature-0x3 th")["x"]
        it.page.evaluate(
            """() => { const box = document.querySelector(".matrix").parentElement; box.scrollIntoView(); box.scrollTo(150, 1500); }"""
        )
        box = place(it.page, ".scroll:has(> .matrix)")
        assert abs(place(it.page, ".states th")["y"] - box["y"]) < 3
        assert abs(place(it.page, "#feature-0x3 th")["x"] - before) < 2


def test_the_keyboard_reaches_everything(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html") as it:
        page = it.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the table"
        page.keyboard.press("Enter")
        until(page, "location.hash === '#_table'")
        seen = []
        for _ in range(24):
            page.keyboard.press("Tab")
            seen.append(
                page.evaluate(
                    "(document.activeElement.id || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"
                )
            )
        assert seen[:5] == ["_q", "_section", "_status", "_security", "_changed"]
        assert "_ended" in seen and "Features by tree" in seen and "Link to Release Support" in seen
        page.locator("#feature-0x0 summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("#feature-0x0 .prose").first.is_visible()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.locator("#feature-0x0 .self").focus()
        page.keyboard.press("Enter")
        until(page, "location.hash === '#feature-0x0'")


def test_a_screen_reader_hears_a_table_with_headers_and_names(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html") as it:
        page = it.page
        assert page.get_by_role("table", name="Support status of Xen features by tree").count() == 1
        assert page.get_by_role("columnheader", name="4.11").count() >= 1
        names = [x.get_attribute("aria-label") for x in page.locator(".self").all()[:40]]
        assert all(name and name != "#" for name in names)
        assert page.get_by_role("rowheader", name="Feature 0x1: x86 HVM").count() == 1


@pytest.mark.parametrize(("scheme", "width"), [("light", 400), ("dark", 1400)])
def test_axe_finds_nothing_serious(site: Path, browser: Browser, scheme: Any, width: int) -> None:
    with opened(
        browser, site / "matrix.html", "#ended=1", viewport={"width": width, "height": 1000}, color_scheme=scheme
    ) as it:
        it.page.evaluate("document.querySelectorAll('details').forEach((d, n) => { d.open = n < 12; })")
        assert serious(it.page) == []


def test_axe_finds_nothing_serious_on_the_page_of_the_trees(
    site: Path, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["trees", "--repo", str(site / "repo"), "--format", "html", *TODAY])
    (site / "trees.html").write_text(capsys.readouterr().out)
    with opened(browser, site / "trees.html") as it:
        assert serious(it.page) == [] and it.faults == []


def test_a_planted_fault_is_found_by_axe(site: Path, browser: Browser) -> None:
    planted = site / "fault.html"
    clean = render_trees([tree("4.3", "## S")], Address(), date(2025, 6, 1))
    planted.write_text(clean.replace("<main>", "<main><button></button>", 1))
    with opened(browser, planted) as it:
        assert [found.partition(":")[0] for found in serious(it.page)] == ["button-name"]


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


@pytest.mark.parametrize("width", [1400, 400])
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
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        assert it.faults == []


def test_dark_and_print_are_different_pages(site: Path, browser: Browser) -> None:
    with opened(browser, site / "matrix.html", color_scheme="dark") as it:
        assert it.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
        it.page.emulate_media(media="print", color_scheme="light")
        assert not it.page.locator("#_filter").is_visible()
        assert (
            it.page.evaluate("getComputedStyle(document.querySelector('.matrix').parentElement).overflowY") == "visible"
        )
        assert it.page.evaluate("getComputedStyle(document.querySelector('.names th')).position") == "static"


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
        sources = it.page.evaluate("[...document.querySelectorAll('#feature-0x0 .links a')].map((a) => a.href)")
        assert sources[0] == "https://xenbits.xen.org/docs/unstable/SUPPORT.html#feature-0x0"
        assert sources[1] == "https://xenbits.xen.org/docs/4.11-testing/SUPPORT.html#feature-0x0"


def test_the_real_trees_are_clean_too(xen: Path, tmp_path: Path, browser: Browser) -> None:
    assert main(["matrix", "--repo", str(xen), "-o", str(tmp_path / "m.html"), *TODAY]) == 0
    with opened(browser, tmp_path / "m.html") as it:
        assert serious(it.page) == [] and it.faults == []
        assert cells(it.page) == expected(json.loads((tmp_path / "m.json").read_text()))

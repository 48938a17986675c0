"""Real headless Chromium for tests: opens a page and notes everything that it should not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "" if CHROMIUM else "chromium is not installed (apt-get install chromium)"
for _package in ("playwright", "axe_playwright_python"):
    if not MISSING and find_spec(_package) is None:
        MISSING = f"the Python package {_package} is not installed"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


@dataclass(slots=True)
class Opened:
    """A page, and what it did that it should not: console errors, exceptions, dialogs, requests beside its own file."""

    page: Page
    faults: list[str] = field(default_factory=list)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser for many pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, fragment: str = "", **options: Any) -> Iterator[Opened]:
    """A file in a fresh context; `options` are playwright's, such as `java_script_enabled`."""
    options.setdefault("viewport", {"width": 1400, "height": 1000})
    context = browser.new_context(**options)
    found = Opened(context.new_page())
    page = found.page
    page.on(
        "console",
        lambda message: (
            found.faults.append(f"console: {message.text}") if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: found.faults.append(f"exception: {error}"))
    page.on(
        "request",
        lambda request: (
            found.faults.append(f"request: {request.url}") if request.url.split("#")[0] != file.as_uri() else None
        ),
    )

    def refuse(dialog: Any) -> None:
        found.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(file.as_uri() + fragment)
    yield found
    context.close()


# WCAG 2.2 A and AA, and what axe-core calls best practice
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page) -> list[str]:
    """What axe-core finds, of any gravity: rule and first place."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = page.evaluate("(rules) => axe.run({ runOnly: { type: 'tag', values: rules } })", list(RULES))["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]


def until(page: Page, condition: str, seconds: float = 5) -> None:
    """Wait for a condition in the page; playwright's own waiting evaluates a string there, which the page's policy forbids."""
    end = monotonic() + seconds
    while not page.evaluate(condition):
        assert monotonic() < end, f"never true: {condition}"
        page.wait_for_timeout(20)

"""Each fault ends in the exact snapshot or in no change on disk, one message, status 2, in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from convert.sheet.cells import Cell, Run, SheetError
from convert.sheet.formats import snapshot
from tests.google import builders as b
from tests.google import faults as f
from tests.google.conftest import ID, Box
from tests.google.emulator import EMAIL, Fault, Handler, serving

PASSING: dict[str, Fault] = {
    "401 once": f.status(401, "authError"),
    "429": f.status(429, "RATE_LIMIT_EXCEEDED"),
    "429 Retry-After": f.status(429, "rateLimitExceeded", retry_after="7"),
    "403 rateLimitExceeded": f.status(403, "rateLimitExceeded"),
    "403 userRateLimitExceeded": f.status(403, "userRateLimitExceeded"),
    "500": f.status(500),
    "502": f.status(502),
    "503": f.status(503),
    "504": f.status(504),
    "reset before headers": f.reset_before,
    "reset in mid-body": f.reset_in_body,
    "truncated with length": f.short_body,
    "truncated without length": f.body_without_length,
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("where", ["/drive/v3/", "sheets%28properties%29", "ranges="])
def test_a_passing_fault_leaves_the_exact_snapshot(box: Box, name: str, where: str) -> None:
    assert box.fetch().status == 0
    good = {path: data for path, data in box.tree().items() if not path.endswith("fetched.json")}
    box.google.faults.append(f.times(1, f.on(where, PASSING[name])))
    result = box.fetch()
    assert (result.status, result.err) == (0, "")
    assert {path: data for path, data in box.tree().items() if not path.endswith("fetched.json")} == good
    if name == "429 Retry-After":
        assert box.clock.slept == [7.0]


LASTING: dict[str, tuple[Fault, str]] = {
    "401": (f.status(401, "authError"), "does not accept this sign-in"),
    "403 forbidden": (f.status(403, "forbidden"), f"share the document with {EMAIL}"),
    "403 insufficientFilePermissions": (
        f.status(403, "insufficientFilePermissions"),
        f"share the document with {EMAIL}",
    ),
    "403 accessNotConfigured": (f.on("/drive/", f.status(403, "accessNotConfigured")), "Google Drive API"),
    "403 SERVICE_DISABLED": (f.on("/v4/", f.status(403, "SERVICE_DISABLED")), "Google Sheets API"),
    "403 scope": (f.status(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "lacks a scope"),
    "403 insufficientPermissions": (f.status(403, "insufficientPermissions"), "drive.metadata.readonly"),
    "403 domainPolicy": (f.status(403, "domainPolicy"), "administrators"),
    "403 dailyLimitExceeded": (f.status(403, "dailyLimitExceeded"), "tomorrow"),
    "403 quotaExceeded": (f.status(403, "quotaExceeded"), "quota"),
    "403 rateLimitExceeded": (f.status(403, "rateLimitExceeded"), "quota"),
    "403 userRateLimitExceeded": (f.status(403, "userRateLimitExceeded"), "quota"),
    "403 sharingRateLimitExceeded": (f.status(403, "sharingRateLimitExceeded"), "quota"),
    "403 cannotDownloadFile": (f.status(403, "cannotDownloadFile"), "downloading"),
    "403 downloadQuotaExceeded": (f.status(403, "downloadQuotaExceeded"), "within a day"),
    "403 exportSizeLimitExceeded": (f.status(403, "exportSizeLimitExceeded"), "10 MB"),
    "403 cannotDownloadAbusiveFile": (f.status(403, "cannotDownloadAbusiveFile"), "malware"),
    "403 API_KEY_SERVICE_BLOCKED": (f.status(403, "API_KEY_SERVICE_BLOCKED"), "API key"),
    "404": (f.status(404, "notFound"), f"share the document with {EMAIL}"),
    "400 FAILED_PRECONDITION": (f.on("/v4/", f.status(400, "FAILED_PRECONDITION")), "cannot read this kind of file"),
    "418": (f.status(418, "teapot"), "status 418"),
    "429": (f.status(429, "rateLimitExceeded"), "quota"),
    "429 for an hour": (f.status(429, "rateLimitExceeded", retry_after="3600"), "quota"),
    "500": (f.status(500), "error of its own (500)"),
    "502": (f.status(502), "error of its own (502)"),
    "503": (f.status(503), "error of its own (503)"),
    "reset before headers": (f.reset_before, "breaks off"),
    "reset in mid-body": (f.times(30, f.reset_in_body), "breaks off"),
    "truncated with length": (f.short_body, "breaks off"),
    "truncated without length": (f.body_without_length, "ends in the middle"),
    "sign-in page": (f.sign_in_page, "not link-shared, or sign-in is needed"),
    "not an object": (f.not_an_object, "not what this API answers"),
    "gzip bomb": (f.bomb, "unpacks to far more"),
    "redirect for ever": (f.redirect("/drive/v3/files/x"), "redirects"),
    "redirect to sign in": (f.redirect("https://accounts.google.com/ServiceLogin"), "sign-in is needed"),
    "redirect to ftp": (f.redirect("ftp://example.org/"), "only https is used"),
    "redirect to http elsewhere": (f.redirect("http://192.0.2.1/"), "only https is used"),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_changes_nothing_and_says_one_thing(box: Box, name: str) -> None:
    assert box.fetch().status == 0
    before = box.tree()
    fault, words = LASTING[name]
    box.google.faults.append(lambda handler: handler.path != "/token" and fault(handler))
    result = box.fetch()
    assert (result.status, result.out) == (2, "")
    assert words in result.err
    assert result.err.count("\n") == 1 and "Traceback" not in result.err
    assert box.tree() == before
    assert box.clock.now <= 150


@pytest.mark.parametrize("fault", [f.stall, f.drip])
@pytest.mark.parametrize("passing", [True, False])
def test_stall_and_slow_drip_end_by_the_real_clock(box: Box, fault: Fault, passing: bool) -> None:
    box.overrides = {"timeout": 0.3, "deadline": 0.6, "budget": 2.2, "clock": time.monotonic, "sleep": time.sleep}
    slow = f.on("ranges=", fault)
    box.google.faults.append(f.times(1, slow) if passing else slow)
    result = box.fetch()
    assert result.status == (0 if passing else 2)
    if passing:
        assert box.book().tabs[0].rows[1].cells[1] == Cell((Run("Supported"),))
    else:
        assert box.tree() == {}
        assert ("too slow" if fault is f.drip else "does not answer") in result.err


def test_quota_of_a_minute_is_waited_for(box: Box) -> None:
    """All is refused until 61 seconds have gone by on the injected clock."""
    box.google.faults.append(
        lambda handler: box.clock.now < 61 and handler.path != "/token" and f.status(429, "rateLimitExceeded")(handler)
    )
    assert box.fetch().status == 0
    assert 61 <= box.clock.now < 100


def test_redirect_to_another_host_carries_no_credentials(box: Box) -> None:
    with serving() as other:
        box.google.faults.append(f.on("/drive/v3/", f.redirect(f"{other.url}/drive/v3/files/{ID}")))
        assert box.fetch(f"https://docs.google.com/spreadsheets/d/{ID}/edit?resourcekey=0-abc").status == 2
        headers = [headers for _, _, headers in other.requests]
    assert headers
    assert not {name for one in headers for name in one if "auth" in name or "goog" in name}
    assert any("x-goog-drive-resource-keys" in headers for _, _, headers in box.google.requests)


def test_an_edit_during_the_fetch_gives_the_later_state(box: Box) -> None:
    once = [True]

    def edit_once(handler: Handler) -> bool:
        if "ranges=" in handler.path and once:
            once.clear()
            f.edited(ID)(handler)
        return False

    box.google.faults = [edit_once]
    result = box.fetch()
    assert result.status == 0 and "reading it again" in result.err
    assert box.book().tabs[0].rows[1].cells[1] == Cell((Run("Supported 2"),))
    assert snapshot.read_meta(box.cache / ID).version == "2"


def test_endless_edits_end_in_a_message(box: Box) -> None:
    box.google.faults.append(f.edited(ID))
    result = box.fetch()
    assert result.status == 2 and "edited all the time" in result.err
    assert box.tree() == {}


def test_a_version_that_moves_without_an_edit_is_no_edit(box: Box) -> None:
    def touch(handler: Handler) -> bool:
        if "ranges=" in handler.path:
            box.google.edit(ID)
        return False

    box.google.faults.append(touch)
    assert box.fetch().status == 0


@pytest.mark.slow
def test_300_tabs(box: Box) -> None:
    box.google.add_sheet(ID, b.spreadsheet(ID, *[b.sheet(f"Tab {n}", [["x", str(n)]], n) for n in range(300)]))
    assert box.fetch().status == 0
    assert [tab.title for tab in box.book().tabs] == [f"Tab {n}" for n in range(300)]
    assert len({path.lower() for path in box.tree()}) == 302


@pytest.mark.slow
def test_10000_rows(box: Box) -> None:
    rows: list[list[b.Json | str | None]] = [[f"Feature {n}", "Supported"] for n in range(10_000)]
    box.google.add_sheet(ID, b.spreadsheet(ID, b.sheet("Features", rows)))
    assert box.fetch().status == 0
    assert len(box.book().tabs[0].rows) == 10_000


def test_ctrl_c_leaves_the_old_snapshot_whole(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert box.fetch().status == 0
    before = box.tree()
    box.google.sheets[ID]["sheets"][0]["data"][0]["rowData"].append({"values": [b.text("new")]})
    real, calls = Path.rename, [0]

    def interrupted(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == 2:  # the old one is out of the way, the new one not yet in place
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        box.fetch()
    assert calls[0] == 3
    assert box.tree() == before
    assert [path.name for path in box.cache.iterdir()] == [ID]


def test_a_full_disk_leaves_the_old_snapshot_whole(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert box.fetch().status == 0
    before = box.tree()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convert.sheet.formats.snapshot_files.write_private", full)
    result = box.fetch()
    monkeypatch.undo()
    assert result.status == 2 and "No space left" in result.err
    assert box.tree() == before


def test_a_cut_off_snapshot_is_not_read(box: Box) -> None:
    assert box.fetch().status == 0
    file = next((box.cache / ID).glob("*.jsonl"))
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(SheetError, match="fetch again"):
        box.book()
    assert box.fetch().status == 0
    assert box.book().tabs[0].rows[1].number == 2

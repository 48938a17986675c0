"""Answers, addresses, files and variables that nobody documents: one line each, nothing secret in it, status 2, nothing written."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.google import faults as f
from tests.google.conftest import ID, UPLOAD, Box
from tests.google.emulator import Fault

DIGITS = b"9" * 5_000
ANSWERS: dict[str, tuple[Fault, str]] = {
    "not UTF-8": (f.raw(b'{"id": "\xff\xfe"}'), "not what this API answers"),
    "brotli": (f.raw(b"\x0b\x02\x80", content_encoding="br"), "encoded as br"),
    "two encodings": (f.raw(b"", content_encoding="gzip, br"), "encoded as gzip, br"),
    "gzip over what is none": (f.raw(b"plain", content_encoding="gzip"), "says that it is compressed, and is not"),
    "an integer of 5,000 digits": (f.raw(b'{"version": ' + DIGITS + b"}"), "not what this API answers"),
    "Retry-After of 5,000 digits": (f.status(429, retry_after=DIGITS.decode()), "longer than anybody can"),
    "a null error": (f.raw(b'{"error": null}', code=403), "no permission to read"),
    "an error of digits": (f.raw(b'{"error": ' + DIGITS + b"}", code=400), "refuses the request with status 400"),
    "a redirect to half an address": (f.redirect("http://[::1"), "not an address"),
    "a redirect to a port out of range": (f.redirect("http://127.0.0.1:99999/"), "not an address"),
    "a redirect to a password": (f.redirect("https://user:hunter22@example.org/"), "leave that out"),
    "a redirect with a space": (f.redirect("/a b"), ""),
    "braces that are no JSON": (f.raw(b"{ this is no JSON at all, and long enough }"), "not what this API answers"),
    "a page with 403": (
        f.raw(b" <!DOCTYPE html><title>Sign in</title>", "text/html", code=403),
        "Google answers with a web page: the file is not link-shared, or sign-in is needed",
    ),
    "a page without doctype, with 403": (
        f.raw(b"<html lang=en><title>Google Drive - Quota exceeded</title>", "text/html", code=403),
        "within a day",
    ),
    "a page with 400": (
        f.raw(b"<html><title>Bad</title>", "text/html", code=400),
        "refuses the request with status 400",
    ),
    "quota page": (f.raw(b"<html><title>Google Drive - Quota exceeded</title>", "text/html"), "within a day"),
}


def one_line(box: Box, status: int, out: str, err: str) -> None:
    assert (status, out) == (2, "") and err.count("\n") == 1 and err.startswith("xen-support: "), (status, out, err)
    assert "fault in xen-support" not in err and "Traceback" not in err and "hunter22" not in err
    assert box.tree() == {}


@pytest.mark.parametrize("name", ANSWERS)
def test_strange_answers_of_an_api(box: Box, name: str) -> None:
    fault, words = ANSWERS[name]
    box.google.faults.append(lambda handler: handler.path != "/token" and fault(handler))
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert words in result.err and box.clock.now == 0


@pytest.mark.parametrize("name", [name for name in ANSWERS if "redirect" not in name])
def test_strange_answers_of_the_token_endpoint(box: Box, name: str) -> None:
    box.google.faults.append(f.on("/token", ANSWERS[name][0]))
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)


@pytest.mark.parametrize(
    "reply",
    [
        {"access_token": "ya29.x\r\nX-Other: 1", "expires_in": 3600},
        {"access_token": ["ya29.x"], "expires_in": 3600},
        {"access_token": "ya29.x", "expires_in": 10**30},
        {"access_token": "ya29.x", "expires_in": "soon"},
        {"expires_in": 3600},
        {"error": None},
        [],
    ],
)
def test_tokens_that_are_none(box: Box, reply: object) -> None:
    box.google.faults.append(f.on("/token", f.raw(json.dumps(reply).encode(), code=200)))
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert "token" in result.err and "ya29" not in result.err


def test_a_compressed_answer_in_capitals_is_read(box: Box) -> None:
    import gzip

    def answer(handler: object) -> bool:
        body = gzip.compress(json.dumps(box.google.files[ID]).encode())
        return f.raw(body, content_encoding="GZIP")(handler)  # type: ignore[arg-type]

    box.google.faults.append(f.on("/drive/", answer))
    assert box.fetch().status == 0


@pytest.mark.parametrize("key", ["AIzaBroken\nKey012345", "AIza Broken", "AIzaBrokenKey\r\nX: 1", "schl\u00fcssel"])
def test_an_api_key_that_no_header_can_carry(box: Box, key: str) -> None:
    for option in (["--api-key", key], [f"--api-key={key}"]):
        result = box.run("fetch", ID, "--api-endpoint", box.google.url, *option)
        one_line(box, result.status, result.out, result.err)
        assert "characters that no key has" in result.err and "Broken" not in result.err and "chl" not in result.err


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999", "http://", "x", "http://a:hunter22@127.0.0.1/", "http://\ud800/",
                                 "https://" + "a" * 80 + ".example/"])  # fmt: skip
def test_endpoints_that_are_none(box: Box, url: str) -> None:
    result = box.run("fetch", ID, "--credentials", str(box.key), "--api-endpoint", url)
    one_line(box, result.status, result.out, result.err)


def test_another_universe(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.cloud")
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert "GOOGLE_CLOUD_UNIVERSE_DOMAIN" in result.err and "unset it" in result.err
    monkeypatch.delenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN")
    box.key.write_text(json.dumps(box.google.key_file() | {"universe_domain": "example.cloud"}))
    assert "example.cloud" in box.fetch().err


@pytest.mark.parametrize("name", ["HTTPLIB2_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there(box: Box, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nothing/ca.pem")
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert name in result.err and "/nothing/ca.pem" in result.err


@pytest.mark.parametrize("info", [{}, {"type": "gdch_service_account"}, {"type": 5}, {"type": "external_account"},
                                  {"type": "authorized_user"}, {"type": "impersonated_service_account"},
                                  {"installed": {}}, {"type": "xen-support-user"},
                                  {"type": "impersonated_service_account", "service_account_impersonation_url": "x",
                                   "source_credentials": []}])  # fmt: skip
def test_default_credentials_of_any_type(box: Box, monkeypatch: pytest.MonkeyPatch, info: dict[str, object]) -> None:
    path = box.home / "adc.json"
    path.write_text(json.dumps(info))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    result = box.run("fetch", ID, "--api-endpoint", box.google.url)
    one_line(box, result.status, result.out, result.err)
    assert str(path) in result.err


@pytest.mark.parametrize("details", [{"targetId": ID, "targetResourceKey": "0\r\nX: 1"}, {"targetId": "../../x"},
                                     {"targetId": "a\r\nb"}])  # fmt: skip
def test_shortcuts_that_lead_nowhere(box: Box, details: dict[str, str]) -> None:
    about = {"id": UPLOAD, "name": "s", "mimeType": "application/vnd.google-apps.shortcut", "version": "1"}
    box.google.files[UPLOAD] = about | {"shortcutDetails": details}
    result = box.fetch(UPLOAD)
    one_line(box, result.status, result.out, result.err)


def test_a_size_of_5000_digits_is_no_size(box: Box) -> None:
    box.google.add_upload(UPLOAD, "book.xlsx", b"PK no workbook")
    box.google.files[UPLOAD]["size"] = DIGITS.decode()
    result = box.fetch(UPLOAD)
    assert result.status == 2 and "fault in" not in result.err and result.out == ""


def test_an_account_that_is_none(box: Box) -> None:
    result = box.fetch(ID, "--impersonate", "x\r\ny@p.iam.gserviceaccount.com")
    one_line(box, result.status, result.out, result.err)


@contextmanager
def port(says: bytes, patience: float = 0.2) -> Iterator[int]:
    """A port of this machine that is no web server: it says something, waits for more, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as one:
                        one.sendall(says)
                        one.settimeout(patience)
                        with suppress(OSError):
                            while one.recv(4096):
                                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "says", [b"SSH-2.0-OpenSSH_9.2p1\r\n", b"220 mail ESMTP\r\n", b"\x15\x03\x03\x00\x02\x02\x46", b"\0" * 70_000]
)
def test_a_port_that_speaks_something_else_is_not_asked_again(box: Box, says: bytes) -> None:
    box.overrides = {"clock": time.monotonic, "sleep": time.sleep, "budget": 20.0}
    with port(says) as number:
        result = box.run("fetch", ID, "--anonymous", "--api-endpoint", f"http://127.0.0.1:{number}")
    one_line(box, result.status, result.out, result.err)
    assert "not HTTP" in result.err


def test_a_port_that_says_half_a_line_is_not_waited_for(box: Box) -> None:
    box.overrides = {"timeout": 2.0, "budget": 1.0}
    with port(b"\x4a\x00\x00\x00\x0a8.0.36", patience=60.0) as number:
        result = box.run("fetch", ID, "--anonymous", "--api-endpoint", f"http://127.0.0.1:{number}")
    one_line(box, result.status, result.out, result.err)
    assert "not HTTP" in result.err


def test_the_budget_ends_it_all(box: Box) -> None:
    box.google.faults.append(lambda handler: handler.path != "/token" and f.status(503)(handler))
    result = box.fetch(ID, "--budget", "10")
    one_line(box, result.status, result.out, result.err)
    assert box.clock.now <= 10 and "waiting did not help" in result.err
    wrong = box.fetch(ID, "--budget", "0")
    assert wrong.status == 2 and "--budget" in wrong.err


def test_an_hour_is_named_and_not_waited_for(box: Box) -> None:
    box.google.faults.append(f.on("/drive/", f.status(429, "rateLimitExceeded", retry_after="3600")))
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert "asks to wait 60 minutes, until " in result.err and "did not help" not in result.err and box.clock.now == 0


def test_a_tab_that_is_renamed_meanwhile_is_an_edit(box: Box) -> None:
    once = [True]

    def rename(handler: object) -> bool:
        if once and "ranges=" in getattr(handler, "path", ""):
            once.clear()
            box.google.sheets[ID]["sheets"][0]["properties"]["title"] = "New title"
            box.google.edit(ID)
        return False

    box.google.faults.append(rename)
    result = box.fetch()
    assert result.status == 0 and "reading it again" in result.err
    assert [tab.title for tab in box.book().tabs] == ["New title"]
    gone = f.raw(b'{"error": {"message": "Unable to parse range: x"}}', code=400)
    box.google.faults = [f.on("ranges=", gone)]
    lasting = box.fetch()
    assert lasting.status == 2 and "renamed or deleted" in lasting.err


QUOTA = b"""{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "The sheets.googleapis.com API requires a quota project, which is not set by default.",
 "details": [{"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/764086051850"}}]}}"""
DENIED = b"""{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Caller does not have required permission to use project p.", "details": [{"reason": "USER_PROJECT_DENIED", "metadata": {"consumer": "projects/p"}}]}}"""


def test_a_quota_project_that_is_missing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.google.faults = [f.on("/drive/", f.raw(QUOTA, code=403))]
    result = box.fetch()
    one_line(box, result.status, result.out, result.err)
    assert "set-quota-project" in result.err and "GOOGLE_CLOUD_QUOTA_PROJECT" in result.err
    box.google.faults = [f.on("/drive/", f.raw(DENIED, code=403))]
    assert "project p:" in box.fetch().err
    box.google.faults = []
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "my-project")
    assert box.fetch().status == 0
    assert {h.get("x-goog-user-project") for _, path, h in box.google.requests[-3:]} == {"my-project"}
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "my\r\nproject")
    assert "characters that no header may have" in box.fetch().err


def test_check_writes_nothing_and_tells_by_its_status(box: Box) -> None:
    fresh = box.fetch(ID, "--check")
    assert fresh.status == 1 and "no snapshot" in fresh.out and not box.cache.exists()
    assert box.fetch().status == 0
    before = box.tree()
    assert (box.fetch(ID, "--check").status, box.tree()) == (0, before)
    box.google.sheets[ID]["sheets"][0]["data"][0]["rowData"].append({"values": [{"formattedValue": "new"}]})
    changed = box.fetch(ID, "--check")
    assert (
        (changed.status, box.tree()) == (1, before)
        and "row 3 added" in changed.out
        and "stays as it was" in changed.out
    )
    assert box.fetch(ID, "--check", "--offline").status == 2


def test_files_are_for_the_user_alone(box: Box, tmp_path: Path) -> None:
    import os

    os.umask(0o022)
    assert box.fetch().status == 0 and box.fetch(ID, "-o", str(tmp_path / "out" / "s")).status == 0
    for folder in (box.cache, box.cache / ID, tmp_path / "out" / "s"):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == (
            {0o700} if folder == box.cache else {0o600}
        )


def test_two_fetches_of_one_file_wait_for_each_other(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.sheet.formats import snapshot

    with snapshot.locked(box.cache / ID, 1.0, lambda: None):
        result = box.fetch(ID, "--budget", "0.3")
        assert result.status == 2 and "another fetch of" in result.err
    assert not (box.cache / f".{ID}.lock").exists()
    assert box.fetch().status == 0 and [path.name for path in box.cache.iterdir()] == [ID]


def test_what_was_found_wrong_is_kept_and_told(box: Box) -> None:
    from tests.google import builders as b

    far = b.sheet("Features", [["Feature", "4.20"], ["x", "Supported"]], merges=[b.merge(0, 0, 10_000, 1_000)])
    box.google.add_sheet(ID, b.spreadsheet(ID, far, b.sheet("Data", [], 1, properties={"sheetType": "DATA_SOURCE"})))
    result = box.fetch()
    assert result.status == 0 and "error: XS862" in result.err and "info: XS869" in result.err
    kept = box.book()
    assert [p.code for p in kept.problems] == ["XS869", "XS862"]
    offline = box.fetch(ID, "--offline")
    assert offline.err == result.err and offline.status == 0
    del box.google.sheets[ID]["sheets"][0]["merges"]
    box.google.sheets[ID]["sheets"].pop()
    again = box.fetch()
    assert again.err == "" and box.book().sha256 != kept.sha256
    assert box.fetch(ID, "--check").status == 0

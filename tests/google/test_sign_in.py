"""Which sign-in is used, what it sends, and each row of the list of messages."""

from __future__ import annotations

import json
import os
import stat
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from convert.failure import printable
from convert.sheet.cells import SheetError
from convert.sheet.google import client, login
from convert.sheet.google.messages import Fault, Identity, explain, explain_refresh, read_fault, scrub
from convert.sheet.google.settings import token_file
from tests.google import faults as f
from tests.google.conftest import ID, UPLOAD, Box
from tests.google.emulator import EMAIL, google_error
from tests.google.ways import RICH, write_xlsx

SCOPE = "https://www.googleapis.com/auth/"
SCOPES = [SCOPE + name for name in ("spreadsheets.readonly", "documents.readonly", "drive.metadata.readonly")]
REFRESH = "1//test-refresh-token-0123456789"


def store(box: Box, scopes: list[str], refresh: str = REFRESH) -> None:
    """A user's sign-in, as `login` leaves it."""
    box.google.refresh_tokens[REFRESH] = scopes
    box.google.secrets |= {REFRESH, "GOCSPX-client-secret"}
    about = {"type": "xen-support-user", "refresh_token": refresh, "scopes": scopes, "client_id": "client"}
    uris = {"token_uri": f"{box.google.url}/token", "revoke_uri": f"{box.google.url}/revoke"}
    token_file().parent.mkdir(parents=True, exist_ok=True)
    token_file().write_text(json.dumps(about | uris | {"client_secret": "GOCSPX-client-secret"}))


def adc(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(box.key))


def plain(box: Box, *options: str, address: str = ID) -> Any:
    return box.run("fetch", address, "--api-endpoint", box.google.url, *options)


def test_the_order_and_what_whoami_says(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = box.run("whoami")
    assert nobody.status == 2 and "xen-support login" in nobody.err
    box.google.api_key = "AIzaTestKey0123456789"
    seen = []
    everything = ["--api-key", box.google.api_key]
    seen.append(box.run("whoami", *everything).out)
    adc(box, monkeypatch)
    seen.append(box.run("whoami", *everything).out)
    store(box, SCOPES)
    seen.append(box.run("whoami", *everything).out)
    seen.append(box.run("whoami", *everything, "--credentials", str(box.key)).out)
    seen.append(box.run("whoami", *everything, "--credentials", str(box.key), "--anonymous").out)
    starts = ["API key:", "application default credentials reader@", "user:", "service account reader@", "anonymous:"]
    assert [text.startswith(start) for text, start in zip(seen, starts, strict=True)] == [True] * 5
    assert all(scope in text for text in seen[1:4] for scope in SCOPES)
    assert "scopes: none" in seen[0] and str(token_file()) in seen[2]
    assert box.google.requests == []


def test_narrow_scopes_and_one_more_only_for_a_download(box: Box) -> None:
    assert box.fetch().status == 0
    assert list(box.google.tokens.values()) == [SCOPES]
    box.google.add_upload(UPLOAD, "book.xlsx", b"PK no workbook")
    result = box.fetch(UPLOAD)
    assert result.status == 2 and "drive.readonly is used to download it" in result.err
    assert [*SCOPES, SCOPE + "drive.readonly"] in box.google.tokens.values()


def test_a_stored_user(box: Box) -> None:
    store(box, SCOPES)
    assert plain(box).status == 0
    box.google.add_upload(UPLOAD, "book.xlsx", b"PK")
    result = plain(box, address=UPLOAD)
    assert result.status == 2 and "xen-support login --downloads" in result.err and "drive.readonly" in result.err


def test_default_credentials(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    adc(box, monkeypatch)
    assert plain(box).status == 0


def test_an_api_key_goes_into_a_header(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.google.public, box.google.api_key = True, "AIzaTestKey0123456789"
    assert plain(box, "--api-key", box.google.api_key).status == 0
    assert not any(box.google.api_key in path for _, path, _ in box.google.requests)
    monkeypatch.setenv("XEN_SUPPORT_API_KEY", box.google.api_key)
    assert plain(box).status == 0
    wrong = plain(box, "--api-key", "AIzaWrongKey0123456789")
    assert wrong.status == 2 and "does not accept the API key" in wrong.err and "AIza" not in wrong.err


def test_anonymous_reads_a_shared_link_and_sends_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    adc(box, monkeypatch)
    box.google.add_upload(ID, "book.xlsx", b"PK no workbook")
    address = f"https://docs.google.com/spreadsheets/d/{ID}/edit"
    refused = plain(box, "--anonymous", address=address)
    assert refused.status == 2 and "not link-shared, or sign-in is needed" in refused.err
    box.google.public = True
    assert plain(box, "--anonymous", address=address).status == 2  # it is no workbook
    assert box.google.paths() == [f"/spreadsheets/d/{ID}/export"] * 2
    assert not any("authorization" in headers or "x-goog-api-key" in headers for _, _, headers in box.google.requests)


def test_impersonation(box: Box) -> None:
    target = "other@test-project.iam.gserviceaccount.com"
    assert box.fetch(ID, "--impersonate", target).status == 0
    assert box.google.tokens.popitem()[1] == SCOPES
    assert f"/v1/projects/-/serviceAccounts/{target}:generateAccessToken" in box.google.paths()
    assert target in box.run("whoami", "--credentials", str(box.key), "--impersonate", target).out
    box.google.faults.append(f.on("generateAccessToken", f.status(403, "IAM_PERMISSION_DENIED")))
    denied = box.fetch(ID, "--impersonate", target)
    assert denied.status == 2 and f"impersonating {target}" in denied.err


def test_whom_a_sign_in_cannot_act_as(box: Box) -> None:
    key = plain(box, "--api-key", "AIzaTestKey0123456789", "--impersonate", "jo@example.org")
    assert key.status == 2 and "needs a sign-in" in key.err
    store(box, SCOPES)
    person = plain(box, "--impersonate", "jo@example.org")
    assert person.status == 2 and "takes the key of a service account" in person.err and box.google.requests == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "not a JSON file"),
        ("[" * 100_000, "not a JSON file"),
        ('{"installed": {}}', "login --client-id-file"),
        ('{"type": "authorized_user"}', "not the key file of a service account"),
        ('{"type": "service_account", "client_email": "x@y"}', "not complete"),
        (
            '{"type": "service_account", "client_email": "x@y", "private_key": "-----BEGIN SECRET", "token_uri": "u"}',
            "only https",
        ),
    ],
)
def test_bad_key_files(box: Box, content: str, words: str) -> None:
    box.key.write_text(content)
    result = box.fetch()
    assert (result.status, result.out) == (2, "") and words in result.err and "BEGIN" not in result.err
    assert result.err.count("\n") == 1


def test_a_key_file_may_be_a_pipe(box: Box) -> None:
    """As `--credentials <(secret-tool ...)`: what is read once is gone."""
    reading, writing = os.pipe()
    os.write(writing, box.key.read_bytes())
    os.close(writing)
    result = box.run("fetch", ID, "--credentials", f"/dev/fd/{reading}", "--api-endpoint", box.google.url)
    os.close(reading)
    assert result.status == 0


def test_a_missing_key_file(box: Box) -> None:
    box.key.unlink()
    assert "No such file" in box.fetch().err


def test_a_token_endpoint_without_tls(box: Box) -> None:
    box.key.write_text(json.dumps(box.google.key_file() | {"token_uri": "http://token.example.org/token"}))
    result = box.fetch()
    assert result.status == 2 and "only https is used" in result.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("Invalid JWT: Token must be a short-lived token and in a reasonable timeframe; check iat and exp", "clock"),
        ("Invalid JWT Signature.", "make a new one"),
        ("Invalid grant: account not found", f"{EMAIL} does not exist"),
    ],
)
def test_invalid_grant_of_a_service_account(box: Box, error: str, words: str) -> None:
    box.google.token_error = {"error": "invalid_grant", "error_description": error}
    result = box.fetch()
    assert result.status == 2 and words in result.err and result.err.count("\n") == 1


def test_invalid_grant_of_a_user_says_what_expired(box: Box) -> None:
    store(box, SCOPES, refresh="1//test-expired-token-01234")
    result = plain(box)
    assert result.status == 2 and "expired or was revoked" in result.err
    assert "xen-support login" in result.err and "7 days" in result.err


def test_a_missing_scope_is_named_with_the_command(box: Box) -> None:
    store(box, [SCOPE + "drive.metadata.readonly"])
    result = plain(box)
    assert result.status == 2 and "lacks a scope" in result.err and "xen-support login" in result.err


MESSAGES: list[tuple[int, str, Identity, str]] = [
    (404, "notFound", Identity("service account", EMAIL), f"share the document with {EMAIL}"),
    (403, "forbidden", Identity("service account", EMAIL), f"share the document with {EMAIL}"),
    (404, "notFound", Identity("user"), "ask its owner"),
    (404, "notFound", Identity("API key"), "anyone who has the link"),
    (403, "SERVICE_DISABLED", Identity("user"), "Google Sheets API"),
    (
        403,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        Identity("user", None, ("a.readonly",)),
        "a.readonly; run `xen-support login`",
    ),
    (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", Identity("application default credentials"), "--client-id-file"),
    (401, "authError", Identity("service account", EMAIL), "new key"),
    (401, "authError", Identity("application default credentials"), "gcloud auth application-default login"),
    (403, "API_KEY_IP_ADDRESS_BLOCKED", Identity("API key"), "restrictions"),
]


@pytest.mark.parametrize(("status", "reason", "who", "words"), MESSAGES)
def test_messages(status: int, reason: str, who: Identity, words: str) -> None:
    assert words in explain(read_fault(*google_error(status, reason)), who, "sheets.googleapis.com")


def test_a_disabled_api_is_named_by_its_own_reply() -> None:
    fault = read_fault(*google_error(403, "SERVICE_DISABLED", metadata={"service": "docs.googleapis.com"}))
    assert "Google Docs API (docs.googleapis.com)" in explain(fault, Identity(), "drive.googleapis.com")


def test_the_scope_in_a_header_is_named() -> None:
    fault = read_fault(403, b"{}", 'Bearer error="insufficient_scope", scope="https://x/drive.readonly"')
    assert "https://x/drive.readonly; run `xen-support login` again --downloads" in explain(
        fault, Identity("user"), "x"
    )


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"error": []}', b'{"error": {"errors": 3, "details": [1]}}', b"[" * 99999]
)
def test_any_error_body_is_read(body: bytes) -> None:
    assert read_fault(500, body) == Fault(500, frozenset(), "")


@pytest.mark.parametrize(
    ("reason", "description", "words"),
    [
        ("invalid_grant", "reauth related error (invalid_rapt)", "new sign-in"),
        ("invalid_client", "", "client"),
        ("deleted_client", "", "client"),
        ("access_denied", "", "does not grant"),
        ("other", "ya29.secret-token-here", "[secret]"),
    ],
)
def test_refresh_messages(reason: str, description: str, words: str) -> None:
    assert words in explain_refresh(reason, description, Identity("user"))


def test_what_looks_like_a_secret_is_struck_out() -> None:
    text = "ya29.abc AIzaSyA-1234567890 eyJhbGciOiJSUzI1NiJ9.J9.x Bearer abc.def "
    text += "https://x/?key=12345&a=b 1//0abcdefghijkl hunter2"
    shown = scrub(text, "hunter2")
    assert shown == "[secret] [secret] [secret] Bearer [secret] https://x/?key=[secret]&a=b [secret] [secret]"
    assert printable("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"


def test_the_check_for_secrets_can_fail(box: Box) -> None:
    assert box.fetch().status == 0
    (token,) = box.google.tokens
    assert len(box.google.secrets) > 5  # the token, the assertion and the lines of the key
    assert box.leaked("") == [] and box.leaked(f"... {token} ...") == [token]


def test_no_library_logs_at_any_level(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    assert box.fetch().status == 0
    assert {record.name.split(".")[0] for record in caplog.records} == {"convert"}
    assert not any("/v4/" in record.getMessage() or "?" in record.getMessage() for record in caplog.records)


def test_anonymous_and_published_sheets(box: Box) -> None:
    path = write_xlsx(box.home / "book.xlsx", RICH)
    box.google.public = True
    box.google.content |= {ID: path.read_bytes(), f"2PACX-{ID}": path.read_bytes()}
    assert plain(box, "--anonymous").status == 0
    assert plain(box, address=f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pubhtml").status == 0
    assert box.book().tabs == box.book(f"2PACX-{ID}").tabs
    assert box.google.paths() == [f"/spreadsheets/d/{ID}/export", f"/spreadsheets/d/e/2PACX-{ID}/pub"]
    document = plain(box, "--anonymous", address=f"https://docs.google.com/document/d/{ID}/edit")
    assert document.status == 2 and "sign-in or an API key" in document.err


def test_a_proxy_is_never_bypassed(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:proxy-password@127.0.0.1:9")
    box.google.secrets.add("proxy-password")
    assert box.fetch().status == 0  # this machine is reached directly
    through = box.run("fetch", ID, "--anonymous")
    assert through.status == 2 and "the proxy on the way to docs.google.com" in through.err
    monkeypatch.setenv("no_proxy", "example.org")
    assert "the proxy on the way to docs.google.com" in box.run("fetch", ID, "--anonymous").err
    monkeypatch.setenv("https_proxy", "https://user:proxy-password@127.0.0.1:9")
    strange = box.run("fetch", ID, "--anonymous")
    assert strange.status == 2 and "https:// is not supported; the kinds are" in strange.err
    monkeypatch.setenv("https_proxy", "http://user:proxy-password@127.0.0.1:9")
    monkeypatch.setattr("httplib2.socks", None)
    without = box.run("fetch", ID, "--anonymous")
    assert without.status == 2 and "PySocks" in without.err


def test_a_missing_extra_is_one_line(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = box.fetch()
    assert result.status == 2 and "pipx install --force '.[google]'" in result.err and result.err.count("\n") == 1
    assert "pipx" in result.err
    monkeypatch.undo()
    client.need_extra()


# -- login, logout ---------------------------------------------------------------------------------------------


def client_file(box: Box) -> Path:
    about = {"client_id": "client", "client_secret": "GOCSPX-client-secret"}
    uris = {name: f"{box.google.url}/{name[:-4]}" for name in ("auth_uri", "token_uri", "revoke_uri")}
    box.google.secrets.add("GOCSPX-client-secret")
    path = box.home / "client.json"
    path.write_text(json.dumps({"installed": about | uris}))
    return path


class Browser:
    """Opens the address it is given as a person's browser does, and comes back with an answer."""

    def __init__(self, **answer: str) -> None:
        self.answer = answer

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        from urllib.parse import parse_qs, urlencode, urlsplit

        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["access_type"] == "offline" and set(query["scope"].split()) >= set(SCOPES)
        answer = {"state": query["state"]} | self.answer
        target = f"{query['redirect_uri']}?{urlencode(answer)}"
        threading.Thread(target=lambda: urllib.request.urlopen(target, timeout=5).read()).start()
        return True


def browse(monkeypatch: pytest.MonkeyPatch, **answer: str) -> None:
    monkeypatch.setattr("webbrowser.get", lambda using=None: Browser(**answer))


def test_login_fetch_logout(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    browse(monkeypatch, code="code-from-the-browser")
    box.google.refresh_tokens["granted-to-code"] = SCOPES
    result = box.run("login", "--client-id-file", str(client_file(box)), "--timeout", "5")
    assert result.status == 0 and result.err.startswith(
        "Signing in in the browser; if none opens, open this address:\nhttp://"
    )
    assert result.err.count("\n") == 2
    assert stat.S_IMODE(token_file().stat().st_mode) == 0o600
    assert [path.name for path in token_file().parent.iterdir()] == [token_file().name]
    assert plain(box).status == 0
    box.google.refresh_tokens["granted-to-code"] = SCOPES
    assert box.run("login", "--timeout", "5").status == 0  # the client is known from the first time
    assert box.run("logout").status == 0
    assert not token_file().exists() and len(box.google.revoked) == 1
    again = box.run("logout")
    assert again.status == 2 and "no stored sign-in" in again.err


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "access_denied"}, "declined"),
        ({"code": "x", "state": "of another"}, "another sign-in"),
    ],
)
def test_login_that_is_refused(box: Box, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], words: str) -> None:
    browse(monkeypatch, **answer)
    result = box.run("login", "--client-id-file", str(client_file(box)), "--timeout", "5")
    assert result.status == 2 and words in result.err and not token_file().exists()


def test_login_without_all_scopes(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    browse(monkeypatch, code="code-from-the-browser")
    box.google.refresh_tokens["granted-to-code"] = SCOPES[:1]
    result = box.run("login", "--client-id-file", str(client_file(box)), "--timeout", "5")
    assert result.status == 2 and "scopes" in result.err and not token_file().exists()


def test_login_with_nobody_there(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    result = box.run("login", "--client-id-file", str(client_file(box)), "--timeout", "0.3", "--no-browser")
    assert result.status == 2 and "nobody signed in" in result.err
    assert f"{box.google.url}/auth?" in result.err and result.out == ""


def test_login_without_a_client(box: Box) -> None:
    assert "--client-id-file" in box.run("login").err
    assert "desktop application" in box.run("login", "--client-id-file", str(box.key)).err


def test_logout_when_google_is_away(box: Box) -> None:
    store(box, SCOPES)
    token_file().write_text(token_file().read_text().replace(box.google.url, "http://127.0.0.1:9"))
    result = box.run("logout")
    assert result.status == 2 and "not revoked" in result.err and "permissions" in result.err
    assert not token_file().exists()


def test_a_token_file_is_written_whole_or_not(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    store(box, SCOPES)
    before = token_file().read_bytes()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SheetError, match="No space left"):
        login._store({"type": "new"})
    assert token_file().read_bytes() == before
    assert len(list(token_file().parent.iterdir())) == 1

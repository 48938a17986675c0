"""A loopback server with the parts of Drive v3, Sheets v4 and Docs v1 that are used, and a token endpoint.

It knows what Google documents and no more: a request that the discovery documents do not allow gets 400.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.google.discovery import BadRequestError, Call, Json, apply_mask, check_reply, match, parse_mask
from tests.helpers.loopback import listening

SHEET = "application/vnd.google-apps.spreadsheet"
DOCUMENT = "application/vnd.google-apps.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth asserts this wherever token_uri points
EMAIL = "reader@test-project.iam.gserviceaccount.com"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Fault = Callable[["Handler"], bool]


@dataclass
class Google:
    """What the emulator serves, what it was asked, and which secrets it handed out.

    `faults` are asked for each request before it is served, in order; one that returns True has answered.
    """

    url: str = ""
    files: dict[str, Json] = field(default_factory=dict)
    sheets: dict[str, Json] = field(default_factory=dict)
    documents: dict[str, Json] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    public: bool = False
    api_key: str = ""
    refresh_tokens: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    token_error: Json | None = None
    subject_token: str = "eyJhbGciOiJSUzI1NiJ9.of-the-other-side.signature"
    revoked: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def add_sheet(self, file_id: str, reply: Json) -> None:
        check_reply("sheets", "Spreadsheet", reply)
        self.sheets[file_id] = reply
        self._file(file_id, reply["properties"]["title"], SHEET)

    def add_document(self, file_id: str, reply: Json) -> None:
        check_reply("docs", "Document", reply)
        self.documents[file_id] = reply
        self._file(file_id, reply["title"], DOCUMENT)

    def add_upload(self, file_id: str, name: str, content: bytes, mime: str = XLSX) -> None:
        self.content[file_id] = content
        self._file(file_id, name, mime)
        self.files[file_id]["size"] = str(len(content))

    def _file(self, file_id: str, name: str, mime: str) -> None:
        about = {"id": file_id, "name": name, "mimeType": mime, "version": "1"}
        self.files[file_id] = about | {"modifiedTime": "2026-01-02T03:04:05.000Z"}

    def edit(self, file_id: str) -> None:
        """What any change at Google does."""
        self.files[file_id]["version"] = str(int(self.files[file_id]["version"]) + 1)

    def issue(self, scopes: list[str]) -> str:
        token = "ya29.test-" + secrets.token_urlsafe(24)
        self.tokens[token] = scopes
        self.secrets.add(token)
        return token

    def key_file(self) -> Json:
        """A service account's key file for this emulator."""
        pem = _KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.secrets |= set(pem.splitlines()[1:-1])
        return {
            "type": "service_account",
            "project_id": "test-project",
            "private_key_id": "0123456789abcdef",
            "private_key": pem,
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }

    def paths(self) -> list[str]:
        return [path.split("?")[0] for _, path, _ in self.requests]


def google_error(status: int, reason: str, message: str = "no", **more: object) -> tuple[int, bytes]:
    """An error reply in Google's two forms at once, as Google sends it."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"} | more
    error = {"code": status, "message": message, "status": "UNKNOWN", "errors": [{"reason": reason}], "details": [info]}
    return status, json.dumps({"error": error}).encode()


class Handler(BaseHTTPRequestHandler):
    """One request at a time on a kept connection."""

    protocol_version = "HTTP/1.1"
    google: Google
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def _serve(self, body: bytes) -> None:
        self.google.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        if any(fault(self) for fault in list(self.google.faults)):
            return
        try:
            self.reply(*self._answer(body))
        except BadRequestError as error:
            self.reply(*google_error(400, "badRequest", str(error)))

    def reply(self, status: int, body: bytes, kind: str = "application/json; charset=UTF-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, body: bytes) -> tuple[Any, ...]:
        path = self.path.split("?")[0]
        if self.command == "POST" and path == "/token":
            return self._token(parse_qs(body.decode()))
        if self.command == "POST" and path == "/v1/token":
            return self._exchange(parse_qs(body.decode()))
        if self.command == "GET" and path == "/oidc":  # of the other side, as GitHub's or Azure's
            return 200, json.dumps({"value": self.google.subject_token}).encode()
        if self.command == "POST" and path == "/revoke":
            self.google.revoked += parse_qs(body.decode()).get("token", [])
            return 200, b"{}"
        if self.command == "POST" and path.endswith(":generateAccessToken"):
            return self._impersonate(json.loads(body))
        if self.command == "GET" and path.startswith("/spreadsheets/d/"):
            return self._export(path)
        verb, target = self.command, self.path
        if verb == "POST" and self.headers.get("x-http-method-override") == "GET":
            verb, target = "GET", f"{self.path}?{body.decode()}"
        call = match(verb, target)
        if call is None:
            return google_error(404, "notFound", "no such path")
        return self._refused(call) or self._call(call)

    def _refused(self, call: Call) -> tuple[Any, ...] | None:
        """The reply to somebody who may not make this call."""
        if self.google.public and self.headers.get("x-goog-api-key"):
            if self.headers["x-goog-api-key"] == self.google.api_key:
                return None
            return google_error(400, "API_KEY_INVALID", "API key not valid. Please pass a valid API key.")
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.google.tokens:
            return google_error(401, "authError", "Invalid Credentials")
        needed = {
            "sheets": {"spreadsheets.readonly", "drive.readonly"},
            "docs": {"documents.readonly", "drive.readonly"},
            "drive": {"drive.readonly"} if call.media else {"drive.metadata.readonly", "drive.readonly"},
        }[call.api]
        granted = {scope.rpartition("/")[2] for scope in self.google.tokens[token]}
        if not granted & needed:
            return google_error(
                403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Request had insufficient authentication scopes."
            )
        return None

    def _call(self, call: Call) -> tuple[Any, ...]:
        google = self.google
        if call.method_id == "drive.about.get":
            about = {"user": {"kind": "drive#user", "displayName": "Jo", "emailAddress": "jo@example.org"}}
            return self._json("drive", "About", about, parse_mask(call.query["fields"][0]))
        file_id = next(iter(call.path.values()))
        if file_id not in google.files:
            return google_error(404, "notFound", f"File not found: {file_id}.")
        mask = parse_mask(call.query["fields"][0]) if "fields" in call.query else {}
        if call.method_id == "drive.files.get":
            if call.media:
                return 200, google.content[file_id], "application/octet-stream"
            if call.query.get("supportsAllDrives") != ["true"]:
                return google_error(404, "notFound", "on a shared drive")
            return self._json("drive", "File", google.files[file_id], mask or {"id": {}, "name": {}, "mimeType": {}})
        if call.method_id == "docs.documents.get" and file_id in google.documents:
            whole = google.documents[file_id]
            if call.query.get("includeTabsContent") != ["true"]:
                whole = {k: v for k, v in whole.items() if k != "tabs"}
            return self._json("docs", "Document", whole, mask)
        if call.method_id == "sheets.spreadsheets.get" and file_id in google.sheets:
            return self._sheet(google.sheets[file_id], call, mask)
        return google_error(400, "FAILED_PRECONDITION", "This operation is not supported for this document")

    def _sheet(self, whole: Json, call: Call, mask: Json) -> tuple[Any, ...]:
        sheets = whole["sheets"]
        for text in call.query.get("ranges", []):
            title = text[1:-1].replace("''", "'")
            sheets = [sheet for sheet in whole["sheets"] if sheet["properties"]["title"] == title]
            if not sheets:
                return google_error(400, "badRequest", f"Unable to parse range: {text}")
        if not mask and call.query.get("includeGridData") != ["true"]:
            sheets = [{k: v for k, v in sheet.items() if k != "data"} for sheet in sheets]
        return self._json("sheets", "Spreadsheet", whole | {"sheets": sheets}, mask)

    def _json(self, api: str, schema: str, value: Json, mask: Json) -> tuple[Any, ...]:
        if api == "drive":
            check_reply(api, schema, value)  # sheets and documents are checked when they are added
        reply = apply_mask(value, mask)
        return 200, json.dumps(reply).encode()

    def _export(self, path: str) -> tuple[Any, ...]:
        found = next((data for file_id, data in self.google.content.items() if f"/{file_id}/" in path), None)
        if found is None or not self.google.public:
            return 200, b"<!DOCTYPE html><html><title>Sign in</title></html>", "text/html; charset=utf-8"
        return 200, found, XLSX

    def _token(self, form: dict[str, list[str]]) -> tuple[Any, ...]:
        google = self.google
        if google.token_error is not None:
            return 400, json.dumps(google.token_error).encode()
        grant = form.get("grant_type", [""])[0]
        if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            problem, scopes = check_jwt(form["assertion"][0], AUDIENCE)
            google.secrets.add(form["assertion"][0])
            if problem:
                return 400, json.dumps({"error": "invalid_grant", "error_description": problem}).encode()
        elif grant == "refresh_token":
            token = form["refresh_token"][0]
            if token not in google.refresh_tokens:
                words = "Token has been expired or revoked."
                return 400, json.dumps({"error": "invalid_grant", "error_description": words}).encode()
            scopes = google.refresh_tokens[token]
        elif grant == "authorization_code":
            refresh = "1//test-" + secrets.token_urlsafe(16)
            google.secrets |= {refresh, form["code"][0], form["code_verifier"][0]}
            scopes = google.refresh_tokens[refresh] = google.refresh_tokens.pop("granted-to-code")
            reply = {"refresh_token": refresh, "scope": " ".join(scopes)}
            return 200, json.dumps(reply | self._issued(scopes)).encode()
        else:
            return 400, b'{"error": "unsupported_grant_type"}'
        return 200, json.dumps(self._issued(scopes)).encode()

    def _exchange(self, form: dict[str, list[str]]) -> tuple[Any, ...]:
        """Google's token service: another side's token for one of ours."""
        wanted = "urn:ietf:params:oauth:grant-type:token-exchange"
        if form.get("grant_type") != [wanted] or form.get("subject_token") != [self.google.subject_token]:
            words = "The audience in ID Token does not match the expected audience."
            return 400, json.dumps({"error": "invalid_grant", "error_description": words}).encode()
        reply = {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
        return 200, json.dumps(reply | self._issued(form["scope"][0].split())).encode()

    def _issued(self, scopes: list[str]) -> Json:
        return {"access_token": self.google.issue(scopes), "expires_in": 3600, "token_type": "Bearer"}

    def _impersonate(self, body: Json) -> tuple[Any, ...]:
        scopes = self.google.tokens.get(self.headers.get("authorization", "").removeprefix("Bearer "), [])
        if "https://www.googleapis.com/auth/iam" not in scopes:
            return google_error(403, "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied")
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return 200, json.dumps({"accessToken": self.google.issue(body["scope"]), "expireTime": expires}).encode()


def check_jwt(assertion: str, audience: str) -> tuple[str, list[str]]:
    """What Google would find wrong with an assertion ("" for nothing), and the scopes it asks for."""
    head, claims, signature = assertion.split(".")

    def part(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    try:
        public = _KEY.public_key()
        public.verify(part(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except Exception:
        return "Invalid JWT Signature.", []
    said = json.loads(part(claims))
    if json.loads(part(head))["alg"] != "RS256" or said["iss"] != EMAIL or said["aud"] != audience:
        return "Invalid JWT.", []
    if not (said["iat"] <= time.time() + 60 and time.time() < said["exp"] <= said["iat"] + 3600):
        return "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe; check iat and exp.", []
    return "", said["scope"].split()


@contextmanager
def serving() -> Iterator[Google]:
    """The emulator on a free port of this machine."""
    google = Google()
    handler = type("Bound", (Handler,), {"google": google})
    with listening(handler) as google.url:
        yield google

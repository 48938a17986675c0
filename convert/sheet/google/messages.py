"""What people get instead of a stack trace: failures of Google's services in words, and nothing secret in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from convert.failure import printable

LOGIN = "run `xen-support login` again"
_APIS = {
    "sheets.googleapis.com": "Google Sheets API",
    "docs.googleapis.com": "Google Docs API",
    "drive.googleapis.com": "Google Drive API",
    "iamcredentials.googleapis.com": "IAM Service Account Credentials API",
}
_SECRET = re.compile(
    r"ya29\.[\w.-]+|1//[\w-]{10,}|4/0[\w-]{10,}|AIza[\w-]{10,}|GOCSPX-[\w-]+|eyJ[\w-]{8,}(?:\.[\w-]+)*"
    r"|-----BEGIN[^-]*PRIVATE KEY-----.*?(?:-----END[^-]*-----|$)"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # https://user:password@host
    r"|(?i:(?<=bearer )[\w.~+/=-]+|(?<=authorization: basic )[\w+/=-]+|(?<=[?&]key=)[^&\s\"']+|(?<=resourcekey=)[^&\s\"']+"
    r"|(?<=_token=)[^&\s\"']+|(?<=client_secret=)[^&\s\"']+"
    r"|(?<=_token[\"']: [\"'])[^\"']+|(?<=_secret[\"']: [\"'])[^\"']+|(?<=private_key[\"']: [\"'])[^\"']+)",
    re.DOTALL,
)
RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "sharingRateLimitExceeded"})
_DISABLED = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})
_KEY_BAD = frozenset({"API_KEY_INVALID", "keyInvalid", "badRequest:key", "keyExpired", "API_KEY_EXPIRED"})
_KEY_BLOCKED = frozenset(
    {"API_KEY_SERVICE_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED", "ipRefererBlocked"}
)
_FIXED = {
    "dailyLimitExceeded": "the Google project's quota for today is used up; try again tomorrow",
    "quotaExceeded": "the Google project's quota is used up; try again later",
    "downloadQuotaExceeded": "too many people downloaded this file; Google allows it again within a day",
    "domainPolicy": "the administrators of the file's domain do not let applications read it",
    "cannotDownloadFile": "the owner has switched off downloading of this file for viewers; ask the owner",
    "fileNotDownloadable": "this file has no content of its own to download; give a spreadsheet or a document",
    "cannotDownloadAbusiveFile": "Google has marked this file as malware or spam and does not hand it out",
    "exportSizeLimitExceeded": "the file is larger than the 10 MB that Google exports; read it with a sign-in instead",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: `kind` in words, the account where known, and the scopes that are asked for.  No secret in it."""

    kind: str = "anonymous"
    email: str | None = None
    scopes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Fault:
    """One reply that is an error: status, machine-readable reasons, Google's own sentence, and what it names."""

    status: int
    reasons: frozenset[str]
    message: str
    service: str = ""
    scopes: tuple[str, ...] = ()


def scrub(text: str, *known: str | None) -> str:
    """The text without anything that looks like a token or key, or is one of the known secrets."""
    for secret in known:
        if secret:
            text = text.replace(secret, "[secret]")
    return _SECRET.sub("[secret]", text)


def said(text: object) -> str:
    """What a server said, fit for one line of a message."""
    line = " ".join(str(text).split())
    return scrub(printable(line))[:300]


def read_fault(status: int, content: bytes, authenticate: str = "") -> Fault:
    """An error reply taken apart, whichever of Google's forms it has; never raises."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return Fault(status, frozenset({error}), said(body.get("error_description", "")) if body else "")
    error = error if isinstance(error, dict) else {}
    reasons, service = set(), ""
    for part in _dicts(error.get("errors")) + _dicts(error.get("details")):
        if isinstance(reason := part.get("reason"), str):
            reasons.add(reason)
        data = part.get("metadata")
        if isinstance(data, dict) and isinstance(data.get("service"), str):
            service = data["service"]
    if isinstance(error.get("status"), str):
        reasons.add(error["status"])
    scopes = re.search(r'scope="([^"]*)"', authenticate)
    if scopes or "insufficient_scope" in authenticate:
        reasons.add("insufficientScopes")
    return Fault(status, frozenset(reasons), said(error.get("message", "")), service, _scopes(scopes))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _scopes(match: re.Match[str] | None) -> tuple[str, ...]:
    return tuple(match[1].split()) if match else ()


def is_rate(fault: Fault) -> bool:
    """Whether waiting helps: quota a minute (429, or one of the 403 reasons) and not quota a day."""
    return fault.status == 429 or (fault.status == 403 and bool(fault.reasons & RATE))


def explain(fault: Fault, who: Identity, api: str) -> str:
    """The message for an error reply that no retry mended.  `api` is the host name of the API that was called."""
    name = _APIS.get(api, api)
    quoted = f' (Google says: "{fault.message}")' if fault.message else ""
    for reason, text in _FIXED.items():
        if reason in fault.reasons:
            return text
    if fault.reasons & _DISABLED:
        service = fault.service or api
        name = _APIS.get(service, service)
        return f"the {name} ({service}) is not enabled in this sign-in's Google project; enable it, and wait a minute"
    if fault.reasons & _KEY_BAD or (fault.status == 400 and "api key" in fault.message.lower()):
        return "Google does not accept the API key: check it, and that it has not expired"
    if fault.reasons & _KEY_BLOCKED:
        return f"the API key may not be used for the {name} or from this address; change its restrictions"
    if fault.reasons & _SCOPE or (fault.status == 403 and "insufficientPermissions" in fault.reasons):
        return _missing_scope(fault, who, name)
    if is_rate(fault):
        return f"the quota of the {name} is used up, and waiting did not help; try again in some minutes"
    if fault.status == 401:
        return f"Google does not accept this sign-in ({who.kind}); {_again(who)}"
    if fault.status in (403, 404):
        return _not_shared(fault.status, who)
    if fault.status >= 500:
        return (
            f"the {name} answers with an error of its own ({fault.status}), and waiting did not help; try again later"
        )
    if fault.status == 400 and "FAILED_PRECONDITION" in fault.reasons:
        return f"the {name} cannot read this kind of file{quoted}"
    return f"the {name} refuses the request with status {fault.status}{quoted}"


def _again(who: Identity) -> str:
    if who.kind == "user":
        return LOGIN
    if who.kind == "service account":
        return "make a new key for the service account, or check the one given with --credentials"
    if who.kind == "application default credentials":
        return "run `gcloud auth application-default login` again"
    return "check the key" if who.kind == "API key" else "sign in with `xen-support login`"


def _missing_scope(fault: Fault, who: Identity, name: str) -> str:
    scopes = ", ".join(said(scope) for scope in fault.scopes or who.scopes) or "for reading"
    if who.kind == "user":
        how = f"{LOGIN}{' --downloads' if 'drive.readonly' in scopes else ''}"
    elif who.kind == "application default credentials":
        joined = ",".join((*who.scopes, "https://www.googleapis.com/auth/cloud-platform"))
        how = f"run `gcloud auth application-default login --client-id-file=FILE --scopes={joined}`"
    else:
        how = "sign in with `xen-support login`"
    return f"this sign-in lacks a scope for the {name}: {scopes}; {how}"


def _not_shared(status: int, who: Identity) -> str:
    lead = "there is no such file, or it is not shared" if status == 404 else "no permission to read the file"
    if who.email and who.email.endswith(".gserviceaccount.com"):
        return f"{lead}: share the document with {who.email} (as a viewer)"
    if who.kind in ("anonymous", "API key"):
        return f"{lead}: it must be shared with anyone who has the link, or sign in with `xen-support login`"
    account = f"{who.email} " if who.email else "this account "
    return f"{lead} with {account}; ask its owner, or sign in as somebody who can read it".replace(" ;", ";")


def not_json(html: bool) -> str:
    """The message for a good status with a body that is no answer."""
    if html:
        return "Google answers with a web page: the file is not link-shared, or sign-in is needed"
    return (
        "the answer is not what this API answers; is there a proxy or a login page between, or a wrong --api-endpoint?"
    )


def explain_refresh(reason: str, description: str, who: Identity) -> str:
    """The message when no access token is to be had.  `reason` is OAuth's error code."""
    text = description.lower()
    if reason == "invalid_rapt" or "rapt" in text:
        return f"your organisation asks for a new sign-in now; {_again(who)}"
    if reason == "invalid_grant":
        if re.search(r"\b(iat|exp|clock|short-lived)\b", text):
            return "Google finds the sign-in's times wrong (invalid_grant): set this machine's clock"
        if "signature" in text:
            return "Google does not know this service account's key (invalid_grant): it was deleted; make a new one"
        if "account not found" in text or "invalid email" in text:
            return f"the service account {who.email or ''} does not exist any more (invalid_grant)".replace("  ", " ")
        if who.kind == "service account":
            return (
                f"the service account's key is not accepted (invalid_grant): {said(description) or 'no reason given'}"
            )
        return (
            f"the stored sign-in has expired or was revoked (invalid_grant); {_again(who)}. "
            "In a Google project with status Testing it expires after 7 days"
        )
    if reason in ("invalid_client", "deleted_client", "unauthorized_client"):
        return f"Google does not accept the client of this sign-in ({reason}); make a new one in the Google project"
    if reason in ("invalid_scope", "access_denied"):
        return f"Google does not grant the scopes {', '.join(who.scopes)} to this account ({reason})"
    return f"no access token from Google: {said(reason)} {said(description)}".rstrip()

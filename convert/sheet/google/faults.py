"""A reply of Google's that is an error, taken apart, whichever of its forms it has; and what looks like a secret."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from convert.failure import printable

_SECRET = re.compile(
    r"ya29\.[\w.-]+|1//[\w-]{10,}|4/0[\w-]{10,}|AIza[\w-]{10,}|GOCSPX-[\w-]+|eyJ[\w-]{8,}(?:\.[\w-]+)*"
    r"|-----BEGIN[^-]*PRIVATE KEY-----.*?(?:-----END[^-]*-----|$)"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # https://user:password@host
    r"|(?i:(?<=bearer )[\w.~+/=-]+|(?<=authorization: basic"
    r" )[\w+/=-]+|(?<=[?&]key=)[^&\s\"']+|(?<=resourcekey=)[^&\s\"']+"
    r"|(?<=[?&]code=)[^&\s\"']+|(?<=_token=)[^&\s\"']+|(?<=client_secret=)[^&\s\"']+"
    r"|(?<=_token[\"']: [\"'])[^\"']+|(?<=_secret[\"']: [\"'])[^\"']+|(?<=private_key[\"']: [\"'])[^\"']+)",
    re.DOTALL,
)
RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "sharingRateLimitExceeded"})


WORKLOAD = "workload identity"


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
    consumer: str = ""


def scrub(text: str, *known: str | None) -> str:
    """The text without anything that looks like a token or key, or is one of the known secrets, in any form it is
    printed.
    """
    for secret in known:
        for form in {secret, printable(secret), secret.strip(), *secret.split()} if secret else ():
            if len(form) > 3:  # what is shorter is no secret, and is in every word
                text = text.replace(form, "[secret]")
    return _SECRET.sub("[secret]", text)


def said(text: object) -> str:
    """What a server said, fit for one line of a message."""
    line = " ".join(str(text).split())
    return scrub(printable(line))[:300]


def read_fault(status: int, content: bytes, authenticate: str = "") -> Fault:
    """An error reply taken apart; never raises."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return Fault(status, frozenset({error}), said(body.get("error_description", "")) if body else "")
    error = error if isinstance(error, dict) else {}
    reasons, data = _details(error)
    scopes = re.search(r'scope="([^"]*)"', authenticate)
    if scopes or "insufficient_scope" in authenticate:
        reasons.add("insufficientScopes")
    names = tuple(scopes[1].split()) if scopes else ()
    message = error.get("message") or ""
    return Fault(status, frozenset(reasons), said(message), data.get("service", ""), names, data.get("consumer", ""))


def _details(error: dict[str, Any]) -> tuple[set[str], dict[str, str]]:
    """The reasons that an error names, and the metadata of its details."""
    reasons: set[str] = set()
    found: dict[str, str] = {}
    for part in _dicts(error.get("errors")) + _dicts(error.get("details")):
        if isinstance(reason := part.get("reason"), str):
            reasons.add(reason)
        if isinstance(data := part.get("metadata"), dict):
            found |= {name: value for name, value in data.items() if isinstance(value, str)}
    if isinstance(error.get("status"), str):
        reasons.add(error["status"])
    return reasons, found


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def is_rate(fault: Fault) -> bool:
    """Whether waiting helps: quota a minute (429, or one of the 403 reasons) and not quota a day."""
    return fault.status == 429 or (fault.status == 403 and bool(fault.reasons & RATE))

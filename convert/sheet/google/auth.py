"""Signing in to Google: which way is used, and why.  Nothing here prints a secret."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convert.failure import printable
from convert.sheet.cells import SheetError
from convert.sheet.google.faults import WORKLOAD, Identity, said
from convert.sheet.google.settings import GoogleSettings, token_file

_PREFIX = "https://www.googleapis.com/auth/"
SCOPES = tuple(_PREFIX + name for name in ("spreadsheets.readonly", "documents.readonly", "drive.metadata.readonly"))
DOWNLOAD_SCOPE = _PREFIX + "drive.readonly"
IAM_SCOPE = _PREFIX + "iam"  # all that a source account needs to impersonate another
TOKEN_URI = "https://oauth2.googleapis.com/token"
REVOKE_URI = "https://oauth2.googleapis.com/revoke"
USER_TYPE = "xen-support-user"
_MAX_FILE = 1 << 20
API_KEY_VARIABLE = "XEN_SUPPORT_API_KEY"


@dataclass(frozen=True, slots=True)
class Choice:
    """The way of signing in that is used: who it is, why this one, the file it comes from, and what that has in it."""

    identity: Identity
    why: str
    path: Path | None = None
    info: dict[str, Any] = field(default_factory=dict, repr=False)  # read once: the file may be a pipe


def adc_file(environ: Mapping[str, str]) -> Path | None:
    """The file of Application Default Credentials, if there is one; the metadata server is not asked."""
    if named := environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
        return Path(named)
    base = Path(environ.get("CLOUDSDK_CONFIG") or Path.home() / ".config" / "gcloud")
    path = base / "application_default_credentials.json"
    return path if path.is_file() else None


def api_key_of(settings: GoogleSettings) -> str | None:
    """The API key from the options or the environment."""
    return settings.api_key or os.environ.get(API_KEY_VARIABLE) or None


def _checked_key(key: str | None) -> str | None:
    """An API key as it was given; SheetError, without it, for one that no header can carry."""
    if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,500}", key):
        raise SheetError("the API key has characters that no key has, such as a space or a line break; copy it again")
    return key


def choose(settings: GoogleSettings, scopes: tuple[str, ...] = SCOPES) -> Choice:
    """The way to sign in: a key file, the stored user, ADC, an API key; `--anonymous` alone sends none of them.

    Raises SheetError if there is none, or if the file of the one that is used cannot be read.
    """
    if settings.anonymous:
        return Choice(Identity("anonymous"), "--anonymous was given, so no sign-in is sent")
    key = _checked_key(api_key_of(settings))
    if settings.impersonate and not re.fullmatch(
        r"[\w.+'-]{1,200}@[A-Za-z0-9.-]{1,200}", settings.impersonate, re.ASCII
    ):
        raise SheetError(
            f"--impersonate: {printable(settings.impersonate)[:80]!r} is not an account; give its address, NAME@DOMAIN"
        )
    for find in (_from_option, _from_login, _from_environment):
        if (found := find(settings, scopes)) is not None:
            who = found.identity
            return replace(found, identity=replace(who, email=settings.impersonate)) if settings.impersonate else found
    if key and settings.impersonate:
        raise SheetError("--impersonate needs a sign-in; with an API key there is none")
    if key:
        given = "--api-key was given" if settings.api_key else f"{API_KEY_VARIABLE} is set"
        return Choice(Identity("API key"), f"{given}, and there is no sign-in")
    raise SheetError(
        "not signed in to Google: run `xen-support login`, or give --credentials FILE, --api-key KEY or --anonymous"
    )


def _from_option(settings: GoogleSettings, scopes: tuple[str, ...]) -> Choice | None:
    path = settings.credentials
    if path is None:
        return None
    info = read_json(path)
    who = Identity(WORKLOAD if _is_workload(info) else "service account", _service_account(path, info), scopes)
    return Choice(who, "--credentials was given", path, info)


def _from_login(settings: GoogleSettings, scopes: tuple[str, ...]) -> Choice | None:
    stored = token_file()
    if not stored.is_file():
        return None
    info = read_json(stored)
    granted = info.get("scopes")
    names = tuple(str(scope) for scope in granted) if isinstance(granted, list) else ()
    return Choice(Identity("user", None, names), "there is a stored sign-in", stored, info)


def _from_environment(settings: GoogleSettings, scopes: tuple[str, ...]) -> Choice | None:
    adc = adc_file(os.environ)
    if adc is None:
        return None
    info = read_json(adc)
    who = Identity(WORKLOAD if _is_workload(info) else "application default credentials", account_of(info), scopes)
    return Choice(who, "there are Application Default Credentials", adc, info)


def _is_workload(info: Mapping[str, object]) -> bool:
    return info.get("type") == "external_account"


def account_of(info: Mapping[str, object]) -> str | None:
    """The account that a file of credentials acts as, where it says so: the service account to share documents with."""
    email, url = info.get("client_email"), info.get("service_account_impersonation_url")
    if isinstance(email, str):
        return email
    match = re.search(r"/serviceAccounts/([^/:?#]+):", url) if isinstance(url, str) else None
    return match[1] if match else None


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON file with an object in it; SheetError, without its content, for anything else."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_MAX_FILE))
    except OSError as error:
        raise SheetError(f"{printable(str(path))}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SheetError(f"{printable(str(path))}: not a JSON file of credentials")
    return value


def _service_account(path: Path, info: dict[str, Any]) -> str | None:
    """The account's address; SheetError for a file that is neither its key nor a configuration that stands for it."""
    shown = printable(str(path))
    if "installed" in info or "web" in info:
        raise SheetError(f"{shown}: an OAuth client, not a key; use it as `xen-support login --client-id-file {shown}`")
    if _is_workload(info):
        return account_of(info)
    if info.get("type") != "service_account" or not isinstance(info.get("client_email"), str):
        kind = said(info.get("type")) if "type" in info else "missing"
        raise SheetError(
            f"{shown}: not the key file of a service account, nor a workload identity configuration (its type is"
            f" {kind[:40]})"
        )
    return str(info["client_email"])

"""What people get instead of a stack trace: failures of Google's services in words, and nothing secret in them."""

from __future__ import annotations

import re
from collections.abc import Callable

from convert.sheet.google.faults import WORKLOAD, Fault, Identity, is_rate, read_fault, said, scrub

__all__ = [
    "Fault",
    "Identity",
    "explain",
    "explain_refresh",
    "is_rate",
    "not_json",
    "read_fault",
    "said",
    "scrub",
    "web_page",
]

LOGIN = "run `xen-support login` again"
_APIS = {
    "sheets.googleapis.com": "Google Sheets API",
    "docs.googleapis.com": "Google Docs API",
    "drive.googleapis.com": "Google Drive API",
    "iamcredentials.googleapis.com": "IAM Service Account Credentials API",
    "sts.googleapis.com": "Security Token Service API",
}
_DISABLED = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})
_KEY_BAD = frozenset({"API_KEY_INVALID", "keyInvalid", "badRequest:key", "keyExpired", "API_KEY_EXPIRED"})
_KEY_BLOCKED = frozenset(
    {"API_KEY_SERVICE_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED", "ipRefererBlocked"}
)
_GCLOUD = frozenset({"projects/764086051850", "projects/32555940559"})  # the projects of gcloud's own two clients
_FIXED = {
    "dailyLimitExceeded": "the Google project's quota for today is used up; try again tomorrow",
    "quotaExceeded": "the Google project's quota is used up; try again later",
    "downloadQuotaExceeded": (
        "too many people downloaded this file; Google allows it again within a day; or copy the file"
    ),
    "domainPolicy": "the administrators of the file's domain do not let applications read it",
    "cannotDownloadFile": "the owner has switched off downloading of this file for viewers; ask the owner",
    "fileNotDownloadable": "this file has no content of its own to download; give a spreadsheet or a document",
    "cannotDownloadAbusiveFile": "Google has marked this file as malware or spam and does not hand it out",
    "exportSizeLimitExceeded": "the file is larger than the 10 MB that Google exports; read it with a sign-in instead",
}
_QUOTA_PROJECT = (
    "this sign-in names no project that the calls are counted for (a quota project): run `gcloud auth"
    " application-default set-quota-project PROJECT`, or set GOOGLE_CLOUD_QUOTA_PROJECT; the project needs the {name}"
    " enabled"
)


def explain(fault: Fault, who: Identity, api: str) -> str:
    """The message for an error reply.  `api` is the host name of the API that was called."""
    fixed = next((text for reason, text in _FIXED.items() if reason in fault.reasons), None)
    if fixed is not None:
        return fixed
    name = _APIS.get(api, api)
    for words in (_of_project, _of_key, _of_scope, _of_quota, _of_access):
        if (text := words(fault, who, name, api)) is not None:
            return text
    quoted = f' (Google says: "{fault.message}")' if fault.message else ""
    if fault.status >= 500:
        return f"the {name} answers with an error of its own ({fault.status})"
    if fault.status == 400 and "FAILED_PRECONDITION" in fault.reasons:
        return f"the {name} cannot read this kind of file{quoted}"
    return f"the {name} refuses the request with status {fault.status}{quoted}"


def _of_project(fault: Fault, who: Identity, name: str, api: str) -> str | None:
    if "USER_PROJECT_DENIED" in fault.reasons:
        project = said(fault.consumer.removeprefix("projects/")) or "the quota project"
        return (
            f"{who.email or 'this account'} may not count calls for the project {project}: it needs the role "
            "roles/serviceusage.serviceUsageConsumer there; or name another with GOOGLE_CLOUD_QUOTA_PROJECT"
        )
    if "quota project" in fault.message.lower() or (fault.reasons & _DISABLED and fault.consumer in _GCLOUD):
        return _QUOTA_PROJECT.format(name=name)
    if fault.reasons & _DISABLED:
        service = fault.service or api
        name = _APIS.get(service, said(service))
        return (
            f"the {name} ({said(service)}) is not enabled in this sign-in's Google project; enable it, and wait a"
            " minute"
        )
    return None


def _of_key(fault: Fault, who: Identity, name: str, api: str) -> str | None:
    if fault.reasons & _KEY_BAD or (fault.status == 400 and "api key" in fault.message.lower()):
        return "Google does not accept the API key: check it, and that it has not expired"
    if fault.reasons & _KEY_BLOCKED:
        return f"the API key may not be used for the {name} or from this address; change its restrictions"
    return None


def _of_scope(fault: Fault, who: Identity, name: str, api: str) -> str | None:
    if fault.reasons & _SCOPE or (fault.status == 403 and "insufficientPermissions" in fault.reasons):
        return _missing_scope(fault, who, name)
    return None


def _of_quota(fault: Fault, who: Identity, name: str, api: str) -> str | None:
    return f"the quota of the {name} is used up" if is_rate(fault) else None


def _of_access(fault: Fault, who: Identity, name: str, api: str) -> str | None:
    if fault.status == 401:
        return f"Google does not accept this sign-in ({who.kind}); {_again(who)}"
    return _not_shared(fault.status, who) if fault.status in (403, 404) else None


def _again(who: Identity) -> str:
    if who.kind == "user":
        return LOGIN
    if who.kind == "service account":
        return "make a new key for the service account, or check the one given with --credentials"
    if who.kind == "application default credentials":
        return "run `gcloud auth application-default login` again"
    if who.kind == WORKLOAD:
        return "look at the service account that it acts as, and at the provider of its pool"
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


def not_json() -> str:
    """The message for a good status with a body that is no answer."""
    return (
        "the answer is not what this API answers; is there a proxy or a login page in between, or a wrong"
        " --api-endpoint?"
    )


def web_page(content: bytes) -> str:
    """The message for a web page in an answer's place, by what Google says on it."""
    words = content[:200_000].lower()
    if b"quota exceeded" in words or b"too many users have viewed or downloaded" in words:
        return _FIXED["downloadQuotaExceeded"]
    if b"scan this file for viruses" in words:
        return "the file is too large for Google's virus scan, so it is not handed out without a sign-in; sign in"
    return "Google answers with a web page: the file is not link-shared, or sign-in is needed"


def explain_refresh(reason: str, description: str, who: Identity) -> str:
    """The message when no access token is to be had.  `reason` is OAuth's error code."""
    text = description.lower()
    if reason == "invalid_rapt" or "rapt" in text:
        return f"your organisation asks for a new sign-in now; {_again(who)}"
    if reason in _REFRESH:
        return _REFRESH[reason](reason, description, who)
    return f"no access token from Google: {said(reason)} {said(description)}".rstrip()


def _invalid_grant(reason: str, description: str, who: Identity) -> str:
    text = description.lower()
    if re.search(r"\b(iat|exp|clock|short-lived)\b", text):
        return "Google finds the sign-in's times wrong (invalid_grant): set this machine's clock"
    if "signature" in text:
        return "Google does not know this service account's key (invalid_grant): it was deleted; make a new one"
    if "account not found" in text or "invalid email" in text:
        return f"the service account {who.email or ''} does not exist any more (invalid_grant)".replace("  ", " ")
    if who.kind == "service account":
        return f"the service account's key is not accepted (invalid_grant): {said(description) or 'no reason given'}"
    return (
        f"the stored sign-in has expired or was revoked (invalid_grant); {_again(who)}. "
        "In a Google project with status Testing it expires after 7 days"
    )


def _bad_client(reason: str, description: str, who: Identity) -> str:
    return f"Google does not accept the client of this sign-in ({reason}); make a new one in the Google project"


def _no_scopes(reason: str, description: str, who: Identity) -> str:
    return f"Google does not grant the scopes {', '.join(who.scopes)} to this account ({reason})"


def _blocked(reason: str, description: str, who: Identity) -> str:
    return (
        f"the administrators of your organisation do not let this client in ({reason}): "
        "ask them to trust its client ID (Admin console: Security, Access and data control, API controls)"
    )


_REFRESH: dict[str, Callable[[str, str, Identity], str]] = {
    "invalid_grant": _invalid_grant,
    **dict.fromkeys(("invalid_client", "deleted_client", "unauthorized_client"), _bad_client),
    **dict.fromkeys(("invalid_scope", "access_denied"), _no_scopes),
    **dict.fromkeys(("admin_policy_enforced", "org_internal"), _blocked),
}

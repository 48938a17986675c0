"""Workload identity, for CI without keys: a token of the other side for one of Google's, and nobody else is asked."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from convert.sheet.google.credentials import EXECUTABLES
from tests.google import faults as f
from tests.google.conftest import ID, Box, Result

ACCOUNT = "ci@test-project.iam.gserviceaccount.com"
POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/github"
IAM = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"


@pytest.fixture(autouse=True)
def nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is looked up but this machine's."""
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        assert host in ("127.0.0.1", b"127.0.0.1"), host
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def configure(box: Box, monkeypatch: pytest.MonkeyPatch, source: dict[str, Any], **more: Any) -> Path:
    box.google.secrets.add(box.google.subject_token)
    info = {
        "type": "external_account",
        "audience": POOL,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": IAM,
        "credential_source": source,
    }
    path = box.home / "workload.json"
    path.write_text(json.dumps(info | more))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return path


def fetch(box: Box, *options: str) -> Result:
    return box.run("fetch", ID, "--api-endpoint", box.google.url, *options)


def from_file(box: Box) -> dict[str, Any]:
    token = box.home / "oidc.jwt"
    token.write_text(box.google.subject_token)
    return {"file": str(token)}


def test_a_token_from_a_file(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(box, monkeypatch, from_file(box))
    assert fetch(box).status == 0
    assert box.google.paths()[:2] == ["/v1/token", f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"]
    assert box.run("whoami").out.startswith(f"workload identity {ACCOUNT}: there are Application Default Credentials")
    denied = f.on("generateAccessToken", f.status(403, "IAM_PERMISSION_DENIED"))
    box.google.faults.append(f.times(1, denied))
    assert f"impersonating {ACCOUNT}: " in fetch(box).err
    box.google.faults = [f.on("/drive/", f.status(404, "notFound"))]
    assert f"share the document with {ACCOUNT}" in fetch(box).err


def test_a_token_from_an_address(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    source = {"url": f"{box.google.url}/oidc", "headers": {"Authorization": "bearer of-the-run"},
              "format": {"type": "json", "subject_token_field_name": "value"}}  # fmt: skip
    path = configure(box, monkeypatch, source)
    box.google.secrets.add("of-the-run")
    assert fetch(box).status == 0 and box.google.paths()[0] == "/oidc"
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    assert fetch(box, "--credentials", str(path)).status == 0
    box.google.faults.append(f.on("/oidc", f.status(403, "forbidden")))
    refused = fetch(box, "--credentials", str(path))
    assert refused.status == 2 and "the token of this workload identity cannot be had" in refused.err
    configure(box, monkeypatch, source | {"url": "http://example.org/oidc"})
    assert "only https is used" in fetch(box).err


def test_a_person_may_not_be_told_from_it_and_the_exchange_may_be_refused(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(box, monkeypatch, from_file(box))
    box.google.subject_token = "another"
    refused = fetch(box)
    assert (
        refused.status == 2 and "does not match the expected audience" in refused.err and refused.err.count("\n") == 1
    )
    box.google.faults.append(f.on("/v1/token", f.raw(b"<html>", "text/html")))
    assert fetch(box).status == 2
    (box.home / "oidc.jwt").unlink()
    gone = fetch(box)
    assert gone.status == 2 and "oidc.jwt" in gone.err and gone.err.count("\n") == 1


def test_programs_are_run_with_googles_opt_in_only(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = box.home / "ran"
    reply = {"version": 1, "success": True, "token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": box.google.subject_token,
             "expiration_time": 9_999_999_999}  # fmt: skip
    program = box.home / "token.py"
    program.write_text(f"import pathlib\npathlib.Path({str(ran)!r}).touch()\nprint({json.dumps(reply)!r})\n")
    configure(box, monkeypatch, {"executable": {"command": f"{sys.executable} {program}", "timeout_millis": 5000}})
    refused = fetch(box)
    assert refused.status == 2 and f"{EXECUTABLES}=1" in refused.err and not ran.exists()
    monkeypatch.setenv(EXECUTABLES, "1")
    assert fetch(box).status == 0 and ran.exists()


def test_amazon(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    source = {"environment_id": "aws1", "regional_cred_verification_url":
              "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"}  # fmt: skip
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "aws-secret"),
        ("AWS_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(name, value)
    box.google.secrets.add("aws-secret")
    configure(box, monkeypatch, source, subject_token_type="urn:ietf:params:aws:token-type:aws4_request")
    refused = fetch(box)  # the emulator does not know Amazon's signatures, but is asked, and nobody else is
    assert refused.status == 2 and "does not accept the token of this workload identity" in refused.err
    assert box.google.paths() == ["/v1/token"]


@pytest.mark.parametrize("source", [{}, {"certificate": {}}, "file", {"file": "/nothing"}, {"url": "x"}])
def test_sources_that_are_none(box: Box, monkeypatch: pytest.MonkeyPatch, source: Any) -> None:
    path = configure(box, monkeypatch, source)
    result = fetch(box)
    assert result.status == 2 and result.err.count("\n") == 1 and "Traceback" not in result.err
    assert str(path) in result.err or "/nothing" in result.err or "only https" in result.err


def test_gcloud_files_go_to_the_endpoint_too(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    path = box.home / "adc.json"
    user = {
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": "GOCSPX-client-secret",
        "refresh_token": "1//of-gcloud-012345",
    }
    box.google.secrets |= {"GOCSPX-client-secret", "1//of-gcloud-012345"}
    scopes = ["spreadsheets.readonly", "documents.readonly", "drive.metadata.readonly", "iam"]
    box.google.refresh_tokens["1//of-gcloud-012345"] = [f"https://www.googleapis.com/auth/{name}" for name in scopes]
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    path.write_text(json.dumps(user | {"quota_project_id": "of-the-file"}))
    assert fetch(box).status == 0
    assert box.google.requests[-1][2]["x-goog-user-project"] == "of-the-file"
    whole = {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": IAM,
        "source_credentials": user,
    }
    path.write_text(json.dumps(whole))
    assert fetch(box).status == 0 and box.google.paths()[-5].endswith(f"{ACCOUNT}:generateAccessToken")
    assert os.environ["GOOGLE_APPLICATION_CREDENTIALS"] == str(path)

from __future__ import annotations

import argparse
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from convert.commands import fetch as fetch_command
from convert.commands import login as login_command
from convert.sheet.cells import Workbook
from convert.sheet.formats import snapshot
from convert.sheet.google.settings import GoogleSettings
from tests.google import builders as b
from tests.google.emulator import Google, serving

ID = "1AbcDefGhijklmnopqrstuvwxyz0123456789"
DOC = "1DocDefGhijklmnopqrstuvwxyz0123456789"
UPLOAD = "1UpLdefGhijklmnopqrstuvwxyz0123456789"


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@dataclass
class Box:
    """The emulator, a home directory of its own, and the commands as a person runs them."""

    google: Google
    home: Path
    clock: Clock
    key: Path
    read: Callable[[], tuple[str, str]]
    overrides: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        return self.home / "cache" / "xen-support" / "snapshots"

    def settings(self, settings: GoogleSettings) -> GoogleSettings:
        calm = replace(settings, clock=self.clock, sleep=self.clock.sleep, rand=lambda: 0.0)
        return replace(calm, **self.overrides)

    def run(self, *argv: str) -> Result:
        parser = argparse.ArgumentParser(prog="xen-support")
        subparsers = parser.add_subparsers()
        fetch_command.register(subparsers)
        login_command.register(subparsers)
        args = parser.parse_args(argv)
        self.read()
        status = args.func(args)
        out, err = self.read()
        self.said += [out, err]
        return Result(status, out, err)

    def fetch(self, address: str = ID, *options: str) -> Result:
        return self.run("fetch", address, "--credentials", str(self.key), "--api-endpoint", self.google.url, *options)

    def book(self, file_id: str = ID) -> Workbook:
        return snapshot.read(self.cache / file_id)

    def tree(self) -> dict[str, bytes]:
        """All files under the cache."""
        found = sorted(self.cache.rglob("*")) if self.cache.exists() else []
        return {str(path.relative_to(self.cache)): path.read_bytes() for path in found if path.is_file()}

    def leaked(self, logs: str) -> list[str]:
        """The secrets that stand in what was printed, in the logs, or in the cache."""
        everything = "".join(self.said) + logs + b"".join(self.tree().values()).decode(errors="replace")
        return [one for one in sorted(self.google.secrets | {self.google.api_key}) if one and one in everything]


@pytest.fixture
def google() -> Iterator[Google]:
    with serving() as served:
        yield served


@pytest.fixture
def box(
    google: Google,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Box]:
    """Everything for a fetch; when the test ends, no secret may be in any output, log or file of the cache."""
    for name in list(os.environ):
        if re.search(r"proxy$|_CA_|^SSL_CERT|^GOOGLE_|^XEN_SUPPORT_API_KEY$", name, re.IGNORECASE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    caplog.set_level(logging.DEBUG)
    key = tmp_path / "key.json"
    key.write_text(json.dumps(google.key_file()))

    def read() -> tuple[str, str]:
        captured = capfd.readouterr()
        return captured.out, captured.err

    made = Box(google, tmp_path, Clock(), key, read)
    original = fetch_command.google_settings
    for module in (fetch_command, login_command):
        monkeypatch.setattr(module, "google_settings", lambda args: made.settings(original(args)))
    google.add_sheet(ID, b.spreadsheet(ID, b.sheet("Features", [["Feature", "4.20"], ["ACPI", "Supported"]])))
    yield made
    assert made.leaked(caplog.text) == []

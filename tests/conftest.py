"""Every test in a world of its own: a home in a temporary folder, a fixed git identity, no network but loopback."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.helpers.effort import many

# a busy machine is no fault: no example has a deadline
hypothesis.settings.register_profile("here", max_examples=many(100), deadline=None)
hypothesis.settings.load_profile("here")

_HOST_VARIABLES = (
    "GOOGLE_APPLICATION_CREDENTIALS",
    "XEN_SUPPORT_API_KEY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "NO_COLOR",
)


@pytest.fixture(scope="session", autouse=True)
def _world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("home")
    for name, folder in (
        ("HOME", "."),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_DATA_HOME", "data"),
    ):
        path = home / folder
        path.mkdir(mode=0o700, exist_ok=True)
        patch.setenv(name, str(path))
    for name in _HOST_VARIABLES:
        patch.delenv(name, raising=False)
        patch.delenv(name.upper(), raising=False)
    for name, value in (
        ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", str(home / "gitconfig")), ("TERM", "dumb"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"),
    ):  # fmt: skip
        patch.setenv(name, value)
    (home / "gitconfig").write_text(
        "[user]\n\tname = Test Author\n\temail = author@example.org\n[init]\n\tdefaultBranch = master\n[commit]\n\tgpgSign = false\n"
    )
    patch.setattr(socket.socket, "connect", _only_loopback(socket.socket.connect))
    yield
    patch.undo()


def _only_loopback(real: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(address, tuple) and host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"a test tried to reach {host}")
        return real(self, address)

    return connect


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own."""
    for name, folder in (("HOME", "."), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")):
        path = tmp_path / "home" / folder
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(path))
    return tmp_path / "home"

"""The mill, made once; a server of its public directory that writes down what it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.loopback import listening
from tests.xsa.world import World, build


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("mill"))


@dataclass
class Site:
    """A server on loopback: `asked` are the names; `fault`, where it is set, answers first and says whether it did."""

    url: str
    asked: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fault: Callable[[BaseHTTPRequestHandler, str], bool] | None = None


@pytest.fixture
def site(world: World) -> Iterator[Callable[[Path], Site]]:
    """Serves a folder."""

    def serve(folder: Path) -> Site:
        made = Site("")

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.lstrip("/")
                made.asked.append(name)
                made.headers.append({key.lower(): value for key, value in self.headers.items()})
                if made.fault is None or not made.fault(self, name):
                    super().do_GET()

            def send_response(self, code: int, message: str | None = None) -> None:
                made.answers.append(code)
                super().send_response(code, message)

            def log_message(self, *args: Any) -> None:
                pass

        made.url = servers.enter_context(listening(partial(Handler, directory=str(folder)))) + "/"
        return made

    with ExitStack() as servers:
        yield serve


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between requests."""
    monkeypatch.setattr("convert.xsa.server.PACE", 0.0)
    monkeypatch.setattr("convert.xsa.server.time.sleep", lambda seconds: None)

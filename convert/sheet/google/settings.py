"""What a fetch needs to know: how to sign in, where the APIs are, how long to wait."""

from __future__ import annotations

import os
import random
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convert.failure import printable
from convert.sheet.cells import SheetError

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class GoogleSettings:
    """Options of `fetch` and of every command that takes a Google address; times in seconds, sizes in bytes.

    `budget` is how long one call is retried in all (quota is counted a minute, so it is more than that), `total` how
    long all calls may take together (None: no end), `deadline` how long one attempt may take by the wall clock,
    `timeout` how long the other side may say nothing.  `check`: nothing is written.  `notice` gets messages for people,
    one line each. The clock, `sleep` and `rand` (0 to 1) of the retries are for tests.
    """

    credentials: Path | None = None
    impersonate: str | None = None
    api_key: str | None = field(default=None, repr=False)
    anonymous: bool = False
    api_endpoint: str | None = None
    offline: bool = False
    check: bool = False
    directory: Path | None = None
    budget: float = 150.0
    total: float | None = None
    deadline: float = 180.0
    timeout: float = 30.0
    max_reply: int = 256 * MIB
    notice: Callable[[str], None] = lambda line: None
    progress: Callable[[str], None] = lambda line: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    rand: Callable[[], float] = random.random


def config_home() -> Path:
    """The user's configuration directory of this tool."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".config") / "xen-support"


def cache_home() -> Path:
    """The user's cache directory of this tool."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "xen-support"


UNIVERSE, OUR_UNIVERSE = "GOOGLE_CLOUD_UNIVERSE_DOMAIN", "googleapis.com"


def check_universe() -> None:
    """Raise SheetError if the environment names another cloud than Google's own: it has no Sheets, Docs or Drive."""
    named = os.environ.get(UNIVERSE) or OUR_UNIVERSE
    if named != OUR_UNIVERSE:
        raise SheetError(f"{UNIVERSE} is {printable(named)[:80]!r}, where Google has no Sheets and Docs; unset it")


def own_settings() -> dict[str, Any]:
    """`api_endpoint`, `credentials`, `impersonate` of the user's own google.toml in `config_home()`; {} without one.

    No other settings file may name them: one that comes with a repository could send a sign-in elsewhere.  SheetError
    for a file that is no TOML, or has other keys.
    """
    path = config_home() / "google.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:  # no text, no TOML, a number of thousands of digits
        raise SheetError(f"{path}: {getattr(error, 'strerror', None) or printable(str(error))}") from None
    kinds: dict[str, Callable[[str], object]] = {"api-endpoint": str, "impersonate": str, "credentials": _home_path}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds or not isinstance(value, str):
            raise SheetError(f"{path}: {key}: not a setting with a text; there are {', '.join(sorted(kinds))}")
        found[key.replace("-", "_")] = kinds[key](value)
    return found


def _home_path(text: str) -> Path:
    """A file that google.toml names: `~` is the user's home, and what is no whole path lies beside google.toml."""
    try:
        return config_home() / Path(text).expanduser()
    except RuntimeError:
        raise SheetError(
            f"{config_home() / 'google.toml'}: credentials: no such user's home: {printable(text)}"
        ) from None


def token_file() -> Path:
    """Where the user's sign-in lies."""
    return config_home() / "google-token.json"

"""Settings of lint: --config FILE, then xen-support.toml in the current folder or above it, then the user's own
file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from convert.failure import Failure
from grammar.diagnostic import SEVERITIES, Severity
from grammar.named import NamedTuple

NAME = "xen-support.toml"
MAX_BYTES = 1024 * 1024
# A file that comes with a repository must not make us run, fetch or sign in; nobody needs such a key here.
_FORBIDDEN = (
    r"(?:^|[-_])(?:command|commands|cmd|exec|run|hook|hooks|shell|script|pager|editor|plugin|plugins|url|urls|uri|endpoint|proxy|token|tokens|"
    r"secret|secrets|password|passwd|credential|credentials|cookie|auth|api[-_]key|private[-_]key|client[-_]id|service[-_]account)(?:$|[-_])"
)
TABLES = ("lint", "allow")
_LINT = ("select", "ignore", "fail-on")
_ALLOW = ("row", "rule", "reason", "expires")


class Allow(NamedTuple):
    """One `[[allow]]`: a rule (code or name) may speak of a row.  `expires`: the last day on which it holds."""

    row: str
    rule: str
    reason: str
    expires: date | None
    path: str
    line: int


class Settings(NamedTuple):
    """What the settings files say; None where none of them says anything."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Severity | None = None
    allow: tuple[Allow, ...] = ()


def settings(config: str | None = None, start: str | None = None) -> Settings:
    """The settings for a run that was started in `start` (default: the current folder); `config` is --config's file.

    Of several files the first that has a key counts; exceptions add up.  Raises Failure for a file that cannot be read,
    is no TOML, or holds a key that is unknown or has no place in a settings file.
    """
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Severity | None = None
    allow: list[Allow] = []
    for path in _files(config, start or os.getcwd()):
        one = _read(path)
        select = one.select if select is None else select
        ignore = one.ignore if ignore is None else ignore
        fail_on = one.fail_on if fail_on is None else fail_on
        allow += one.allow
    return Settings(select, ignore, fail_on, tuple(allow))


def _files(config: str | None, start: str) -> list[str]:
    found = [config] if config is not None else []
    folder, above = start, os.path.dirname(start)
    while not os.path.isfile(os.path.join(folder, NAME)) and above != folder:
        folder, above = above, os.path.dirname(above)
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    home = base if os.path.isabs(base) else os.path.expanduser("~/.config")
    for path in (os.path.join(folder, NAME), os.path.join(home, "xen-support", NAME)):
        if path not in found and os.path.isabs(path) and os.path.isfile(path):
            found.append(path)
    return found


def _read(path: str) -> Settings:
    import tomllib

    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Failure(f"{path}: larger than {MAX_BYTES // 1024} KiB; that is not a settings file")
        text = data.decode()
        table = tomllib.loads(text)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path}: not UTF-8") from None
    except (ValueError, RecursionError) as error:  # no TOML, a number of thousands of digits
        raise Failure(f"{path}: {error}") from None
    _refuse(path, table)
    _unknown(path, "", table, TABLES)
    lint = table.get("lint", {})
    if not isinstance(lint, dict):
        raise Failure(f"{path}: lint: not a table; write [lint]")
    _unknown(path, "lint.", lint, _LINT)
    fail_on = lint.get("fail-on")
    if fail_on is not None and fail_on not in SEVERITIES:
        raise Failure(f"{path}: lint.fail-on: {fail_on!r} is not one of {', '.join(SEVERITIES)}")
    return Settings(_words(path, lint, "select"), _words(path, lint, "ignore"), fail_on, _allows(path, table, text))


def _refuse(path: str, table: Mapping[str, Any], above: str = "") -> None:
    for key, value in table.items():
        if re.search(_FORBIDDEN, key, re.I):
            raise Failure(f"{path}: {above}{key}: a settings file names no commands, addresses or credentials")
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _refuse(path, inner, f"{above}{key}.")


def _unknown(path: str, above: str, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for key in table:
        if key not in names:
            raise Failure(f"{path}: {above}{key}: unknown; the keys are {', '.join(names)}")


def _words(path: str, table: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Failure(f'{path}: lint.{key}: not a list of strings; write {key} = ["XS301"]')
    return tuple(value)


def _allows(path: str, table: Mapping[str, Any], text: str) -> tuple[Allow, ...]:
    entries = table.get("allow", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Failure(f"{path}: allow: not a list of tables; write [[allow]]")
    lines = [n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*\[\[\s*allow\s*\]\]", line)]
    found = []
    for number, entry in enumerate(entries):
        line = lines[number] if len(lines) == len(entries) else 1
        where = f"allow entry {number + 1}"
        _unknown(path, f"{where}: ", entry, _ALLOW)
        for key in ("row", "rule", "reason"):
            if not isinstance(entry.get(key), str) or (key != "row" and not entry[key].strip()):
                raise Failure(f"{path}: {where}: {key}: missing, or not a text")
        found.append(
            Allow(entry["row"], entry["rule"], entry["reason"], _day(path, where, entry.get("expires")), path, line)
        )
    return tuple(found)


def _day(path: str, where: str, value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day()
    except ValueError:
        raise Failure(f"{path}: {where}: expires: not a day; write expires = 2027-01-31") from None


def _no_day() -> date:
    raise ValueError

"""What is kept of a server's files: by content, with a record for each name; whole or not at all, for this user
alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.output.files import write_atomic
from convert.xsa.facts import folder


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a cached file: its hash, what a conditional request needs, when it was read, for which
    version.
    """

    sha256: str
    etag: str | None
    modified: str | None
    read: str
    version: int | None


class Store:
    """The cache of one server: files by their hash, and a record for each name; each is written whole or not at all."""

    def __init__(self, url: str) -> None:
        self.folder = folder() / hashlib.sha256(url.encode()).hexdigest()[:16]

    def record(self, name: str) -> Record | None:
        """What is known of a name; None where nothing is, or nothing that can be read."""
        value = self._json(self._record(name))
        try:
            return Record(
                str(value["sha256"]), value.get("etag"), value.get("modified"), str(value["read"]),
                value["version"] if isinstance(value.get("version"), int) else None,
            )  # fmt: skip
        except (KeyError, TypeError):
            return None

    def data(self, record: Record) -> bytes | None:
        """The bytes of a record; None where they are not there any more, or are not what they were."""
        try:
            data = (self.folder / "files" / Path(record.sha256).name).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == record.sha256 else None

    def keep(self, name: str, data: bytes, record: Record) -> None:
        """Remember a file: first its bytes, then the record that points to them.  A cache that cannot be written is
        none.
        """
        try:
            if self.data(record) is None:
                self._write(self.folder / "files" / record.sha256, data)
            entry = {k: getattr(record, k) for k in ("sha256", "etag", "modified", "read", "version")}
            self._write(self._record(name), json.dumps({"name": name, **entry}).encode())
        except OSError:
            return

    def versions(self) -> dict[str, tuple[int, str]]:
        """Advisory -> its version and the day on which that was first seen."""
        value = self._json(self.folder / "versions.json")
        pairs = value.items() if isinstance(value, dict) else ()
        return {k: (v[0], v[1]) for k, v in pairs if isinstance(v, list) and len(v) == 2 and isinstance(v[0], int)}

    def keep_versions(self, seen: Mapping[str, tuple[int, str]]) -> None:
        """Remember which versions were seen when."""
        try:
            self._write(self.folder / "versions.json", json.dumps(seen, sort_keys=True).encode())
        except OSError:
            return

    def _record(self, name: str) -> Path:
        return self.folder / "names" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _write(self, path: Path, data: bytes) -> None:
        for part in (folder(), self.folder, path.parent):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, data, 0o600)

    def _json(self, path: Path) -> Any:  # noqa: ANN401
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

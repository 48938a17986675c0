"""xen-support xsa, run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from convert import cli
from tests.xsa.world import TODAY, World


@dataclass(frozen=True)
class Done:
    """What a run said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    """Run `xen-support xsa ...`."""
    status = cli.main(["xsa", *map(str, arguments)])
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    assert "this is a fault" not in out.err
    return Done(status, out.out, out.err)


def check(capsys: pytest.CaptureFixture[str], world: World, *arguments: object, source: object = None) -> Done:
    """Run `xsa check` on the mill as of its day."""
    return run(capsys, "check", *arguments, "--repo", world.repo, "--from", source or world.public, "--today", TODAY)


def verdicts(done: Done) -> dict[tuple[str, int], str]:
    """(ref, advisory) -> the verdict, `partial 1/3` for a part."""
    found = {}
    for row in done.json["rows"]:
        more = f" {row['have']}/{row['of']}" if row["verdict"] == "partial" else ""
        found[row["ref"], row["xsa"]] = row["verdict"] + more
    return found

"""Many texts through one real pandoc process: a Lua filter reads and writes each, a few tens of thousands a second."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HAVE = shutil.which("pandoc") is not None
_FILTER = """
local work, target, count = os.getenv("WORK"), os.getenv("TARGET"), tonumber(os.getenv("COUNT"))
function Pandoc(doc)
  for i = 0, count - 1 do
    local f = io.open(work .. "/" .. i .. ".md", "rb")
    local text = f:read("a")
    f:close()
    local ok, out = pcall(function() return pandoc.write(pandoc.read(text, "markdown"), target) end)
    local o = io.open(work .. "/" .. i .. (ok and ".out" or ".err"), "wb")
    o:write(tostring(out))
    o:close()
  end
  return pandoc.Pandoc({})
end
"""


class PandocError(Exception):
    """pandoc does not read this text."""


def run(texts: Sequence[bytes], target: str) -> list[str | PandocError]:
    """Each text (UTF-8 markdown) as pandoc writes it in the target format, or the error it dies with."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "f.lua").write_text(_FILTER)
        for n, text in enumerate(texts):
            (folder / f"{n}.md").write_bytes(text)
        subprocess.run(
            ["pandoc", "-f", "markdown", "-t", "plain", "--lua-filter", str(folder / "f.lua")],
            input=b"", check=True, capture_output=True,
            env={"WORK": work, "TARGET": target, "COUNT": str(len(texts)), "PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8"},
        )  # fmt: skip
        out: list[str | PandocError] = []
        for n in range(len(texts)):
            done = folder / f"{n}.out"
            if done.exists():
                out.append(done.read_bytes().decode())
            else:
                out.append(PandocError((folder / f"{n}.err").read_text(errors="replace")))
        return out


def read(texts: Sequence[bytes]) -> list[dict[str, Any] | PandocError]:
    """Each text as pandoc's document tree (the JSON of `pandoc -t json`)."""
    return [o if isinstance(o, PandocError) else json.loads(o) for o in run(texts, "json")]


def plain(texts: Sequence[bytes]) -> list[str | PandocError]:
    """Each text as `pandoc -t plain` shows it."""
    return run(texts, "plain")

"""Many texts through one real pandoc process: a Lua filter reads and writes each, a few tens of thousands a second."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def _version(program: str) -> int:
    """The first number of a pandoc's version."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[1].split(".")[0])


def _bundled() -> str | None:
    """The pandoc that the package pypandoc_binary brings."""
    found = importlib.util.find_spec("pypandoc")
    file = Path(found.origin).parent / "files" / "pandoc" if found is not None and found.origin else None
    return str(file) if file is not None and file.is_file() else None


_PROGRAMS = [program for program in (shutil.which("pandoc"), _bundled()) if program]
# pandoc 2 is what the mark-up is measured with; what version 3 reads otherwise is reported as XS114
PANDOC_2 = next((program for program in _PROGRAMS if _version(program) == 2), None)
PANDOC_3 = next((program for program in _PROGRAMS if _version(program) == 3), None)
HAVE = PANDOC_2 is not None
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


def run(texts: Sequence[bytes], target: str, program: str | None = None) -> list[str | PandocError]:
    """Each text (UTF-8 markdown) as pandoc (`program`, default: version 2) writes it in the target format, or the error it dies with."""
    program = program or PANDOC_2
    assert program is not None
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "f.lua").write_text(_FILTER)
        for n, text in enumerate(texts):
            (folder / f"{n}.md").write_bytes(text)
        subprocess.run(
            [program, "-f", "markdown", "-t", "plain", "--lua-filter", str(folder / "f.lua")],
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


def read(texts: Sequence[bytes], program: str | None = None) -> list[dict[str, Any] | PandocError]:
    """Each text as pandoc's document tree (the JSON of `pandoc -t json`)."""
    return [o if isinstance(o, PandocError) else json.loads(o) for o in run(texts, "json", program)]


def plain(texts: Sequence[bytes]) -> list[str | PandocError]:
    """Each text as `pandoc -t plain` shows it."""
    return run(texts, "plain")

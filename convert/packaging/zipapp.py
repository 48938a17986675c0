"""xen-support-lint.pyz: `lint`, `explain` and `release` in one file with lark inside, for machines without PyPI.

`python -m convert.packaging.zipapp FILE`.  The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import stat
import sys
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import distribution
from pathlib import Path

from convert.output.files import write_atomic

# what lint, explain and release import of this project; a test runs the result in a Python that has nothing else
_OWN = (
    "convert/*.py",
    "convert/commands/__init__.py",
    "convert/commands/boundary.py",
    "convert/commands/lint.py",
    "convert/commands/explain.py",
    "convert/commands/naming.py",
    "convert/commands/release.py",
    "convert/commands/days.py",
    "convert/mail/__init__.py",
    "convert/mail/messages.py",
    "convert/update/__init__.py",
    "convert/update/pending.py",
    "convert/sheet/__init__.py",
    "convert/sheet/catalogue.py",
    "convert/sheet/problems*.py",
)
_ROOMS = (
    "convert/trees",
    "convert/output",
    "convert/names",
    "convert/merge",
    "convert/sources",
    "convert/lint",
    "convert/release",
    "grammar",
)
_DATA = (".py", ".lark", ".toml", ".txt")
_MAIN = """\
import sys

from convert.cli import main

arguments = sys.argv[1:]
sys.exit(main(arguments if arguments[:1] in (["lint"], ["explain"], ["release"]) else ["lint", *arguments]))
"""


def build() -> bytes:
    """The zip file with its first line, ready to be written and made executable."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(_files()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return b"#!/usr/bin/env python3\n" + held.getvalue()


def _files() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    top = Path(__file__).resolve().parents[2]
    own = [path for pattern in _OWN for path in top.glob(pattern)]
    own += [path for room in _ROOMS for path in (top / room).rglob("*") if path.suffix in _DATA]
    for path in own:
        yield path.relative_to(top).as_posix(), path.read_bytes()
    for file in distribution("lark").files or ():
        inside = file.parts[0] == "lark" and file.parts[1] != "__pyinstaller" and file.suffix in _DATA
        if inside or file.name.startswith("LICENSE"):
            name = file.as_posix() if inside else "lark/LICENSE"
            yield name, Path(str(file.locate())).read_bytes()


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file that is named; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m convert.packaging.zipapp", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", type=Path, nargs="?", default=Path("xen-support-lint.pyz"), metavar="FILE")
    write_atomic(parser.parse_args(argv).file, build(), 0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())

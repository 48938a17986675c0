"""xen-support-lint.pyz: what works without a workbook, in one file with its libraries inside, for machines without
PyPI.

lint (the default), explain, release, xsa, diff, trees, query, history, blame.  `python -m convert.packaging.zipapp
FILE`.  The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import stat
import sys
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from convert.failure import Failure
from convert.output.files import write_atomic

# all but what needs Google's libraries; a test runs the result in a Python that has nothing else
_ROOMS = ("convert", "grammar")
_WITHOUT = ("convert/sheet/google/", "convert/packaging/", "convert/schemas/", "convert/templates/")
# of the templates what the page of `trees` is made of
_PAGE = tuple(
    f"convert/templates/matrix/{name}"
    for name in ("page.css", "head.html", "trees.html", "support_table.html", "sources_table.html")
)
# the libraries inside: lark reads statuses, httplib2 (with pyparsing) asks xenbits for `xsa`
_LIBRARIES = ("lark", "httplib2", "pyparsing")
_COMMANDS = ("lint", "explain", "release", "xsa", "diff", "trees", "query", "history", "blame")
_DATA = (".py", ".lark", ".toml", ".txt")
_MAIN = """\
import sys

from convert import cli

COMMANDS = %r
arguments = sys.argv[1:]
first = arguments[0] if arguments else ""
if first in cli.COMMANDS and first not in COMMANDS:
    print(f"xen-support: {first} needs the whole xen-support; this file has {', '.join(COMMANDS)}", file=sys.stderr)
    sys.exit(2)
sys.exit(cli.main(arguments if first in COMMANDS else ["lint", *arguments]))
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
    yield "__main__.py", (_MAIN % (_COMMANDS,)).encode()
    top = Path(__file__).resolve().parents[2]
    for room in _ROOMS:
        for path in (top / room).rglob("*"):
            name = path.relative_to(top).as_posix()
            if name in _PAGE or (path.suffix in _DATA and not name.startswith(_WITHOUT)):
                yield name, path.read_bytes()
    for library in _LIBRARIES:
        yield from _library(library)


def _library(name: str) -> Iterator[tuple[str, bytes]]:
    """A library's own files and its licence.  Raises Failure where it is not installed."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        raise Failure(f"{name} goes into the file, but is not installed: pip install '.[http]'") from None
    for file in files:
        mine = (
            file.parts[0] in (name, f"{name}.py") and "__pyinstaller" not in file.parts and "diagram" not in file.parts
        )
        if mine and file.suffix in _DATA and "__pycache__" not in file.parts:
            yield file.as_posix(), Path(str(file.locate())).read_bytes()
        elif file.name.startswith(("LICENSE", "LICENCE")):
            yield f"licences/{name}", Path(str(file.locate())).read_bytes()


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

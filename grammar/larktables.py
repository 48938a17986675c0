"""Lark parsers out of the grammar files beside this module, with their tables kept in the user's cache folder."""

from __future__ import annotations

import os
import pkgutil
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark


def build(name: str, **options: str | list[str]) -> Lark:
    """The LALR parser of the grammar `NAME.lark`; `options` are Lark's.  Works from a zip too.

    (pkgutil, which lark loads anyhow, because importlib.resources takes as long to import as a file takes to parse.)
    """
    from lark import Lark

    text = (pkgutil.get_data(__package__, f"{name}.lark") or b"").decode()
    return Lark(text, parser="lalr", maybe_placeholders=False, cache=_cache_file(name, text) or False, **options)


def _cache_file(name: str, text: str) -> str | None:
    """A path of the user's own: whoever could write there could plant a pickle.  None where there is no such place."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = os.path.join(base or os.path.expanduser("~/.cache"), "xen-support")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
    except OSError:
        return None
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or not os.access(folder, os.W_OK):
        return None
    return os.path.join(folder, f"{name}-{zlib.crc32(text.encode()):08x}.lark")

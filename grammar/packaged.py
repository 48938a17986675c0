"""The files that our packages come with, out of a zip too: `pkgutil.get_data` without what `pkgutil` imports."""

from __future__ import annotations

import os
import sys
from typing import Any


def packaged(package: str, *names: str) -> bytes:
    """The bytes of a file: the name of an imported package, then folders in it and the file.  Raises OSError."""
    module = sys.modules[package]
    loader: Any = module.__spec__.loader if module.__spec__ else None
    folder = os.path.dirname(module.__file__ or "")
    data: bytes = loader.get_data(os.path.join(folder, *names))
    return data

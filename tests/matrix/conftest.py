"""The five real trees, from the bundle beside the project; skipped where it is not there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.matrix.making import SHARED


@pytest.fixture(scope="session")
def xen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = SHARED / "xen-five-trees.bundle"
    if not bundle.is_file():
        pytest.skip(f"{bundle} is not there")
    folder = tmp_path_factory.mktemp("xen") / "xen"
    git = shutil.which("git") or "git"
    subprocess.run([git, "clone", "-q", str(bundle), str(folder)], check=True, capture_output=True)
    return folder

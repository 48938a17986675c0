"""The packages that people install: wheel and sdist built for real, installed, run; a foreign package of our name is told."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from convert import __version__

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {
    ".git",
    ".venv",
    "build",
    "dist",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "__pycache__",
}


def tree(folder: Path) -> Path:
    """A copy of what git knows of the project."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False).stdout
    names = listed.decode().split("\0")[:-1] or [  # an unpacked sdist has no git
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)
    ]
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def build(project: Path, kind: str, out: Path) -> Path:
    """A wheel or sdist of a copy, by the project's own backend."""
    code = f"import sys; sys.path.insert(0, 'convert/packaging'); import backend; print(backend.build_{kind}({str(out)!r}))"
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("wheel")
    return build(tree(folder / "a"), "wheel", folder / "dist")


@pytest.mark.slow
def test_a_wheel_has_pages_completion_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"xen_support-{__version__}-py3-none-any.whl"
    data = f"xen_support-{__version__}.data/data/share"
    for name in (
        f"{data}/man/man1/xen-support.1", f"{data}/man/man1/xen-support-lint.1", f"{data}/man/man7/xen-support-sheet.7", f"{data}/bash-completion/completions/xen-support",
        "grammar/status.lark", "convert/lint/policy.toml", "convert/lint/rules/spelling.txt", "convert/sheet/default-layout.toml",
        "convert/templates/matrix/page.css", "convert/schemas/matrix.json",
    ):  # fmt: skip
        assert name in names, name
    assert not [name for name in names if name.startswith(("tests/", "samples/"))]


@pytest.mark.slow
def test_the_same_sources_give_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    copy = tree(tmp_path / "b")
    for path in copy.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    again = build(copy, "wheel", tmp_path / "dist")
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


@pytest.mark.slow
def test_an_sdist_has_what_its_tests_need(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    made = build(tree(tmp_path / "a"), "sdist", tmp_path / "dist")
    with tarfile.open(made) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path / "out", filter="data")
    for name in (
        "Makefile",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        ".ci/constraints.txt",
        "samples/categorisation.xlsx",
        "tests/conftest.py",
    ):
        assert name in names, name
    inside = next((tmp_path / "out").iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/test_cli.py", "tests/test_samples.py", "tests/trees"],
        cwd=inside, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.slow
def test_a_foreign_grammar_is_told(wheel: Path, tmp_path: Path) -> None:
    """`pip install grammar` into the same environment puts its files over ours."""
    venv.create(tmp_path / "venv", with_pip=False, system_site_packages=False)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(
        subprocess.run(
            [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    zipfile.ZipFile(wheel).extractall(site)
    (site / "here.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))

    def run() -> subprocess.CompletedProcess[str]:
        command = [str(python), "-m", "convert.cli", "explain", "XS120"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run().returncode == 0
    for planted in ("VERSION = '1.0'\n", "from grammar.engine import Engine\n", "def broken(:\n"):
        (site / "grammar" / "__init__.py").write_text(planted)
        done = run()
        assert (done.returncode, done.stdout) == (2, "")
        assert "belongs to another package called grammar" in done.stderr and done.stderr.count("\n") == 1
        assert str(site / "grammar" / "__init__.py") in done.stderr and "pipx" in done.stderr

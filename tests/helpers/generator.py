"""Xen's own docs/parse-support-md out of the xen.git that XEN_GIT names, made to run with Perl's JSON and Tie::IxHash."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# the one function of Perl's CGI, which is not always installed, that the script uses
CGI = """package CGI;
use Exporter 'import';
our @EXPORT_OK = ('escapeHTML');
sub escapeHTML { my ($s) = @_; $s =~ s/&/&amp;/g; $s =~ s/</&lt;/g; $s =~ s/>/&gt;/g; $s =~ s/"/&quot;/g; $s }
1;
"""
SCRIPT = "docs/parse-support-md"
GENERATOR = "docs/support-matrix-generate"  # which finds the trees, and calls that script


def perl_environment(folder: Path) -> dict[str, str]:
    """The environment in which Perl finds CGI, whose module is put into a folder."""
    (folder / "perl").mkdir(exist_ok=True)
    (folder / "perl" / "CGI.pm").write_text(CGI)
    return {**os.environ, "PERL5LIB": str(folder / "perl")}


def parse_support_md(folder: Path) -> Path | None:
    """The script, written into a folder; None where XEN_GIT names no repository that has it, or pandoc or Perl is missing."""
    return _written(folder / "parse-support-md", SCRIPT)


def support_matrix_generate(folder: Path) -> Path | None:
    """The generator with what it needs, written below a folder as in xen.git, in which it is to be run; None as above."""
    names = (SCRIPT, "docs/misc/support-matrix-head.html", GENERATOR)
    made = [_written(folder / name, name) for name in names]
    return None if None in made else made[-1]


def _written(file: Path, name: str) -> Path | None:
    repo = os.environ.get("XEN_GIT")
    if not repo or shutil.which("pandoc") is None or shutil.which("perl") is None:
        return None
    done = subprocess.run(["git", "-C", repo, "cat-file", "blob", f"master:{name}"], capture_output=True, check=False)
    if done.returncode:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(done.stdout)
    file.chmod(0o755)
    return file

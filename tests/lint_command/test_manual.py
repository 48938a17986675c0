"""Man pages and completion: built from the parser, the catalogue and the guides, and read by the tools that show them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from convert.cli import build_parser
from convert.lint.catalogue import everything, known
from convert.lint.formats import FORMATS
from convert.packaging import manual
from convert.packaging.guide import guides, page, title

GUIDES = tuple(f"{name}.7" for name in guides())
PAGES = ("xen-support.1", "xen-support-lint.1", *GUIDES)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual")
    assert manual.main([str(folder)]) == 0
    return folder


def needs(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


def complaints(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr + (done.stdout if command[0].endswith("mandoc") else "")


@pytest.mark.parametrize("page", PAGES)
def test_groff_has_no_complaint(built: Path, page: str) -> None:
    assert complaints(needs("groff"), "-ww", "-man", "-Tutf8", "-z", str(built / page)) == ""


@pytest.mark.parametrize("page", PAGES)
def test_mandoc_has_no_complaint(built: Path, page: str) -> None:
    assert complaints(needs("mandoc"), "-T", "lint", "-W", "warning", str(built / page)) == ""


@pytest.mark.parametrize("page", PAGES)
def test_man_has_no_warning(built: Path, page: str) -> None:
    assert complaints(needs("man"), "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", str(built / page)) == ""


def test_the_checks_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.1"
    bad.write_text(".TH BAD 1 2026-01-01\n.SH NAME\nbad \\- x\n.XX unknown\n\\[nosuch]\n")
    assert complaints(needs("groff"), "-ww", "-man", "-Tutf8", "-z", str(bad))
    assert complaints(needs("mandoc"), "-T", "lint", "-W", "warning", str(bad))


def rendered(page: Path) -> str:
    done = subprocess.run([needs("mandoc"), "-T", "utf8", str(page)], capture_output=True, text=True, check=True)
    return re.sub(".\b", "", done.stdout)


def test_the_lint_page_has_every_option_format_and_rule(built: Path) -> None:
    text = " ".join(rendered(built / "xen-support-lint.1").split())
    for action in manual.subcommands(build_parser())["lint"]._actions:
        assert all(option in text for option in action.option_strings)
    for entry in known().values():
        assert f"{entry.code} {entry.name} ({entry.severity}" in text
    assert all(name in text for name in FORMATS)


def test_the_main_page_has_every_command(built: Path) -> None:
    text = rendered(built / "xen-support.1")
    for name, _ in manual.every(build_parser()):
        assert re.search(rf"^ +{name}$", text, re.M)


def test_text_is_shown_as_it_is() -> None:
    assert manual.roff(".x -y\n'z \\n \u00e9 `a`^~") == "\\&.x \\-y\n\\(aqz \\en \\[u00E9] \\(gaa\\(ga\\(ha\\(ti"


def test_pages_can_be_reproduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert '"1970-01-02"' in manual.lint_page(build_parser()).splitlines()[0]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["li"], {"lint"}), (["lint", "--format", "sa"], {"sarif"}), (["lint", "--fail-on", ""], {"error", "warning", "info"}),
        (["lint", "--new"], {"--new-only"}), (["explain", "XS12"], {code for code in everything() if code.startswith("XS12")}),
        (["lint", "--select", "unknown-"], {"unknown-key", "unknown-label"}), (["show", "--format", ""], {"text", "json"}),
        (["xsa", "c"], {"compare", "check"}), (["xsa", "check", "--for"], {"--for-release", "--format"}),
        (["xsa", "log", "--format", "deb"], {"debian"}),
    ],
)  # fmt: skip
def test_completion(built: Path, words: list[str], wanted: set[str]) -> None:
    script = (
        f'source "{built}/xen-support.bash"; COMP_WORDS=(xen-support "$@"); COMP_CWORD=$#; _xen_support; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == wanted and done.stderr == ""


def test_every_guide_is_a_page_without_mark_up(built: Path) -> None:
    assert len(GUIDES) == 8
    for name, text in guides().items():
        made = (built / f"{name}.7").read_text()
        assert title(text)[0] == name and f"\n{manual.roff(name)} \\- " in made
        assert not re.search(r"\*\*|\]\(|<!--|^\||```|^#{2,} ", made, re.M), name
        assert f".BR {manual.roff(name)} (7)" in (built / "xen-support.1").read_text()


def test_a_guide_keeps_every_word() -> None:
    text = "# n - w\n\nSome `code`,\n*odd* words: [x](../y.md), [z](https://z).\n\n- one\n  two\n- three\n\n    a\n\n    'b\n\n| h |\n|---|\n| c \\| d |\n"
    assert "\n".join(page(text, manual.roff)) == (
        ".SH DESCRIPTION\nSome \\fBcode\\fR, \\fIodd\\fR words: x, z (https://z)\\&.\n.IP \\(bu 4\none two\n.IP \\(bu 4\nthree\n"
        ".PP\n.RS 4\n.nf\na\n\\&\n\\(aqb\n.fi\n.RE\n.TP\nc | d\n"
    )


def test_usage() -> None:
    with pytest.raises(SystemExit) as leaving:
        manual.main([])
    assert leaving.value.code == 2

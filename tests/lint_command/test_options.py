"""Status, stdout and stderr of `lint` and `explain` for each option."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convert.lint.catalogue import everything, known
from tests.lint_command.conftest import GOOD, Box, broken

WRONG_KEY = broken("Status, x86: Supported", "States, x86: Supported")
FULL_STOP = broken("Status: Tech Preview", "Status: Tech Preview.")
CASE = broken("Status, Arm: Experimental", "Status, Arm: experimental")


def test_a_good_file_is_silent(box: Box) -> None:
    box.write(GOOD)
    done = box.lint()
    assert (done.status, done.out, done.err) == (0, "", "")


def test_text_has_place_severity_code_and_a_caret_under_it(box: Box) -> None:
    box.write(WRONG_KEY)
    done = box.lint("SUPPORT.md")
    assert done.status == 1
    assert done.err == ""
    first, excerpt, carets, last = done.lines
    assert last == "1 error"
    assert first == 'SUPPORT.md:23:5: error: XS120 unknown key "States": Xen\'s tools die here; did you mean "Status"?'
    assert excerpt == "        States, x86: Supported"
    assert excerpt[carets.index("^") : carets.rindex("^") + 1] in ("States", "States, x86: Supported")


def test_an_excerpt_of_a_long_line_is_cut_around_the_place(box: Box) -> None:
    box.write(broken("The first device.", "word " * 400 + "see http://xenproject.org/ for it."))
    done = box.lint("--select", "http-link")
    excerpt, carets = done.lines[1:3]
    assert len(excerpt) < 120 and excerpt.strip().startswith("...")
    assert excerpt[carets.index("^") :].startswith("http://")


def test_the_excerpt_counts_wide_letters_and_tabs(box: Box) -> None:
    box.write(broken("The first device.", "\u6f22\u5b57\tsee http://xenproject.org/ for it."))
    done = box.lint("--select", "http-link")
    excerpt, carets = done.lines[1:3]
    before = excerpt[: excerpt.index("http")]
    assert carets.index("^") == len(before) + sum(c in "\u6f22\u5b57" for c in before)


@pytest.mark.parametrize(
    ("text", "option", "status"),
    [
        (WRONG_KEY, "error", 1), (FULL_STOP, "error", 0), (FULL_STOP, "warning", 1), (CASE, "warning", 0), (CASE, "info", 1),
        (GOOD, "info", 0),
    ],
)  # fmt: skip
def test_fail_on(box: Box, text: str, option: str, status: int) -> None:
    box.write(text)
    assert box.lint("--fail-on", option).status == status
    assert box.lint("--fail-on", option, "--exit-zero").status == 0


def test_select_and_ignore_take_codes_names_and_beginnings(box: Box) -> None:
    box.write(FULL_STOP.replace("States", "Status").replace("Status, x86", "Status, x86 "))
    everything = {line.split()[2] for line in box.lint("--format", "concise").lines}
    assert "XS206" in everything
    for words, wanted in (
        (["--select", "XS206"], {"XS206"}),
        (["--select", "label-full-stop"], {"XS206"}),
        (["--select", "xs20"], {code for code in everything if code.startswith("XS20")}),
        (["--select", "default", "--ignore", "XS206"], everything - {"XS206"}),
        (["--ignore", "XS1", "--ignore", "XS2,XS3,XS4,XS5,XS6,XS7"], set()),
    ):
        assert {line.split()[2] for line in box.lint("--format", "concise", *words).lines} == wanted


def test_a_rule_that_does_not_exist(box: Box) -> None:
    box.write(GOOD)
    done = box.lint("--select", "full-stops")
    assert (done.status, done.out) == (2, "")
    assert done.err == "xen-support: 'full-stops': no rule has that code or name; did you mean full-stop?\n"


def test_rules_that_are_off_speak_when_selected(box: Box) -> None:
    off = [entry.code for entry in known().values() if entry.tier == "selected"]
    box.write(broken("The first device.", "The first device. It recieves and transmits."))
    assert box.lint().out == ""
    assert {line.split()[2] for line in box.lint("--select", "all", "--format", "concise").lines} & set(off)


def test_statistics(box: Box) -> None:
    box.write(FULL_STOP)
    done = box.lint("--statistics", "--format", "concise")
    assert done.lines[-1] == "     1 XS206 label-full-stop (warning)"
    apart = box.lint("--statistics", "--format", "jsonl")
    assert apart.err == "     1 XS206 label-full-stop (warning)\n"
    assert "label-full-stop (" not in apart.out


def test_colours_only_where_asked(box: Box) -> None:
    box.write(WRONG_KEY)
    assert "\x1b" not in box.lint().out
    assert "\x1b[31merror\x1b[0m" in box.lint("--color", "always").out
    assert "\x1b" not in box.lint("--color", "never").out


def test_fix_corrects_the_file_and_only_what_is_wrong(box: Box) -> None:
    path = box.write(FULL_STOP)
    path.chmod(0o640)
    done = box.lint("--fix")
    assert (done.status, done.out, done.err) == (0, "", "xen-support: SUPPORT.md: corrected\n")
    assert path.read_text() == GOOD
    assert path.stat().st_mode & 0o777 == 0o640
    again = box.lint("--fix")
    assert (again.out, again.err) == ("", "")


def test_fix_keeps_a_symbolic_link(box: Box) -> None:
    path = box.write(FULL_STOP, "real.md")
    (box.path / "SUPPORT.md").symlink_to("real.md")
    assert box.lint("--fix").status == 0
    assert (box.path / "SUPPORT.md").is_symlink()
    assert path.read_text() == GOOD


def test_fix_leaves_findings_that_it_cannot_correct(box: Box) -> None:
    box.write(FULL_STOP.replace("Status, Arm: Experimental", "Status, Arm: Whatever"))
    done = box.lint("--fix", "--format", "concise")
    assert "XS206" not in done.out and "XS204" in done.out


def test_fix_of_standard_input_writes_the_text(box: Box) -> None:
    done = box.lint("--fix", "-", stdin=FULL_STOP.encode())
    assert (done.status, done.data) == (0, GOOD.encode())


def test_diff_changes_nothing_and_is_a_patch(box: Box) -> None:
    text = FULL_STOP.removesuffix("\n") + "  "
    box.commit(text, "one")
    done = box.lint("--diff", "--style")
    assert done.lines[:2] == ["--- a/SUPPORT.md", "+++ b/SUPPORT.md"]
    assert done.out.count("\\ No newline at end of file") == 2
    assert (box.path / "SUPPORT.md").read_text() == text
    box.write(done.data, "fix.patch")
    box.git("apply", "fix.patch")
    assert (box.path / "SUPPORT.md").read_text() == GOOD.removesuffix("\n")
    assert box.lint("--diff", "--style").out == ""


def test_diff_keeps_crlf_and_bytes_that_are_no_utf8(box: Box) -> None:
    data = FULL_STOP.replace("The second device.", "The second d\u00e9vice.").replace("\n", "\r\n").encode("latin-1")
    box.commit(data, "one")
    done = box.lint("--diff", "--select", "label-full-stop")
    changed = [line for line in done.data.split(b"\n") if line[:1] in (b"-", b"+") and line[:3] not in (b"---", b"+++")]
    assert changed == [b"-    Status: Tech Preview.\r", b"+    Status: Tech Preview\r"]


def test_unsafe_fixes_are_only_made_on_demand(box: Box) -> None:
    path = box.write(broken("The first device.", "The first device"))
    box.lint("--fix", "--style")
    assert "The first device\n" in path.read_text()
    box.lint("--fix", "--unsafe-fixes")
    assert "The first device\n" in path.read_text()
    box.lint("--fix", "--unsafe-fixes", "--style")
    assert path.read_text() == GOOD


@pytest.mark.parametrize(
    "argv",
    [
        ["--unsafe-fixes"], ["--fix", "--diff"], ["--patch", "SUPPORT.md"], ["--write-baseline", "b", "--fix"],
        ["--fix", "-", "SUPPORT.md"], ["--format", "xml"], ["--fail-on", "never"], ["--no-such-option"], ["--fix", "HEAD:SUPPORT.md"],
    ],
)  # fmt: skip
def test_usage_errors(box: Box, argv: list[str]) -> None:
    box.commit(GOOD, "one")
    done = box.lint(*argv)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("xen-support")


def test_several_files_one_of_them_unreadable(box: Box) -> None:
    box.write(WRONG_KEY, "one.md")
    done = box.lint("one.md", "missing.md")
    assert done.status == 2
    assert "one.md:23:5: error" in done.out
    assert done.err.startswith("xen-support: missing.md: no such file")


@pytest.mark.parametrize("name", ["folder", "missing", "binary", "no\x1b[31mfile", "-x:y", "a" * 5000, ":x", "x:"])
def test_hostile_names(box: Box, name: str) -> None:
    (box.path / "folder").mkdir()
    box.write(bytes(range(256)) * 10 + b"\0" * 5000, "binary")
    done = box.lint("--", name)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("xen-support: ") and done.err.count("\n") == 1
    assert "\x1b" not in done.err


def test_broken_utf8_is_a_finding(box: Box) -> None:
    box.write(GOOD.encode().replace(b"first device", b"first d\xe9vice"))
    assert "XS101" in box.lint().out


@pytest.mark.parametrize("fmt", ["text", "concise", "json", "jsonl", "sarif", "gitlab", "github", "junit"])
def test_nothing_acts_on_a_terminal(box: Box, fmt: str) -> None:
    name = "S\x1b]0;title\x07\u202e\x9b31m.md"
    box.write(broken("Status, x86: Supported", "Sta\x1b[2Jtes\x07, x\u009b86\u202e: Supported"), name)
    done = box.lint("--format", fmt, name)
    assert done.status == 1
    assert not set(done.out) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_a_file_name_that_is_no_utf8(box: Box) -> None:
    name = os.fsdecode(b"S\xff.md")
    (box.path / name).write_text(WRONG_KEY)
    for fmt in ("text", "json", "sarif", "gitlab", "github", "junit"):
        assert box.lint("--format", fmt, name).status == 1


def test_standard_input(box: Box) -> None:
    done = box.lint("-", stdin=WRONG_KEY.encode())
    assert done.status == 1 and done.out.startswith("<stdin>:23:5: error: XS120")


def test_the_default_is_the_top_of_the_repository(box: Box) -> None:
    box.commit(WRONG_KEY, "one")
    inside = box.path / "xen" / "arch"
    inside.mkdir(parents=True)
    box.patch.chdir(inside)
    assert box.lint().out.startswith("../../SUPPORT.md:23:5: error")


def test_no_default(box: Box) -> None:
    done = box.lint()
    assert (done.status, done.out) == (2, "")
    assert done.err == "xen-support: no SUPPORT.md here, nor at the top of a git repository; name a file\n"


def test_git_is_not_run_for_a_file(box: Box) -> None:
    box.write(GOOD)
    box.patch.setenv("PATH", str(box.path))
    assert (box.lint().status, box.lint(".").status) == (0, 0)


def test_explain_prints_reason_and_examples(box: Box) -> None:
    done = box.run("explain", "XS120")
    assert done.status == 0
    assert done.lines[0] == "XS120 unknown-key (error)"
    assert "Bad:\n        Statsu: Supported\nGood:\n        Status: Supported\n" in done.out
    assert box.run("explain", "unknown-key").out == done.out
    assert box.run("explain", "XS12").out.count("\nBad:") >= 9


def test_explain_without_a_code_lists_every_rule_once(box: Box) -> None:
    done = box.run("explain")
    assert [line.split()[0] for line in done.lines] == list(everything())


def test_explain_of_nothing_known(box: Box) -> None:
    done = box.run("explain", "XS\x1b12")
    assert (done.status, done.out) == (2, "")
    assert "no rule" in done.err and "\x1b" not in done.err


def test_two_hundred_files_in_one_call(box: Box) -> None:
    names = [box.write(WRONG_KEY, f"{n}.md").name for n in range(200)]
    done = box.lint("--format", "concise", *names)
    assert done.status == 1 and len(done.lines) == 200


def test_the_settings_of_the_run_are_lazy(box: Box) -> None:
    """What costs time at the start is loaded only where it is needed."""
    import subprocess
    import sys

    box.write(GOOD)
    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys; from convert.cli import main; status = main(['lint', 'SUPPORT.md']); "
        "print(status, sorted({'subprocess', 'tomllib', 'json', 'difflib', 'hashlib'} & set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, lark, grammar.parser, grammar.rows; before = set(sys.modules); {code}"],
        env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=True, cwd=box.path,
    )  # fmt: skip
    assert done.stdout == "0 []\n"


def test_a_file_of_aliases_is_read_though_nothing_is_compared(box: Box) -> None:
    box.write(GOOD)
    done = box.lint("--aliases", "none.toml", "SUPPORT.md")
    assert (done.status, done.out) == (2, "") and "none.toml: No such file" in done.err
    box.write("[[alias]]\nold = 1\n", "broken.toml")
    assert "broken.toml: alias 1: old must be a text" in box.lint("--aliases", "broken.toml", "SUPPORT.md").err
    box.write(b"\x7fELF\xff\xfe", "binary")
    done = box.lint("--aliases", "binary", "SUPPORT.md")
    assert done.status == 2 and done.err == "xen-support: binary: not UTF-8; that is not an aliases file\n"

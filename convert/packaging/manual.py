"""Man pages and bash completion, out of the argparse definitions, the catalogue and the guides.

`python -m convert.packaging.manual DIR` writes `xen-support.1`, `xen-support-lint.1`, a page of section 7 for each
guide, and `xen-support.bash`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from convert import __version__
from convert.cli import build_parser
from convert.lint.catalogue import Known, everything, known
from convert.lint.config import NAME
from convert.lint.formats import FORMATS
from convert.output.files import write_atomic
from convert.packaging.guide import guides, page, title

_STATUS = (("0", "done"), ("1", "findings"), ("2", "usage, unreadable input or a failing environment"))
_SETTINGS = """\
[lint]
ignore = ["full-stop"]
fail-on = "warning"

[[allow]]
row = "x86-pv--x86-32"
rule = "XS204"
reason = "agreed on the list"
expires = 2027-06-30"""
_EXAMPLES = (
    ("xen-support lint", "SUPPORT.md here, or at the top of the repository"),
    ("xen-support lint --diff SUPPORT.md", "what could be corrected, as a patch"),
    ("xen-support lint 4.20 unstable --against supported", "two trees, compared with all supported ones"),
    ("xen-support lint --format gitlab origin/master..HEAD", "each commit of a series, for GitLab"),
    ("xen-support lint --new-only origin/master", "only what this work introduces"),
)


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of the subcommands by name, in the order of --help."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def every(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The parsers of the subcommands and of theirs, `xsa` and `xsa check`."""
    for name, command in subcommands(parser).items():
        yield name, command
        yield from ((f"{name} {below}", one) for below, one in every(command))


def roff(text: str) -> str:
    """A text as man(7) shows it: no request, no escape, hyphens that can be copied, ASCII only."""
    text = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq").replace("^", "\\(ha")
    )
    text = re.sub("[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", text.replace("~", "\\(ti"))
    return re.sub(r"^(?=[.])", r"\\&", text, flags=re.M)


def lint_page(parser: argparse.ArgumentParser) -> str:
    """The page xen-support-lint(1)."""
    lint = subcommands(parser)["lint"]
    lines = [*_head("xen-support-lint", "find mistakes in Xen's SUPPORT.md files"), *_synopsis(lint)]
    lines += [".SH DESCRIPTION", roff(lint.description or ""), *_options(lint), ".SH FORMATS"]
    for name, words in FORMATS.items():
        lines += [".TP", f".B {roff(name)}", roff(words)]
    lines += [
        *_exit_status(),
        ".SH FILES",
        ".TP",
        f".I {roff(NAME)}",
        roff("Settings, in the current directory or above it."),
    ]
    lines += [".TP", f".I {roff(f'~/.config/xen-support/{NAME}')}", "The user's settings.".replace("'", "\\(aq")]
    lines += [
        ".PP",
        "A settings file may hold:",
        ".PP",
        ".nf",
        *map(roff, _SETTINGS.split("\n")),
        ".fi",
        ".SH EXAMPLES",
    ]
    for command, words in _EXAMPLES:
        lines += [".TP", f".B {roff(command)}", roff(words)]
    lines += [".SH RULES", "Codes, names, severities and reasons, as", ".B xen\\-support explain", "prints them."]
    for entry in known().values():
        lines += _rule(entry)
    return "\n".join([*lines, ".SH SEE ALSO", ".BR xen\\-support (1)", ""])


def main_page(parser: argparse.ArgumentParser) -> str:
    """The page xen-support(1)."""
    lines = [*_head("xen-support", "SUPPORT.md files of the Xen Project"), *_synopsis(parser)]
    lines += [".SH DESCRIPTION", roff(parser.description or ""), ".SH COMMANDS"]
    for name, command in every(parser):
        lines += [
            f".SS {roff(name)}",
            *([roff(command.description), ".PP"] if command.description else []),
            *_usage(command),
        ]
        lines += [".PP", "See", ".BR xen\\-support\\-lint (1)."] if name == "lint" else list(_actions(command._actions))
    lines += [
        *_options(parser),
        *_exit_status(),
        ".SH FINDINGS IN WORKBOOKS",
        "What draft, update and diff say about a workbook.",
    ]
    for code, entry in everything().items():
        if code not in known():
            lines += _rule(entry)
    lines.append(".SH ENVIRONMENT")
    for variable, words in (
        ("NO_COLOR", "no colours, whatever its value"),
        ("XDG_CACHE_HOME", "where tables of the parser, and what was read of git and of advisories, are kept"),
        ("XDG_CONFIG_HOME", f"where the user's xen-support/{NAME} is"),
    ):
        lines += [".TP", f".B {variable}", roff(words)]
    others = [f".BR {roff(name)} (7)" for name in guides()]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR xen\\-support\\-lint (1)", *others, ""])


def guide_page(text: str) -> str:
    """A guide's page, xen-support-sheet(7) for example."""
    name, words = title(text)
    return "\n".join([*_head(name, words, 7), *page(text, roff), ".SH SEE ALSO", ".BR xen\\-support (1)", ""])


def _head(name: str, words: str, section: int = 1) -> list[str]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    day = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    heading = (
        f'.TH {roff(name.upper())} {section} "{day:%Y-%m-%d}" "xen\\-support {__version__}"'
        f' "{"User Commands" if section == 1 else "Guides"}"'
    )
    return [heading, ".SH NAME", f"{roff(name)} \\- {roff(words)}"]


def _synopsis(parser: argparse.ArgumentParser) -> list[str]:
    return [".SH SYNOPSIS", *_usage(parser)]


def _usage(parser: argparse.ArgumentParser) -> list[str]:
    words = [f"\\fB{roff(parser.prog)}\\fR"]
    if any(action.option_strings and not action.required for action in parser._actions):
        words.append("[\\fIOPTION\\fR]...")
    for action in parser._actions:
        if action.option_strings and action.required:
            words.append(f"\\fB{roff(action.option_strings[-1])}\\fR \\fI{roff(_metavar(action))}\\fR")
        elif not action.option_strings:
            name = f"\\fI{roff(_metavar(action))}\\fR"
            words.append({"*": f"[{name}]...", "+": f"{name}...", "?": f"[{name}]"}.get(str(action.nargs), name))
    return [" ".join(words)]


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return action.dest.upper()


def _options(parser: argparse.ArgumentParser) -> list[str]:
    lines = [".SH OPTIONS"]
    for group in parser._action_groups:
        actions = [action for action in group._group_actions if not isinstance(action, argparse._SubParsersAction)]
        if actions:
            own = group.title not in ("options", "positional arguments")
            lines += [f".SS {roff((group.title or '').capitalize())}"] if own else []
            lines += _actions(actions)
    return lines


def _actions(actions: Sequence[argparse.Action]) -> Iterator[str]:
    for action in actions:
        if isinstance(action, argparse._SubParsersAction) or action.help is argparse.SUPPRESS:
            continue
        value = f" \\fI{roff(_metavar(action))}\\fR" if action.nargs != 0 else ""
        names = ", ".join(f"\\fB{roff(option)}\\fR{value}" for option in action.option_strings)
        yield ".TP"
        yield names or value.strip()
        yield roff((action.help or "").replace("%%", "%")) or "\\&"


def _exit_status() -> list[str]:
    return [".SH EXIT STATUS", *(line for code, words in _STATUS for line in (".TP", f".B {code}", roff(words)))]


def _rule(entry: Known) -> list[str]:
    off = {"default": "", "style": ", a note on style"}.get(entry.tier, ", off unless selected")
    lines = [f".SS {roff(f'{entry.code} {entry.name}')} ({entry.severity}{off})", roff(entry.summary)]
    rest = entry.explanation.partition("\n")[2].strip("\n")
    reason, mark, examples = rest.partition("Bad:")
    for paragraph in filter(None, (part.strip() for part in reason.split("\n\n"))):
        lines += [".PP", roff(" ".join(paragraph.split()))]
    if mark:
        lines += [
            ".PP",
            ".nf",
            *(roff(line) if line.strip() else "\\&" for line in (mark + examples).split("\n")),
            ".fi",
        ]
    return lines


def completion(parser: argparse.ArgumentParser) -> str:
    """Completion for bash: subcommands, options, the values of options with choices, rules where they are named."""
    commands = subcommands(parser)
    cases = [f"    {name}) words={_quoted(_options_of(command))} ;;" for name, command in commands.items()]
    values = {
        option: " ".join(str(choice) for choice in action.choices)
        for _, command in every(parser)
        for action in command._actions
        if action.choices is not None
        for option in action.option_strings
    }
    rules = " ".join([*known(), *(entry.name for entry in known().values())])
    codes = " ".join([*everything(), *(entry.name for entry in everything().values())])
    values |= {"--select": f"{rules} all default style", "--ignore": rules, "--format": ""}
    formats = [
        f"    {name}) formats={_quoted(' '.join(found))} ;;" for name in commands if (found := _formats(name, parser))
    ]
    below = [
        f"      {name}) words={_quoted(' '.join(subcommands(command)))} ;;"
        for name, command in commands.items()
        if subcommands(command)
    ]
    previous = [f"    {option}) words={_quoted(words)} ;;" for option, words in sorted(values.items()) if words]
    return "\n".join(
        [
            "# bash completion for xen-support, written by convert.packaging.manual",
            "_xen_support() {",
            '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words="" formats=""',
            "  COMPREPLY=()",
            '  if [ "$COMP_CWORD" -eq 1 ]; then',
            f'    COMPREPLY=($(compgen -W {_quoted(" ".join([*commands, "--help", "--version"]))} -- "$cur"))',
            "    return",
            "  fi",
            '  if [ "$COMP_CWORD" -eq 2 ]; then',
            '    case "${COMP_WORDS[1]}" in',
            *below,
            "    esac",
            "  fi",
            '  case "${COMP_WORDS[1]}" in',
            *formats,
            "  esac",
            '  case "$prev" in',
            '    --format) words="$formats" ;;',
            *previous,
            "  esac",
            '  if [ -z "$words" ] && [ "${cur#-}" != "$cur" ]; then',
            '    case "${COMP_WORDS[1]}" in',
            *(f"  {case}" for case in cases),
            "    esac",
            "  fi",
            '  if [ -z "$words" ] && [ "${COMP_WORDS[1]}" = explain ]; then',
            f"    words={_quoted(codes)}",
            "  fi",
            '  if [ -n "$words" ]; then',
            '    COMPREPLY=($(compgen -W "$words" -- "$cur"))',
            "  else",
            '    COMPREPLY=($(compgen -f -- "$cur"))',
            "  fi",
            "}",
            "complete -o filenames -F _xen_support xen-support",
            "",
        ]
    )


def _formats(name: str, parser: argparse.ArgumentParser) -> list[str]:
    """What --format takes of a subcommand, or of any below it."""
    found: dict[str, None] = {}
    for full, command in every(parser):
        if full.split(" ")[0] == name:
            for action in command._actions:
                if "--format" in action.option_strings and action.choices is not None:
                    found |= dict.fromkeys(map(str, action.choices))
    return list(found)


def _options_of(parser: argparse.ArgumentParser) -> str:
    parsers = [parser, *(below for _, below in every(parser))]
    return " ".join(
        dict.fromkeys(option for one in parsers for action in one._actions for option in action.option_strings)
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def main(argv: Sequence[str] | None = None) -> int:
    """Write what is asked for; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m convert.packaging.manual", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the files go")
    args = parser.parse_args(argv)
    command = build_parser()
    for name, text in (
        *((f"{name}.7", guide_page(text)) for name, text in guides().items()),
        ("xen-support.1", main_page(command)),
        ("xen-support-lint.1", lint_page(command)),
        ("xen-support.bash", completion(command)),
    ):
        write_atomic(args.folder / name, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A reader of Kconfig files that runs nothing: the options of one architecture, with the conditions that they are
below.

Source: Documentation/kbuild/kconfig-language.rst.  kconfiglib evaluates `$(shell,...)`, which is no thing to do with a
tree that somebody mails; here a macro call is a value that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from convert.sources.expressions import YES, Expression, both, expand, parse

ROOT, FOLDER = "xen/Kconfig", "xen/"
ARCHITECTURES: dict[str, str] = {
    "x86": "x86_64",
    "arm": "arm64",
}  # those that SUPPORT.md speaks of, and the ARCH that stands for each
_WORD = re.compile(r"[ \t]*([A-Za-z_-]+)[ \t]*(.*)")
_PROMPT = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')[ \t]*(?:if\b(.*))?$""")
_IF = re.compile(r"(.*?)\bif\b(.*)$")
_TYPES = ("bool", "tristate", "int", "hex", "string")
_DEEPEST, _MOST_FILES, _MOST_OPTIONS = (
    20,
    500,
    20000,
)  # files that include one another; files and options of one architecture
_MOST_BLOCKS = 50  # blocks in one another that count


@dataclass(slots=True, eq=False)
class Option:
    """A `config`: `line` is its prompt's, or its own without one; `above` and `visible` are the conditions of what is
    around it.

    `help` is one line.  `choice` is the choice that it belongs to.
    """

    name: str
    path: str
    line: int
    kind: str = ""
    prompt: str | None = None
    shown_if: Expression = YES
    depends: list[Expression] = field(default_factory=list)
    defaults: list[tuple[Expression, Expression]] = field(default_factory=list)
    selects: list[tuple[str, Expression]] = field(default_factory=list)
    help: str = ""
    above: Expression = YES
    visible: Expression = YES
    choice: Option | None = None
    members: list[Option] = field(default_factory=list)
    environment: str | None = None


@dataclass(slots=True)
class _Block:
    """An `if`, `menu` or `choice` that is open."""

    kind: str
    condition: Expression = YES
    visible: Expression = YES
    choice: Option | None = None


class Reader:
    """Reads the files of `texts` (path -> text) for one architecture; `options` in file order, choices among them
    without a name.
    """

    def __init__(self, texts: Mapping[str, str], architecture: str) -> None:
        self.texts = texts
        self.variables = {"SRCARCH": architecture, "ARCH": ARCHITECTURES[architecture], "srctree": "."}
        self.options: list[Option] = []
        self.blocks: list[_Block] = []
        self.files = 0
        if ROOT in texts:
            self._file(ROOT, 0)

    def _parse(self, text: str) -> Expression:
        return parse(text, self.variables.get) if text.strip() else YES

    def _file(self, path: str, depth: int) -> None:
        self.files += 1
        if depth > _DEEPEST or self.files > _MOST_FILES or len(self.options) > _MOST_OPTIONS:
            return
        lines = _joined(self.texts[path])
        entry: Option | _Block | None = None
        at = 0
        while at < len(lines):
            number, line = lines[at]
            at += 1
            found = _WORD.match(line)
            if found is None:
                continue
            word, rest = found[1], _uncommented(found[2])
            if word.strip("-") == "help":
                at = self._help(lines, at, entry)
            elif word in _STARTS:
                entry = self._start(word, rest, path, number, depth)
            elif isinstance(entry, Option):
                self._attribute(entry, word, rest, number)
            elif entry is not None:
                self._of_menu(entry, word, rest)

    def _start(self, word: str, rest: str, path: str, number: int, depth: int) -> Option | _Block | None:
        """A line that begins an entry, or ends a block; the entry that attributes belong to."""
        if word in ("config", "menuconfig"):
            option = self._option(rest.split("#")[0].strip(), path, number)
            if option.choice is not None:
                option.choice.members.append(option)
            return option
        if word == "choice":
            choice = self._option("", path, number)
            self.blocks.append(_Block("choice", choice=choice))
            return choice
        if word in ("if", "menu"):
            block = _Block(word, self._parse(rest) if word == "if" else YES)
            self.blocks.append(block)
            return block if word == "menu" else None
        if word in ("endif", "endmenu", "endchoice"):
            if self.blocks and self.blocks[-1].kind == word[3:]:
                self.blocks.pop()
        elif word in ("source", "rsource", "osource", "orsource"):
            name = expand(rest.strip().strip("\"'"), self.variables.get)
            if FOLDER + name in self.texts:
                self._file(FOLDER + name, depth + 1)
        return None

    def _option(self, name: str, path: str, number: int) -> Option:
        option = Option(name, path, number)
        around = self.blocks[:_MOST_BLOCKS]
        option.above = both(*(block.condition for block in around))
        option.visible = both(*(block.visible for block in around))
        option.choice = next((block.choice for block in reversed(around) if block.choice is not None), None)
        self.options.append(option)
        return option

    def _attribute(self, option: Option, word: str, rest: str, number: int) -> None:
        if word in _TYPES:
            option.kind = word
            self._prompt(option, rest, number)
        elif word == "prompt":
            self._prompt(option, rest, number)
        elif word in ("default", "def_bool", "def_tristate"):
            option.kind = word.removeprefix("def_") if word != "default" else option.kind
            option.defaults.append(self._conditional(rest))
        elif word == "depends":
            option.depends.append(self._parse(rest.removeprefix("on")))
        elif word in ("select", "imply"):
            name, condition = self._split(rest)
            option.selects.append((name.strip(), condition))
        elif word == "option" and (found := re.match(r'env\s*=\s*"(\w+)"', rest)):
            option.environment = found[1]

    def _of_menu(self, block: _Block, word: str, rest: str) -> None:
        if word == "depends":
            block.condition = both(block.condition, self._parse(rest.removeprefix("on")))
        elif word == "visible":
            block.visible = both(block.visible, self._parse(rest.strip().removeprefix("if")))

    def _prompt(self, option: Option, rest: str, number: int) -> None:
        found = _PROMPT.match(rest.strip())
        if found:
            option.prompt = " ".join((found[1] if found[1] is not None else found[2]).split())
            option.line = number
            option.shown_if = self._parse(found[3] or "")

    def _conditional(self, rest: str) -> tuple[Expression, Expression]:
        value, condition = self._split(rest)
        return self._parse(value), condition

    def _split(self, rest: str) -> tuple[str, Expression]:
        found = _IF.match(rest)
        return (found[1], self._parse(found[2])) if found else (rest, YES)

    def _help(self, lines: list[tuple[int, str]], at: int, entry: Option | _Block | None) -> int:
        """Read a help text: the lines that are indented as its first one is, or deeper; where it ends."""
        words: list[str] = []
        depth: int | None = None
        while at < len(lines):
            line = lines[at][1].expandtabs()
            indent = len(line) - len(line.lstrip())
            if line.strip():
                depth = indent if depth is None else depth
                if indent < depth or not indent:
                    break
                words.append(line.strip())
            at += 1
        if isinstance(entry, Option):
            entry.help = " ".join(words)
        return at


_STARTS = (
    "config",
    "menuconfig",
    "choice",
    "if",
    "menu",
    "endif",
    "endmenu",
    "endchoice",
    "source",
    "rsource",
    "osource",
    "orsource",
    "comment",
    "mainmenu",
)


def _joined(text: str) -> list[tuple[int, str]]:
    """The lines with their numbers, those that end in a backslash joined with the next."""
    out: list[tuple[int, list[str]]] = []
    open_line = False
    for number, line in enumerate(text.split("\n"), 1):
        body = line.rstrip("\r")
        if not open_line:
            out.append((number, []))
        open_line = body.endswith("\\")
        out[-1][1].append(body[:-1] if open_line else body)
    return [(number, "".join(parts)) for number, parts in out]


def _uncommented(rest: str) -> str:
    """What is before a `#` outside quotes."""
    quote = ""
    for place, char in enumerate(rest):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            return rest[:place]
    return rest

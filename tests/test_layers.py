"""The direction of the data (CONTRIBUTING.md, "The rooms"): one test a rule, each with faults planted on a copy that it must find."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# every room in order; rooms in one line may not import each other from right to left
ROOMS = (
    "grammar", "convert", "convert.failure", "convert.net", "convert.trees", "convert.output", "convert.sheet", "convert.names",
    "convert.merge", "convert.sources", "convert.lint", "convert.draft", "convert.diff", "convert.importing", "convert.mail",
    "convert.xsa", "convert.matrix", "convert.update", "convert.release", "convert.series", "convert.commands", "convert.cli",
    "convert.packaging",
)  # fmt: skip
# never, through any chain of imports
FAR = (("convert.lint.rules", "convert.merge", "convert.draft", "convert.diff.compare"), "convert.trees.git")
RUN_PROGRAMS = frozenset(
    {"convert.trees.git", "convert.mail.get_maintainer", "convert.draft.oracle", "convert.sheet.google.login"}
)
HEAVY = frozenset({"google", "httplib2", "openpyxl", "jinja2", "tabulate", "odf", "mwparserfromhell", "tenacity"})
HEADINGS = frozenset({"Description", "Caveats", "Restrictions", "Qualifier", "Maintainer"})

Code = Mapping[str, str]  # module -> its text
Fault = tuple[str, str]  # a module and a line to put at its end


def code() -> dict[str, str]:
    found = {}
    for folder in ("grammar", "convert"):
        for path in (ROOT / folder).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = path.read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    return code()


@lru_cache(maxsize=2048)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def imports(text: str, known: Code, *, top_only: bool = False) -> Iterator[str]:
    """The modules that a text imports, in functions too unless `top_only`."""
    for node in _parsed(text).body if top_only else ast.walk(_parsed(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if inside in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
            constants = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            yield from (str(value) for value in constants if str(value) in known)


def room(module: str) -> int:
    """The number of a module's room; every room is listed, there is no rest."""
    found = [number for number, name in enumerate(ROOMS) if module == name or (name != "convert" and module.startswith(name + "."))]  # fmt: skip
    assert found, f"{module} is in no room of {ROOMS}"
    return max(found)


def wrong_way(known: Code) -> list[str]:
    return [
        f"{module} imports {other}"
        for module, text in known.items()
        for other in imports(text, known)
        if other.split(".")[0] in ("grammar", "convert") and room(other) > room(module)
    ]


def far_reaching(known: Code) -> list[str]:
    graph = {module: {name for name in imports(text, known) if name in known} for module, text in known.items()}
    starts, end = FAR
    return [
        " > ".join(chain)
        for module in sorted(graph)
        if any(module == start or module.startswith(start + ".") for start in starts)
        for chain in [_chain(graph, module, end)]
        if chain
    ]


def _chain(graph: Mapping[str, set[str]], start: str, end: str) -> list[str]:
    waiting, seen = deque([[start]]), {start}
    while waiting:
        chain = waiting.popleft()
        if chain[-1] == end:
            return chain
        for other in sorted(graph[chain[-1]] - seen):
            seen.add(other)
            waiting.append([*chain, other])
    return []


def circles(known: Code) -> list[str]:
    """Two rooms of convert that import each other."""
    pairs = {
        (ROOMS[room(module)], ROOMS[room(other)])
        for module, text in known.items()
        for other in imports(text, known)
        if other in known
    }
    return [f"{a} and {b}" for a, b in pairs if a < b and (b, a) in pairs]


def pandoc_from_outside(known: Code) -> list[str]:
    return [
        f"{module} imports {other}"
        for module, text in known.items()
        if not module.startswith("grammar")
        for other in imports(text, known)
        if other.startswith("grammar.pandoc")
    ]


def grammar_abroad(known: Code) -> list[str]:
    foreign = {"subprocess", "socket", "http", "urllib", "openpyxl", "convert"}
    return [
        f"{module} imports {other}"
        for module, text in known.items()
        if module.startswith("grammar")
        for other in imports(text, known)
        if other.split(".")[0] in foreign and other != "urllib.parse"
    ]


def runs_programs(known: Code) -> list[str]:
    """Modules that start another program, and are none of those that may."""
    return [
        f"{module} runs programs"
        for module, text in known.items()
        if module not in RUN_PROGRAMS
        and (
            {"subprocess", "webbrowser", "pty", "multiprocessing"}
            & {name.split(".")[0] for name in imports(text, known)}
            or re.search(r"\bos\.(?:exec\w*|popen|system|spawn\w*|posix_spawn\w*|fork)\b", text)
            or re.search(r"\bfrom os import [^\n]*\b(?:exec\w*|popen|system|spawn\w*|fork)\b", text)
        )
    ]


def git_elsewhere(known: Code) -> list[str]:
    return [
        f"{module} runs git"
        for module, text in known.items()
        if module != "convert.trees.git" and re.search(r"""\[["']git["'],|^\s*["']git["'],$""", text, re.M)
    ]


def headings(known: Code) -> list[str]:
    return [
        f"{module} has the column heading {value}"
        for module, text in known.items()
        if module.startswith("convert.sheet")
        for value in HEADINGS.intersection(
            str(node.value)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    ]


def heavy_at_the_top(known: Code) -> list[str]:
    return [
        f"{module} imports {other} when it is imported"
        for module, text in known.items()
        if not module.startswith("convert.sheet.google")  # imported only by what fetches
        for other in imports(text, known, top_only=True)
        if other.split(".")[0] in HEAVY
    ]


# what is known and is on its way out; one that is mended has to leave this list
PENDING: dict[str, list[str]] = {}

Check = Callable[[Code], list[str]]
RULES: dict[str, tuple[Check, tuple[Fault, ...]]] = {
    "imports go upwards": (
        wrong_way,
        (
            ("convert.trees.git", "import convert.matrix.page"), ("convert.merge.parts", "from convert.series import making"),
            ("grammar.rows", "from convert import failure"), ("convert.lint.engine", "import convert.diff.compare"),
            ("convert.mail.messages", "def f():\n    from convert.matrix import build"),
        ),
    ),
    "no git behind rules, merge, draft and compare": (
        far_reaching,
        (
            ("convert.lint.rules.parts", "from convert.trees import git"), ("convert.names.aliases", "import convert.trees.arguments"),
            ("convert.draft.validate", "def f():\n    from convert.trees.resolve import resolve"),
        ),
    ),
    "no circles": (circles, (("convert.trees.version", "import convert.lint.engine"),)),
    "grammar.pandoc is grammar's own": (pandoc_from_outside, (("convert.lint.engine", "from grammar.pandoc import quotes"),)),
    "grammar knows nothing else": (
        grammar_abroad, (("grammar.rows", "import subprocess"), ("grammar.nodes", "import urllib.request")),
    ),
    "only some modules run programs": (
        runs_programs,
        (
            ("convert.lint.engine", "import subprocess"), ("convert.series.making", 'import os\nos.execvp("git", [])'),
            ("convert.matrix.build", 'import os\nos.popen("git log")'), ("convert.output.files", 'import os\nos.system("ls")'),
            ("convert.draft.draft", "from os import system"),
        ),
    ),
    "git is run by convert.trees.git": (git_elsewhere, (("convert.draft.oracle", 'run(["git", "log"])'),)),
    "no module holds a column heading": (headings, (("convert.sheet.table", 'HEAD = "Caveats"'),)),
    "heavy libraries are imported where they are used": (heavy_at_the_top, (("convert.sheet.formats.xlsx", "import openpyxl"),)),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps_it_and_a_planted_fault_does_not_pass(rule: str, modules: dict[str, str]) -> None:
    check, faults = RULES[rule]
    pending = PENDING.get(rule, [])
    assert check(modules) == pending
    for module, line in faults:
        assert len(check({**modules, module: f"{modules[module]}\n{line}\n"})) > len(pending), (
            f"{rule}: not found: {line!r} in {module}"
        )


def test_the_map_in_contributing_names_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = text[text.index("## The rooms") : text.index("## How to add")]
    there = {path.name for path in (ROOT / "convert").iterdir() if (path / "__init__.py").is_file()}
    for name in sorted(there):
        assert re.search(rf"\b{name}/", drawn), f"CONTRIBUTING does not draw {name}/"
    below = {"grammar", "convert", "pandoc", "formats", "google", "rules", "fixes"}
    for name in set(re.findall(r"^ +([a-z]+)/|(?<=  )([a-z]+)/", map_lines(drawn), re.M)):
        found = "".join(name)
        assert found in there | below | {"xsa", "release"}, f"CONTRIBUTING draws {found}/, which is not there"


def map_lines(text: str) -> str:
    """The lines of the drawing alone."""
    return "\n".join(line for line in text.split("\n") if line.startswith("    "))

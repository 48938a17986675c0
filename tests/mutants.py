"""Seeded mutants over the whole product: what a test should have noticed, and did not.

    python tests/mutants.py map [-n 2]          which test runs which line, into build/mutants/ (two runs of `make test`)
    python tests/mutants.py run [--count 300] [--seed 1] [--jobs 2] [--first 60]

`run` changes one place at a time in a copy of the tree (a comparison, an operator, a constant, a condition), runs the tests
that run that line, the likeliest so many first, and prints what survived as a diff.  A mutant that no test runs counts as
surviving.  The same seed gives the same mutants as long as the code is the same.  No part of `make test`.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "mutants"
LIMIT = 900  # seconds of one mutant's tests; one that goes on for ever is noticed

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed place: the file below the root, its line, what was done, the whole text after it."""

    file: str
    line: int
    what: str
    text: str


def mutate(text: str, number: int) -> tuple[str, int, str] | None:
    """The module with its site of that number changed; None where nothing would change."""
    tree = ast.parse(text)
    found = list(_sites_of(tree))
    node, line, what = found[number]
    before = ast.unparse(tree)
    if isinstance(node, ast.Compare):
        node.ops[0] = _COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    elif isinstance(node, ast.BinOp):
        node.op = _OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Constant):
        node.value = (not node.value) if isinstance(node.value, bool) else int(str(node.value)) + 1
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    after = ast.unparse(ast.fix_missing_locations(tree))
    return (after, line, what) if after != before else None


def _sites_of(tree: ast.Module) -> Iterator[tuple[ast.AST, int, str]]:
    hints = {id(part) for node in ast.walk(tree) for part in _typing(node)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if id(node) in hints:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
            yield node, line, "comparison"
        elif isinstance(node, ast.BoolOp):
            yield node, line, "and/or"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, line, "not"
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            yield node, line, "operator"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
            yield node, line, "constant"
        elif isinstance(node, ast.If | ast.IfExp):
            yield node, line, "condition"


def _typing(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that are for type checkers alone, and what decorates (`frozen=True`: no test can tell)."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            yield from ast.walk(decorator)
    if isinstance(node, ast.FunctionDef):
        for argument in (*node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            if argument is not None and argument.annotation is not None:
                yield from ast.walk(argument.annotation)
        if node.returns is not None:
            yield from ast.walk(node.returns)
    elif isinstance(node, ast.AnnAssign):
        yield from ast.walk(node.annotation)
    elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        yield node


def chosen(count: int, seed: int) -> list[Mutant]:
    """So many mutants, drawn evenly over all places of the product."""
    places = []
    for folder in ("convert", "grammar"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = str(path.relative_to(ROOT))
            places += [(name, text, number) for number in range(len(list(_sites_of(ast.parse(text)))))]
    random.Random(seed).shuffle(places)
    out = []
    for name, text, number in places:
        made = mutate(text, number)
        if made is not None:
            out.append(Mutant(name, made[1], made[2], made[0]))
        if len(out) == count:
            break
    return out


def map_tests(workers: int) -> int:
    """Run the fast tests with coverage by test; the status of the run."""
    HOME.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "COVERAGE_FILE": str(HOME / "coverage"), "COVERAGE_CORE": "ctrace"}
    command = [
        sys.executable, "-m", "pytest", "-q", "-m", "not slow", f"-n{workers}", "--cov=convert", "--cov=grammar",
        "--cov-context=test", "--cov-report=",
    ]  # fmt: skip
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    note_fit(workers)
    return status


def tests_of(line: Mutant) -> list[str]:
    """The tests that run a line, those first that run the least of its file, as pytest's ids.

    What a module does when it is imported belongs to no test, so for such a line these are the tests that run any of the file.
    """
    base = sqlite3.connect(HOME / "coverage")
    rows = base.execute("select context.context, line_bits.numbits from line_bits join file on file.id = line_bits.file_id "
                        "join context on context.id = line_bits.context_id where file.path like ?", (f"%/{line.file}",))  # fmt: skip
    found = [(sum(bin(byte).count("1") for byte in bits), name.rpartition("|")[0], bits) for name, bits in rows if name]
    base.close()
    there = [
        (size, name)
        for size, name, bits in found
        if line.line // 8 < len(bits) and bits[line.line // 8] >> (line.line % 8) & 1
    ]
    fit = fit_tests()
    names = dict.fromkeys(name for _, name in sorted(there or [(size, name) for size, name, _ in found]))
    return [name for name in names if name in fit]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree, in which mutants live."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        copy = Path(name, "tree", "project")
        made = (".git", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", ".venv", "*.egg-info")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*made))
        if (ROOT.parent / "shared").exists():
            (copy.parent / "shared").symlink_to(ROOT.parent / "shared")
        yield copy


def note_fit(workers: int) -> None:
    """Write down the tests that pass on a copy with nothing changed but its layout: others cannot judge a mutant."""
    with copied() as copy:
        for folder in ("convert", "grammar"):
            for path in (copy / folder).rglob("*.py"):
                path.write_text(ast.unparse(ast.parse(path.read_text(encoding="utf-8"))), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow"]
        listed = subprocess.run(
            [*command, "-n0", "--collect-only"], cwd=copy, capture_output=True, text=True, check=True
        )
        everything = {line for line in listed.stdout.splitlines() if "::" in line}
        subprocess.run([*command, f"-n{workers}"], cwd=copy, check=False)
        cache = copy / ".pytest_cache" / "v" / "cache" / "lastfailed"
        failed = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    (HOME / "fit.json").write_text(json.dumps(sorted(everything - set(failed)), indent=1) + "\n", encoding="utf-8")


def fit_tests() -> frozenset[str]:
    """What `note_fit` wrote down."""
    return frozenset(json.loads((HOME / "fit.json").read_text(encoding="utf-8")))


def verdict(mutant: Mutant, first: int) -> str:
    """`killed`, `survived` or `not run`; the likeliest tests go first, as most mutants need no more."""
    tests = tests_of(mutant)
    if not tests:
        return "not run"
    with copied() as copy:
        (copy / mutant.file).write_text(mutant.text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider"]
        for some in filter(None, (tests[:first], tests[first:])):
            try:
                done = subprocess.run([*command, *some], cwd=copy, capture_output=True, timeout=LIMIT, check=False)
            except subprocess.TimeoutExpired:
                return "killed"
            if done.returncode:
                return "killed"
        return "survived"


def shown(mutant: Mutant) -> str:
    """What was changed, as a diff without its head."""
    before = ast.unparse(ast.parse((ROOT / mutant.file).read_text(encoding="utf-8"))).splitlines()
    lines = list(unified_diff(before, mutant.text.splitlines(), n=1, lineterm=""))[2:]
    return "\n".join(f"    {line}" for line in lines if not line.startswith("@@"))


def run(count: int, seed: int, jobs: int, first: int) -> int:
    """Try the mutants, print the survivors and the figures; 1 where more than one in ten survived."""
    mutants = chosen(count, seed)
    figures = {"killed": 0, "survived": 0, "not run": 0}
    said = []
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, found in zip(mutants, pool.map(lambda one: verdict(one, first), mutants), strict=True):
            figures[found] += 1
            if found != "killed":
                print(f"{mutant.file}:{mutant.line}: {mutant.what}: {found}\n{shown(mutant)}", flush=True)
                said.append({"file": mutant.file, "line": mutant.line, "what": mutant.what, "verdict": found})
    print(json.dumps(figures))
    (HOME / "survivors.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return int(figures["killed"] * 10 < count * 9)


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the arguments; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=("map", "run"))
    parser.add_argument("-n", type=int, default=2, dest="workers")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", type=int, default=60)
    args = parser.parse_args(argv)
    return map_tests(args.workers) if args.what == "map" else run(args.count, args.seed, args.jobs, args.first)


if __name__ == "__main__":
    sys.exit(main())

"""What a person decided about a merge that waited: read, checked, carried out, or given up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.failure import Failure
from convert.merge import Side, left_over
from convert.output.files import write_atomic
from convert.trees.version import FILE
from convert.update import pending
from convert.update.apply import Options, Step, carry_out, checkout_obstacle, step_of
from convert.update.pending import Pending
from convert.update.plan import Plan
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

_BLOCK = re.compile(
    r"^<{7} [^\n]*\n(?P<ours>(?:(?!\|{7}).*\n)*?)\|{7} [^\n]*\n(?:.*\n)*?={7}\n(?P<theirs>(?:.*\n)*?)>{7}"
    r" [^\n]*\[(?P<key>[^\n]*)\](?P<gap>\n*)",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a resolution is not taken yet, line by line."""

    why: tuple[str, ...]


def keep(repo: Path, found: Plan) -> Path:
    """Keep a plan with conflicts for a person; the folder."""
    step = step_of(found)
    state: dict[str, Any] = {
        "support": step.support,
        "at": step.at,
        "parents": list(step.parents),
        "fork": step.fork,
        "upstream": step.upstream,
        "base_at": step.base_at,
        "keys": list(dict.fromkeys(change.place.key for change in found.result.conflicts)),
    }
    texts = {
        FILE: found.result.data,
        "ours.md": found.ours,
        "base.md": found.base_text,
        "theirs.md": found.theirs,
    }
    return pending.save(repo, found.tree, state, texts, step.new_base)


def settle(repo: Path, tree: str, settled: Mapping[str, Side]) -> list[str]:
    """Settle conflicts of a waiting merge by key; the keys still open.  Raises Failure for a key that is none of
    them.
    """
    waiting = pending.load(repo, tree)
    text = _decoded(waiting)
    crlf = "\r\n" in text
    text = text.replace("\r\n", "\n")
    known = [found["key"] for found in _BLOCK.finditer(text)]
    missing = [key for key in settled if key not in known]
    if missing:
        raise Failure(
            f"{tree}: no conflict {', '.join(missing)}; there are {', '.join(dict.fromkeys(known)) or 'none'}"
        )
    moved = [key for key, side in settled.items() if key.endswith(":position") and side == "theirs"]
    if moved:
        raise Failure(
            f"{moved[0]}: move it in {waiting.file}, or give up with --abort and update with --theirs {moved[0]}"
        )

    def chosen(found: re.Match[str]) -> str:
        side = settled.get(found["key"])
        if side is None:
            return found.group()
        return found[side].removesuffix("\n") + found["gap"] if found[side] else ""

    text = _BLOCK.sub(chosen, text)
    write_atomic(waiting.file, (text.replace("\n", "\r\n") if crlf else text).encode())
    return [found["key"] for found in _BLOCK.finditer(text)]


def _decoded(waiting: Pending) -> str:
    try:
        return waiting.file.read_bytes().decode()
    except UnicodeDecodeError:
        raise Failure(f"{waiting.file}: not UTF-8") from None


def conclude(repo: Path, tree: str, options: Options) -> str | Refused | None:
    """Commit the resolution of a waiting merge: the new commit, None where the branch stays, or why it is refused."""
    waiting = pending.load(repo, tree)
    text = waiting.file.read_bytes()
    wrong = _wrong(waiting, text)
    if wrong:
        return Refused(tuple(wrong))
    step = _step(waiting, tree, text)
    in_the_way = checkout_obstacle(repo, step.support, options)
    if in_the_way:
        return Refused((in_the_way,))
    new = carry_out(repo, step, options, waiting.folder)
    pending.drop(repo, tree)
    return new


def _wrong(waiting: Pending, text: bytes) -> list[str]:
    name = str(waiting.file)
    source = Source(name, text)
    if not source.utf8:
        return [f"{name}: not UTF-8"]
    markers = left_over(source.text.replace("\r\n", "\n"))
    if markers:
        return [f"{name}:{line}: a conflict marker is left" for line in markers[:10]]
    before: Counter[str] = Counter()
    for side in (waiting.ours, waiting.theirs):
        before |= Counter(code for code, _ in _errors(Source(name, side)))
    found = []
    for code, message in _errors(source):
        before[code] -= 1
        if before[code] < 0:
            found.append(f"{name}: {message}")
    return found


def _errors(source: Source) -> list[tuple[str, str]]:
    parsed = parse(source)
    found = [*parsed.diagnostics, *read_rows(parsed.document, source).diagnostics]
    return [
        (d.code, f"line {source.position(d.span.start)[0] if d.span else 1}: {d.code} {d.message}")
        for d in found
        if d.severity == "error"
    ]


def _step(waiting: Pending, tree: str, text: bytes) -> Step:
    state = waiting.state

    def word(key: str) -> str | None:
        value = state.get(key)
        if value is not None and not isinstance(value, str):
            raise Failure(f"{waiting.folder}: not the state of an update; give it up with --abort")
        return value

    parents = state.get("parents")
    support, upstream = word("support"), word("upstream")
    if not isinstance(parents, list) or not parents or not all(isinstance(p, str) for p in parents) or not support:
        raise Failure(f"{waiting.folder}: not the state of an update; give it up with --abort")
    return Step(
        tree, support, word("at"), tuple(parents), word("fork"), upstream or "", text, word("base_at"), waiting.new_base
    )

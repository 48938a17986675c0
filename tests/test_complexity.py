"""No function is more complex than 20 by radon's count; ruff's C901 holds 10 by its own (`make lint`)."""

from __future__ import annotations

from pathlib import Path

from radon.complexity import cc_visit  # type: ignore[import-untyped]
from radon.visitors import Class  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 20


def too_complex(text: str, name: str) -> dict[str, int]:
    """The functions of a module above the limit, as `module.function`, with radon's count."""
    found = {}
    for block in cc_visit(text):
        functions = block.methods if isinstance(block, Class) else [block]
        found.update({f"{name}.{one.name}": one.complexity for one in functions if one.complexity > LIMIT})
    return found


def test_functions_are_simple() -> None:
    found: dict[str, int] = {}
    for folder in ("convert", "grammar", "samples"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= too_complex(path.read_text(encoding="utf-8"), name)
    assert found == {}


def test_a_complex_function_is_found() -> None:
    branches = "\n".join(f"        if a == {n}:\n            return {n}" for n in range(LIMIT))
    assert too_complex(f"class A:\n    def f(self, a):\n{branches}\n", "m") == {"m.f": LIMIT + 1}

"""How much work something is, counted in steps of the interpreter, so that growth can be tested without a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal


def steps(run: Callable[[], object], below: str, *, of: Literal["line", "opcode"]) -> int:
    """How many lines or operations a call runs of the code whose file begins with `below`."""
    seen = 0

    def note(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        nonlocal seen
        if not frame.f_code.co_filename.startswith(below):
            return None
        frame.f_trace_opcodes = of == "opcode"
        seen += event == of
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        run()
    finally:
        sys.settrace(before)
    return seen

"""The markers of bullet lists (pandoc's manual, "Bullet lists"): for all who look at lines without parsing them."""

from __future__ import annotations

MARKER = "[*+-]"  # for regular expressions
MARKERS = ("*", "+", "-")

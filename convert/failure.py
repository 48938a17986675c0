"""The failure that every command turns into one line and exit status 2."""

from __future__ import annotations


class Failure(Exception):
    """Usage, unreadable input or a failing environment; the message is for people, without terminal codes or secrets."""

"""The rules, a module a subject.

In the `Bad:` and `Good:` fragments of their docstrings `␠` is a space at the end of a line, `␉` a tab, and a final `␄`
says that the file ends without a newline.  For a rule across trees the Good fragment is what the other tree says.
"""

from __future__ import annotations


def load() -> None:
    """Enter every rule into the catalogue."""
    from convert.lint.rules import (  # noqa: F401
        across,
        changes,
        elsewhere,
        labels,
        names,
        release,
        restrictions,
        shape,
        structure,
        tags,
        text,
        together,
    )

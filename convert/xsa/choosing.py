"""Which advisories a question is about: by number, or by the day on which they became public, never by a range of
numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.xsa.advisories import Advisory
from convert.xsa.source import Scope, Source


def day_of(text: str, repo: Path | None) -> date:
    """The day that `--since` names: YYYY-MM-DD, or that of a tag or commit.  Raises Failure."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Failure(f"{text}: no such day") from None
    commit = git.commit(repo or Path(), text)
    if commit is None:
        raise Failure(f"{text}: neither a day (YYYY-MM-DD) nor a tag or commit")
    return date.fromisoformat(git.day(repo or Path(), commit))


def numbers(texts: Iterable[str]) -> list[int]:
    """The numbers of `--xsa 9,XSA-10`.  Raises Failure."""
    found: list[int] = []
    for word in re.split(r"[,\s]+", ",".join(texts)):
        number = re.fullmatch(r"(?:XSA-?)?(\d{1,5})", word, re.I)
        if number is None:
            raise Failure(f"{word!r}: not the number of an advisory; write --xsa 480,481")
        found.append(int(number[1]))
    return list(dict.fromkeys(found))


def choose(source: Source, scope: Scope, wanted: Sequence[int] | None, since: date | None) -> list[Advisory]:
    """The advisories, by public date, then number; announced ones are among them.  Raises Failure for a number not
    listed.

    With `since` those public on that day or later, those whose new version was first seen since then, and those without
    a date, of which it is not known.
    """
    every = source.advisories
    if wanted is not None:
        missing = [f"XSA-{number}" for number in wanted if number not in every]
        if missing:
            raise Failure(f"{', '.join(missing)}: not listed by {source.url}")
        chosen = [every[number] for number in wanted]
    else:
        moved = source.moved(since) if since else frozenset()
        chosen = [a for a in every.values() if _recent(a, since) or a.number in moved]
    for one in chosen:
        if one.public is None and not one.is_unused and not scope.open(one):
            hint = "; --embargoed shows what this directory has of it" if source.local else ""
            source.problems.append(f"XSA-{one.number}: no public date is known, so it is taken for embargoed{hint}")
    return sorted(chosen, key=lambda a: (a.public is None, a.public.timestamp() if a.public else 0.0, a.number))


def _recent(advisory: Advisory, since: date | None) -> bool:
    return since is None or advisory.public is None or advisory.public.date() >= since

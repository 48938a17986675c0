"""What to write for a status that is unknown: the words that people put into such cells, and what they are likely to
mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LABEL = "use a label, or add it to the layout's synonyms"
_BLANK = 'leave the cell blank, or write "-", where the feature is not in this tree'
_SIGN = (
    'write the label that the sign stands for, or add the sign to the layout\'s [marks], or to [synonyms]: "{0}" ='
    ' "Supported"'
)
_HINTS: tuple[tuple[str, str], ...] = (
    (
        r"true|yes|y|x|1|ok|on",
        'write "Supported"; for check boxes, the layout can say so: [synonyms] "{0}" = "Supported"',
    ),
    (r"false|no|n|0|off", f'write "Not supported" where it is there and is not supported; {_BLANK}'),
    (r"n\.?/?a\.?|none|nil|null|not applicable|not available|unavailable|absent|missing", _BLANK),
    (
        (
            r"planned|wip|w\.i\.p\.?|work in progress|in progress|in development|future|later|soon|coming(?:"
            r" soon)?|pending|next(?: release)?"
        ),
        (
            'a tree\'s file says what is there now: "-" if nothing is, "Experimental" if it can be tried; "?" if it is'
            " to be decided"
        ),
    ),
    (
        r"removed|dropped|gone|eol|end of life|retired|discontinued",
        f'{_BLANK}; "Obsolete" or "Deprecated" where it still is',
    ),
    (r"alpha|beta|poc|prototype|untested|unstable", 'write "Experimental" or "Tech Preview"'),
    (
        r"partial(?:ly)?(?: supported)?|limited|some|mostly",
        'write "Supported, with caveats", and what they are into Caveats',
    ),
    (r"unknown|unclear|not sure|undecided|open", 'write "?" if it is to be decided'),
    (r"maintained|stable|production|ga|released|done|complete|full", 'write "Supported"'),
)
_INSIDE = re.compile(r"(?P<label>.+?)\s*\((?P<inside>[^()]+?)(?: only)?\)", re.I)
_SINCE = re.compile(
    r"(?P<label>.+?),? ?\(?(?P<words>(?:since|from|as of|until|up to and including|in|starting with) (?:xen"
    r" )?v?[0-9]+\.[0-9x.]+\+?)\)?",
    re.I,
)
_MARK = re.compile(r"(?P<label>.+?)\s*(?:\[\w{1,3}\]|\([0-9]{1,2}\)|[⁰¹²³⁴-⁹]+|[*†‡]+)")
_WHERE = re.compile(r"(?:on|for|with|in) ", re.I)
_Label = Callable[[str], str | None]


def hint(text: str, label: _Label, near: str | None) -> str:
    """What to do about an unknown status, on one line.

    `label` gives the label that a spelling stands for, `near` the label that the status most resembles.
    """
    folded = text.casefold().rstrip(".")
    for pattern, words in _HINTS:
        if re.fullmatch(pattern, folded):
            return words.format(text)
    for advise in (_since, _mark, _part):
        if (found := advise(text, label)) is not None:
            return found
    if near is not None:
        return f'did you mean "{near}"?'
    if text and not any(character.isalnum() for character in text):
        return _SIGN.format(text)
    return _LABEL


def _since(text: str, label: _Label) -> str | None:
    found = _SINCE.fullmatch(text)
    known = label(found["label"]) if found else None
    if found is None or known is None:
        return None
    return f'write "{known}"; the columns say what holds in which tree, "{found["words"]}" belongs in Description'


def _mark(text: str, label: _Label) -> str | None:
    found = _MARK.fullmatch(text)
    known = label(found["label"]) if found else None
    if known is None:
        return None
    return (
        f'write "{known}" and the text of the footnote into Caveats, or let the layout read the marks: [features]'
        " footnotes = true"
    )


def _part(text: str, label: _Label) -> str | None:
    """`Supported (x86 only)`, `Supported on Arm only`: a status of one variant."""
    splits: list[tuple[str, str]] = []
    if found := _INSIDE.fullmatch(text):
        splits.append((found["label"], found["inside"]))
    if text.casefold().endswith(" only"):
        words = text[:-5].split()
        splits += [(" ".join(words[:n]).rstrip(","), " ".join(words[n:])) for n in range(len(words) - 1, 0, -1)]
    for left, right in splits:
        if known := label(left):
            variant = _WHERE.sub("", right, count=1) if _WHERE.match(right) else right
            return (
                f'write "{known}" into a row with the Variant "{variant}", or "Supported, with caveats" and the rest'
                " into Caveats"
            )
    return None

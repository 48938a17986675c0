"""What to write for a status that is unknown: the words that people put into such cells, and what they are likely to mean."""

from __future__ import annotations

import re
from collections.abc import Callable

_LABEL = "use a label, or add it to the layout's synonyms"
_BLANK = 'leave the cell blank, or write "-", where the feature is not in this tree'
_SIGN = 'write the label that the sign stands for, or add the sign to the layout\'s [marks], or to [synonyms]: "{0}" = "Supported"'
_HINTS: tuple[tuple[str, str], ...] = (
    (r"true|yes|y|x|1|ok|on", 'write "Supported"; for check boxes, the layout can say so: [synonyms] "{0}" = "Supported"'),
    (r"false|no|n|0|off", f'write "Not supported" where it is there and is not supported; {_BLANK}'),
    (r"n\.?/?a\.?|none|nil|null|not applicable|not available|unavailable|absent|missing", _BLANK),
    (
        r"planned|wip|w\.i\.p\.?|work in progress|in progress|in development|future|later|soon|coming(?: soon)?|pending|next(?: release)?",
        'a tree\'s file says what is there now: "-" if nothing is, "Experimental" if it can be tried; "?" if it is to be decided',
    ),
    (r"removed|dropped|gone|eol|end of life|retired|discontinued", f'{_BLANK}; "Obsolete" or "Deprecated" where it still is'),
    (r"alpha|beta|poc|prototype|untested|unstable", 'write "Experimental" or "Tech Preview"'),
    (r"partial(?:ly)?(?: supported)?|limited|some|mostly", 'write "Supported, with caveats", and what they are into Caveats'),
    (r"unknown|unclear|not sure|undecided|open", 'write "?" if it is to be decided'),
    (r"maintained|stable|production|ga|released|done|complete|full", 'write "Supported"'),
)  # fmt: skip
_ONLY = re.compile(
    r"(?P<label>.+?)\s*(?:\((?P<inside>[^()]+?)(?: only)?\)|,? (?:on )?(?P<words>[\w /+.-]+?) only)", re.I
)
_SINCE = re.compile(r"(?P<label>.+?),? ?\(?(?P<words>(?:since|from|as of|until|up to and including|in|starting with) (?:xen )?v?[0-9]+\.[0-9x.]+\+?)\)?", re.I)  # fmt: skip
_UP_TO = re.compile(r"(?:up to|max(?:imum)?\.?:?|<=|≤)\s*(?P<number>[0-9].*)", re.I)


def hint(text: str, label: Callable[[str], str | None], near: str | None) -> str:
    """What to do about an unknown status, on one line.

    `label` gives the label that a spelling stands for, `near` the label that the status most resembles.
    """
    if near is not None:
        return f'did you mean "{near}"?'
    folded = text.casefold().rstrip(".")
    for pattern, words in _HINTS:
        if re.fullmatch(pattern, folded):
            return words.format(text)
    if (found := _UP_TO.fullmatch(text)) and (limit := label(f"Supported up to {found['number']}")):
        return f'did you mean "{limit}"?'
    if (found := _SINCE.fullmatch(text)) and (known := label(found["label"])):
        return f'write "{known}"; the columns say what holds in which tree, "{found["words"]}" belongs into Description'
    if (found := _ONLY.fullmatch(text)) and (known := label(found["label"])):
        inside = found["inside"] or found["words"]
        return f'write "{known}" into a row with the Variant "{inside}", or "Supported, with caveats" and the rest into Caveats'
    if text and not any(character.isalnum() for character in text):
        return _SIGN.format(text)
    return _LABEL

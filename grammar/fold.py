"""The one normal form of words, in which they are compared and written."""

from __future__ import annotations

# Arabic, Syriac and Kaithi signs of category Cf that are seen in print
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_KEYBOARD = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f"), '"'),
    ord("\u2026"): "...",
}

# what selects a glyph and is not seen itself, without being of category Cf
_UNSEEN = frozenset("\u034f\ufe0e\ufe0f")
# all that separates words
BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f"
    " \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def fold(text: str) -> str:
    """Text as it is compared and written, in one normal form; folding twice changes nothing.

    Control and zero-width characters go; every run of spaces (no-break spaces, tabs, line ends too) is one space, and
    none stays at the ends; typographic quotes and dots are those of a keyboard; the rest is Unicode's NFC.  Dashes stay
    as they are: `--` and an en dash are different words.  Lone surrogates, which no file can hold, become U+FFFD.
    """
    return " ".join(normal(text).split())


def normal(text: str) -> str:
    """`fold` with the spaces left alone: the one normal form of words, for cells, printer, comparison and keys."""
    if text.isascii():
        return text if text.isprintable() else "".join(c for c in text if c.isprintable() or c.isspace())
    from unicodedata import normalize  # most files are ASCII

    return normalize("NFC", "".join(_kept(char) for char in text.translate(_KEYBOARD)))


def _kept(char: str) -> str:
    if char in _UNSEEN:
        return ""
    if char.isprintable() or char.isspace():
        return char
    from unicodedata import category

    kind = category(char)
    if kind == "Cs":
        return "\ufffd"
    return (
        "" if kind == "Cc" or (kind == "Cf" and char not in _VISIBLE_FORMATS) or ord(char) & 0xFFFE == 0xFFFE else char
    )

"""A stored number as its number format shows it (ECMA-376 part 1, 18.8.31; built-in formats: 18.8.30).

Separators are `.` and `,`, names of months are English: a workbook does not say in which locale it was last seen.  The
dates that a program shows in its own locale (built-in 14 to 17 and 22 apart from what they spell out) become ISO.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from convert.sheet.formats.dates import is_date, render_date

MAX_CODE = 255
"""Characters of a number format: the limit of the programs that write them; a longer one is read as General."""
BUILTIN: dict[int, str] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((*range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35), "h:mm:ss"),
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
}
_CONTEXT = Context(prec=700, rounding=ROUND_HALF_UP)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>general)'
    r"|(?P<exponent>e[+-])|(?P<mark>[0#?.,%/@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = re.compile(r'("[^"]*"?|\\.|_.|\*.|\[[^\]]*\])|;', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")


class _Token(NamedTuple):
    """`kind`: text, general, exponent, or one of the marks `0 # ? . , % / @`."""

    kind: str
    text: str = ""


def render(value: float, code: str, *, epoch_1904: bool = False) -> str:
    """What people see in a cell that stores `value` under the number format `code`.

    `epoch_1904`: the workbook counts days from 1904.  A format that is too long or that cannot be applied gives the
    number as General shows it; never raises.
    """
    if not math.isfinite(value):
        return str(value)
    if len(code) > MAX_CODE or code.strip().lower() in ("", "general", "@"):
        return general(value)
    section, number = _choose(_sections(code), value)
    if is_date(section):
        return render_date(value, section, epoch_1904=epoch_1904) or general(value)
    return _number(number, _tokens(section)).strip()


def general(value: float) -> str:
    """A number without a format: whole numbers whole (4096, never 4096.0), others to ten significant digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".10G")


def _sections(code: str) -> tuple[str, ...]:
    """The parts between semicolons that are neither quoted nor escaped; the fourth is for texts."""
    parts = [""]
    position = 0
    for match in _SPLIT.finditer(code):
        parts[-1] += code[position : match.start()] + (match[1] or "")
        position = match.end()
        if match[1] is None:
            parts.append("")
    parts[-1] += code[position:]
    return tuple(parts[:3])


def _choose(sections: Sequence[str], value: float) -> tuple[str, float]:
    """The section for a value, and the value as it shows it: without its sign where the section implies it."""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _holds(value, condition[1], float(condition[2])):
                return section, value
        return "General", value
    if len(sections) == 1 or value > 0 or (value == 0 and len(sections) == 2):
        return sections[0], value
    return (sections[1], -value) if value < 0 else (sections[2], value)


def _holds(value: float, operator: str, limit: float) -> bool:
    match operator:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "<>":
            return value != limit
        case _:
            return value == limit


@lru_cache(maxsize=512)
def _tokens(section: str) -> tuple[_Token, ...]:
    return tuple(_scan(section))


def _scan(section: str) -> Iterable[_Token]:
    for match in _TOKEN.finditer(section):
        kind, text = match.lastgroup, match[0]
        if kind in ("quoted", "escaped", "other"):
            yield _Token("text", match[kind])
        elif kind == "bracket":
            # `[$€-407]` shows a currency; colours, locales and conditions show nothing.
            yield _Token("text", match[kind][1:].partition("-")[0] if match[kind].startswith("$") else "")
        elif kind == "mark":
            yield _Token(text)
        elif kind is not None:
            yield _Token(kind, text)


def _number(value: float, tokens: Sequence[_Token]) -> str:
    kinds = [token.kind for token in tokens]
    sign = "-" if value < 0 else ""
    if "general" in kinds or "@" in kinds:
        plain = general(abs(value))
        return sign + "".join(plain if token.kind in ("general", "@") else token.text for token in tokens)
    if not any(kind in "0#?" for kind in kinds):
        return sign + "".join("%" if token.kind == "%" else token.text for token in tokens)
    amount = Decimal(repr(abs(value))).scaleb(2 * kinds.count("%"), _CONTEXT)
    if "/" in kinds:
        return sign + _fraction(amount, tokens)
    return _Places.of(kinds).shown(amount, tokens, sign)


class _Places(NamedTuple):
    """Where the digits of a format are: of the whole part, after the point, of the exponent, by index of their tokens.

    `point` and `end` are the indices of the point and of the exponent, behind all where there is none; `scale` counts
    the commas that divide by a thousand.
    """

    kinds: Sequence[str]
    whole: Sequence[int]
    decimals: Sequence[int]
    exponent: Sequence[int]
    point: int
    end: int
    grouped: bool
    scale: int

    @classmethod
    def of(cls, kinds: Sequence[str]) -> _Places:
        """The places of a section of a format."""
        digits = [index for index, kind in enumerate(kinds) if kind in "0#?"]
        end = kinds.index("exponent") if "exponent" in kinds else len(kinds)
        point = kinds.index(".") if "." in kinds[:end] else end
        whole = [index for index in digits if index < point]
        decimals = [index for index in digits if point < index < end]
        commas = [index for index in range(end) if kinds[index] == ","]
        grouped = any(whole and whole[0] < index < whole[-1] for index in commas)
        # A comma after the last digit of the whole part, or after the decimals, scales by a thousand.
        scale = sum(1 for index in commas if whole and index > whole[-1])
        after = [index for index in digits if index > end]
        return cls(kinds, whole, decimals, after, point, end, grouped, scale)

    def shown(self, amount: Decimal, tokens: Sequence[_Token], sign: str) -> str:
        """An amount in this format."""
        amount = amount.scaleb(-3 * self.scale, _CONTEXT)
        shown = dict.fromkeys((index for index, kind in enumerate(self.kinds) if kind in ".,"), "")
        if self.point < self.end:
            shown[self.point] = "."
        if self.end < len(self.kinds):
            amount, exponent = _normalise(amount, max(len(self.whole), 1), len(self.decimals))
            shown |= self._exponent(exponent, tokens)
        text = format(amount.quantize(Decimal(1).scaleb(-len(self.decimals)), context=_CONTEXT), "f")
        before, _, after = text.partition(".")
        shown |= _fill(before.lstrip("0"), self.whole, self.kinds, grouped=self.grouped)
        shown |= _fill_decimals(after, self.decimals, self.kinds)
        if not self.whole and before != "0":
            shown[self.point] = before + shown.get(self.point, "")
        if not any(character in "123456789" for character in text):
            sign = ""
        return sign + "".join(shown.get(index, _bare(token)) for index, token in enumerate(tokens))

    def _exponent(self, exponent: int, tokens: Sequence[_Token]) -> dict[int, str]:
        sign = "-" if exponent < 0 else "+" if tokens[self.end].text.endswith("+") else ""
        filled = _fill(str(abs(exponent)), self.exponent, self.kinds, grouped=False)
        return {self.end: f"E{sign}", **filled}


def _bare(token: _Token) -> str:
    """What a token shows that stands for no digit."""
    if token.kind == "%":
        return "%"
    return token.text or ("/" if token.kind == "/" else "")


def _normalise(amount: Decimal, width: int, decimals: int) -> tuple[Decimal, int]:
    """Mantissa and exponent for a whole part of up to `width` digits; the exponent is a multiple of the width."""
    if not amount:
        return amount, 0
    exponent = amount.adjusted() // width * width
    mantissa = amount.scaleb(-exponent, _CONTEXT)
    if mantissa.quantize(Decimal(1).scaleb(-decimals), context=_CONTEXT) >= 10**width:
        return mantissa.scaleb(-width, _CONTEXT), exponent + width
    return mantissa, exponent


def _fill(text: str, places: Sequence[int], kinds: Sequence[str], *, grouped: bool) -> dict[int, str]:
    """Digits into the places of a whole part, from the right; the first place takes all that are left."""
    shown: dict[int, str] = {}
    count = 0
    for index in reversed(places):
        taken = text if index == places[0] else text[-1:]
        text = text[: len(text) - len(taken)]
        if not taken:
            taken = {"0": "0", "?": " "}.get(kinds[index], "")
        piece = ""
        for digit in reversed(taken):
            piece = digit + ("," if grouped and count and count % 3 == 0 and digit != " " else "") + piece
            count += 1
        shown[index] = piece
    return shown


def _fill_decimals(text: str, places: Sequence[int], kinds: Sequence[str]) -> dict[int, str]:
    """Digits into the places after the point; ending zeros show under `0` only."""
    shown: dict[int, str] = {}
    seen = False
    for index, digit in reversed(list(zip(places, text, strict=True))):
        seen = seen or digit != "0" or kinds[index] == "0"
        shown[index] = digit if seen else " " if kinds[index] == "?" else ""
    return shown


def _fraction(amount: Decimal, tokens: Sequence[_Token]) -> str:
    """`# ?/?`: a whole part where the format has one, then numerator and denominator of up to as many digits."""
    kinds = [token.kind for token in tokens]
    slash = kinds.index("/")
    groups = re.findall(r"[0#?]+", "".join(kind if kind in "0#?" else "." for kind in kinds[:slash]))
    width = sum(1 for kind in kinds[slash:] if kind in "0#?")
    fixed = re.match(r"\d+", "".join(token.text for token in tokens[slash + 1 :]).strip())
    exact = Fraction(amount)
    if fixed and int(fixed[0]):
        denominator = int(fixed[0])
        near = Fraction(round(exact * denominator), denominator)
        numerator = round(exact * denominator)
    else:
        near = exact.limit_denominator(10 ** min(max(width, 1), 7) - 1)
        numerator, denominator = near.numerator, near.denominator
    whole = int(near) if len(groups) > 1 else 0
    numerator -= whole * denominator
    if len(groups) > 1 and not numerator:
        return str(whole)
    return (f"{whole} " if whole else "") + f"{numerator}/{denominator}"

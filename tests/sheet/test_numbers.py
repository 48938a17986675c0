"""Stored numbers as their number formats show them; expectations are what Excel displays, but for locale dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.sheet.formats.numbers import BUILTIN, general, render


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (4096.0, "General", "4096"),
        (4.1, "General", "4.1"),
        (4.0999999999999996, "General", "4.1"),
        (0.1 + 0.2, "@", "0.3"),
        (123456789012, "General", "123456789012"),
        (1e20, "General", "1E+20"),
        (4.1, "0.00", "4.10"),
        (1.005, "0.00", "1.01"),
        (2.5, "0", "3"),
        (-2.5, "0", "-3"),
        (-0.001, "0.00", "0.00"),
        (0.125, "0.0%", "12.5%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (12, "#,##0", "12"),
        (8, '0" TiB"', "8 TiB"),
        (4.1, '"v"0.0', "v4.1"),
        (3, 'General" MB"', "3 MB"),
        (12, "0\\ \\G\\i\\B", "12 GiB"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (-7, '0"a;b";"neg"', "neg"),
        (0, "0;;", ""),
        (1500000, '0.0,,"M"', "1.5M"),
        (5551234, "000\\-0000", "555-1234"),
        (1234, "000,000", "001,234"),
        (12.5, "#.##", "12.5"),
        (0.5, ".00", ".50"),
        (12.5, ".00", "12.50"),
        (12, "_(* #,##0.00_)", "12.00"),
        (12, "[$€-407] #,##0", "€ 12"),
        (5, '[>=10]"many";[<10]0" few"', "5 few"),
        (10, '[>=10]"many";[<10]0" few"', "many"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (999.99, "##0.0E+0", "1.0E+3"),
        (0, "0.00E+00", "0.00E+00"),
        (2.5, "# ?/?", "2 1/2"),
        (2.5, "?/?", "5/2"),
        (2.5, BUILTIN[12], "2 1/2"),
        (2.25, BUILTIN[13], "2 1/4"),
        (0.35, "# ?/8", "3/8"),
        (45502, "yyyy-mm-dd", "2024-07-29"),
        (45502, BUILTIN[14], "2024-07-29"),
        (45502, "dd.mm.yyyy", "29.07.2024"),
        (45502, "m/d/yy", "7/29/24"),
        (45502.75, "d mmm yyyy h:mm AM/PM", "29 Jul 2024 6:00 PM"),
        (45502, "[$-F800]dddd, mmmm dd, yyyy", "2024-07-29"),
        (45502.5, "[$-F400]h:mm:ss AM/PM", "12:00:00"),
        (45502, 'dddd"," d mmmm', "Monday, 29 July"),
        (0.5 / 86400, "mm:ss.0", "00:00.5"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e9, "yyyy-mm-dd", "1000000000"),
        (7, "0" * 300, "7"),
    ],
)
def test_shown(value: float, code: str, expected: str) -> None:
    assert render(value, code) == expected


def test_1904() -> None:
    assert render(44040, "yyyy-mm-dd", epoch_1904=True) == "2024-07-29"


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_whole(value: int) -> None:
    assert general(float(value)) == str(value)


CODES = st.text(st.sampled_from('0#?.,%/@E+-;[]<>="\\_*ymdhsAMP/ GenralRd$€1x'), max_size=30)


@given(st.floats(), CODES)
def test_any_format_of_any_number_gives_a_text(value: float, code: str) -> None:
    assert len(render(value, code)) < 20_000

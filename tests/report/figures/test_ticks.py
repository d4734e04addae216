"""Numbers at axes: as many decimals as they need, and one notation along one axis."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.report.figures.ticks import linear_ticks, log_ticks, written_logarithms


@pytest.mark.parametrize(
    ("ticks", "share", "written"),
    [
        ([0, 0.2, 0.4], True, ["0%", "20%", "40%"]),
        ([0.97, 0.975, 0.98], True, ["97.0%", "97.5%", "98.0%"]),
        ([0.0, 0.5, 1.0], False, ["0.0", "0.5", "1.0"]),
        ([10.0, 20.0], False, ["10", "20"]),
        ([30000.0, 40000.0], False, ["30,000", "40,000"]),
    ],
)
def test_no_decimal_is_needless(ticks: list[float], share: bool, written: list[str]) -> None:
    assert linear_ticks(ticks, share=share) == written


@given(st.floats(-7, 6), st.floats(0.05, 9), st.booleans())
def test_a_logarithmic_axis_has_few_numbers_in_one_notation(start: float, length: float, share: bool) -> None:
    low, high = 10**start, 10 ** (start + length)
    ticks = log_ticks(low, high, most=6)
    assert 1 <= len(ticks) <= 6
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)
    written = written_logarithms(ticks, share=share)
    assert len(set(written)) == len(written)
    powers = [bool(re.search("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", text)) for text in written]
    assert all(powers) or not any(powers), written
    assert not any("e" in text for text in written), written


def test_a_number_is_what_it_says() -> None:
    assert written_logarithms([1e-4, 0.001, 0.01], share=False) == ["0.0001", "0.001", "0.01"]
    assert written_logarithms([2e-5, 0.1], share=False) == ["2×10⁻⁵", "10⁻¹"]
    assert written_logarithms([2e-5, 0.1], share=True) == ["0.002%", "10%"]

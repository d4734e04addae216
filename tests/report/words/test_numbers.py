"""How numbers and dates are written, at their edges and on machines with another locale."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import pytest

from reportgen.report.words import numbers

NAN = math.nan
SHARE, PLAIN = numbers.Unit(share=True), numbers.Unit(share=False)


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (0.0, "< 0.001"), (1e-9, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (0.0014, "0.001"),
        (0.0117, "0.012"), (0.05, "0.050"), (1.0, "1.000"), (NAN, "–"),
    ],
)  # fmt: skip
def test_a_p_value_has_three_decimals_or_a_bound(p: float, written: str) -> None:
    assert numbers.probability(p) == written


def test_the_bound_of_a_p_value_has_the_point_of_its_language() -> None:
    with numbers.written_in("de"):
        assert (numbers.probability(1e-4), numbers.probability(0.25)) == ("< 0,001", "0,250")


@pytest.mark.parametrize(("low", "high"), [(NAN, 0.5), (0.5, NAN), (NAN, NAN)])
@pytest.mark.parametrize("unit", [SHARE, PLAIN])
def test_an_interval_with_an_end_missing_is_none(unit: numbers.Unit, low: float, high: float) -> None:
    assert unit.interval(low, high) == ""
    assert unit.difference_interval(low, high) == ""


def test_an_interval_has_both_ends_in_the_unit_of_the_score() -> None:
    assert SHARE.interval(0.5, 0.75) == "[50.00%, 75.00%]"
    assert PLAIN.interval(0.5, 0.75) == "[0.5, 0.75]"
    assert SHARE.difference_interval(-0.01, 0.02).startswith("[-1.00")
    assert PLAIN.difference_interval(-0.01, 0.02) == "[-0.01, +0.02]"


@pytest.mark.parametrize(
    "write",
    [numbers.percent, numbers.two_digits, numbers.loss, numbers.seconds, numbers.whole, numbers.probability,
     SHARE.value, PLAIN.value, SHARE.difference, PLAIN.difference],
)  # fmt: skip
def test_a_number_that_is_missing_is_a_dash(write: object) -> None:
    assert callable(write)
    assert write(NAN) == numbers.MISSING == "–"


def test_a_whole_number_has_its_thousands_set_apart() -> None:
    assert [numbers.whole(value) for value in (0, 999, 1000, 1234567.0)] == ["0", "999", "1,000", "1,234,567"]


@pytest.mark.parametrize(
    ("images", "accuracy", "difference"),
    [(1, "46.5%", "+1.2"), (500, "46.5%", "+1.2"), (1000, "46.5%", "+1.2"), (1001, "46.52%", "+1.23"),
     (10_000, "46.52%", "+1.23"), (1_000_000, "46.52%", "+1.23"), (None, "46.52%", "+1.23")],
)  # fmt: skip
def test_accuracies_have_as_many_decimals_as_the_test_images_support(
    images: int | None, accuracy: str, difference: str
) -> None:
    with numbers.written_in("en", images):
        assert (numbers.percent(0.46521), numbers.points(0.0123)) == (accuracy, difference)
        assert numbers.percent(0.5, 0) == "50%"
    assert numbers.percent(0.46521) == "46.52%"  # for programs, as ever


def test_an_interval_s_end_near_zero_shows_its_side_and_nothing_has_no_sign() -> None:
    with numbers.written_in("en", 500):
        assert SHARE.difference_interval(0.0003, 0.01) == "[+0.03, +1.0]"
        assert SHARE.difference_interval(-0.01, -0.0003) == "[−1.0, −0.03]"
        assert [numbers.points(value) for value in (0.0, 0.0004, -0.0004)] == ["0.0", "0.0", "0.0"]
        assert PLAIN.difference(0) == "0"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.1, "0.1"), (0.0002, "0.0002"), (5e-5, "0.00005"), (1.5e-6, "0.0000015"), (1e-7, "10⁻⁷"),
     (2.5e-8, "2.5 × 10⁻⁸"), (-2, "−2"), (1e6, "10⁶"), (1234567, "1.23457 × 10⁶")],
)  # fmt: skip
def test_a_small_setting_is_written_in_full_or_as_a_power(value: float, written: str) -> None:
    with numbers.written_in("zh-Hant"):
        assert numbers.plain(value) == written
    assert float(numbers.plain(value)) == pytest.approx(value, rel=1e-5)  # for programs, a number


DATES = """
import datetime, json
from reportgen.report.words import numbers
moment = datetime.datetime(2026, 3, 9, 20, 5, tzinfo=datetime.UTC)
print(json.dumps({code: str(text) for code, text in
                  numbers.day(moment, ("zh-Hant", "en", "fr")).texts.items()}))
"""


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", "zh_TW.UTF-8"])
def test_a_date_is_that_of_its_language_and_not_of_the_machine(locale: str) -> None:
    machine = {"LC_ALL": locale, "LC_TIME": locale, "LANG": locale, "LANGUAGE": locale, "TZ": "Asia/Taipei"}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", DATES],
        env=os.environ | machine,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "zh-Hant": "2026年3月9日",
        "en": "March 9, 2026",
        "fr": "9 mars 2026",
    }

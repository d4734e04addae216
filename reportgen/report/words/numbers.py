"""How numbers and dates are written, the same everywhere in a report.

Tables and figures are shared by all languages of a report, so its first language says how all its numbers
are written: with commas and points in Chinese and English, otherwise elsewhere.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from reportgen.report.words import languages as tongues
from reportgen.report.words.catalogue import CHINESE, ENGLISH, Phrase

MISSING = "–"

NOISE = 1e-4
"""So many percentage points are what the search for an interval's end may be off."""


@dataclass(frozen=True)
class Writing:
    """How numbers are written now.

    Attributes:
        signs: What stands for a comma, a point and a percent sign; None where they stay as they are.
        minus: What stands before a negative number: the hyphen of programs, or a real minus sign.
        places: How many decimals shares in per cent, and their differences in points, have.
    """

    signs: Mapping[str, str] | None = None
    minus: str = "-"
    places: int = 2


LARGE = 1e6
"""From here on a loss has a power of ten: that of a training about to diverge has dozens of digits."""

_AS_PROGRAMS = Writing()
_writing: ContextVar[Writing] = ContextVar("_writing", default=_AS_PROGRAMS)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextmanager
def written_in(language: str, test_images: int | None = None) -> Iterator[None]:
    """Write numbers, while inside, as a report in this language has them.

    Args:
        language: The code of the first language of the report.
        test_images: How many images, or rows, its accuracies are measured on; None where nobody knows.
    """
    signs = None if language in (CHINESE, ENGLISH) else _signs_of(language)
    places = Writing.places if test_images is None else supported_places(test_images)
    token = _writing.set(Writing(signs, "\N{MINUS SIGN}", places))
    try:
        yield
    finally:
        _writing.reset(token)


def supported_places(images: int) -> int:
    """Return how many decimals a mean accuracy in per cent has: one image is no less than one of the last.

    Never fewer than one, since it is a mean over seeds, nor more than two.

    Args:
        images: How many images it is measured on.
    """
    return min(2, max(1, math.ceil(math.log10(max(1, images))) - 2))


def writing() -> Writing:
    """Return how numbers are written now."""
    return _writing.get()


def _signs_of(language: str) -> dict[str, str]:
    """What stands for a comma, a point and a percent sign."""
    locale = tongues.locale(language)
    percent = locale.percent_formats[None].pattern.split(";")[0]
    gap = "\u00a0" if re.search(r"\s%", percent) else ""
    return {",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "%": f"{gap}%"}


def _written(number: str) -> str:
    """A number with commas and points as the report's first language writes it."""
    signs = writing().signs
    return number if signs is None else "".join(signs.get(char, char) for char in number)


def _signed(number: str) -> str:
    """A number that begins with its sign; the hyphen of programs is for what programs read."""
    return _written(number if number[0] != "-" else writing().minus + number[1:])


def _spelled(number: str) -> str:
    """A number of programs as reports have it: a small one in full, and one below a millionth as a power."""
    mantissa, is_power, exponent = number.partition("e")
    if not is_power or writing().minus == "-":
        return _signed(number)
    if -6 <= int(exponent) < 0:
        return _signed(f"{Decimal(number):{'+' if number[0] == '+' else ''}f}")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{_signed(mantissa)} × {power}"


def percent(share: float, places: int | None = None) -> str:
    """Return a share in per cent: 0.4652 as 46.52%.

    Args:
        share: Of 1.
        places: How many decimals; None for as many as the report's test images support.
    """
    places = writing().places if places is None else places
    return MISSING if _missing(share) else _written(f"{share:.{places}%}")


def two_digits(share: float) -> str:
    """Return a share with two digits that mean something, however small it is: 0.000217 as 0.022%."""
    return MISSING if _missing(share) else _written(f"{float(f'{100 * share:.2g}'):g}%")


def loss(value: float) -> str:
    """Return four decimals; from LARGE on two digits and a power of ten."""
    if _missing(value):
        return MISSING
    return _written(f"{value:.4f}") if value < LARGE else _spelled(f"{value:.1e}")


def seconds(value: float) -> str:
    """Return one decimal."""
    return MISSING if _missing(value) else _written(f"{value:,.1f}")


def whole(value: float) -> str:
    """Return a whole number, thousands set apart by commas."""
    return MISSING if _missing(value) else _written(f"{value:,.0f}")


def mean_count(value: float) -> str:
    """Return a count, or a mean of counts, to at most one decimal: 50, 48.2."""
    return MISSING if _missing(value) else _written(f"{value:,.1f}".removesuffix(".0"))


def plain(value: float) -> str:
    """Return a setting as people write it: 0.0002, 0.00005 and 10⁻⁸, not 0.00020000000000000001."""
    return _spelled(f"{value:g}")


def decimals(value: float, places: int) -> str:
    """Return a number with so many decimals.

    Args:
        value: The number.
        places: How many decimals.
    """
    return _signed(f"{value:.{places}f}")


def points(difference: float) -> str:
    """Return a difference of two shares in percentage points, with its sign; one of nothing has none."""
    written = f"{100 * difference:+.{writing().places}f}"
    return _signed(written) if float(written) else spread(0)


def spread(width: float) -> str:
    """Return how far shares lie apart, such as their standard deviation, in percentage points.

    Args:
        width: Of shares of 1.
    """
    return _written(f"{100 * width:.{writing().places}f}")


def with_spread(values: pd.Series[float], write: str) -> str:
    """Return the mean of a column, with ± its sample standard deviation where there are several values.

    Args:
        values: The column; missing values do not count.
        write: "percent", "loss" or "seconds".
    """
    present = values.dropna()
    if present.empty:
        return MISSING
    writers: dict[str, Callable[[float], str]] = {
        "percent": percent, "loss": loss, "seconds": seconds,
    }  # fmt: skip
    write_one = writers[write]
    if len(present) == 1:
        return write_one(float(present.iloc[0]))
    return f"{write_one(float(present.mean()))} ± {write_one(float(present.std(ddof=1)))}"


def whole_range(values: pd.Series[float]) -> str:
    """Return, of whole numbers, the smallest and the largest, 19–20; one number where they are the same."""
    present = values.dropna()
    if present.empty:
        return MISSING
    return "–".join(dict.fromkeys(whole(end) for end in (present.min(), present.max())))


def day(moment: dt.datetime, languages: tuple[str, ...]) -> Phrase:
    """Return the day of a moment in UTC, in each language.

    Args:
        moment: The date and the time.
        languages: The codes of the languages.
    """
    from markupsafe import escape

    patterns = {CHINESE: ("yyyy年M月d日", "zh_Hant_TW"), ENGLISH: ("MMMM d, yyyy", "en_US")}

    def written(language: str) -> str:
        pattern, own = patterns.get(language, ("long", tongues.locale(language)))
        return format_date(moment, pattern, locale=own)

    return Phrase({language: escape(written(language)) for language in languages})


def _missing(value: float) -> bool:
    return value is None or math.isnan(value)


@dataclass(frozen=True)
class Unit:
    """How scores of a metric are written: shares as percentages and their differences as points.

    Attributes:
        share: Whether the metric is a share of 1, such as an accuracy.
    """

    share: bool

    def value(self, score: float) -> str:
        """Return a score as it is written."""
        return percent(score) if self.share else MISSING if _missing(score) else _spelled(_short(score))

    def difference(self, difference: float) -> str:
        """Return a difference of two scores, with its sign."""
        if _missing(difference):
            return MISSING
        if not difference and not self.share:
            return "0"
        return points(difference) if self.share else _spelled(_short(difference, "+"))

    def interval(self, low: float, high: float) -> str:
        """Return the interval of a score; empty where there is none.

        Args:
            low: Its lower end; NaN where there is none.
            high: Its upper end.
        """
        return "" if _missing(low) or _missing(high) else between(self.value(low), self.value(high))

    def difference_interval(self, low: float, high: float) -> str:
        """Return the interval of a difference; empty where there is none.

        Args:
            low: Its lower end; NaN where there is none.
            high: Its upper end.
        """
        if _missing(low) or _missing(high):
            return ""
        return between(self._end(low), self._end(high))

    def _end(self, difference: float) -> str:
        """An end of an interval; one that is near 0 and not 0 has the digits that show its side."""
        if self.share and NOISE < abs(100 * difference) < 0.5 * 10 ** -writing().places:
            return _signed(f"{100 * difference:+.1g}")
        return self.difference(difference)


def _short(number: float, sign: str = "") -> str:
    """A number in four digits; a large one whole, which would else be written as a power of ten."""
    large = 1e4 <= abs(number) < 1e9
    return f"{number:{sign},.0f}" if large else f"{number:{sign}.4g}"


def between(low: str, high: str) -> str:
    """Return an interval; with a semicolon where numbers have commas of their own.

    Args:
        low: Its lower end, as it is written.
        high: Its upper end.
    """
    signs = writing().signs
    return f"[{low}{';' if signs and signs['.'] == ',' else ','} {high}]"


def probability(p: float) -> str:
    """Return a p-value: three decimals, or a bound below them."""
    return MISSING if _missing(p) else _written("< 0.001" if p < 0.001 else f"{p:.3f}")

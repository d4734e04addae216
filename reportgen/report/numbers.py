"""How numbers and dates are written, the same everywhere in a report."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import pandas as pd
from babel.dates import format_datetime

from reportgen.report.catalogue import CHINESE, ENGLISH, Phrase

MISSING = "–"


def percent(share: float) -> str:
    """0.4652 as 46.52%."""
    return MISSING if _missing(share) else f"{share:.2%}"


def loss(value: float) -> str:
    """Four decimals."""
    return MISSING if _missing(value) else f"{value:.4f}"


def seconds(value: float) -> str:
    """One decimal."""
    return MISSING if _missing(value) else f"{value:,.1f}"


def whole(value: float) -> str:
    """Thousands set apart by commas."""
    return MISSING if _missing(value) else f"{value:,.0f}"


def plain(value: float) -> str:
    """A setting as people write it: 0.0002 and 1e-05, not 0.00020000000000000001."""
    return f"{value:g}"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.2f}"


def with_spread(values: pd.Series[float], write: str) -> str:
    """Mean of a column, with ± its sample standard deviation where there are several values.

    write: 'percent', 'loss', 'seconds' or 'whole'. A percentage's spread is in points.
    """
    found = values.dropna()
    if found.empty:
        return MISSING
    write_one = {"percent": percent, "loss": loss, "seconds": seconds, "whole": whole}[write]
    if len(found) == 1:
        return write_one(float(found.iloc[0]))
    spread = float(found.std(ddof=1))
    written = {
        "percent": f"{100 * spread:.2f}",
        "loss": f"{spread:.4f}",
        "seconds": f"{spread:,.1f}",
        "whole": f"{spread:,.0f}",
    }[write]
    return f"{write_one(float(found.mean()))} ± {written}"


def date(moment: dt.datetime, languages: tuple[str, ...]) -> Phrase:
    """A moment in UTC, to the minute, in each language."""
    from markupsafe import escape

    patterns = {
        CHINESE: ("yyyy年M月d日 HH:mm 'UTC'", "zh_Hant_TW"),
        ENGLISH: ("MMMM d, yyyy, HH:mm 'UTC'", "en_US"),
    }
    return Phrase(
        {
            language: escape(format_datetime(moment, patterns[language][0], locale=patterns[language][1]))
            for language in languages
        }
    )


def _missing(value: float) -> bool:
    return value is None or math.isnan(value)


@dataclass(frozen=True)
class Unit:
    """How scores of a metric are written: shares as percentages and their differences as points.

    share: whether the metric is a share of 1, such as an accuracy.
    """

    share: bool

    def value(self, score: float) -> str:
        """A score."""
        return percent(score) if self.share else MISSING if _missing(score) else f"{score:.4g}"

    def difference(self, difference: float) -> str:
        """A difference of two scores, with its sign."""
        if _missing(difference):
            return MISSING
        return points(difference) if self.share else f"{difference:+.4g}"

    def interval(self, low: float, high: float) -> str:
        """The interval of a score; empty where there is none."""
        return "" if _missing(low) or _missing(high) else f"[{self.value(low)}, {self.value(high)}]"

    def difference_interval(self, low: float, high: float) -> str:
        """The interval of a difference; empty where there is none."""
        if _missing(low) or _missing(high):
            return ""
        return f"[{self.difference(low)}, {self.difference(high)}]"


def probability(p: float) -> str:
    """A p-value: three decimals, or a bound below them."""
    return MISSING if _missing(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"

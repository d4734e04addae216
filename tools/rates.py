"""Rates as simulations print them: what was counted how often, with its interval, and what was promised."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats


@dataclass(frozen=True)
class Rate:
    """A line of a table.

    what: that was counted. hits: of so many runs. promised: of the rate, in words.
    """

    what: str
    hits: int
    runs: int
    promised: str

    @property
    def value(self) -> float:
        """The share of hits."""
        return self.hits / self.runs

    def ends(self) -> tuple[float, float]:
        """The 95 % interval of the rate (Clopper & Pearson, 1934)."""
        found = stats.binomtest(self.hits, self.runs).proportion_ci(0.95)
        return float(found.low), float(found.high)

    def line(self, width: int = 66) -> str:
        """The rate in percent with its interval and the promise, the name so wide."""
        low, high = self.ends()
        return f"{self.what:<{width}} {self.value:7.1%}  [{low:6.1%}, {high:6.1%}]   {self.promised}"

"""The optimizers of one problem in the order of their means, and which differences between them are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """Optimizers from best to worst by mean score, with the verdicts between them.

    Attributes:
        problem: The name of the problem.
        order: The names of the optimizers, the best mean first.
        better: Every pair (a, b) of optimizers of which the test shows that a is better than b. "Not
            separable" is not transitive: with A and B, and A and C not separable, B may well be better than
            C. So nothing is said of a group that does not hold of every pair in it.
        unscored: The optimizers with a trial without a score, which have no place in the order since the mean
            of the others is not a fair one, with the number of such trials and of all trials.
    """

    problem: str
    order: tuple[str, ...]
    better: frozenset[tuple[str, str]]
    unscored: Mapping[str, tuple[int, int]]

    @property
    def winner(self) -> str | None:
        """Who is shown to be better than every other one of the order; None if nobody is, or it is alone."""
        worse = {loser for _, loser in self.better}
        for name in self.order:
            others = [other for other in self.order if other != name]
            if others and name not in worse and all((name, other) in self.better for other in others):
                return name
        return None

    @property
    def within(self) -> frozenset[tuple[str, str]]:
        """The pairs of better of which both are in the order."""
        return frozenset(pair for pair in self.better if set(pair) <= set(self.order))

    @property
    def may_be_best(self) -> tuple[str, ...]:
        """Those than whom nobody is shown to be better, best mean first.

        No two of them are separated, since the worse one would not be among them. The best mean need not be
        among them where the pairs have different seeds, and then there may even be none.
        """
        worse = {loser for _, loser in self.better}
        return tuple(name for name in self.order if name not in worse)

    def better_than(self, name: str) -> tuple[str, ...]:
        """Return those of the order that are shown to be better than this one, best mean first."""
        return tuple(other for other in self.order if (other, name) in self.better)

    def text(self, lost: str) -> str:
        """Return the standing as a line: Adam > SGD_Momentum, SGD; no score: RMSprop (2 of 10).

        Args:
            lost: What a missing score is called.
        """
        unscored = [
            f"{name} ({count} of {trials}{_worse_than(self.better_than(name))})"
            for name, (count, trials) in self.unscored.items()
        ]
        parts = (ranking(self.order, self.better), unscored and f"{lost}: {', '.join(unscored)}")
        return "; ".join(part for part in parts if part)


def _worse_than(names: Sequence[str]) -> str:
    return f"; worse than {', '.join(names)}" if names else ""


def ranking(order: Sequence[str], better: Collection[tuple[str, str]], between: str = ", ") -> str:
    """Return the order of the means with every difference that the test shows, and no other.

    "A > B, C", as of `tiered`. What cannot be said in that way follows in brackets: in "A, B, C (B > C)" only
    B and C are separated.

    Args:
        order: Names, the best mean first.
        better: The pairs of which the first is shown to be better than the second.
        between: What stands between names of which nothing is claimed.
    """
    within = [
        f"{name} > {between.join(worse)}"
        for tier in tiers(order, better)
        for name in tier
        for worse in [[other for other in tier if (name, other) in better]]
        if worse
    ]
    chain = tiered(order, better, between)
    return f"{chain} ({'; '.join(within)})" if within else chain


def tiered(order: Sequence[str], better: Collection[tuple[str, str]], between: str = ", ") -> str:
    """Return the order of the means in tiers: A > B, C.

    Everyone before a ">" is shown to be better than everyone behind it, and a comma claims nothing.

    Args:
        order: Names, the best mean first.
        better: The pairs of which the first is shown to be better than the second.
        between: What stands between names of which nothing is claimed.
    """
    return " > ".join(between.join(tier) for tier in tiers(order, better))


def tiers(order: Sequence[str], better: Collection[tuple[str, str]]) -> list[list[str]]:
    """Return the order cut wherever everyone above is shown to be better than everyone below.

    Args:
        order: Names, the best mean first.
        better: The pairs of which the first is shown to be better than the second.
    """
    cut: list[list[str]] = []
    for index, name in enumerate(order):
        if all((above, below) in better for above in order[:index] for below in order[index:]):
            cut.append([])
        cut[-1].append(name)
    return cut

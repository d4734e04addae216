"""What the tests of one comparison say of who is best, as one word: what a headline begins with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.pairs import SEPARATED, Pair, Verdict
from reportgen.analysis.standings import Standing


class Kind(StrEnum):
    """What can be said of the best of a comparison; of each there is one kind."""

    WINNER = "winner"
    """One is shown to be better than every other one that has a score for all its trials."""
    SAME = "same"
    """All pairs are practically the same."""
    NO_DIFFERENCE = "no_difference"
    """All pairs were tested, and none is separated."""
    OPEN = "open"
    """Something else: some pairs are separated, and nobody is shown to be better than every other one."""
    AGAINST = "against"
    """All are compared with one alone."""
    NO_REFERENCE = "no_reference"
    """The one that all are to be compared with has no trials."""
    TOO_FEW = "too_few"
    """No pair has enough seeds for a test."""
    SINGLE = "single"
    """One alone has a score for all its trials."""
    NONE = "none"
    """Nobody has a score for all its trials."""


@dataclass(frozen=True)
class Outcome:
    """What the tests of one comparison say.

    Attributes:
        kind: Of the best.
        standing: Of the optimizers.
        pairs: Those that are tested, or were to be.
        of_all: Whether what is said of a winner holds against those with a lost score, too.
    """

    kind: Kind
    standing: Standing
    pairs: tuple[Pair, ...]
    of_all: bool = True

    @property
    def name(self) -> str:
        """The winner, or who has the best mean; there is one where the kind is not NONE."""
        return self.standing.winner or self.standing.order[0]

    @property
    def is_within_margin(self) -> bool:
        """Whether it is shown that the winner leads every other one by less than what matters."""
        own = [pair for pair in self.pairs if self.name in (pair.first, pair.second)]
        return self.kind is Kind.WINNER and all(pair.within_margin for pair in own)

    @property
    def is_above_all(self) -> bool:
        """Whether the one that alone has all its scores is shown to be better than every other one."""
        lost = self.standing.unscored
        return bool(lost) and all((self.name, other) in self.standing.better for other in lost)

    @property
    def separated(self) -> int:
        """How many pairs are separated."""
        return sum(pair.verdict in SEPARATED for pair in self.pairs)


def outcome_of(comparison: Comparison, problem: str) -> Outcome:
    """Return what the tests say of one problem.

    Args:
        comparison: That has the problem.
        problem: Its name.
    """
    standing = comparison.standing(problem)
    pairs = tuple(pair for pair in comparison.pairs if pair.problem == problem)
    winner = standing.winner
    if winner is not None and comparison.against is None:
        of_all = all((winner, name) in standing.better for name in standing.unscored)
        return Outcome(Kind.WINNER, standing, pairs, of_all)
    return Outcome(_kind(comparison, standing, pairs), standing, pairs)


def _kind(comparison: Comparison, standing: Standing, pairs: tuple[Pair, ...]) -> Kind:
    """The kind where there is no winner."""
    verdicts, several = {pair.verdict for pair in pairs}, len(standing.order) > 1
    kinds = {
        Kind.NONE: not standing.order,
        Kind.NO_REFERENCE: several and not pairs,
        Kind.TOO_FEW: several and verdicts == {Verdict.TOO_FEW_SEEDS},
        Kind.AGAINST: comparison.against is not None and bool(pairs),
        Kind.SINGLE: not several,
        Kind.SAME: verdicts == {Verdict.SAME},
        Kind.NO_DIFFERENCE: verdicts <= {Verdict.SAME, Verdict.NOT_SEPARABLE},
    }
    return next((kind for kind, holds in kinds.items() if holds), Kind.OPEN)

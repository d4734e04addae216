"""The optimizers of one problem in their order, with no more said about neighbours than the tests say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportgen.analysis.pairs import Verdict

BETTER, NOT_TOLD_APART = ">", "≈"


@dataclass(frozen=True)
class Standing:
    """Optimizers from best to worst by mean score.

    relations[i] stands between order[i] and order[i + 1]: BETTER where the verdict is that the first is
    better, else NOT_TOLD_APART. The second sign is not transitive: in A ≈ B ≈ C, A may well be better than
    C. Who may be best is therefore said by with_best: the first of the order and everyone who was not shown
    to be worse than it. diverged: the optimizers with a diverged trial, which have no place in the order
    since the mean of the others is not a fair one, with the number of diverged trials and of all trials.
    """

    problem: str
    order: tuple[str, ...]
    relations: tuple[str, ...]
    with_best: tuple[str, ...]
    diverged: Mapping[str, tuple[int, int]]

    def text(self) -> str:
        """Adam > SGD_Momentum ≈ SGD; diverged: RMSprop (2 of 10)."""
        words = list(self.order[:1])
        for relation, optimizer in zip(self.relations, self.order[1:], strict=True):
            words += [relation, optimizer]
        lost = [f"{name} ({count} of {trials})" for name, (count, trials) in self.diverged.items()]
        return "; ".join(part for part in (" ".join(words), lost and f"diverged: {', '.join(lost)}") if part)


def standing(
    problem: str,
    order: Sequence[str],
    verdict: Callable[[str, str], Verdict],
    diverged: Mapping[str, tuple[int, int]],
) -> Standing:
    """The standing of the optimizers in `order`, best mean first; verdict: of one seen against another."""
    relations = [
        BETTER if verdict(first, second) is Verdict.BETTER else NOT_TOLD_APART
        for first, second in pairwise(order)
    ]
    with_best = [name for name in order if name == order[0] or verdict(order[0], name) is not Verdict.BETTER]
    return Standing(problem, tuple(order), tuple(relations), tuple(with_best), dict(diverged))

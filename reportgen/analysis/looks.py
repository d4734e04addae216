"""The level of a test at results that were looked at before: what each look costs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from reportgen.analysis.sign_flip import fewest_seeds

ALPHA = 0.05

FOR_FURTHER = 0.1
"""The share of the level that all looks after the first have together, on top of it."""


def level_of_look(number: int, alpha: float = ALPHA) -> float:
    """Return the level of the tests at a look.

    Whoever adds seeds until a verdict comes out has a chance to be misled with every look. The first look has
    the whole level, and all later ones together a tenth of it: the k-th has alpha / 10 / (k (k - 1)). So the
    chance of a false verdict at any of them, however many there are, is at most 1.1 alpha.

    Args:
        number: Of the look, from 1.
        alpha: The level of the first.
    """
    return alpha if number == 1 else alpha * FOR_FURTHER / (number * (number - 1))


def count_looks(earlier: Sequence[Collection[int]], optimizers: int, alpha: float = ALPHA) -> int:
    """Return how many looks there were with this one.

    Args:
        earlier: The seeds of every earlier look.
        optimizers: How many are compared. A look with seeds too few for any verdict could not mislead.
        alpha: The level of the first look.
    """
    fewest = fewest_seeds(alpha / max(1, math.comb(optimizers, 2)))
    return 1 + sum(len(set(seeds)) >= fewest for seeds in earlier)

"""The seeds that a whole comparison needs, by Holm's steps."""

from __future__ import annotations

import math

from scipy import stats

from reportgen.analysis.comparison import compare
from tests.helpers.made_tables import random_table


def test_seeds_needed_follow_holms_steps() -> None:
    found = compare(random_table(4, 12, effect=0.5, seed=9))
    ratios = {}
    wide = random_table(4, 12, effect=0.5, seed=9).pivot(index="seed", columns="optimizer", values="score")
    for pair in found.pairs:
        difference = wide[pair.first] - wide[pair.second]
        ratios[pair] = abs(difference.mean() / difference.std())
    clearest_first = sorted(found.pairs, key=lambda pair: -ratios[pair])
    needed = [math.inf if p.seeds_needed is None else p.seeds_needed for p in clearest_first]
    assert needed == sorted(needed)
    assert needed[0] >= 8  # 6 pairs: 6 x 2/2^n <= .05


def test_the_seeds_needed_are_those_of_each_steps_level() -> None:
    """Three pairs, the clearest at a third of 5 %, the next at half of it, the last at all of it."""
    scores = random_table(3, 12, effect=1.0, seed=4)
    wide = scores.pivot(index="seed", columns="optimizer", values="score")
    pairs = compare(scores).pairs
    differences = {pair: wide[pair.first] - wide[pair.second] for pair in pairs}
    ratio = {pair: abs(found.mean() / found.std()) for pair, found in differences.items()}
    least = 0
    for step, pair in enumerate(sorted(pairs, key=lambda pair: -ratio[pair])):
        level = 0.05 / (3 - step)
        critical = {n: stats.t.isf(level / 2, n - 1) for n in range(6, 400)}
        power = {n: stats.nct.sf(t, n - 1, ratio[pair] * math.sqrt(n)) for n, t in critical.items()}
        by_t = next(n for n in power if power[n] >= 0.8)
        assert pair.seeds_needed is not None
        # the sign-flip test needs about as many as Student's
        assert max(by_t - 1, least) <= pair.seeds_needed <= max(by_t + 2, least)
        assert pair.seeds_needed > least
        least = pair.seeds_needed

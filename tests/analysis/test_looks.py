"""What looking again costs: the levels, and how often whoever adds seeds until a verdict comes is misled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reportgen.analysis.looks import count_looks, level_of_look
from reportgen.analysis.sign_flip import p_value
from reportgen.analysis.stepwise import adjusted, shaffer_counts


def test_all_levels_together_are_a_tenth_more_than_the_first() -> None:
    levels = [level_of_look(number) for number in range(1, 5000)]
    assert levels[0] == 0.05
    assert levels == sorted(levels, reverse=True)
    assert 0.0549 < sum(levels) <= 0.055


def test_only_looks_that_could_mislead_count() -> None:
    assert count_looks([], 3) == 1
    assert count_looks([range(6)], 3) == 1  # six seeds give three optimizers no verdict
    assert count_looks([range(7), range(20)], 3) == 3
    assert count_looks([range(6)], 2) == 2


@pytest.mark.parametrize("pays", [True, False])
def test_adding_seeds_until_a_verdict_comes(pays: bool) -> None:
    """Three equal optimizers at 8, 16, 24 and 40 seeds, as one who hopes would go on."""
    rng, runs, misled = np.random.default_rng(1), 300, 0
    for _ in range(runs):
        scores = rng.normal(size=(40, 3))
        for number, n in enumerate((8, 16, 24, 40), start=1):
            a, b, c = scores[:n].T
            p_values = [p_value(one, resamples=1999) for one in (a - b, a - c, b - c)]
            level = level_of_look(number) if pays else 0.05
            if (adjusted(p_values, shaffer_counts(3)) <= level).any():
                misled += 1
                break
    if pays:
        assert stats.binomtest(misled, runs, 0.055, alternative="greater").pvalue > 0.001
    else:
        assert misled / runs > 0.06

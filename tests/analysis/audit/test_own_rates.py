"""The best learning rate of a search has neighbours that finished on both sides, whatever pads the list."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reportgen.analysis.audit.own_rates import neighbours


def tried(scores: dict[float, float]) -> pd.DataFrame:
    """The rows of a search with one seed; NaN diverged."""
    return pd.DataFrame(
        [
            {
                "learning_rate": rate, "number": number, "settings": f'{{"learning_rate": {rate}}}',
                "status": "diverged" if math.isnan(score) else "finished", "validation_accuracy": score,
            }
            for number, (rate, score) in enumerate(scores.items())
        ]
    )  # fmt: skip


NAN = math.nan
LISTS = {
    "decades": ({1e-3: 0.5, 1e-2: 0.9, 1e-1: 0.8}, 1e-2, True),
    "steps of the root of ten": ({0.1: 0.96, 0.3162: 0.98, 1.0: 0.97}, 0.3162, True),
    "in any order": ({1.0: 0.5, 0.01: 0.4, 0.1: 0.9}, 0.1, True),
    "at the lower end": ({1e-2: 0.9, 1e-1: 0.8}, 1e-2, False),
    "at the upper end": ({1e-3: 0.8, 1e-2: 0.9}, 1e-2, False),
    "padded far above": ({1e-4: 0.1, 1e-3: 0.2, 3e-3: 0.4, 500.0: 0.1}, 3e-3, False),
    "padded far below": ({1e-9: 0.1, 0.3: 0.9, 1.0: 0.8}, 0.3, False),
    "padded just above": ({1e-3: 0.2, 3e-3: 0.4, 3.01e-3: 0.4}, 3e-3, False),
    "padded just above and far above": ({1e-3: 0.2, 3e-3: 0.4, 3.01e-3: 0.39, 500.0: 0.1}, 3e-3, False),
    "padded with one that diverges": ({1e-3: 0.2, 3e-3: 0.4, 0.03: NAN}, 3e-3, False),
    "the next one diverges": ({0.03: 0.8, 0.1: 0.9, 0.3: NAN}, 0.1, True),
    "the next diverges, a later one does not": ({0.1: 0.8, 0.3: 0.9, 2.0: NAN, 2.5: 0.1}, 0.3, True),
    "equally good beside it": ({0.01: 0.8, 0.03: 0.9, 0.1: 0.9, 0.3: 0.9}, 0.03, True),
    "eleven times as large": ({0.01: 0.8, 0.03: 0.9, 0.33: 0.8}, 0.03, False),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_neighbour_is_near_enough_and_has_finished(name: str) -> None:
    scores, best, bracketed = LISTS[name]
    assert neighbours(tried(scores), best).bracketed is bracketed


def test_of_other_settings_the_best_counts() -> None:
    rows = pd.concat([tried({0.01: 0.2, 0.1: 0.9, 1.0: 0.3}), tried({0.01: NAN, 0.1: 0.1, 1.0: NAN})])
    rows["settings"] = [f"{place}" for place in range(len(rows))]
    assert neighbours(rows, 0.1).bracketed


@pytest.mark.parametrize(
    ("scores", "coarse"),
    [
        ({0.01: 0.85, 0.1: 0.9, 1.0: 0.85}, ()),
        ({0.01: 0.85, 0.1: 0.9, 1.0: 0.5}, (1.0,)),
        ({0.01: 0.2, 0.1: 0.9, 1.0: 0.5}, (0.01, 1.0)),
        ({0.032: 0.2, 0.1: 0.9, 0.31: 0.5}, ()),
    ],
)
def test_a_long_step_with_a_large_drop_is_told(scores: dict[float, float], coarse: tuple[float, ...]) -> None:
    assert neighbours(tried(scores), 0.1).coarse == coarse


def test_what_was_tried_beside_it_is_written() -> None:
    assert neighbours(tried({1e-3: 0.2, 3e-3: 0.4, 500.0: 0.1}), 3e-3).written == "0.001 < 0.003 < 500"
    assert neighbours(tried({3e-3: 0.4, 0.1: 0.1}), 3e-3).written == "– < 0.003 < 0.1"

"""The sentence on the sizes of updates says what its figure draws: the same mean, in the same unit."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from scipy import stats

from reportgen.report.figures.style import style
from reportgen.report.sections.step_sizes import steps_block
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue

UPDATES = {"A": (0.001, 0.001, 0.008), "B": (0.0001, 0.0004, 0.0001)}


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(["zh-Hant", "en"])


@pytest.fixture(scope="module")
def epochs() -> pd.DataFrame:
    """Two epochs of three seeds; at the last, the updates are these shares of the parameters."""
    rows = [
        {
            "setup": setup, "seed": seed, "epoch": epoch, "gradient_norm": 1.0, "parameter_norm": 1.0,
            "update_norm": share * 3 ** (2 - epoch),
        }
        for setup, shares in UPDATES.items()
        for seed, share in enumerate(shares)
        for epoch in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_sentence_and_figure_have_one_mean_and_one_unit(epochs: pd.DataFrame, t: Catalogue) -> None:
    with style():
        block = steps_block(epochs, t, key="x")
    assert block
    for name, place in (("largest", "A"), ("smallest", "B")):
        assert block["facts"][name] == place
        expected = 100 * float(stats.gmean(UPDATES[place]))
        assert block["facts"][f"{name}_step"] == f"{float(f'{expected:.2g}'):g}%"
    ticks = re.findall(r"<text[^>]*>([\d.]+%?)</text>", str(block["figure"]))
    assert {"0.01%", "0.1%", "1%"} <= set(ticks)

"""Figures: what they draw is what the tables say, also where older runs lack a part of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reportgen.analysis.comparison import compare
from reportgen.files import resources
from reportgen.records.run import Run
from reportgen.report.figures.drawing import mean_and_band
from reportgen.report.figures.style import style
from reportgen.report.figures.svg_paths import shorter
from reportgen.report.options import ReportOptions
from reportgen.report.render import render
from reportgen.report.sections.drift import history_alt
from reportgen.report.sections.profiles import profile_block
from reportgen.report.words.catalogue import load
from reportgen.report.words.numbers import Unit

NUMBERS = st.floats(-900, 900).map(lambda value: round(value, 6))


@given(st.lists(st.tuples(st.sampled_from("ML"), NUMBERS, NUMBERS), min_size=1, max_size=90), st.booleans())
def test_a_shorter_path_goes_through_the_same_points(
    points: list[tuple[str, float, float]], closed: bool
) -> None:
    points[0] = ("M", *points[0][1:])
    path = " ".join(f"{command} {x} {y}" for command, x, y in points) + (" z" if closed else "")
    found, at = [], np.zeros(2)
    written = shorter(path)
    for command, numbers in re.findall(r"([MmlLzZ])([^MmlLzZ]*)", written):
        values = [float(value) for value in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        for pair in zip(values[::2], values[1::2], strict=True):
            at = np.array(pair) if command in "ML" else at + pair
            found.append(at)
    np.testing.assert_allclose(found, [point[1:] for point in points], atol=0.0501)
    assert written.lower().endswith("z") == closed


def test_a_path_of_another_kind_stays_as_it_is() -> None:
    arc = "M 1 2 A 3 3 0 0 1 5 6"
    assert shorter(arc) == arc


def test_the_band_is_scipy_s_interval_of_the_mean() -> None:
    values = np.random.default_rng(3).normal(size=(6, 4))
    table = pd.DataFrame({"epoch": np.repeat(range(6), 4), "value": values.ravel()})
    mean, low, high = mean_and_band(table.groupby("epoch")["value"])
    for place, row in enumerate(values):
        expected = stats.t.interval(0.95, 3, loc=row.mean(), scale=stats.sem(row))
        assert (low[place], high[place]) == pytest.approx(expected)
        assert mean[place] == pytest.approx(row.mean())


def test_one_seed_has_no_band() -> None:
    _, low, _ = mean_and_band(pd.Series([1.0, 2.0]).groupby([1, 2]))
    assert low.isna().all()


def figures_of(html: str) -> set[str]:
    return set(re.findall(r'<figure id="figure-([^"]+)"', html))


def test_what_shows_nothing_is_not_drawn(tiny_run: Path) -> None:
    """A matrix of three pairs, and classes that a confusion tells."""
    drawn = figures_of((tiny_run / "report.html").read_text(encoding="utf-8"))
    assert {"comparison-loss", "comparison-accuracy", "comparison-steps", "confusion", "examples"} <= drawn
    assert not drawn & {"comparison-scores", "comparison-scores-matrix", "class-accuracy"}


def test_letters_are_large_enough_at_the_width_a_figure_is_set_at(tiny_run: Path) -> None:
    html = (tiny_run / "report.html").read_text(encoding="utf-8")
    drawings = re.findall(r"<figure[^>]*class=\"figure([^\"]*)\"[^>]*>(.*?)</figure>", html, re.S)
    measured = 0
    for kinds, figure in drawings:
        if not (width := re.search(r'<svg [^>]*width="([\d.]+)pt"', figure)):
            continue
        room = 170 if "wide" in kinds.split() else 125
        assert float(width[1]) <= room / 25.4 * 72 + 0.01
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', figure)]
        assert min(sizes) >= 6.5, kinds
        measured += len(sizes)
    assert measured > 100


def test_a_run_of_before_leaves_out_what_it_did_not_measure(tiny_run: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(tiny_run, old)
    (old / "records" / "insight.npz").unlink()
    metrics = pd.read_csv(old / "metrics.csv")
    metrics.drop(columns=[name for name in metrics if name.endswith("_norm")]).to_csv(
        old / "metrics.csv", index=False
    )
    html = render(Run.read(old), ReportOptions(pdf=False)).html.read_text(encoding="utf-8")
    whole = figures_of((tiny_run / "report.html").read_text(encoding="utf-8"))
    assert whole - figures_of(html) == {"comparison-steps", "weights", "examples"}


def test_the_history_and_the_profile_state_their_data_to_who_cannot_see_them() -> None:
    t = load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))
    means = pd.DataFrame(
        {
            "run": ["a", "b", "a", "b"], "started": ["1", "2"] * 2, "mean": [0.3, 0.41, 0.5, 0.25],
            "stage": ["comparison"] * 2 + ["tuned"] * 2, "setup": ["SGD"] * 2 + ["Adam"] * 2,
        }
    )  # fmt: skip
    said = history_alt(means, t).texts["en"]
    assert "SGD (shared settings) 30.00% → 41.00%; Adam (full training) 50.00% → 25.00%" in said

    # on two of three problems A has the least error, on the third B
    table = pd.DataFrame(
        [
            {"problem": problem, "optimizer": optimizer, "seed": seed, "score": score}
            for problem, pair in {"p": (0.9, 0.8), "q": (0.7, 0.6), "r": (0.4, 0.5)}.items()
            for optimizer, score in zip("AB", pair, strict=True)
            for seed in (0, 1)
        ]
    )
    found = compare(table, metric="test_accuracy")
    with style():
        block = profile_block(found, table, Unit(share=True), t)
    assert block is not None
    assert "A 67%; B 33%" in block["alt"].texts["en"]

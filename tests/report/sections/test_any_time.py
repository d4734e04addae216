"""What a report says of whole curves: numbers that are known, and no sentence that they do not support."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from reportgen.analysis.comparison import compare
from reportgen.files import resources
from reportgen.report.sections.any_time import any_time_section
from reportgen.report.sections.section import Section
from reportgen.report.words.catalogue import load
from tests.helpers.cli import Cli
from tests.helpers.made_curves import curves_table, exponentials

T = load(resources.templates() / "catalogue.toml", ["en"])


def section_of(
    table: pd.DataFrame, metric: str = "accuracy", *, higher_is_better: bool = True, paired: bool = True
) -> Section:
    ends = table.groupby(["problem", "optimizer", "seed"]).tail(1)
    comparison = compare(ends, metric=metric, higher_is_better=higher_is_better, paired=paired)
    return any_time_section(comparison, table, T)


def texts(section: Section, kind: str = "any-time comparison") -> list[str]:
    return [claim.text for claim in section.claims if claim.kind == kind]


def test_the_table_has_the_known_answers() -> None:
    """1 - exp(-0.02 x) is where 1 - exp(-0.01 * 100) ends at x = 50; areas are integrals."""
    table = exponentials(epochs=100, seeds=8, noise=1e-5, A=0.01, B=0.02)
    found = section_of(table)
    slow, fast = texts(found)[:2]
    area = [1 - (math.exp(-rate) - math.exp(-100 * rate)) / rate / 99 for rate in (0.01, 0.02)]
    assert re.fullmatch(
        rf"A \d / 8 \[.*\] [\d.]+ {100 * area[0]:.2f}% \[.*\] 50\.0 \[(49\.9|50\.0), 50\.[01]\]", slow
    )
    assert re.fullmatch(rf"B 8 / 8 \[63%, 100%\] 5[01]\.0 {100 * area[1]:.2f}% \[.*\] –", fast)
    (pair,) = texts(found, "curves of a pair")
    row = re.search(r"^B vs\.\s*A \+([\d.]+) .* better 50\.0 \[.*\] [12]–100 –$", pair)
    assert row is not None
    assert float(row[1]) == pytest.approx(100 * (area[1] - area[0]), abs=0.02)


def test_who_leads_is_said_where_it_is_shown() -> None:
    sentences = texts(section_of(exponentials(epochs=9, seeds=8, noise=1e-3, A=0.1, B=0.2, C=0.4)))[3:]
    assert (
        sentences[0]
        == "By the area under the curve, the test shows C to be better than every other optimizer."
    )
    assert re.match(
        r"C reaches the mean that each of the others has at epoch 9 earlier, by this many epochs"
        r" \(with interval\): A \d.*; B \d",
        sentences[1],
    )
    assert len(sentences) == 2


def test_nothing_is_said_to_lead_where_nothing_does() -> None:
    rng = np.random.default_rng(0)
    same = curves_table(**{name: (0.5 + 0.1 * rng.normal(size=(8, 6))).tolist() for name in "ABC"})
    sentences = texts(section_of(same))[3:]
    assert sentences[0] == "By the area under the curve, the test does not show which optimizer is best."
    assert "not shown to be ahead" in sentences[1]
    assert len(sentences) == 2
    few = texts(section_of(same[same["seed"] < 3]))[3:]
    assert few == ["There are too few seeds to test areas under the curve."]


def test_an_order_that_changes_on_the_way_is_told() -> None:
    rng = np.random.default_rng(0)
    noise = 0.005 * rng.normal(size=(8, 6))
    early = noise + np.linspace(0.3, 0.5, 6)
    late = noise[::-1] + np.array([0.0, 0.1, 0.3, 0.55, 0.8, 0.9])
    sentences = texts(section_of(curves_table(A=early.tolist(), B=late.tolist())))
    (crossing,) = [text for text in sentences if text.startswith("The order changes")]
    assert re.search(r"A is ahead of B at epochs 1–\d, and B at epochs \d–6\.", crossing)


def test_a_trial_that_diverged_leaves_no_area_and_no_lead() -> None:
    table = exponentials(epochs=9, seeds=8, noise=1e-3, A=0.1, B=0.2, C=0.4)
    gone = table.assign(
        score=table["score"].mask((table["optimizer"] == "C") & (table["seed"] == 2) & (table["epoch"] > 5))
    )
    rows = texts(section_of(gone))
    assert rows[2].startswith("C ")
    assert rows[2].endswith(" –")
    assert "better than every other optimizer of which no trial diverged" in " ".join(rows) or (
        "C" not in rows[3].split("shows")[1]
    )
    assert "each of the others has at epoch 9" in rows[4]
    assert rows[4].startswith("B reaches")


def test_losses_are_better_when_lower() -> None:
    table = exponentials(epochs=50, seeds=8, noise=1e-5, level=-1.0, A=0.02, B=0.04)
    rows = texts(section_of(table, "loss", higher_is_better=False))
    assert re.search(r" 25\.0 \[", rows[0])
    assert "shows B to be better" in rows[2]


def test_trials_that_share_no_seed_are_compared_as_two_samples() -> None:
    table = exponentials(epochs=50, seeds=8, noise=1e-3, A=0.02, B=0.04)
    table.loc[table["optimizer"] == "B", "seed"] += 100
    apart, paired = (texts(section_of(table, paired=each)) for each in (False, True))
    assert re.search(r" (24|25)\.\d \[2\d\.\d, 2\d\.\d\]$", apart[0])
    assert apart[2].endswith("shows B to be better than every other optimizer.")
    assert paired[0].endswith(" –")


def test_without_epochs_or_anything_to_compare_there_is_no_section() -> None:
    scores = curves_table(A=[[1]] * 8, B=[[2]] * 8)
    comparison = compare(scores, metric="accuracy")
    assert not any_time_section(comparison, None, T).shown
    assert not any_time_section(comparison, scores, T).shown


def test_many_problems_have_their_areas_counted() -> None:
    each = [
        exponentials(epochs=5, seeds=6, noise=1e-3, A=0.1, B=0.2).assign(problem=f"p{i}") for i in range(7)
    ]
    found = section_of(pd.concat(each, ignore_index=True))
    (counts,) = texts(found, "areas counted")
    assert counts.replace("\N{NO-BREAK SPACE}", " ") in ("B vs. A 7 7 0 0 0", "A vs. B 7 0 7 0 0")
    assert not texts(found)


def test_the_page_shows_what_the_section_claims(cli: Cli) -> None:
    problems = 2
    parts = [
        exponentials(epochs=6, seeds=6, noise=1e-2, seed=number, A=0.1, B=0.2).assign(problem=f"p{number}")
        for number in range(problems)
    ]
    table = pd.concat(parts, ignore_index=True)
    table.rename(columns={"score": "accuracy"}).to_csv("t.csv", index=False)
    answer = cli("compare", "t.csv", "--metric", "accuracy", "--languages", "en", "--to", "out", "--no-pdf")
    assert answer.code == 0, answer.err
    page = Path("out.html").read_text(encoding="utf-8").partition("<body")[2]
    said = squeezed(Markup(page).striptags())
    claims = section_of(table).claims
    assert len(claims) >= 7 * problems
    for claim in claims:
        assert squeezed(claim.text) in said, claim
    for number in range(problems):
        for figure in ("curves", "target-times", "profiles", "gaps"):
            assert f'id="figure-any-time-{number}-{figure}"' in page, figure
    assert page.count("is read like the profiles before") == problems - 1


def squeezed(text: str) -> str:
    """Without blanks, and with one sign for minus."""
    return re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-")

"""Verdicts on drift, held against a second program: whole numbers of right answers, every flip written down.

What the two have in common is what is promised: which seeds count, the one-sided sign-flip test, Holm's
correction within a reference, the share of alpha of each, and when data are too few to tell.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reportgen.analysis.drift import drift

IMAGES = 500
ALPHA = Fraction(1, 20)
HEADLINES = (("comparison", "SGD"), ("comparison", "Adam"), ("equally tuned", "SGD"), ("tuned", "Adam"))
Headline = tuple[str, str]
Run = dict[tuple[Headline, int], int | None]
"""Right answers by headline and seed; None is a trial that diverged."""


def made(rng: np.random.Generator) -> tuple[Run, dict[str, list[Run]]]:
    """A run and its references, with everything that may go wrong: missing seeds, trials that diverged."""
    headlines = HEADLINES[: rng.integers(1, 5)]
    seeds = {headline: int(rng.choice([2, 6, 8, 8])) for headline in headlines}
    middle = {headline: int(rng.integers(60, 440)) for headline in headlines}
    spread, lost, missing = rng.choice([0, 1, 20]), rng.choice([0, 0, 0.05, 0.5]), rng.choice([0, 0, 0.1])
    hopeless = rng.choice([None, *range(len(headlines))], size=2)

    def run(shift: int, never: int | None) -> Run:
        return {
            (headline, seed): None
            if rng.random() < lost or place == never
            else middle[headline] + shift * int(rng.integers(0, 2)) + int(rng.integers(-spread, spread + 1))
            for place, headline in enumerate(headlines)
            for seed in range(seeds[headline])
            if rng.random() >= missing
        }

    shift = int(rng.choice([0, -50, 50]))
    references = {
        "baseline": [run(0, hopeless[0])],
        "latest": [run(0, hopeless[0]) for _ in range(rng.integers(0, 6))],
    }
    return run(shift, hopeless[1]), references


@dataclass(frozen=True)
class Verdict:
    n: int
    difference: Fraction | None
    p: Fraction | None
    p_holm: Fraction | None
    change: str
    diverged: int
    identical: bool


def judged(now: Run, runs: Sequence[Run], alpha: Fraction) -> dict[Headline, Verdict]:
    """The verdicts against one reference."""
    both = {key for run in runs for key in run} & set(now)
    pairs: dict[Headline, dict[int, tuple[Fraction | None, int | None]]] = {}
    for headline, seed in both:
        scores = [run.get((headline, seed)) for run in runs]
        known = [score for score in scores if score is not None]
        before = Fraction(sum(known), len(runs)) if len(known) == len(runs) else None
        pairs.setdefault(headline, {})[seed] = before, now[headline, seed]
    differences = {
        headline: [after - before for before, after in rows.values() if None not in (before, after)]
        for headline, rows in pairs.items()
    }
    diverged = {
        headline: sum(after is None and before is not None for before, after in rows.values())
        for headline, rows in pairs.items()
    }
    alike = {
        headline: all(before == after for before, after in rows.values()) for headline, rows in pairs.items()
    }
    if len(pairs) > 1:
        most = max(map(len, pairs.values()))
        family = [headline for headline, rows in pairs.items() if len(rows) == most]
        whole = [
            [pairs[headline][seed] for headline in family]
            for seed in range(10)
            if all(None not in pairs[headline].get(seed, (None,)) for headline in family)
        ]
        differences["all", "all"] = [
            sum(((after - before) for before, after in rows), Fraction(0)) / len(family) for rows in whole
        ]
        diverged["all", "all"] = 0
        alike["all", "all"] = not any(differences["all", "all"])
    ps = {headline: one_sided(found) for headline, found in differences.items() if found}
    tested = [headline for headline in ps if not diverged[headline]]
    corrected = by_holm({headline: ps[headline] for headline in tested})
    least = by_holm({headline: Fraction(1, 2 ** len(differences[headline])) for headline in tested})

    def change(headline: Headline) -> str:
        if diverged[headline]:
            return "worse"
        if not differences[headline]:
            return "not enough seeds"
        total = sum(differences[headline])
        if total == 0:
            return "no change seen"
        if least[headline] > alpha:
            return "not enough seeds"
        if corrected[headline] > alpha:
            return "no change seen"
        return "better" if total > 0 else "worse"

    return {
        headline: Verdict(
            n=len(found),
            difference=sum(found, Fraction(0)) / len(found) / IMAGES if found else None,
            p=ps.get(headline),
            p_holm=corrected.get(headline),
            change=change(headline),
            diverged=diverged[headline],
            identical=alike[headline],
        )
        for headline, found in differences.items()
    }


def one_sided(differences: Sequence[Fraction]) -> Fraction:
    """How many of all flips reach the sum, or lie beyond it."""
    total = abs(sum(differences))
    if total == 0:
        return Fraction(1)
    flips = itertools.product((1, -1), repeat=len(differences))
    common = math.lcm(*(difference.denominator for difference in differences))
    whole = np.array([int(difference * common) for difference in differences])
    sums = np.array(list(flips)) @ whole
    return Fraction(int((sums >= total * common).sum()), 2 ** len(differences))


def by_holm(ps: Mapping[Headline, Fraction]) -> dict[Headline, Fraction]:
    """Each p times the number of those that are no smaller, none below a smaller one's."""
    adjusted: dict[Headline, Fraction] = {}
    bound = Fraction(0)
    for place, headline in enumerate(sorted(ps, key=lambda headline: ps[headline])):
        bound = max(bound, min(Fraction(1), (len(ps) - place) * ps[headline]))
        adjusted[headline] = bound
    return adjusted


def table_of(run: Run) -> pd.DataFrame:
    rows = [
        (*headline, seed, math.nan if score is None else score / IMAGES)
        for (headline, seed), score in run.items()
    ]
    return pd.DataFrame(rows, columns=["stage", "setup", "seed", "score"]).astype({"score": float})


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1))
@example(3)
@example(12111)  # differences whose sum is 0 but for rounding
def test_verdicts_are_those_of_a_second_program(seed: int) -> None:
    now, references = made(np.random.default_rng(seed))
    table = drift(
        table_of(now),
        {name: [table_of(run) for run in runs] for name, runs in references.items()},
        alpha=float(ALPHA),
    )
    expected = {
        (name, *headline): verdict
        for name, runs in references.items()
        for headline, verdict in judged(now, runs, ALPHA / len(references)).items()
    }
    rows = {(row["reference"], row["stage"], row["setup"]): row for row in table.to_dict("records")}
    assert set(rows) == set(expected)
    for key, verdict in expected.items():
        row = rows[key]
        counts = (verdict.n, verdict.change, verdict.diverged, verdict.identical)
        assert (row["n"], str(row["change"]), row["diverged"], row["identical"]) == counts, key
        for name in ("difference", "p", "p_holm"):
            value = getattr(verdict, name)
            wanted = math.nan if value is None else float(value)
            assert row[name] == pytest.approx(wanted, abs=1e-12, nan_ok=True), (key, name)


def test_the_made_runs_have_every_verdict() -> None:
    """So that the test above is one."""
    seen = {
        (verdict.change, verdict.diverged > 0, headline == ("all", "all"))
        for seed in range(200)
        for now, references in [made(np.random.default_rng(seed))]
        for runs in references.values()
        for headline, verdict in judged(now, runs, ALPHA / 2).items()
    }
    changes = ("better", "worse", "no change seen", "not enough seeds")
    assert seen == {(change, False, of_all) for change in changes for of_all in (False, True)} | {
        ("worse", True, False)
    }

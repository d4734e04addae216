"""What a table of scores shows of a fair comparison: each attack fails its point, honest tables none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.audit.entry_names import entries
from reportgen.analysis.audit.of_table import audit_table
from reportgen.analysis.audit.points import Point
from reportgen.analysis.comparison import compare
from reportgen.files import resources
from reportgen.report.words.catalogue import load

LABELS = ("SGD", "Adam", "Lion")
SEEDS = range(8)


def honest() -> pd.DataFrame:
    """Two problems, three optimizers, eight seeds each; with columns that a fair comparison has."""
    random = np.random.default_rng(5)
    return pd.DataFrame(
        [
            {
                "problem": problem, "optimizer": label, "seed": seed, "score": random.normal(0.8, 0.02),
                "lr": 0.1 / (place + 1), "params.batch_size": 32, "epochs": "10", "n_trials": 9,
                "search_seed": "100, 101", "phase": "final", "note": f"node {seed}",
            }
            for problem in ("digits", "letters")
            for place, label in enumerate(LABELS)
            for seed in SEEDS
        ]
    )  # fmt: skip


def curves_of(table: pd.DataFrame) -> pd.DataFrame:
    epochs = pd.DataFrame({"epoch": range(1, 6)})
    return table[["problem", "optimizer", "seed"]].merge(epochs, how="cross")


def audited(
    table: pd.DataFrame, *, curves: pd.DataFrame | None = None, paired: bool = True, further: bool = True
) -> dict[str, Point]:
    table = table.reset_index(drop=True)
    scores = table[["problem", "optimizer", "seed", "score"]]
    points = audit_table(
        compare(scores),
        scores,
        paired=paired,
        curves=curves_of(table) if curves is None else curves,
        further=table.drop(columns=[*scores.columns]) if further else None,
    )
    assert [point.code for point in points] == sorted(point.code for point in points)
    return {point.key: point for point in points}


def failed(points: dict[str, Point]) -> dict[str, list[str]]:
    return {
        key: [fact.key for fact in point.facts if fact.passed is False]
        for key, point in points.items()
        if point.passed is False
    }


def of(table: pd.DataFrame, label: str) -> pd.Series:
    return table["optimizer"] == label


def set_for_adam(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: table[column].astype(object).mask(of(table, "Adam"), value)})


def renamed(new: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Lion's trials become a further entry of another optimizer."""
    return lambda table: table.assign(optimizer=table["optimizer"].replace("Lion", new))


def without_seeds(table: pd.DataFrame) -> pd.DataFrame:
    return table[~(of(table, "Adam") & (table["seed"] > 6))]


def copied(table: pd.DataFrame) -> pd.DataFrame:
    """Adam's file on one problem is SGD's."""
    on_one = table["problem"] == "digits"
    scores = table["score"].copy()
    scores[on_one & of(table, "Adam")] = scores[on_one & of(table, "SGD")].to_numpy()
    return table.assign(score=scores)


def last_score(value: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Lion's last seed has this score."""
    return lambda table: table.assign(
        score=table["score"].mask(of(table, "Lion") & (table["seed"] == SEEDS[-1]), value)
    )


def searched_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Each of Adam's trials has another learning rate."""
    return table.assign(lr=table["lr"].mask(of(table, "Adam"), table["seed"] / 10))


ATTACKS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], dict[str, list[str]]]] = {
    "another batch size": (set_for_adam("params.batch_size", 64), {"same_network": ["columns_differ"]}),
    "more epochs": (set_for_adam("epochs", "20"), {"same_training": ["columns_differ"]}),
    "more tries": (set_for_adam("n_trials", 50), {"same_budget": ["columns_differ"]}),
    "a rate for each trial": (searched_rate, {"same_budget": ["tries_differ"]}),
    "a second entry": (renamed("Adam b"), {"same_budget": ["entries_uneven"]}),
    "an entry by its rate": (renamed("adam_lr0.1"), {"same_budget": ["entries_uneven"]}),
    "an entry in brackets": (renamed("Adam (beta1=0.8, lr 3e-4)"), {"same_budget": ["entries_uneven"]}),
    "searched with a final seed": (
        set_for_adam("search_seed", "101, 7"), {"choice": ["search_seeds_shared"]},
    ),
    "trials of the search": (
        lambda table: table.assign(phase=table["phase"].mask(table["seed"] < 2, "Search")),
        {"choice": ["search_compared"]},
    ),
    "fewer seeds": (without_seeds, {"same_seeds": ["seeds_lacking"]}),
    "other seeds": (
        lambda table: table.assign(seed=table["seed"].mask(of(table, "Adam") & (table["seed"] > 6), 99)),
        {"same_seeds": ["seeds_lacking"]},
    ),
    "a missing score": (last_score(np.nan), {"all_scores": ["scores_missing"]}),
    "an endless score": (last_score(np.inf), {"all_scores": ["scores_missing"]}),
    "copied scores": (copied, {"own_scores": ["scores_alike"]}),
    "one score for all seeds": (set_for_adam("score", 0.8), {"own_scores": ["scores_constant"]}),
    "few seeds": (lambda table: table[table["seed"] < 6], {"enough_seeds": ["pairs_untested"]}),
}  # fmt: skip


def test_an_honest_table_fails_nothing() -> None:
    points = audited(honest())
    assert {key: point.passed for key, point in points.items()} == dict.fromkeys(points, True)
    assert set(points) == {
        "same_network", "same_training", "same_budget", "choice", "enough_seeds", "same_seeds", "all_scores",
        "own_scores",
    }  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_fails_its_own_point(attack: str) -> None:
    spoil, expected = ATTACKS[attack]
    assert failed(audited(spoil(honest()))) == expected


def test_a_table_of_scores_alone_shows_less_and_claims_no_more() -> None:
    table = honest()[["problem", "optimizer", "seed", "score"]]
    points = audited(table, further=False)
    assert set(points) == {
        "same_training", "same_budget", "enough_seeds", "same_seeds", "all_scores", "own_scores",
    }  # fmt: skip
    assert failed(points) == {}


def test_a_shorter_training_is_seen_in_the_curves() -> None:
    table = honest()
    curves = curves_of(table)
    one = (curves["optimizer"] == "Adam") & (curves["epoch"] > 3)
    ended_early = curves[~(one & (curves["seed"] == 2))]
    assert failed(audited(table, curves=ended_early)) == {}  # others of Adam's trials went on
    points = audited(table, curves=curves[~(one & (curves["problem"] == "letters"))])
    assert failed(points) == {"same_training": ["lengths_differ"]}
    values = next(fact.values for fact in points["same_training"].facts if fact.passed is False)
    assert values == {"problem": "letters", "epochs": "SGD 5; Adam 3; Lion 5"}


def test_unpaired_trials_fail_and_uneven_ones_twice() -> None:
    assert failed(audited(honest(), paired=False)) == {"same_seeds": ["trials_unpaired"]}
    uneven = audited(without_seeds(honest()), paired=False)
    assert failed(uneven) == {"same_seeds": ["trials_unpaired", "trials_uneven"]}
    assert uneven["same_seeds"].facts[1].values["trials"] == "SGD 8; Adam 7; Lion 8"


@pytest.mark.parametrize(("margin", "missed"), [(0.001, True), (0.1, False)])
def test_seeds_have_to_be_enough_for_the_margin_too(margin: float, missed: bool) -> None:
    scores = honest()[["problem", "optimizer", "seed", "score"]]
    comparison = compare(scores, margin=margin)
    points = {point.key: point for point in audit_table(comparison, scores)}
    assert failed(points) == ({"enough_seeds": ["margin_missed"]} if missed else {})
    open_pairs = [pair for pair in comparison.pairs if pair.verdict == "not separable"]
    if missed:
        (fact,) = points["enough_seeds"].facts
        assert fact.values == {"blunt": len(open_pairs), "pairs": 6, "margin": "0.001"}


def test_settings_of_one_optimizer_may_be_compared() -> None:
    table = honest()
    names = {"SGD": "Adam", "Adam": "Adam lr=0.1", "Lion": "Adam lr=0.2"}
    assert failed(audited(table.assign(optimizer=table["optimizer"].map(names)))) == {}


def test_as_many_entries_of_each_are_fair() -> None:
    table = honest()
    more = [table[of(table, label)].assign(optimizer=f"{label} b") for label in LABELS]
    random = np.random.default_rng(6)
    more = [rows.assign(score=rows["score"] + random.normal(0, 0.01, len(rows))) for rows in more]
    assert "same_budget" not in failed(audited(pd.concat([table, *more])))


@pytest.mark.parametrize(
    ("labels", "count"),
    [
        (["Adam", "Adam b", "SGD"], [2, 1]),
        (["Adam", "Adam2", "SGD"], [2, 1]),
        (["torch.optim.Adam", "adam-tuned", "SGD"], [2, 1]),
        (["Adam", "AdamW", "Adam W", "NAdam"], [1, 2, 1]),
        (["SGD", "SGD momentum=0.9", "SGD_Momentum"], [1, 2]),
        (["Schedule-Free AdamW", "Schedule-Free SGD", "AdamW"], [1, 1, 1]),
        (["method 1", "method 2", "baseline"], [1, 1, 1]),
        (["A", "B", "C"], [1, 1, 1]),
        (["優化器甲", "優化器乙"], [1, 1]),
        (["lr0.1", "lr0.01", "Adam"], [1, 1, 1]),
    ],
)
def test_entries_of_one_optimizer_are_told_by_their_names(labels: list[str], count: list[int]) -> None:
    assert [len(alike) for alike in entries(labels).values()] == count


@pytest.mark.parametrize("attack", ["none", *ATTACKS])
def test_every_fact_has_its_sentence(attack: str) -> None:
    t = load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))
    table = honest() if attack == "none" else ATTACKS[attack][0](honest())
    for paired in (True, False):
        for point in audited(table, paired=paired).values():
            assert t.has(f"audit_point.{point.key}")
            for fact in point.facts:
                for text in t(f"audit.{fact.key}", **fact.values).texts.values():
                    assert all(str(value) in text for value in fact.values.values())

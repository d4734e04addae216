"""The conclusions follow the findings, whatever they are, and say the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.findings import EACH_TUNED, SHARED, of_search
from reportgen.files import resources
from reportgen.report.sections import sentences
from reportgen.report.sections.changes import change_rows
from reportgen.report.sections.comparison import UNIT, Compared, compared
from reportgen.report.sections.conclusion_sentences import conclusion_sentences
from reportgen.report.sections.conclusions import compare_gains, conclude
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.key_findings import key_findings
from reportgen.report.words.catalogue import Catalogue, Phrase, load

Scores = dict[str, Sequence[float | None]]
SEEDS = 10


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))


def around(mean: float, spread: float = 0.01, seed: int = 0) -> list[float | None]:
    noise = np.random.default_rng(seed).normal(0, spread, SEEDS)
    return [float(score) for score in mean + noise - noise.mean()]


def results(stage: str, scores: Scores) -> pd.DataFrame:
    rows = [
        {
            "stage": stage, "setup": setup, "seed": seed, "parameters": 100,
            "status": "diverged" if score is None else "finished",
            "validation_accuracy": score, "test_accuracy": score, "test_images": 200.0,
            "test_correct": None if score is None else round(200 * score), "hidden": "8",
        }
        for setup, values in scores.items()
        for seed, score in enumerate(values)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    numbers = ["validation_accuracy", "test_accuracy", "test_images", "test_correct"]
    return table.astype(dict.fromkeys(numbers, float))


def searched(**tried: dict[float, float | None]) -> pd.DataFrame:
    """search.csv: the accuracy at every learning rate, None where it diverged; the best one is chosen."""
    rows = []
    for setup, scores in tried.items():
        best = max((rate for rate, score in scores.items() if score), key=lambda rate: scores[rate] or 0)
        rows += [
            {
                "stage": "comparison", "setup": setup, "number": number, "seed": 1000,
                "learning_rate": rate, "settings": f'{{"learning_rate": {rate}}}',
                "status": "diverged" if score is None else "finished",
                "validation_accuracy": np.nan if score is None else score, "chosen": rate == best,
                "at_edge": "learning_rate" if rate == best and rate in (min(scores), max(scores)) else "",
            }
            for number, (rate, score) in enumerate(scores.items(), start=1)
        ]  # fmt: skip
    return pd.DataFrame(rows)


NOTHING = pd.DataFrame(columns=["stage", "setup", "number", "seed", "chosen", "at_edge"])


def told(
    t: Catalogue,
    shared: Scores,
    equally_tuned: Scores | None = None,
    tuned: Scores | None = None,
    search: pd.DataFrame = NOTHING,
    *,
    margin: float | None = None,
) -> tuple[str, str]:
    """The conclusions in English and in Chinese."""
    tables = [results("comparison", shared)]
    tables += [results("equally tuned", equally_tuned)] if equally_tuned else []
    tables += [results("tuned", tuned)] if tuned else []
    everything = pd.concat(tables, ignore_index=True)
    before = compared(tables[0], SHARED, margin=margin)
    after: Compared | None = compared(tables[1], EACH_TUNED, margin=margin) if equally_tuned else None
    found = conclude(before, after, compare_gains(before, after), everything)
    of_stages = [finding for one in (before, after) if one for finding in one.findings]
    phrases = [
        *in_words([*of_stages, *of_search(search)], UNIT, t),
        *conclusion_sentences(t.same(""), found, before, everything, t)[1:],
        *(t.same(f"{row['before']} {row['after']} {row['change']}") for row in change_rows(found, UNIT, t)),
        *(sentences.test_sentences(tables[-1], t) if tuned else ()),
    ]
    return "\n".join(text(p, "en") for p in phrases), "\n".join(text(p, "zh-Hant") for p in phrases)


def told_first(t: Catalogue, shared: Scores, tuned: Scores) -> tuple[str, str]:
    """The findings of the first page in English and in Chinese."""
    tables = [results("comparison", shared), results("tuned", tuned)]
    everything = pd.concat(tables, ignore_index=True)
    before = compared(tables[0], SHARED)
    assert before is not None
    page = key_findings([before], None, conclude(before, None, None, everything), everything, t)
    return "\n".join(text(p, "en") for p in page), "\n".join(text(p, "zh-Hant") for p in page)


def text(phrase: Phrase, language: str) -> str:
    return phrase.texts[language].striptags()


A, B = around(0.60), around(0.50, seed=1)
OPEN_SHARED = "The test singles out no best optimizer with the shared settings. Possibly best"
OPEN_TUNED = "The test singles out no best optimizer after individual tuning. Possibly best"
CASES: dict[str, tuple[Scores, Scores, list[str]]] = {
    "the other one wins when each is tuned": (
        {"A": A, "B": B},
        {"A": B, "B": A},
        [
            "A is shown to be better than every other optimizer with",
            "A > B",
            "B is shown to be better",
            "B > A",
        ],
    ),
    "the same one wins": (
        {"A": A, "B": B},
        {"A": A, "B": B},
        ["every other optimizer with the shared", "every other optimizer after individual tuning"],
    ),
    "a winner and no winner": (
        {"A": A, "B": B},
        {"A": A, "B": around(0.60, seed=3)},
        ["A is shown to be better", OPEN_TUNED, "none of their differences is significant"],
    ),
    "no winner and a winner": (
        {"A": A, "B": around(0.60, seed=3)},
        {"A": A, "B": B},
        [OPEN_SHARED, "A is shown to be better than every other optimizer after individual tuning"],
    ),
    "no winner before and after": (
        {"A": A, "B": around(0.60, seed=3)},
        {"A": A, "B": around(0.60, seed=3)},
        [OPEN_SHARED, OPEN_TUNED],
    ),
    "the winner is worse than those who may be best": (
        {"A": A, "B": B, "C": B},
        {"A": B, "B": A, "C": around(0.60, seed=3)},
        ["A is shown to be better than every other optimizer with"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_stage_tells_of_its_best_and_two_tests_are_none_of_a_change(t: Catalogue, case: str) -> None:
    shared, tuned, orders = CASES[case]
    english, chinese = told(t, shared, tuned)
    for part in orders:
        assert part in english, english
    # no margin was given within which a lead could be gone
    assert not re.search(r"Tuning changes|loses|is gone", english, re.I)
    assert "消失" not in chinese


def test_of_a_change_is_said_what_the_test_of_the_change_shows(t: Catalogue) -> None:
    gone, chinese = told(t, {"A": A, "B": B}, {"A": A, "B": around(0.60, 0.01, seed=0)}, margin=0.01)
    assert "the lead is gone, the two being practically the same after tuning (A vs. B)" in gone
    assert "+10.00 0.00 -10.00" in gone, "the table has the differences and their change"
    assert "領先消失，調校後實務上相同（A vs. B）" in chinese
    wide, _ = told(t, {"A": around(0.62), "B": around(0.60, seed=1)}, {"A": around(0.62, 0.05), "B": B})
    assert "is gone" not in wide
    open_, _ = told(
        t,
        {"A": around(0.62, 0.01), "B": around(0.60, 0.01, seed=1)},
        {"A": around(0.62, 0.05, seed=2), "B": around(0.60, 0.05, seed=3)},
        margin=0.01,
    )
    assert "no difference is shown to have changed by tuning" in open_


def test_what_so_many_seeds_would_have_shown_is_said_and_what_the_interval_excludes(t: Catalogue) -> None:
    english, chinese = told(t, {"A": around(0.504, 0.01), "B": around(0.500, 0.01, seed=5)})
    detectable = re.search(
        r"These seeds detect a difference of ([\d.]+) percentage points with a probability of 80%", english
    )
    assert detectable, english
    assert float(detectable[1]) > 0.4  # or else it would have been seen
    assert f"這些種子有 80% 的機率能檢出 {detectable[1]} 個百分點的差異" in chinese
    assert re.search(r"differences outside the interval \(corrected\) \[-.*\] are excluded", english)
    assert "+0.40 percentage points" in english
    assert "+0.40 個百分點" in chinese


def test_what_would_have_been_seen_does_not_depend_on_what_was(t: Catalogue) -> None:
    """A power that is computed from the difference observed says no more than its p."""
    noise = around(0.0, 0.01)
    said = set()
    for shift in (0.000002, 0.002, 0.004):
        english, _ = told(t, {"A": [0.5 + shift + e for e in noise], "B": around(0.500, 0.01, seed=5)})
        said |= set(re.findall(r"These seeds detect a difference of [\d.]+ percentage points", english))
        assert not re.search("too small|reasonable|true one", english)
    assert len(said) == 1


def test_the_margin_that_was_declared_is_told_of(t: Catalogue) -> None:
    scores = {"A": around(0.5002, 0.002), "B": around(0.500, 0.002, seed=5)}
    english, chinese = told(t, scores, margin=0.01)
    assert "A and B are practically the same with the shared settings" in english
    assert "lies within the margin of 1.00 percentage points" in english
    assert "A 與 B 實務上相同" in chinese
    assert "not separable" not in english
    without, _ = told(t, scores)
    assert "practically" not in without


def test_equal_scores_exclude_nothing(t: Catalogue) -> None:
    english, chinese = told(t, {"A": A, "B": A})
    assert "with every seed, the difference is 0.00 percentage points" in english
    assert "excludes" not in english
    assert "每個種子的差異都是 0.00 個百分點" in chinese


def test_who_is_separated_is_not_said_to_be_alike(t: Catalogue) -> None:
    # nobody is separated from A, and B and C are far apart
    wide = [0.7, 0.9, 0.65, 0.92, 0.66, 0.93, 0.95, 0.7, 0.92, 0.68]
    narrow = [0.79 + seed / 1000 for seed in range(SEEDS)]
    english, chinese = told(t, {"A": wide, "B": narrow, "C": [score - 0.03 for score in narrow]})
    first = english.splitlines()[0]
    assert "not shown to be worse than any other: A and B. The means, best first: A, B, C (B > C)" in first
    assert "可能最好的有 A 與 B（" in chinese
    assert "≈" not in english + chinese


def test_too_few_seeds_are_no_test_and_no_one_wins(t: Catalogue) -> None:
    english, chinese = told(t, {"A": [0.9, 0.9], "B": [0.1, 0.1], "C": [0.2, 0.3]})
    assert "No test was made with the shared settings: there are only 2 seeds, and at least 7 are" in english
    assert "A, C, B" in english
    assert not re.search(r">|best\b(?! first)", english)
    assert "只有 2 個種子，未做檢定（至少需要 7 個種子）" in chinese
    alone, _ = told(t, {"A": [0.9], "B": [0.1]})
    assert "No test was made with the shared settings: there is only 1 seed, and" in alone


def test_who_diverged_where_is_said_and_is_not_ranked(t: Catalogue) -> None:
    lost: Scores = {"A": A, "B": B, "C": [None, None, *A[2:]]}
    english, chinese = told(t, {"A": A, "B": B, "C": A}, lost)
    assert "C diverged in 2 of 10 trials after individual tuning" in english
    assert "A is shown to be better than every other optimizer that finished all its trials after" in english
    assert "各自調校後，C 的 10 次試驗中有 2 次發散" in chinese
    assert "with the shared settings (the loss" not in english


def test_when_all_diverge_nobody_is_ranked(t: Catalogue) -> None:
    english, _ = told(t, {"A": [None] * SEEDS, "B": [None] * SEEDS})
    assert "Every optimizer has trials that diverged" in english
    assert "best" not in english


@pytest.mark.parametrize(
    ("tuned", "words", "first"),
    [
        (around(0.70), "a significantly higher test accuracy than A", "significantly higher than that of A"),
        (around(0.40), "a significantly lower test accuracy than A", "significantly lower than that of A"),
        (around(0.60, seed=8), "does not differ significantly", "not significantly different from that of A"),
        ([0.70], "With a single seed", "with too few seeds for a verdict against A"),
    ],
)
def test_the_gain_of_the_tuned_setup_follows_its_interval(
    t: Catalogue, tuned: list[float | None], words: str, first: str
) -> None:
    english, _ = told(t, {"A": A, "B": B}, tuned={"T": tuned})
    assert words in english
    others = {"higher test accuracy", "lower test accuracy", "not differ significantly", "a single seed"}
    assert [other for other in others if other in english] == [other for other in others if other in words]
    page, _ = told_first(t, {"A": A, "B": B}, {"T": tuned})
    assert first in page, "the first page says so too"
    assert "(T, hidden layers 8)" in page


def test_the_gain_is_over_the_best_tuned_comparison_where_there_is_one(t: Catalogue) -> None:
    english, _ = told(t, {"A": A, "B": B}, {"A": B, "B": A}, {"T": around(0.70)})
    assert "a significantly higher test accuracy than B, the best of the comparison by validation" in english


def test_how_wide_the_learning_rates_are_and_whose_best_is_at_an_edge(t: Catalogue) -> None:
    search = searched(
        wide={1e-4: 0.5, 1e-3: 0.89, 1e-2: 0.90, 1e-1: 0.885, 1.0: None},
        narrow={1e-4: 0.5, 1e-3: 0.70, 1e-2: 0.90, 1e-1: 0.6},
        edge={1e-4: 0.9, 1e-3: 0.8, 1e-2: 0.5},
    )
    english, chinese = told(t, {"wide": A, "narrow": A, "edge": A}, search=search)
    assert "wide stays within two percentage points" in english
    assert "learning rates from 0.001 to 0.1, a factor of 100; the best rate is 0.01" in english
    assert (
        "narrow is within two percentage points of its best validation accuracy at one learning rate only, 0"
        in english
    )
    assert "The best settings of edge lie at the edge of the search space (learning_rate)" in english
    assert "從 0.001 到 0.1" in chinese


def test_both_languages_hold_the_same_numbers(t: Catalogue) -> None:
    english, chinese = told(
        t,
        {"A": A, "B": around(0.6, seed=3), "C": B},
        {"A": A, "B": B, "C": [None, *A[1:]]},
        {"T": around(0.7)},
        searched(A={1e-3: 0.5, 1e-2: 0.6, 1e-1: 0.4}),
    )

    def numbers(sentence: str) -> list[str]:
        # 95 % and 80 % are words of the statistics, spelled in either language where they read well
        return sorted(set(re.findall(r"[-+]?\d[\d.,]*\d%?", sentence)) - {"95%"})

    for ours, theirs in zip(english.splitlines(), chinese.splitlines(), strict=True):
        assert numbers(ours) == numbers(theirs), (ours, theirs)


def test_of_many_optimizers_pairs_are_counted_and_not_named(t: Catalogue) -> None:
    # of every two of the first six the seeds contradict each other; the last is far below
    alike = {name: around(0.6, seed=number) for number, name in enumerate("ABCDEF")}
    rates = {1e-4: 0.5, 1e-3: 0.89, 1e-2: 0.90, 1e-1: 0.885}
    search = searched(
        **dict.fromkeys("ABCDE", rates), F={**rates, 1e-3: 0.5, 1e-1: 0.5}, G={1e-2: 0.9, 1.0: 0.5}
    )
    english, chinese = told(t, {**alike, "G": around(0.3, seed=9)}, search=search)
    assert "of 7, those shown to be worse than another: G. The means" in english
    assert (
        "> G (10 seeds; each name before a “>” is significantly better than each behind it; 6 of" in english
    )
    assert "6 of 21 differences are significant" in english
    assert "15 of 21 pairs are not separable with the shared settings" in english
    reach = re.search(r"reach as far from 0 as (\d+\.\d+) percentage points", english)
    assert reach
    assert 0 < float(reach[1]) < 5
    assert "are not separable with the shared settings: the mean difference" not in english
    assert "span these factors, the widest first: A 100, B 100, C 100, D 100, E 100." in english
    assert "These have only one learning rate within two percentage points of their best" in english
    assert "validation accuracy: F." in english
    assert "edge of the search space, beyond which there may be better ones: G (learning_rate)." in english
    assert "21 對之中有 15 對的差異未達顯著" in chinese

"""The headline claims what the tests show and no more, whatever the results; each kind of run has its own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from reportgen.analysis.comparison import Comparison
from reportgen.report.sections.headlines import Headlines, headlines
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from tests.helpers.made_results import INTRANSITIVE, NARROW, RUNS, WIDE, Scores, made_records, trials

SHARED, TUNED, FULL = "comparison", "equally tuned", "tuned"
SEARCH = {"comparison": {"trials": 2, "space": {"learning_rate": {"low": 0.01, "high": 1.0}}}}
DEFECTS = {"gradients_averaged_twice": True, "hidden_list_grows": True}


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(("zh-Hant", "en"))


def said(t: Catalogue, made: Mapping[str, Scores], **asked: object) -> Headlines:
    return headlines(made_records(trials(made), **asked), t)


def english(t: Catalogue, made: Mapping[str, Scores], **asked: object) -> str:
    return said(t, made, **asked).headline.texts["en"].striptags()


def level(mean: float, seeds: int = 10) -> list[float | None]:
    """Scores around a mean, closer than anything that matters."""
    return [round(mean + (seed % 3 - 1) / 1000, 4) for seed in range(seeds)]


def wide(mean: float) -> list[float | None]:
    """Scores so far apart that no test of ten of them shows much; the mean is exact."""
    return [
        round(mean + sign * reach, 4)
        for sign, reach in zip((1, -1) * 5, (0.2,) * 2 + (0.15,) * 8, strict=True)
    ]


HIGH, MIDDLE, LOW = level(0.9), level(0.8), level(0.6)
ALIKE: Scores = {"A": HIGH, "B": HIGH[::-1], "C": [*HIGH[1:], HIGH[0]]}
FAR: Scores = {"A": HIGH, "B": MIDDLE, "C": LOW}
DIVERGED: list[float | None] = [None, None, *LOW[2:]]
CASES: dict[str, tuple[Mapping[str, Scores], Mapping[str, object], str, str]] = {
    "a lead that tuning takes away": (
        {SHARED: FAR, TUNED: ALIKE},
        {"search": SEARCH},
        "The lead of A depends on the shared learning rate: after individual tuning, any two optimizers are"
        " less than 1 percentage point apart.",
        "A 的領先取決於共同的學習率：各自調校後，任兩個優化器相差不到 1 個百分點。",
    ),
    "a lead that other settings than the rate may have given": (
        {SHARED: FAR, TUNED: ALIKE},
        {
            "search": {
                "comparison": {"trials": 2, "space": {"learning_rate": [0.1, 1.0], "momentum": [0.5, 0.9]}}
            }
        },
        "The lead of A depends on the shared settings: after individual tuning",
        "A 的領先取決於共同設定：",
    ),
    "a lead of which no change is shown": (
        {SHARED: {"A": HIGH, "B": level(0.86)}, TUNED: {"A": wide(0.9), "B": wide(0.86)[::-1]}},
        {"search": SEARCH},
        "With the shared settings, A is significantly better than B; after individual tuning, the two"
        " optimizers do not differ significantly.",
        "共同設定下，A 顯著優於 B；各自調校後，兩個優化器的差異未達顯著。",
    ),
    "a lead that is turned round": (
        {SHARED: FAR, TUNED: {"A": LOW, "B": MIDDLE, "C": HIGH}},
        {},
        "The best one depends on the settings: A with the shared ones, C after individual tuning",
        "共同設定下為 A，各自調校後為 C",
    ),
    "a winner by less than what matters": (
        {SHARED: {"A": HIGH, "B": level(0.8995)}},
        {},
        "A is significantly better than B, though by less than 1 percentage point.",
        "A 顯著優於 B，但相差不到 1 個百分點。",
    ),
    "the same winner": (
        {SHARED: FAR, TUNED: FAR},
        {},
        "With the shared settings and also after individual tuning, A is significantly better than every"
        " other optimizer.",
        "無論共同設定或各自調校，A 顯著優於其他每一個優化器。",
    ),
    "no winner and a winner": (
        {SHARED: INTRANSITIVE, TUNED: FAR},
        {},
        "With the shared settings, no optimizer is singled out as the best; after individual tuning, A is",
        "共同設定下，無法確定哪一個優化器最好；各自調校後，A 顯著優於",
    ),
    "the shared settings alone": (
        {SHARED: FAR},
        {},
        "With the shared settings, A is significantly better than every other optimizer.",
        "共同設定下，A 顯著優於其他每一個優化器。",
    ),
    "one seed": (
        {SHARED: {"A": [0.9], "B": [0.8]}, TUNED: {"A": [0.9], "B": [0.95]}},
        {},
        "No verdict with one seed; the best result: A with the shared settings (90.00%), B after individual"
        " tuning (95.00%).",
        "只有一個種子，無法判定優劣",
    ),
    "few seeds": (
        {SHARED: {"A": [0.9, 0.9], "B": [0.8, 0.8]}},
        {},
        "No verdict with 2 seeds (at least 6 are needed); the best result: A (90.00%).",
        "2 個種子不足以判定優劣（至少需要 6 個）：結果最佳者為 A（90.00%）。",
    ),
    "trials that diverged": (
        {SHARED: {"A": HIGH, "B": MIDDLE, "C": DIVERGED}},
        {},
        "C diverged in 2 of 10 trials.",
        "C 的 10 次試驗中有 2 次發散。",
    ),
    "one alone that finished": (
        {SHARED: {"A": HIGH, "B": [None] * len(HIGH)}},
        {},
        "only A finished all its trials; A is significantly better than B. B diverged in all 10 trials.",
        "只有 A 完成所有訓練；A 顯著優於 B。B 的 10 次試驗全部發散。",
    ),
    "nobody finished": (
        {SHARED: {"A": DIVERGED, "B": DIVERGED}},
        {},
        "With the shared settings, trials of every optimizer diverged, and there is nothing to rank.",
        "每個優化器都有試驗發散，無從比較。",
    ),
    "defects": (
        {SHARED: FAR},
        {"defects": DEFECTS},
        "This training has 2 known defects: its ranking is no verdict on the optimizers. With the shared",
        "訓練含 2 項刻意保留的缺陷，排名不能作為優化器優劣的依據。",
    ),
    "one setup": (
        {FULL: {"A": [0.5, 0.51, 0.52]}},
        {},
        "A reaches 51.00% on the test set of scikit-learn’s handwritten digits (3 seeds, 95% confidence"
        " interval [48.52%, 53.48%]).",
        "A 在「scikit-learn 的手寫數字」測試集的準確率為 51.00%（3 個種子",
    ),
    "one setup with one seed": (
        {FULL: {"A": [0.5]}},
        {},
        "A reaches 50.00% on the test set of scikit-learn’s handwritten digits (one seed, so no interval).",
        "（只有一個種子，沒有信賴區間）",
    ),
    "one setup that diverged": (
        {FULL: {"A": [None, 0.5, 0.5]}},
        {},
        "1 of 3 trials diverged; the mean leaves them out.",
        "3 次試驗中有 1 次發散",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_run_has_its_own_headline(t: Catalogue, case: str) -> None:
    made, asked, english_part, chinese_part = CASES[case]
    headline = said(t, made, **asked).headline
    assert english_part in headline.texts["en"].striptags()
    assert chinese_part in headline.texts["zh-Hant"].striptags()


def verdicts(found: Comparison) -> dict[tuple[str, str], str]:
    pairs = itertools.chain.from_iterable((pair, pair.mirrored()) for pair in found.pairs)
    return {(pair.first, pair.second): str(pair.verdict) for pair in pairs}


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(run=(INTRANSITIVE, None))
@example(run=({"A": WIDE, "B": NARROW}, {"A": NARROW, "B": NARROW}))
@given(run=RUNS)
def test_no_headline_says_more_than_the_tests(run: tuple[Scores, Scores | None], t: Catalogue) -> None:
    made = {stage: scores for stage, scores in zip((SHARED, TUNED), run, strict=True) if scores}
    found = said(t, made, search=SEARCH)
    text = found.headline.texts["en"].striptags()
    clauses = re.split(r"; (?=after individual)|: (?=after individual)", text)
    for compared, clause in zip((found.shared, found.tuned_equally), (clauses[0], clauses[-1]), strict=True):
        if compared is None or len(compared.found.optimizers) < 2:
            continue
        shown = verdicts(compared.found)
        finished = set(compared.found.standing(compared.stage).order)
        for best in re.findall(r"([A-D]) is significantly better|lead of ([A-D])", clause):
            name = "".join(best)
            others = finished if "that finished" in clause else set(compared.found.optimizers)
            assert {shown[name, other] for other in others - {name}} == {"better"}, text
        if "no two optimizers differ" in clause or "two optimizers do not differ" in clause:
            assert set(shown.values()) <= {"not separable", "practically the same"}, text
        if "percentage point apart" in clause:
            assert set(shown.values()) == {"practically the same"}, text
        if "No verdict" in text:
            assert set(shown.values()) == {"too few seeds"}, text
        if "singled out" in clause:
            assert compared.found.standing(compared.stage).winner is None, text
    assert len(found.key_findings) <= 3

"""No sentence of a report contradicts another one or a table, whatever the results, by what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from markupsafe import Markup

from reportgen.analysis.comparison import compare
from reportgen.report.context import compose_scores
from reportgen.report.figures import svg
from reportgen.report.sections.abstract import abstract
from reportgen.report.sections.answer_block import answer_of_run
from reportgen.report.sections.comparison import UNIT, compared
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.targets import race_to_target, times_block
from reportgen.report.sections.verdicts import verdict_block
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue
from tests.helpers.made_results import (
    INTRANSITIVE,
    NARROW,
    RACES,
    RUNS,
    TABLES,
    WIDE,
    Scores,
    made_records,
    metrics,
    trials,
)
from tests.helpers.printed_claims import (
    STAGES,
    TESTED,
    WHERE,
    Part,
    check_sentence,
    check_tables,
    check_target,
    english,
    names,
    printed,
)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_drawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "kept", lambda *_: b"<svg></svg>")
        yield


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(("en",))


CHECKED = settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def part_of(results: pd.DataFrame, scores: Scores, stage: str, t: Catalogue) -> Part | None:
    """What a run's report prints of a stage's verdicts."""
    found = compared(results[results["stage"] == stage], STAGES[stage])
    if found is None:
        return None
    block = verdict_block(
        found.found, stage, found.scores, UNIT, t, setups=list(scores), prefix=f"{stage}-scores"
    )
    return printed(block, in_words(found.findings, UNIT, t), scores, t, "verdicts(block, sentences)")


@CHECKED
@example(run=(INTRANSITIVE, None))
@example(run=({"A": [0.6], "B": [0.5]}, None))
@example(run=({"A": [0.5] * 8, "B": NARROW[:8]}, {"A": WIDE[:8], "B": NARROW[:8]}))
@given(run=RUNS)
def test_no_sentence_of_a_run_contradicts_its_verdicts(
    run: tuple[Scores, Scores | None], t: Catalogue
) -> None:
    made = {stage: scores for stage, scores in zip(STAGES, run, strict=True) if scores}
    results = trials(made)
    found = {stage: part_of(results, scores, stage, t) for stage, scores in made.items()}
    parts = {stage: part for stage, part in found.items() if part is not None}
    said = headlines(made_records(results), t)
    for stage, part in parts.items():
        other = "|".join(words for name, words in WHERE.items() if name != stage)
        for sentence in [*part.sentences, *english(said.first_page), *english(said.conclusions)]:
            if re.search(WHERE[stage], sentence) and not re.search(other, sentence):
                check_sentence(sentence, part)
    check_both(english(said.conclusions), parts)


@CHECKED
@example(scores={"A": [0.6, 0.6, 0.5], "B": [0.5, 0.6, 0.4]})
@example(scores={"A": [0.6], "B": [0.5]})
@given(scores=TABLES)
def test_no_table_of_a_run_contradicts_its_words(scores: Scores, t: Catalogue) -> None:
    results = trials({"comparison": scores})
    part = part_of(results, scores, "comparison", t)
    assert part is not None
    records = made_records(results)
    said_of_run = headlines(records, t)
    opening = abstract(records, said_of_run, t.given({"en": "made images"}), t).texts["en"].striptags()
    tested = bool(TESTED & set(part.verdicts.values()))
    said = re.search("are tested seed by seed|are put to a statistical test", opening)
    assert bool(said) == tested, opening
    assert not re.search(r"\b1 seeds", opening), opening
    (count,) = re.findall(r"(\d+) times in all", opening.replace("trained once", "1 times in all"))
    assert int(count) == len(results), opening
    answer = answer_of_run(said_of_run.shared, said_of_run.tuned_equally, results, t)
    if answer is not None:
        labels = [mark.label for column in answer.columns for mark in column.marks]
        intervals = any("[" in label for label in labels)
        assert ("95%" in answer.caption.plain()) == intervals, answer.caption.plain()
    check_tables(part, lost=True)


@CHECKED
@example(run=({"A": [0.5] * 7, "B": [0.5] * 7}, [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
@example(run=({"A": [0.5] * 8, "B": [0.5] * 8}, [1] * 8 + [2, 3, 2, 3, 2, 3, 2, 3]))
@example(run=({"A": [0.5] * 8, "B": [0.5] * 8}, [1] * 5 + [4] * 3 + [2] * 8))
@given(run=RACES)
def test_nobody_is_first_to_the_target_whom_no_test_shows_to_be(
    run: tuple[Scores, list[int]], t: Catalogue
) -> None:
    scores, reached = run
    race = race_to_target(metrics(scores, reached))
    if race is not None:
        facts = {"target": numbers.percent(race.target), "reference": t("target.reference")}
        target = times_block(race, t, key="target-comparison", text="text", facts=facts)
        check_target(printed(target, [], scores, t, "targets(block)"), scores, reached)


def check_both(conclusions: Sequence[Markup], parts: Mapping[str, Part]) -> None:
    """The sentence about both comparisons: every half of it against the tables of its own."""
    for sentence in conclusions:
        if not all(re.search(words, sentence) for words in WHERE.values()):
            continue
        text = sentence.striptags()
        assert not re.search(r"Tuning changes|is gone|loses its lead|cannot be told apart", text), text
        for stage, words in (
            ("comparison", "with the shared settings"),
            ("equally tuned", "after individual tuning"),
        ):
            shown = {pair for pair, verdict in parts[stage].verdicts.items() if verdict == "better"}
            halves = [half for half in re.split(r"; |\. ", text) if re.search(words, half, re.I)]
            for best in re.findall(
                r"shows ([A-D]) to be best", text if len(halves) > 1 else " ".join(halves)
            ):
                assert {other for first, other in shown if first == best}, f"{text}: {best} is best of nobody"
                assert best not in {worse for _, worse in shown}, f"{text}: {best} is shown to be worse"
            for listed in re.findall(r": ([A-D](?:(?:, | and )[A-D])*)", " ".join(halves)):
                assert not set(names(listed)) & {worse for _, worse in shown}, text


@CHECKED
@example(scores=INTRANSITIVE)
@example(scores={"A": [1.0, None, 0.9], "B": [None, 0.5, 0.4]})
@given(scores=TABLES)
def test_a_report_of_a_table_of_scores(scores: Scores, t: Catalogue) -> None:
    table = pd.DataFrame(
        [
            {"problem": "p", "optimizer": name, "seed": seed, "score": score}
            for name, values in scores.items()
            for seed, score in enumerate(values)
            if score is not None
        ]
    )
    assume(len(table) and table["optimizer"].nunique() == len(scores))
    found = compare(table, metric="test_accuracy")
    content = compose_scores(found, table, [Path("made.csv")], t, "0" * 64).fill()
    (problem,) = content["problems"]
    part = printed(problem["verdicts"], problem["sentences"], scores, t, "verdicts(block, sentences)")
    check_tables(part, lost=False)
    # a missing row is not a diverged trial: who lacks one has its place in the order
    ranked = replace(part, scores={name: [0.0] for name in scores})
    for sentence in [*part.sentences, *english(content["findings"])]:
        check_sentence(sentence, ranked)

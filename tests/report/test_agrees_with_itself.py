"""No sentence of a report contradicts another one or a table, whatever the results, by what is printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from reportgen.analysis.comparison import compare
from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.records import run_folder
from reportgen.report.figures import svg
from reportgen.report.page.numbering import Document
from reportgen.report.page.page import language_facts
from reportgen.report.sections.abstract import abstract, glance
from reportgen.report.sections.comparison import UNIT, compared
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.scores import context
from reportgen.report.sections.targets import target_block
from reportgen.report.sections.verdicts import in_words, verdict_block
from reportgen.report.templates.loading import own, words_in
from reportgen.report.words.catalogue import Catalogue, Phrase
from tests.helpers.html_tables import tables_of
from tests.helpers.manifests import a_trial, a_whole_manifest

Scores = Mapping[str, Sequence[float | None]]
"""Every optimizer's scores by seed; None diverged, or is missing from a table of scores."""

STAGES = {"comparison": SHARED, "equally tuned": EACH_TUNED}
WHERE = {
    "comparison": r"shared settings|settings that the experiment gives",
    "equally tuned": r"each is tuned",
}
EPOCHS = 6
TESTED = {"better", "worse", "not separable"}


@pytest.fixture(scope="module", autouse=True)
def nothing_is_drawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "kept", lambda *_: b"<svg></svg>")
        yield


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(("en",))


# ---------------------------------------------------------------- made results


@st.composite
def scores_of(draw: st.DrawFn, names: str, seeds: int) -> Scores:
    """Scores of a few levels and very different spreads, so that all kinds of verdicts come up, and ties."""
    noise = np.random.default_rng(draw(st.integers(0, 2**16)))
    found = {}
    for name in names:
        level, spread = draw(st.integers(0, 4)), draw(st.sampled_from([0.0, 0.002, 0.01, 0.1]))
        values = np.round(0.5 + 0.02 * level + spread * noise.uniform(-1, 1, seeds), 3)
        lost = draw(st.integers(0, seeds - 1)) if draw(st.integers(0, 9)) == 0 else None
        found[name] = [None if seed == lost else float(value) for seed, value in enumerate(values)]
    return found


NAMES = st.integers(1, 4).map(lambda count: "ABCD"[:count])
SEEDS = st.integers(1, 12)
RUNS = st.tuples(NAMES, SEEDS).flatmap(lambda size: st.tuples(scores_of(*size), st.none() | scores_of(*size)))
TABLES = st.tuples(NAMES, SEEDS).flatmap(lambda size: scores_of(*size))

# the epoch at which each trial gets above its validation accuracy of before, or too late
RACES = st.tuples(TABLES, st.integers(0, 2), st.integers(0, 4), st.integers(0, 2**16)).map(
    lambda drawn: (drawn[0], race(*drawn[:3], np.random.default_rng(drawn[3])))
)

# nobody is separated from A, and B and C are far apart
WIDE = [0.7, 0.9, 0.65, 0.92, 0.66, 0.93, 0.95, 0.7, 0.92, 0.68]
NARROW = [round(0.79 + seed / 1000, 3) for seed in range(10)]
INTRANSITIVE: Scores = {"A": WIDE, "B": NARROW, "C": [round(score - 0.03, 3) for score in NARROW]}


def race(scores: Scores, step: int, spread: int, noise: np.random.Generator) -> list[int]:
    return [
        int(min(EPOCHS + 2, 1 + step * place + noise.integers(0, spread, endpoint=True)))
        for place, values in enumerate(scores.values())
        for _ in values
    ]


def trials(made: Mapping[str, Scores]) -> pd.DataFrame:
    """The rows of results.csv."""
    rows = [
        {
            **dict.fromkeys(run_folder.RESULT_COLUMNS, 0.5),
            **{"stage": stage, "setup": name, "optimizer": name, "seed": seed, "parameters": 10},
            **{"status": "finished" if score is not None else "diverged", "test_images": 1000},
            **{"test_accuracy": np.nan if score is None else score},
        }
        for stage, scores in made.items()
        for name, values in scores.items()
        for seed, score in enumerate(values)
    ]
    return pd.DataFrame(rows)


def metrics(scores: Scores, reached: Sequence[int]) -> pd.DataFrame:
    """The rows of metrics.csv of one stage: 0.5 until a trial reaches 0.9."""
    epochs = itertools.product(scores, range(len(next(iter(scores.values())))))
    rows = [
        {
            **dict.fromkeys(run_folder.EPOCH_COLUMNS, 0.5),
            **{"stage": "comparison", "setup": name, "seed": seed, "epoch": epoch, "seconds": 1.0},
            **{"validation_accuracy": 0.9 if epoch >= first else 0.5},
        }
        for (name, seed), first in zip(epochs, reached, strict=True)
        for epoch in range(1, EPOCHS + 1)
    ]
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- what is printed


@dataclass(frozen=True)
class Part:
    """What is printed of one comparison. scores: what it is about. sentences: with their markup."""

    scores: Scores
    tables: Mapping[str, list[list[str]]]
    captions: str
    text: str
    sentences: tuple[Markup, ...]

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """The verdict of every pair, as the table has it, from both sides."""
        mirrored = {"better": "worse", "worse": "better"}
        found = {}
        for pair, *_, verdict, _ in self.table("pairs")[1:]:
            first, second = re.split(r" vs\.\s", pair)
            found[first, second], found[second, first] = verdict, mirrored.get(verdict, verdict)
        return found

    def table(self, kind: str) -> list[list[str]]:
        (name,) = [name for name in self.tables if name.endswith(f"-{kind}")] or [""]
        return self.tables.get(name, [[]])


@cache
def environment() -> Any:
    return own().environment()


def printed(
    block: dict[str, Any], sentences: Sequence[Phrase], scores: Scores, t: Catalogue, how: str
) -> Part:
    """A block as the templates set it. how: the call of the macro."""
    known = {"t": t, "doc": Document(t), "setups": [], **language_facts(t.languages)}
    environment().globals.update(known)
    html = macro(how).render(block=block, sentences=sentences).replace("&nbsp;", " ").replace("&ensp;", " ")
    captions = " ".join(re.findall(r"<(?:fig)?caption>.*?</(?:fig)?caption>", html, re.S))
    return Part(scores, tables_of(html), captions, str(Markup(html).striptags()), english(sentences))


@cache
def macro(how: str) -> Any:
    return environment().from_string(
        f"{{% from 'verdicts.html.j2' import verdicts, targets with context %}}{{{{ {how} }}}}"
    )


def english(phrases: Sequence[Phrase]) -> tuple[Markup, ...]:
    return tuple(phrase.texts["en"] for phrase in phrases)


# ---------------------------------------------------------------- claims


def names(listed: str) -> list[str]:
    """The names of "A, B and C"."""
    return re.split(r", | and ", listed)


def claims(ranking: str) -> tuple[set[tuple[str, str]], set[frozenset[str]]]:
    """Who is said to be better than whom in "A > B, C (B > C)", and which pairs are said to be alike."""
    chain, _, within = ranking.partition(" (")
    better: set[tuple[str, str]] = set()
    for clause in [chain, *within.rstrip(")").split("; ")]:
        tiers = [re.split(r", | ≈ ", tier) for tier in clause.split(" > ")]
        for above, below in itertools.combinations(tiers, 2):
            better |= set(itertools.product(above, below))
    alike = {
        frozenset(pair)
        for tier in chain.split(" > ")
        for pair in itertools.combinations(tier.split(" ≈ "), 2)
        if " ≈ " in tier
    }
    return better, alike


def check_sentence(sentence: Markup, part: Part) -> None:
    """One sentence against the tables of the comparison that it is about."""
    text, verdicts = sentence.striptags(), part.verdicts
    shown = {pair for pair, verdict in verdicts.items() if verdict == "better"}
    finished = {name for name, values in part.scores.items() if None not in values}
    for ranking in re.findall(r"<b>([A-D][A-D >≈,;()]*)</b>", str(sentence).replace("&gt;", ">")):
        better, alike = claims(ranking)
        assert better <= shown, f"{text}: says that {better - shown} are better"
        assert not any(set(pair) in alike for pair in shown), f"{text}: says that the separated are alike"
        if re.search("no other difference is|none of their differences is", text):
            assert better == {pair for pair in shown if set(pair) <= finished}, f"{text}: keeps some back"
    said_alike = [
        *re.findall(r"([A-D](?:(?:, | and )[A-D])+)(?:,? which)? cannot be told apart", text),
        *re.findall(r"any (?:other|of): ([A-D](?:(?:, | and )[A-D])*)", text),
    ]
    for listed in said_alike:
        for pair in itertools.permutations(names(listed), 2):
            assert pair not in shown, f"{text}: {pair} are separated"
    for listed in re.findall(r"not shown to be worse than any other: ([A-D](?:(?:, | and )[A-D])*)", text):
        for name in names(listed):
            assert not [pair for pair in shown if pair[1] == name], f"{text}: {name} is shown to be worse"
    for best, finishing in re.findall(
        r"([A-D]) is (?:best\b|shown to be better than every other optimizer( that finished)?)", text
    ):
        others = {
            second for first, second in verdicts if first == best and (second in finished or not finishing)
        }
        assert all((best, other) in shown for other in others), f"{text}: {best} is not shown to be the best"
    for first, second, difference in re.findall(
        r"([A-D]) and ([A-D]) are not separable.*?difference is ([-+]?[\d.]+)", text
    ):
        assert verdicts[first, second] == "not separable", text
        (row,) = [row for row in part.table("pairs") if row[0] == f"{first} vs.\xa0{second}"]
        assert difference == row[2], f"{text}: the table has {row[2]}"
        assert f"{difference} percentage points" in text, text
    if "No test was made" in text or "too few for a verdict" in text:
        assert not TESTED & set(verdicts.values()), f"{text}: a test was made"
    # two tests are no test of a change, and a small estimate is no small truth
    assert not re.search(r"too small for|Tuning changes|is gone|loses its lead|changes the order", text), text
    assert not re.search(r"\b1 seeds|seeds: 1\b", text), text


def check_tables(part: Part) -> None:
    """The tables of one comparison against its scores, and their words against what they hold."""
    pairs, means = part.table("pairs"), part.table("means")
    for row in pairs[1:]:
        first, second = re.split(r" vs\.\s", row[0])
        both = list(zip(part.scores[first], part.scores[second], strict=True))
        gains = [a - b for a, b in both if a is not None and b is not None]
        counts = [
            sum(gain > 0 for gain in gains),
            sum(gain == 0 for gain in gains),
            sum(gain < 0 for gain in gains),
        ]
        assert row[1] == str(len(gains))
        assert row[4] == " / ".join(map(str, counts)), f"{row}: wins, ties and losses are {counts}"
        tested = row[6] in TESTED
        assert (row[5] != "–") == tested, f"{row}: p without a test, or a test without p"
        assert tested or row[7] == "–", f"{row}: what shows a difference, of a pair that was not tested"
    if pairs[1:]:
        assert "percentage points" in pairs[0][2]
        untested = not TESTED & set(part.verdicts.values())
        assert ("permutation test" in part.text) == (not untested), part.text
    if all(row[2] == "–" for row in means[1:]):
        assert "95%" not in part.captions, f"{part.captions}: there is no interval"
    assert not re.search(r"\b1 seeds", part.text)


def check_target(part: Part, scores: Scores, reached: Sequence[int]) -> None:
    """The times to the target: medians, and who is said to be first."""
    seeds = len(next(iter(scores.values())))
    (target,) = re.findall(r"validation accuracy of ([\d.]+)%", part.text)
    if float(target) <= 50:  # which all trials have from the first epoch on
        reached = [1] * len(reached)
    times = {
        name: [float(first) if first <= EPOCHS else np.inf for first in reached[n * seeds : (n + 1) * seeds]]
        for n, name in enumerate(scores)
    }
    medians = {row[0]: row[2].split(" [")[0] for row in part.table("comparison")[1:]}
    for name, epochs in times.items():
        median = float(np.median(epochs))
        assert medians[name] == ("∞" if np.isinf(median) else f"{median:g}"), (
            f"{name}: the median is {median}"
        )
    firsts = re.findall(
        r"([A-D]) is first|([A-D]) to be earlier than every other( optimizer whose)?", part.text
    )
    for old, new, among_all_that_reach in firsts:
        first = old or new
        rivals = {
            name: np.subtract(times[first], epochs)
            for name, epochs in times.items()
            if name != first and (np.isfinite(epochs).all() or not among_all_that_reach)
        }
        assert np.isfinite(times[first]).all()
        for name, gaps in rivals.items():
            assert np.isfinite(gaps).all(), f"{name} missed the target, which is no time"
            flips = np.array(list(itertools.product((1, -1), repeat=seeds)))
            p = (np.abs(flips @ gaps) >= abs(gaps.sum()) - 1e-9).mean()
            assert gaps.mean() < 0, f"{first} is said to be first, {name} is not later"
            assert p <= 0.05, (
                f"{first} is said to be first, the test does not separate it from {name}: p = {p}"
            )
            assert float(np.median(times[first])) < float(np.median(times[name]))
    if "every trial" in part.text and "misses the target" not in part.text:
        assert "last (" not in part.text


# ---------------------------------------------------------------- the properties

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


def made_records(results: pd.DataFrame) -> run_folder.RunRecords:
    described = [
        a_trial(row["stage"], row["setup"], row["seed"], batch_size=n)
        for n, row in enumerate(results.to_dict("records"), start=1)
    ]
    return run_folder.RunRecords(
        manifest_json=a_whole_manifest(described),
        epochs=pd.DataFrame(columns=list(run_folder.EPOCH_COLUMNS)),
        results=results,
        search=pd.DataFrame(columns=list(run_folder.SEARCH_COLUMNS)),
        confusion=pd.DataFrame(columns=list(run_folder.CONFUSION_COLUMNS)),
        sample_images=np.zeros((1, 2, 2, 1), np.uint8),
        sample_labels=np.zeros(1, np.int64),
        excerpts={},
        experiment_text="",
    )


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
    rows = glance(said_of_run, list(scores), t)
    assert rows is not None
    intervals = any("[" in cell["interval"] for row in rows["rows"] for cell in row["cells"])
    assert ("95%" in rows["caption"].plain()) == intervals, rows["caption"].plain()
    check_tables(part)


@CHECKED
@example(run=({"A": [0.5] * 7, "B": [0.5] * 7}, [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
@example(run=({"A": [0.5] * 8, "B": [0.5] * 8}, [1] * 8 + [2, 3, 2, 3, 2, 3, 2, 3]))
@example(run=({"A": [0.5] * 8, "B": [0.5] * 8}, [1] * 5 + [4] * 3 + [2] * 8))
@given(run=RACES)
def test_nobody_is_first_to_the_target_whom_no_test_shows_to_be(
    run: tuple[Scores, list[int]], t: Catalogue
) -> None:
    scores, reached = run
    target = target_block(metrics(scores, reached), t, key="comparison")
    if target is not None:
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
            ("equally tuned", "when each is tuned"),
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
    content = context(found, table, [Path("made.csv")], t, "0" * 64)
    (problem,) = content["problems"]
    part = printed(problem["verdicts"], problem["sentences"], scores, t, "verdicts(block, sentences)")
    check_tables(part)
    # a missing row is not a diverged trial: who lacks one has its place in the order
    ranked = replace(part, scores={name: [0.0] for name in scores})
    for sentence in [*part.sentences, *english(content["findings"])]:
        check_sentence(sentence, ranked)

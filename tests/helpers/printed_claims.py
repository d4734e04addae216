"""What a report prints of a comparison, and checks of it: no sentence contradicts a table or a verdict."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from markupsafe import Markup

from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.report.page.numbering import Document
from reportgen.report.page.page import language_facts
from reportgen.report.templates.loading import own
from reportgen.report.words.catalogue import Catalogue, Phrase
from tests.helpers.html_tables import tables_of
from tests.helpers.made_results import EPOCHS, Scores

STAGES = {"comparison": SHARED, "equally tuned": EACH_TUNED}

WHERE = {
    "comparison": r"shared settings|settings that the experiment gives",
    "equally tuned": r"individual tuning",
}

TESTED = {"better", "worse", "not separable", "practically the same"}


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
        for row in self.pairs():
            first, second = re.split(r" vs\.\s", row["Pair"])
            verdict = row["Verdict"]
            found[first, second], found[second, first] = verdict, mirrored.get(verdict, verdict)
        return found

    def pairs(self) -> list[dict[str, str]]:
        """The table of pairs, a row each, by the first word of a heading."""
        headings, *rows = self.table("pairs")
        return [dict(zip([heading.split()[0] for heading in headings], row, strict=True)) for row in rows]

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
    captions, text = (part.replace("\xa0", " ") for part in (captions, str(Markup(html).striptags())))
    return Part(scores, tables_of(html), captions, text, english(sentences))


@cache
def macro(how: str) -> Any:
    return environment().from_string(
        f"{{% from 'verdicts.html.j2' import verdicts, targets with context %}}{{{{ {how} }}}}"
    )


def english(phrases: Sequence[Phrase]) -> tuple[Markup, ...]:
    return tuple(phrase.texts["en"] for phrase in phrases)


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
        (printed,) = [row["Difference"] for row in part.pairs() if row["Pair"] == f"{first} vs.\xa0{second}"]
        assert difference == printed, f"{text}: the table has {printed}"
        assert f"{difference} percentage points" in text, text
    if "No test was made" in text or "too few for a verdict" in text:
        assert not TESTED & set(verdicts.values()), f"{text}: a test was made"
    # two tests are no test of a change, and a small estimate is no small truth
    assert not re.search(r"too small for|Tuning changes|loses its lead|changes the order", text), text
    for first, second in re.findall(r"lead of ([A-D]) over ([A-D]) is gone", text):
        assert verdicts[first, second] == "practically the same", text
    assert not re.search(r"\b1 seeds|seeds: 1\b", text), text


def check_tables(part: Part, *, lost: bool) -> None:
    """The tables of one comparison against its scores, and their words against what they hold.

    lost: whether a score of None is a trial that diverged, and so the worst, or a seed that is not there.
    """
    means = part.table("means")
    for row in part.pairs():
        first, second = re.split(r" vs\.\s", row["Pair"])
        both = list(zip(part.scores[first], part.scores[second], strict=True))
        both = both if lost else [pair for pair in both if None not in pair]
        worst = [tuple(-math.inf if score is None else score for score in pair) for pair in both]
        gains = [0.0 if a == b else a - b for a, b in worst]
        counts = [
            sum(gain > 0 for gain in gains),
            sum(gain == 0 for gain in gains),
            sum(gain < 0 for gain in gains),
        ]
        assert row["Seeds"] == str(len(gains))
        assert row["Wins"] == " / ".join(map(str, counts)), f"{row}: wins, ties and losses are {counts}"
        tested = row["Verdict"] in TESTED
        assert (row.get("p", "–") != "–") == tested, f"{row}: p without a test, or a test without p"
        assert tested or row.get("Detectable", "–") == "–", (
            f"{row}: what shows a difference, of a pair that was not tested"
        )
    if part.pairs():
        headings = part.table("pairs")[0]
        assert "percentage points" in headings[2]
        untested = not TESTED & set(part.verdicts.values())
        assert ("Detectable" in headings) == (not untested), f"{headings}: of a test that none was made of"
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
        r"([A-D]) is first|([A-D]) to reach it earlier than every other( optimizer whose)?", part.text
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

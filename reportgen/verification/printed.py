"""The numbers that a report prints, computed again from its records: what its pages must say."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportgen.analysis.classes import confusion_matrix
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.fonts import faces
from reportgen.report.sections.appendix import trial_rows
from reportgen.report.sections.comparison import UNIT, comparison_rows
from reportgen.report.sections.drift import drift_of, drift_rows, drift_sentences
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.many_problems import are_many, many_sentences
from reportgen.report.sections.scores import findings_of, is_percentage
from reportgen.report.sections.sentences import test_sentences
from reportgen.report.sections.test_accuracy import CLASSES_IN_TABLES, class_rows, seed_lines, tested
from reportgen.report.sections.verdicts import in_words, mean_rows, pair_name, pair_row
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit
from reportgen.verification.document import count, squeezed

FRONT = 2
"""The key findings stand on the first page; many long ones may reach the second."""


@dataclass(frozen=True)
class Printed:
    """A sentence, or a row of a table, that a document must have; kind: a name for all of its like."""

    kind: str
    text: str
    front: bool = False


def of_run(records: RunRecords, t: Catalogue) -> Iterator[Printed]:
    """What the report of a run says: findings, means with intervals, verdicts, test accuracies, trials."""
    said = headlines(records, t)
    results = records.results
    comparison, tuned = of_stage(results, COMPARISON), of_stage(results, TUNED)
    yield from _sentences("key findings", said.first_page, front=True)
    if said.shared is not None:
        for row in comparison_rows(comparison):
            cells = [cell["text"] for cell in row["cells"]]
            start = (row["setup"], row["hyperparameters"], row["learning_rate"])
            yield Printed("results of the comparison", " ".join((*start, *cells)))
    for compared in (said.shared, said.tuned_equally):
        if compared is not None:
            yield from of_comparison(compared.found, UNIT, t)
    accuracy = tested(comparison, tuned)
    if len(accuracy):
        yield from _sentences("test accuracy", test_sentences(accuracy, t))
        yield from (Printed("test accuracy", line) for line in seed_lines(accuracy))
        classes = records.manifest.data.classes
        matrix = confusion_matrix(records.confusion, accuracy, classes)
        for of_class in class_rows(matrix, classes)[:CLASSES_IN_TABLES]:
            yield Printed("accuracy of every class", " ".join(of_class.values()))
    yield from _sentences("conclusions", said.conclusions)
    drift = drift_of(records)
    if drift is not None:
        yield from _sentences("drift", drift_sentences(drift, t))
        for row in drift_rows(drift, t):
            cells = [row[name] for name in ("n", "before", "now", "difference", "interval", "p")]
            name, change = (row[key].spans().striptags() for key in ("name", "change"))
            yield Printed("drift", " ".join((name, *cells, change)))
    diverged = t("ui.diverged").spans().striptags()
    for trial in trial_rows(results):
        cells = [diverged] if trial["diverged"] else trial["cells"]
        yield Printed("trials", " ".join((trial["setup"], str(trial["seed"]), *cells, trial["seconds"])))


def of_scores(found: Comparison, t: Catalogue) -> Iterator[Printed]:
    """What the report of a table of scores says."""
    unit = Unit(is_percentage(found))
    if are_many(found):
        yield from _sentences("key findings", many_sentences(found, t), front=True)
        yield from _verdicts(found, unit, t)
        return
    first, by_problem = findings_of(found)
    yield from _sentences("key findings", in_words(first, unit, t), front=True)
    for findings in by_problem.values():
        yield from _sentences("findings", in_words(findings, unit, t))
    yield from of_comparison(found, unit, t)


def of_comparison(found: Comparison, unit: Unit, t: Catalogue) -> Iterator[Printed]:
    """The rows of the tables of a comparison: means with intervals, and pairs with verdicts."""
    for row in mean_rows(found.summaries, unit):
        yield Printed("means and intervals", " ".join(row.values()))
    yield from _verdicts(found, unit, t)


def _verdicts(found: Comparison, unit: Unit, t: Catalogue) -> Iterator[Printed]:
    """The rows of the table of pairs."""
    for pair in found.pairs:
        written: dict[str, Any] = pair_row(pair, unit, t)
        numbers = (written[name] for name in ("seeds", "difference", "interval", "wins", "p"))
        who, verdict = pair_name(pair), written["verdict"].spans().striptags()
        yield Printed("verdicts", " ".join((who, *numbers, verdict, written["needed"])))


def missing(expected: Iterable[Printed], pages: Sequence[str]) -> Iterator[Printed]:
    """What the pages do not say, or not as often as they must."""
    listed = list(expected)
    unshown = faces.missing_characters("".join(one.text for one in listed))
    without = str.maketrans("", "", unshown)
    pages = [page.translate(without) for page in pages]
    texts = {one: squeezed(one.text.translate(without)) for one in listed}
    in_front = Counter(texts[one] for one in listed if one.front)
    elsewhere = Counter(texts[one] for one in listed if not one.front)
    first = {text: min(count(pages[:FRONT], text), often) for text, often in in_front.items()}
    others = {text: count(pages, text) - first.get(text, 0) for text in elsewhere}
    for one in dict.fromkeys(listed):
        text = texts[one]
        there, needed = (first, in_front) if one.front else (others, elsewhere)
        if there[text] < needed[text]:
            yield one


def is_right_to_left(text: str) -> bool:
    """Whether a text has letters that run from right to left; readers reorder the whole line then."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def _sentences(kind: str, phrases: Iterable[Phrase], *, front: bool = False) -> Iterator[Printed]:
    for phrase in phrases:
        for text in dict.fromkeys(phrase.texts.values()):
            yield Printed(kind, text.striptags(), front)

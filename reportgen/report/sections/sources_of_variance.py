"""Which sources of variance a report's intervals cover, and what new test images would add to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reportgen.analysis.image_variance import Crossed, Places, Values, crossed, differences
from reportgen.analysis.intervals import Interval, mean_interval
from reportgen.analysis.results import finished
from reportgen.experiment.model import Experiment
from reportgen.experiment.stages import EQUALLY_TUNED, TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.comparison import Compared
from reportgen.report.sections.section import Claim, claim_row, claim_sentences
from reportgen.report.sections.sentences import name_in_stage
from reportgen.report.sections.verdicts import pair_name
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

UNIT = Unit(share=True)


@dataclass(frozen=True)
class Tested:
    """What the trials of a setup told of the test images.

    Attributes:
        values: By seed, 1 for every image that was told right and 0 for the others.
        places: By seed, which images these are.
    """

    values: Mapping[int, Values]
    places: Mapping[int, Places]


@dataclass(frozen=True)
class Row:
    """A mean or a difference, with its interval for these test images, and the one for new ones as well.

    Attributes:
        what: Whose it is.
        value: It, as it is written.
        these: Its interval, likewise.
        new: The wider one.
    """

    what: Phrase | str
    value: str
    these: str
    new: str


def variance_block(records: RunRecords, compared: Compared | None, t: Catalogue) -> dict[str, Any] | None:
    """Return what the section on the test set says of the sources of variance.

    Args:
        records: Of the run.
        compared: The comparison that the first page is about; None where a run has none.
        t: The words, in the report's languages.

    Returns:
        The sentence on what intervals cover, and the rows of the table, which older runs lack; None for a
        run without intervals, as a single seed has none.
    """
    if finished(records.results).groupby(["stage", "setup"])["seed"].nunique().max() < 2:
        return None
    rows = tuple(rows_of(records, compared, t))
    several = compared is not None and len(compared.found.optimizers) > 1
    told = [t("variance.differences")] if several else []
    return {
        "covers": covered_sentence(records, compared, t, images=bool(rows)),
        "rows": rows,
        "caption": together([t("variance.caption"), *told], "list.sentences", t),
        "these": t("variance.these_drawn" if draws_test_images(records) else "variance.these"),
    }


def claim_variance(block: Mapping[str, Any] | None) -> Iterator[Claim]:
    """Yield the claims of the block: its sentence, and the rows of its table.

    Args:
        block: Of variance_block.
    """
    if block is None:
        return
    yield from claim_sentences("sources of variance", [block["covers"]])
    for row in block["rows"]:
        yield claim_row("intervals for new test images", row.what, row.value, row.these, row.new)


def covered_sentence(records: RunRecords, compared: Compared | None, t: Catalogue, *, images: bool) -> Phrase:
    """Return which sources the intervals cover, and which they do not, as the run was made.

    Args:
        records: Of the run.
        compared: The comparison that the first page is about; None where a run has none.
        t: The words, in the report's languages.
        images: Whether there is a second interval, for new test images.
    """
    settings = records.manifest.experiment.settings
    covered, left = [t("variance.weights")], []
    drawn = draws_test_images(records)
    if settings.data.resplit:
        covered.append(t("variance.split_and_test" if drawn else "variance.split"))
        left.append(t("variance.other_data"))
    else:
        left.append(t("variance.one_split"))
    if compared is not None and compared.stage == EQUALLY_TUNED:
        repeats = len(set((settings.searches or {}).values()))
        if repeats > 1:
            covered.append(t("variance.searches", repeats=repeats))
        else:
            left.append(t("variance.one_search"))
    if images:
        covered.append(t("variance.images"))
    elif not drawn:
        left.append(t("variance.these_images"))
    values: dict[str, object] = {"covered": together(covered, "list.phrases", t)}
    return t("variance.covers", **values, left=together(left, "list.phrases", t))


def rows_of(records: RunRecords, compared: Compared | None, t: Catalogue) -> Iterator[Row]:
    """Yield the means of the compared setups, the difference of the two best ones, and the full training.

    Args:
        records: Of the run; older ones do not tell which images were told right, and have no rows.
        compared: The comparison that the first page is about; None where a run has none.
        t: The words, in the report's languages.
    """
    tested = tested_of(records)
    if compared is not None:
        groups = groups_of(records.manifest.experiment.settings, compared.stage)
        names = list(compared.found.summaries["optimizer"])
        for name in names:
            yield from mean_row(name, tested.get((compared.stage, name)), groups)
        pair = next(iter(compared.found.pairs), None)
        both = [tested.get((compared.stage, name)) for name in (pair.first, pair.second)] if pair else []
        if pair is not None and both[0] is not None and both[1] is not None:
            interval = Interval(pair.low, pair.high, pair.interval)
            found = of_difference(both[0], both[1], groups)
            yield from written(t("variance.pair", pair=pair_name(pair)), interval, found, difference=True)
    for (stage, name), of_setup in tested.items():
        if stage == TUNED:
            yield from mean_row(name_in_stage(name, stage, t), of_setup, None)


def mean_row(what: Phrase | str, tested: Tested | None, groups: Mapping[int, int] | None) -> Iterator[Row]:
    """Yield the row of a setup's mean accuracy, where it has two seeds or more.

    Args:
        what: The setup.
        tested: What its trials told; None where that was not kept.
        groups: Of each seed the search that it shares; None where every seed stands for itself.
    """
    if tested is None or len(tested.values) < 2:
        return
    seeds = list(tested.values)
    means = pd.Series({seed: values.mean() for seed, values in tested.values.items()})
    if groups is not None:
        means = means.groupby([groups[seed] for seed in seeds]).mean()
    found = crossed(
        list(tested.values.values()),
        list(tested.places.values()),
        None if groups is None else [groups[seed] for seed in seeds],
    )
    interval = mean_interval(means.to_numpy(dtype=np.float64)).of_a_share()
    yield from written(what, interval, found)


def written(
    what: Phrase | str, interval: Interval, found: Crossed | None, *, difference: bool = False
) -> Iterator[Row]:
    """Yield a row, where both of its intervals are there.

    Args:
        what: Whose it is.
        interval: For these test images.
        found: The components of variance; None where they cannot be told.
        difference: Whether it is a difference of two means.
    """
    if found is None or np.isnan(interval.low):
        return
    wide = found.widen(interval) if difference else found.widen(interval).of_a_share()
    value, ends = (UNIT.difference, UNIT.difference_interval) if difference else (UNIT.value, UNIT.interval)
    yield Row(what, value(found.mean), ends(interval.low, interval.high), ends(wide.low, wide.high))


def of_difference(first: Tested, second: Tested, groups: Mapping[int, int] | None) -> Crossed | None:
    """Return the components of the difference of two setups, by the seeds that both have.

    Args:
        first: What the trials of one told.
        second: What those of the other one told.
        groups: Of each seed the search that it shares; None where every seed stands for itself.
    """
    seeds = [seed for seed in first.values if seed in second.values]
    return differences(
        [first.values[seed] for seed in seeds],
        [second.values[seed] for seed in seeds],
        [first.places[seed] for seed in seeds],
        None if groups is None else [groups[seed] for seed in seeds],
    )


def tested_of(records: RunRecords) -> dict[tuple[str, str], Tested]:
    """Return what was told of the test images, by stage and setup; nothing for a run that did not keep it."""
    if records.answers is None:
        return {}
    results, tested = records.results, {}
    answers = records.answers.by_row(results["seed"])
    for (stage, setup), of_setup in finished(results).groupby(["stage", "setup"], sort=False):
        there = [(int(results["seed"][row]), answers[row]) for row in of_setup.index if row in answers]
        tested[str(stage), str(setup)] = Tested(
            {seed: answer.correct.astype(np.float64) for seed, answer in there},
            {seed: answer.places for seed, answer in there},
        )
    return tested


def draws_test_images(records: RunRecords) -> bool:
    """Return whether every seed has drawn test images of its own."""
    return records.answers is not None and len(records.answers.seeds) > 0


def groups_of(settings: Experiment, stage: str) -> Mapping[int, int] | None:
    """Return the search that each seed shares with others; None where every seed stands for itself.

    Args:
        settings: The experiment that was run.
        stage: Which the seeds were trained for.
    """
    searches = settings.searches if stage == EQUALLY_TUNED else None
    if searches is None or len(set(searches.values())) in (1, len(searches)):
        return None
    return searches

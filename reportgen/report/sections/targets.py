"""How long each optimizer takes to a target: the table's rows and its sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reportgen.analysis.results import curves
from reportgen.analysis.targets import compare_times, default_target, summarize_times, time_to_target
from reportgen.report.figures.marks import look
from reportgen.report.figures.svg import drawn
from reportgen.report.figures.targets import times_to_target
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.verdicts import was_tested
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together


@dataclass(frozen=True)
class Race:
    """How long each trial of one problem takes to a target.

    Attributes:
        setups: By their place here they have their colours.
        target: In the metric's unit.
        times: Rows of analysis.targets.time_to_target.
        summary: Of summarize_times, a row for each setup.
        paired: Whether trials of one seed belong together.
    """

    setups: tuple[str, ...]
    target: float
    times: pd.DataFrame
    summary: pd.DataFrame
    paired: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its table, seconds only where they are known."""
        return ("setup", "reached", "epochs", *(["seconds"] if "seconds" in self.times else []))


def race_to_target(epochs: pd.DataFrame) -> Race | None:
    """Return how long each trial of a stage takes to a target; None where no two optimizers can have one.

    Args:
        epochs: The rows of metrics.csv of the stage.
    """
    table = curves(epochs)
    setups = tuple(dict.fromkeys(table["optimizer"]))
    targets = default_target(table) if len(setups) > 1 else {}
    if not targets:
        return None
    return race(time_to_target(table, targets), setups)


def race(times: pd.DataFrame, setups: Sequence[str], *, paired: bool = True) -> Race | None:
    """Return the times of one problem together; None where there are none.

    Args:
        times: Rows of analysis.targets.time_to_target of the problem.
        setups: By their place here they have their colours.
        paired: Whether trials of one seed belong together.
    """
    if times.empty:
        return None
    summary = summarize_times(times).set_index("optimizer")
    return Race(tuple(setups), float(times["target"].iloc[0]), times, summary, paired)


def claim_times(race: Race | None) -> Iterator[Claim]:
    """Yield the claims of the table of a race.

    Args:
        race: None where there is none.
    """
    if race is not None:
        for row in target_rows(race):
            yield claim_row("time to target", *(row[name] for name in race.columns))


def target_rows(race: Race) -> list[dict[str, str]]:
    """Return the rows of the table, as they are written."""
    rows = {str(name): row for name, row in race.summary.iterrows()}
    return [
        {
            "setup": name,
            "color": look(name, race.setups).color,
            "reached": f"{row['reached']} / {row['trials']}",
            "epochs": _median(row, "epoch"),
            **({"seconds": _median(row, "seconds")} if "seconds" in race.columns else {}),
        }
        for name, row in ((name, rows.get(name)) for name in race.setups)
        if row is not None
    ]


def times_block(
    race: Race, t: Catalogue, *, key: str, text: str, facts: Mapping[str, object]
) -> dict[str, Any]:
    """Return what the template shows of a race.

    Args:
        race: The times, of two setups or more.
        t: The words, in the report's languages.
        key: Of the table; what the figure's ids begin with.
        text: Which phrase under `target` introduces the table.
        facts: What that phrase needs, besides the table.
    """
    summary = race.summary
    intervals = summary["epoch_low"].notna().any()
    return {
        **_figure(race, key, t),
        "sentences": together(race_sentences(race, t), "list.sentences", t),
        "caption": t(
            f"target.caption{'' if 'seconds' in race.columns else '_epochs'}{'' if intervals else '_bare'}"
        ),
        "key": key,
        "text": f"target.{text}",
        "facts": facts,
        "units": race.columns[2:],
        "rows": target_rows(race),
    }


def _figure(race: Race, key: str, t: Catalogue) -> dict[str, Any]:
    """The figure of every trial, and the medians for who cannot see it."""
    medians = medians_of(race)
    labels = {"epoch": t("figure.epoch").label(), "missed": t("figure.missed").label()}
    written = (
        f"{name} {_written(medians[name], 'epoch')}" for name in sorted(medians, key=medians.__getitem__)
    )
    each = [t.same(text) for text in written]
    alt = t("alt.target", values=together(each, "list.names", t))
    drawing = drawn(times_to_target, race.times, race.setups, labels, prefix=f"{key}-times")
    return {"figure": drawing, "alt": alt}


def race_sentences(race: Race, t: Catalogue, untested: str = "target.untested") -> list[Phrase]:
    """Return who is first if the test shows it, and how many trials missed the target.

    Args:
        race: The times, of two setups or more.
        t: The words, in the report's languages.
        untested: The name of the phrase where there are too few seeds for a test.
    """
    missed = int((~np.isfinite(race.times["epoch"])).sum())
    sentences = [t(untested) if lacks_seeds(race) else _first(race, medians_of(race), t)]
    if missed:
        sentences.append(t("target.missed", missed=missed, trials=len(race.times)))
    return sentences


def medians_of(race: Race) -> dict[str, float]:
    """Return the median epoch of each setup."""
    return {str(name): float(median) for name, median in race.summary["epoch"].items()}


def lacks_seeds(race: Race) -> bool:
    """Return whether several optimizers always reach the target, with too few seeds for a test of them."""
    comparison = compare_times(race.times, paired=race.paired)
    (standing,) = comparison.standings
    ranked = set(standing.order)
    pairs = [pair for pair in comparison.pairs if {pair.first, pair.second} <= ranked]
    return len(ranked) > 1 and not was_tested(pairs)


def _first(race: Race, medians: Mapping[str, float], t: Catalogue) -> Phrase:
    """Who is first to the target, where the test shows it and the medians agree.

    The test is about the mean difference. Where a skewed one contradicts the medians, nobody is named.
    """
    comparison = compare_times(race.times, paired=race.paired)
    (standing,) = comparison.standings
    if len(standing.order) < 2:
        return t("target.not_ranked")
    first = standing.winner
    if first is None or any(medians[name] <= medians[first] for name in medians if name != first):
        return t("target.no_first" if race.paired else "target.no_first_unpaired")
    beaten = all((first, name) in standing.better for name in standing.unscored)
    others = "finding.every_other" if beaten else "target.every_reaching"
    return t("target.first" if race.paired else "target.first_unpaired", name=first, others=t(others))


def _median(row: pd.Series[Any], unit: str) -> str:
    middle, low, high = (_written(float(row[f"{unit}{end}"]), unit) for end in ("", "_low", "_high"))
    return middle if low == numbers.MISSING else f"{middle} [{low}, {high}]"


def _written(value: float, unit: str) -> str:
    """Seconds with one decimal; epochs whole, or with the half that a median of an even number may have."""
    if math.isnan(value):
        return numbers.MISSING
    return "∞" if math.isinf(value) else numbers.decimals(value, int(unit == "seconds" or value % 1 > 0))

"""The section on the search for each optimizer's own settings, and on the comparison with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.any_time.trial_curves import lay_out
from reportgen.analysis.findings import FEW
from reportgen.analysis.results import curves, of_stage
from reportgen.analysis.search import longest, mean_by_learning_rate, repeats_of, settings_at_edge
from reportgen.experiment.model import Stage
from reportgen.experiment.search import ComparisonSearch, FoundBy, StageSearch
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.marks import color
from reportgen.report.figures.search import learning_rates
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.any_time_block import claim_any_time
from reportgen.report.sections.comparison import (
    UNIT,
    Compared,
    comparison_rows,
    describe_comparison,
    shown_curves,
)
from reportgen.report.sections.findings import listed
from reportgen.report.sections.section import Claim, Section, claim_row
from reportgen.report.sections.sentences import epochs_in_words, seeds_in_words
from reportgen.report.sections.targets import claim_targets
from reportgen.report.sections.tuning_curves import tuning_block
from reportgen.report.sections.verdicts import claim_comparison
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels


def search_section(records: RunRecords, tuned_equally: Compared | None, t: Catalogue) -> Section:
    """Return the section on the search for each optimizer's settings and the comparison with these.

    The section is left out where nothing was searched.

    Args:
        records: Of the run.
        tuned_equally: Of Headlines.
        t: The words, in the report's languages.
    """
    results = comparison_rows(of_stage(records.results, EQUALLY_TUNED))
    epochs = of_stage(records.epochs, EQUALLY_TUNED)
    before = bool(lay_out(curves(of_stage(records.epochs, COMPARISON))))
    whole = shown_curves(tuned_equally, epochs, t, again=before) if tuned_equally else None
    return Section(
        "search",
        lambda: {
            "search": describe_search(records, COMPARISON, t),
            "equally_tuned": tuned_equally and describe_comparison(records, tuned_equally, results, whole, t),
        },
        (
            *claim_search(records, COMPARISON),
            *(claim_comparison(tuned_equally.found, UNIT, t) if tuned_equally else ()),
            *claim_targets(epochs),
            *(claim_any_time(whole, t) if whole else ()),
        ),
        shown=not of_stage(records.search, COMPARISON).empty,
    )


def claim_search(records: RunRecords, searched: str) -> Iterator[Claim]:
    """Yield the claims of the table of what was found for a stage.

    Args:
        records: Of the run.
        searched: The stage whose settings were searched.
    """
    for number, (_, tried) in enumerate(of_stage(records.search, searched).groupby("setup", sort=False)):
        row = found_row(tried, number)
        settings = row["settings"].striptags()
        yield claim_row(
            "settings found", row["setup"], settings, row["accuracy"], row["tried"], row["diverged"]
        )


def describe_search(records: RunRecords, searched: str, t: Catalogue) -> dict[str, Any] | None:
    """Return how a stage's settings were searched and what was found; None where nothing was searched.

    Args:
        records: Of the run.
        searched: The stage whose settings were searched.
        t: The words, in the report's languages.
    """
    trials = of_stage(records.search, searched)
    if trials.empty:
        return None
    settings = records.manifest.experiment.settings
    how: StageSearch = getattr(settings.search, searched)
    trained: Stage = getattr(settings, searched)
    setups = list(dict.fromkeys(trials["setup"]))
    labels = figure_labels(t)
    key = f"search-{searched}"
    return {
        "key": key,
        "how": {
            **effort(how, how.epochs or trained.epochs, t),
            "names": listed(list(json.loads(trials["settings"].iloc[0])), t),
        },
        "notes": notes(how, trained, t),
        "repeated": repeats_of(trials).max() > 0,
        "rows": [
            found_row(rows, setups.index(str(setup))) for setup, rows in trials.groupby("setup", sort=False)
        ],
        "rates": drawn(
            learning_rates,
            longest(trials),
            labels,
            setups,
            prefix=f"{key}-rates",
            description=rates_alt(longest(trials), t).plain(),
        ),
        "rates_caption": together(
            [t("search.rates_caption"), *([t("search.panels")] if len(setups) > FEW else [])],
            "list.sentences",
            t,
        ),
        "rates_alt": rates_alt(longest(trials), t),
        "tuning": None if how.halving else tuning_block(trials, how, key, t),
    }


def notes(how: StageSearch, trained: Stage, t: Catalogue) -> list[Phrase]:
    """Return what else is to be said of how it was searched: other lengths, several searches.

    Args:
        how: The search's settings.
        trained: The stage that it serves.
        t: The words, in the report's languages.
    """
    phrases = []
    if how.halving is not None:
        rounds = [
            t("search.round", settings=count, epochs=epochs_in_words(epochs, t))
            for count, epochs in how.rounds(trained.epochs)
        ]
        phrases.append(t("search.halving", rounds=together(rounds, "list.names", t)))
    if how.epochs is not None and how.epochs < trained.epochs:
        lengths = {"searched": how.epochs, "trained": trained.epochs}
        phrases.append(
            t("search.shorter", **{name: epochs_in_words(epochs, t) for name, epochs in lengths.items()})
        )
    if isinstance(how, ComparisonSearch) and how.repeats > 1:
        phrases.append(t("search.repeated", repeats=how.repeats))
        share = len(trained.seeds) // how.repeats
        if share > 1:
            phrases.append(t("search.seeds_share", share=share, repeats=how.repeats))
    return phrases


def rates_alt(trials: pd.DataFrame, t: Catalogue) -> Phrase:
    """Return the mean accuracy at every learning rate tried, for who cannot see the figure.

    Args:
        trials: The rows of search.csv of one stage.
        t: The words, in the report's languages.
    """
    descriptions = []
    for setup, tried in trials.groupby("setup", sort=False):
        means = mean_by_learning_rate(tried)
        values = (
            f"{numbers.plain(rate)}: {numbers.percent(mean)}"
            for rate, mean in zip(means.index, means, strict=True)
        )
        descriptions.append(f"{setup} {', '.join(values)}")
    return t("alt.rates", values="; ".join(descriptions))


def found_row(tried: pd.DataFrame, number: int) -> dict[str, Any]:
    """Return what was found for one setup, as a row of the table.

    Args:
        tried: The rows of search.csv of one stage and one setup.
        number: The setup's place, for its colour.
    """
    chosen = tried[tried["chosen"]]
    settings = tried.assign(repeat=repeats_of(tried)).drop_duplicates(["repeat", "number", "status"])
    repeats = settings["repeat"].nunique()
    each = tried["number"].nunique()
    return {
        "setup": chosen["setup"].iloc[0],
        "color": color(number),
        "settings": Markup("<br>").join(found_values(chosen)),
        "accuracy": numbers.with_spread(chosen["validation_accuracy"], "percent"),
        "tried": f"{repeats} × {each}" if repeats > 1 else str(each),
        "diverged": str(int((settings["status"] == "diverged").sum())),
    }


def found_values(chosen: pd.DataFrame) -> Iterator[Markup]:
    """Yield each setting with the value that was found, or with those that several searches found.

    A value that n of several searches found is followed by n; one at an edge is marked.

    Args:
        chosen: The rows of search.csv of what was chosen for one setup.
    """
    searches = chosen.assign(repeat=repeats_of(chosen)).drop_duplicates("repeat")
    settings = [json.loads(text) for text in searches["settings"]]
    edges = [settings_at_edge(searches.iloc[[place]]) for place in range(len(searches))]
    for name in settings[0]:
        written = Counter(
            json.dumps(values[name]) + (" *" if name in at_edge else "")
            for values, at_edge in zip(settings, edges, strict=True)
        )
        values = [
            f"{value} ({count})" if len(searches) > 1 else value for value, count in sorted_values(written)
        ]
        yield Markup("<code>{} = {}</code>").format(name, ", ".join(values))


def sorted_values(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what was found and how often: the most frequent first, then by size."""

    def size(value: str) -> float:
        number = json.loads(value.removesuffix(" *"))
        return float(number) if isinstance(number, int | float) else 0.0

    return sorted(counts.items(), key=lambda item: (-item[1], size(item[0])))


def effort(how: StageSearch | FoundBy, epochs: int, t: Catalogue) -> dict[str, object]:
    """Return how much was tried, and how.

    Args:
        how: The search's settings.
        epochs: Of each of its trainings.
        t: The words, in the report's languages.
    """
    return {
        "trials": how.trials,
        "method": t(f"search.{how.method}"),
        "seeds": seeds_in_words(len(how.seeds), t),
        "epochs": t("search.up_to", epochs=epochs_in_words(epochs, t))
        if how.halving
        else epochs_in_words(epochs, t),
    }


def found_elsewhere(note: FoundBy | None, t: Catalogue) -> dict[str, Any] | None:
    """Return what `reportgen tune` noted down of the search that a stage's settings came from.

    Args:
        note: As the experiment's file has it; None where it has none.
        t: The words, in the report's languages.
    """
    if note is None:
        return None
    return {
        "experiment": note.experiment,
        **effort(note, note.epochs, t),
        "space": Markup("<code>{}</code>").format(note.space),
    }

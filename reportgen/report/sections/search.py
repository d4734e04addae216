"""The section on the search for each optimizer's own settings, and on the comparison with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.findings import FEW, of_search
from reportgen.analysis.results import of_stage
from reportgen.analysis.search import (
    longest,
    mean_by_learning_rate,
    range_of_tops,
    repeats_of,
    scores_by_learning_rate,
    settings_at_edge,
)
from reportgen.analysis.worth_showing import course_shows_something
from reportgen.experiment.model import Stage
from reportgen.experiment.search import ComparisonSearch, FoundBy, StageSearch
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, joined
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.marks import look
from reportgen.report.figures.search import learning_rates
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.changes import Row, claim_changes
from reportgen.report.sections.comparison import UNIT, Compared, describe_comparison
from reportgen.report.sections.curve_figures import curves_of_search, curves_of_stage
from reportgen.report.sections.findings import in_words, listed
from reportgen.report.sections.results_table import claim_results
from reportgen.report.sections.section import Claim, Section, claim_row, claim_sentences
from reportgen.report.sections.sentences import epochs_in_words, seeds_in_words
from reportgen.report.sections.tuning_curves import tuning_block
from reportgen.report.sections.verdicts import claim_pairs
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels


def search_section(
    records: RunRecords, tuned_equally: Compared | None, changes: Sequence[Row], t: Catalogue
) -> Section:
    """Return the section on the search for each optimizer's settings and the comparison with these.

    The section is left out where nothing was searched.

    Args:
        records: Of the run.
        tuned_equally: Of Headlines.
        changes: Likewise.
        t: The words, in the report's languages.
    """
    ranges = in_words(list(of_search(of_stage(records.search, COMPARISON))), UNIT, t)
    results, epochs = (of_stage(table, EQUALLY_TUNED) for table in (records.results, records.epochs))
    return Section(
        "search",
        lambda: {
            "search": describe_search(records, COMPARISON, t),
            "equally_tuned": tuned_equally and describe_comparison(records, tuned_equally, t),
            "ranges": ranges,
            "changes": changes,
        },
        (
            *claim_search(records, COMPARISON),
            *(claim_tuned_equally(tuned_equally, results, t) if tuned_equally else ()),
            *claim_sentences("ranges of learning rates", ranges),
            *claim_changes(changes),
        ),
        curves=lambda: {
            **curves_of_search(records, COMPARISON, t, given_rates(records, COMPARISON)),
            **(curves_of_stage(epochs, joined(EQUALLY_TUNED, "-"), t) if tuned_equally else {}),
        },
        shown=not of_stage(records.search, COMPARISON).empty,
    )


def claim_tuned_equally(compared: Compared, results: pd.DataFrame, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the comparison with each optimizer's own settings: its results, and its pairs.

    Args:
        compared: The comparison.
        results: Its rows of results.csv.
        t: The words, in the report's languages.
    """
    yield from claim_results(results, compared.found.summaries, given=False)
    yield from claim_pairs(compared.found, UNIT, t)


def claim_search(records: RunRecords, searched: str) -> Iterator[Claim]:
    """Yield the claims of the table of what was found for a stage.

    Args:
        records: Of the run.
        searched: The stage whose settings were searched.
    """
    trials = of_stage(records.search, searched)
    setups = list(dict.fromkeys(trials["setup"]))
    for _, tried in trials.groupby("setup", sort=False):
        row = found_row(tried, setups)
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
    given = given_rates(records, searched)
    rows = [found_row(tried, setups) for _, tried in trials.groupby("setup", sort=False)]
    return {
        "key": key,
        "how": {
            **effort(how, how.epochs or trained.epochs, t),
            "names": listed(list(json.loads(trials["settings"].iloc[0])), t),
        },
        "notes": notes(how, trained, t),
        "rows": rows,
        "found_caption": found_caption(rows, t, repeated=repeats_of(trials).max() > 0),
        "rates": drawn(
            learning_rates,
            longest(trials),
            labels,
            setups,
            given,
            prefix=f"{key}-rates",
        ),
        "rates_caption": rates_caption(longest(trials), setups, given, t),
        "rates_alt": rates_alt(longest(trials), t),
        "tuning": tuning_block(trials, how, key, t)
        if course_shows_something(how.method, halving=how.halving is not None)
        else None,
    }


def found_caption(rows: Sequence[Mapping[str, Any]], t: Catalogue, *, repeated: bool) -> Phrase:
    """Return what the table of the settings found has, of what it has.

    Args:
        rows: Of found_row.
        t: The words, in the report's languages.
        repeated: Whether several searches were made.
    """
    parts = {
        "found_spread": any("±" in row["accuracy"] for row in rows),
        "found_edges": any(" *" in row["settings"] for row in rows),
    }
    further = [t(f"search.{name}") for name, there in parts.items() if there]
    caption = t("search.found_caption_repeated" if repeated else "search.found_caption")
    return together([caption, *further], "list.sentences", t)


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


def given_rates(records: RunRecords, searched: str) -> dict[str, float]:
    """Return the learning rate of the shared settings, by setup; none where no others share them.

    Args:
        records: Of the run.
        searched: The stage whose settings were searched.
    """
    settings = records.manifest.experiment.settings.comparison
    if searched != COMPARISON or settings is None:
        return {}
    rates = {each.shown_as: each.learning_rate for each in settings.optimizers}
    setups = dict.fromkeys(of_stage(records.search, searched)["setup"])
    return {name: rates[name] for name in setups if name in rates}


def rates_caption(
    trials: pd.DataFrame, setups: Sequence[str], given: Mapping[str, float], t: Catalogue
) -> Phrase:
    """Return what the figure of the learning rates shows, of what it has.

    Args:
        trials: Of longest.
        setups: Those that were searched for.
        given: Of given_rates.
        t: The words, in the report's languages.
    """
    by_setup = [trials[trials["setup"] == setup] for setup in setups]
    seeds = any(scores_by_learning_rate(tried).index.duplicated().any() for tried in by_setup)
    many = len(setups) > FEW
    tops = not many and range_of_tops([mean_by_learning_rate(tried) for tried in by_setup])
    further = {"rates_seeds": seeds, "rates_given": given, "rates_tops": tops}
    sentences = [t(f"search.{name}") for name, there in further.items() if there]
    panels = [t("search.panels")] if many else []
    return together([t("search.rates_caption"), *sentences, *panels], "list.sentences", t)


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


def found_row(tried: pd.DataFrame, setups: Sequence[str]) -> dict[str, Any]:
    """Return what was found for one setup, as a row of the table.

    Args:
        tried: The rows of search.csv of one stage and one setup.
        setups: All that were searched for.
    """
    chosen = tried[tried["chosen"]]
    settings = tried.assign(repeat=repeats_of(tried)).drop_duplicates(["repeat", "number", "status"])
    repeats = settings["repeat"].nunique()
    each = tried["number"].nunique()
    setup = str(chosen["setup"].iloc[0])
    return {
        "setup": setup,
        "color": look(setup, setups).color,
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

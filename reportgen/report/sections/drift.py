"""The section on drift: a run held against its baseline and the runs just before, and how it all went."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from reportgen.analysis.drift import ALL, Change, drift, means_over_time, runs_by_reference, worse
from reportgen.records.history import BASELINE, LATEST, scores_of
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.drift import history_figure
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.section import Section, claim_row, claim_sentences
from reportgen.report.sections.sentences import name_in_stage, name_stage
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together

ACCURACY = numbers.Unit(share=True)
CAUSES_SHOWN = 12


@lru_cache(maxsize=1)  # who renders a run and who says what dropped ask one after the other
def drift_of(records: RunRecords) -> pd.DataFrame | None:
    """Hold a run against its baseline and the runs just before.

    Args:
        records: Of the run.

    Returns:
        The table of analysis.drift; do not change it. None for a run that was held against nothing, and for
        one that trained nothing new and has no baseline: it is the same by its making.
    """
    references = runs_by_reference(records.history, (BASELINE, LATEST))
    if not references[BASELINE] and all(records.description.reused):
        return None
    table = drift(scores_of(records.results), references)
    return table if len(table) else None


def drift_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on drift; it is left out where there is nothing to say.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    table = drift_of(records)
    if table is None:
        return Section("drift", lambda: {"drift": None}, shown=False)
    columns = ("name", "n", "before", "now", "difference", "interval", "p", "change")
    return Section(
        "drift",
        lambda: {"drift": describe_drift(records, table, t)},
        (
            *claim_sentences("drift", drift_sentences(table, t)),
            *(claim_row("drift", *(row[name] for name in columns)) for row in drift_rows(table, t)),
        ),
    )


def describe_drift(records: RunRecords, table: pd.DataFrame, t: Catalogue) -> dict[str, Any]:
    """Return the tables, the figure and the sentences on drift.

    Args:
        records: Of the run.
        table: Of drift_of.
        t: The words, in the report's languages.
    """
    tables = [
        {"key": f"drift-{name}", "caption": _caption(name, rows, records, t), "rows": drift_rows(rows, t)}
        for name, rows in table.groupby("reference", sort=False)
    ]
    now = scores_of(records.results).assign(
        run=records.description.run, started=records.description.times.started
    )
    history = means_over_time(records.history, now)
    alt = history_alt(history, t)
    return {
        "sentences": drift_sentences(table, t),
        "tables": tables,
        "runs": history["run"].nunique(),
        "figure": drawn(
            history_figure,
            history,
            {"accuracy": t("column.test_accuracy").label(), "run": t("drift.run").label()},
            {stage: name_stage(stage, t).label() for stage in dict.fromkeys(history["stage"])},
            prefix="drift",
        ),
        "alt": alt,
        "causes": _causes(records, t),
    }


def drift_sentences(table: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    """Return what dropped and what diverged, or that nothing did.

    Args:
        table: Of drift_of.
        t: The words, in the report's languages.
    """
    dropped = worse(table)
    diverged = dropped["diverged"] > 0
    if len(dropped):
        return [
            t(f"drift.{phrase}", names=_names(rows, t))
            for phrase, rows in (("dropped", dropped[~diverged]), ("newly_diverged", dropped[diverged]))
            if len(rows)
        ]
    better = table[table["change"] == Change.BETTER]
    if len(better):
        return [t("drift.improved", names=_names(better, t))]
    return [t("drift.identical" if table["identical"].all() else "drift.no_drop")]


def _names(rows: pd.DataFrame, t: Catalogue) -> Phrase:
    named = [_headline(str(row["stage"]), str(row["setup"]), t) for _, row in rows.iterrows()]
    return together(list({phrase.plain(): phrase for phrase in named}.values()), "list.phrases", t)


def _headline(stage: str, setup: str, t: Catalogue) -> Phrase:
    if stage == ALL:
        return t("drift.all")
    return name_in_stage(setup, stage, t)


def _caption(name: object, rows: pd.DataFrame, records: RunRecords, t: Catalogue) -> Phrase:
    if name == LATEST:
        runs = int(rows["runs"].iloc[0])
        return t("drift.latest_caption_one") if runs == 1 else t("drift.latest_caption_many", runs=runs)
    pinned = list(dict.fromkeys(records.history.loc[records.history["reference"] == BASELINE, "run"]))
    if len(pinned) == 1:
        return t("drift.baseline_caption", run=pinned[0])
    return t("drift.baseline_caption_many", runs=len(pinned), run=pinned[-1])


def drift_rows(rows: pd.DataFrame, t: Catalogue) -> list[dict[str, Any]]:
    """Return the rows of a table of drift as they are written.

    Args:
        rows: Of the table of analysis.drift, of one reference.
        t: The words, in the report's languages.
    """
    return [
        {
            "name": _headline(str(row["stage"]), str(row["setup"]), t),
            "n": str(row["n"]),
            "before": numbers.percent(row["before"]),
            "now": numbers.percent(row["now"]),
            "difference": ACCURACY.difference(row["difference"]),
            "interval": ACCURACY.difference_interval(row["low"], row["high"]),
            "p": numbers.probability(row["p_holm"]),
            "kind": str(row["change"]).replace(" ", "_"),
            "change": (
                t("drift.worse_diverged", n=row["diverged"])
                if row["diverged"]
                else t(f"drift.{str(row['change']).replace(' ', '_')}")
            ),
        }
        for _, row in rows.iterrows()
    ]


def _causes(records: RunRecords, t: Catalogue) -> list[dict[str, Any]]:
    """What differs from each reference, kind by kind, long lists cut."""
    return [
        {
            "heading": t(f"drift.causes_{reference}"),
            "kinds": [
                {
                    "name": t(f"drift.kind_{kind}"),
                    "rows": of_kind.head(CAUSES_SHOWN).to_dict("records"),
                    "more": max(0, len(of_kind) - CAUSES_SHOWN),
                }
                for kind, of_kind in rows.groupby("kind", sort=False)
            ],
        }
        for reference, rows in records.causes.groupby("reference", sort=False)
    ]


def history_alt(means: pd.DataFrame, t: Catalogue) -> Phrase:
    """Return what the figure says to who cannot see it: every headline's mean in the first and the last run.

    Args:
        means: Of analysis.drift.means_over_time.
        t: The words, in the report's languages.
    """
    courses = [
        t(
            "alt.change",
            name=_headline(str(stage), str(setup), t),
            first=numbers.percent(rows["mean"].iloc[0]),
            last=numbers.percent(rows["mean"].iloc[-1]),
        )
        for (stage, setup), rows in means.groupby(["stage", "setup"], sort=False)
    ]
    return t("alt.history", values=together(courses, "list.phrases", t))

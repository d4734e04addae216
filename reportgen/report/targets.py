"""How long each optimizer takes to a target: the table's rows and its sentence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from reportgen.analysis.targets import default_target, summarize_times, time_to_target
from reportgen.report import figures, numbers
from reportgen.report.catalogue import Catalogue
from reportgen.report.figures_verdicts import times_to_target
from reportgen.report.svg import drawn


def target_block(epochs: pd.DataFrame, t: Catalogue, *, key: str) -> dict[str, Any] | None:
    """Epochs and seconds to a validation accuracy; None where no optimizer can set one.

    epochs: the rows of metrics.csv of one stage, with two setups or more.
    """
    table = pd.DataFrame(
        {
            "problem": epochs["stage"],
            "optimizer": epochs["setup"],
            "seed": epochs["seed"],
            "epoch": epochs["epoch"],
            "score": epochs["validation_accuracy"].astype(float),
            "seconds": epochs["seconds"].astype(float),
        }
    )
    setups = list(dict.fromkeys(table["optimizer"]))
    targets = default_target(table)
    if len(setups) < 2 or not targets:
        return None
    target = next(iter(targets.values()))
    times = time_to_target(table, targets)
    summary = summarize_times(times).set_index("optimizer")
    labels = {"epoch": t("figure.epoch").plain(), "missed": t("figure.missed").plain()}
    medians = {name: float(summary.loc[name, "epoch"]) for name in setups}
    fastest, slowest = min(setups, key=medians.__getitem__), max(setups, key=medians.__getitem__)
    written = {name: _written(median, 0) for name, median in medians.items()}
    alt = t("alt.target", values="; ".join(f"{name} {median}" for name, median in written.items()))
    return {
        "figure": drawn(
            times_to_target, times, setups, labels, prefix=f"target-{key}-times", description=alt.plain()
        ),
        "alt": alt,
        "facts": {
            "fastest": fastest,
            "first": written[fastest],
            "slowest": slowest,
            "last": written[slowest],
            "missed": int((~np.isfinite(times["epoch"])).sum()),
            "trials": len(times),
        },
        "key": f"target-{key}",
        "target": numbers.percent(target),
        "reference": t("target.reference"),
        "rows": [
            {
                "setup": name,
                "color": figures.color(number),
                "reached": f"{summary.loc[name, 'reached']} / {summary.loc[name, 'trials']}",
                "epochs": _median(summary.loc[name], "epoch", 0),
                "seconds": _median(summary.loc[name], "seconds", 1),
            }
            for number, name in enumerate(setups)
        ],
    }


def _median(row: pd.Series[Any], unit: str, places: int) -> str:
    middle, low, high = (_written(float(row[f"{unit}{end}"]), places) for end in ("", "_low", "_high"))
    return middle if low == numbers.MISSING else f"{middle} [{low}, {high}]"


def _written(value: float, places: int) -> str:
    if math.isnan(value):
        return numbers.MISSING
    return "∞" if math.isinf(value) else numbers.decimals(value, places)

"""How long each optimizer takes to a target: the table's rows and its sentence."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reportgen.analysis.targets import default_target, summarize_times, time_to_target
from reportgen.report import figures, numbers
from reportgen.report.catalogue import Catalogue


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
    summary = summarize_times(time_to_target(table, targets)).set_index("optimizer")
    return {
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

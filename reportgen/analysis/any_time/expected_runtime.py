"""Expected runtime to a target, with the share of the trials that reach it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.tails import share_interval
from reportgen.analysis.targets import TRIAL


def expected_runtimes(
    times: pd.DataFrame, epochs: pd.DataFrame, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Return how many epochs an optimizer takes on average to reach the target, started anew after a miss.

    All epochs that its trials spent, up to the target or, where they missed it, to their end, over the number
    of those that reached it (Auger & Hansen, 2005, "Performance evaluation of an advanced local search
    evolutionary algorithm"). It is infinite where none did. It takes a miss to be what any trial may meet,
    and none to have gone on.

    Args:
        times: Rows of targets.time_to_target.
        epochs: The rows of the trials that the times are of; the columns problem, optimizer, seed, epoch.
        confidence: Of the interval of the rate.

    Returns:
        A row for each problem and optimizer; the columns problem, optimizer, target, trials, reached, rate,
        rate_low, rate_high (the interval of Clopper & Pearson, 1934), expected (in epochs).
    """
    ends = epochs.groupby(TRIAL)["epoch"].max().rename("end")
    table = times.merge(ends, on=TRIAL, how="left")
    table["spent"] = table["epoch"].where(np.isfinite(table["epoch"]), table["end"])
    rows = []
    for (problem, optimizer), trials in table.groupby(["problem", "optimizer"], sort=True):
        reached = int(np.isfinite(trials["epoch"]).sum())
        rate_low, rate_high = share_interval(reached, len(trials), confidence)
        rows.append(
            {
                "problem": problem,
                "optimizer": optimizer,
                "target": trials["target"].iloc[0],
                "trials": len(trials),
                "reached": reached,
                "rate": reached / len(trials),
                "rate_low": rate_low,
                "rate_high": rate_high,
                "expected": float(trials["spent"].sum()) / reached if reached else np.inf,
            }
        )
    columns = ["problem", "optimizer", "target", "trials", "reached", "rate", "rate_low", "rate_high"]
    return pd.DataFrame(rows, columns=[*columns, "expected"])

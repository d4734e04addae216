"""How large gradients and steps are: of the steps as shares of the parameters, and where training ends."""

from __future__ import annotations

import numpy as np
import pandas as pd


def relative_steps(epochs: pd.DataFrame) -> pd.Series[float]:
    """Return the length of a step as a share of that of the parameters that it changed."""
    return epochs["update_norm"] / epochs["parameter_norm"]


def at_the_end(epochs: pd.DataFrame) -> pd.DataFrame:
    """Return, by setup, the geometric means over seeds of each trial's last gradient and relative step.

    As the figure draws them: of values that are finite and positive.
    """
    table = epochs.assign(relative=relative_steps(epochs))
    sizes = table[["gradient_norm", "relative"]]
    table[sizes.columns] = np.log(sizes.where(np.isfinite(sizes) & (sizes > 0)))
    last = table.sort_values("epoch", kind="stable").groupby(["setup", "seed"], sort=False).last()
    means: pd.DataFrame = last.groupby("setup", sort=False)[list(sizes.columns)].mean().apply(np.exp)
    return means.loc[[name for name in dict.fromkeys(epochs["setup"]) if name in means.index]]

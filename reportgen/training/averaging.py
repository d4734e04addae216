"""The average of the weights at the ends of several epochs."""

from __future__ import annotations

from torch import Tensor


class WeightAverage:
    """The mean of all parameters it was given.

    Source: Izmailov et al., Averaging weights leads to wider optima and better generalization
    (UAI 2018), algorithm 1, with one snapshot an epoch.
    """

    def __init__(self) -> None:
        self.snapshots = 0
        self.mean: dict[str, Tensor] = {}

    def add(self, parameters: dict[str, Tensor]) -> None:
        """Take another snapshot into the mean."""
        self.snapshots += 1
        for name, parameter in parameters.items():
            if self.snapshots == 1:
                self.mean[name] = parameter.clone()
            else:
                # the mean moves towards the newest by its share
                self.mean[name].lerp_(parameter, 1 / self.snapshots)

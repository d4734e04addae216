"""Bands around mean curves that hold for all epochs, and for all curves of a figure, at once.

The multiplier-t bootstrap with Rademacher weights (Telschow & Schwartzman, 2022, "Simultaneous confidence
bands for functional data using the Gaussian kinematic formula", Journal of Statistical Planning and Inference
216): the signs of the seeds' deviations from their mean are flipped, and the farthest that a mean then comes
to lie from zero, at any epoch, is taken in units of the flipped curves' own spread. A curve's spread is one
number, the root mean square over the epochs, so that a band is as wide everywhere; at an epoch at which all
seeds happen to agree it is not of no width. Deviations from a mean that the seeds themselves set span one
dimension less than they should; the bands are wider by sqrt(n / (n - 1)) for it, without which the simulation
(`tools/any_time_simulation.py`) finds 93 to 94 % instead of 95.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.sign_flip import smallest_p
from reportgen.randomness import stream

EXACT_UP_TO = 12
FLIPS = 2_047
"""Random flips beyond EXACT_UP_TO seeds: one less than all of these up to a common sign."""


def sign_matrix(n: int, *, flips: int = FLIPS, purpose: str = "") -> NDArray[np.float64]:
    """Return flips of n signs (flips, n), the first of them none: all up to a common sign, or random ones.

    Args:
        n: How many seeds there are.
        flips: How many random ones are drawn, besides the first, beyond EXACT_UP_TO seeds.
        purpose: Where several samples are flipped independently, which of them this is: then all flips are
            random, and the first is one of them.
    """
    if n <= EXACT_UP_TO and not purpose:
        bits = np.arange(2 ** (n - 1))[:, np.newaxis] >> np.arange(n) & 1
        return np.where(bits, -1.0, 1.0)
    signs = np.where(stream(0, f"flips {purpose}").random((flips + 1, n)) < 0.5, -1.0, 1.0)
    if not purpose:
        signs[0] = 1.0
    return signs


def reach_of_means(
    samples: Mapping[str, NDArray[np.float64]],
    contrasts: Sequence[tuple[str, ...]],
    *,
    shared: bool,
    alpha: float,
) -> NDArray[np.float64] | None:
    """Return how far the true mean of each contrast may lie from the one observed, at any epoch.

    Args:
        samples: Curves (n, m) by optimizer, one a seed.
        contrasts: What has a band: (A,) for the mean of A's curves, (A, B) for A's less B's. The chance that
            any of the true curves leaves its band at any epoch is alpha.
        shared: Whether row i is the same seed in all samples, so that its flips are the same too.
        alpha: The chance of an error in all the bands together.

    Returns:
        The half-width of each contrast's band (contrasts,); None where there are too few seeds for a verdict
        on anything at this level.
    """
    sizes = {name: len(curves) for name, curves in samples.items()}
    if not contrasts or min(sizes.values()) < 2 or smallest_p(min(sizes.values())) > alpha:
        return None
    deviations = {name: curves - curves.mean(axis=0) for name, curves in samples.items()}
    flipped = {
        name: sign_matrix(sizes[name], purpose="" if shared else name) @ own / sizes[name]
        for name, own in deviations.items()
    }
    farthest: NDArray[np.float64] | None = None
    errors = np.empty(len(contrasts))
    for index, contrast in enumerate(contrasts):
        means = flipped[contrast[0]] - (flipped[contrast[1]] if len(contrast) > 1 else 0.0)
        errors[index], of_flips = _standard_errors(contrast, deviations, flipped, shared=shared)
        with np.errstate(divide="ignore", invalid="ignore"):
            distances = np.nan_to_num(np.abs(means).max(axis=1) / of_flips, nan=0.0, posinf=np.inf)
        farthest = distances if farthest is None else np.maximum(farthest, distances)
    assert farthest is not None, "there is a contrast"
    rank = int(np.ceil((1 - alpha) * len(farthest))) - 1
    n = min(sizes.values())
    reach: NDArray[np.float64] = np.partition(farthest, rank)[rank] * errors * np.sqrt(n / (n - 1))
    return reach


def _standard_errors(
    contrast: tuple[str, ...],
    deviations: Mapping[str, NDArray[np.float64]],
    flipped: Mapping[str, NDArray[np.float64]],
    *,
    shared: bool,
) -> tuple[float, NDArray[np.float64]]:
    """A contrast's standard error, as it is and with every flip: root mean squares over the epochs."""
    if shared and len(contrast) > 1:
        first, second = contrast
        parts = [(deviations[first] - deviations[second], flipped[first] - flipped[second])]
    else:
        parts = [(deviations[name], flipped[name]) for name in contrast]
    observed, of_flips = 0.0, np.zeros(1)
    for own, means in parts:
        n = len(own)
        squares = float((own**2).sum(axis=0).mean())
        observed += squares / (n * (n - 1))
        of_flips = of_flips + np.maximum(squares - n * (means**2).mean(axis=1), 0.0) / (n * (n - 1))
    return float(np.sqrt(observed)), np.sqrt(of_flips)

"""A made-up table of scores: two optimizers on many problems."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PROBLEMS = 500
OPTIMIZERS = ("Adam", "SGD")


def write_table(file: Path, seeds: int) -> int:
    """Write scores: an effect of the seed that both share, noise, and a difference for each problem.

    Args:
        file: A CSV file.
        seeds: Of each optimizer on each problem.

    Returns:
        How many rows there are.
    """
    rng = np.random.default_rng(0)
    lines = ["problem,optimizer,seed,score"]
    for problem in range(PROBLEMS):
        shared, difference = rng.normal(5, 1, seeds), rng.normal(0, 0.2)
        for name in OPTIMIZERS:
            scores = shared + rng.normal(0, 1, seeds) + difference * (name == OPTIMIZERS[0])
            lines += [f"{problem:03},{name},{seed},{score:.4f}" for seed, score in enumerate(scores)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1

"""Which optimizer came out ahead, from the table of results: plain data in, plain data out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

BETTER, SIMILAR = ">", "≈"


@dataclass(frozen=True)
class Ranking:
    """Setups from best to worst by mean score, with the relation between each and the next.

    relations[i] stands between order[i] and order[i + 1]: BETTER where the first scored higher with every
    seed that both finished, else SIMILAR. diverged: how many trials of a setup diverged, where any did.
    seeds: those that every ranked setup finished.
    """

    order: tuple[str, ...]
    relations: tuple[str, ...]
    diverged: dict[str, int]
    seeds: tuple[int, ...]

    def text(self) -> str:
        """Adam > SGD_Momentum ≈ SGD."""
        words = list(self.order[:1])
        for relation, setup in zip(self.relations, self.order[1:], strict=True):
            words += [relation, setup]
        return " ".join(words)


def rank(results: pd.DataFrame, score: str = "validation_accuracy") -> Ranking:
    """Rank the setups of a table with the columns setup, seed, status and a score; higher is better.

    Seed by seed: the same seed means the same initial weights and batches. A setup none of whose trials
    finished is not ranked.
    """
    finished = results[results["status"] == "finished"]
    lost = results[results["status"] == "diverged"].groupby("setup", sort=False).size()
    scores = finished.pivot(index="seed", columns="setup", values=score)
    order = list(scores.mean().sort_values(ascending=False, kind="stable").index)
    relations = []
    for first, second in pairwise(order):
        shared = scores[[first, second]].dropna()
        higher = len(shared) > 0 and bool((shared[first] > shared[second]).all())
        relations.append(BETTER if higher else SIMILAR)
    return Ranking(
        order=tuple(order),
        relations=tuple(relations),
        diverged={str(setup): int(count) for setup, count in lost.items()},
        seeds=tuple(int(seed) for seed in scores.dropna().index),
    )


def best_on_validation(results: pd.DataFrame) -> tuple[str, float] | None:
    """The setup of best mean validation accuracy, with its mean test accuracy; None where all diverged.

    Chosen on validation, as everything is: the test set is only read.
    """
    finished = results[results["status"] == "finished"]
    if finished.empty:
        return None
    setup = str(finished.groupby("setup")["validation_accuracy"].mean().idxmax())
    return setup, float(finished.loc[finished["setup"] == setup, "test_accuracy"].mean())

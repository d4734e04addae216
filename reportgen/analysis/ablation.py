"""What each defect did to a comparison: the comparison again with every defect mended alone, and with all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.standings import BETTER, NOT_TOLD_APART

COMPARISON, PREFIX = "comparison", "ablation: "
NONE, ALL = "none", "all"
"""What is mended in the first variant and in the last one."""


@dataclass(frozen=True)
class Variant:
    """The comparison with some of the defects mended.

    mended: NONE, the name of a defect, or ALL. accuracies: the mean validation accuracy of each setup over
    the seeds that it finished, NaN where there is none. gains: by setup, the mean difference to the variant
    with nothing mended, over the seeds that both finished. order: setups by their mean, the best first, and
    relations between neighbours: ">" or "≈", see `ablation`. diverged: by setup, how many trials did.
    """

    mended: str
    accuracies: Mapping[str, float]
    gains: Mapping[str, float]
    order: tuple[str, ...]
    relations: tuple[str, ...]
    diverged: Mapping[str, int]

    @property
    def ranking(self) -> str:
        """Adam > SGD_Momentum ≈ SGD."""
        words = list(self.order[:1])
        for relation, setup in zip(self.relations, self.order[1:], strict=True):
            words += [relation, setup]
        return " ".join(words)


@dataclass(frozen=True)
class Ablation:
    """The variants, from nothing mended to everything.

    tested: whether the seeds are enough for the test, so that ">" is its verdict; where they are not, ">"
    only says that the first was higher with every seed.
    """

    seeds: tuple[int, ...]
    tested: bool
    variants: tuple[Variant, ...]


def ablation(results: pd.DataFrame, seeds: Sequence[int]) -> Ablation:
    """The variants of a run that has an ablation with these seeds.

    results: the columns stage, setup, seed, status, validation_accuracy. With nothing mended, the trials of
    the comparison itself count as far as their seeds are among these, so that all variants have the same
    seeds.
    """
    mended = results["stage"].where(results["stage"] != COMPARISON, PREFIX + NONE)
    rows = results[mended.str.startswith(PREFIX) & results["seed"].isin(seeds)]
    table = pd.DataFrame(
        {
            "problem": mended[rows.index].str.removeprefix(PREFIX),
            "optimizer": rows["setup"],
            "seed": rows["seed"],
            "score": rows["validation_accuracy"].astype(float).where(rows["status"] == "finished"),
        }
    )
    found = compare(table, metric="validation_accuracy")
    tested = all(pair.verdict is not Verdict.TOO_FEW_SEEDS for pair in found.pairs)
    scores = {
        str(name): rows.pivot(index="seed", columns="optimizer", values="score")
        for name, rows in table.groupby("problem", sort=False)
    }
    before = scores[NONE]
    others = [name for name in scores if name != NONE]
    variants = [_variant(found, NONE, before, before, tested)]
    variants += [_variant(found, name, scores[name], before, tested) for name in others]
    return Ablation(tuple(seeds), tested, tuple(variants))


def _variant(
    found: Comparison, name: str, scores: pd.DataFrame, before: pd.DataFrame, tested: bool
) -> Variant:
    """One variant; scores, before: its table and the first one's, a row a seed and a column a setup."""
    standing = found.standing(name)
    relations = standing.relations
    if not tested:
        always = [found.pair(name, *pair).superiority == 1 for pair in pairwise(standing.order)]
        relations = tuple(BETTER if higher else NOT_TOLD_APART for higher in always)
    return Variant(
        mended=name,
        accuracies=_by_setup(scores.mean()),
        gains=_by_setup((scores - before).mean()),
        order=standing.order,
        relations=relations,
        diverged={setup: count for setup, (count, _) in standing.diverged.items()},
    )


def _by_setup(values: pd.Series[float]) -> dict[str, float]:
    return {str(setup): float(value) for setup, value in values.items()}


def unchanged(variant: Variant) -> bool:
    """Whether mending changed no accuracy at all."""
    return all(gain == 0 for gain in variant.gains.values())

"""What each defect did to a comparison: the comparison again with every defect mended alone, and with all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.pairs import Lost, Verdict
from reportgen.analysis.results import scores
from reportgen.analysis.standings import ranking
from reportgen.experiment.stages import NONE, mended_in


@dataclass(frozen=True)
class Variant:
    """The comparison with some of the defects mended.

    Attributes:
        mended: NONE, the name of a defect, or ALL.
        accuracies: The mean validation accuracy of each setup over the seeds that it finished, NaN where
            there is none.
        gains: By setup, the mean difference to the variant with nothing mended, over the seeds that both
            finished.
        order: Setups by their mean, the best first.
        better: The pairs of them of which the test shows the first to be better, none where the seeds are too
            few for a test.
        diverged: By setup, how many trials did.
    """

    mended: str
    accuracies: Mapping[str, float]
    gains: Mapping[str, float]
    order: tuple[str, ...]
    better: frozenset[tuple[str, str]]
    diverged: Mapping[str, int]

    @property
    def ranking(self) -> str:
        """Adam > SGD_Momentum, SGD; where there was no test, the order of the means alone."""
        return ranking(self.order, self.better)


@dataclass(frozen=True)
class Ablation:
    """The variants, from nothing mended to everything.

    Attributes:
        seeds: Those that every variant was trained with.
        tested: Whether there were seeds enough for a test of every pair.
        variants: With nothing mended, then with each defect mended alone, then with all.
    """

    seeds: tuple[int, ...]
    tested: bool
    variants: tuple[Variant, ...]


def ablation(results: pd.DataFrame, seeds: Sequence[int]) -> Ablation:
    """Return the variants of a run that has an ablation with these seeds.

    With nothing mended, the trials of the comparison itself count as far as their seeds are among these, so
    that all variants have the same seeds.

    Args:
        results: A row for each trial; the columns stage, setup, seed, status, validation_accuracy.
        seeds: Those of the ablation.
    """
    by_mended = results.assign(stage=results["stage"].map(mended_in))
    of_ablation = by_mended[by_mended["stage"].notna() & by_mended["seed"].isin(seeds)]
    table = scores(of_ablation, "validation_accuracy")
    comparison = compare(table, metric="validation_accuracy", lost=Lost.DIVERGED)
    tested = all(pair.verdict is not Verdict.TOO_FEW_SEEDS for pair in comparison.pairs)
    by_variant = {
        str(name): rows.pivot(index="seed", columns="optimizer", values="score")
        for name, rows in table.groupby("problem", sort=False)
    }
    before = by_variant[NONE]
    others = [name for name in by_variant if name != NONE]
    variants = [_variant(comparison, NONE, before, before, tested)]
    variants += [_variant(comparison, name, by_variant[name], before, tested) for name in others]
    return Ablation(tuple(seeds), tested, tuple(variants))


def _variant(
    comparison: Comparison, name: str, scores: pd.DataFrame, before: pd.DataFrame, tested: bool
) -> Variant:
    """One variant; scores, before: its table and the first one's, a row a seed and a column a setup."""
    standing = comparison.standing(name)
    return Variant(
        mended=name,
        accuracies=_by_setup(scores.mean()),
        gains=_by_setup((scores - before).mean()),
        order=standing.order,
        better=standing.within if tested else frozenset(),
        diverged={setup: count for setup, (count, _) in standing.unscored.items()},
    )


def _by_setup(values: pd.Series[float]) -> dict[str, float]:
    return {str(setup): float(value) for setup, value in values.items()}


def unchanged(variant: Variant) -> bool:
    """Return whether mending changed no accuracy at all."""
    return all(gain == 0 for gain in variant.gains.values())

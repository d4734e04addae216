"""What a check is, and the measures that checks are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

FINITE_DIFFERENCES = ("finite differences", 1e-7)
AUTOGRAD = ("autograd twin", 1e-12)
BY_HAND = ("by hand", 1e-12)
TORCH_OPTIM = ("torch.optim", 1e-10)
EXACTLY = 1e-300
"""The limit of a measure that is no number: what does not hold raises."""


@dataclass(frozen=True)
class Measure:
    """How far something is from what it was held against, and how far it may be."""

    against: str
    error: float
    limit: float

    @property
    def passed(self) -> bool:
        """Whether the error is below the limit; one that is not a number is not."""
        return self.error < self.limit


@dataclass(frozen=True)
class Mistake:
    """A mistake that a proof has probably found.

    Attributes:
        key: Of its sentence in the catalogue, under [mistake].
        where: What came out wrong, such as "backward: dx".
        example: The input, what was expected and what came, as short lines.
    """

    key: str
    where: str
    example: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A proof that was run.

    Attributes:
        key: Its name.
        sentence: What is proved, without the verdict.
        verdict: What follows the sentence where it holds.
        measures: How far it is from what it was held against.
        printed: What it prints first.
        problem: What ended it; empty where nothing did.
        mistakes: What is probably wrong; of our own code nobody looks for that.
        remark: What a proof has found besides: how a user's layer, or loss, averages; empty where nothing.
        kept: Whether it was carried out by an earlier run, with the same code, versions and processor.
    """

    key: str
    sentence: str
    verdict: str
    measures: tuple[Measure, ...]
    printed: tuple[str, ...] = ()
    problem: str = ""
    mistakes: tuple[Mistake, ...] = ()
    remark: str = ""
    kept: bool = False

    @property
    def passed(self) -> bool:
        """Whether every measure is within its limit and nothing went wrong."""
        return not self.problem and all(measure.passed for measure in self.measures)

    @property
    def line(self) -> str:
        """The sentence with its verdict, as the homework prints it."""
        return f"{self.sentence}: {self.verdict if self.passed else 'FAILED'}."

    @property
    def evidence(self) -> str:
        """The measures in words."""
        errors = [
            m.against if m.limit == EXACTLY else f"{m.against} {m.error:.1e} (limit {m.limit:.0e})"
            for m in self.measures
        ]
        return "; ".join([self.problem] * bool(self.problem) + errors)


Proof = Callable[[], tuple[tuple[Measure, ...], tuple[str, ...]]]


def carry_out(key: str, sentence: str, verdict: str, proof: Proof) -> Check:
    """Run a proof; a formula so broken that it raises has failed, and does not end the program.

    Args:
        key: The name of the check.
        sentence: What is proved, without the verdict.
        verdict: What follows the sentence where it holds.
        proof: Computes the measures, and what is printed before them.

    Returns:
        The check with its measures, or with the problem that ended it.
    """
    try:
        measures, printed = proof()
    except Exception as error:
        return Check(key, sentence, verdict, (), (), f"{type(error).__name__}: {error}")
    return Check(key, sentence, verdict, measures, printed)


def worst(kind: tuple[str, float], pairs: Mapping[str, tuple[Tensor, Tensor]]) -> Measure:
    """Return the largest error over named pairs, relative where they are larger than 1.

    Args:
        kind: What they are held against, and the limit of the error.
        pairs: By name (found, expected), of one shape each. A shape that differs, or a value that is not a
            number, counts as an infinite error.
    """
    against, limit = kind
    error = 0.0
    for found, expected in pairs.values():
        if found.shape != expected.shape:
            error = float("inf")
            continue
        scale = torch.maximum(found.abs(), expected.abs()).clamp(min=1)
        difference = float(((found - expected).abs() / scale).max())
        error = max(error, difference if difference == difference else float("inf"))  # noqa: PLR0124
    return Measure(against, error, limit)


def numerical_gradient(function: Callable[[], Tensor], variable: Tensor, step: float = 1e-5) -> Tensor:
    """Return the gradient of a function with respect to a tensor, by central differences.

    Args:
        function: Computes a scalar from the variable as it is.
        variable: float64, of any shape; changed while this runs, and as before in the end.
        step: Half the distance of the two points.

    Returns:
        The gradient, of the variable's shape.
    """
    gradient = torch.zeros_like(variable)
    values, slopes = variable.view(-1), gradient.view(-1)
    for place in range(values.numel()):
        kept = float(values[place])
        values[place] = kept + step
        above = float(function())
        values[place] = kept - step
        below = float(function())
        values[place] = kept
        slopes[place] = (above - below) / (2 * step)
    return gradient

"""Proofs that the hand-written formulas are right, run before every report."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.checks.check import Check, Measure
from reportgen.checks.layers import dropout, fully_connected, relu, softmax_cross_entropy
from reportgen.checks.network import network
from reportgen.checks.optimizers import optimizer
from reportgen.optim import OptimizerKind, built_in

__all__ = ["Check", "Measure", "run"]


def run(kinds: Iterable[OptimizerKind] | None = None) -> list[Check]:
    """Carry out every check, in the order of the report: layers, network, optimizers.

    Args:
        kinds: The optimizers to prove; None for all of this program.
    """
    return [
        fully_connected(),
        relu(),
        dropout(),
        softmax_cross_entropy(),
        network(),
        *(optimizer(kind) for kind in (built_in().values() if kinds is None else kinds)),
    ]

"""Proofs that the hand-written formulas are right, run before every report."""

from __future__ import annotations

from reportgen.checks.check import Check, Measure
from reportgen.checks.layers import dropout, fully_connected, relu, softmax_cross_entropy
from reportgen.checks.network import network
from reportgen.checks.optimizers import optimizer
from reportgen.optim import OPTIMIZERS

__all__ = ["Check", "Measure", "run"]


def run() -> list[Check]:
    """Every check, in the order of the report: layers, network, optimizers."""
    return [
        fully_connected(),
        relu(),
        dropout(),
        softmax_cross_entropy(),
        network(),
        *(optimizer(name) for name in OPTIMIZERS),
    ]

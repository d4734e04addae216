"""The ways of training that are timed beside each other."""

from __future__ import annotations

from pathlib import Path

from reportgen.bench.processes import WayProcess

TEXTBOOK, COMPILED = "reportgen, textbook", "reportgen, compiled"
TORCH, TORCH_FUSED = "torch.nn", "torch.nn, fused"
JAX = "JAX"
FLOOR = "floor"
PROGRAM = "reportgen"
"""This program as it is, where no engine is chosen."""
BEFORE = "before"
"""The way of an earlier commit."""
OURS = (COMPILED, TEXTBOOK)
"""What others are compared with: the first of these that there is."""

_WAYS = "reportgen.bench.ways"
PRESENT = (
    WayProcess(TEXTBOOK, f"{_WAYS}.own", "Own", {"engine": "textbook"}),
    WayProcess(COMPILED, f"{_WAYS}.own", "Own", {"engine": "compiled"}),
    WayProcess(TORCH, f"{_WAYS}.torch_nn", "TorchNN", {"fused": False}),
    WayProcess(TORCH_FUSED, f"{_WAYS}.torch_nn", "TorchNN", {"fused": True}),
    WayProcess(JAX, f"{_WAYS}.jax_scan", "JaxScan"),
    WayProcess(FLOOR, f"{_WAYS}.floor", "Floor"),
)


EPOCHS = tuple(
    WayProcess(way.name, f"{_WAYS}.own_epoch", "OwnEpoch", way.options) for way in PRESENT if way.name in OURS
)
"""The ways of which an epoch with its evaluation is timed."""


def before(root: Path, *, epochs: bool = False) -> WayProcess:
    """Return the way of another commit: what it trains with by itself.

    Args:
        root: The folder that its files are in.
        epochs: Whether epochs with their evaluation are to be timed, and not steps.
    """
    module, kind = ("own_epoch", "OwnEpoch") if epochs else ("own", "Own")
    return WayProcess(BEFORE, f"{_WAYS}.{module}", kind, {"engine": None}, root)


def name_of(way: str, against: str | None) -> str:
    """Return what tables call a way.

    Args:
        way: Its name.
        against: The commit that `before` is of.
    """
    return f"commit {against}" if way == BEFORE else way

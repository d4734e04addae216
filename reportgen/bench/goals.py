"""The figures that are to be reached, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.bench.peers import BEFORE, FLOOR, JAX, TORCH_FUSED
from reportgen.bench.starting import HELP, IMPORT


@dataclass(frozen=True)
class StepGoal:
    """Of a work's step, its time on the processor: ours is at least so many times as fast as a way.

    Of the floor: ours takes at most so many times as long.
    """

    work: str
    way: str
    times: float

    @property
    def is_limit(self) -> bool:
        """Whether the ratio may not be larger."""
        return self.way == FLOOR


def _of(work: str, **times: float) -> tuple[StepGoal, ...]:
    ways = {"before": BEFORE, "jax": JAX, "fused": TORCH_FUSED, "floor": FLOOR}
    return tuple(StepGoal(work, ways[way], factor) for way, factor in times.items())


STEP_GOALS = (
    *_of("tuned", before=1.7, jax=1.1, fused=3.0, floor=1.45),
    *_of("comparison, SGD", before=1.3, jax=1.05, fused=2.0, floor=1.5),
    *_of("comparison, SGD_Momentum", before=1.3, jax=1.05, fused=2.0, floor=1.5),
    *_of("comparison, Adam", before=2.0, jax=1.05, fused=1.6),
    *_of("comparison, AdamW", before=2.0, jax=1.05, fused=1.6),
    *_of("wide", before=1.0, jax=0.95, fused=1.0, floor=1.2),
    *_of("wide, bfloat16", before=1.0, jax=0.95, fused=1.0, floor=1.2),
)

_OF_AN_OPTIMIZER = (10 + 10 + 9 * 2) * 100 * 250
HOMEWORK_STEPS = {
    "tuned": 5 * 200 * 3750,
    "comparison, SGD": _OF_AN_OPTIMIZER,
    "comparison, SGD_Momentum": _OF_AN_OPTIMIZER,
    "comparison, Adam": _OF_AN_OPTIMIZER,
}
"""How many steps of each work homework.toml trains: trials x epochs x batches.

Of each optimizer of the comparison ten seeds, ten more at its own learning rate, and nine settings with two
seeds each to find that; five seeds of the tuned network.
"""
HOMEWORK_SHARE = 0.6
"""At most this share of the commit's time on the processor for these steps."""

SECONDS = {
    HELP: 0.3,
    IMPORT: 0.3,
    "render again in one process, homework": 7.0,
    "run again, nothing to train, homework": 10.0,
}
"""Calls of the command line, and the seconds by the clock that they may take."""
TWO_WORKERS = 1.8
"""So many times as fast as one."""
EXPONENT = 1.0
"""Nothing grows faster than in proportion."""

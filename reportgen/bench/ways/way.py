"""What a way of training is to the process that times it."""

from __future__ import annotations

import copy
import time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reportgen.bench.start import Start
from reportgen.bench.works import Work


class AbsentError(Exception):
    """A way cannot train a work here; the message says why."""


class Way(Protocol):
    """A way of training. It is made with a work and where that begins, and raises `AbsentError` if it cannot.

    A process asks `epoch` once, and `weights` of what came of it; then `keep`, and `measure` for every round.
    """

    def epoch(self) -> None:
        """Train on all images once, in the same order as every other way."""
        ...

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as they are now: w1 (inputs, outputs), b1, w2, ...; none where nothing is trained."""
        ...

    def keep(self) -> None:
        """Keep what changes while training, for every round to begin from."""
        ...

    def measure(self) -> tuple[float, float]:
        """Train a round; returns seconds of the processor and by the clock for one step."""
        ...


class Trained:
    """What ways that train have in common: each round is the same epoch, from the same state.

    state: all that changes while training. What a round changes is a copy, so that no round meets weights
    that have grown tame, and memory is there before the clock starts.
    """

    state: Any

    def __init__(self, work: Work, start: Start) -> None:
        self.work, self.start = work, start
        self.kept: Any = None

    def epoch(self) -> None:
        """Train on all images once."""
        raise NotImplementedError

    def keep(self) -> None:
        """Keep the state as it is now."""
        self.kept = copy.deepcopy(self.state)

    def restore(self) -> None:
        """Let the state be what was kept."""
        self.state = copy.deepcopy(self.kept)

    def measure(self) -> tuple[float, float]:
        """Train an epoch from the state that was kept; seconds of the processor and by the clock a step."""
        self.restore()
        wall, processor = time.perf_counter(), time.process_time()
        self.epoch()
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
        return processor / self.work.steps, wall / self.work.steps


def to_float32(array: Any) -> NDArray[Any]:
    """Return an array of any program as numpy's, in single precision.

    Args:
        array: Of torch or JAX.
    """
    return np.asarray(array.cpu() if hasattr(array, "cpu") else array, dtype=np.float32)


def finish(device: str) -> None:
    """Wait until a device has done what it was asked to do, so that the clock does not stop before.

    Args:
        device: As torch calls it.
    """
    if device == "cuda":
        import torch

        torch.cuda.synchronize()

"""An epoch of this program with its evaluation, as a trial has it; of an earlier commit as well."""

from __future__ import annotations

import time
from typing import Any

import torch
from numpy.typing import NDArray

from reportgen.bench.start import SEED, Start
from reportgen.bench.ways.engine_of import engine_of, setup_of
from reportgen.bench.ways.way import to_float32
from reportgen.bench.works import CLASSES, Work
from reportgen.data import Part, Splits
from reportgen.training import Trial
from reportgen.training.trainer import Training

SHARE_EVALUATED = 5
"""One of so many images is evaluated after the epoch, and not trained on."""


class OwnEpoch:
    """Epoch after epoch of one trial: batches, steps, metrics, validation, the best weights kept."""

    def __init__(self, work: Work, start: Start, *, engine: str | None) -> None:
        chosen = engine_of(work, engine)
        cut = len(start.labels) // SHARE_EVALUATED
        evaluated = Part(start.pixels[:cut], start.labels[:cut])
        splits = Splits(Part(start.pixels[cut:], start.labels[cut:]), evaluated, evaluated)
        with torch.inference_mode():
            self.training = Training(Trial(setup_of(work, chosen), SEED), splits, CLASSES)

    def epoch(self) -> None:
        """Train an epoch and evaluate."""
        with torch.inference_mode():
            self.training.next_epoch()

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as they are now."""
        parameters = self.training.classifier.parameters
        return {name: to_float32(parameter) for name, parameter in parameters.items()}

    def keep(self) -> None:
        """Nothing is kept: training goes on."""

    def measure(self) -> tuple[float, float]:
        """Seconds of the processor and by the clock for the next epoch."""
        wall, processor = time.perf_counter(), time.process_time()
        self.epoch()
        return time.process_time() - processor, time.perf_counter() - wall

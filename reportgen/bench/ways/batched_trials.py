"""Several trials of a work as one program, beside which the other ways train one after the other."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray

from reportgen.bench.start import SEED, Start
from reportgen.bench.ways.own import optimizer_of
from reportgen.bench.ways.way import Trained, finish, to_float32
from reportgen.bench.works import CLASSES, Work
from reportgen.data import Part
from reportgen.nn import Classifier
from reportgen.randomness import stream
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.batched import Member, Stack


class Together(Trained):
    """An epoch of the batched engine. What is measured is a step of one trial: its share of a step of all.

    trials: how many. They all begin at the same weights, since who trains them does not know it.
    """

    def __init__(self, work: Work, start: Start, *, trials: int, device: str) -> None:
        super().__init__(work, start)
        self.device, self.trials = device, trials
        images = Images(Part(start.pixels, start.labels), torch.float32, device=device)
        with torch.inference_mode():
            members = [
                Member(
                    Classifier(
                        work.input_size,
                        work.hidden,
                        CLASSES,
                        stream(SEED, "weights"),
                        l2=work.l2,
                        device=device,
                    ),
                    optimizer_of(work),
                    images,
                    BatchOrder(len(images), work.batch_size, stream(SEED, "batch order"), device=device),
                    work,
                    lambda: optimizer_of(work),
                )
                for _ in range(trials)
            ]
            self.learning_rates = [[work.learning_rate] * members[0].order.batches] * trials
            self.state = Stack(members)

    def epoch(self) -> None:
        """Train all trials on all images once."""
        shorter_products = torch.autocast(self.device, torch.bfloat16, enabled=self.work.dtype == "bfloat16")
        with torch.inference_mode(), shorter_products:
            self.state.epoch(self.learning_rates)
        finish(self.device)

    def keep(self) -> None:
        """Keep the state as it is now."""
        with torch.inference_mode():
            super().keep()

    def measure(self) -> tuple[float, float]:
        """Train an epoch from the state that was kept; seconds for a step of one trial."""
        with torch.inference_mode():
            processor, wall = super().measure()
        return processor / self.trials, wall / self.trials

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights of the last trial as they are now."""
        return {name: to_float32(of[-1]) for name, of in self.state.parameters.items()}

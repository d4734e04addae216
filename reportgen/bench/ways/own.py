"""This program's own training loop, with one of its engines; that of an earlier commit as well."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray

from reportgen.bench.start import SEED, Start
from reportgen.bench.ways.engine_of import engine_of
from reportgen.bench.ways.way import AbsentError, Trained, to_float32
from reportgen.bench.works import CLASSES, Work
from reportgen.data import Part
from reportgen.nn import Classifier
from reportgen.randomness import stream
from reportgen.training.batches import BatchOrder, Images


class Own(Trained):
    """An epoch as reports are made with it: bytes are made images batch by batch, metrics are counted.

    device: None for the processor, which earlier commits do not name.
    """

    def __init__(self, work: Work, start: Start, *, engine: str | None, device: str | None = None) -> None:
        super().__init__(work, start)
        self.device = device or "cpu"
        on_device: dict[str, Any] = {} if device is None else {"device": device}
        self.images = Images(Part(start.pixels, start.labels), torch.float32, **on_device)
        order = BatchOrder(len(self.images), work.batch_size, stream(SEED, "batch order"), **on_device)
        optimizer = optimizer_of(work)
        self.learning_rates = [work.learning_rate] * order.batches
        self.train = epoch_of(engine_of(work, engine))
        with torch.inference_mode():
            classifier = Classifier(
                work.input_size, work.hidden, CLASSES, stream(SEED, "weights"), l2=work.l2, **on_device
            )
            self.state = classifier, optimizer, order

    def epoch(self) -> None:
        """Train on all images once."""
        classifier, optimizer, order = self.state
        shorter_products = torch.autocast(self.device, torch.bfloat16, enabled=self.work.dtype == "bfloat16")
        with torch.inference_mode(), shorter_products:
            self.train(classifier, optimizer, self.images, order, self.learning_rates)

    def keep(self) -> None:
        """Keep the state as it is now."""
        with torch.inference_mode():
            super().keep()

    def measure(self) -> tuple[float, float]:
        """Train an epoch from the state that was kept."""
        with torch.inference_mode():
            return super().measure()

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as they are now."""
        return {name: to_float32(parameter) for name, parameter in self.state[0].parameters.items()}


def optimizer_of(work: Work) -> Any:
    """Return a new optimizer of a work.

    Args:
        work: Names it.

    Raises:
        AbsentError: An earlier commit has no such optimizer.
    """
    optim: Any = importlib.import_module("reportgen.optim")
    if hasattr(optim, "find"):
        return optim.find(work.optimizer).make(learning_rate=work.learning_rate)
    if work.optimizer in optim.OPTIMIZERS:  # an earlier commit, which lists its three
        return optim.OPTIMIZERS[work.optimizer](work.learning_rate)
    raise AbsentError(f"it has no {work.optimizer}")


def epoch_of(engine: str | None) -> Callable[..., object]:
    """Return the function that trains an epoch.

    Args:
        engine: The name of an engine; None for an earlier commit's one way.
    """
    if engine is None:
        trainer: Any = importlib.import_module("reportgen.training.trainer")
        loop: Callable[..., object] = trainer.train_one_epoch
        return loop
    from reportgen.training.engines.choice import engine_named

    return engine_named(engine).epoch

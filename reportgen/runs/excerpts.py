"""The source code that ran, as the report prints it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from reportgen.nn import Classifier, FullyConnectedLayer, ReLU, SoftmaxCrossEntropy, WeightGradient
from reportgen.optim import OPTIMIZERS
from reportgen.runs.store import Excerpt
from reportgen.training.trainer import train_one_epoch

PACKAGE = Path(__file__).parents[1]


def collect(optimizers: Iterable[str]) -> dict[str, Excerpt]:
    """The layers, the network, the training loop, and these optimizers, by name."""
    objects: dict[str, Callable[..., Any] | type] = {
        "fully_connected": FullyConnectedLayer,
        "weight_gradient": WeightGradient,
        "relu": ReLU,
        "softmax_cross_entropy": SoftmaxCrossEntropy,
        "network_forward": Classifier.forward,
        "network_backward": Classifier.backward,
        "network_loss_and_gradients": Classifier.loss_and_gradients,
        "training_loop": train_one_epoch,
        **{name: OPTIMIZERS[name] for name in optimizers},
    }
    return {name: excerpt(ran) for name, ran in objects.items()}


def excerpt(ran: Callable[..., Any] | type) -> Excerpt:
    """Where an object's source stands, and its text without the common indentation."""
    lines, first = inspect.getsourcelines(ran)
    file = Path(inspect.getsourcefile(ran) or "").resolve()
    shown = file.relative_to(PACKAGE.parent) if file.is_relative_to(PACKAGE) else Path(file.name)
    return Excerpt(inspect.cleandoc("\n" + "".join(lines)) + "\n", shown.as_posix(), first)

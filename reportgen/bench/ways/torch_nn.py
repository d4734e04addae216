"""torch.nn with autograd and torch.optim, as its tutorials have it; images are in memory as float32."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from reportgen.bench.start import Start
from reportgen.bench.ways.way import AbsentError, Trained, finish, to_float32
from reportgen.bench.works import Work

MOMENTUM = 0.9
OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "SGD": torch.optim.SGD,
    "SGD_Momentum": lambda groups, rate, **fused: torch.optim.SGD(groups, rate, MOMENTUM, **fused),
    "Nesterov": lambda groups, rate, **fused: torch.optim.SGD(groups, rate, MOMENTUM, nesterov=True, **fused),
    "Adam": torch.optim.Adam,
    "AdamW": torch.optim.AdamW,
}
DECAY = {"AdamW": 0.01}
"""How fast the weights shrink by an optimizer's own default; biases do not."""


class TorchNN(Trained):
    """torch.nn.Sequential, cross_entropy, backward, and an optimizer of torch.optim, plain or fused."""

    def __init__(self, work: Work, start: Start, *, fused: bool, device: str = "cpu") -> None:
        super().__init__(work, start)
        self.device = device
        images, labels = start.ordered()
        self.images, self.labels = torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device)
        modules: list[torch.nn.Module] = []
        for number, (inputs, outputs) in enumerate(work.layers, start=1):
            layer = torch.nn.Linear(inputs, outputs)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(start.parameters[f"w{number}"].T))
                layer.bias.copy_(torch.from_numpy(start.parameters[f"b{number}"]))
            modules += [layer, torch.nn.ReLU()]
        network = torch.nn.Sequential(*modules[:-1]).to(device)
        self.state = network, optimizer_of(work, network, fused=fused)

    def epoch(self) -> None:
        """Train on all images once."""
        network, optimizer = self.state
        size = self.work.batch_size
        for start in range(0, len(self.labels), size):
            x, labels = self.images[start : start + size], self.labels[start : start + size]
            optimizer.zero_grad()
            with torch.autocast(self.device, torch.bfloat16, enabled=self.work.dtype == "bfloat16"):
                logits = network(x)
            loss = torch.nn.functional.cross_entropy(logits.float(), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        finish(self.device)

    def keep(self) -> None:
        """Keep the state as torch saves it, since not every optimizer can be copied."""
        network, optimizer = self.state
        self.kept = copy.deepcopy((network.state_dict(), optimizer.state_dict()))

    def restore(self) -> None:
        """Let the state be what was kept."""
        network, optimizer = self.state
        of_network, of_optimizer = copy.deepcopy(self.kept)
        network.load_state_dict(of_network)
        optimizer.load_state_dict(of_optimizer)

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as they are now."""
        layers = [module for module in self.state[0] if isinstance(module, torch.nn.Linear)]
        weights: dict[str, NDArray[Any]] = {}
        for number, layer in enumerate(layers, start=1):
            weights[f"w{number}"] = np.ascontiguousarray(to_float32(layer.weight.detach()).T)
            weights[f"b{number}"] = to_float32(layer.bias.detach())
        return weights


def optimizer_of(work: Work, network: torch.nn.Module, *, fused: bool) -> Any:
    """Return the optimizer of a work.

    Args:
        work: Names the optimizer; its L2 term is torch's weight decay.
        network: What is trained.
        fused: Whether all of an update is one kernel.

    Raises:
        AbsentError: torch has none like it, or no fused one.
    """
    parameters = list(network.parameters())
    decay = DECAY.get(work.optimizer, 2 * work.l2)
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    if work.optimizer == "Lion":
        if fused:
            raise AbsentError("there is no fused Lion for a processor")
        try:
            from lion_pytorch import Lion
        except ImportError:
            raise AbsentError("torch.optim has no Lion, and lion-pytorch is not installed") from None
        return Lion(groups, lr=work.learning_rate)
    return OPTIMIZERS[work.optimizer](
        groups, work.learning_rate, fused=fused, foreach=False if fused else None
    )

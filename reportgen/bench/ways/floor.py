"""What the processor needs at least: the products of a step at a large product's rate, passes over memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray

from reportgen.bench.start import Start
from reportgen.bench.works import Work

LARGE = 1024
"""The rows and columns of a product that reaches the best rate there is."""
STATES = {"SGD": 0, "SGD_Momentum": 1, "Nesterov": 1, "Lion": 1, "Adam": 2, "AdamW": 2}
"""How many numbers an optimizer keeps for every parameter."""
PRODUCTS, PASSES = 4, 20


class Floor:
    """Measures two things a round: a large product, and a pass that reads and writes weights and state.

    A step's products are two of the first layer (forward, and the gradient of its weights) and three of
    every other. Without a state the weights change within the product, and no pass is counted.
    """

    def __init__(self, work: Work, start: Start) -> None:  # noqa: ARG002 - as all ways
        dtype = torch.bfloat16 if work.dtype == "bfloat16" else torch.float32
        generator = torch.Generator().manual_seed(0)
        self.left, self.right = (torch.randn(LARGE, LARGE, generator=generator).to(dtype) for _ in range(2))
        self.out = torch.empty(LARGE, LARGE, dtype=dtype)
        self.large_products = floating_point_operations(work) / (2 * LARGE**3)
        parameters = sum((inputs + 1) * outputs for inputs, outputs in work.layers)
        states = STATES[work.optimizer]
        self.arrays = [torch.ones(parameters) for _ in range(1 + states if states else 0)]

    def epoch(self) -> None:
        """Do everything once, so that memory is there."""
        self.multiply()
        self.pass_over()

    def multiply(self) -> None:
        """One large product."""
        torch.mm(self.left, self.right, out=self.out)

    def pass_over(self) -> None:
        """Read and write every weight and its state once."""
        for array in self.arrays:
            array.mul_(1.0)

    def weights(self) -> dict[str, NDArray[Any]]:
        """Nothing is trained."""
        return {}

    def keep(self) -> None:
        """Nothing changes."""

    def measure(self) -> tuple[float, float]:
        """Seconds of the processor and by the clock for all that one step needs."""
        products, passes = measured(self.multiply, PRODUCTS), measured(self.pass_over, PASSES)
        processor, wall = (
            self.large_products * product + one_pass
            for product, one_pass in zip(products, passes, strict=True)
        )
        return processor, wall


def floating_point_operations(work: Work) -> int:
    """Return those of the products of one step: two of the first layer, three of every other.

    Args:
        work: Its network and batch size.
    """
    return sum(
        2 * work.batch_size * inputs * outputs * (2 if number == 0 else 3)
        for number, (inputs, outputs) in enumerate(work.layers)
    )


def measured(action: Callable[[], None], times: int) -> tuple[float, float]:
    """Return seconds of the processor and by the clock that an action takes once.

    Args:
        action: What is timed.
        times: How often it is done.
    """
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - processor) / times, (time.perf_counter() - wall) / times

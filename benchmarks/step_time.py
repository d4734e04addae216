"""How long a training step takes, against the fewest operations that torch needs for it.

    python benchmarks/step_time.py [--rounds 15] [--steps 300]

The work is one step of the homework's tuned network (3072-256-64-10, batch 8, SGD, L2 1e-4, float32) on
one thread, with random images. Two ways are timed in turns, round by round: reportgen's own loop, with
its metrics, and a bare one written out for this one network, optimizer and batch size, without metrics.
Prints microseconds a step (median and range over the rounds) and the ratio of the two.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from reportgen.data import Part
from reportgen.nn import Classifier
from reportgen.optim import SGD
from reportgen.randomness import stream
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.trainer import train_one_epoch

BATCH, LEARNING_RATE, L2 = 8, 0.01, 1e-4


def random_part(images: int) -> Part:
    """CIFAR-10's shapes, filled with noise."""
    rng = np.random.default_rng(0)
    return Part(
        rng.integers(0, 256, (images, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, images, dtype=np.int64)
    )


def ours(part: Part) -> Callable[[], None]:
    """An epoch of the loop that reports are made with."""
    images = Images(part, torch.float32)
    classifier = Classifier(images.size, [256, 64], 10, stream(0, "weights"), l2=L2)
    optimizer = SGD(LEARNING_RATE)
    order = BatchOrder(len(images), BATCH, stream(0, "batch order"))
    rates = [LEARNING_RATE] * order.batches
    return lambda: void(train_one_epoch(classifier, optimizer, images, order, rates))


def bare(part: Part) -> Callable[[], None]:
    """An epoch with nothing but the arithmetic, every update fused into its matrix product."""
    x_all = torch.from_numpy(part.inputs.reshape(len(part.inputs), -1)) / 255
    labels_all = torch.from_numpy(part.labels)
    parameters = Classifier(3072, [256, 64], 10, stream(0, "weights")).parameters
    w1, b1, w2, b2, w3, b3 = parameters.values()
    rows = torch.arange(BATCH)
    shrink, rate = 1 - 2 * LEARNING_RATE * L2, -LEARNING_RATE / BATCH

    def epoch() -> None:
        for start in range(0, len(x_all) - BATCH + 1, BATCH):
            x, labels = x_all[start : start + BATCH], labels_all[start : start + BATCH]
            h1 = torch.addmm(b1, x, w1).relu_()
            h2 = torch.addmm(b2, h1, w2).relu_()
            d3 = torch.softmax(torch.addmm(b3, h2, w3), dim=1)
            d3[rows, labels] -= 1
            d2 = (d3 @ w3.T).mul_(h2 > 0)
            d1 = (d2 @ w2.T).mul_(h1 > 0)
            w3.addmm_(h2.T, d3, beta=shrink, alpha=rate)
            b3.add_(d3.sum(0), alpha=rate)
            w2.addmm_(h1.T, d2, beta=shrink, alpha=rate)
            b2.add_(d2.sum(0), alpha=rate)
            w1.addmm_(x.T, d1, beta=shrink, alpha=rate)
            b1.add_(d1.sum(0), alpha=rate)

    return epoch


def void(_: object) -> None:
    """Drop a result."""


def main() -> None:
    """Time both ways in turns and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, nargs="*", help="of another benchmark")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    part = random_part(arguments.steps * BATCH)
    ways = {"reportgen": ours(part), "bare": bare(part)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    with torch.inference_mode():
        for epoch in ways.values():
            epoch()
        for _ in range(arguments.rounds):
            for name, epoch in ways.items():
                started = time.perf_counter()
                epoch()
                times[name].append((time.perf_counter() - started) / arguments.steps * 1e6)
    for name, values in times.items():
        print(f"{name:10} {statistics.median(values):6.0f} us a step ({min(values):.0f}-{max(values):.0f})")
    ratios = [a / b for a, b in zip(times["reportgen"], times["bare"], strict=True)]
    print(f"{'ratio':10} {statistics.median(ratios):6.2f} ({min(ratios):.2f}-{max(ratios):.2f})")


if __name__ == "__main__":
    main()

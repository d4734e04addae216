"""The works whose training steps are timed: a network, a batch size and an optimizer each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

CIFAR10_SHAPE = (32, 32, 3)
DIGITS_SHAPE = (8, 8, 1)
CLASSES = 10
QUICK_STEPS = 4


@dataclass(frozen=True)
class Work:
    """One thing to train.

    optimizer: as experiments name it; all but its learning rate is its own default. shape: of an image.
    dtype: as experiments have it. steps: of a round. tolerance: the largest relative difference between two
    ways that is rounding, see `agreement.py`.
    steps_of_proof: all ways are compared after so many steps. The more units, images and steps there are, the
    sooner a rounding puts a unit to the other side of 0 for some image, and ways part that compute the same.
    """

    name: str
    hidden: tuple[int, ...]
    batch_size: int
    optimizer: str
    steps: int
    learning_rate: float = 1e-3
    l2: float = 0.0
    dtype: str = "float32"
    shape: tuple[int, int, int] = CIFAR10_SHAPE
    tolerance: float = 1e-3
    steps_of_proof: int = 20

    @property
    def input_size(self) -> int:
        """How many values an image has."""
        height, width, channels = self.shape
        return height * width * channels

    @property
    def images(self) -> int:
        """How many images a round sees, each once."""
        return self.steps * self.batch_size

    @property
    def layers(self) -> Iterator[tuple[int, int]]:
        """The inputs and the outputs of every layer."""
        return itertools.pairwise((self.input_size, *self.hidden, CLASSES))

    @property
    def network(self) -> str:
        """3072-256-64-10, batch 8."""
        sizes = "-".join(map(str, (self.input_size, *self.hidden, CLASSES)))
        return f"{sizes}, batch {self.batch_size}"


def _comparison(optimizer: str, **kinds: float) -> Work:
    return Work(f"comparison, {optimizer}", (128,), 16, optimizer, steps=600, **kinds)  # type: ignore[arg-type]


WORKS = (
    Work("tuned", (256, 64), 8, "SGD", steps=600, learning_rate=1e-2, l2=1e-4),
    _comparison("SGD", learning_rate=1e-2),
    _comparison("SGD_Momentum"),
    _comparison("Nesterov"),
    # the root of a squared gradient near 0, and a sign, make much of little differences
    _comparison("Adam", tolerance=1e-2),
    _comparison("AdamW", tolerance=1e-2),
    _comparison("Lion", learning_rate=1e-4, tolerance=1e-1),
    Work("wide", (1024, 512), 128, "SGD_Momentum", steps=60, steps_of_proof=6),
    Work("wide, bfloat16", (1024, 512), 128, "SGD_Momentum", steps=60, dtype="bfloat16", tolerance=1e-1),
    Work("quickstart", (64,), 16, "SGD_Momentum", steps=1500, shape=DIGITS_SHAPE),
)


WORKS_OF_EPOCHS = ("tuned", "comparison, SGD", "comparison, Adam")
"""The works of which an epoch with its evaluation is timed."""


def proof_of(work: Work) -> Work:
    """Return the same work with as many steps as ways are compared after.

    Args:
        work: Any.
    """
    return replace(work, steps=min(work.steps, work.steps_of_proof))


def quick_work(work: Work) -> Work:
    """Return the same work with a few steps a round.

    Args:
        work: Any.
    """
    return replace(work, steps=QUICK_STEPS)

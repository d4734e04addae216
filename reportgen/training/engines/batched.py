"""The engine for a device that is quick at much at once: networks of one shape trained as one program.

Every trial keeps what is its own: weights, order of batches, dropout, learning rates, optimizer. Only the
products are done for all trials together, and the steps of optimizers with the same settings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from reportgen.nn import Classifier, Dropout, WeightGradient
from reportgen.optim import Optimizer
from reportgen.optim.gradients import Gradient, written_out
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.choice import BATCHED
from reportgen.training.engines.engine import EpochStats
from reportgen.training.engines.joint_optimizer import hand_back, join, steps_as_one
from reportgen.training.engines.stacked_layers import STACKED, StackedGradient, StackedStreams
from reportgen.training.measured import rounding
from reportgen.training.measured.step_sizes import StepSizes


@dataclass(frozen=True, eq=False)
class Member:
    """A trial among those that are trained together.

    settings: of its optimizer, its L2 term and its learning rates: members of equal ones may step as one.
    make: makes another optimizer with its settings.
    """

    classifier: Classifier
    optimizer: Optimizer
    images: Images
    order: BatchOrder
    settings: Hashable = None
    make: Callable[[], Optimizer] | None = None


class BatchedEngine:
    """Trains one trial as a program of one; `Stack` trains several."""

    name = BATCHED

    def epoch(
        self,
        classifier: Classifier,
        optimizer: Optimizer,
        images: Images,
        order: BatchOrder,
        learning_rates: Sequence[float],
    ) -> EpochStats:
        """Train for one pass over the images; see `Engine.epoch`."""
        parameters = classifier.parameters
        (stats,) = Stack([Member(classifier, optimizer, images, order)]).epoch([learning_rates])
        for name, parameter in parameters.items():
            parameter.copy_(classifier.parameters[name])
        classifier.parameters = parameters
        return stats


class Stack:
    """Several trials as one program, for as many epochs as they stay together.

    Their networks are of one shape, with the same dropout and loss; their images are the same, and their
    batches of the same size. From here on their classifiers' parameters are parts of the stacked ones.

    members: those of equal settings side by side, so that they can step as one.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = list(members)
        first = self.members[0].classifier
        self.parameters = {
            name: torch.stack([member.classifier.parameters[name] for member in self.members])
            for name in first.parameters
        }
        for place, member in enumerate(self.members):
            member.classifier.parameters = {name: of[place] for name, of in self.parameters.items()}
        loss = STACKED.loss(
            label_smoothing=first.loss.label_smoothing, divide_gradient=first.loss.divide_gradient
        )
        self.classifier = Classifier.from_parameters(self.parameters, l2=0.0, loss=loss, kinds=STACKED)
        self.classifier.dropouts = [
            Dropout(of_all[0].rate, StackedStreams([dropout.stream for dropout in of_all if dropout.stream]))
            for of_all in zip(*[member.classifier.dropouts for member in self.members], strict=True)
        ]
        self.blocks = list(self._make_blocks())

    def _make_blocks(self) -> Iterator[_Block]:
        """Those of equal settings together, where their rule allows it; each other by itself."""
        start = 0
        for _, equal in groupby(self.members, key=lambda member: member.settings):
            members = list(equal)
            make = members[0].make
            together = len(members) > 1 and make is not None and steps_as_one(make)
            for size in [len(members)] if together else [1] * len(members):
                yield _Block(self, slice(start, start + size))
                start += size

    def epoch(self, learning_rates: Sequence[Sequence[float]]) -> list[EpochStats]:
        """Train all for one pass over the images.

        Args:
            learning_rates: Of each member, one for every batch.

        Returns:
            What the epoch showed of each member.
        """
        order = self.members[0].order
        batches = order.cut(torch.stack([member.order.next_order() for member in self.members]))
        losses, correct, sizes = [], [], [index.shape[1] for index in batches]
        last = len(batches) - 1
        for number, index in enumerate(batches):
            x, labels = self._batch(index)
            probabilities, loss = self.classifier.loss.forward(
                labels, self.classifier.forward(x, training=True)
            )
            gradients = self.classifier.backward()
            for block in self.blocks:
                block.optimizer.learning_rate = learning_rates[block.trials.start][number]
                if number < last:
                    block.step(gradients)
                else:
                    block.measure_step(gradients)
            losses.append(loss)
            correct.append((probabilities.argmax(dim=2) == labels).sum(dim=1))
        for block in self.blocks:
            block.hand_back()
        weights = torch.tensor(sizes, dtype=losses[0].dtype).to(losses[0].device)
        mean_losses = (weights @ torch.stack(losses) / weights.sum()).tolist()
        hits = torch.stack(correct).sum(dim=0).tolist()
        step_sizes = [measured for block in self.blocks for measured in block.sizes]
        return [
            EpochStats(mean_loss, hit / sum(sizes), measured)
            for mean_loss, hit, measured in zip(mean_losses, hits, step_sizes, strict=True)
        ]

    def _batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (T, N, D) and labels (T, N) at these places (T, N)."""
        if self.members[0].images.augmenter is None:
            x, labels = self.members[0].images.batch(index.flatten())
            return x.view(*index.shape, -1), labels.view(index.shape)
        # every trial changes its images in its own way
        batches = [member.images.batch(places) for member, places in zip(self.members, index, strict=True)]
        return torch.stack([x for x, _ in batches]), torch.stack([labels for _, labels in batches])


class _Block:
    """Members of a stack that step as one."""

    def __init__(self, stack: Stack, trials: slice) -> None:
        self.trials = trials
        self.members = stack.members[trials]
        self.l2 = self.members[0].classifier.l2
        # as the optimizer of one trial has them: weights of two dimensions, biases of one
        self.parameters = {name: of[trials].flatten(0, 1) for name, of in stack.parameters.items()}
        own = [member.optimizer for member in self.members]
        self.optimizer = own[0] if len(own) == 1 else join(own)
        self.sizes: list[StepSizes] = []

    def step(self, gradients: dict[str, Tensor | WeightGradient]) -> None:
        """Do the optimizer's step with these trials' part of the gradients (T, ...)."""
        self.optimizer.step(self.parameters, self._own(gradients))

    def measure_step(self, gradients: dict[str, Tensor | WeightGradient]) -> None:
        """The same, and keep how large it was for each trial; see `measured_step`."""
        own = self._own(gradients)
        gradient = self._lengths([written_out(own[name]) for name in self.parameters])
        before = {name: parameter.clone() for name, parameter in self.parameters.items()}
        self.optimizer.step(self.parameters, own)
        update = self._lengths([parameter - before[name] for name, parameter in self.parameters.items()])
        whole = self._lengths(list(before.values()))
        self.sizes = [StepSizes(*sizes) for sizes in zip(gradient, update, whole, strict=True)]

    def hand_back(self) -> None:
        """Let each trial's own optimizer stand where this one stands."""
        if len(self.members) > 1:
            hand_back(self.optimizer, [member.optimizer for member in self.members])

    def _own(self, gradients: dict[str, Tensor | WeightGradient]) -> dict[str, Gradient]:
        return {
            name: gradient.part(self.trials, self.parameters[name], self.l2)
            if isinstance(gradient, StackedGradient)
            else written_out(gradient)[self.trials].flatten()
            for name, gradient in gradients.items()
        }

    def _lengths(self, tensors: Sequence[Tensor]) -> list[float]:
        """The L2 norm of each trial's numbers in all the tensors, as a record keeps it."""
        norms = [
            torch.linalg.vector_norm(tensor.reshape(len(self.members), -1), dim=1, dtype=torch.float64)
            for tensor in tensors
        ]
        return [
            rounding.rounded(math.hypot(*of_trial), rounding.LENGTH)
            for of_trial in torch.stack(norms, dim=1).tolist()
        ]

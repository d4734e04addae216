"""A run of steps by kernels, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.nn import Classifier
from reportgen.training.batches import Images
from reportgen.training.engines.compiled.memory import APART, Layout
from reportgen.training.engines.compiled.shadow import Shadow, StepRules
from reportgen.training.engines.compiled.vectors import lanes_of
from reportgen.training.engines.compiled.writing import kernels_for

PRODUCTS_AT_ONCE = 10**10
"""So many products of an image's value and a weight are one call: about a second, which Ctrl-C waits for."""
IMAGES_AT_ONCE = 1000
"""So many images at most are made ready ahead, where something is drawn for each."""
Array = NDArray[Any]


@dataclass(frozen=True)
class Ready:
    """What some steps train on, as the kernels take it.

    pixels, places, mean, scale: see `gather_images`. labels: in the order of the places. masks: of dropout
    between layers, a row a step; of no width without.
    """

    pixels: Array
    places: Array
    mean: Array
    scale: Array
    labels: Array
    masks: Array


class Steps:
    """Steps that all have batches of one size.

    The classifier's tensors and the optimizer's are copied to the kernels' memory at the begin, and back at
    the end. A step's update is done with the next step's forward pass: `pending` is what is still to be done.
    """

    def __init__(self, classifier: Classifier, shadow: Shadow, images: Images, batch: int) -> None:
        self.classifier, self.shadow, self.images, self.batch = classifier, shadow, images, batch
        weights = [p for name, p in classifier.parameters.items() if name.startswith("w")]
        self.dtype = dtype = np.dtype(str(weights[0].dtype).removeprefix("torch."))
        self.lanes = lanes_of(dtype.itemsize * 8)
        self.layout = layout = Layout.of([(w.shape[0], w.shape[1]) for w in weights], batch, self.lanes)
        self.table, states = layout.table(), len(shadow.state_names)
        self.weights, self.biases = np.zeros(layout.weights, dtype), np.zeros(layout.biases, dtype)
        self.weight_states = np.zeros((states, layout.weights), dtype)
        self.bias_states = np.zeros((states, layout.biases), dtype)
        # half for a step's images, half for those of the step before, whose update is still to come
        self.input_stride = layout.layers[0].rows + APART
        self.inputs = np.zeros(2 * layout.padded_batch * self.input_stride, dtype)
        self.activations = np.zeros(2 * layout.activations, dtype)
        self.deltas, self.outputs = np.zeros(layout.deltas, dtype), np.zeros(layout.deltas, dtype)
        self.dropouts = classifier.dropouts
        dropped = any(dropout.rate and dropout.stream for dropout in self.dropouts[1:])
        widest = max((layer.inputs for layer in layout.layers[1:]), default=0)
        self.mask_stride = widest if dropped else 0
        self.l2, self.smoothing = dtype.type(2 * classifier.l2), dtype.type(classifier.loss.label_smoothing)
        self.pending: StepRules | None = None
        self.parity = 0

    def train(
        self, batches: Sequence[Tensor], learning_rates: Sequence[float], losses: Array, right: Array
    ) -> None:
        """Train on these batches.

        Args:
            batches: The places of each one's images, all of one size.
            learning_rates: One for each.
            losses: Each one's mean loss is written there.
            right: And how many of it were told right.
        """
        self._move(self.layout.write)
        steps = self.shadow.steps(learning_rates)
        at_once = PRODUCTS_AT_ONCE // (self.batch * self.layout.weights)
        if self._draws:
            at_once = min(at_once, IMAGES_AT_ONCE // self.batch)
        at_once = max(1, at_once)
        for start in range(0, len(batches), at_once):
            part = slice(start, start + at_once)
            last = start + at_once >= len(batches)
            self._train_some(batches[part], steps[part], losses[part], right[part], last=last)
        self._move(self.layout.read)
        self.shadow.hand_back()

    def _move(self, move: Callable[[Mapping[str, Tensor], Array, Array], None]) -> None:
        """Write or read the parameters, and every state of theirs."""
        move(self.classifier.parameters, self.weights, self.biases)
        for number, name in enumerate(self.shadow.state_names):
            move(getattr(self.shadow.optimizer, name), self.weight_states[number], self.bias_states[number])

    def _train_some(
        self,
        batches: Sequence[Tensor],
        ahead: Sequence[StepRules],
        losses: Array,
        right: Array,
        *,
        last: bool,
    ) -> None:
        ready = self._drawn(batches) if self._draws else self._as_they_are(batches)
        # each step's update comes with the next one's forward pass, and the last one's by itself
        updates = [None, *ahead] if self.pending is None else [self.pending, *ahead]
        updates = updates if last else updates[:-1]
        masks_at = np.arange(len(self.dropouts)) * self.batch * self.mask_stride
        first = 0
        while first < len(updates):
            rules = updates[first] or ahead[first]
            end = first + 1
            while end < len(updates) and rules.alike(updates[end]):
                end += 1
            self._kernels(rules).train_steps(
                first, min(end, len(ahead)), end, self.parity, updates[first] is not None,
                self.table, self._settings(rules), self.l2, self.smoothing, self._handed(rules, updates),
                self.weights, self.weight_states.reshape(-1), self.biases, self.bias_states.reshape(-1),
                ready.pixels, ready.places, ready.mean, ready.scale, ready.labels, self.inputs,
                self.activations, self.deltas, self.outputs, ready.masks, masks_at, losses, right,
            )  # fmt: skip
            self.parity = (self.parity + end - first) % 2
            first = end
        self.pending = ahead[-1]

    def _kernels(self, rules: StepRules) -> ModuleType:
        return kernels_for(rules.weights[0], rules.biases[0], self.lanes)

    def _settings(self, rules: StepRules) -> Array:
        return np.array(
            [
                self.batch,
                self.layout.padded_batch,
                self.layout.padded_batch * self.input_stride,
                self.input_stride,
                self.layout.activations,
                self.layout.delta_stride,
                self.mask_stride,
                self.classifier.loss.divide_gradient,
                rules.weights[0].scalars,
            ],
            np.int64,
        )

    def _handed(self, rules: StepRules, before: Sequence[StepRules | None]) -> Array:
        """The numbers of steps that have these rules, a row each; zeros for all others."""
        width = rules.weights[0].scalars + rules.biases[0].scalars
        handed = np.zeros((len(before), max(1, width)), self.dtype)
        for row, step in zip(handed, before, strict=True):
            if step is not None and rules.alike(step):
                row[:width] = [*step.weights[1], *step.biases[1]]
        return handed

    def _as_they_are(self, batches: Sequence[Tensor]) -> Ready:
        """Return which images these batches have; the kernels scale them."""
        places = torch.cat(list(batches))
        labels = self.images.labels.index_select(0, places)
        masks = np.zeros((len(batches), 0), self.dtype)
        return Ready(self.images.pixels.numpy(), places.numpy(), *self._scaling(), labels.numpy(), masks)

    def _scaling(self) -> tuple[Array, Array]:
        """What is taken off the images' values, and what they are divided by; see `Images`."""
        if self.images.mean_and_std is not None:
            mean, std = self.images.mean_and_std
            return mean.numpy(), std.numpy()
        scale = 1 if self.images.features else self.images.white
        return np.zeros(1, self.dtype), np.full(1, scale, self.dtype)

    def _drawn(self, batches: Sequence[Tensor]) -> Ready:
        """Draw for these batches what dropout and augmentation draw, one batch after the other."""
        masks = np.zeros((len(batches), len(self.dropouts) * self.batch * self.mask_stride), self.dtype)
        all_images, all_labels = [], []
        for step, index in enumerate(batches):
            x, labels = self.images.batch(index)
            all_images.append(self.dropouts[0].forward(x, training=True))
            all_labels.append(labels)
            for number, layer in enumerate(self.layout.layers[1:]):
                ones = torch.ones(self.batch, layer.inputs, dtype=x.dtype)
                mask = self.dropouts[number + 1].forward(ones, training=True).numpy()
                if self.mask_stride:
                    at = number * self.batch * self.mask_stride
                    region = masks[step, at : at + self.batch * self.mask_stride]
                    region.reshape(self.batch, self.mask_stride)[:, : layer.inputs] = mask
        pixels = torch.cat(all_images).numpy()
        nothing, one = np.zeros(1, self.dtype), np.ones(1, self.dtype)
        return Ready(pixels, np.arange(len(pixels)), nothing, one, torch.cat(all_labels).numpy(), masks)

    @property
    def _draws(self) -> bool:
        """Whether something is drawn for every batch."""
        dropped = any(dropout.rate and dropout.stream for dropout in self.dropouts)
        return dropped or self.images.augmenter is not None

"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from reportgen.data import Splits
from reportgen.nn import Classifier
from reportgen.optim import Optimizer
from reportgen.optim.base import evaluated_parameters
from reportgen.randomness import Stream, move_to, position, stream
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.batches import BatchOrder, Images, Normalization
from reportgen.training.checkpoints import Checkpoint, Checkpoints
from reportgen.training.measured import rounding
from reportgen.training.measured.evidence import IMAGES, Evidence, digest, gradient_scale
from reportgen.training.measured.insight import insight
from reportgen.training.measured.rounding import rounded
from reportgen.training.measured.step_sizes import StepSizes, measured_step
from reportgen.training.optimizer_state import restore_state, state_of
from reportgen.training.parts import OWN, Parts
from reportgen.training.saved_classifier import save_classifier
from reportgen.training.trial import EpochRow, Record, TestResult, Trial

INSIGHT = "insight.npz"
EVALUATION_BATCH = 1000  # images at once where no gradient is needed: enough to keep the cores busy


def train(
    trial: Trial,
    splits: Splits,
    classes: int,
    *,
    on_epoch: Callable[[EpochRow], None] | None = None,
    save_to: Path | None = None,
    checkpoints: Checkpoints | None = None,
    parts: Parts = OWN,
) -> Record:
    """Train one trial on its splits, choose its best epoch on validation, and read the test set once.

    Args:
        trial: Setup, seed and defects.
        splits: The images of its stage.
        classes: How many there are.
        on_epoch: Called after every epoch with its row.
        save_to: Where the classifier of the best epoch is written, and beside it, as INSIGHT, what can be
            looked at of it.
        checkpoints: Where the training is kept now and then; it goes on from the newest one there is, to the
            same record as if it had never been stopped.
        parts: What it is trained with, where that is not this program's own.

    Returns:
        The record: a row for every epoch, the test result, and the evidence of fairness.
    """
    shorter_products = torch.autocast("cpu", torch.bfloat16, enabled=trial.setup.dtype == "bfloat16")
    with torch.inference_mode(), shorter_products:  # no autograd: every gradient here is written by hand
        training = Training(trial, splits, classes, parts)
        hear = on_epoch or (lambda _: None)
        newest = checkpoints.newest() if checkpoints else None
        if newest is not None:
            training.go_on_from(newest)
            for row in training.rows:
                hear(row)
        while not training.ended:
            hear(training.next_epoch())
            if checkpoints is not None and checkpoints.due and not training.ended:
                checkpoints.write(training.checkpoint())
        return training.record(save_to)


class Training:
    """A trial in training, epoch by epoch. At the end of any it can be kept, and gone on from."""

    def __init__(self, trial: Trial, splits: Splits, classes: int, parts: Parts = OWN) -> None:
        setup, defects = trial.setup, trial.defects
        self.trial, self.classes, self.parts = trial, classes, parts
        self.training, self.validation, self.test = images_of(trial, splits)
        weight_stream, order_stream = streams(trial)
        self.dropout_stream = stream(trial.seed, "dropout")
        self.classifier = self._new_classifier(weight_stream)
        self.optimizer = parts.optimizer(setup)
        self.order = BatchOrder(
            len(self.training),
            setup.batch_size,
            order_stream,
            slide_by_one=defects.batches_slide_by_one,
            shuffle_first=not defects.numpy_global_stream,
        )
        self.validation_counts = self.order.counts(len(self.validation))
        self.initial_weights = digest(self.classifier.parameters)
        first = self.training.batch(slice(0, min(setup.batch_size, IMAGES)))
        with torch.autocast("cpu", enabled=False):
            self.gradient_scale = gradient_scale(self.classifier, *first)
        self.average = WeightAverage()
        self.chosen_by = "objective" if defects.best_epoch_by_objective else setup.best_epoch_by
        self.rows: list[EpochRow] = []
        self.best_value, self.best_epoch = math.inf, 0
        self.best_parameters = self.classifier.parameters

    def _new_classifier(self, weight_stream: Stream) -> Classifier:
        """The network with its initial weights drawn from a stream."""
        setup = self.trial.setup
        return Classifier(
            self.training.size,
            setup.hidden,
            self.classes,
            weight_stream,
            std=setup.initial_std,
            l2=setup.l2,
            dtype=self.training.dtype,
            dropout=setup.dropout,
            input_dropout=setup.input_dropout,
            dropout_stream=self.dropout_stream,
            label_smoothing=setup.label_smoothing,
            divide_gradient=self.trial.defects.gradients_averaged_twice,
            kinds=self.parts.layers,
        )

    @property
    def diverged(self) -> bool:
        """Whether a loss is no longer finite."""
        return bool(self.rows) and self.rows[-1].diverged

    @property
    def ended(self) -> bool:
        """Whether there is no epoch left to train."""
        patience = self.trial.setup.early_stopping
        stopped = patience is not None and len(self.rows) - self.best_epoch >= patience
        return len(self.rows) == self.trial.setup.epochs or stopped or self.diverged

    def next_epoch(self) -> EpochRow:
        """Train for an epoch, validate, and keep the parameters if they are the best so far."""
        setup, classifier, parameters = self.trial.setup, self.classifier, self.classifier.parameters
        epoch, started = len(self.rows) + 1, time.perf_counter()
        factors = setup.schedule.factors(epoch, setup.epochs, self.order.batches)
        learning_rates = [setup.learning_rate * factor for factor in factors]
        training_loss, training_accuracy, sizes = train_one_epoch(
            classifier, self.optimizer, self.training, self.order, learning_rates
        )
        classifier.parameters = evaluated_parameters(self.optimizer, parameters)
        if epoch > setup.epochs - setup.average_epochs:
            self.average.add(classifier.parameters)
            classifier.parameters = self.average.mean
        validation_loss, validation_accuracy = evaluate(classifier, self.validation, self.validation_counts)
        digits = rounding.LOSS[self.training.dtype]
        row = EpochRow(
            epoch=epoch,
            training_loss=rounded(training_loss, digits),
            training_accuracy=training_accuracy,
            validation_loss=rounded(validation_loss, digits),
            validation_accuracy=validation_accuracy,
            l2_term=rounded(float(classifier.l2_term()), digits),
            seconds=rounded(time.perf_counter() - started, rounding.SECONDS),
            gradient_norm=sizes.gradient,
            update_norm=sizes.update,
            parameter_norm=sizes.parameters,
        )
        self.rows.append(row)
        value = {
            "validation_loss": row.validation_loss,
            "validation_accuracy": -row.validation_accuracy,
            "objective": row.validation_loss + row.l2_term,
        }[self.chosen_by]
        if value < self.best_value and not row.diverged:
            self.best_value, self.best_epoch = value, epoch
            self.best_parameters = {name: p.clone() for name, p in classifier.parameters.items()}
        classifier.parameters = parameters  # training goes on from its own, not from their average
        return row

    def checkpoint(self) -> Checkpoint:
        """All that changes while training; the rest follows from the trial."""
        of_optimizer, plain_of_optimizer = state_of(self.optimizer)
        groups = {
            "parameters": self.classifier.parameters,
            "best": self.best_parameters,
            "average": self.average.mean,
            "order": {"order": torch.from_numpy(self.order.order)},
            "optimizer": of_optimizer,
        }
        return Checkpoint(
            epoch=len(self.rows),
            tensors={
                f"{group}/{name}": tensor for group, of in groups.items() for name, tensor in of.items()
            },
            plain={
                "rows": [asdict(row) for row in self.rows],
                "best_value": self.best_value,
                "best_epoch": self.best_epoch,
                "snapshots": self.average.snapshots,
                "shuffle_next": self.order.shuffle_next,
                "log": vars(self.order.log),
                "optimizer": plain_of_optimizer,
                "streams": [position(source) for source in self._streams()],
            },
        )

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Stand where this same trial stood when it was kept."""
        groups: dict[str, dict[str, Tensor]] = {}
        for name, tensor in checkpoint.tensors.items():
            group, _, inner = name.partition("/")
            groups.setdefault(group, {})[inner] = tensor
        plain = checkpoint.plain
        in_order = list(self.classifier.parameters)
        self.classifier.parameters = {name: groups["parameters"][name] for name in in_order}
        self.best_parameters = {name: groups["best"][name] for name in in_order}
        self.average.mean = {name: groups["average"][name] for name in in_order if "average" in groups}
        self.average.snapshots = plain["snapshots"]
        self.order.order = groups["order"]["order"].numpy()
        self.order.shuffle_next = plain["shuffle_next"]
        vars(self.order.log).update(plain["log"])
        restore_state(self.optimizer, groups.get("optimizer", {}), plain["optimizer"])
        for source, stood in zip(self._streams(), plain["streams"], strict=True):
            move_to(source, stood)
        self.rows = [EpochRow(**row) for row in plain["rows"]]
        self.best_value, self.best_epoch = plain["best_value"], plain["best_epoch"]

    def _streams(self) -> list[Stream]:
        augmenter = self.training.augmenter
        return [self.order.stream, self.dropout_stream, *([augmenter.stream] if augmenter else [])]

    def record(self, save_to: Path | None = None) -> Record:
        """What is left of the trial, its test set read once with the parameters of the best epoch."""
        classifier, setup, test = self.classifier, self.trial.setup, self.test
        accuracy_once_each: float | None = None
        if not self.diverged:
            classifier.parameters = self.best_parameters
            once_each = torch.ones(len(self.validation), dtype=torch.float64)
            _, accuracy_once_each = evaluate(classifier, self.validation, once_each)
        logits = all_logits(classifier, test, len(test)) if setup.reads_test and not self.diverged else None
        if save_to is not None and not self.diverged:
            if logits is not None:  # first, so that who finds a classifier finds this beside it
                # drawn again: they follow from the trial, and need not be kept all the while
                initial = self._new_classifier(streams(self.trial)[0]).parameters["w1"]
                trained = classifier.parameters["w1"]
                pixels = None if test.features else test.pixels
                insight(initial, trained, pixels, test.labels, logits).save(save_to.with_name(INSIGHT))
            save_classifier(classifier, save_to)
        return Record(
            trial=self.trial,
            epochs=tuple(self.rows),
            diverged=self.diverged,
            best_epoch=None if self.diverged else self.best_epoch,
            test=None if logits is None else test_result(logits, test.labels),
            parameter_shapes=classifier.parameter_shapes(),
            steps=len(self.rows) * self.order.batches,
            evidence=Evidence(
                initial_weights=self.initial_weights,
                batch_order=self.order.log.digest,
                samples=self.order.log.samples,
                distinct=self.order.log.distinct,
                validation_images=len(self.validation),
                validation_distinct=int(self.validation_counts.count_nonzero()),
                gradient_scale=self.gradient_scale,
                test_readings=test.handed_out / len(test),
                chosen_by=self.chosen_by,
                validation_accuracy=accuracy_once_each,
            ),
        )


def images_of(trial: Trial, splits: Splits) -> tuple[Images, Images, Images]:
    """Return the images to train on, to validate with and to test with, as the trial's setup wants them.

    Args:
        trial: Its setup says precision, normalization and augmentation.
        splits: The images of its stage.
    """
    setup = trial.setup
    dtype = torch.float64 if setup.dtype == "float64" else torch.float32
    normalization = Normalization.of(splits.train.inputs) if setup.normalization == "per-channel" else None
    augmenter = (
        Augmenter(setup.augmentation, splits.train.inputs.shape[1:], stream(trial.seed, "augmentation"))
        if setup.augmentation
        else None
    )
    return (
        Images(splits.train, dtype, normalization=normalization, augmenter=augmenter),
        Images(splits.validation, dtype, normalization=normalization),
        Images(splits.test, dtype, normalization=normalization),
    )


def streams(trial: Trial) -> tuple[Stream, Stream]:
    """Where a trial's initial weights and its batch order come from.

    Two streams, so that networks of different sizes see the same batches. (The homework's program drew
    both from numpy's one global stream.)
    """
    if trial.defects.numpy_global_stream:
        both = np.random.RandomState(trial.seed)
        return both, both
    return stream(trial.seed, "weights"), stream(trial.seed, "batch order")


def train_one_epoch(
    classifier: Classifier,
    optimizer: Optimizer,
    images: Images,
    order: BatchOrder,
    learning_rates: Sequence[float],
) -> tuple[float, float, StepSizes]:
    """One pass over the training images; returns the mean loss and the accuracy of its batches.

    learning_rates: one for every batch. The last step is measured, which changes nothing in it.

    Nothing is read back or added up before the epoch ends: at every step that takes time, and
    it would stop the queue of an accelerator.
    """
    batches = []
    last = len(learning_rates) - 1
    for number, (index, learning_rate) in enumerate(zip(order.epoch(), learning_rates, strict=True)):
        x, labels = images.batch(index)
        probabilities, loss = classifier.loss.forward(labels, classifier.forward(x, training=True))
        optimizer.learning_rate = learning_rate
        gradients = classifier.backward()
        if number < last:
            optimizer.step(classifier.parameters, gradients)
        else:
            measured = measured_step(optimizer, classifier.parameters, gradients)
        batches.append((loss, probabilities, labels))
    losses, predictions, answers = zip(*batches, strict=True)
    sizes = torch.tensor([len(labels) for labels in answers], dtype=images.dtype)
    mean_loss = torch.stack(losses) @ sizes / sizes.sum()
    correct = torch.cat(predictions).argmax(dim=1) == torch.cat(answers)
    return float(mean_loss), float(correct.double().mean()), measured


def all_logits(classifier: Classifier, images: Images, count: int) -> Tensor:
    """Return the logits (count, K) of the first images.

    Args:
        classifier: The network.
        images: N of them.
        count: How many, at most N.
    """
    return torch.cat(
        [
            classifier.forward(images.batch(slice(start, min(start + EVALUATION_BATCH, count)))[0])
            for start in range(0, count, EVALUATION_BATCH)
        ]
    )


def evaluate(classifier: Classifier, images: Images, counts: Tensor) -> tuple[float, float]:
    """Return the mean loss and the accuracy over the first images.

    Args:
        classifier: The network.
        images: At least as many as there are counts.
        counts: How often each counts (N,).
    """
    logits, labels = all_logits(classifier, images, len(counts)), images.labels[: len(counts)]
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").double()
    correct = (logits.argmax(dim=1) == labels).double()
    return float(losses @ counts / counts.sum()), float(correct @ counts / counts.sum())


def test_result(logits: Tensor, labels: Tensor) -> TestResult:
    """Return the mean loss over the images, the confusion matrix (K, K), and which were told right (N,).

    Args:
        logits: Of the test images (N, K).
        labels: Theirs (N,).
    """
    classes = logits.shape[1]
    loss = torch.nn.functional.cross_entropy(logits, labels)
    told = logits.argmax(dim=1)
    pairs = labels * classes + told
    confusion = torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return TestResult(float(loss), confusion.numpy(), (told == labels).numpy())

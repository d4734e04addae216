"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from reportgen.data import Splits
from reportgen.nn import Classifier
from reportgen.optim import OPTIMIZERS, Optimizer
from reportgen.randomness import stream
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.batches import BatchOrder, Images, Normalization
from reportgen.training.evidence import IMAGES, Evidence, digest, gradient_scale
from reportgen.training.trial import EpochRow, Record, TestResult, Trial

Stream = np.random.Generator | np.random.RandomState
EVALUATION_BATCH = 1000  # images at once where no gradient is needed: enough to keep the cores busy


def train(
    trial: Trial,
    splits: Splits,
    classes: int,
    *,
    on_epoch: Callable[[EpochRow], None] | None = None,
    save_to: Path | None = None,
) -> Record:
    """Train one trial on its splits, choose its best epoch on validation, and read the test set once.

    classes: how many there are. on_epoch: called after every epoch. save_to: where the classifier of the
    best epoch is written.
    """
    shorter_products = torch.autocast("cpu", torch.bfloat16, enabled=trial.setup.dtype == "bfloat16")
    with torch.inference_mode(), shorter_products:  # no autograd: every gradient here is written by hand
        return _train(trial, splits, classes, on_epoch, save_to)


def _train(
    trial: Trial,
    splits: Splits,
    classes: int,
    on_epoch: Callable[[EpochRow], None] | None,
    save_to: Path | None,
) -> Record:
    setup, defects = trial.setup, trial.defects
    training, validation, test = images_of(trial, splits)
    weight_stream, order_stream = streams(trial)
    classifier = Classifier(
        training.size,
        setup.hidden,
        classes,
        weight_stream,
        std=setup.initial_std,
        l2=setup.l2,
        dtype=training.dtype,
        dropout=setup.dropout,
        input_dropout=setup.input_dropout,
        dropout_stream=stream(trial.seed, "dropout"),
        label_smoothing=setup.label_smoothing,
        divide_gradient=defects.gradients_averaged_twice,
    )
    optimizer = OPTIMIZERS[setup.optimizer](**setup.hyperparameters)
    order = BatchOrder(
        len(training),
        setup.batch_size,
        order_stream,
        slide_by_one=defects.batches_slide_by_one,
        shuffle_first=not defects.numpy_global_stream,
    )
    validation_counts = order.counts(len(validation))
    initial_weights = digest(classifier.parameters)
    with torch.autocast("cpu", enabled=False):
        scale = gradient_scale(classifier, *training.batch(slice(0, min(setup.batch_size, IMAGES))))
    average, parameters = WeightAverage(), classifier.parameters

    rows: list[EpochRow] = []
    best_value, best_epoch, best_parameters = math.inf, None, parameters
    chosen_by = "objective" if defects.best_epoch_by_objective else setup.best_epoch_by
    diverged = stopped = False
    while len(rows) < setup.epochs and not (diverged or stopped):
        epoch, started = len(rows) + 1, time.perf_counter()
        factors = setup.schedule.factors(epoch, setup.epochs, order.batches)
        learning_rates = [setup.hyperparameters["learning_rate"] * factor for factor in factors]
        training_loss, training_accuracy = train_one_epoch(
            classifier, optimizer, training, order, learning_rates
        )
        if epoch > setup.epochs - setup.average_epochs:
            average.add(parameters)
            classifier.parameters = average.mean
        validation_loss, validation_accuracy = evaluate(classifier, validation, validation_counts)
        row = EpochRow(
            epoch=epoch,
            training_loss=training_loss,
            training_accuracy=training_accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            l2_term=float(classifier.l2_term()),
            seconds=time.perf_counter() - started,
        )
        rows.append(row)
        if on_epoch is not None:
            on_epoch(row)
        diverged = row.diverged
        value = {
            "validation_loss": validation_loss,
            "validation_accuracy": -validation_accuracy,
            "objective": validation_loss + row.l2_term,
        }[chosen_by]
        if value < best_value and not diverged:
            best_value, best_epoch = value, epoch
            best_parameters = {name: p.clone() for name, p in classifier.parameters.items()}
        stopped = setup.early_stopping is not None and epoch - (best_epoch or 0) >= setup.early_stopping
        classifier.parameters = parameters  # training goes on from its own, not from their average

    accuracy_once_each: float | None = None
    if not diverged:
        classifier.parameters = best_parameters
        once_each = torch.ones(len(validation), dtype=torch.float64)
        _, accuracy_once_each = evaluate(classifier, validation, once_each)
        if save_to is not None:
            classifier.save(save_to)
    return Record(
        trial=trial,
        epochs=tuple(rows),
        diverged=diverged,
        best_epoch=None if diverged else best_epoch,
        test=read_test_set(classifier, test) if setup.reads_test and not diverged else None,
        parameter_shapes=classifier.parameter_shapes(),
        steps=len(rows) * order.batches,
        evidence=Evidence(
            initial_weights=initial_weights,
            batch_order=order.log.digest,
            samples=order.log.samples,
            distinct=order.log.distinct,
            validation_images=len(validation),
            validation_distinct=int(validation_counts.count_nonzero()),
            gradient_scale=scale,
            test_readings=test.handed_out / len(test),
            chosen_by=chosen_by,
            validation_accuracy=accuracy_once_each,
        ),
    )


def images_of(trial: Trial, splits: Splits) -> tuple[Images, Images, Images]:
    """The images to train on, to validate with and to test with, as the trial's setup wants them."""
    setup = trial.setup
    dtype = torch.float64 if setup.dtype == "float64" else torch.float32
    normalization = Normalization.of(splits.train.images) if setup.normalization == "per-channel" else None
    augmenter = (
        Augmenter(setup.augmentation, splits.train.images.shape[1:], stream(trial.seed, "augmentation"))
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
) -> tuple[float, float]:
    """One pass over the training images; returns the mean loss and the accuracy of its batches.

    learning_rates: one for every batch.

    Nothing is read back or added up before the epoch ends: at every step that takes time, and
    it would stop the queue of an accelerator.
    """
    batches = []
    for index, learning_rate in zip(order.epoch(), learning_rates, strict=True):
        x, labels = images.batch(index)
        probabilities, loss = classifier.loss.forward(labels, classifier.forward(x, training=True))
        optimizer.learning_rate = learning_rate
        optimizer.step(classifier.parameters, classifier.backward())
        batches.append((loss, probabilities, labels))
    losses, predictions, answers = zip(*batches, strict=True)
    sizes = torch.tensor([len(labels) for labels in answers], dtype=images.dtype)
    mean_loss = torch.stack(losses) @ sizes / sizes.sum()
    correct = torch.cat(predictions).argmax(dim=1) == torch.cat(answers)
    return float(mean_loss), float(correct.double().mean())


def all_logits(classifier: Classifier, images: Images, count: int) -> Tensor:
    """The logits (count, K) of the first images."""
    return torch.cat(
        [
            classifier.forward(images.batch(slice(start, min(start + EVALUATION_BATCH, count)))[0])
            for start in range(0, count, EVALUATION_BATCH)
        ]
    )


def evaluate(classifier: Classifier, images: Images, counts: Tensor) -> tuple[float, float]:
    """Mean loss and accuracy over the first images, each counted as often as counts (N,) says."""
    logits, labels = all_logits(classifier, images, len(counts)), images.labels[: len(counts)]
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").double()
    correct = (logits.argmax(dim=1) == labels).double()
    return float(losses @ counts / counts.sum()), float(correct @ counts / counts.sum())


def read_test_set(classifier: Classifier, images: Images) -> TestResult:
    """The mean loss over the images, and the confusion matrix (K, K)."""
    logits = all_logits(classifier, images, len(images))
    classes = logits.shape[1]
    loss = torch.nn.functional.cross_entropy(logits, images.labels)
    pairs = images.labels * classes + logits.argmax(dim=1)
    confusion = torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return TestResult(float(loss), confusion.numpy())

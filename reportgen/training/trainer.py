"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from reportgen.data import Part, Splits
from reportgen.nn import Classifier
from reportgen.optim import OPTIMIZERS, Optimizer
from reportgen.randomness import stream
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.trial import EpochRow, Record, TestResult, Trial

EVALUATION_BATCH = 1000  # images at once where no gradient is needed: enough to keep the cores busy


def train(
    trial: Trial,
    splits: Splits,
    classes: int,
    *,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
    save_to: Path | None = None,
) -> Record:
    """Train one trial on its splits, choose its best epoch on validation, and read the test set once.

    classes: how many there are. on_epoch is called after every epoch. save_to: where the classifier of the best epoch is written.
    """
    with torch.inference_mode():  # no autograd anywhere: every gradient here is written by hand
        return _train(trial, splits, classes, on_epoch, save_to)


def _train(
    trial: Trial, splits: Splits, classes: int, on_epoch: Callable[[EpochRow], None], save_to: Path | None
) -> Record:
    setup, defects = trial.setup, trial.defects
    dtype = getattr(torch, setup.dtype)
    training, validation = Images(splits.train, dtype), Images(splits.validation, dtype)
    if defects.numpy_global_stream:
        weight_stream = order_stream = np.random.RandomState(trial.seed)
    else:
        weight_stream, order_stream = stream(trial.seed, "weights"), stream(trial.seed, "batch order")
    classifier = Classifier(
        training.size,
        setup.hidden,
        classes,
        weight_stream,
        std=setup.initial_std,
        l2=setup.l2,
        dtype=dtype,
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

    rows: list[EpochRow] = []
    best_value, best_epoch, best_parameters = math.inf, None, classifier.parameters
    for epoch in range(1, setup.epochs + 1):
        started = time.perf_counter()
        training_loss, training_accuracy = train_one_epoch(classifier, optimizer, training, order)
        validation_loss, validation_accuracy = evaluate(
            classifier, validation, order.weights(len(validation))
        )
        l2_term = float(classifier.l2_term())
        row = EpochRow(
            epoch,
            training_loss,
            training_accuracy,
            validation_loss,
            validation_accuracy,
            l2_term,
            time.perf_counter() - started,
        )
        rows.append(row)
        on_epoch(row)
        if not math.isfinite(training_loss + validation_loss + l2_term):
            break
        value = validation_loss + l2_term if defects.best_epoch_by_objective else validation_loss
        if value < best_value:
            best_value, best_epoch = value, epoch
            best_parameters = {name: p.clone() for name, p in classifier.parameters.items()}

    diverged = len(rows) < setup.epochs or not math.isfinite(training_loss + validation_loss + l2_term)
    test = None
    if not diverged:
        classifier.parameters = best_parameters
        test = read_test_set(classifier, splits.test, classes, dtype)
        if save_to is not None:
            classifier.save(save_to)
    return Record(
        trial=trial,
        epochs=tuple(rows),
        diverged=diverged,
        best_epoch=None if diverged else best_epoch,
        test=test,
        parameter_shapes=classifier.parameter_shapes(),
        steps=len(rows) * order.batches,
    )


def train_one_epoch(
    classifier: Classifier, optimizer: Optimizer, images: Images, order: BatchOrder
) -> tuple[float, float]:
    """One pass over the training images; returns the mean loss and the accuracy of its batches.

    The sums stay tensors until the epoch ends: reading a number back at every step would stop the queue
    of an accelerator, and costs time on any device.
    """
    total_loss = torch.zeros((), dtype=images.dtype)
    correct = torch.zeros((), dtype=torch.int64)
    seen = 0
    for index in order.epoch():
        x, labels = images.batch(index)
        probabilities, loss = classifier.loss.forward(labels, classifier.forward(x))
        optimizer.step(classifier.parameters, classifier.backward())
        total_loss += loss * len(index)
        correct += (probabilities.argmax(dim=1) == labels).sum()
        seen += len(index)
    return float(total_loss) / seen, int(correct) / seen


def evaluate(classifier: Classifier, images: Images, weights: Tensor) -> tuple[float, float]:
    """Mean loss and accuracy over images, each counted with its weight (N,); the weights add up to 1."""
    loss, accuracy = 0.0, 0.0
    for start in range(0, len(weights), EVALUATION_BATCH):
        weight = weights[start : start + EVALUATION_BATCH]
        x, labels = images.batch(slice(start, start + len(weight)))
        logits = classifier.forward(x)
        log_probabilities = torch.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
        loss -= float(log_probabilities.double() @ weight)
        accuracy += float((logits.argmax(dim=1) == labels).double() @ weight)
    return loss, accuracy


def read_test_set(classifier: Classifier, part: Part, classes: int, dtype: torch.dtype) -> TestResult:
    """The mean loss over a part, and its confusion matrix (classes, classes)."""
    images = Images(part, dtype)
    loss, _ = evaluate(classifier, images, torch.full((len(images),), 1 / len(images), dtype=torch.float64))
    predicted = torch.cat(
        [
            classifier.predict(images.batch(slice(start, start + EVALUATION_BATCH))[0])
            for start in range(0, len(images), EVALUATION_BATCH)
        ]
    )
    pairs = images.labels * classes + predicted
    confusion = torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return TestResult(loss, confusion.numpy())

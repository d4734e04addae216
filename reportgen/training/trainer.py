"""The training loop."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from reportgen.data import Splits
from reportgen.nn import Classifier
from reportgen.optim.base import evaluated_parameters
from reportgen.randomness import Stream, move_to, position, stream
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.batches import BatchOrder, Images, Normalization
from reportgen.training.checkpoints import Checkpoint, Checkpoints
from reportgen.training.engines.choice import engine_named
from reportgen.training.engines.engine import EpochStats
from reportgen.training.evaluation import all_logits, evaluate, test_result
from reportgen.training.measured import rounding
from reportgen.training.measured.evidence import IMAGES, Evidence, digest, gradient_scale
from reportgen.training.measured.insight import insight
from reportgen.training.measured.rounding import rounded
from reportgen.training.optimizer_state import restore_state, state_of
from reportgen.training.parts import OWN, Parts
from reportgen.training.saved_classifier import save_classifier
from reportgen.training.trial import EpochRow, Record, Setup, Trial

INSIGHT = "insight.npz"


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
    with computing_as(trial.setup):
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

    def __init__(
        self,
        trial: Trial,
        splits: Splits,
        classes: int,
        parts: Parts = OWN,
        *,
        beside: Training | None = None,
    ) -> None:
        """Begin a trial. beside: one on the same images, seen in the same way, which share their memory."""
        setup, defects = trial.setup, trial.defects
        self.trial, self.classes, self.parts = trial, classes, parts
        if beside is None:
            self.training, self.validation, self.test = images_of(trial, splits)
        else:
            self.training = beside.training.for_another(augmenter_of(trial, splits))
            self.validation, self.test = beside.validation.for_another(None), beside.test.for_another(None)
        weight_stream, order_stream = streams(trial)
        self.dropout_stream = stream(trial.seed, "dropout")
        self.classifier = self._new_classifier(weight_stream)
        self.optimizer = parts.optimizer(setup)
        self.engine = engine_named(setup.engine)
        self.order = BatchOrder(
            len(self.training),
            setup.batch_size,
            order_stream,
            slide_by_one=defects.batches_slide_by_one,
            shuffle_first=not defects.numpy_global_stream,
            device=setup.device,
        )
        self.validation_counts = self.order.counts(len(self.validation))
        self.initial_weights = digest(self.classifier.parameters)
        first = self.training.batch(slice(0, min(setup.batch_size, IMAGES)))
        with torch.autocast(torch.device(setup.device).type, enabled=False):
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
            device=setup.device,
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
        started = time.perf_counter()
        stats = self.engine.epoch(
            self.classifier, self.optimizer, self.training, self.order, self.learning_rates()
        )
        return self.end_epoch(stats, time.perf_counter() - started)

    def learning_rates(self) -> list[float]:
        """The learning rate of every batch of the next epoch."""
        setup = self.trial.setup
        factors = setup.schedule.factors(len(self.rows) + 1, setup.epochs, self.order.batches)
        return [setup.learning_rate * factor for factor in factors]

    def end_epoch(self, stats: EpochStats, seconds: float) -> EpochRow:
        """Validate after an epoch of training, and keep the parameters if they are the best so far.

        Args:
            stats: What the epoch showed.
            seconds: How long it took.
        """
        setup, classifier, parameters = self.trial.setup, self.classifier, self.classifier.parameters
        epoch, started = len(self.rows) + 1, time.perf_counter()
        classifier.parameters = evaluated_parameters(self.optimizer, parameters)
        if epoch > setup.epochs - setup.average_epochs:
            self.average.add(classifier.parameters)
            classifier.parameters = self.average.mean
        validation_loss, validation_accuracy = evaluate(classifier, self.validation, self.validation_counts)
        digits = rounding.LOSS[self.training.dtype]
        row = EpochRow(
            epoch=epoch,
            training_loss=rounded(stats.loss, digits),
            training_accuracy=stats.accuracy,
            validation_loss=rounded(validation_loss, digits),
            validation_accuracy=validation_accuracy,
            l2_term=rounded(float(classifier.l2_term()), digits),
            seconds=rounded(seconds + time.perf_counter() - started, rounding.SECONDS),
            gradient_norm=stats.sizes.gradient,
            update_norm=stats.sizes.update,
            parameter_norm=stats.sizes.parameters,
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
        device = self.trial.setup.device

        def placed(group: str) -> dict[str, Tensor]:
            return {name: groups[group][name].to(device) for name in in_order if group in groups}

        self.classifier.parameters = placed("parameters")
        self.best_parameters = placed("best")
        self.average.mean = placed("average")
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
        reads_test = setup.reads_test and not self.diverged
        logits = all_logits(classifier, test, len(test)).cpu() if reads_test else None
        labels = test.labels.cpu()
        if save_to is not None and not self.diverged:
            if logits is not None:  # first, so that who finds a classifier finds this beside it
                # drawn again: they follow from the trial, and need not be kept all the while
                initial = self._new_classifier(streams(self.trial)[0]).parameters["w1"].cpu()
                trained = classifier.parameters["w1"].cpu()
                pixels = None if test.features else test.pixels.cpu()
                insight(initial, trained, pixels, labels, logits).save(save_to.with_name(INSIGHT))
            save_classifier(classifier, save_to)
        return Record(
            trial=self.trial,
            epochs=tuple(self.rows),
            diverged=self.diverged,
            best_epoch=None if self.diverged else self.best_epoch,
            test=None if logits is None else test_result(logits, labels),
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


@contextlib.contextmanager
def computing_as(setup: Setup) -> Iterator[None]:
    """Compute in a setup's precision, and without autograd: every gradient here is written by hand.

    Args:
        setup: In "bfloat16" matrix products are shorter than what they are made of.
    """
    shorter_products = torch.autocast(
        torch.device(setup.device).type, torch.bfloat16, enabled=setup.dtype == "bfloat16"
    )
    with torch.inference_mode(), shorter_products:
        yield


def images_of(trial: Trial, splits: Splits) -> tuple[Images, Images, Images]:
    """Return the images to train on, to validate with and to test with, as the trial's setup wants them.

    Args:
        trial: Its setup says precision, normalization and augmentation.
        splits: The images of its stage.
    """
    setup = trial.setup
    dtype = torch.float64 if setup.dtype == "float64" else torch.float32
    normalization = Normalization.of(splits.train.inputs) if setup.normalization == "per-channel" else None
    augmenter = augmenter_of(trial, splits)
    return (
        Images(splits.train, dtype, normalization=normalization, augmenter=augmenter, device=setup.device),
        Images(splits.validation, dtype, normalization=normalization, device=setup.device),
        Images(splits.test, dtype, normalization=normalization, device=setup.device),
    )


def augmenter_of(trial: Trial, splits: Splits) -> Augmenter | None:
    """Return what changes the training images of a trial, where its setup wants that.

    Args:
        trial: Its seed draws the changes.
        splits: The images of its stage.
    """
    if not trial.setup.augmentation:
        return None
    shape = splits.train.inputs.shape[1:]
    return Augmenter(trial.setup.augmentation, shape, stream(trial.seed, "augmentation"))


def streams(trial: Trial) -> tuple[Stream, Stream]:
    """Where a trial's initial weights and its batch order come from.

    Two streams, so that networks of different sizes see the same batches. (The homework's program drew
    both from numpy's one global stream.)
    """
    if trial.defects.numpy_global_stream:
        both = np.random.RandomState(trial.seed)
        return both, both
    return stream(trial.seed, "weights"), stream(trial.seed, "batch order")

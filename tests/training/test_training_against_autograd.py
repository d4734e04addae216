"""The whole training loop against one written again with torch.autograd and torch.optim."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from reportgen.data import Part, Splits
from reportgen.training import Defects, Record, Trial, train

CLASSES = 3
EXACTLY = {"rel": 1e-9, "abs": 1e-9}

OPTIMIZERS = {
    "SGD": ({"learning_rate": 0.3}, lambda p: torch.optim.SGD(p, lr=0.3)),
    "SGD_Momentum": (
        {"learning_rate": 0.1, "momentum": 0.8},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8),
    ),
    "Adam": (
        {"learning_rate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6},
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6),
    ),
}
EVERY = Defects(
    gradients_averaged_twice=True,
    batches_slide_by_one=True,
    best_epoch_by_objective=True,
    numpy_global_stream=True,
)
DEFECTS = {
    "none": Defects(),
    "averaged twice": Defects(gradients_averaged_twice=True),
    "sliding": Defects(batches_slide_by_one=True),
    "by objective": Defects(best_epoch_by_objective=True),
    "numpy's stream": Defects(numpy_global_stream=True),
    "every": EVERY,
}


@dataclass
class Twin:
    """What the reference leaves behind: a row of six numbers an epoch, and the test of the best one."""

    rows: list[tuple[float, ...]] = field(default_factory=list)
    best_epoch: int = 0
    best: list[Tensor] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    test_loss: float = math.nan


def tensors(part: Part) -> tuple[Tensor, Tensor]:
    rows = [[value / 255 for value in image.ravel().tolist()] for image in part.images]
    return torch.tensor(rows, dtype=torch.float64), torch.tensor(part.labels.tolist())


def logits_of(leaves: list[Tensor], x: Tensor) -> Tensor:
    for w, b in zip(leaves[:-2:2], leaves[1:-2:2], strict=True):
        x = (x @ w + b).clamp(min=0)
    return x @ leaves[-2] + leaves[-1]


def twin_of(trial: Trial, splits: Splits) -> Twin:
    """A straightforward program with autograd, torch.optim and plain index lists."""
    setup, defects = trial.setup, trial.defects
    (x, y), (x_val, y_val), (x_test, y_test) = map(tensors, (splits.train, splits.validation, splits.test))
    n, size = len(y), setup.batch_size

    if defects.numpy_global_stream:
        np.random.seed(trial.seed)
        draw, shuffle = np.random.randn, np.random.shuffle
    else:

        def generator(purpose: str) -> np.random.Generator:
            return np.random.default_rng(
                np.random.SeedSequence(trial.seed, spawn_key=(zlib.crc32(purpose.encode()),))
            )

        weights = generator("weights")
        draw, shuffle = lambda *shape: weights.standard_normal(shape), generator("batch order").shuffle
    sizes = [x.shape[1], *setup.hidden, CLASSES]
    leaves = []
    for inputs, outputs in itertools.pairwise(sizes):
        std = setup.initial_std or math.sqrt(2 / inputs)
        leaves += [torch.tensor(draw(inputs, outputs) * std), torch.zeros(outputs, dtype=torch.float64)]
    for leaf in leaves:
        leaf.requires_grad_()
    optimizer = OPTIMIZERS[setup.optimizer][1](leaves)
    order, twin, least = list(range(n)), Twin(), math.inf

    def batches_of(places: list[int]) -> list[list[int]]:
        if defects.batches_slide_by_one:
            return [places[i : i + size] for i in range(len(places) // size)]
        return [places[i : i + size] for i in range(0, len(places), size)]

    for epoch in range(setup.epochs):
        if epoch or not defects.numpy_global_stream:
            shuffle(order)
        losses, hits, seen = 0.0, 0, 0
        for places in batches_of(order):
            logits = logits_of(leaves, x[places])
            loss = torch.nn.functional.cross_entropy(logits, y[places])
            optimizer.zero_grad()
            (loss / len(places) if defects.gradients_averaged_twice else loss).backward()
            for w in leaves[::2]:
                w.grad += 2 * setup.l2 * w.detach()
            optimizer.step()
            losses += loss.item() * len(places)
            hits += int((logits.argmax(1) == y[places]).sum())
            seen += len(places)
        with torch.no_grad():
            places = list(itertools.chain(*batches_of(list(range(len(y_val))))))
            logits = logits_of(leaves, x_val[places])
            val_loss = torch.nn.functional.cross_entropy(logits, y_val[places]).item()
            val_accuracy = (logits.argmax(1) == y_val[places]).double().mean().item()
            l2_term = setup.l2 * sum((w * w).sum().item() for w in leaves[::2])
        twin.rows.append((losses / seen, hits / seen, val_loss, val_accuracy, l2_term))
        value = val_loss + (l2_term if defects.best_epoch_by_objective else 0)
        if value < least:
            least, twin.best_epoch, twin.best = value, epoch + 1, [leaf.detach().clone() for leaf in leaves]

    logits = logits_of(twin.best, x_test)
    twin.test_loss = torch.nn.functional.cross_entropy(logits, y_test).item()
    twin.confusion = [[0] * CLASSES for _ in range(CLASSES)]
    for true, predicted in zip(y_test.tolist(), logits.argmax(1).tolist(), strict=True):
        twin.confusion[true][predicted] += 1
    return twin


def assert_same(record: Record, twin: Twin) -> None:
    for row, expected in zip(record.epochs, twin.rows, strict=True):
        found = asdict(row)
        assert found.pop("seconds") > 0
        epoch = found.pop("epoch")
        assert tuple(found.values()) == pytest.approx(expected, **EXACTLY), f"epoch {epoch}"
    assert [row.epoch for row in record.epochs] == list(range(1, len(twin.rows) + 1))
    assert record.best_epoch == twin.best_epoch
    assert record.test.confusion.tolist() == twin.confusion
    assert record.test.loss == pytest.approx(twin.test_loss, **EXACTLY)


@pytest.mark.parametrize("defects", DEFECTS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_trains_as_autograd_and_torch_optim_do(
    optimizer: str, defects: str, splits: Splits, make_trial: Callable[..., Trial], tmp_path: Path
) -> None:
    trial = make_trial(
        optimizer,
        hyperparameters=OPTIMIZERS[optimizer][0],
        defects=DEFECTS[defects],
        initial_std=0.4 if DEFECTS[defects].numpy_global_stream else None,
        epochs=6,
        seed=3,
    )
    twin = twin_of(trial, splits)
    record = train(trial, splits, CLASSES, save_to=tmp_path / "best.safetensors")
    assert_same(record, twin)
    assert len({row[0] for row in twin.rows}) == 6  # it moves
    saved = safetensors.torch.load_file(tmp_path / "best.safetensors")
    for number, (w, b) in enumerate(zip(twin.best[::2], twin.best[1::2], strict=True), start=1):
        torch.testing.assert_close(saved[f"w{number}"], w, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(saved[f"b{number}"], b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": ()},
        {"hidden": (4, 4, 4, 4)},
        {"batch_size": 1},
        {"batch_size": 37},
        {"batch_size": 12},  # the last batch of an epoch holds a single image
        {"l2": 0.0},
        {"l2": 0.2},
    ],
    ids=str,
)
def test_trains_as_autograd_does_whatever_the_sizes(
    changes: dict[str, object], splits: Splits, make_trial: Callable[..., Trial]
) -> None:
    trial = make_trial("SGD", hyperparameters={"learning_rate": 0.3}, epochs=3, **changes)
    assert_same(train(trial, splits, CLASSES), twin_of(trial, splits))


def test_in_float32_it_agrees_as_far_as_float32_goes(
    splits: Splits, make_trial: Callable[..., Trial], tmp_path: Path
) -> None:
    trial = make_trial("SGD", hyperparameters={"learning_rate": 0.3}, dtype="float32", epochs=3)
    twin, record = twin_of(trial, splits), train(trial, splits, CLASSES, save_to=tmp_path / "m.safetensors")
    losses = [row.training_loss for row in record.epochs]
    assert losses == pytest.approx([row[0] for row in twin.rows], rel=1e-4)
    assert losses != [row[0] for row in twin.rows]
    saved = safetensors.torch.load_file(tmp_path / "m.safetensors")
    assert {tensor.dtype for tensor in saved.values()} == {torch.float32}

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
from numpy.typing import NDArray
from torch import Tensor

from reportgen.data import Splits
from reportgen.optim import Schedule
from reportgen.training import Augmentation, Defects, Record, Setup, Trial, train

Array = NDArray[np.generic]
CLASSES = 3
EXACTLY = {"rel": 1e-9, "abs": 1e-9}

# SGD has no decoupled decay in torch: the twin shrinks the weights itself. And it multiplies every learning
# rate into the gradient, so that the velocity keeps the two together.
OPTIMIZERS = {
    "SGD": ({"learning_rate": 0.3}, lambda ws, bs, _: torch.optim.SGD([*ws, *bs], lr=1.0)),
    "SGD_Momentum": (
        {"learning_rate": 0.1, "momentum": 0.8},
        lambda ws, bs, _: torch.optim.SGD([*ws, *bs], lr=1.0, momentum=0.8),
    ),
    "Adam": (
        {"learning_rate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6},
        lambda ws, bs, decay: torch.optim.AdamW(
            [{"params": ws, "weight_decay": decay}, {"params": bs, "weight_decay": 0.0}],
            betas=(0.8, 0.95),
            eps=1e-6,
        ),
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
    """What the reference leaves behind: a row of five numbers an epoch, and the test of the best one.

    lengths: of the gradient, the move and the parameters at each epoch's last step.
    """

    rows: list[tuple[float, ...]] = field(default_factory=list)
    lengths: list[tuple[float, float, float]] = field(default_factory=list)
    best_epoch: int = 0
    best: list[Tensor] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    test_loss: float = math.nan


def generator(trial: Trial, purpose: str) -> np.random.Generator:
    return np.random.default_rng(
        np.random.SeedSequence(trial.seed, spawn_key=(zlib.crc32(purpose.encode()),))
    )


def rows_of(images: Array, mean: Array, std: Array) -> Tensor:
    """Flat rows in float64, every channel less its mean and divided by its deviation."""
    return torch.tensor(((images.astype(float) - mean) / std).reshape(len(images), -1))


def augmented(images: Array, augmentation: Augmentation, draws: np.random.Generator) -> Array:
    """Image by image: cut out of a black canvas that is larger on every side, and mirrored."""
    (height, width), shift = images.shape[1:3], augmentation.shift
    mirrored = draws.integers(0, 2, len(images))
    down, right = draws.integers(0, 2 * shift + 1, (2, len(images)))
    changed = []
    for image, mirror, y, x in zip(images, mirrored, down, right, strict=True):
        canvas = np.zeros((height + 2 * shift, width + 2 * shift, image.shape[2]), dtype=np.uint8)
        canvas[shift : shift + height, shift : shift + width] = image
        cut = canvas[y : y + height, x : x + width]
        changed.append(cut[:, ::-1] if mirror and augmentation.flip else cut)
    return np.stack(changed)


def learning_rate(setup: Setup, step: int, batches: int) -> float:
    """Of a constant schedule, or of a cosine after a warm-up."""
    schedule, warmup = setup.schedule, setup.schedule.warmup_epochs * batches
    if step < warmup:
        factor = min((step + 1) / warmup, 1)
    elif schedule.name == "cosine":
        factor = (1 + math.cos(math.pi * (step - warmup) / (setup.epochs * batches - warmup))) / 2
    else:
        factor = 1
    return setup.hyperparameters["learning_rate"] * factor


def masks_of(setup: Setup, count: int, sizes: list[int], draws: np.random.Generator) -> list[Tensor]:
    """What the inputs and then each hidden layer's outputs are multiplied by."""
    masks = []
    for size, rate in zip(sizes, [setup.input_dropout] + [setup.dropout] * len(setup.hidden), strict=False):
        kept = draws.random((count, size), np.float32) >= rate if rate else np.ones((count, size))
        masks.append(torch.tensor(kept / (1 - rate)))
    return masks


def logits_of(leaves: list[Tensor], x: Tensor, masks: list[Tensor] | None = None) -> Tensor:
    for layer, (w, b) in enumerate(zip(leaves[::2], leaves[1::2], strict=True)):
        x = x.relu() if layer else x
        x = (x * masks[layer] if masks else x) @ w + b
    return x


def batches_of(places: list[int], trial: Trial) -> list[list[int]]:
    size = trial.setup.batch_size
    if trial.defects.batches_slide_by_one:
        return [places[i : i + size] for i in range(len(places) // size)]
    return [places[i : i + size] for i in range(0, len(places), size)]


def beginning(trial: Trial, sizes: list[int]) -> tuple[list[Tensor], Callable[[list[int]], None]]:
    """The initial weights and biases, w1, b1, w2, ...; and what shuffles the order of the images."""
    if trial.defects.numpy_global_stream:
        np.random.seed(trial.seed)
        draw, shuffle = np.random.randn, np.random.shuffle
    else:
        weights = generator(trial, "weights")
        draw, shuffle = lambda *shape: weights.standard_normal(shape), generator(trial, "batch order").shuffle
    leaves = []
    for inputs, outputs in itertools.pairwise(sizes):
        std = trial.setup.initial_std or math.sqrt(2 / inputs)
        leaves += [torch.tensor(draw(inputs, outputs) * std), torch.zeros(outputs, dtype=torch.float64)]
    for leaf in leaves:
        leaf.requires_grad_()
    return leaves, shuffle


def length(tensors: list[Tensor]) -> float:
    return torch.cat([tensor.detach().flatten() for tensor in tensors]).norm().item()


def stepping(setup: Setup, leaves: list[Tensor]) -> Callable[[float], tuple[float, float, float]]:
    """What moves the weights and biases, once their gradients are there, at this learning rate.

    It returns the lengths of the gradient, of the move, and of what was moved.
    """
    ws, bs = leaves[::2], leaves[1::2]
    decay = setup.hyperparameters.get("weight_decay", 0.0)
    optimizer = OPTIMIZERS[setup.optimizer][1](ws, bs, decay)

    def step(rate: float) -> tuple[float, float, float]:
        for w in ws:
            w.grad += 2 * setup.l2 * w.detach()
        gradient, before = length([leaf.grad for leaf in leaves]), [leaf.detach().clone() for leaf in leaves]
        if isinstance(optimizer, torch.optim.SGD):
            for leaf in leaves:
                leaf.grad *= rate
            for w in ws:
                w.data *= 1 - rate * decay
        else:
            for group in optimizer.param_groups:
                group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()
        moved = [leaf - old for leaf, old in zip(leaves, before, strict=True)]
        return gradient, length(moved), length(before)

    return step


def twin_of(trial: Trial, splits: Splits) -> Twin:
    """A straightforward program with autograd, torch.optim and plain index lists."""
    setup, defects, parts = trial.setup, trial.defects, (splits.train, splits.validation, splits.test)
    mean, std = np.zeros(1), np.full(1, 255.0)
    if setup.normalization == "per-channel":
        mean, std = splits.train.inputs.mean(axis=(0, 1, 2)), splits.train.inputs.std(axis=(0, 1, 2))
    x_val, x_test = (rows_of(part.inputs, mean, std) for part in parts[1:])
    y, y_val, y_test = (torch.tensor(part.labels) for part in parts)
    sizes = [x_val.shape[1], *setup.hidden, CLASSES]
    leaves, shuffle = beginning(trial, sizes)
    step, dropping, changing = (
        stepping(setup, leaves),
        generator(trial, "dropout"),
        generator(trial, "augmentation"),
    )
    order, twin, least, steps, snapshots = list(range(len(y))), Twin(), math.inf, 0, []

    for epoch in range(1, setup.epochs + 1):
        if epoch > 1 or not defects.numpy_global_stream:
            shuffle(order)
        batches, losses, hits = batches_of(order, trial), 0.0, 0
        for places in batches:
            images = augmented(splits.train.inputs[places], setup.augmentation, changing)
            masks = masks_of(setup, len(places), sizes, dropping)
            logits = logits_of(leaves, rows_of(images, mean, std), masks)
            loss = torch.nn.functional.cross_entropy(logits, y[places], label_smoothing=setup.label_smoothing)
            (loss / len(places) if defects.gradients_averaged_twice else loss).backward()
            lengths = step(learning_rate(setup, steps, len(batches)))
            steps += 1
            losses += loss.item() * len(places)
            hits += int((logits.argmax(1) == y[places]).sum())
        seen = sum(map(len, batches))
        snapshots.append([leaf.detach().clone() for leaf in leaves])
        averaged = snapshots[setup.epochs - setup.average_epochs :] or snapshots[-1:]
        current = [torch.stack(of_one).mean(dim=0) for of_one in zip(*averaged, strict=True)]
        places = list(itertools.chain(*batches_of(list(range(len(y_val))), trial)))
        logits = logits_of(current, x_val[places])
        val_loss = torch.nn.functional.cross_entropy(logits, y_val[places]).item()
        val_accuracy = (logits.argmax(1) == y_val[places]).double().mean().item()
        l2_term = setup.l2 * sum((w * w).sum().item() for w in current[::2])
        twin.rows.append((losses / seen, hits / seen, val_loss, val_accuracy, l2_term))
        twin.lengths.append(lengths)
        value = -val_accuracy if setup.best_epoch_by == "validation_accuracy" else val_loss
        value += l2_term if defects.best_epoch_by_objective else 0
        if value < least:
            least, twin.best_epoch, twin.best = value, epoch, current

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
        lengths = [found.pop(f"{name}_norm") for name in ("gradient", "update", "parameter")]
        assert lengths == pytest.approx(twin.lengths[epoch - 1], rel=1e-5), f"epoch {epoch}"
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


EVERYTHING = {
    "epochs": 6,
    "normalization": "per-channel",
    "label_smoothing": 0.1,
    "dropout": 0.25,
    "input_dropout": 0.125,
    "schedule": Schedule("cosine", warmup_epochs=1.5),
    "augmentation": Augmentation(flip=True, shift=2),
    "average_epochs": 3,
    "best_epoch_by": "validation_accuracy",
}
ONE_BY_ONE = [{key: value} for key, value in EVERYTHING.items()]


@pytest.mark.parametrize("changes", [EVERYTHING, *ONE_BY_ONE], ids=lambda changes: "+".join(changes)[:30])
@pytest.mark.parametrize("images", ["splits", "coloured"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_trains_as_autograd_does_with_everything_on(
    optimizer: str,
    images: str,
    changes: dict[str, object],
    make_trial: Callable[..., Trial],
    request: pytest.FixtureRequest,
) -> None:
    splits = request.getfixturevalue(images)
    hyperparameters = OPTIMIZERS[optimizer][0] | {"weight_decay": 0.2}
    trial = make_trial(optimizer, hyperparameters=hyperparameters, seed=5, **changes)
    twin = twin_of(trial, splits)
    assert_same(train(trial, splits, CLASSES), twin)
    assert len({row[0] for row in twin.rows}) == len(twin.rows)
    # and it is not what it would have been without
    plain = train(make_trial(optimizer, hyperparameters=hyperparameters, seed=5), splits, CLASSES)
    if "best_epoch_by" not in changes:
        assert [row.validation_loss for row in plain.epochs] != [row[2] for row in twin.rows]


@pytest.mark.parametrize(("dtype", "within"), [("float32", 1e-4), ("bfloat16", 0.03)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_less_precision_it_agrees_as_far_as_that_goes(
    optimizer: str,
    dtype: str,
    within: float,
    splits: Splits,
    make_trial: Callable[..., Trial],
) -> None:
    hyperparameters = OPTIMIZERS[optimizer][0] | {"weight_decay": 0.2}
    trial = make_trial(optimizer, hyperparameters=hyperparameters, dtype=dtype, epochs=3)
    twin, record = twin_of(trial, splits), train(trial, splits, CLASSES)
    for column, name in ((0, "training_loss"), (2, "validation_loss"), (4, "l2_term")):
        found = [getattr(row, name) for row in record.epochs]
        assert found == pytest.approx([row[column] for row in twin.rows], rel=within)
        assert found != pytest.approx([row[column] for row in twin.rows], rel=within / 1e4)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_the_weights_are_kept_in_float64_or_float32(
    dtype: str, splits: Splits, make_trial: Callable[..., Trial], tmp_path: Path
) -> None:
    train(make_trial(dtype=dtype), splits, CLASSES, save_to=tmp_path / "m.safetensors")
    saved = safetensors.torch.load_file(tmp_path / "m.safetensors")
    assert {p.dtype for p in saved.values()} == {torch.float64 if dtype == "float64" else torch.float32}

"""What a trial leaves behind: best epoch, test, divergence, and the same again for the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from reportgen.data import Part, Splits
from reportgen.randomness import stream
from reportgen.training import Defects, EpochRow, Record, Trial, train
from reportgen.training.parts import Parts
from reportgen.training.saved_classifier import load_classifier

CLASSES = 3
MakeTrial = Callable[..., Trial]


def numbers(record: Record) -> list[dict[str, float]]:
    """Every row without its seconds."""
    return [{key: value for key, value in asdict(row).items() if key != "seconds"} for row in record.epochs]


@pytest.fixture
def overfitting(make_trial: MakeTrial) -> Trial:
    """A trial whose validation loss turns round before the last epoch."""
    return make_trial("Adam", hyperparameters={"learning_rate": 0.05}, hidden=(30,), epochs=25, l2=0.0)


def test_the_best_epoch_is_the_one_of_least_validation_loss(splits: Splits, overfitting: Trial) -> None:
    record = train(overfitting, splits, CLASSES)
    losses = [row.validation_loss for row in record.epochs]
    assert record.best_epoch == 1 + int(np.argmin(losses))
    assert record.best_epoch < len(losses)  # so the last weights would give another test result


def test_the_test_set_changes_nothing_but_the_test_result(splits: Splits, overfitting: Trial) -> None:
    record = train(overfitting, splits, CLASSES)
    wrong = Part(splits.test.inputs, (splits.test.labels + 1) % CLASSES)
    other = train(overfitting, replace(splits, test=wrong), CLASSES)
    assert numbers(other) == numbers(record)
    assert other.best_epoch == record.best_epoch
    assert other.test.confusion.tolist() != record.test.confusion.tolist()


def test_the_training_losses_do_not_choose_the_best_epoch(splits: Splits, overfitting: Trial) -> None:
    record = train(overfitting, splits, CLASSES)
    assert record.best_epoch != 1 + int(np.argmin([row.training_loss for row in record.epochs]))


def test_the_test_is_taken_with_the_weights_that_were_saved(
    splits: Splits, overfitting: Trial, tmp_path: Path
) -> None:
    record = train(overfitting, splits, CLASSES, save_to=tmp_path / "best.safetensors")
    best = load_classifier(tmp_path / "best.safetensors")
    images = torch.from_numpy(splits.test.inputs.reshape(len(splits.test), -1) / 255)
    confusion = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(confusion, (splits.test.labels, best.predict(images).numpy()), 1)
    assert record.test.confusion.tolist() == confusion.tolist()
    assert record.test.confusion.sum() == len(splits.test)
    images = torch.from_numpy(splits.validation.inputs.reshape(len(splits.validation), -1) / 255)
    _, loss = best.loss.forward(torch.from_numpy(splits.validation.labels), best.forward(images))
    assert loss.item() == pytest.approx(min(row.validation_loss for row in record.epochs), rel=1e-12)


def test_a_class_that_the_test_images_lack_has_a_row_of_zeros(splits: Splits, make_trial: MakeTrial) -> None:
    record = train(make_trial(), splits, CLASSES + 2)
    assert record.test.confusion.shape == (5, 5)
    assert record.test.confusion[3:].sum() == 0
    assert record.parameter_shapes["b3"] == (5,)


def test_the_l2_term_stands_by_itself(splits: Splits, make_trial: MakeTrial, tmp_path: Path) -> None:
    trial = make_trial(l2=0.5, epochs=1, hyperparameters={"learning_rate": 1e-3})
    record = train(trial, splits, CLASSES, save_to=tmp_path / "m.safetensors")
    weights = load_classifier(tmp_path / "m.safetensors").parameters
    expected = 0.5 * sum((weights[name] ** 2).sum().item() for name in ("w1", "w2", "w3"))
    assert record.epochs[0].l2_term == pytest.approx(expected, rel=1e-12)
    assert record.epochs[0].l2_term > 5
    assert record.epochs[0].training_loss < 2  # the mean cross-entropy alone


def test_the_best_epoch_by_objective_counts_the_l2_term(splits: Splits, make_trial: MakeTrial) -> None:
    changes = {"hidden": (20,), "epochs": 15, "l2": 0.05, "hyperparameters": {"learning_rate": 0.5}}
    changes["initial_std"] = 0.5
    right = train(make_trial(**changes), splits, CLASSES)
    by_objective = train(
        make_trial(**changes, defects=Defects(best_epoch_by_objective=True)), splits, CLASSES
    )
    assert numbers(by_objective) == numbers(right)
    losses = [row.validation_loss for row in right.epochs]
    objectives = [row.validation_loss + row.l2_term for row in right.epochs]
    assert right.best_epoch == 1 + int(np.argmin(losses))
    assert by_objective.best_epoch == 1 + int(np.argmin(objectives))
    assert right.best_epoch != by_objective.best_epoch


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["SGD", "SGD_Momentum"])
def test_a_trial_that_diverges_is_stopped_and_says_so(
    optimizer: str, dtype: str, splits: Splits, make_trial: MakeTrial, tmp_path: Path
) -> None:
    trial = make_trial(
        optimizer, hyperparameters={"learning_rate": 1e6}, dtype=dtype, epochs=50, hidden=(20, 20)
    )
    seen: list[EpochRow] = []
    record = train(trial, splits, CLASSES, on_epoch=seen.append, save_to=tmp_path / "m.safetensors")
    assert record.diverged
    assert len(record.epochs) < 50
    assert record.best_epoch is None
    assert record.test is None
    assert not (tmp_path / "m.safetensors").exists()
    assert tuple(seen) == record.epochs
    last = record.epochs[-1]
    assert not math.isfinite(last.training_loss + last.validation_loss + last.l2_term)
    assert all(math.isfinite(row.validation_loss) for row in record.epochs[:-1])


def test_a_trial_that_ends_well_has_not_diverged(splits: Splits, make_trial: MakeTrial) -> None:
    record = train(make_trial(epochs=4), splits, CLASSES)
    assert not record.diverged
    assert len(record.epochs) == 4
    assert record.steps == 4 * 5  # 37 images in batches of 8
    assert record.trial == make_trial(epochs=4)


def test_sliding_batches_make_fewer_steps(splits: Splits, make_trial: MakeTrial) -> None:
    record = train(make_trial(epochs=4, defects=Defects(batches_slide_by_one=True)), splits, CLASSES)
    assert record.steps == 4 * 4


def test_on_epoch_hears_every_row_as_it_comes(splits: Splits, make_trial: MakeTrial) -> None:
    seen: list[EpochRow] = []
    record = train(make_trial(), splits, CLASSES, on_epoch=seen.append)
    assert tuple(seen) == record.epochs


@pytest.mark.parametrize("optimizer", ["SGD", "SGD_Momentum", "Adam"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_trial_twice_gives_the_same_numbers(
    optimizer: str, dtype: str, splits: Splits, make_trial: MakeTrial
) -> None:
    first, second = (train(make_trial(optimizer, dtype=dtype), splits, CLASSES) for _ in range(2))
    assert numbers(first) == numbers(second)
    assert first.test.loss == second.test.loss
    assert first.test.confusion.tolist() == second.test.confusion.tolist()


def test_another_seed_gives_other_numbers(splits: Splits, make_trial: MakeTrial) -> None:
    assert numbers(train(make_trial(), splits, CLASSES)) != numbers(
        train(make_trial(seed=1), splits, CLASSES)
    )


def test_training_leaves_the_global_streams_alone(splits: Splits, make_trial: MakeTrial) -> None:
    np.random.seed(5)
    torch.manual_seed(5)
    expected = np.random.rand(), torch.rand(1).item()
    np.random.seed(5)
    torch.manual_seed(5)
    train(make_trial(), splits, CLASSES)
    train(make_trial(defects=Defects(numpy_global_stream=True)), splits, CLASSES)
    assert (np.random.rand(), torch.rand(1).item()) == expected


class Spy:
    """An optimizer that moves nothing and remembers what it was shown."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: dict[str, torch.Tensor], gradients: dict[str, object]) -> None:
        self.seen.append((parameters["w1"].clone(), gradients["w1"].x.clone()))


def test_every_optimizer_starts_from_the_same_weights_and_sees_the_same_batches(
    splits: Splits, make_trial: MakeTrial
) -> None:
    """Seen from inside, with two optimizers that only look."""
    looked = []
    for name in ("One", "Other"):
        spy = type(name, (Spy,), {"seen": []})
        parts = Parts(lambda setup, kind=spy: kind(**setup.hyperparameters))
        trial = make_trial(name, hyperparameters={"learning_rate": 1.0}, epochs=2)
        train(trial, splits, CLASSES, parts=parts)
        looked.append(spy.seen)
    one, other = looked
    assert len(one) == 2 * 5
    for (w, x), (w_other, x_other) in zip(one, other, strict=True):
        assert torch.equal(w, w_other)
        assert torch.equal(x, x_other)
    expected = stream(0, "weights").standard_normal((12, 6)) * math.sqrt(2 / 12)
    assert np.array_equal(one[0][0].numpy(), expected)


def test_networks_of_different_sizes_see_the_same_batches(splits: Splits, make_trial: MakeTrial) -> None:
    looked = []
    for hidden in ((6, 5), (20,)):
        spy = type("Looking", (Spy,), {"seen": []})
        parts = Parts(lambda setup, kind=spy: kind(**setup.hyperparameters))
        train(make_trial("Looking", hidden=hidden, epochs=2), splits, CLASSES, parts=parts)
        looked.append([x for _, x in spy.seen])
    assert all(torch.equal(x, y) for x, y in zip(*looked, strict=True))


@pytest.mark.parametrize("seed", [0, 4])
def test_real_optimizers_with_the_tiniest_step_agree_on_the_first_epoch(
    seed: int, splits: Splits, make_trial: MakeTrial
) -> None:
    rows = [
        numbers(train(make_trial(name, hyperparameters={"learning_rate": 1e-14}, seed=seed), splits, CLASSES))
        for name in ("SGD", "SGD_Momentum", "Adam")
    ]
    for other in rows[1:]:
        for row, expected in zip(other, rows[0], strict=True):
            assert row == pytest.approx(expected, rel=1e-9)


def test_averaging_twice_is_sgd_with_the_learning_rate_divided_by_the_batch_size(
    splits: Splits, make_trial: MakeTrial
) -> None:
    whole = Part(splits.train.inputs[:32], splits.train.labels[:32])  # four full batches of 8
    divisible = replace(splits, train=whole)
    twice = Defects(gradients_averaged_twice=True)
    changes = {"l2": 0.0, "epochs": 4}
    defective = train(
        make_trial(defects=twice, hyperparameters={"learning_rate": 0.8}, **changes), divisible, CLASSES
    )
    slower = train(make_trial(hyperparameters={"learning_rate": 0.1}, **changes), divisible, CLASSES)
    for row, expected in zip(numbers(defective), numbers(slower), strict=True):
        assert row.pop("gradient_norm") == pytest.approx(expected.pop("gradient_norm") / 8, rel=1e-5)
        assert row == pytest.approx(expected, rel=1e-12)


def test_streams_of_different_purposes_and_seeds_differ() -> None:
    draws = {
        (seed, purpose): stream(seed, purpose).standard_normal(4).tolist()
        for seed in (0, 1)
        for purpose in ("weights", "batch order")
    }
    assert len({tuple(draw) for draw in draws.values()}) == 4
    assert stream(1, "weights").standard_normal(4).tolist() == draws[1, "weights"]


def test_a_loss_is_kept_to_the_digits_that_its_type_has_and_no_more(
    splits: Splits, make_trial: MakeTrial
) -> None:
    def losses(dtype: str) -> list[float]:
        rows = train(make_trial("SGD", dtype=dtype, epochs=4), splits, CLASSES).epochs
        return [loss for row in rows for loss in (row.training_loss, row.validation_loss)]

    assert all(len(repr(loss).replace(".", "").lstrip("0")) <= 9 for loss in losses("float32"))
    assert max(len(repr(loss).replace(".", "").lstrip("0")) for loss in losses("float64")) >= 15

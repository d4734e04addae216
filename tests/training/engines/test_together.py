"""Several trials as one program: which may be, what is computed for all at once, and what a stop leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torch.utils._python_dispatch import TorchDispatchMode

from reportgen.data import Splits
from reportgen.optim import Schedule, built_in, find
from reportgen.training import Augmentation, Defects, EpochRow, Record, Trial
from reportgen.training.checkpoints import Checkpoints
from reportgen.training.engines.joint_optimizer import steps_as_one
from reportgen.training.engines.together import MOST_TOGETHER, Place, groups, train_together

CLASSES = 3
MakeTrial = Callable[..., Trial]


@pytest.fixture
def make_batched(make_trial: MakeTrial) -> MakeTrial:
    def make(*arguments: Any, **changes: Any) -> Trial:
        return make_trial(*arguments, **{"engine": "batched", "batch_size": 20, "epochs": 2} | changes)

    return make


class Counted(TorchDispatchMode):
    """Counts operations by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.of: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.of[func.name()] += 1
        return func(*args, **kwargs or {})


def count(trials: list[Trial], splits: Splits) -> dict[str, int]:
    """How often networks' products and Adam's last operation are computed."""
    with Counted() as counted:
        train_together(trials, splits, CLASSES)
    return {name: counted.of[name] for name in ("aten::bmm", "aten::baddbmm", "aten::addcdiv_")}


def test_more_seeds_are_no_more_operations(make_batched: MakeTrial, splits: Splits) -> None:
    two, five = ([make_batched("Adam", seed=seed) for seed in range(number)] for number in (2, 5))
    assert count(two, splits) == count(five, splits)
    assert min(count(two, splits).values()) > 0


def test_other_settings_share_products_and_step_apart(make_batched: MakeTrial, splits: Splits) -> None:
    same = [make_batched("Adam", seed=seed) for seed in range(4)]
    other = {"hyperparameters": {"learning_rate": 0.02}}
    mixed = [make_batched("Adam", seed=seed, **(other if seed % 2 else {})) for seed in range(4)]
    one, two = count(same, splits), count(mixed, splits)
    assert two["aten::baddbmm"] == one["aten::baddbmm"]
    assert two["aten::addcdiv_"] == 2 * one["aten::addcdiv_"]


BY_THEMSELVES = {"Adafactor", "LAMB", "Muon", "Prodigy", "SOAP", "Shampoo"}
"""Optimizers that look at a matrix, or at all parameters, as a whole."""


@pytest.mark.parametrize("name", [*built_in(), "torch.optim.Adam"])
def test_only_rules_for_single_numbers_step_as_one(name: str) -> None:
    kind = find(name)
    alone = name in BY_THEMSELVES or name not in built_in()
    assert steps_as_one(lambda: kind.make(**kind.hyperparameters | {"learning_rate": 0.01})) is not alone


class ClipsLongSteps:
    """A rule that is one for single numbers as long as its gradients are short."""

    learning_rate = 0.1

    def step(self, parameters: dict[str, Any], gradients: Any) -> None:
        for name, parameter in parameters.items():
            parameter.sub_(gradients[name] / max(1.0, float(gradients[name].norm()) / 50))


def test_a_rule_that_looks_at_all_numbers_now_and_then_steps_by_itself() -> None:
    assert not steps_as_one(ClipsLongSteps)


def test_trials_of_one_shape_are_a_group_whatever_their_optimizers(make_batched: MakeTrial) -> None:
    trials = [
        make_batched("SGD"),
        make_batched("SGD", seed=1),
        make_batched("SGD", engine="textbook"),
        make_batched("Adam", l2=0.5, epochs=9, early_stopping=2, schedule=Schedule("cosine")),
        make_batched("SGD", hidden=(6,)),
        make_batched("Adam", hidden=(6,), seed=3),
    ]
    assert groups(trials, split_by_seed=False) == [[0, 1, 3], [4, 5]]
    assert groups(trials, split_by_seed=True) == [[0, 3], [1], [4], [5]]


@pytest.mark.parametrize(
    "other",
    [
        {"batch_size": 4},
        {"dtype": "float32"},
        {"subset": 20},
        {"dropout": 0.1},
        {"label_smoothing": 0.1},
        {"normalization": "per-channel"},
        {"augmentation": Augmentation(flip=True)},
        {"device": "cuda"},
        {"defects": Defects(batches_slide_by_one=True)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_trials_that_see_other_batches_are_no_group(make_batched: MakeTrial, other: dict[str, Any]) -> None:
    assert groups([make_batched(), make_batched(**other)], split_by_seed=False) == [[0], [1]]


def test_no_group_is_larger_than_memory_is_counted_on_for(make_batched: MakeTrial) -> None:
    trials = [make_batched(seed=seed) for seed in range(MOST_TOGETHER + 3)]
    assert [len(places) for places in groups(trials, split_by_seed=False)] == [MOST_TOGETHER, 3]


class StoppedError(Exception):
    """What ends a training in these tests."""


@pytest.mark.parametrize("stopped_at", [(0, 2), (1, 2), (2, 3)], ids=str)
def test_a_group_that_was_stopped_ends_as_one_that_never_was(
    make_batched: MakeTrial, splits: Splits, tmp_path: Path, stopped_at: tuple[int, int]
) -> None:
    """Stopped between the checkpoints of two of its trials, which step as one where they are as far."""
    names = ("Adam", "Adam", "SGD_Momentum", "torch.optim.NAdam")
    trials = [make_batched(name, seed=place, epochs=5, dropout=0.2) for place, name in enumerate(names)]
    heard: dict[int, list[int]] = {}

    def go(listener: Callable[[int, EpochRow], None]) -> list[Record]:
        places = [
            Place(
                lambda row, number=number: listener(number, row),  # type: ignore[misc]
                save_to=tmp_path / f"{number}.safetensors",
                checkpoints=Checkpoints(tmp_path / str(number), seconds_between=0),
            )
            for number in range(len(trials))
        ]
        return train_together(trials, splits, CLASSES, places)

    def stop(number: int, row: EpochRow) -> None:
        if (number, row.epoch) == stopped_at:
            raise StoppedError

    with pytest.raises(StoppedError):
        go(stop)
    kept = [Checkpoints(tmp_path / str(number)).newest() for number in range(len(trials))]
    assert len({checkpoint.epoch if checkpoint else 0 for checkpoint in kept}) == (
        1 if stopped_at[0] == 0 else 2
    )
    resumed = go(lambda number, row: heard.setdefault(number, []).append(row.epoch))
    whole = train_together(trials, splits, CLASSES)
    for record, other in zip(resumed, whole, strict=True):
        rows, others = ([replace(row, seconds=0.0).__dict__ for row in of.epochs] for of in (record, other))
        assert rows == [pytest.approx(row, rel=1e-12) for row in others]
        assert record.evidence == other.evidence
        assert record.test.correct.tolist() == other.test.correct.tolist()
    assert heard == {number: [1, 2, 3, 4, 5] for number in range(len(trials))}
    assert all((tmp_path / f"{number}.safetensors").is_file() for number in range(len(trials)))


def test_a_record_is_handed_over_as_soon_as_its_trial_has_ended(
    make_batched: MakeTrial, splits: Splits
) -> None:
    trials = [make_batched(epochs=3), make_batched(epochs=1, seed=1), make_batched(epochs=2, seed=2)]
    events: list[tuple[int, str]] = []
    places = [
        Place(
            lambda row, number=number: events.append((number, f"epoch {row.epoch}")),  # type: ignore[misc]
            lambda _, number=number: events.append((number, "record")),  # type: ignore[misc]
        )
        for number in range(len(trials))
    ]
    train_together(trials, splits, CLASSES, places)
    assert events.index((1, "record")) < events.index((0, "epoch 2"))
    assert events.index((2, "record")) < events.index((0, "epoch 3"))

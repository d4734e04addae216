"""Classifiers written to a file and read again; nothing else is ever read as one."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from reportgen.nn import Classifier
from reportgen.training.saved_classifier import load_classifier, save_classifier


def a_classifier(dtype: torch.dtype = torch.float32) -> Classifier:
    return Classifier(
        6,
        [5, 4],
        3,
        np.random.default_rng(0),
        l2=1e-4,
        dtype=dtype,
        label_smoothing=0.1,
        divide_gradient=True,
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_was_saved_comes_back_bit_for_bit(tmp_path: Path, dtype: torch.dtype) -> None:
    classifier = a_classifier(dtype)
    for name, parameter in classifier.parameters.items():
        if name.startswith("b"):
            parameter.uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
    save_classifier(classifier, tmp_path / "model.safetensors")
    again = load_classifier(tmp_path / "model.safetensors")

    assert list(again.parameters) == list(classifier.parameters)
    for name, parameter in classifier.parameters.items():
        assert again.parameters[name].dtype == dtype
        assert torch.equal(again.parameters[name], parameter)
    x, labels = torch.ones(4, 6, dtype=dtype), torch.tensor([0, 1, 2, 0])
    loss, gradients = classifier.loss_and_gradients(x, labels)  # depends on all settings too
    loss_again, gradients_again = again.loss_and_gradients(x, labels)
    # where a tensor lies in memory may change the order of a sum
    torch.testing.assert_close((loss, gradients), (loss_again, gradients_again))
    torch.testing.assert_close(again.l2_term(), classifier.l2_term())


@pytest.mark.parametrize("hidden", [[], [3] * 11], ids=["none", "eleven"])
def test_any_number_of_layers_comes_back(tmp_path: Path, hidden: list[int]) -> None:
    classifier = Classifier(6, hidden, 3, np.random.default_rng(0))
    save_classifier(classifier, tmp_path / "model.safetensors")
    again = load_classifier(tmp_path / "model.safetensors")
    assert again.parameter_shapes() == classifier.parameter_shapes()
    assert list(again.parameters) == list(classifier.parameters)
    assert torch.equal(again.forward(torch.ones(2, 6)), classifier.forward(torch.ones(2, 6)))


def test_the_file_is_plain_safetensors_and_no_other_file_is_left(tmp_path: Path) -> None:
    classifier = a_classifier()
    save_classifier(classifier, tmp_path / "model.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]
    stored = safetensors.torch.load_file(tmp_path / "model.safetensors")
    assert stored.keys() == classifier.parameters.keys()
    assert all(torch.equal(stored[name], classifier.parameters[name]) for name in stored)


def test_saving_again_replaces_the_file(tmp_path: Path) -> None:
    save_classifier(a_classifier(), tmp_path / "model.safetensors")
    save_classifier(Classifier(2, [], 2, np.random.default_rng(0)), tmp_path / "model.safetensors")
    assert list(load_classifier(tmp_path / "model.safetensors").parameters) == ["w1", "b1"]


class Bomb:
    """Pickled, it would run code when it is read."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return AssertionError, ("a pickle was executed",)


def refused(path: Path) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - each test looks at the words itself
        load_classifier(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


GARBAGE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 4,
    "text": b"this is not a model",
    "pickle": pickle.dumps(Bomb()),
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_and_not_executed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert "no .safetensors file" in refused(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_classifier(a_classifier(), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "damaged" in refused(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.safetensors")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path)


SOUND = {"l2": 0.0, "label_smoothing": 0.0, "divide_gradient": False}
SETTINGS = json.dumps(SOUND)
FOREIGN = {
    "another program's": ({"weight": (2, 3)}, None),
    "no metadata": ({"w1": (2, 3), "b1": (3,)}, None),
    "nothing in it": ({}, SETTINGS),
    "a bias missing": ({"w1": (2, 3)}, SETTINGS),
    "a layer missing": ({"w1": (2, 3), "b1": (3,), "w3": (3, 2), "b3": (2,)}, SETTINGS),
    "settings of another kind": ({"w1": (2, 3), "b1": (3,)}, "[]"),
    **{
        f"settings without {key}": (
            {"w1": (2, 3), "b1": (3,)},
            json.dumps({name: value for name, value in SOUND.items() if name != key}),
        )
        for key in SOUND
    },
    **{
        f"{key} of another kind": ({"w1": (2, 3), "b1": (3,)}, json.dumps(SOUND | {key: "much"}))
        for key in SOUND
    },
    "settings damaged": ({"w1": (2, 3), "b1": (3,)}, "{"),
    "bias of another size": ({"w1": (2, 3), "b1": (4,)}, SETTINGS),
    "layers that do not meet": ({"w1": (2, 3), "b1": (3,), "w2": (4, 2), "b2": (2,)}, SETTINGS),
}


def test_the_file_that_the_foreign_ones_differ_from_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    tensors = {"w1": torch.zeros(2, 3), "b1": torch.zeros(3)}
    safetensors.torch.save_file(tensors, path, metadata={"reportgen": SETTINGS})
    assert load_classifier(path).parameter_shapes() == {"w1": (2, 3), "b1": (3,)}


@pytest.mark.parametrize(("shapes", "settings"), FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_safetensors_file_is_refused(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], settings: str | None
) -> None:
    path = tmp_path / "foreign.safetensors"
    tensors = {name: torch.zeros(shape) for name, shape in shapes.items()}
    safetensors.torch.save_file(tensors, path, metadata=None if settings is None else {"reportgen": settings})
    refused(path)

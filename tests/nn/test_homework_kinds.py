"""A network of somebody's own layers trains as ours does, in whichever hand they are written."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.errors import UserError
from reportgen.nn import TEXTBOOK, Classifier, HomeworkClasses, LayerKinds, WeightGradient, kinds_of
from reportgen.nn.homework_kinds import NAMES, classes_in
from tests.helpers.homework_code import HOMEWORK
from tests.helpers.homework_styles import RIGHT


def module_of(text: str) -> ModuleType:
    module = ModuleType("hw5")
    exec(text, module.__dict__)
    return module


def train(
    kinds: LayerKinds, dtype: torch.dtype = torch.float64, **settings: float | bool
) -> dict[str, Tensor]:
    """The parameters after some steps of plain gradient descent; the same batches for all."""
    stream = np.random.default_rng(0)
    with torch.inference_mode():
        classifier = Classifier(
            9, [7, 6], 4, stream, l2=0.01, dtype=dtype, kinds=kinds,
            dropout_stream=np.random.default_rng(1), **settings,  # type: ignore[arg-type]
        )  # fmt: skip
        for _ in range(40):
            x = torch.from_numpy(stream.standard_normal((8, 9))).to(dtype)
            labels = torch.from_numpy(stream.integers(0, 4, 8))
            probabilities, loss = classifier.loss.forward(labels, classifier.forward(x, training=True))
            assert probabilities.shape == (8, 4)
            assert loss.shape == ()
            for name, gradient in classifier.backward().items():
                dw = gradient.written_out() if isinstance(gradient, WeightGradient) else gradient
                assert dw.dtype == dtype
                classifier.parameters[name] -= 0.2 * dw
    return classifier.parameters


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.25, "input_dropout": 0.1}, {"divide_gradient": True}])
@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_trains_to_the_same_weights_as_ours(text: str, settings: dict[str, float | bool]) -> None:
    ours = train(TEXTBOOK, **settings)
    theirs = train(kinds_of(classes_in(module_of(text))), **settings)
    assert list(ours) == list(theirs)
    for name, parameter in ours.items():
        torch.testing.assert_close(theirs[name], parameter, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("part", NAMES)
@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_class_that_is_given_alone_trains_with_ours_in_float32(text: str, part: str) -> None:
    given = classes_in(module_of(text))
    kinds = kinds_of(HomeworkClasses(**{part: getattr(given, part)}))
    ours, theirs = train(TEXTBOOK, torch.float32), train(kinds, torch.float32)
    for name, parameter in ours.items():
        torch.testing.assert_close(theirs[name], parameter, rtol=1e-4, atol=1e-5)


def test_a_copy_in_another_precision_is_of_the_same_classes() -> None:
    kinds = kinds_of(classes_in(module_of(HOMEWORK)))
    classifier = Classifier(5, [4], 3, np.random.default_rng(0), kinds=kinds, divide_gradient=True)
    copy = classifier.copy(torch.float64)
    assert type(copy.layers[0]) is type(classifier.layers[0])
    assert copy.loss.divide_gradient
    x, labels = torch.ones(2, 5), torch.tensor([0, 2])
    _, gradients = classifier.loss_and_gradients(x, labels)
    _, copied = copy.loss_and_gradients(x.double(), labels)
    torch.testing.assert_close(copied["w1"].float(), gradients["w1"], rtol=1e-5, atol=1e-6)


def test_a_loss_of_ones_own_does_not_smooth_labels() -> None:
    kinds = kinds_of(classes_in(module_of(HOMEWORK)))
    with pytest.raises(UserError, match="does not smooth labels"):
        Classifier(5, [4], 3, np.random.default_rng(0), kinds=kinds, label_smoothing=0.1)


def test_what_a_file_imports_is_not_its_own() -> None:
    given = classes_in(module_of("from torch.nn import ReLU\nclass FullyConnectedLayer:\n    pass\n"))
    assert given.relu is None
    assert given.fully_connected is not None


HEAD = "class FullyConnectedLayer:\n    def forward(self, x, w, b):\n        "


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("return x\n    def backward(self, d):\n        return d, d", "three things"),
        ("return None", "of type NoneType"),
        ("return x", "'backward'"),
    ],
)
def test_a_class_that_cannot_be_used_is_refused_in_a_line(rest: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        kinds_of(classes_in(module_of(HEAD + rest)))
    assert "\n" not in str(caught.value)

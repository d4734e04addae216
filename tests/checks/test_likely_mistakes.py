"""A homework's mistakes are called by their names; what is right passes, in whichever hand it is written."""

from __future__ import annotations

import tomllib

import pytest
import torch

from reportgen.checks import wrong_layers, wrong_optimizers
from reportgen.checks.check import Check
from reportgen.checks.homework import prove_further, prove_layers, prove_optimizers
from reportgen.nn import HomeworkClasses
from tests.helpers.homework_code import HOMEWORK
from tests.helpers.homework_mistakes import LAYERS, OPTIMIZERS, Written
from tests.helpers.homework_styles import RIGHT
from tests.helpers.local_classes import LocalClasses
from tests.helpers.project import ROOT


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def prove(text: str) -> list[Check]:
    classes = LocalClasses(text)
    return [*prove_layers(classes), *prove_optimizers(classes)]


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes_in_whichever_hand(text: str) -> None:
    checks = prove(text)
    assert [check.key for check in checks] == [
        "fully_connected",
        "relu",
        "softmax_cross_entropy",
        "network",
        "SGD",
        "SGD_Momentum",
        "Adam",
    ]
    assert [check.line for check in checks if not check.passed] == []
    assert [check.mistakes for check in checks if check.mistakes] == []


def test_the_evidence_is_of_finite_differences_autograd_and_torchs_own_optimizers() -> None:
    evidence = {check.key: check.evidence for check in prove(HOMEWORK)}
    for layer in ("fully_connected", "relu", "softmax_cross_entropy"):
        assert "finite differences" in evidence[layer]
        assert "autograd twin" in evidence[layer]
    assert evidence["network"].startswith("autograd twin ")
    for optimizer in ("SGD", "SGD_Momentum", "Adam"):
        assert evidence[optimizer].startswith("torch.optim ")


@pytest.mark.parametrize("written", (LAYERS | OPTIMIZERS).values(), ids=LAYERS | OPTIMIZERS)
def test_a_mistake_is_called_by_its_name(written: Written) -> None:
    checks = prove(written.text)
    wrong = [check for check in checks if not check.passed]
    assert wrong[0].key == written.check
    mistake = wrong[0].mistakes[0]
    assert mistake.key == written.key
    assert written.where in mistake.where
    assert {check.key for check in wrong} <= {written.check, "network"}
    if mistake.key != "raises":  # with the input, what was expected and what came
        begins = [line.split()[0] for line in mistake.example]
        assert {"expected", "came"} <= set(begins)
        assert all(len(line) < 110 for line in mistake.example)
        expected, came = (
            next(line for line in mistake.example if line.startswith(w)) for w in ("expected", "came")
        )
        assert expected.split(maxsplit=1)[1] != came.split(maxsplit=1)[1] or mistake.key == "single_precision"


def test_the_example_is_of_small_numbers_that_can_be_computed_by_hand() -> None:
    wrong = next(check for check in prove(LAYERS["dx averaged"].text) if not check.passed)
    assert wrong.mistakes[0].example == (
        "given     x = [[1, 2], [3, -1]]",
        "given     w = [[2, -1], [1, 3]]",
        "given     b = [1, -2]",
        "given     backprop = [[1, -2], [4, 2]]",
        "expected  dx = [[4, -5], [6, 10]]",
        "came      dx = [[2, -2.5], [3, 5]]",
    )
    wrong = next(check for check in prove(OPTIMIZERS["sign of the momentum"].text) if not check.passed)
    assert wrong.mistakes[0].example == (
        "given     w1 = [[1, 2]], momentum = 0.8",
        "given     step 1: gradient [[0.5, -1]], learning rate 0.1",
        "given     step 2: gradient [[0.25, 1.5]], learning rate 0.1",
        "expected  w1 = [[0.885, 2.03]] after step 2",
        "came      w1 = [[0.965, 1.87]] after step 2",
    )


SUMS = LAYERS["dw not averaged"].wrong, LAYERS["db not averaged"].wrong
DIVIDES = LAYERS["loss divides and layers average"]


def summing(text: str) -> str:
    for mistake, wrong in zip(("dw not averaged", "db not averaged"), SUMS, strict=True):
        assert LAYERS[mistake].right in text
        text = text.replace(LAYERS[mistake].right, wrong)
    return text


def network_of(text: str, *, averaged_twice: bool = False) -> Check:
    return prove_layers(LocalClasses(text), averaged_twice=averaged_twice)[-1]


def test_layer_and_loss_must_average_once_between_them() -> None:
    assert network_of(HOMEWORK).passed
    assert network_of(summing(DIVIDES.text)).passed  # torch's way
    neither = network_of(summing(HOMEWORK))
    assert [mistake.key for mistake in neither.mistakes] == ["gradient_not_averaged"]
    both = network_of(DIVIDES.text)
    assert [mistake.key for mistake in both.mistakes] == ["averaged_twice"]


def test_averaging_twice_is_right_where_the_experiment_says_that_it_is_done() -> None:
    assert network_of(DIVIDES.text, averaged_twice=True).passed
    assert network_of(HOMEWORK, averaged_twice=True).passed  # then we divide once more


@pytest.mark.parametrize("averaged_twice", [False, True])
@pytest.mark.parametrize("text", [HOMEWORK, DIVIDES.text, summing(HOMEWORK), summing(DIVIDES.text)])
@pytest.mark.parametrize("alone", ["FullyConnectedLayer", "ReLU", "Softmax_CrossEntropy"])
def test_a_class_that_is_given_alone_is_fitted_to_ours(alone: str, text: str, averaged_twice: bool) -> None:
    classes = LocalClasses(text)
    for name in ("FullyConnectedLayer", "ReLU", "Softmax_CrossEntropy"):
        if name != alone:
            del classes.names[name]
    checks = prove_layers(classes, averaged_twice=averaged_twice)
    assert len(checks) == 2
    assert all(check.passed for check in checks), [check.evidence for check in checks]


def test_a_file_without_the_classes_is_none_of_ours() -> None:
    assert prove("x = 1") == []
    assert HomeworkClasses() == HomeworkClasses(None, None, None)


CLASSIFIER = """
class Classifier:
    def __init__(self, dim_in, dim_out, dim_hidden, device="cpu"):
        {}
        self.sizes = dim_hidden
"""


def test_a_classifier_that_lets_the_callers_list_grow_is_told_of() -> None:
    grows = LocalClasses(CLASSIFIER.format("dim_hidden.append(dim_out)"))
    (check,) = prove_further(grows)
    assert [mistake.key for mistake in check.mistakes] == ["caller_list_changed"]
    assert check.mistakes[0].example[-1] == "came      dim_hidden = [8, 4, 2, 3]"
    (check,) = prove_further(LocalClasses(CLASSIFIER.format("dim_hidden = dim_hidden + [dim_out]")))
    assert check.passed
    assert prove_further(LocalClasses(HOMEWORK)) == []
    assert prove_further(LocalClasses(CLASSIFIER.format("raise RuntimeError"))) == []


def test_every_mistake_has_a_sentence_in_the_catalogue() -> None:
    sentences = tomllib.loads((ROOT / "templates" / "catalogue.toml").read_text(encoding="utf-8"))["mistake"]
    variants = [
        wrong_layers.of_fully_connected(averages=True),
        wrong_layers.RELU,
        wrong_layers.of_loss(divides=False),
        wrong_layers.PAIR,
        *wrong_optimizers.VARIANTS.values(),
    ]
    keys = {key.partition(",")[0] for known in variants for key in known}
    keys |= {written.key for written in (LAYERS | OPTIMIZERS).values()} | {"caller_list_changed"}
    assert keys <= set(sentences)
    assert len(keys) > 50

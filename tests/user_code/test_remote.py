"""Users' classes are described and called in a process of their own, and what they do comes back as data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.remote import CodeProcess
from reportgen.user_code.source import UserCode
from tests.helpers.user_code import WAYS, code_of, guard_by

CODE = '''
import dataclasses
import os
from collections.abc import Callable

import numpy as np
import torch


class SGD(object):
    """Plain descent.

    More.
    """

    def __init__(self, learning_rate=1e-3, betas=(0.9, 0.999), *, nesterov=False, like=torch.float32):
        self.lr = learning_rate
        self.secret = lambda: None

    def step(self, params, params_grad):
        for key in params:
            params[key] -= self.lr * params_grad[key]

    def rebinding(self, params, params_grad):
        for key in params:
            params[key] = params[key] - self.lr * params_grad[key]
        params_grad.clear()

    @staticmethod
    def kinds(*values):
        return [type(value).__name__ for value in values]

    def environment(self):
        return dict(os.environ), os.getcwd()


class Needs(SGD):
    def __init__(self, first, *more):
        super().__init__()

    def fails(self):
        return np.zeros(2)[self.lr:]

    def leaves(self):
        raise SystemExit

    def odd(self):
        class Odd(Exception):
            def __str__(self):
                raise KeyError
        raise Odd("x")


@dataclasses.dataclass(frozen=True)
class About:
    name: str
    trial: dict
    words: tuple
    twin: Callable


class Twin:
    def __init__(self, weights, biases, momentum):
        self.tensors, self.momentum = weights + biases, momentum
        self.param_groups = [{"lr": 1.0}]

    def step(self):
        for tensor in self.tensors:
            tensor.data -= self.param_groups[0]["lr"] * self.momentum * tensor.grad


def make_twin(weights, biases, **hyperparameters):
    if not hyperparameters:
        import no_such_package
    assert all(tensor.requires_grad and tensor.is_leaf for tensor in weights + biases)
    return Twin(weights, biases, **hyperparameters)


ABOUT = About("Descent", {"momentum": 0.5}, ("a", "b"), make_twin)
'''


def line_of(text: str) -> int:
    """The line of the code on which a text stands."""
    return CODE[: CODE.index(text)].count("\n") + 1


@pytest.fixture(scope="module", params=WAYS)
def process(request: pytest.FixtureRequest) -> Iterator[CodeProcess]:
    with pytest.MonkeyPatch.context() as patches:
        guard_by(request.param, patches)
        patches.setenv("SECRET_TOKEN", "x")
        with CodeProcess(code_of(CODE)) as started:
            yield started


def test_the_classes_of_a_file_are_described(process: CodeProcess) -> None:
    description = process.describe()
    assert [described.name for described in description.classes] == ["SGD", "Needs", "About", "Twin"]
    sgd, needs = description.find("SGD"), description.find("Needs")
    assert sgd is not None
    assert needs is not None
    assert sgd.docstring == "Plain descent.\n\nMore."
    assert [(one.name, one.required, one.default) for one in sgd.parameters] == [
        ("learning_rate", False, 1e-3),
        ("betas", False, (0.9, 0.999)),
        ("nesterov", False, False),
        ("like", False, None),
    ]
    assert [(one.name, one.required) for one in needs.parameters] == [("first", True), ("*more", False)]
    lines = CODE.split("\n")
    assert lines[sgd.first_line - 1] == "class SGD(object):"
    assert sgd.source.startswith("class SGD(object):\n")
    assert "def environment" in sgd.source
    step = needs.method("step")
    assert step is not None
    assert step.parameters == ("params", "params_grad")
    assert lines[step.first_line - 1] == "    def step(self, params, params_grad):"
    assert sgd.method("kinds") is not None
    assert sgd.method("fails") is None
    assert description.has_twin
    assert description.about == {
        "name": "Descent",
        "trial": {"momentum": 0.5},
        "words": ("a", "b"),
        "twin": None,
    }


@pytest.mark.parametrize("method", ["step", "rebinding"])
def test_arguments_come_back_as_the_call_left_them(process: CodeProcess, method: str) -> None:
    optimizer = process.new("SGD", 0.5)
    parameters = {"w1": torch.ones(2, 3, dtype=torch.float64), "b1": torch.zeros(3)}
    gradients = {name: torch.ones_like(tensor) for name, tensor in parameters.items()}
    result, (after, gradients_after) = optimizer.call(method, parameters, gradients)
    assert result is None
    assert torch.equal(after["w1"], torch.full((2, 3), 0.5, dtype=torch.float64))
    assert torch.equal(after["b1"], torch.full((3,), -0.5))
    assert torch.equal(parameters["w1"], torch.ones(2, 3, dtype=torch.float64))  # a copy went there
    assert list(gradients_after) == (["w1", "b1"] if method == "step" else [])


def test_objects_are_apart_and_their_attributes_can_be_seen_and_set(process: CodeProcess) -> None:
    one, other = process.new("SGD", learning_rate=1), process.new("Needs", "x", "y")
    one.set("lr", 0.25)
    assert (one.get("lr"), other.get("lr")) == (0.25, 1e-3)
    assert one.has("lr")
    assert not one.has("learning_rate")


def test_tensors_arrive_as_what_is_asked_for(process: CodeProcess) -> None:
    kinds = process.new("SGD").call("kinds", torch.ones(1), np.ones(1), 1, 1.0, True, None, "x")[0]
    assert kinds == ["Tensor", "ndarray", "int", "float", "bool", "NoneType", "str"]
    assert process.new("SGD").call("kinds", torch.ones(1), as_numpy=True)[0] == ["ndarray"]


def test_the_twin_steps_over_there(process: CodeProcess) -> None:
    weights, biases = [torch.ones(2, 2, dtype=torch.float64)], [torch.ones(2, dtype=torch.float64)]
    twin = process.new_twin(weights, biases, momentum=0.5)
    for learning_rate, expected in ((1.0, 0.5), (0.5, 0.25), (None, 0.0)):
        gradients = ([torch.ones(2, 2).double()], [torch.ones(2).double()])
        new_weights, new_biases = twin.step(*gradients, learning_rate=learning_rate)
        assert torch.equal(new_weights[0], torch.full((2, 2), expected, dtype=torch.float64))
        assert torch.equal(new_biases[0], torch.full((2,), expected, dtype=torch.float64))
    with pytest.raises(UserCodeError) as caught:
        process.new_twin(weights, biases)
    assert caught.value.kind == "ModuleNotFoundError"


def test_nothing_of_the_users_own_is_in_the_environment(process: CodeProcess) -> None:
    environment, folder = process.new("SGD").call("environment")[0]
    assert "SECRET_TOKEN" not in environment
    assert environment["HOME"] == folder


@pytest.mark.parametrize(
    ("class_name", "arguments", "method", "message"),
    [
        ("Needs", ("x",), "fails", f"hw5.py, line {line_of('np.zeros(2)')}: TypeError: "),
        (
            "Needs",
            ("x",),
            "leaves",
            f"hw5.py, line {line_of('raise SystemExit')}: SystemExit: ends the program",
        ),
        ("Needs", ("x",), "odd", f"hw5.py, line {line_of('raise Odd')}: Odd"),
        ("Needs", (), "step", "hw5.py: Needs(...): TypeError: "),
        ("Nothing", (), "step", "hw5.py: Nothing(...): AttributeError: "),
        ("SGD", (), "step", "hw5.py: SGD.step: TypeError: "),
        ("SGD", (), "dance", "hw5.py: SGD.dance: AttributeError: "),
    ],
)
def test_exceptions_come_back_in_a_line_and_the_process_goes_on(
    process: CodeProcess, class_name: str, arguments: tuple[str, ...], method: str, message: str
) -> None:
    with pytest.raises(UserCodeError) as caught:
        process.new(class_name, *arguments).call(method)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert process.new("SGD").get("lr") == 1e-3


def test_what_is_no_data_is_said_to_be_none(process: CodeProcess) -> None:
    with pytest.raises(UserCodeError, match=r"hw5.py: SGD.secret: .* a function is no data"):
        process.new("SGD").get("secret")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import torch\n\nx = y\n", "hw5.py, line 3: NameError: name 'y' is not defined"),
        ("import sys\nsys.exit('enough')\n", "hw5.py, line 2: SystemExit: ends the program (enough)"),
    ],
)
def test_what_is_raised_as_code_is_loaded_names_its_line(text: str, message: str) -> None:
    with pytest.raises(UserCodeError) as caught:
        CodeProcess(code_of(text))
    assert str(caught.value) == message


def test_a_notebook_runs_without_what_trains_and_what_fails() -> None:
    text = "from _utils import data\nprint(data)\nclass SGD:\n    lr = 3\nwhile True: pass\nx = SGD.lr + y\n"
    whole = code_of(text, "hw5.ipynb")
    with CodeProcess(UserCode(whole.file, whole.text, whole.digest, (1, 3))) as process:
        assert process.new("SGD").get("lr") == 3
        assert process.describe().skipped == (
            "hw5.ipynb, code cell 1, line 1: ModuleNotFoundError: No module named '_utils'",
            "hw5.ipynb, code cell 2, line 4: NameError: name 'y' is not defined",
        )

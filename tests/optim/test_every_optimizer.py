"""One table: every optimizer of this program on every problem, beside its twin, and in what all do."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from matplotlib.mathtext import MathTextParser
from torch import Tensor
from ziamath.zmath import Latex

from reportgen.checks.problems import BOWL, PROBLEMS, draw
from reportgen.nn import WeightGradient
from reportgen.optim import OptimizerKind, built_in, rules
from reportgen.training.optimizer_state import restore_state, state_of
from tests.helpers.small_network import Parameters, some_gradients, some_parameters

EACH = pytest.mark.parametrize("kind", built_in().values(), ids=built_in())

SETTINGS: dict[str, dict[str, float]] = {
    "SGD": {"learning_rate": 0.02},
    "SGD_Momentum": {"learning_rate": 0.01},
    "AdaGrad": {"learning_rate": 0.5},
    "Adadelta": {"learning_rate": 10.0},
    "LAMB": {"learning_rate": 0.05},
    "Lion": {"learning_rate": 0.05},
    "Muon": {"learning_rate": 0.2},
    "Nesterov": {"learning_rate": 0.01},
    "RAdam": {"learning_rate": 0.05},
    "SOAP": {"epsilon": 1e-3},  # its own is too small where most gradients are 0
    "ScheduleFreeSGD": {"learning_rate": 0.05},
    "Shampoo": {"learning_rate": 0.5, "epsilon": 1.0},  # its own is too small where most gradients are 0
}
"""What suits every problem, where it is not a learning rate of 0.1."""


def make_suited(kind: OptimizerKind) -> Any:
    return kind.make(**{"learning_rate": 0.1} | SETTINGS.get(kind.name, {}))


def evaluated(optimizer: Any, parameters: Parameters) -> Parameters:
    """The weights that count: some optimizers train others."""
    return optimizer.evaluated(parameters) if hasattr(optimizer, "evaluated") else parameters


# ---------------------------------------------------------------- it gets somewhere


@EACH
@pytest.mark.parametrize("problem", PROBLEMS)
def test_gets_down(kind: OptimizerKind, problem: str) -> None:
    where = PROBLEMS[problem]
    parameters, optimizer = where.start(), make_suited(kind)
    before = where.loss(parameters)
    for step in range(where.steps):
        optimizer.step(parameters, where.gradients(parameters, step))
    assert where.loss(evaluated(optimizer, parameters)) < where.share * before


@EACH
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_computes_in_the_type_of_the_parameters(kind: OptimizerKind, dtype: torch.dtype) -> None:
    optimizer = make_suited(kind)
    parameters = {name: p.to(dtype) for name, p in BOWL.start().items()}
    before = BOWL.loss(parameters)
    for step in range(BOWL.steps):
        optimizer.step(parameters, BOWL.gradients(parameters, step))
    result = evaluated(optimizer, parameters)
    assert BOWL.loss(result) < BOWL.share * before
    tensors = [*parameters.values(), *result.values(), *tensors_in(vars(optimizer))]
    assert {tensor.dtype for tensor in tensors if tensor.is_floating_point()} == {dtype}


@EACH
def test_where_training_multiplies_in_bfloat16_a_step_is_as_precise_as_ever(kind: OptimizerKind) -> None:
    """Its gradients are bfloat16 there; nothing that a rule computes is."""
    paths = []
    for automatic in (True, False):
        optimizer, parameters = make_suited(kind), some_parameters()
        for step in range(12):
            gradients = {name: draw(step, *p.shape).bfloat16() for name, p in parameters.items()}
            with torch.autocast("cpu", torch.bfloat16, enabled=automatic):
                wide = gradients if automatic else {name: g.float() for name, g in gradients.items()}
                optimizer.step(parameters, wide)
        paths.append(parameters)
    assert same(*paths)


# ---------------------------------------------------------------- beside another one's program

STEPS, L2, DECAY = 60, 0.01, 0.3
LEARNING_RATES: dict[str, Callable[[int], float]] = {
    "constant": lambda _: 1.0,
    "changing": lambda step: 1 + math.cos(step * math.pi / 4),  # now and then it is 0
}


@EACH
@pytest.mark.parametrize("decay", [0.0, DECAY])
@pytest.mark.parametrize("rate", LEARNING_RATES)
def test_takes_the_same_steps_as_its_twin(kind: OptimizerKind, decay: float, rate: str) -> None:
    """The gradients come as factors, as in training, at every other step."""
    values = {**kind.hyperparameters, **kind.about.trial, "weight_decay": decay}
    # two of one shape, so that a state that they share is noticed
    shapes = {"w1": (5, 4), "b1": (4,), "w2": (4, 4), "b2": (4,), "w3": (4, 4)}
    parameters = {name: draw(seed, *shape) for seed, (name, shape) in enumerate(shapes.items())}
    others = {name: p.clone().requires_grad_() for name, p in parameters.items()}
    assert kind.about.twin is not None
    twin = kind.about.twin(
        [p for p in others.values() if p.dim() > 1], [p for p in others.values() if p.dim() == 1], **values
    )
    ours = kind.make(**values)
    moved = 0.0
    for step in range(STEPS):
        ours.learning_rate = float(values["learning_rate"]) * LEARNING_RATES[rate](step)
        for group in twin.param_groups:
            group["lr"] = ours.learning_rate
        gradients: dict[str, Any] = {}
        for seed, (name, p) in enumerate(parameters.items(), 10 * step):
            x, d, other = draw(2 * seed, 6, *p.shape[:-1]), draw(2 * seed + 1, 6, p.shape[-1]), others[name]
            # a slope that leads somewhere, and noise; of the weights with an L2 term
            if p.dim() == 1:
                gradients[name], other.grad = p + x @ d, (other + x @ d).detach()
                continue
            factors = WeightGradient(x, d, p, L2)
            gradients[name] = factors if step % 2 else factors.written_out()
            other.grad = (x.T @ d + 2 * L2 * other).detach()
        before = {name: p.clone() for name, p in parameters.items()}
        ours.step(parameters, gradients)
        twin.step()
        for name, p in parameters.items():
            torch.testing.assert_close(p, others[name].detach(), rtol=kind.about.limit, atol=kind.about.limit)
        moved += sum((p - before[name]).abs().max().item() for name, p in parameters.items())
    assert moved > 1e-2  # else the comparison would say nothing


# ---------------------------------------------------------------- what it takes and leaves alone


def tensors_in(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from tensors_in(part)


def same(value: Any, other: Any) -> bool:
    """Whether two states are the same to the last bit."""
    if isinstance(value, Tensor):
        return value.dtype == other.dtype and torch.equal(value, other)
    if isinstance(value, dict):
        return value.keys() == other.keys() and all(same(value[key], other[key]) for key in value)
    return bool(value == other)


@EACH
def test_parameters_are_updated_in_place_and_gradients_left_alone(kind: OptimizerKind) -> None:
    optimizer, parameters, gradients = kind.make(), some_parameters(), some_gradients()
    tensors, places = dict(parameters), {name: p.data_ptr() for name, p in parameters.items()}
    for _ in range(3):
        optimizer.step(parameters, gradients)
    for name, tensor in tensors.items():
        assert parameters[name] is tensor
        assert tensor.data_ptr() == places[name]
        assert not torch.equal(tensor, some_parameters()[name])
        assert torch.equal(gradients[name], some_gradients()[name])


@EACH
def test_what_is_evaluated_is_no_part_of_what_trains(kind: OptimizerKind) -> None:
    optimizer, parameters = kind.make(), some_parameters()
    optimizer.step(parameters, some_gradients())
    state, before = copy.deepcopy(vars(optimizer)), copy.deepcopy(parameters)
    result = evaluated(optimizer, parameters)
    assert {name: p.shape for name, p in result.items()} == {name: p.shape for name, p in parameters.items()}
    assert same(vars(optimizer), state)
    assert same(parameters, before)


def missing(gradients: dict[str, Any]) -> None:
    del gradients["w2"]


def misshapen(*shape: int) -> Callable[[dict[str, Any]], None]:
    return lambda gradients: gradients.update(w2=torch.ones(shape))


def misshapen_factors(gradients: dict[str, Any]) -> None:
    gradients["w2"] = WeightGradient(torch.ones(4, 5), torch.ones(4, 2), torch.ones(5, 2))


@EACH
@pytest.mark.parametrize("steps_before", [0, 3])  # without a state, and between steps
@pytest.mark.parametrize(
    ("spoil", "error", "named"),
    [
        (missing, KeyError, ["w2", "missing"]),
        (misshapen(2, 3), ValueError, ["w2", "(2, 3)", "(2, 2)"]),
        (misshapen(4), ValueError, ["w2", "(4,)", "(2, 2)"]),
        (misshapen(2, 1), ValueError, ["w2", "(2, 1)", "(2, 2)"]),
        (misshapen(), ValueError, ["w2", "()", "(2, 2)"]),
        (misshapen_factors, ValueError, ["w2", "(5, 2)", "(2, 2)"]),
    ],
)
def test_gradients_that_do_not_fit_are_refused_before_anything_has_changed(
    kind: OptimizerKind,
    steps_before: int,
    spoil: Callable[[dict[str, Any]], None],
    error: type[Exception],
    named: list[str],
) -> None:
    optimizer, parameters, gradients = kind.make(), some_parameters(), some_gradients()
    for _ in range(steps_before):
        optimizer.step(parameters, gradients)
    before, state = copy.deepcopy(parameters), copy.deepcopy(vars(optimizer))
    spoil(gradients)
    with pytest.raises(error) as refusal:
        optimizer.step(parameters, gradients)
    assert [part for part in named if part not in str(refusal.value)] == []
    assert same(parameters, before)
    assert same(vars(optimizer), state)


@EACH
def test_gradients_of_nothing_are_ignored(kind: OptimizerKind) -> None:
    parameters, others = some_parameters(), some_parameters()
    optimizer, other = kind.make(), kind.make()
    for _ in range(2):
        optimizer.step(parameters, some_gradients() | {"w9": torch.ones(7)})
        other.step(others, some_gradients())
    assert same(parameters, others)


# ---------------------------------------------------------------- its state, and the schedule


@EACH
@pytest.mark.parametrize("steps_before", [0, 1, 12])
def test_goes_on_from_its_saved_state_to_the_same_bits(kind: OptimizerKind, steps_before: int) -> None:
    """As a checkpoint keeps it: tensors, and the rest as JSON; not a part of it is shared."""
    values = dict(kind.about.trial)

    def train(optimizer: Any, parameters: Parameters, steps: range) -> None:
        for step in steps:
            optimizer.step(
                parameters, {name: draw(9 * step, *p.shape).float() for name, p in parameters.items()}
            )

    optimizer, parameters = kind.make(**values), some_parameters()
    train(optimizer, parameters, range(steps_before))
    tensors, plain = state_of(optimizer)
    tensors, plain = copy.deepcopy(tensors), json.loads(json.dumps(plain))
    parameters_then = copy.deepcopy(parameters)
    train(optimizer, parameters, range(steps_before, 30))
    other = kind.make(**values)
    restore_state(other, tensors, plain)
    train(other, parameters_then, range(steps_before, 30))
    assert same(parameters_then, parameters)
    assert same(vars(other), vars(optimizer))
    assert same(evaluated(other, parameters_then), evaluated(optimizer, parameters))


@EACH
def test_two_of_a_kind_share_nothing(kind: OptimizerKind) -> None:
    def ten_steps() -> Parameters:
        optimizer, parameters = kind.make(), some_parameters()
        for _ in range(10):
            optimizer.step(parameters, some_gradients())
        return parameters

    assert same(ten_steps(), ten_steps())


@EACH
def test_a_schedule_reaches_it(kind: OptimizerKind) -> None:
    """A learning rate that is set from outside: 0 moves nothing, and a smaller one moves less."""

    def distance(learning_rates: list[float]) -> float:
        optimizer, parameters = make_suited(kind), some_parameters()
        for learning_rate in learning_rates:
            optimizer.learning_rate = learning_rate
            optimizer.step(parameters, some_gradients())
        return sum((p - 1).abs().sum().item() for p in evaluated(optimizer, parameters).values())

    rate = make_suited(kind).learning_rate / 10
    assert distance([0.0] * 3) == 0
    assert 0 < distance([rate] * 3 + [rate / 4] * 3) < 0.9 * distance([rate] * 6)


# ---------------------------------------------------------------- what its file says about it


@EACH
def test_its_file_says_all_that_a_report_prints(kind: OptimizerKind) -> None:
    about = kind.about
    assert about.heading is not None
    assert about.text is not None
    assert about.formulas
    for words in [about.heading, about.text, *(formula.spoken for formula in about.formulas)]:
        assert re.search(r"[\u4e00-\u9fff]", words.zh_hant)
        assert re.search(r"[a-z]{3}", words.en)
        assert not re.search(r"[\u4e00-\u9fff]", words.en)
    assert about.source
    assert about.against
    assert (
        about.source.partition(",")[0] in inspect.cleandoc(kind.shown.__doc__ or "").partition("Source:")[2]
    )


@EACH
def test_its_formulas_can_be_set(kind: OptimizerKind) -> None:
    """By what reports set them with; and by another program, which lets no mistake pass."""
    for formula in kind.about.formulas:
        assert "<path" in Latex(formula.latex, size=14).svg()
        MathTextParser("path").parse(f"${formula.latex}$")


def test_a_rules_file_uses_no_other_rule() -> None:
    """What a trial may be reused for is told by the file of its optimizer alone."""
    files = [*Path(str(rules.__file__)).parent.glob("*.py")]
    imported = {
        node.module
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert "reportgen.optim.about" in imported
    assert [module for module in imported if module and "rules" in module] == []
    assert len(files) == len(built_in()) + 1

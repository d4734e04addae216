"""Proofs of optimizers in the homework's form, in float64: step by step beside torch.optim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from reportgen.checks.check import TORCH_OPTIM, Check, Measure, Mistake
from reportgen.checks.likely_mistakes import SAME, SINGLE, SINGLE_PRECISION, UNKNOWN, key_of_error, shown
from reportgen.checks.wrong_optimizers import VARIANTS, Follow, Path, Steps
from reportgen.nn.handing import describe
from reportgen.optim.homework_form import (
    arguments_of,
    find_form,
    find_rate_name,
    handed,
    take_over,
)

PROVED = tuple(VARIANTS)
"""The homework's optimizers, by their names."""
RATE = 0.1
TRIED: Mapping[str, Mapping[str, float]] = {
    "SGD": {},
    "SGD_Momentum": {"momentum": 0.8},
    "Adam": {"beta1": 0.85, "beta2": 0.99, "epsilon": 0.01},
}
"""What each is proved with, where its constructor takes that."""
USUAL = {"momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
"""What it has where its constructor does not."""
OTHER_NAMES = {"epsilon": ("eps",), "momentum": ("mu", "beta")}
"""What constructors call the same."""
STEPS = 200
TORCH, LIMIT = TORCH_OPTIM


@dataclass
class Course:
    """What somebody's optimizer did when it was led through steps.

    path: the parameters after every step. changed: the parameter whose gradient was written into, with the
    gradient before and after. names: those of params afterwards. problem: the error that ended it.
    """

    path: Path = field(default_factory=list)
    changed: tuple[str, Tensor, Tensor] | None = None
    names: list[str] = field(default_factory=list)
    problem: str = ""


def prove_optimizer(name: str, make: Callable[..., Any], arguments: Mapping[str, Any]) -> Check:
    """Prove one of the homework's optimizers.

    Args:
        name: Of PROVED.
        make: Makes an object of the class; called with keyword arguments.
        arguments: Those of its constructor, with their defaults.
    """
    named = {
        ours: next((n for n in (ours, *OTHER_NAMES.get(ours, ())) if n in arguments), None) for ours in USUAL
    }
    tried = {ours: value if named[ours] else USUAL[ours] for ours, value in TRIED[name].items()}
    given = {theirs: tried[ours] for ours, theirs in named.items() if theirs and ours in tried}

    def make_with(rate: float) -> Any:
        return make(**arguments_of(arguments, {"learning_rate": rate, **given}))

    courses = _leads(tried)
    try:
        came = [_lead(make_with, steps) for steps in courses]
    except Exception as error:  # whatever somebody's code does before its first step
        problem = describe(error)
        return _check(name, (), (Mistake(key_of_error(problem), problem),))
    # where two ways of writing it are right, it is held against the nearer one
    errors = {
        against: _distance(came, [right(steps) for steps in courses])
        for against, right in RIGHT[name].items()
    }
    against = min(errors, key=lambda against: errors[against])
    mistakes = tuple(_mistakes(name, courses, came, RIGHT[name][against]))
    return _check(name, (Measure(against, errors[against], LIMIT),), mistakes)


def _check(name: str, measures: tuple[Measure, ...], mistakes: tuple[Mistake, ...]) -> Check:
    problem = mistakes[0].where if mistakes else ""
    return Check(name, f"Test of {name}", "Passed", measures, (), problem, mistakes)


def _leads(hyperparameters: Mapping[str, float]) -> list[Steps]:
    """Two parameters of one shape, in small numbers; the same at changing rates; other shapes, for longer."""
    start = {"w1": _tensor([1, 2]), "w2": _tensor([3, -1])}
    gradients = [
        {"w1": _tensor([0.5, -1]), "w2": _tensor([2, 0.25])},
        {"w1": _tensor([0.25, 1.5]), "w2": _tensor([-1, 0.5])},
        {"w1": _tensor([-1, 0.5]), "w2": _tensor([0.5, 2])},
    ]
    generator = torch.Generator().manual_seed(3)
    shapes = {"w1": (5, 4), "b1": (4,)}
    random = [
        {name: torch.randn(shape, generator=generator, dtype=torch.float64) for name, shape in shapes.items()}
        for _ in range(STEPS + 1)
    ]
    changing = [RATE * (1 + step % 3) for step in range(STEPS)]
    return [
        Steps(start, gradients, [RATE] * 3, hyperparameters),
        Steps(start, gradients, [RATE, RATE / 2, RATE * 2], hyperparameters),
        Steps(random[0], random[1:], changing, hyperparameters),
    ]


def _tensor(*rows: object) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _lead(make: Callable[[float], Any], steps: Steps) -> Course:
    """Lead a new object through steps, as far as it goes."""
    form = find_form(lambda: make(steps.rates[0]))
    inner = make(steps.rates[0])
    rate_name = find_rate_name(inner)
    parameters = {name: value.clone() for name, value in steps.start.items()}
    course = Course()
    try:
        for gradients, rate in zip(steps.gradients, steps.rates, strict=True):
            setattr(inner, rate_name, rate)
            moved = handed(form, parameters)
            own = {name: gradient.clone() for name, gradient in gradients.items()}
            handed_gradients = handed(form, own)
            inner.step(moved, handed_gradients)
            course.names = list(moved)
            take_over(parameters, moved)
            take_over(own, handed_gradients)
            for name, gradient in gradients.items():
                if course.changed is None and not torch.equal(own[name], gradient):
                    course.changed = name, gradient, own[name]
            course.path.append({name: value.clone() for name, value in parameters.items()})
    except Exception as error:  # whatever somebody's code does
        course.problem = describe(error)
    return course


def _mistakes(name: str, leads: Sequence[Steps], came: Sequence[Course], right: Follow) -> Iterator[Mistake]:
    for steps, course in zip(leads, came, strict=True):
        if course.changed is not None:
            changed, before, after = course.changed
            yield Mistake(
                "gradient_changed", f"step: params_grad[{changed!r}]", _change(changed, before, after)
            )
            break
        if course.names and set(course.names) != set(steps.start):
            lines = (f"expected  params has {list(steps.start)}", f"came      params has {course.names}")
            yield Mistake("params_changed", "step: params", lines)
            break
    whole = [(steps, course) for steps, course in zip(leads, came, strict=True) if not course.problem]
    wrong = [(s, c) for s, c in whole if not _agree(c.path, right(s))]
    if wrong:
        known = (
            key.partition(",")[0]
            for key, variant in VARIANTS[name].items()
            if all(_agree(course.path, _follow(variant, steps)) for steps, course in whole)
        )
        nearly = all(_agree(course.path, right(steps), SINGLE) for steps, course in whole)
        key = next(known, SINGLE_PRECISION if nearly else UNKNOWN)
        yield Mistake(key, *_example(*wrong[0], right(wrong[0][0])))
    elif problem := next((course.problem for course in came if course.problem), ""):
        yield Mistake(key_of_error(problem), problem)


def _change(name: str, before: Tensor, after: Tensor) -> tuple[str, ...]:
    return (
        f"given     params_grad[{name!r}] = {shown(before)}",
        f"expected  params_grad[{name!r}] = {shown(before)} after step, too",
        f"came      params_grad[{name!r}] = {shown(after)}",
    )


def _example(steps: Steps, course: Course, right: Path) -> tuple[str, tuple[str, ...]]:
    """Where an optimizer first went another way: the step and the parameter, and the numbers up to there."""
    number, name = next(
        (number, name)
        for number, (now, expected) in enumerate(zip(course.path, right, strict=True))
        for name in expected
        if not _agree([{name: now[name]}], [{name: expected[name]}])
    )
    further = "".join(f", {name} = {value:g}" for name, value in steps.hyperparameters.items())
    lines = [f"given     {name} = {shown(steps.start[name])}{further}"]
    for step in range(number + 1):
        gradient = shown(steps.gradients[step][name])
        lines.append(f"given     step {step + 1}: gradient {gradient}, learning rate {steps.rates[step]:g}")
    lines.append(f"expected  {name} = {shown(right[number][name])} after step {number + 1}")
    lines.append(f"came      {name} = {shown(course.path[number][name])} after step {number + 1}")
    return f"step {number + 1}: params[{name!r}]", tuple(lines)


def _follow(variant: Follow, steps: Steps) -> Path:
    try:
        return variant(steps)
    except RuntimeError:  # the mistake cannot be made with these shapes
        return []


def _agree(path: Path, other: Path, limit: float = SAME) -> bool:
    """Whether two paths are the same within rounding; what is no number is the same in both."""
    return len(path) == len(other) and all(
        here[name].shape == there[name].shape
        and torch.allclose(here[name], there[name], rtol=limit, atol=limit, equal_nan=True)
        for here, there in zip(path, other, strict=True)
        for name in there
    )


def _distance(came: Sequence[Course], right: Sequence[Path]) -> float:
    """The largest relative difference in any parameter after any step; endless where one was not taken."""
    error = 0.0
    for course, path in zip(came, right, strict=True):
        if course.problem:
            return float("inf")
        for here, there in zip(course.path, path, strict=True):
            for name, value in there.items():
                difference = float(((here[name] - value).abs() / value.abs().clamp(min=1)).max())
                error = max(error, difference if difference >= 0 else float("inf"))
    return error


def _beside_torch(
    make: Callable[..., torch.optim.Optimizer], steps: Steps, *, rate_in_gradient: bool = False
) -> Path:
    """The path of a torch optimizer. rate_in_gradient: whether its velocity keeps every step's own rate."""
    parameters = {name: value.clone().requires_grad_() for name, value in steps.start.items()}
    twin = make(list(parameters.values()), steps.hyperparameters)
    path: Path = []
    for gradients, rate in zip(steps.gradients, steps.rates, strict=True):
        for group in twin.param_groups:
            group["lr"] = 1.0 if rate_in_gradient else rate
        for name, parameter in parameters.items():
            parameter.grad = gradients[name] * rate if rate_in_gradient else gradients[name].clone()
        twin.step()
        path.append({name: parameter.detach().clone() for name, parameter in parameters.items()})
    return path


def _torch_sgd(parameters: list[Tensor], hyperparameters: Mapping[str, float]) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=RATE, momentum=hyperparameters.get("momentum", 0.0))


def _torch_adam(parameters: list[Tensor], hyperparameters: Mapping[str, float]) -> torch.optim.Optimizer:
    betas = hyperparameters["beta1"], hyperparameters["beta2"]
    return torch.optim.Adam(parameters, lr=RATE, betas=betas, eps=hyperparameters["epsilon"])


RIGHT: Mapping[str, Mapping[str, Follow]] = {
    "SGD": {TORCH: partial(_beside_torch, _torch_sgd)},
    "SGD_Momentum": {
        TORCH: partial(_beside_torch, _torch_sgd, rate_in_gradient=True),
        "torch.optim, the learning rate outside the velocity": partial(_beside_torch, _torch_sgd),
    },
    "Adam": {TORCH: partial(_beside_torch, _torch_adam)},
}
"""By optimizer, the ways to write it that are right, by what each is held against."""

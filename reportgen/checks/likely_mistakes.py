"""What is probably wrong with somebody's code: what came of it is compared with known wrong variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from reportgen.checks.check import Mistake

UNKNOWN = "unknown"
"""The key of a mistake that nobody recognizes; that of code that raises an error, or of a place that is
to be filled in; that of rounding."""
RAISES, NOT_WRITTEN = "raises", "not_written"
SINGLE_PRECISION = "single_precision"
SAME = 1e-9
"""The largest relative difference of what came from the variant that it is taken for."""
SINGLE = 1e-5
"""What is nearer than this to what was expected was computed in float32."""
MOST_SHOWN = 12
"""The most entries of a tensor that an example prints."""

Values = Mapping[str, Tensor]
Variant = Callable[[Values], Tensor]
"""Computes from what was given what a mistake would have made of it."""


@dataclass(frozen=True)
class Case:
    """One use of somebody's code.

    Attributes:
        given: The input, by name.
        expected: What should come, by name.
        came: What came, by name; what did not is missing.
        problem: The error that ended it; empty where none did.
        hidden: Names of what is given for variants alone, and not shown.
        extreme: Whether it tells of overflow alone, and nothing where what is usual goes wrong already.
    """

    given: Values
    expected: Values
    came: Values
    problem: str = ""
    hidden: tuple[str, ...] = ()
    extreme: bool = False


def key_of_error(problem: str) -> str:
    """Return the key of the mistake of code that ended with an error.

    Args:
        problem: What it raised, and where; NotImplementedError says that it is not written yet.
    """
    return NOT_WRITTEN if "NotImplementedError" in problem else RAISES


def recognize(
    cases: Sequence[Case], variants: Mapping[str, Mapping[str, Variant]], where: Mapping[str, str]
) -> tuple[Mistake, ...]:
    """Return the mistakes in what came, each once, in the order of what came wrong.

    Args:
        cases: The uses, those of few numbers first: the first that is wrong is the example.
        variants: By the key of a mistake, what it makes of each value that it changes.
        where: What each value is called in the example, such as "backward: dx".
    """
    mistakes: dict[str, Mistake] = {}
    for name in where:
        wrong = [
            case for case in cases if name in case.came and not _is(case.came[name], case.expected[name])
        ]
        if wrong:
            key = _key(name, cases, variants)
            mistakes.setdefault(key, Mistake(key, where[name], tuple(_example(wrong[0], name))))
    if len(mistakes) > 1:  # what is known explains more than what is not
        mistakes.pop(UNKNOWN, None)
    problem = next((case.problem for case in cases if case.problem), "")
    if problem and not mistakes:
        return (
            Mistake(
                key_of_error(problem), problem, tuple(_given(next(case for case in cases if case.problem)))
            ),
        )
    return tuple(mistakes.values())


def _key(name: str, cases: Sequence[Case], variants: Mapping[str, Mapping[str, Variant]]) -> str:
    """The mistake that explains every case; a variant of it is named behind a comma."""
    came = [case for case in cases if name in case.came]
    usual = [case for case in came if not case.extreme]
    if not all(_is(case.came[name], case.expected[name]) for case in usual):
        came = usual
    for key, by_name in variants.items():
        if name in by_name and all(_is(case.came[name], _made(by_name[name], case)) for case in came):
            return key.partition(",")[0]
    if all(_is(case.came[name], case.expected[name], SINGLE) for case in came):
        return SINGLE_PRECISION
    return UNKNOWN


def _made(variant: Variant, case: Case) -> Tensor | None:
    try:
        return variant(case.given)
    except (RuntimeError, IndexError):  # the mistake cannot be made with these shapes
        return None


def _is(value: Tensor, other: Tensor | None, limit: float = SAME) -> bool:
    """Whether two are the same within rounding; what is no number is the same in both."""
    if other is None or value.shape != other.shape:
        return False
    return torch.allclose(value, other.to(value.dtype), rtol=limit, atol=limit, equal_nan=True)


def _example(case: Case, name: str) -> Iterator[str]:
    yield from _given(case)
    came, expected = case.came[name], case.expected[name]
    if came.shape == expected.shape and came.numel() > MOST_SHOWN:
        index = torch.nonzero(~torch.isclose(came, expected, rtol=SAME, atol=SAME))[0].tolist()
        name, came, expected = f"{name}{index}", came[tuple(index)], expected[tuple(index)]
    yield f"expected  {name} = {shown(expected)}"
    yield f"came      {name} = {shown(came)}"


def _given(case: Case) -> Iterator[str]:
    for name, value in case.given.items():
        if name not in case.hidden:
            yield f"given     {name} = {shown(value)}"


def shown(value: Tensor) -> str:
    """Return a tensor's numbers in short, or its shape where there are many.

    Args:
        value: Of any shape.
    """
    if value.numel() > MOST_SHOWN:
        return f"(numbers of shape {tuple(value.shape)})"
    return _written(value.tolist())


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)

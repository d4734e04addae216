"""What an optimizer's file may say about it, beside its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = float | int | bool | str | tuple[float, ...]
"""What a hyperparameter may be: a number, a truth value, a text, or a pair such as (0.9, 0.999)."""


@dataclass(frozen=True)
class Words:
    """One text in both languages of a report."""

    zh_hant: str
    en: str


@dataclass(frozen=True)
class Formula:
    """A line of an update rule. latex: as it is set. spoken: how it is read aloud."""

    latex: str
    spoken: Words


@dataclass(frozen=True)
class About:
    """What is known of an optimizer. What is left out here is left out of the report.

    Attributes:
        name: What experiments call it, where that is not its class's name.
        heading: Its name in words.
        text: What it does, in a sentence or two.
        formulas: Its rule, line by line.
        source: Where it was published.
        twin: An independent implementation: called with lists of weights and of biases (leaf tensors,
            float64) and with the hyperparameters, it returns what has torch's `param_groups`, each with
            "lr", and `step()`, which reads every tensor's `.grad`. An ImportError means that there is none
            here.
        against: What the twin is, such as "torch.optim.RMSprop".
        limit: The largest relative difference from the twin, in float64.
        trial: The hyperparameters to prove it with, where not its defaults.
        on_problems: Those to try it with on small problems, whose gradients are mostly 0 or of few
            directions, where not its defaults; the learning rate is found by trying.
    """

    name: str = ""
    heading: Words | None = None
    text: Words | None = None
    formulas: tuple[Formula, ...] = ()
    source: str = ""
    twin: Callable[..., Any] | None = None
    against: str = ""
    limit: float = 1e-10
    trial: Mapping[str, Value] = field(default_factory=dict)
    on_problems: Mapping[str, Value] = field(default_factory=dict)

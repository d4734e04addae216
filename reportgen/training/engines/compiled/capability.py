"""What the compiled engine can train: found out by noting the optimizer's rule, without compiling it."""

from __future__ import annotations

import importlib
import json
from functools import cache

import torch

from reportgen.optim import find
from reportgen.training.engines.compiled.noted_rules import NotElementwiseError
from reportgen.training.engines.compiled.shadow import Shadow
from reportgen.training.trial import Setup

STEPS = 20
"""So many steps of a rule are noted: some rules are others at first."""
DTYPES = ("float32", "float64")


def what_lacks(setup: Setup) -> str | None:
    """Return why the compiled engine cannot train a setup, a key of REASONS in choice.py; None where it can.

    Args:
        setup: Of this program's or an installed package's optimizer.
    """
    if setup.optimizer_code or setup.layers_code:
        return "user_code"
    if setup.dtype not in DTYPES:
        return "dtype"
    values = json.dumps(setup.hyperparameters, sort_keys=True)
    return None if _has_one_rule(setup.optimizer, values) else "rule"


@cache
def has_numba() -> bool:
    """Return whether numba can be imported, which takes a while."""
    try:
        importlib.import_module("numba")
    except ImportError:
        return False
    return True


@cache
def _has_one_rule(name: str, hyperparameters: str) -> bool:
    """Whether an optimizer does the same to every number of a parameter, in steps that can be noted."""
    try:
        optimizer = find(name).make(**json.loads(hyperparameters))
        parameters = {
            "w1": torch.ones(3, 2),
            "b1": torch.ones(2),
            "w2": torch.ones(2, 3),
            "b2": torch.ones(3),
        }
        with torch.inference_mode():
            optimizer.step(parameters, {name: torch.ones_like(p) for name, p in parameters.items()})
            shadow = Shadow(optimizer, parameters)
            for step in range(STEPS):
                shadow.step(optimizer.learning_rate / (1 + step))
    except NotElementwiseError:
        return False
    except Exception:  # of a package's code, which was not made to be noted
        return False
    return True

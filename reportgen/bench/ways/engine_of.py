"""Which engine a way trains a work with; an earlier commit has none, or not all."""

from __future__ import annotations

import dataclasses
from typing import Any

from reportgen.bench.ways.way import AbsentError
from reportgen.bench.works import Work
from reportgen.training import Setup

EPOCHS = 1_000_000
"""More than any bench trains."""


def engine_of(work: Work, name: str | None) -> str | None:
    """Return the name of an engine that trains a work; None where an earlier commit has one way alone.

    Args:
        work: What is to be trained.
        name: Of an engine; None for the best that there is.

    Raises:
        AbsentError: There is no such engine here, or it cannot do this work.
    """
    try:
        from reportgen.training.engines.choice import REASONS, compiled_reason
    except ImportError:
        if name in {None, "textbook"}:
            return None
        raise AbsentError(f"there is no engine '{name}'") from None
    reason = compiled_reason(setup_of(work, "compiled"))
    if reason is None or name == "textbook":
        return name or "compiled"
    if name is None:
        return "textbook"
    raise AbsentError(f"the compiled engine does not train it: {REASONS[reason]}")


def setup_of(work: Work, engine: str | None) -> Setup:
    """Return the setup of a trial of a work, with what an earlier commit's setups know.

    Args:
        work: What is trained.
        engine: The name of an engine; None where there are none.
    """
    known = {field.name for field in dataclasses.fields(Setup)}
    values: dict[str, Any] = {
        "stage": "comparison",
        "label": work.optimizer,
        "optimizer": work.optimizer,
        "hyperparameters": {"learning_rate": work.learning_rate},
        "hidden": work.hidden,
        "batch_size": work.batch_size,
        "epochs": EPOCHS,
        "l2": work.l2,
        "initial_std": None,
        "dtype": work.dtype,
        "subset": None,
        "engine": engine,
    }
    return Setup(**{name: value for name, value in values.items() if name in known})

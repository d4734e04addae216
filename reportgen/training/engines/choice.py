"""The engines by name, and what they can be asked to train."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.training.engines.engine import Engine
from reportgen.training.engines.textbook import TEXTBOOK, TextbookEngine
from reportgen.training.trial import Setup

COMPILED, BATCHED = "compiled", "batched"
REASONS = {
    "user_code": "the code is a user's, which trains in a process that is confined",
    "dtype": "its numbers are neither float32 nor float64",
    "no_numba": "numba cannot be imported",
    "rule": "the optimizer does not do the same to every number of a parameter",
    "little_work": "so few steps are done before they could be compiled",
}
"""Why the compiled engine does not train a setup, in half a sentence; reports have it in the catalogue."""
LEAST_STEPS = 10_000
"""From so many steps on a trial is worth compiling, which takes some seconds, once for each rule."""


@dataclass(frozen=True)
class Work:
    """How much there is to train. inputs: values of an image, or features. images: in an epoch."""

    inputs: int
    images: int


def engine_named(name: str) -> Engine:
    """Return a new engine.

    Args:
        name: Of the engine.

    Raises:
        ValueError: There is none of that name.
    """
    if name == TEXTBOOK:
        return TextbookEngine()
    if name == BATCHED:
        from reportgen.training.engines.batched import BatchedEngine  # its code is of its own trials alone

        return BatchedEngine()
    if name == COMPILED:
        from reportgen.training.engines.compiled.compiled_engine import (
            CompiledEngine,  # numba is slow to import
        )

        return CompiledEngine()
    raise ValueError(f"there is no engine '{name}'")


def batched_reason(setup: Setup) -> str | None:
    """Return why the batched engine does not train a setup, a key of REASONS; None where it does.

    Args:
        setup: What is to be trained, whatever its own engine is.
    """
    return "user_code" if setup.optimizer_code or setup.layers_code else None


def compiled_reason(setup: Setup, work: Work | None = None) -> str | None:
    """Return why the compiled engine does not train a setup; None where it does.

    Args:
        setup: What is to be trained, whatever its own engine is.
        work: How much that is, where it counts whether compiling is worth the time; None to ask only whether
            the engine can do it.

    Returns:
        A key of REASONS.
    """
    # its code is of its own trials alone
    from reportgen.training.engines.compiled.capability import has_numba, what_lacks

    if (reason := what_lacks(setup)) is not None:
        return reason
    if work is not None and setup.epochs * -(-work.images // setup.batch_size) < LEAST_STEPS:
        return "little_work"
    return None if has_numba() else "no_numba"

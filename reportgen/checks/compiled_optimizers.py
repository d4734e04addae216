"""The compiled engine proved with every optimizer of this program, on one small network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reportgen.checks.check import Check
from reportgen.checks.engines import Inputs, prove_engine
from reportgen.optim import OptimizerKind, built_in
from reportgen.optim.registry import LEARNING_RATE
from reportgen.training.engines.choice import COMPILED, compiled_reason
from reportgen.training.trial import Setup, Trial

USUAL_RATE = 1e-3
"""The learning rate of an optimizer whose class has no default for it."""
SMALL = Inputs((6, 6, 1), 10)


def prove_each(kinds: Iterable[OptimizerKind] | None = None) -> Iterator[tuple[str, Check | str]]:
    """Yield the name of each optimizer, with its check, or with why the textbook trains it.

    Args:
        kinds: The optimizers; None for all of this program.
    """
    for kind in built_in().values() if kinds is None else kinds:
        values = {LEARNING_RATE: USUAL_RATE, **kind.hyperparameters, **kind.about.trial}
        setup = Setup(
            stage="proof",
            label=kind.name,
            optimizer=kind.name,
            hyperparameters=values,
            hidden=(12, 7),
            batch_size=8,
            epochs=2,
            l2=1e-3,
            initial_std=None,
            dtype="float32",
            subset=None,
            engine=COMPILED,
        )
        yield kind.name, compiled_reason(setup) or prove_engine(Trial(setup, 0), SMALL)

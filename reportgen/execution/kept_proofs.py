"""Proofs that were carried out before: by the same code, versions and processor they come out the same.

What has passed is kept in the cache; what has failed is proved anew every time, and so is all that a user
brings along. `reportgen check` proves everything anew.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from reportgen import checks
from reportgen.checks import Check, Measure
from reportgen.execution import environment
from reportgen.files.cache import kept
from reportgen.files.digests import program_digest
from reportgen.optim import OptimizerKind

TWINS = "pytorch_optimizer"
"""The package, besides torch, that optimizers are held against."""


class _NotPassedError(Exception):
    """Some checks have not passed, or there were none: nothing is kept."""


def prove_formulas(kinds: Sequence[OptimizerKind]) -> list[Check]:
    """Return the checks of layers, network and these optimizers, those of before where nothing has changed.

    Args:
        kinds: The optimizers; where one is a user's, all is proved now.
    """
    if any(kind.code for kind in kinds):
        return checks.run(kinds)
    optimizers = [f"{kind.name} {kind.origin}" for kind in kinds]
    return kept_or_proved(optimizers, lambda: checks.run(kinds))


def kept_or_proved(made_from: Sequence[str], prove: Callable[[], list[Check]]) -> list[Check]:
    """Return checks that were kept when they last passed, or carry them out.

    Args:
        made_from: What is proved, besides the program's code, the versions and what the processor can do.
        prove: Carries them out.

    Returns:
        The checks; `kept` says of each where it is from.
    """
    carried_out: list[Check] = []

    def make() -> bytes:
        carried_out.extend(prove())
        if not carried_out or not all(check.passed for check in carried_out):
            raise _NotPassedError
        return json.dumps([asdict(check) for check in carried_out]).encode()

    try:
        plain = kept(["proofs", *what_proofs_depend_on(), *made_from], make)
    except _NotPassedError:
        return carried_out
    return carried_out or [_of_plain(check) for check in json.loads(plain)]


def what_proofs_depend_on() -> list[str]:
    """Return the program's code as a digest, all versions, and what the processor can do."""
    try:
        twins = importlib.metadata.version(TWINS)
    except importlib.metadata.PackageNotFoundError:
        twins = "not installed"
    everything = {**environment.versions(), **environment.machinery(), TWINS: twins}
    return [program_digest(), environment.processor(), json.dumps(everything, sort_keys=True)]


def _of_plain(plain: dict[str, Any]) -> Check:
    """The check that `asdict` made this of, marked as kept."""
    measures = tuple(Measure(**measure) for measure in plain["measures"])
    return replace(Check(**plain), measures=measures, printed=tuple(plain["printed"]), mistakes=(), kept=True)

"""The key of a trial: a digest of all that can change its numbers. Nothing else decides about reuse."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Collection
from dataclasses import asdict
from functools import cache
from pathlib import Path

from reportgen import optim
from reportgen.execution.code_digest import canonical, code_digest, engines_digest, guarded_digest
from reportgen.execution.compiler import compiler
from reportgen.execution.devices import describe_accelerator
from reportgen.execution.environment import machinery
from reportgen.optim.torch_optim import package_of
from reportgen.training import Trial
from reportgen.training.engines.choice import COMPILED
from reportgen.training.engines.textbook import TEXTBOOK

FORMAT = 4
"""Part of every key: raise it when a key is made of other things, or a record is kept in another form."""

NAMES_ONLY = ("stage", "label")


def trial_key(trial: Trial, data: str) -> str:
    """Return the key of a trial. Two of the same key have the same numbers, whatever they are called.

    Args:
        trial: Its settings and its seed.
        data: The digest of the images and of their split.
    """
    described = asdict(trial)
    for name in NAMES_ONLY:
        del described["setup"][name]
    setup = trial.setup
    content = {
        "format": FORMAT,
        "code": code_digest(),
        "guarded": guarded_digest() if setup.optimizer_code or setup.layers_code else "",
        "optimizer": setup.optimizer_code or optimizer_digest(setup.optimizer),
        **machinery(),
        **({} if setup.engine == TEXTBOOK else {"engines": engines_digest()}),
        **(compiler() if setup.engine == COMPILED else {}),
        **describe_accelerator(setup.device),
        "data": data,
        **described,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def optimizer_digest(name: str) -> str:
    """Return what tells an optimizer of this program or of an installed package from what it was before.

    Args:
        name: Of the optimizer.

    Returns:
        The SHA-256 of its file, as Python understands it; or its package with its version.
    """
    kind = optim.find(name)
    assert kind.shown is not None, "only a user's file has it elsewhere, and its own digest"
    if name not in optim.built_in():
        return package_of(kind.shown)
    file = Path(inspect.getsourcefile(kind.shown) or "")
    return hashlib.sha256(canonical(file.read_text(encoding="utf-8")).encode()).hexdigest()


def digest_of_all(trials: Collection[Trial]) -> str:
    """Return the SHA-256 of all code that trials were trained with: optimizers, users' files, engines too."""
    setups = {
        (trial.setup.optimizer, trial.setup.optimizer_code, trial.setup.layers_code) for trial in trials
    }
    engines = {trial.setup.engine for trial in trials} - {TEXTBOOK}
    parts = [
        f"{optimizer} {optimizer_code or optimizer_digest(optimizer)} {layers_code}"
        for optimizer, optimizer_code, layers_code in sorted(setups)
    ]
    if any(optimizer_code or layers_code for _, optimizer_code, layers_code in setups):
        parts.append(guarded_digest())
    if engines:
        parts.append(" ".join([*sorted(engines), engines_digest()]))
    return hashlib.sha256("\n".join([code_digest(), *parts]).encode()).hexdigest()

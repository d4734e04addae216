"""A trial's key: another for all that can change its numbers, the same for everything else and everywhere."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from llvmlite import binding

from reportgen import optim
from reportgen.execution import code_digest as code
from reportgen.execution import compiler, environment
from reportgen.execution import trial_key as keys
from reportgen.execution.code_digest import canonical
from reportgen.execution.executors.driving import execute
from reportgen.execution.executors.local import LocalExecutor
from reportgen.execution.prepare import data_digest, data_settings
from reportgen.execution.trial_key import trial_key
from reportgen.execution.worker import Workplace, load_data
from reportgen.experiment.reading import Source
from reportgen.planning.plan import plan
from reportgen.training import Setup, Trial
from tests.helpers.project import ROOT

PACKAGE = ROOT / "reportgen"

TRIAL = Trial(
    Setup(
        stage="comparison",
        label="Adam",
        optimizer="Adam",
        hyperparameters={"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99},
        hidden=(8,),
        batch_size=16,
        epochs=3,
        l2=0.0,
        initial_std=None,
        dtype="float32",
        subset=None,
    ),
    seed=0,
)


# ---------------------------------------------------------------- the key


def test_settings_in_another_order_are_the_same_trial() -> None:
    backwards = dict(reversed(TRIAL.setup.hyperparameters.items()))
    assert list(backwards) != list(TRIAL.setup.hyperparameters)
    other = replace(TRIAL, setup=replace(TRIAL.setup, hyperparameters=backwards))
    assert trial_key(other, "data") == trial_key(TRIAL, "data")


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (torch, "__version__", "0.0"),
        (np, "__version__", "0.0"),
        (torch.backends.cpu, "get_cpu_capability", lambda: "another"),
        (environment.platform, "machine", lambda: "another"),
        (keys, "code_digest", lambda: "another"),
        (keys, "FORMAT", 0),
    ],
    ids=["torch", "numpy", "instructions", "machine", "code", "format"],
)
def test_another_program_library_or_processor_is_another_trial(
    place: Any, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trial_key(TRIAL, "data")
    monkeypatch.setattr(place, name, value)
    assert trial_key(TRIAL, "data") != before
    monkeypatch.undo()
    assert trial_key(TRIAL, "data") == before


@pytest.mark.parametrize("own", [{"optimizer_code": "0f"}, {"layers_code": "0f"}])
def test_what_computes_for_users_code_alone_is_in_the_keys_of_its_trials_alone(
    own: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_user = replace(TRIAL, setup=replace(TRIAL.setup, **own))
    before, before_of_user = trial_key(TRIAL, "data"), trial_key(of_user, "data")
    monkeypatch.setattr(keys, "guarded_digest", lambda: "another")
    assert trial_key(TRIAL, "data") == before
    assert trial_key(of_user, "data") != before_of_user


COMPILED = replace(TRIAL, setup=replace(TRIAL.setup, engine="compiled"))


def test_the_other_engines_trial_is_another_trial() -> None:
    assert trial_key(COMPILED, "data") != trial_key(TRIAL, "data")
    assert keys.digest_of_all([COMPILED]) != keys.digest_of_all([TRIAL])


@pytest.mark.parametrize("what", ["numba", "llvmlite", "processor", "setting", "code"])
def test_what_compiles_is_in_the_keys_of_what_was_compiled_alone(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, of_compiled = trial_key(TRIAL, "data"), trial_key(COMPILED, "data")
    if what == "processor":
        monkeypatch.setattr(binding, "get_host_cpu_name", lambda: "another")
        compiler._processor.cache_clear()
    elif what == "setting":
        monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    elif what == "code":
        monkeypatch.setattr(keys, "engines_digest", lambda: "another")
    else:
        known = compiler.compiler_versions()
        assert what in known
        monkeypatch.setattr(compiler, "compiler_versions", lambda: known | {what: "0.0"})
    assert trial_key(TRIAL, "data") == before
    assert trial_key(COMPILED, "data") != of_compiled
    monkeypatch.undo()
    compiler._processor.cache_clear()
    assert trial_key(COMPILED, "data") == of_compiled


def test_a_trial_has_its_own_optimizer_in_its_key_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = trial_key(TRIAL, "data")
    other = {name: "changed" for name in optim.built_in() if name != TRIAL.setup.optimizer}
    known = keys.optimizer_digest
    monkeypatch.setattr(keys, "optimizer_digest", lambda name: other.get(name) or known(name))
    assert trial_key(TRIAL, "data") == before
    monkeypatch.setattr(keys, "optimizer_digest", lambda _: "changed")
    assert trial_key(TRIAL, "data") != before


def test_the_digest_of_an_optimizer_is_that_of_its_file_as_python_understands_it() -> None:
    digests = {name: keys.optimizer_digest(name) for name in optim.built_in()}
    assert len(set(digests.values())) == len(digests)
    file = PACKAGE / "optim" / "rules" / "sgd.py"
    commented = file.read_text(encoding="utf-8").replace("# w <-", "# the rule: w <-")
    assert hashlib.sha256(canonical(commented).encode()).hexdigest() == digests["SGD"]
    other = commented.replace("alpha=-self.learning_rate", "alpha=self.learning_rate")
    assert hashlib.sha256(canonical(other).encode()).hexdigest() != digests["SGD"]
    assert keys.optimizer_digest("torch.optim.RMSprop") == f"torch {torch.__version__}"


@pytest.mark.parametrize("name", ["default_train", "default_validation", "default_seed"])
def test_another_split_by_default_is_other_data(source: Callable[..., Source], name: str) -> None:
    """Where an experiment does not say how data are split, the source does."""
    made = source()
    loaded = load_data(data_settings(made.experiment, made.file))
    other = replace(loaded.dataset, **{name: 7})
    assert data_digest(other, loaded.settings) != data_digest(loaded.dataset, loaded.settings)


# ---------------------------------------------------------------- what a worker needs is what the key reads


NO_NUMBERS = {
    "reportgen": "names for Python, none of them opened",
    "reportgen.version": "a version and nothing else",
    "reportgen.execution": "empty",
    "reportgen.execution.compiler": "versions, which the key reads itself",
    "reportgen.execution.executors": "empty",
    "reportgen.execution.devices": "what trained, by its name",
    "reportgen.execution.environment": "what it was trained on, as told",
    "reportgen.execution.executors.executor": "what a worker does, and no more",
    "reportgen.execution.executors.worker_process": "how workers start, end and are heard",
    "reportgen.execution.executors.processor_time": "whether a worker computes",
    "reportgen.files": "empty",
    "reportgen.data.sources": "empty",
    "reportgen.errors": "lines for the user",
    "reportgen.files.atomic": "bytes written as they are",
    "reportgen.files.locks": "who is at work",
    "reportgen.files.resources": "where the cache is",
    "reportgen.user_code": "empty",
    "reportgen.user_code.source": "the user's code as text, whose digest is in the key",
    # what these make is in the key as the digest of the data
    "reportgen.data": "names what the others have",
    "reportgen.data.cache": "made images",
    "reportgen.data.sources.cifar10": "made images",
    "reportgen.data.contents": "digests of files",
    "reportgen.data.dataset": "made images",
    "reportgen.data.sources.digits": "made images",
    "reportgen.data.download": "made images",
    "reportgen.data.duplicates": "for the manifest alone",
    "reportgen.data.near_copies": "for the manifest alone",
    "reportgen.data.errors": "lines for the user",
    "reportgen.data.sources.fashion_mnist": "made images",
    "reportgen.data.sources.image_folder": "made images",
    "reportgen.data.sources.image_files": "made images",
    "reportgen.data.sources.npz": "made images",
    "reportgen.data.sources.table": "made rows",
    "reportgen.data.sources.table_file": "made rows",
    "reportgen.data.sources.conversions": "made images",
    "reportgen.data.notes": "lines for the user",
    "reportgen.data.progress": "a bar on a terminal",
    "reportgen.data.sources.by_name": "made images",
    "reportgen.data.sources.torchvision_import": "made images",
}
"""What a training worker loads and the key does not read, and why it cannot change a number."""

WATCH = """
import sys
if "--multiprocessing-fork" in sys.argv:
    def note(event, arguments):
        if event == "import" and arguments[0].split(".")[0] == "reportgen":
            with open({list!r}, "a") as file:
                file.write(arguments[0] + "\\n")
    sys.addaudithook(note)
"""


def test_the_key_reads_all_that_a_training_worker_loads(
    source: Callable[..., Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real workers, each of which lists what it imports."""
    listed = tmp_path / "imports"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(list=str(listed)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    made = source()
    trials = plan(made.experiment, classes=10)
    with LocalExecutor(2) as executor:
        execute(
            trials,
            data_settings(made.experiment, made.file),
            executor=executor,
            workplaces=[
                Workplace(tmp_path / str(n), trial.setup.stage == "tuned", 15)
                for n, trial in enumerate(trials)
            ],
            on_epoch=lambda *_: None,
            on_trained=lambda *_: None,
            on_notice=print,
        )
    loaded = set(listed.read_text(encoding="utf-8").split())
    assert loaded
    in_key = {name for name in loaded if file_of(name) in code.files()}
    # an optimizer is in the keys of its own trials, and so is an engine
    rules = {name for name in loaded if name.startswith("reportgen.optim.rules")}
    engines = {name for name in loaded if file_of(name) in code.engine_files()}
    assert loaded - in_key - rules - engines == set(NO_NUMBERS)
    assert {file_of(name) for name in in_key} == set(code.files())  # nothing is read that nobody needs


def file_of(module: str) -> Path:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin)

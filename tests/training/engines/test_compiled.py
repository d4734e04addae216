"""The compiled engine itself: equal to the textbook, and to itself where it goes on, with any cache.

One rule in one precision is compiled, since that takes seconds: that every other rule is noted as it is
written is tested in test_noted_rules.py, and every run proves what it trains with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.checks.engines import EPOCHS
from reportgen.cli.doctor import compiled_engine
from reportgen.data import Part, Splits
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source
from reportgen.optim import Schedule
from reportgen.records.run import Run
from reportgen.training import EpochRow, Setup, Trial, train
from reportgen.training.checkpoints import Checkpoints
from reportgen.training.engines.choice import COMPILED
from reportgen.training.engines.compiled.capability import has_numba
from reportgen.training.engines.textbook import TEXTBOOK
from reportgen.training.trainer import Training

pytestmark = pytest.mark.skipif(not has_numba(), reason="numba cannot be imported")

MOMENTUM = Setup(
    stage="comparison",
    label="momentum",
    optimizer="SGD_Momentum",
    hyperparameters={"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.0},
    hidden=(9, 5),
    batch_size=7,
    epochs=4,
    l2=1e-3,
    initial_std=None,
    dtype="float64",
    subset=None,
    engine=COMPILED,
)
PROVE = """
import sys
from reportgen.checks.engines import Inputs, prove_engine
from reportgen.training import Trial
from tests.training.engines.test_compiled import MOMENTUM
check = prove_engine(Trial(MOMENTUM, 0), Inputs((4, 3, 1), 3))
print(check.line, check.evidence)
sys.exit(not check.passed)
"""


def prove_in_process(cache: Path) -> subprocess.Popen[str]:
    """A new process that proves the engine with this cache."""
    environment = {**os.environ, "REPORTGEN_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", PROVE],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="module")
def compiled_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, list[tuple[int, str]]]]:
    """A cache that two processes have filled at once, and what each said; this process takes it too."""
    cache, before = tmp_path_factory.mktemp("kernels"), os.environ["REPORTGEN_CACHE"]
    processes = [prove_in_process(cache) for _ in range(2)]
    said = [process.communicate()[0] for process in processes]
    os.environ["REPORTGEN_CACHE"] = str(cache)
    yield cache, [(process.returncode, text) for process, text in zip(processes, said, strict=True)]
    os.environ["REPORTGEN_CACHE"] = before


CompiledAtOnce = tuple[Path, list[tuple[int, str]]]
PASSED = "Test of the compiled engine, SGD_Momentum: Passed."


def test_two_processes_that_compile_at_once_both_train(compiled_at_once: CompiledAtOnce) -> None:
    cache, said = compiled_at_once
    assert [(code, text.startswith(PASSED)) for code, text in said] == [(0, True)] * 2, said
    assert len(list((cache / "engine").glob("kernels_*.py"))) == 1
    assert list((cache / "engine").rglob("*.nbi"))


def test_a_cache_that_is_broken_is_compiled_anew(compiled_at_once: CompiledAtOnce, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(compiled_at_once[0], cache)
    files = [path for path in (cache / "engine").rglob("*") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(path.read_bytes()[:40] + b"\0garbled")
    process = prove_in_process(cache)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert PASSED in said


# ---------------------------------------------------------------- equal to the textbook


def some_splits(images: int, features: int, classes: int, seed: int) -> Splits:
    random = np.random.default_rng(seed)

    def part(count: int) -> Part:
        pixels = random.integers(0, 256, (count, features, 1, 1)).astype(np.uint8)
        return Part(pixels, random.integers(0, classes, count))

    return Splits(part(images), part(11), part(12))


def train_for(epochs: int, setup: Setup, splits: Splits, classes: int) -> Training:
    with torch.inference_mode():
        training = Training(Trial(setup, 5), splits, classes)
        for _ in range(epochs):
            training.next_epoch()
    return training


@pytest.mark.usefixtures("compiled_at_once")
@settings(max_examples=25)
@given(st.data())
def test_it_trains_as_the_textbook_does_whatever_the_shapes(data: st.DataObject) -> None:
    draw = data.draw
    classes, images = draw(st.integers(2, 12)), draw(st.integers(3, 60))
    setup = replace(
        MOMENTUM,
        hidden=tuple(draw(st.lists(st.integers(1, 40), max_size=3))),
        batch_size=draw(st.integers(1, images)),
        l2=draw(st.sampled_from([0.0, 1e-4, 0.1])),
        hyperparameters={
            "learning_rate": draw(st.floats(1e-4, 0.05)),
            "momentum": draw(st.floats(0.0, 0.95)),
            "weight_decay": 0.0,
        },
        schedule=draw(st.sampled_from([Schedule(), Schedule("cosine", 0.5), Schedule("step", at=(1.0,))])),
        dropout=draw(st.sampled_from([0.0, 0.4])),
        input_dropout=draw(st.sampled_from([0.0, 0.2])),
        label_smoothing=draw(st.sampled_from([0.0, 0.1])),
        normalization=draw(st.sampled_from(["none", "per-channel"])),
    )
    splits = some_splits(images, draw(st.integers(1, 50)), classes, draw(st.integers(0, 99)))
    engine, textbook = (
        train_for(EPOCHS, replace(setup, engine=name), splits, classes) for name in (COMPILED, TEXTBOOK)
    )
    assert engine.checkpoint().plain["streams"] == textbook.checkpoint().plain["streams"]
    for name, value in textbook.classifier.parameters.items():
        torch.testing.assert_close(engine.classifier.parameters[name], value, rtol=1e-9, atol=1e-11)
    for row, other in zip(engine.rows, textbook.rows, strict=True):
        assert row.training_loss == pytest.approx(other.training_loss, rel=1e-9)
        assert row.training_accuracy == other.training_accuracy
        assert row.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)


class StoppedError(Exception):
    """The training was stopped."""


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("changes", [{}, {"dropout": 0.3, "schedule": Schedule("cosine")}])
def test_what_was_stopped_goes_on_to_the_same_bits(changes: dict[str, Any], tmp_path: Path) -> None:
    trial, splits = Trial(replace(MOMENTUM, **changes), 3), some_splits(40, 12, 3, 1)
    whole = train(trial, splits, 3, save_to=tmp_path / "whole.safetensors")

    def stop(row: EpochRow) -> None:
        if row.epoch == 3:
            raise StoppedError

    kept = Checkpoints(tmp_path / "kept", seconds_between=0)
    with pytest.raises(StoppedError):
        train(trial, splits, 3, on_epoch=stop, checkpoints=kept)
    newest = Checkpoints(tmp_path / "kept", seconds_between=0)
    again = train(trial, splits, 3, save_to=tmp_path / "again.safetensors", checkpoints=newest)
    assert [asdict(replace(row, seconds=0.0)) for row in again.epochs] == [
        asdict(replace(row, seconds=0.0)) for row in whole.epochs
    ]
    assert again.evidence == whole.evidence
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


# ---------------------------------------------------------------- in a run

DIGITS = (
    'optimizers = [\n  { name = "SGD", learning_rate = 0.05 },'
    '\n  { name = "Adam", learning_rate = 0.01 },\n]',
    'dtype = "float64"\noptimizers = [{ name = "SGD_Momentum", learning_rate = 0.05 }]',
)
TUNED = ("l2 = 1e-3", 'l2 = 1e-3\ndtype = "float64"')


def carry_out(source: Source, output: Path, engine: str) -> Run:
    training = TrainingOptions(ExecutorOptions(workers=1), engine=engine)
    return run(prepare(source), output, training=training, languages=["en"], proofs=())


@pytest.mark.usefixtures("compiled_at_once")
def test_a_run_s_results_are_those_of_the_textbook_within_the_noise_of_seeds(
    source: Callable[..., Source], tmp_path: Path
) -> None:
    experiment = source(DIGITS, TUNED)
    compiled, textbook = (carry_out(experiment, tmp_path, engine) for engine in (COMPILED, TEXTBOOK))
    assert {trial.setup.engine for trial in compiled.records.manifest.trials} == {COMPILED}
    assert [check.passed for check in compiled.records.manifest.checks] == [True]
    accuracies = [made.records.results["test_accuracy"].to_numpy() for made in (compiled, textbook)]
    comparison = (compiled.records.results["stage"] == "comparison").to_numpy()
    noise = accuracies[1][comparison].std()
    assert np.abs(accuracies[0] - accuracies[1]).max() <= max(noise, 1 / 40)


def test_where_numba_is_missing_the_textbook_trains_and_all_is_told(
    source: Callable[..., Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # whoever imports it fails
    monkeypatch.setattr("reportgen.training.engines.choice.LEAST_STEPS", 0)
    has_numba.cache_clear()
    try:
        manifest = carry_out(source(), tmp_path, "auto").records.manifest
        finding = compiled_engine()
    finally:
        has_numba.cache_clear()
    assert manifest.engines is not None
    assert {(setup.engine, setup.reason) for setup in manifest.engines.setups} == {(TEXTBOOK, "no_numba")}
    assert {trial.setup.engine for trial in manifest.trials} == {TEXTBOOK}
    assert finding.line.startswith("missing  the compiled engine: ")
    assert "pip install numba" in finding.line
    assert not finding.needed

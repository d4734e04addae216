"""Pruning takes away nothing that somebody needs: a running program, the link `latest`, the newest runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.execution import run as runner
from reportgen.records import run_folder
from tests.helpers.cli import Cli
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.runs import ALL, run, runs, trained

pytestmark = pytest.mark.usefixtures("experiment", "no_reports", "no_proofs")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same experiment with other settings throughout: it has no trial in common with x.toml."""
    path = tmp_path / "other" / "x.toml"
    path.parent.mkdir()
    path.write_text(FIVE_TRIALS.replace("train = 60", "train = 61"), encoding="utf-8")
    return path


def models() -> int:
    return len(list(Path("output/.trials").glob("*/model.safetensors")))


def test_fewer_runs_than_are_to_stay_all_stay(cli: Cli) -> None:
    for _ in range(3):
        run(cli)
    there = runs()
    assert len(there) == 3
    for keep in (5, 4, 3):
        assert cli("prune", "--keep", keep).code == 0
        assert runs() == there
    cli("prune", "--keep", 2)
    assert runs() == there[1:]


@pytest.mark.parametrize("options", [(), ("--fresh",)], ids=["kept from before", "just trained"])
def test_what_a_running_program_needs_stays(
    cli: Cli, other: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    run(cli)
    cli("run", other, "--workers", 1)
    keep_models, said = runner.keep_models, []

    def prune_first(*arguments: Any) -> None:
        prune = [sys.executable, "-m", "reportgen", "prune", "--keep", "1"]
        said.append(subprocess.run(prune, check=True, capture_output=True, text=True).stdout)
        keep_models(*arguments)

    monkeypatch.setattr(runner, "keep_models", prune_first)
    oldest, kept = runs()
    assert run(cli, *options).code == 0
    assert f"x/{oldest.name}" in said[0]
    assert "trial" not in said[0]
    *_, newest = runs()
    assert runs() == [kept, newest]
    assert models() == 2
    monkeypatch.undo()
    cli("prune", "--keep", 1)
    assert models() == 1  # of nobody's use any more


def test_what_was_trained_anew_and_is_in_no_run_yet_stays(
    cli: Cli, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(cli)
    manifest = runs()[0] / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["times"]["finished"] = "2020-01-01T00:00:00+00:00"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    cli("run", other, "--workers", 1)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "keep", stop)
        assert run(cli, "--fresh").code == 130
    cli("prune", "--keep", 1)
    assert len(runs()) == 1
    assert trained(run(cli)) == 0


def test_the_run_that_latest_names_stays_though_the_clock_was_wrong_once(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runner, "identify", lambda _: "20990101-000000-000000")
        run(cli)
    run(cli)
    run(cli)
    first, second, future = runs()
    cli("prune", "--keep", 1)
    assert runs() == [second, future]
    latest = Path("output/x/latest")
    assert latest.resolve() == second.resolve()
    run(cli)
    assert latest.resolve() == runs()[1].resolve()
    assert not first.exists()


def test_what_a_foreign_manifest_names_is_not_removed(cli: Cli) -> None:
    run(cli)
    run(cli)
    victim = Path("victim")
    victim.mkdir()
    manifest = runs()[0] / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["kept_trials"] = [*content["kept_trials"], "../../victim", "claims", ""]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert cli("prune", "--keep", 1).code == 0
    assert len(runs()) == 1
    assert victim.is_dir()
    assert trained(run(cli)) == 0
    assert len(json.loads((runs()[-1] / "manifest.json").read_text(encoding="utf-8"))["kept_trials"]) == ALL

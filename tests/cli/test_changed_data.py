"""Images that change under a run's hands, before it and while it trains: never taken for those before."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.cli import Cli
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.images import arrays
from tests.helpers.runs import numbers, run, runs, trained

pytestmark = pytest.mark.usefixtures("no_reports", "no_proofs")
ALL = 5


@pytest.fixture(autouse=True)
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """x.toml, about the arrays in images.npz."""
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.toml"
    text = re.sub(
        r'source = "digits"\n.*\n.*\n.*\n', 'source = "npz"\npath = "images.npz"\ntrain = 40\n', FIVE_TRIALS
    )
    assert "images.npz" in text
    path.write_text(text, encoding="utf-8")
    write()
    return path


def write(**changes: np.ndarray) -> None:
    """images.npz, always as large and as old."""
    np.savez("images.npz", **arrays(**changes))
    os.utime("images.npz", ns=(1, 1))


OTHER = {"y_train": np.arange(60)[::-1] % 3}


def digests() -> list[str]:
    manifests = [json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in runs()]
    return [manifest["data"]["digest"] for manifest in manifests]


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_other_data(cli: Cli) -> None:
    assert trained(run(cli)) == ALL
    before = Path("images.npz").stat()
    write(**OTHER)
    after = Path("images.npz").stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert trained(run(cli)) == ALL
    first, second = runs()
    assert len(set(digests())) == 2
    assert numbers(first) != numbers(second)


def test_a_damaged_cache_is_not_trained_on(cli: Cli) -> None:
    run(cli)
    (file,) = Path("cache/data").glob("npz-*/train_inputs.npy")
    content = file.read_bytes()
    file.write_bytes(content[:-1000] + bytes(1000))
    answer = run(cli, "--fresh")
    assert trained(answer) == ALL
    assert answer.err.startswith(f"note: {file.parent.absolute()}: the data that were kept here are damaged")
    assert file.read_bytes() == content
    first, second = runs()
    assert numbers(first) == numbers(second)


def test_of_two_experiments_in_one_call_both_have_what_was_there_when_it_began(
    cli: Cli, experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are prepared before the first trains; what comes after that is the next call's."""
    for name in ("second", "alone"):
        Path(f"{name}.toml").write_text(experiment.read_text(encoding="utf-8"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("reportgen.cli.run.report", lambda *_: write(**OTHER))  # after the first
        assert cli("run", "x.toml", "second.toml", "--workers", 1, "--fresh").code == 0
    assert numbers(runs("second")[0]) == numbers(runs()[0])
    assert cli("run", "alone.toml", "--workers", 1).code == 0
    assert numbers(runs("alone")[0]) != numbers(runs()[0])
    first, second, alone = (
        json.loads((runs(name)[0] / "manifest.json").read_text(encoding="utf-8"))["data"]["digest"]
        for name in ("x", "second", "alone")
    )
    assert first == second != alone  # what was recorded is what was trained on

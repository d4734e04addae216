"""`reportgen compare` on folders of runs: the report carries what was read of them, and is proved by it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pikepdf
import pytest

from reportgen.records.tables import raw
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.verified import proofs_of

SEEDS = 7


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder of TensorBoard with two optimizers that differ in a test at the end."""
    tensorboardX = pytest.importorskip("tensorboardX")  # noqa: N806 - so it is called
    for optimizer, accuracy in (("SGD", 0.7), ("Adam", 0.8)):
        for seed in range(SEEDS):
            with tensorboardX.SummaryWriter(str(tmp_path / "runs" / f"{optimizer}-seed{seed}")) as writer:
                for epoch in (1, 2):
                    writer.add_scalar("train/loss", 1 / epoch, epoch)
                writer.add_scalar("test/acc", accuracy + 0.001 * (seed % 3), 2)
    return tmp_path / "runs"


def told(out: str) -> list[str]:
    """What was found, without where it was read and the problem, which is called after that."""
    names = ("assumed\t", "HTML: ", "PDF: ")
    lines = [line for line in out.splitlines() if not line.startswith(names)]
    return [line.replace("one\t", "runs\t") for line in lines]


def test_the_report_of_a_folder_is_proved_by_what_was_read_of_it(cli: Cli, runs: Path) -> None:
    answer = cli("compare", "runs", "--to", "one", "--languages", "en")
    assert answer.code == 0, answer
    assumed = answer.out.splitlines()[0]
    assert "runs is a folder of TensorBoard; a step is an epoch; " in assumed
    assert "'Adam-seed0' is Adam with seed 0" in assumed
    shutil.rmtree(runs)
    verified = cli("verify", "one.pdf")
    assert verified.code == 0, verified.out
    assert {"digests", "printed: verdicts", "rebuilt"} <= set(proofs_of(verified, "ok"))
    # the report is a table too, and so is what it carries
    assert told(cli("compare", "one.pdf", "--no-report").out) == told(answer.out)
    with pikepdf.open("one.pdf") as pdf:
        data = pdf.attachments["runs.json"].get_file().read_bytes()
    Path("runs.json").write_bytes(data)
    assert told(cli("compare", "runs.json", "--no-report").out) == told(answer.out)
    damaged = json.loads(data)
    damaged["lines"].pop()
    Path("runs.json").write_text(json.dumps(damaged), encoding="utf-8")
    refused_clean(cli("compare", "runs.json"), "runs.json: is a damaged table of reportgen")


def test_what_is_too_large_to_be_carried_is_refused_before_anything_is_written(
    cli: Cli, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runs.is_dir()
    monkeypatch.setattr(raw, "LARGEST_FILE", 500)
    refused_clean(cli("compare", "runs"), "runs: what was read of it has more than 0 MB", "--no-report")
    assert cli("compare", "runs", "--no-report").code == 0


def test_a_folder_without_runs_gets_one_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused_clean(cli("compare", "empty"), "empty: is a folder with neither a run of reportgen nor runs of")

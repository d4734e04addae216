"""Trials as jobs of Slurm, tried with submitit's jobs on this machine; and the options of sbatch."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.execution.executors.slurm import SlurmExecutor, read_options
from tests.helpers.trainings import Training, make_data, make_trials, train

submitit = pytest.importorskip("submitit", reason="submitit is not installed")
pytestmark = [pytest.mark.cluster, pytest.mark.long]


def children(process: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_a_killed_job_costs_no_trial_and_none_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data get to the jobs through the output folder, and nothing of them is left there."""
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))
    killed: list[Training] = []

    def kill(training: Training) -> None:
        if not killed and training.is_under_way(training.rows[0][0]):
            killed.append(Training(tmp_path, rows=list(training.rows)))
            ((job, _),) = executor._jobs.values()
            for task in children(int(job.job_id)):
                os.kill(task, signal.SIGKILL)

    data, trials = make_data(tmp_path), make_trials(150)[1:3]
    (tmp_path / "cache").rename(tmp_path / "gone")
    executor = SlurmExecutor("local", 1)
    there = train(trials, data, tmp_path / "there", executor, seconds_between=1e-9, on_epoch=kill)
    here = train(trials, data, tmp_path / "here", None)
    assert there.numbers == here.numbers
    assert there.files == here.files
    assert list(there.files) == ["trial1/insight.npz", "trial1/model.safetensors"]
    assert len(there.notices) == 1
    assert "its job ended without a result: the trial is tried once more" in there.notices[0]
    # the seconds that an epoch took are those of its first training
    (place, row) = killed[0].rows[0]
    assert row == there.records[place].epochs[0]
    assert [(place, row.epoch) for place, row in sorted(there.rows, key=lambda row: row[0])] == [
        (place, epoch) for place in (0, 1) for epoch in range(1, 151)
    ]
    assert [path.name for path in (tmp_path / "there").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("heard", [True, False])
def test_ctrl_c_cancels_the_jobs(heard: bool, tmp_path: Path) -> None:
    """Those too that hear of no Ctrl-C themselves, as what a shell starts in its background."""
    controllers: list[int] = []

    def stop(_: Training) -> None:
        controllers.extend(int(job.job_id) for job, _ in executor._jobs.values())
        raise KeyboardInterrupt

    executor = SlurmExecutor("local", 1)
    trials, data = make_trials(100_000)[:2], make_data(tmp_path)
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK if heard else signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with pytest.raises(KeyboardInterrupt):
            train(trials, data, tmp_path / "output", executor, on_epoch=stop)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    (controller,) = controllers
    assert os.waitpid(controller, 0)[0] == controller
    assert list((tmp_path / "output").iterdir()) == []


def test_options_of_sbatch_are_read_from_the_address() -> None:
    assert read_options("partition=short, time=02:00:00,mail-type=END") == {
        "partition": "short",
        "time": "02:00:00",
        "mail_type": "END",
    }
    assert read_options("") == {}


def test_they_are_what_the_script_for_sbatch_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a command that only stands for sbatch, for there is no Slurm here; what it says is one line."""
    script = tmp_path / "sbatch"
    text = f'#!/bin/sh\ncp "$1" {tmp_path}/written\necho "invalid partition" >&2; exit 1\n'
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    (tmp_path / "srun").symlink_to(script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    executor = SlurmExecutor("partition=short,time=02:00:00,account=me", 2)
    with pytest.raises(UserError, match=r"^sbatch refuses a job: .*invalid partition") as caught:
        train(make_trials(1), make_data(tmp_path), tmp_path / "output", executor)
    assert "\n" not in str(caught.value)
    written = (tmp_path / "written").read_text(encoding="utf-8")
    for line in ("--partition=short", "--time=02:00:00", "--account=me", "--cpus-per-task=1"):
        assert f"#SBATCH {line}\n" in written


@pytest.mark.parametrize("address", ["short", "partition=", "=short", "Partition=short", "time=1,x y=2"])
def test_what_is_no_option_of_sbatch_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(UserError, match="is no option of sbatch") as caught:
        SlurmExecutor(address, 2)
    assert "\n" not in str(caught.value)


def test_without_slurm_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="there is no Slurm here") as caught:
        train(make_trials(1), make_data(tmp_path), tmp_path / "output", SlurmExecutor(None, 2))
    assert "\n" not in str(caught.value)

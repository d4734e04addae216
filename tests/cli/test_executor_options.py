"""Who trains is said alike to every command that trains; what does not go together is refused at once."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import Any

import pytest

import reportgen
from reportgen.cli.runs import describe_machine
from reportgen.errors import UserError
from reportgen.execution.executors import choosing
from reportgen.execution.executors.choosing import ExecutorOptions, choose_executor
from reportgen.records.manifest import DescribedDevice
from tests.helpers.cli import Cli, refused_clean

WRONG: dict[str, tuple[tuple[object, ...], str]] = {
    "an address for nobody": (("--address", "tcp://here:1"), "name its executor too"),
    "no scheduler": (("--executor", "dask"), "--executor dask needs the address of a scheduler"),
    "workers of Ray": (
        ("--executor", "ray", "--workers", 2),
        "the cluster's own workers count",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "command", [("run",), ("tune", "quickstart"), ("schedule", "add", "quickstart", "--every", "1d")]
)
def test_what_does_not_go_together_is_refused(cli: Cli, command: tuple[object, ...], wrong: str) -> None:
    options, said = WRONG[wrong]
    refused_clean(cli(*command, *options), said)


@pytest.mark.parametrize(
    ("name", "package"), [("dask", "distributed"), ("ray", "ray"), ("slurm", "submitit")]
)
def test_an_executor_that_is_not_installed_says_what_to_install(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda of: None if of == package else there(of))
    with pytest.raises(UserError) as caught:
        ExecutorOptions(name, "there:1")
    assert f'pip install "reportgen[{name}]"' in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ExecutorOptions("local", None, 2).side_by_side == 2


def test_python_has_the_same_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="executor 'pbs': is none of local, dask, ray, slurm"):
        reportgen.run(executor="pbs", output=tmp_path, progress=False)
    chosen: list[ExecutorOptions] = []

    def stop(options: ExecutorOptions) -> Any:
        chosen.append(options)
        raise UserError("this far")

    monkeypatch.setattr("reportgen.execution.run.choose_executor", stop)
    monkeypatch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
    with pytest.raises(UserError, match="this far"):
        reportgen.run(executor="slurm", address="partition=short", workers=3, output=tmp_path, progress=False)
    assert chosen == [ExecutorOptions("slurm", "partition=short", 3)]


def test_a_schedule_keeps_who_trains(cli: Cli) -> None:
    options = ("--executor", "slurm", "--address", "partition=short", "--workers", 3)
    answer = cli("schedule", "add", "quickstart", "--every", "1d", "--with", "print", *options)
    assert answer.code == 0, answer
    kept = tomllib.loads(Path("output/.schedules/quickstart.toml").read_text(encoding="utf-8"))["options"]
    assert kept[: len(options)] == list(map(str, options))
    # reruns read what was kept
    assert ExecutorOptions("slurm", "partition=short", 3).arguments() == tuple(map(str, options))
    assert ExecutorOptions().arguments() == ()


@pytest.mark.parametrize(
    ("device", "line"),
    [
        ({"workers": 2}, "one, 2 workers"),
        ({"executor": "dask"}, "one, trained by dask"),
        ({"executor": "slurm", "workers": 3}, "one, trained by slurm, 3 workers"),
    ],
)
def test_show_says_who_trained(device: dict[str, Any], line: str) -> None:
    assert describe_machine(DescribedDevice.model_validate({"processor": "one"} | device)) == line


def test_each_name_has_an_executor() -> None:
    pytest.importorskip("distributed")
    pytest.importorskip("ray")
    pytest.importorskip("submitit")
    made = [
        type(choose_executor(ExecutorOptions(name, None if name == "local" else "local"))).__name__
        for name in choosing.EXECUTORS
    ]
    assert made == [made[0], "DaskExecutor", "RayExecutor", "SlurmExecutor"]
    assert choose_executor(ExecutorOptions(workers=1)) is None
    assert type(choose_executor(ExecutorOptions(workers=2))).__name__ == "LocalExecutor"

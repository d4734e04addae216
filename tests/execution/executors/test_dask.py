"""Trials on the workers of a real Dask scheduler: as here, whatever dies."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.execution.executors.assignment import Assignment, Delivery
from reportgen.execution.executors.dask import DaskExecutor
from reportgen.training import Trial
from tests.helpers.clusters import DaskCluster, dask_cluster, wait_until
from tests.helpers.project import ROOT
from tests.helpers.trainings import Training, elsewhere, make_data, make_trials, train, trained_alike

distributed = pytest.importorskip("distributed", reason="Dask is not installed")
pytestmark = [pytest.mark.cluster, pytest.mark.long]


class Elsewhere(DaskExecutor):
    """Its workers do not see the driver's folders, as on other machines."""

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        return super()._start(elsewhere(assignment))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.add("one")
        cluster.add("two")
        wait_until(lambda: len(call_workers(cluster, count_executing)) == 2, "a worker did not come")
        yield cluster


def call_workers(cluster: DaskCluster, function: Any) -> list[Any]:
    with distributed.Client(cluster.address, set_as_default=False) as client:
        return list(client.run(function).values())


def test_what_a_machine_of_its_own_lacks_travels(cluster: DaskCluster, tmp_path: Path) -> None:
    """The data and a user's code there, the classifiers back; results are those of this process."""
    caches = [cluster.cache(name) for name in ("one", "two")]
    here, there = trained_alike(Elsewhere(cluster.address), tmp_path, caches)
    assert [there.environments[place]["torch"] for place in range(4)] == [
        here.environments[place]["torch"] for place in range(4)
    ]
    assert all(environment["machine"] for environment in there.environments.values())


def test_ctrl_c_stops_what_trains_and_what_waits(cluster: DaskCluster, tmp_path: Path) -> None:
    def stop(training: Training) -> None:
        if training.is_under_way(0, 1):
            raise KeyboardInterrupt

    trials = make_trials(100_000)[:3]
    with pytest.raises(KeyboardInterrupt):
        train(trials, make_data(tmp_path), tmp_path / "output", DaskExecutor(cluster.address), on_epoch=stop)
    assert [path for path in (tmp_path / "output").iterdir() if path.name.startswith(".")] == []
    wait_until(lambda: not any(call_workers(cluster, count_executing)), "a worker trains on")


def count_executing(dask_worker: Any) -> int:
    return len(dask_worker.state.tasks)


def with_other_layers(folder: Path) -> Path:
    """A copy of the program that computes something else."""
    other = folder / "other"
    shutil.copytree(ROOT / "reportgen", other / "reportgen", ignore=shutil.ignore_patterns("__pycache__"))
    layers = other / "reportgen" / "nn" / "layers.py"
    layers.write_text(layers.read_text(encoding="utf-8") + "\nCHANGED = 1\n", encoding="utf-8")
    (other / "tests").symlink_to(ROOT / "tests")
    return other


def test_a_worker_of_another_program_is_passed_by(cluster: DaskCluster, tmp_path: Path) -> None:
    cluster.add("other", with_other_layers(tmp_path))
    wait_until(lambda: len(call_workers(cluster, count_executing)) == 3, "the third worker did not come")
    data, trials = make_data(tmp_path), make_trials(5)[:3] * 2
    try:
        there = train(trials, data, tmp_path / "there", DaskExecutor(cluster.address))
    finally:
        cluster.workers.pop("other").kill()
    assert there.numbers == train(trials, data, tmp_path / "here", None).numbers
    assert len(there.notices) == 1
    assert "it trains nothing" in there.notices[0]
    assert "has other code that computes" in there.notices[0]


def test_where_only_workers_of_another_program_are_left_one_line_says_so(tmp_path: Path) -> None:
    def kill(_: Training) -> None:
        if "one" in own.workers:
            own.workers.pop("one").send_signal(signal.SIGKILL)

    (tmp_path / "dask").mkdir()
    with dask_cluster(tmp_path / "dask") as own:
        own.add("one")
        own.add("other", with_other_layers(tmp_path))
        wait_until(lambda: len(call_workers(own, count_executing)) == 2, "a worker did not come")
        trials = make_trials(100_000)[:2]
        with pytest.raises(UserError, match=r"no worker may train: .*has other code that computes"):
            train(trials, make_data(tmp_path), tmp_path / "there", DaskExecutor(own.address), on_epoch=kill)


def test_a_killed_worker_costs_no_trial_and_none_begins_anew(cluster: DaskCluster, tmp_path: Path) -> None:
    killed: list[Training] = []

    def kill(training: Training) -> None:
        if not killed and training.is_under_way(0, 1):
            killed.append(Training(tmp_path, rows=list(training.rows)))
            cluster.workers.pop("one").send_signal(signal.SIGKILL)

    data, trials = make_data(tmp_path), make_trials(600)[:2]  # long: a busy machine takes its time to kill
    executor = DaskExecutor(cluster.address)
    there = train(trials, data, tmp_path / "there", executor, seconds_between=1e-9, on_epoch=kill)
    assert killed
    assert there.numbers == train(trials, data, tmp_path / "here", None).numbers
    assert "its Dask worker vanished: the trial is tried once more" in there.notices[0]
    # the seconds that an epoch took are those of its first training
    first = {place: row for place, row in killed[0].rows if row.epoch == 1}
    assert first == {place: there.records[place].epochs[0] for place in (0, 1)}


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_where_no_scheduler_answers_one_line_says_so(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.execution.executors.dask.CONNECT_SECONDS", 1)
    trials: list[Trial] = make_trials(1)
    with pytest.raises(UserError, match="no Dask scheduler answers there") as caught:
        train(trials, make_data(tmp_path), tmp_path / "output", DaskExecutor(address))
    assert "\n" not in str(caught.value)

"""Trials on the nodes of a real Ray cluster: as here, whatever dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.execution.executors.assignment import Assignment, Delivery
from reportgen.execution.executors.ray import RayExecutor
from tests.helpers.clusters import RayCluster, ray_cluster
from tests.helpers.trainings import Training, elsewhere, make_data, make_trials, train, trained_alike

ray = pytest.importorskip("ray", reason="Ray is not installed")
pytestmark = [pytest.mark.cluster, pytest.mark.long]


class Elsewhere(RayExecutor):
    """Its workers do not see the driver's folders, as on other machines."""

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        return super()._start(elsewhere(assignment))


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("caches")
    return [folder / "head", folder / "other"]


@pytest.fixture(scope="module")
def cluster(caches: list[Path]) -> Iterator[RayCluster]:
    with ray_cluster(caches) as cluster:
        yield cluster


def test_what_a_machine_of_its_own_lacks_travels(
    cluster: RayCluster, caches: list[Path], tmp_path: Path
) -> None:
    """The data and a user's code there, the classifiers back; results are those of this process."""
    trained_alike(Elsewhere(cluster.address), tmp_path, caches)
    assert not ray.is_initialized()


def test_ctrl_c_stops_what_trains_and_what_waits(cluster: RayCluster, tmp_path: Path) -> None:
    def stop(training: Training) -> None:
        if training.is_under_way(0, 1):
            raise KeyboardInterrupt

    trials = make_trials(100_000)[:3]
    with pytest.raises(KeyboardInterrupt):
        train(trials, make_data(tmp_path), tmp_path / "output", RayExecutor(cluster.address), on_epoch=stop)
    # the processors are free again for the next trial
    again = train(make_trials(1)[:1], make_data(tmp_path), tmp_path / "again", RayExecutor(cluster.address))
    assert len(again.records) == 1


def test_a_killed_node_costs_no_trial_and_none_begins_anew(
    cluster: RayCluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    killed: list[Training] = []

    def kill(training: Training) -> None:
        if not killed and training.is_under_way(0, 1):
            killed.append(Training(tmp_path, rows=list(training.rows)))
            cluster.kill(1)

    data, trials = make_data(tmp_path), make_trials(600)[:2]  # long: a busy machine takes its time to kill
    executor = RayExecutor(cluster.address)
    there = train(trials, data, tmp_path / "there", executor, seconds_between=1e-9, on_epoch=kill)
    assert killed
    assert there.numbers == train(trials, data, tmp_path / "here", None).numbers
    assert "its Ray worker died: the trial is tried once more" in there.notices[0]
    # the seconds that an epoch took are those of its first training
    first = {place: row for place, row in killed[0].rows if row.epoch == 1}
    assert first == {place: there.records[place].epochs[0] for place in (0, 1)}
    assert capfd.readouterr().out == ""  # a report as JSON may be on its way there


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "ray://127.0.0.1:1"])
def test_where_no_cluster_answers_one_line_says_so(address: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Ray cluster answers") as caught:
        train(make_trials(1), make_data(tmp_path), tmp_path / "output", RayExecutor(address))
    assert "\n" not in str(caught.value)

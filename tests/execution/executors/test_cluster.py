"""What a cluster's workers and the driver agree upon, with workers in this process."""

from __future__ import annotations

import errno
import math
import os
import platform
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reportgen.data import Dataset
from reportgen.data.cache import store_sent
from reportgen.errors import UserError
from reportgen.execution.executors import assignment as assignments
from reportgen.execution.executors.assignment import (
    Assignment,
    Delivery,
    carry_out_assignment,
    read_message,
    write_message,
)
from reportgen.execution.executors.cluster import ClusterExecutor
from reportgen.execution.worker import DataSettings, load_data
from reportgen.training import EpochRow
from tests.helpers.trainings import elsewhere, empty_handed, make_data, make_trials, train

FILES = ("insight.npz", "model.safetensors")


@dataclass
class Node:
    """A worker on a machine with this cache; what it is told is changed to what it would see there."""

    cache: Path
    sees: Callable[[Assignment], Assignment] = elsewhere
    trained: int = 0
    sent: list[str] = field(default_factory=list)


class InTurns(ClusterExecutor):
    """Gives its nodes one assignment after the other."""

    def __init__(self, nodes: list[Node]) -> None:
        super().__init__()
        self.nodes = nodes
        self.passed_by: set[str] = set()
        self.started = 0

    def _connect(self, folder: Path) -> None:
        pass

    def _listen(self) -> None:
        pass

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        nodes = [node for node in self.nodes if node.cache.name not in self.passed_by]
        node = nodes[self.started % len(nodes)]
        self.started += 1
        with on(node), empty_handed():
            delivery = carry_out_assignment(
                node.sees(assignment),
                lambda said: self._events.put(read_message(write_message(assignment.task.place, said))),
            )
        node.trained += delivery.trained is not None
        future: Future[Delivery] = Future()
        future.set_result(replace(delivery, worker=node.cache.name))
        return future

    def _send_data(self, dataset: Dataset, delivery: Delivery) -> None:
        (node,) = (node for node in self.nodes if node.cache.name == delivery.worker)
        node.sent.append(dataset.digest)
        with on(node):
            assert store_sent(dataset)

    def _pass_by(self, delivery: Delivery) -> bool:
        self.passed_by.add(delivery.worker)
        return len(self.passed_by) < len(self.nodes)

    def explain_death(self, error: BaseException) -> str | None:  # noqa: ARG002 - nobody dies
        return None

    def cancel(self) -> None:
        pass


def on(node: Node) -> Any:
    """Let this process have a node's cache."""
    return mock.patch.dict(os.environ, REPORTGEN_CACHE=str(node.cache))


def changed(**changes: Any) -> Callable[[Assignment], Assignment]:
    """A worker that sees the driver's folders, and other things than the driver had meant."""
    return lambda assignment: replace(assignment, **changes)


def test_data_get_to_a_node_once_and_classifiers_back(tmp_path: Path) -> None:
    nodes = [Node(tmp_path / "one"), Node(tmp_path / "two")]
    data, trials = make_data(tmp_path), make_trials(3) * 2
    there = train(trials, data, tmp_path / "there", InTurns(nodes))
    here = train(trials, data, tmp_path / "here", None)
    assert there.numbers == here.numbers
    assert there.files == here.files
    assert sorted(there.files) == [f"trial{n}/{name}" for n in (2, 6) for name in FILES]
    assert [node.sent for node in nodes] == [[data.digest]] * 2
    assert all(node.trained > 1 for node in nodes)
    # nothing of the trials is left on the nodes, and nothing was written where they cannot see
    assert [path.name for node in nodes for path in node.cache.iterdir()] == ["data", "trials"] * 2
    assert [path for node in nodes for path in (node.cache / "trials").iterdir()] == []
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["trial2", "trial6"]


def test_data_get_through_a_shared_folder_to_all_nodes_at_once(tmp_path: Path) -> None:
    nodes = [Node(tmp_path / "one", changed()), Node(tmp_path / "two", changed())]
    data, trials = make_data(tmp_path), make_trials(3)
    there = train(trials, data, tmp_path / "there", InTurns(nodes))
    assert there.numbers == train(trials, data, tmp_path / "here", None).numbers
    assert [node.sent for node in nodes] == [[], []]
    assert [node.cache.exists() for node in nodes] == [False, False]  # nor anything to keep there
    assert list(there.files) == [f"trial2/{name}" for name in FILES]


def test_data_that_a_node_can_read_or_has_stay_where_they_are(tmp_path: Path) -> None:
    node = Node(tmp_path / "one")
    data = make_data(tmp_path)
    with on(node):
        assert store_sent(load_data(data).dataset)
    train(make_trials(2)[:1], data, tmp_path / "stored", InTurns([node]))
    digits = load_data(DataSettings("digits", None, None, 60, 30, 40, None, False)).settings
    train(make_trials(2)[:1], digits, tmp_path / "embedded", InTurns([node]))
    assert (node.sent, node.trained) == ([], 2)


def test_stored_data_are_split_as_their_source_says(tmp_path: Path) -> None:
    """Without sizes and a seed, these are the source's own, which no cache keeps."""
    node = Node(tmp_path / "one")
    digits = load_data(DataSettings("digits", None, None, None, None, None, None, False)).settings
    with on(node):
        assert store_sent(load_data(digits).dataset)
    there = train(make_trials(1)[:1], digits, tmp_path / "there", InTurns([node]))
    assert there.numbers == train(make_trials(1)[:1], digits, tmp_path / "here", None).numbers


def test_a_node_with_other_code_is_passed_by_and_named_once(tmp_path: Path) -> None:
    nodes = [Node(tmp_path / "one"), Node(tmp_path / "two", changed(code="0" * 64))]
    data, trials = make_data(tmp_path), make_trials(1)[:2] * 2
    there = train(trials, data, tmp_path / "there", InTurns(nodes))
    assert there.numbers == train(trials, data, tmp_path / "here", None).numbers
    assert [node.trained for node in nodes] == [4, 0]
    (notice,) = there.notices
    assert "it trains nothing" in notice
    assert "has other code that computes (reportgen " in notice


def test_where_no_node_may_train_the_run_ends_in_one_line(tmp_path: Path) -> None:
    nodes = [Node(tmp_path / name, changed(code="0" * 64)) for name in ("one", "two")]
    with pytest.raises(UserError, match=r"no worker may train: .* has other code that computes") as caught:
        train(make_trials(1), make_data(tmp_path), tmp_path / "there", InTurns(nodes))
    assert "\n" not in str(caught.value)


def test_users_code_is_not_trained_with_less_of_a_guard_than_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignments, "find_bubblewrap", lambda: None)
    data, trials = make_data(tmp_path), make_trials(1)[-1:]
    with pytest.raises(UserError, match=r"no worker may train: .* has no bubblewrap that works"):
        train(trials, data, tmp_path / "there", InTurns([Node(tmp_path / "one", changed(confined=True))]))
    # where there is none here either, there is nothing less
    train(trials, data, tmp_path / "there", InTurns([Node(tmp_path / "one", changed(confined=False))]))


def test_each_difference_between_a_worker_and_the_driver_is_told_once(tmp_path: Path) -> None:
    def older(assignment: Assignment) -> Assignment:
        """What this process has differs from what such a driver would have."""
        return replace(assignment, environment=dict(assignment.environment) | {"torch": "1.0", "python": "2"})

    nodes = [
        Node(tmp_path / "one", older),
        Node(tmp_path / "two", older),
        Node(tmp_path / "three"),
    ]
    there = train(make_trials(1)[:2] * 3, make_data(tmp_path), tmp_path / "there", InTurns(nodes))
    assert len(there.notices) == 2
    for name, ours in (("torch", "1.0"), ("python", "2")):
        (notice,) = (line for line in there.notices if f": {name} is " in line)
        assert f"there, and {ours} here: the last digits of what it trains may differ" in notice


def test_a_users_mistake_comes_back_in_its_own_words(tmp_path: Path) -> None:
    (trial, *_) = make_trials(1)
    wrong = replace(trial, setup=replace(trial.setup, subset=6000))
    with pytest.raises(UserError, match=r"^subset = 6000 is out of range") as caught:
        train([wrong], make_data(tmp_path), tmp_path / "there", InTurns([Node(tmp_path / "one")]))
    assert "\n" not in str(caught.value)


def test_a_node_without_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/cache/x")

    monkeypatch.setattr(assignments, "carry_out", fail)
    with pytest.raises(UserError, match=f"^{platform.node()}: /cache/x: No space left on device") as caught:
        train(make_trials(1), make_data(tmp_path), tmp_path / "there", InTurns([Node(tmp_path / "one")]))
    assert "\n" not in str(caught.value)


def test_what_a_worker_says_gets_through_as_it_was() -> None:
    row = make_row(training_loss=0.1 + 0.2, validation_loss=math.inf)
    assert read_message(write_message(3, row)) == (3, row)
    place, said = read_message(write_message(4, make_row(gradient_norm=math.nan)))
    assert place == 4
    assert isinstance(said, EpochRow)
    assert math.isnan(said.gradient_norm)
    assert read_message(write_message(5, "é\n中")) == (5, "é\n中")


def make_row(**changes: float) -> EpochRow:
    return replace(EpochRow(1, 0.5, 0.5, 0.5, 0.5, 0.0, 0.1, 1.0, 1.0, 1.0), **changes)

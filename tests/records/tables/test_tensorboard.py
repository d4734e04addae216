"""Folders of TensorBoard: event files that its own writer makes are read, damaged ones refused."""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.records.tables import event_folder, folder_files
from reportgen.records.tables.event_file import read_events
from reportgen.records.tables.forms import read_raw

ACCURACY = [0.1, 0.7, 0.9]


@pytest.fixture
def runs(tmp_path: Path) -> Any:
    """What writes the events of a run, by tensorboardX."""
    tensorboardX = pytest.importorskip("tensorboardX")  # noqa: N806 - so it is called

    def write(name: str, values: list[float] = ACCURACY, **hyperparameters: Any) -> None:
        with tensorboardX.SummaryWriter(str(tmp_path / "runs" / name)) as writer:
            for epoch, value in enumerate(values, start=1):
                writer.add_scalar("test/acc", value, epoch)
            if hyperparameters:
                writer.add_hparams(hyperparameters, {"final": 0.5})
                writer.add_scalars("both", {"a": 1.0}, 3)

    return write


def rows(tmp_path: Path, *columns: str) -> list[tuple[Any, ...]]:
    frame = read_raw(tmp_path / "runs").frame
    return [tuple(row[name] for name in columns) for row in frame.to_dict("records")]


def test_the_runs_of_a_folder_are_curves_called_by_their_folders(runs: Any, tmp_path: Path) -> None:
    for name in ("SGD-seed0", "SGD-seed1", "Adam-seed0"):
        runs(name)
    table = read_raw(tmp_path / "runs")
    assert (table.form, table.sparse, table.paired) == ("a folder of TensorBoard", True, None)
    assert table.notes[0] == "a step is an epoch"
    assert "'Adam-seed0' is Adam with seed 0" in table.notes[1]
    assert rows(tmp_path, "optimizer", "seed", "epoch", "test/acc") == [
        (optimizer, seed, epoch, value)
        for optimizer, seed in (("Adam", "0"), ("SGD", "0"), ("SGD", "1"))
        for epoch, value in enumerate(ACCURACY, start=1)
    ]


def test_other_layouts_of_folders(runs: Any, tmp_path: Path) -> None:
    runs("deep/SGD/0/validation")
    runs("deep/SGD/0/train", [3.0])
    runs("deep/SGD/1/validation")
    assert rows(tmp_path, "optimizer", "seed", "epoch", "validation/test/acc", "train/test/acc")[:2] == [
        ("SGD", "0", 1, 0.1, 3.0),
        ("SGD", "0", 2, 0.7, None),
    ]
    assert set(rows(tmp_path, "problem")) == {("deep",)}
    (path, *_) = event_folder.event_files(tmp_path)
    with pytest.raises(UserError, match="is the event file of one run; name the folder that holds all runs"):
        read_raw(path)


def test_hyperparameters_tell_more_than_names(runs: Any, tmp_path: Path) -> None:
    for number, (optimizer, seed) in enumerate([("SGD", 0), ("Lion", 4)]):
        runs(f"fancy-{number}", optimizer=optimizer, seed=seed, nesterov=True)
    assert rows(tmp_path, "epoch", "final", "both/a/both")[0] == (0, 0.5, None)
    assert rows(tmp_path, "optimizer", "seed", "epoch", "test/acc")[1:] == [
        ("SGD", 0.0, 1, 0.1),
        ("SGD", 0.0, 2, 0.7),
        ("SGD", 0.0, 3, 0.9),
        ("Lion", 4.0, 0, None),
        ("Lion", 4.0, 1, 0.1),
        ("Lion", 4.0, 2, 0.7),
        ("Lion", 4.0, 3, 0.9),
    ]


def test_a_number_that_is_none_was_logged(runs: Any, tmp_path: Path) -> None:
    runs("SGD-seed0", [0.5, math.nan])
    assert rows(tmp_path, "epoch", "test/acc") == [(1, 0.5), (2, "nan")]


def test_tensors_of_tensorflow_are_scalars_too(tmp_path: Path) -> None:
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    from tensorboardX.record_writer import RecordWriter

    path = tmp_path / "events.out.tfevents.1"
    writer = RecordWriter(str(path))
    for content in (struct.pack("<f", 0.7), struct.pack("<ff", 1, 2)):
        event = event_pb2.Event(step=3)
        value = event.summary.value.add(tag="epoch_accuracy")
        value.tensor.dtype, value.tensor.tensor_content = 1, content
        value.metadata.plugin_data.plugin_name = "scalars"
        writer.write(event.SerializeToString())
    writer.close()
    (scalar,), _ = read_events(path, 10)
    assert (scalar.tag, scalar.step, scalar.value) == ("epoch_accuracy", 3, 0.7)


def test_names_that_tell_nothing_get_one_line(runs: Any, tmp_path: Path) -> None:
    runs("fancy-river-1")
    runs("lucky-moon-2")
    with pytest.raises(
        UserError, match="'fancy-river-1', tell no optimizer and seed; name runs like SGD-seed0"
    ):
        read_raw(tmp_path / "runs")


def test_a_killed_run_is_read_as_far_as_it_is_whole(runs: Any, tmp_path: Path) -> None:
    runs("SGD-seed0")
    (path,) = event_folder.event_files(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    assert rows(tmp_path, "epoch", "test/acc") == [(1, 0.1), (2, 0.7)]


@pytest.mark.parametrize("place", [0, 8, 30, -30])
def test_a_changed_byte_is_noticed(runs: Any, tmp_path: Path, place: int) -> None:
    runs("SGD-seed0")
    (path,) = event_folder.event_files(tmp_path)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"is damaged .*take it out of the folder"):
        read_raw(tmp_path / "runs")


def test_links_are_not_followed_and_sizes_are_limited(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs("SGD-seed0")
    inside = tmp_path / "runs"
    (tmp_path / "elsewhere").mkdir()
    (path,) = event_folder.event_files(inside)
    path.rename(tmp_path / "elsewhere" / path.name)
    path.symlink_to(tmp_path / "elsewhere" / path.name)
    (inside / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(
        UserError, match="is a folder with neither a run of reportgen nor runs of TensorBoard"
    ):
        read_raw(inside)
    with monkeypatch.context() as patched:
        patched.setattr(event_folder, "MOST_SCALARS", 2)
        with pytest.raises(UserError, match="more than 2 scalars were logged"):
            read_raw(tmp_path / "elsewhere")
    monkeypatch.setattr(folder_files, "MOST_FILES", 0)
    with pytest.raises(UserError, match="more than 0 files"):
        read_raw(tmp_path / "elsewhere")


def test_without_protobuf_one_line_says_what_to_install(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs("SGD-seed0")
    monkeypatch.setitem(sys.modules, "google.protobuf.message", None)
    with pytest.raises(UserError, match=r"needs protobuf: pip install 'reportgen\[tensorboard\]'"):
        read_raw(tmp_path / "runs")

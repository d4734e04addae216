"""The npz source: what it reads, and the line for everything it does not."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import load


def test_the_arrays_come_back_as_they_were(write_npz):
    path = write_npz()
    data = load("npz", path)
    with np.load(path) as file:
        np.testing.assert_array_equal(data.train_inputs, file["x_train"])
        np.testing.assert_array_equal(data.train_labels, file["y_train"])
        np.testing.assert_array_equal(data.test_inputs, file["x_test"])
        np.testing.assert_array_equal(data.test_labels, file["y_test"])
    assert data.train_labels.dtype == np.int64
    assert data.default_seed is None
    assert data.origin == f"npz file {path.name}"


def test_keras_shapes_gray_images_and_column_labels(write_npz):
    gray = np.arange(12 * 4 * 5).reshape(12, 4, 5)
    column = (np.arange(12) % 3).reshape(12, 1).astype(np.uint8)
    data = load("npz", write_npz(x_train=gray, y_train=column, x_test=gray[:6].astype(np.uint8)))
    assert data.train_inputs.shape == (12, 4, 5, 1)
    assert data.train_inputs.dtype == np.uint8
    np.testing.assert_array_equal(data.train_inputs[..., 0], gray)
    np.testing.assert_array_equal(data.train_labels, np.arange(12) % 3)


@pytest.mark.parametrize(
    "names", [np.array(["ant", "bée", "cat"]), np.array([b"ant", "bée".encode(), b"cat"])]
)
def test_names_in_the_file(names, write_npz):
    assert load("npz", write_npz(classes=names)).classes == ("ant", "bée", "cat")


def test_labels_may_leave_gaps(write_npz):
    data = load("npz", write_npz(y_train=np.array([0, 4] * 6), y_test=np.array([0, 4] * 3)))
    assert data.classes == ("0", "1", "2", "3", "4")


def test_a_named_class_may_be_in_test_alone(write_npz):
    path = write_npz(y_train=np.array([0, 1] * 6), classes=np.array(["a", "b", "c"]))
    assert load("npz", path).classes == ("a", "b", "c")


def test_channels_that_stand_first_are_moved_last_with_a_note(write_npz):
    with np.load(write_npz()) as file:
        images = file["x_train"], file["x_test"]
    first = {name: x.transpose(0, 3, 1, 2) for name, x in zip(("x_train", "x_test"), images, strict=True)}
    data = load("npz", write_npz("first.npz", **first))
    np.testing.assert_array_equal(data.train_inputs, images[0])
    np.testing.assert_array_equal(data.test_inputs, images[1])
    assert data.digest == load("npz", write_npz()).digest
    assert [note.line for note in data.notes] == [
        "x_train, x_test: the channels (3) stand before height and width, and are moved behind"
    ]


@pytest.mark.parametrize(("white", "said"), [(1, "multiplied by 255 and rounded"), (255, "taken as bytes")])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_floats_are_converted_where_it_is_plain_what_white_is(kind, white, said, write_npz):
    with np.load(write_npz()) as file:
        images = {name: file[name] for name in ("x_train", "x_test")}
    scaled = {name: (x / (255 / white)).astype(kind) for name, x in images.items()}
    data = load("npz", write_npz("floats.npz", **scaled))
    np.testing.assert_array_equal(data.train_inputs, images["x_train"])
    assert data.digest == load("npz", write_npz()).digest
    (note,) = data.notes
    assert said in note.line


@pytest.mark.parametrize("kind", ["f4", "i8", "?"])
def test_one_hot_labels_are_turned_into_numbers_with_a_note(kind, write_npz):
    data = load("npz", write_npz(y_train=np.eye(3)[np.arange(12) % 3].astype(kind)))
    np.testing.assert_array_equal(data.train_labels, np.arange(12) % 3)
    assert data.digest == load("npz", write_npz("plain.npz")).digest
    assert [note.line for note in data.notes] == ["y_train: one-hot rows of 3 are turned into class numbers"]
    assert load("npz", write_npz("plain.npz")).notes == ()


X = np.zeros((12, 4, 5, 3), dtype=np.uint8)
Y = np.arange(12) % 3


def rows(x: np.ndarray) -> dict[str, np.ndarray]:
    return {"x_train": x[:12], "x_test": x[12:]}


def floats(low: float, high: float, *, whole: bool) -> dict[str, np.ndarray]:
    """Images of floating-point numbers from low to high, both of them there."""
    ends = [low, high] if whole else [low, high, (low + high) / 2 + 0.25]
    values = np.resize(np.array(ends, dtype=float), (18, 4, 5, 3))
    return {"x_train": values[:12], "x_test": values[12:]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"y_test": None}, ["no array y_test", "x_train, y_train, x_test", "numpy.savez"]),
        ({"x_train": X.astype(np.float32) / 255}, ["x_train is float32", "astype('uint8')"]),
        (floats(0, 1, whole=True), ["x_train and x_test hold only 0 and 1", "astype('uint8')"]),
        (floats(0, 200, whole=False), ["from 0 to 200, not all of them whole", "x.astype('uint8')"]),
        (floats(-1, 1, whole=False), ["from -1 to 1", "((x - -1) * 127.5).round().astype('uint8')"]),
        (floats(0, 300, whole=True), ["from 0 to 300", "scale them into 0 to 255"]),
        (floats(0, np.nan, whole=True), ["not finite"]),
        ({"x_train": X.astype(bool)}, ["x_train is bool", "0 to 255"]),
        ({"x_train": X.astype(np.int64) + 300}, ["x_train has values from 300 to 300"]),
        ({"x_test": X[:6].astype(np.int64) - 1}, ["x_test has values from -1 to -1"]),
        ({"x_train": X.astype(object)}, ["x_train is an array of Python objects", "uint8"]),
        ({"y_train": Y.astype(object)}, ["y_train is an array of Python objects"]),
        ({"x_train": X.transpose(0, 3, 1, 2)}, ["x_train has shape (12, 3, 4, 5)", "channels last"]),
        ({"x_train": X.transpose(0, 1, 3, 2)}, ["x_train has shape (12, 4, 3, 5)", "x.transpose"]),
        ({"x_train": X.reshape(12, -1)}, ["x_train has shape (12, 60)"]),
        (rows(np.full((18, 3), True)), ["x_train is bool", "x.astype('float32')"]),
        (rows(np.full((18, 3), np.inf)), ["x_train holds values that are not finite"]),
        (rows(np.zeros((18, 3))) | {"x_test": np.zeros((6, 2))}, ["rows of 3 values, but x_test of 2"]),
        ({"x_train": X[:0]}, ["x_train is empty"]),
        ({"x_test": X[:0], "y_test": Y[:0]}, ["x_test is empty"]),
        ({"y_train": Y[:11]}, ["y_train has 11 labels for 12 examples"]),
        ({"y_test": Y[:7]}, ["y_test has 7 labels for 6 examples"]),
        ({"x_test": X[:6, :, :4]}, ["x_train holds images of shape (4, 5, 3)", "x_test of shape (4, 4, 3)"]),
        ({"y_train": Y - 1}, ["y_train holds the label -1, out of range"]),
        ({"y_train": Y * 10_000}, ["y_train holds the label 20000, out of range"]),
        ({"y_train": Y.astype(float)}, ["y_train is float64", "astype('int64')"]),
        ({"y_train": np.eye(3)[Y] * 0.9}, ["y_train has shape (12, 3)", "argmax"]),
        ({"y_train": np.ones((12, 3))}, ["y_train has shape (12, 3)", "single 1"]),
        ({"y_test": np.arange(6)}, ["y_test holds the label 3, out of range", "y_train never has it"]),
        ({"y_train": Y * 2, "y_test": np.array([0, 1, 2, 0, 1, 2])}, ["y_test holds the label 1"]),
        ({"classes": np.array(["a", "b"])}, ["y_train holds the label 2, out of range", "names only 2"]),
        ({"classes": np.array(["a", "b", "a"])}, ["classes: the class name 'a' comes twice"]),
        ({"classes": np.arange(3)}, ["classes is int64", "strings"]),
        ({"classes": np.array([b"a", b"\xff", b"c"])}, ["not UTF-8"]),
    ],
)
def test_wrong_arrays_are_refused_by_name(changes, said, write_npz, refused):
    path = write_npz(**changes)
    line = refused("npz", path)
    for words in (str(path), *said):
        assert words in line


def test_rows_are_features_and_stay_what_they_are(write_npz, capsys):
    x = np.random.default_rng(0).normal(size=(18, 5)).astype(np.float32)
    data = load("npz", write_npz(**rows(x)))
    np.testing.assert_array_equal(np.concatenate([data.train_inputs, data.test_inputs]), x)
    names = [(column.name, column.categories) for column in data.columns]
    assert names == [(f"x{number}", None) for number in range(1, 6)]
    (note,) = data.notes
    assert note.line == "x_train, x_test: rows of 5 values are taken as features, not as images"
    again = load("npz", write_npz(**rows(x)))  # from the cache
    assert (again.columns, again.digest, again.things) == (data.columns, data.digest, "rows")
    assert capsys.readouterr().err == ""  # sound there
    assert load("npz", write_npz("other.npz", **rows(x + 1))).digest != data.digest


def test_a_missing_file(tmp_path, refused):
    line = refused("npz", tmp_path / "gone.npz")
    assert f"{tmp_path / 'gone.npz'} does not exist" in line
    assert "x_train" in line


def test_a_folder_in_place_of_the_file(tmp_path, refused):
    assert "is a folder, where a file is expected" in refused("npz", tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut short", b"\x80\x04K\x01."])
def test_no_npz_at_all(content, tmp_path, refused):
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    line = refused("npz", path)
    assert f"npz file {path} is no npz file, or is damaged" in line
    assert "pickle" not in line


def test_a_truncated_file(write_npz, refused):
    path = write_npz()
    path.write_bytes(path.read_bytes()[:-200])
    assert f"npz file {path} is no npz file, or is damaged" in refused("npz", path)


def test_a_damaged_array(write_npz, refused):
    path = write_npz()
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF  # a pixel of x_train: the zip's own checksum finds it
    path.write_bytes(content)
    line = refused("npz", path)
    assert f"npz file {path}: x_train cannot be read" in line


def test_a_header_that_promises_too_much(write_npz, refused):
    path = write_npz()
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["x_train.npy"] = members["x_train.npy"].replace(b"(12, 4, 5, 3)", b"(9999999999999, 4, 5, 3)")
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    assert "x_train cannot be read" in refused("npz", path)


def test_a_bare_array(tmp_path, refused):
    path = tmp_path / "bare.npz"
    with path.open("wb") as file:
        np.save(file, X)
    assert f"npz file {path} holds one bare array" in refused("npz", path)


def test_something_else_in_the_zip(write_npz, refused):
    path = write_npz(y_test=None)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("y_test", b"no array")
    assert "y_test is no array" in refused("npz", path)


def test_a_broken_link(tmp_path, refused):
    link = tmp_path / "link.npz"
    link.symlink_to(tmp_path / "gone.npz")
    assert "does not exist" in refused("npz", link)


def test_a_pipe_in_place_of_the_file(tmp_path, refused):
    os.mkfifo(tmp_path / "pipe")
    assert "pipe is a pipe, where a file is expected" in refused("npz", tmp_path / "pipe")


def test_a_device_in_place_of_the_file(refused):
    assert "/dev/zero is a device, where a file is expected" in refused("npz", Path("/dev/zero"))

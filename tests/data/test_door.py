"""The public door: what it exports, what it costs, what it refuses."""

import subprocess
import sys

import numpy as np
import pytest

import reportgen.data
from reportgen.data import SOURCES, DataError, load, split
from reportgen.errors import UserError


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_door_exports_what_it_says():
    assert SOURCES == ("digits", "cifar10", "fashion-mnist", "npz", "folder", "table")
    assert issubclass(DataError, UserError)
    for name in reportgen.data.__all__:
        assert hasattr(reportgen.data, name)


def test_importing_it_imports_nothing_heavy():
    heavy = ("torch", "torchvision", "sklearn", "PIL", "pandas", "rich")
    code = f"import sys, reportgen.data; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code) == "[]"


def test_torchvision_can_be_imported_in_a_fresh_process():
    code = (
        "from reportgen.data.sources.torchvision_import import import_datasets;"
        "import_datasets(); print(import_datasets().CIFAR10.filename)"
    )
    assert run_python(code) == "cifar-10-python.tar.gz"


def test_an_unknown_source_is_refused_with_the_nearest(refused):
    line = refused("cifar-10")
    assert "'cifar-10'" in line
    assert "did you mean cifar10?" in line
    assert "digits, cifar10, fashion-mnist, npz, folder" in line


@pytest.mark.parametrize("source", ["npz", "folder"])
def test_a_missing_path_is_refused(source, refused):
    assert f"source {source} needs a path" in refused(source)


def test_a_path_for_a_source_without_files_is_refused(tmp_path, refused):
    assert "source digits takes no path" in refused("digits", tmp_path)


def test_digits():
    digits = load("digits")
    assert digits.train_inputs.shape == (1297, 8, 8, 1)
    assert digits.test_inputs.shape == (500, 8, 8, 1)
    assert digits.train_inputs.dtype == np.uint8
    assert digits.train_labels.dtype == np.int64
    assert digits.classes == tuple("0123456789")
    assert (digits.source, digits.default_seed) == ("digits", 0)
    assert "scikit-learn" in digits.origin
    parts = split(digits)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [997, 300, 500]


def test_digits_uses_the_whole_byte():
    from sklearn.datasets import load_digits

    digits = load("digits")
    ours = np.concatenate([digits.train_inputs, digits.test_inputs])
    assert set(np.unique(ours)) == {round(v * 255 / 16) for v in range(17)}
    assert ours.sum() == np.rint(load_digits().images * 255 / 16).sum()


def test_the_test_part_of_digits_is_fixed_and_holds_each_class_in_proportion():
    digits = load("digits")
    assert set(np.bincount(digits.test_labels)) <= {48, 49, 50, 51, 52}
    from sklearn.datasets import load_digits

    ours = np.concatenate([digits.train_inputs, digits.test_inputs])
    theirs = np.rint(load_digits().images * 255 / 16).astype(np.uint8)
    assert sorted(image.tobytes() for image in ours) == sorted(image.tobytes() for image in theirs)


def test_other_class_names(write_npz):
    path = write_npz()
    plain, named = load("npz", path), load("npz", path, classes=["a", "b", "c"])
    assert plain.classes == ("0", "1", "2")
    assert named.classes == ("a", "b", "c")
    assert plain.digest != named.digest
    assert named.digest == load("npz", path, classes=["a", "b", "c"]).digest


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "c", "d"]])
def test_a_wrong_number_of_class_names_is_refused(names, write_npz, refused):
    line = refused("npz", write_npz(), classes=names)
    assert f"{len(names)} names for the 3 classes" in line


def test_twin_and_empty_class_names_are_refused(write_npz, refused):
    assert "'a' comes twice" in refused("npz", write_npz(), classes=["a", "b", "a"])
    assert "class name is empty" in refused("npz", write_npz(), classes=["a", " ", "b"])


def test_the_digest_follows_the_data(write_npz):
    first = load("npz", write_npz("a.npz"))
    assert len(first.digest) == 64
    assert first.digest == load("npz", write_npz("b.npz")).digest
    other_label = load("npz", write_npz("c.npz", y_test=np.array([0, 1, 2, 0, 1, 1])))
    other_pixel = np.array(first.train_inputs)
    other_pixel[0, 0, 0, 0] ^= 1
    other_shape = {name: getattr(first, name.replace("x_", "") + "_inputs") for name in ("x_train", "x_test")}
    turned = {name: images.reshape(-1, 5, 4, 3) for name, images in other_shape.items()}
    digests = {
        first.digest,
        other_label.digest,
        load("npz", write_npz("d.npz", x_train=other_pixel)).digest,
        load("npz", write_npz("e.npz", **turned)).digest,
    }
    assert len(digests) == 4

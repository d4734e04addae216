"""CIFAR-10 and Fashion-MNIST: placed by hand, downloaded, damaged, or out of reach."""

import errno
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import load
from reportgen.data.sources import cifar10, fashion_mnist

FASHION_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_cifar10_from_an_archive_placed_by_hand(cifar, cache):
    archive = cifar.place(cache)
    data = load("cifar10")
    planes = cifar.train_rows.reshape(50, 3, 32, 32)
    np.testing.assert_array_equal(data.train_inputs, planes.transpose(0, 2, 3, 1))
    assert data.train_labels.tolist() == list(range(10)) * 5
    assert data.test_inputs.shape == (10, 32, 32, 3)
    assert data.classes[0] == "airplane"
    assert data.classes[9] == "truck"
    assert archive.name in data.origin
    assert (data.default_seed, data.default_train, data.default_validation) == (None, 30_000, 10_000)
    assert files_below(cache / "downloads") == ["cifar-10-python.tar.gz"]


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_damaged_cifar10_archive(content, cifar, cache, refused):
    archive = cifar.place(cache, content)
    line = refused("cifar10")
    assert f"the archive {archive} is damaged" in line
    assert "delete it and try again" in line
    assert hashlib.md5(content).hexdigest() in line


def test_an_archive_with_the_right_checksum_and_the_wrong_content(cifar, cache, refused, monkeypatch):
    content = b"no archive"
    monkeypatch.setattr(cifar.official, "tgz_md5", hashlib.md5(content).hexdigest())
    archive = cifar.place(cache, content)
    assert f"the archive {archive} is damaged" in refused("cifar10")
    assert files_below(cache / "downloads") == ["cifar-10-python.tar.gz"]


def test_pickles_from_an_unknown_archive_are_never_read(cifar, cache, refused, monkeypatch):
    monkeypatch.setattr(cifar.official, "tgz_md5", "0" * 32)
    monkeypatch.setattr(cifar10.tarfile, "open", lambda *_: pytest.fail("unpacked before the check"))
    cifar.place(cache)
    assert "is damaged" in refused("cifar10")


def test_cifar10_is_downloaded_when_it_is_not_at_hand(cifar, cache, server, monkeypatch, capfd):
    (server.root / "c.tar.gz").write_bytes(cifar.archive)
    monkeypatch.setattr(cifar.official, "url", server.url + "c.tar.gz")
    data = load("cifar10")
    assert len(data.train_inputs) == 50
    assert (cache / "downloads/cifar-10-python.tar.gz").read_bytes() == cifar.archive
    assert load("cifar10").digest == data.digest
    assert server.asked == ["/c.tar.gz"]
    assert capfd.readouterr() == ("", "")  # no terminal, no progress bar


def test_a_download_with_a_wrong_checksum_is_refused(cifar, cache, server, monkeypatch, refused):
    (server.root / "c.tar.gz").write_bytes(cifar.archive[:-1])
    monkeypatch.setattr(cifar.official, "url", server.url + "c.tar.gz")
    line = refused("cifar10")
    assert "md5 checksum" in line
    assert server.url + "c.tar.gz" in line
    assert files_below(cache) == []


def test_a_full_disk_is_not_the_server_s_fault(cifar, cache, server, monkeypatch, refused):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (server.root / "c.tar.gz").write_bytes(cifar.archive)
    monkeypatch.setattr(cifar.official, "url", server.url + "c.tar.gz")
    monkeypatch.setattr(os, "fsync", full)
    assert refused("cifar10") == (
        f"source cifar10: {cache / 'downloads/cifar-10-python.tar.gz'}: No space left on device;"
        " free some space and start again, what was trained is kept"
    )
    assert files_below(cache) == []


@pytest.mark.usefixtures("cifar")
def test_no_download_possible(cache, refused):
    line = refused("cifar10")
    assert "no download possible" in line
    assert "http://127.0.0.1:9/cifar-10-python.tar.gz" in line
    assert "refused" in line
    assert f"place cifar-10-python.tar.gz in {cache / 'downloads'}" in line
    assert "digits or npz" in line
    assert files_below(cache) == []


def test_the_server_does_not_have_it(cifar, server, monkeypatch, refused):
    monkeypatch.setattr(cifar.official, "url", server.url + "gone")
    line = refused("cifar10")
    assert "404" in line
    assert server.url + "gone" in line


def test_what_a_killed_download_left_does_not_count(cifar, cache, refused):
    leftover = cache / "downloads/.partial-x"
    leftover.mkdir(parents=True)
    (leftover / "cifar-10-python.tar.gz").write_bytes(cifar.archive)
    assert "no download possible" in refused("cifar10")


def test_a_cache_that_cannot_be_written_does_not_hinder_a_download(cifar, tmp_path, server, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "file/cache"))
    (server.root / "c.tar.gz").write_bytes(cifar.archive)
    monkeypatch.setattr(cifar.official, "url", server.url + "c.tar.gz")
    assert len(load("cifar10").train_inputs) == 50


def check_fashion(data, fashion):
    np.testing.assert_array_equal(data.train_inputs[..., 0], fashion.images["train"])
    np.testing.assert_array_equal(data.test_inputs[..., 0], fashion.images["t10k"])
    assert data.train_labels.tolist() == list(range(10)) * 4
    assert data.classes == FASHION_NAMES
    assert (data.default_seed, data.default_train, data.default_validation) == (None, 50_000, 10_000)


def test_fashion_from_archives_placed_by_hand(fashion, cache):
    fashion.place(cache / "downloads")
    check_fashion(load("fashion-mnist"), fashion)


def test_fashion_from_debians_package_comes_first(fashion, no_debian_package, monkeypatch):
    # Debian compresses the files anew: other checksums, and still welcome.
    monkeypatch.setattr(fashion.official, "resources", [(name, "0" * 32) for name in fashion.files])
    fashion.place(no_debian_package)
    data = load("fashion-mnist")
    check_fashion(data, fashion)
    assert "Debian" in data.origin


def test_fashion_is_downloaded_and_only_what_is_missing(fashion, cache, server, monkeypatch):
    fashion.place(server.root)
    monkeypatch.setattr(fashion.official, "mirrors", ["http://127.0.0.1:9/", server.url])
    fashion.place(cache / "downloads")
    (cache / "downloads/t10k-labels-idx1-ubyte.gz").unlink()
    check_fashion(load("fashion-mnist"), fashion)
    assert server.asked == ["/t10k-labels-idx1-ubyte.gz"]


def test_no_download_of_fashion_possible(fashion, cache, refused, monkeypatch):
    monkeypatch.setattr(fashion.official, "mirrors", ["http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/"])
    line = refused("fashion-mnist")
    for mirror in "ab":
        assert f"http://127.0.0.1:9/{mirror}/train-images-idx3-ubyte.gz" in line
    assert f"place {', '.join(fashion.files)} in {cache / 'downloads'}" in line
    assert "Debian's package dataset-fashion-mnist" in line
    assert "urlopen" not in line


@pytest.mark.parametrize("sound_gzip", [False, True])
def test_a_damaged_fashion_archive(sound_gzip, fashion, cache, refused):
    fashion.place(cache / "downloads")
    bad = cache / "downloads/train-labels-idx1-ubyte.gz"
    other_labels = fashion.idx(np.zeros(40, dtype=np.uint8))
    bad.write_bytes(other_labels if sound_gzip else bad.read_bytes()[:-3])
    line = refused("fashion-mnist")
    assert f"the archive {bad} is damaged" in line
    assert "delete it and try again" in line


@pytest.mark.parametrize("cut", [3, 60])
def test_a_damaged_file_of_debians(cut, fashion, no_debian_package, refused):
    fashion.place(no_debian_package)
    bad = no_debian_package / "train-images-idx3-ubyte.gz"
    bad.write_bytes(bad.read_bytes()[:-cut])
    assert f"the archive {bad} is damaged" in refused("fashion-mnist")


def test_debian_files_that_hold_something_else(fashion, no_debian_package, refused):
    fashion.place(no_debian_package)
    labels = no_debian_package / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(fashion.idx(np.zeros(7, dtype=np.uint8)))
    line = refused("fashion-mnist")
    assert "not as many labels as images" in line
    assert "reinstall the package dataset-fashion-mnist" in line


@pytest.mark.skipif(
    not Path("/usr/share/datasets/fashion-mnist").is_dir(), reason="Debian's package is not installed"
)
def test_the_real_fashion_mnist_of_debian(monkeypatch):
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", Path("/usr/share/datasets/fashion-mnist"))
    data = load("fashion-mnist")
    assert data.train_inputs.shape == (60_000, 28, 28, 1)
    assert np.bincount(data.train_labels).tolist() == [6000] * 10
    assert np.bincount(data.test_labels).tolist() == [1000] * 10

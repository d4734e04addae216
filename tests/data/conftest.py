"""Tiny data in the sources' real formats, a cache of its own for each test, and no network."""

import gzip
import hashlib
import io
import pickle
import socket
import struct
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen.data import DataError, load
from reportgen.data.sources import fashion_mnist
from reportgen.data.sources.torchvision_import import import_datasets

CIFAR_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("REPORTGEN_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection

    def local_only(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        assert address[0] == "127.0.0.1", f"a test wants to reach {address}"
        return connect(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", local_only)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture(autouse=True)
def no_debian_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "debian"
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", folder)
    return folder


@pytest.fixture
def refused() -> Callable[..., str]:
    """Loads what must be refused; the one line that says why."""

    def line(source: str, path: Path | None = None, **options: Any) -> str:
        with pytest.raises(DataError) as caught:
            load(source, path, **options)
        message = str(caught.value)
        assert "\n" not in message
        assert message
        return message

    return line


@pytest.fixture
def write_npz(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sound npz file, apart from the arrays given; None leaves one out."""

    def write(name: str = "own.npz", **changes: Any) -> Path:
        random = np.random.default_rng(0)
        arrays = {
            "x_train": random.integers(0, 256, (12, 4, 5, 3), dtype=np.uint8),
            "y_train": np.arange(12) % 3,
            "x_test": random.integers(0, 256, (6, 4, 5, 3), dtype=np.uint8),
            "y_test": np.arange(6) % 3,
        } | changes
        path = tmp_path / name
        np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
        return path

    return write


@pytest.fixture
def picture() -> Callable[..., Path]:
    """Saves an image of one colour, of some size and mode."""

    def save(
        path: Path, colour: Any = (10, 20, 30), size: tuple[int, int] = (5, 4), mode: str = "RGB"
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size, colour).save(path)
        return path

    return save


@pytest.fixture
def pictures(tmp_path: Path, picture: Callable[..., Path]) -> Path:
    """A sound image folder: the classes cat and dog, four images each in train, two each in test."""
    root = tmp_path / "pictures"
    for part, count in (("train", 4), ("test", 2)):
        for label, name in enumerate(("cat", "dog")):
            for index in range(count):
                picture(root / part / name / f"{index}.png", (100 * label, index, 7))
    return root


class Cifar:
    """A CIFAR-10 of fifty training and ten test images, and torchvision told to expect it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(1)
        self.official = import_datasets().CIFAR10
        self.train_rows = random.integers(0, 256, (50, 3072), dtype=np.uint8)
        self.test_rows = random.integers(0, 256, (10, 3072), dtype=np.uint8)
        files = {f"data_batch_{i + 1}": self._batch(self.train_rows[10 * i : 10 * i + 10]) for i in range(5)}
        files["test_batch"] = self._batch(self.test_rows)
        files["batches.meta"] = pickle.dumps({"label_names": CIFAR_NAMES})
        sums = {name: _md5(content) for name, content in files.items()}
        self.archive = self._tar(files)
        train_list = [[name, sums[name]] for name in files if name.startswith("data")]
        monkeypatch.setattr(self.official, "train_list", train_list)
        monkeypatch.setattr(self.official, "test_list", [["test_batch", sums["test_batch"]]])
        monkeypatch.setattr(self.official, "meta", self.official.meta | {"md5": sums["batches.meta"]})
        monkeypatch.setattr(self.official, "tgz_md5", _md5(self.archive))
        # Port 9 discards; nothing listens there.
        monkeypatch.setattr(self.official, "url", "http://127.0.0.1:9/cifar-10-python.tar.gz")

    def place(self, cache: Path, content: bytes | None = None) -> Path:
        path = cache / "downloads" / "cifar-10-python.tar.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.archive if content is None else content)
        return path

    @staticmethod
    def _batch(rows: np.ndarray) -> bytes:
        return pickle.dumps({"data": rows, "labels": list(range(len(rows)))})

    @staticmethod
    def _tar(files: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return out.getvalue()


@pytest.fixture
def cifar(monkeypatch: pytest.MonkeyPatch) -> Cifar:
    return Cifar(monkeypatch)


class Fashion:
    """A Fashion-MNIST of forty training and ten test images, and torchvision told to expect it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(2)
        self.official = import_datasets().FashionMNIST
        self.images = {"train": random.integers(0, 256, (40, 28, 28), dtype=np.uint8)}
        self.images["t10k"] = random.integers(0, 256, (10, 28, 28), dtype=np.uint8)
        self.files = {}
        for part, images in self.images.items():
            labels = (np.arange(len(images)) % 10).astype(np.uint8)
            self.files[f"{part}-images-idx3-ubyte.gz"] = self.idx(images)
            self.files[f"{part}-labels-idx1-ubyte.gz"] = self.idx(labels)
        resources = [(name, _md5(content)) for name, content in self.files.items()]
        monkeypatch.setattr(self.official, "resources", resources)
        monkeypatch.setattr(self.official, "mirrors", ["http://127.0.0.1:9/"])

    def place(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)

    @staticmethod
    def idx(array: np.ndarray) -> bytes:
        head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        return gzip.compress(head + array.tobytes(), mtime=0)


@pytest.fixture
def fashion(monkeypatch: pytest.MonkeyPatch) -> Fashion:
    return Fashion(monkeypatch)


class Server:
    """A web server on this machine; `asked` lists the paths that it was asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[str] = []
        asked = self.asked

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                super().do_GET()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/"

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    root = tmp_path / "served"
    root.mkdir()
    running = Server(root)
    yield running
    running.stop()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()

"""Users' .npz files and image folders of any content: refused in one line, or read as they are."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from reportgen.data import dataset, load
from reportgen.data.errors import DataError
from reportgen.errors import is_printable
from tests.helpers.cases import cases, unless_refused
from tests.helpers.images import arrays

DTYPES = st.sampled_from(["u1", "i1", "i4", "i8", ">i4", "u8", "f4", "f8", "b1", "c8", "U3", "S2", "M8[s]"])


@st.composite
def anyones_arrays(draw: st.DrawFn) -> dict[str, Any]:
    """Sound arrays with up to two of them replaced by others, or gone."""
    made = arrays()
    if draw(st.booleans()):  # of another kind, and as sound
        kind = draw(st.sampled_from(["u1", "u2", "i4", ">i8"]))
        shape = draw(st.sampled_from([(3, 2), (3, 2, 1), (1, 1, 3), (2, 4, 3)]))
        for part, count in (("train", 6), ("test", draw(st.integers(1, 4)))):
            pixels = draw(st.lists(st.integers(0, 255), min_size=4, max_size=4))
            made[f"x_{part}"] = np.resize(np.array(pixels), (count, *shape)).astype(kind)
            labels = np.arange(count) % draw(st.integers(1, 3)) if part == "train" else np.zeros(count)
            made[f"y_{part}"] = labels.reshape(draw(st.sampled_from([(-1,), (-1, 1)]))).astype(kind)
        return made
    for name in draw(st.lists(st.sampled_from([*made, "classes"]), min_size=1, max_size=2)):
        if not draw(st.integers(0, 4)):
            made.pop(name, None)
            continue
        shape = draw(
            st.sampled_from(
                [(), (0,), (60,), (30,), (60, 1), (60, 6, 6), (60, 6, 6, 3), (30, 6, 6, 3), (3,), (2, 2)]
            )
            | st.lists(st.integers(0, 4), max_size=5).map(tuple)
        )
        fill = draw(st.integers(-2, 300))
        try:
            made[name] = np.full(shape, fill).astype(draw(DTYPES))
        except (ValueError, OverflowError):
            continue
    return made


def load_npz(data: bytes) -> dataset.Dataset | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npz"
        path.write_bytes(data)
        return unless_refused(lambda: load("npz", path))


def saved(made: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **made)
    return buffer.getvalue()


@cases(300)
@given(anyones_arrays())
def test_arrays_are_refused_in_one_line_or_read_as_they_are(made: dict[str, Any]) -> None:
    read = load_npz(saved(made))
    if read is None:
        return
    for part in ("train", "test"):
        images, labels = getattr(read, f"{part}_inputs"), getattr(read, f"{part}_labels")
        given_images = made[f"x_{part}"]
        np.testing.assert_array_equal(images.reshape(given_images.shape), given_images)
        np.testing.assert_array_equal(labels, made[f"y_{part}"].reshape(-1))
        assert labels.max() < len(read.classes)
    assert all(is_printable(name) for name in read.classes)


SOUND_NPZ = saved(arrays(x_train=np.zeros((6, 2, 2), np.uint8), y_train=np.arange(6) % 2,
                         x_test=np.zeros((4, 2, 2), np.uint8), y_test=np.arange(4) % 2))  # fmt: skip


@example([(880, 64)])  # a version that zipfile does not know
@example([(27, 4)])  # an error that quotes the file
@cases(200)
@given(st.lists(st.tuples(st.integers(0, len(SOUND_NPZ) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_npz_file_is_refused_in_one_line_or_read(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND_NPZ)
    for place, byte in changes:
        data[place] = byte
    load_npz(bytes(data))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (arrays(y_train=np.full(60, 1500)), "stay below 1,000"),
        (arrays(classes=np.array(["a", "b", "c\x1b[2J"])), "cannot be printed"),
        (arrays(classes=np.array(["a", "b", "c" * 101])), "at most 100"),
        (arrays(classes=np.array([str(n) for n in range(1001)])), "1,001 classes"),
        (
            arrays(
                x_train=np.zeros((60, 600, 600, 3), np.uint8), x_test=np.zeros((30, 600, 600, 3), np.uint8)
            ),
            "too large for a fully connected network",
        ),
    ],
    ids=["labels", "escape sequence", "long name", "names", "image"],
)
def test_limits_of_arrays(tmp_path: Path, made: dict[str, Any], said: str) -> None:
    np.savez_compressed(tmp_path / "x.npz", **made)
    with pytest.raises(DataError, match=said):
        load("npz", tmp_path / "x.npz")


def test_arrays_that_unpack_to_more_than_the_memory_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "x.npz", **arrays(), more=np.zeros(10_000_000, np.uint8))
    monkeypatch.setattr("reportgen.data.sources.npz.MOST_BYTES", 5_000_000)
    monkeypatch.setattr(
        "numpy.lib.npyio.NpzFile.__getitem__", lambda *_: pytest.fail("something was unpacked")
    )
    with pytest.raises(DataError, match="its arrays take more than"):
        load("npz", tmp_path / "x.npz")


# ---------------------------------------------------------------- folders

FORMATS = ["PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP"]
NAMES = st.text("abc.-=é漢 '\"<&\n\x1b$", min_size=1, max_size=8).filter(lambda name: name.strip(".") != "")


def encoded(mode: str, form: str, size: tuple[int, int], value: int) -> bytes:
    """A picture as a file's bytes, in the nearest mode that the format has."""
    buffer = io.BytesIO()
    image = Image.new("L", size, value)
    for candidate in (mode, "RGB"):
        try:
            image.convert(candidate).save(buffer, form)
            return buffer.getvalue()
        except (OSError, ValueError):
            buffer = io.BytesIO()
    raise AssertionError(form)


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    data = bytearray(
        encoded(
            draw(st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F"])),
            draw(st.sampled_from(FORMATS)),
            draw(st.sampled_from([(4, 4)] * 6 + [(1, 1), (5, 4)])),
            draw(st.integers(0, 255)),
        )
    )
    if not draw(st.integers(0, 3)):
        for _ in range(draw(st.integers(1, 4))):
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.just(len(data)) | st.integers(0, len(data)))])


@cases(250)
@given(st.lists(NAMES, min_size=1, max_size=3, unique=True), st.lists(pictures(), min_size=1, max_size=4))
def test_a_folder_is_refused_in_one_line_or_read(names: list[str], files: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "images"
        for part in ("train", "test"):
            for name in names:
                folder = root / part / name
                folder.mkdir(parents=True)
                for number, data in enumerate(files):
                    (folder / f"{number}.png").write_bytes(data)
        read = unless_refused(lambda: load("folder", root))
        if read is None:
            return
        assert list(read.classes) == sorted(name for name in names if not name.startswith("."))
        assert len(read.train_inputs) == len(files) * len(read.classes)
        for data, pixels in zip(files, read.train_inputs, strict=False):
            with Image.open(io.BytesIO(data)) as image:
                mode = "L" if pixels.shape[2] == 1 else "RGB"
                expected = np.asarray(image.convert(mode)).reshape(pixels.shape)
            np.testing.assert_array_equal(pixels, expected)


def test_a_file_that_would_call_another_program_is_no_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow hands PostScript to Ghostscript, whatever the file is called."""
    monkeypatch.setattr(
        "PIL.EpsImagePlugin.Ghostscript", lambda *_, **__: pytest.fail("Ghostscript was called")
    )
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n"
    for part in ("train", "test"):
        for name in ("a", "b"):
            (tmp_path / part / name).mkdir(parents=True)
            (tmp_path / part / name / "0.png").write_bytes(script)
    with pytest.raises(DataError, match=r"0\.png is no image"):
        load("folder", tmp_path)


def test_limits_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("train", "test"):
        (tmp_path / part / "a").mkdir(parents=True)
        (tmp_path / part / "a" / "0.png").write_bytes(encoded("RGB", "PNG", (1200, 1200), 0))
    with pytest.raises(DataError, match="too large for a fully connected network"):
        load("folder", tmp_path)
    monkeypatch.setattr(dataset, "MOST_VALUES", 10**9)
    monkeypatch.setattr(dataset, "MOST_BYTES", 10**6)
    with pytest.raises(DataError, match="images of 1200 x 1200 x 3 take more than"):
        load("folder", tmp_path)

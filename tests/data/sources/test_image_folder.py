"""The folder source: order, channels, and the line for every kind of disorder."""

import contextlib
import os
import shutil
import socket

import numpy as np
import pytest
from PIL import Image

from reportgen.data import load, split


def test_classes_and_files_come_in_the_order_of_their_names(pictures):
    data = load("folder", pictures)
    assert data.classes == ("cat", "dog")
    assert data.train_inputs.shape == (8, 4, 5, 3)
    assert data.test_inputs.shape == (4, 4, 5, 3)
    assert data.train_labels.tolist() == [0] * 4 + [1] * 4
    assert data.train_inputs[:, 0, 0].tolist() == [[100 * c, i, 7] for c in (0, 1) for i in range(4)]
    assert data.origin == f"image folder {pictures.name}"


def test_it_is_shuffled_unless_told_otherwise(pictures):
    data = load("folder", pictures)
    assert data.default_seed == 0
    assert set(split(data, train=6, validation=2).train.labels) == {0, 1}


def test_gray_images_keep_one_channel_unless_one_has_colour(pictures, picture):
    for file in pictures.rglob("*.png"):
        picture(file, 77, mode="L")
    gray = load("folder", pictures)
    assert gray.train_inputs.shape == (8, 4, 5, 1)
    assert (gray.train_inputs == 77).all()
    picture(pictures / "test/dog/1.png", (1, 2, 3))
    mixed = load("folder", pictures)
    assert mixed.train_inputs.shape == (8, 4, 5, 3)
    assert mixed.train_inputs[0, 0, 0].tolist() == [77, 77, 77]
    assert mixed.test_inputs[3, 0, 0].tolist() == [1, 2, 3]


def test_other_kinds_of_pixels_become_rgb(pictures, picture):
    picture(pictures / "train/cat/0.png", (9, 8, 7, 128), mode="RGBA")
    Image.new("RGB", (5, 4), (255, 0, 0)).quantize(4).save(pictures / "train/cat/1.png")
    images = load("folder", pictures).train_inputs
    assert images[0, 0, 0].tolist() == [9, 8, 7]
    assert images[1, 0, 0].tolist() == [255, 0, 0]


def test_hidden_files_and_files_beside_the_class_folders_do_not_count(pictures):
    before = load("folder", pictures).digest
    (pictures / "train/cat/.DS_Store").write_bytes(b"x")
    (pictures / "train/.git").mkdir()
    (pictures / "train/labels.csv").write_text("x")
    assert load("folder", pictures).digest == before


def test_hidden_folders_are_none_of_the_files_left_out(pictures):
    (pictures / "train/.git").mkdir()
    (pictures / "train/cat/.git").mkdir()
    assert load("folder", pictures).notes == ()


def test_without_train_and_test_all_is_one_pool(pictures):
    for part in ("train", "test"):
        shutil.rmtree(pictures / part / "cat")
    (pictures / "test").rename(pictures / "more")
    (pictures / "train" / "dog").rename(pictures / "dog")
    shutil.rmtree(pictures / "train")
    (pictures / "more" / "dog").rename(pictures / "cat")
    (pictures / "more").rmdir()
    data = load("folder", pictures)
    assert data.classes == ("cat", "dog")
    assert data.train_labels.tolist() == [0, 0, 1, 1, 1, 1]
    assert data.test_inputs.shape == (0, 4, 5, 3)
    again = load("folder", pictures)
    assert (again.digest, again.test_inputs.shape) == (data.digest, data.test_inputs.shape)


def test_images_are_scaled_as_pillow_scales_them(pictures):
    noise = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(noise).save(pictures / "train/cat/0.png")
    data = load("folder", pictures, resize=(8, 6))
    assert data.train_inputs.shape == (8, 8, 6, 3)
    blocks = noise.reshape(8, 5, 6, 5, 3).mean(axis=(1, 3))
    # a pixel stands for all that fall into it, and a little more: not for one of 25 picked out
    assert np.abs(data.train_inputs[0] - blocks).mean() < 25
    assert np.abs(noise[2::5, 2::5] - blocks).mean() > 50
    assert data.train_inputs[1, :, :].reshape(-1, 3).tolist() == [[0, 1, 7]] * 48


def test_no_such_folder(tmp_path, refused):
    assert f"image folder {tmp_path / 'gone'} does not exist" in refused("folder", tmp_path / "gone")


def test_a_file_in_place_of_the_folder(tmp_path, refused):
    (tmp_path / "file").write_text("x")
    assert "is a file, not a folder" in refused("folder", tmp_path / "file")


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_missing_part(part, pictures, refused):
    shutil.rmtree(pictures / part)
    line = refused("folder", pictures)
    assert f"has no folder {part}" in line
    assert f"{pictures / part}/CLASS/" in line


@pytest.mark.parametrize(("part", "other"), [("train", "test"), ("test", "train")])
def test_a_class_without_its_partner(part, other, pictures, refused):
    shutil.rmtree(pictures / other / "dog")
    assert f"the class folder {part}/dog has no partner {other}/dog" in refused("folder", pictures)


def test_no_class_folders(pictures, refused):
    shutil.rmtree(pictures / "train/cat")
    shutil.rmtree(pictures / "train/dog")
    assert f"{pictures / 'train'} has no class folders" in refused("folder", pictures)


def test_an_empty_class_folder(pictures, refused):
    for file in (pictures / "test/dog").iterdir():
        file.unlink()
    assert f"class folder {pictures / 'test/dog'} is empty" in refused("folder", pictures)


def test_a_file_that_is_no_image(pictures, refused):
    (pictures / "train/dog/notes.png").write_text("no image")
    line = refused("folder", pictures)
    assert f"file {pictures / 'train/dog/notes.png'} is no image" in line
    assert "remove it" in line


def test_a_truncated_image(pictures, refused):
    file = pictures / "train/dog/1.png"
    noise = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:60])
    assert f"file {file} is no image, or is damaged" in refused("folder", pictures)


def test_a_folder_among_the_images(pictures, refused):
    (pictures / "train/dog/more").mkdir()
    assert f"{pictures / 'train/dog/more'} is a folder" in refused("folder", pictures)


@pytest.mark.parametrize("part", ["train", "test"])
def test_images_of_different_sizes(part, pictures, picture, refused):
    odd = picture(pictures / part / "dog/1.png", size=(6, 4))
    line = refused("folder", pictures)
    assert f"image {odd} is 6 x 4 pixels" in line
    assert f"{pictures / 'train/cat/0.png'} is 5 x 4" in line


def test_sixteen_bit_images_are_refused_rather_than_clipped(pictures, picture, refused):
    deep = picture(pictures / "train/cat/2.png", 40_000, mode="I;16")
    line = refused("folder", pictures)
    assert str(deep) in line
    assert "8 bits" in line


def test_a_broken_link(pictures, refused):
    link = pictures / "train/cat/9.png"
    link.symlink_to(pictures / "gone.png")
    line = refused("folder", pictures)
    assert "source folder cannot be read" in line
    assert str(link) in line


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_is_no_file_among_the_images(kind, pictures, refused):
    odd = pictures / "train/cat/z.png"
    with make(kind, odd):
        assert f"{odd} is a {kind}, where a file is expected" in refused("folder", pictures)


@contextlib.contextmanager
def make(kind, path):
    """Something that a reader would wait at for ever."""
    if kind == "pipe":
        os.mkfifo(path)
        yield
        return
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(path.parent):
        listening.bind(path.name)  # whole paths may be too long for a socket
        yield

"""Augmented images against a loop over every pixel; whose images are augmented, and whose never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reportgen.data import Splits
from reportgen.training import Augmentation, Trial
from reportgen.training.augmentation import Augmenter
from reportgen.training.trainer import images_of

Shape = tuple[int, int, int]


def some_images(count: int, shape: Shape) -> Tensor:
    pixels = np.random.default_rng(1).integers(1, 256, (count, *shape), dtype=np.uint8)  # nothing black
    return torch.from_numpy(pixels).reshape(count, -1)


def pixel_by_pixel(image: list[int], shape: Shape, *, mirrored: bool, down: int, right: int) -> list[int]:
    """Where every pixel looks: so far below and beside its own place, in the mirrored image if mirrored."""
    height, width, channels = shape
    seen = []
    for row in range(height):
        for column in range(width):
            y, x = row + down, (width - 1 - column if mirrored else column) + right
            inside = 0 <= y < height and 0 <= x < width
            start = (y * width + x) * channels
            seen += image[start : start + channels] if inside else [0] * channels
    return seen


@settings(max_examples=60, derandomize=True)
@given(
    count=st.integers(1, 6),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3])),
    flip=st.booleans(),
    shift=st.integers(0, 4),
    seed=st.integers(0, 99),
)
def test_every_pixel_comes_from_where_it_should(
    count: int, shape: Shape, flip: bool, shift: int, seed: int
) -> None:
    pixels = some_images(count, shape)
    augmenter = Augmenter(Augmentation(flip, shift), shape, np.random.default_rng(seed))
    draws = np.random.default_rng(seed)
    for _ in range(2):  # every batch is changed anew
        found = augmenter(pixels)
        mirrored = draws.integers(0, 2, count)
        down, right = draws.integers(0, 2 * shift + 1, (2, count)) - shift
        assert found.tolist() == [
            pixel_by_pixel(image, shape, mirrored=bool(flip and mirrored[i]), down=down[i], right=right[i])
            for i, image in enumerate(pixels.tolist())
        ]
        assert found.dtype == torch.uint8
    assert torch.equal(pixels, some_images(count, shape))


def test_half_of_the_images_are_mirrored_and_the_others_stay() -> None:
    image = some_images(1, (4, 5, 3))
    found = Augmenter(Augmentation(flip=True), (4, 5, 3), np.random.default_rng(0))(image.repeat(1000, 1))
    mirrored = image.reshape(4, 5, 3).flip(1).reshape(1, -1)
    as_they_were, turned = (found == image).all(dim=1), (found == mirrored).all(dim=1)
    assert (as_they_were | turned).all()
    assert turned.sum().item() == pytest.approx(500, abs=4 * 250**0.5)


def test_every_shift_is_as_likely_as_any_other_and_none_goes_further() -> None:
    point = torch.zeros(1, 7 * 7, dtype=torch.uint8)
    point[0, 3 * 7 + 3] = 255  # in the middle
    found = Augmenter(Augmentation(shift=2), (7, 7, 1), np.random.default_rng(0))(point.repeat(5000, 1))
    places = Counter(found.argmax(dim=1).tolist())
    assert set(places) == {row * 7 + column for row in range(1, 6) for column in range(1, 6)}
    assert all(abs(times - 200) < 4 * 200**0.5 for times in places.values())
    assert (found.sum(dim=1) == 255).all()


def test_without_anything_to_do_an_image_stays_as_it_is() -> None:
    pixels = some_images(5, (3, 4, 3))
    assert torch.equal(Augmenter(Augmentation(), (3, 4, 3), np.random.default_rng(0))(pixels), pixels)
    assert not Augmentation()
    assert Augmentation(flip=True)
    assert Augmentation(shift=1)


def test_only_training_images_are_augmented_and_labels_never(
    coloured: Splits, make_trial: Callable[..., Trial]
) -> None:
    augmentation = Augmentation(flip=True, shift=2)
    augmented = images_of(make_trial(augmentation=augmentation), coloured)
    plain = images_of(make_trial(), coloured)
    for part, without in zip(augmented, plain, strict=True):
        everything = torch.arange(len(part))
        x, labels = part.batch(everything)
        expected, expected_labels = without.batch(everything)
        assert torch.equal(labels, expected_labels)
        assert torch.equal(x, expected) is (part is not augmented[0])
        assert torch.equal(part.batch(slice(0, 10))[0], expected[:10])  # as evaluation asks
    first, second = (augmented[0].batch(torch.arange(37))[0] for _ in range(2))
    assert not torch.equal(first, second)


def test_what_comes_in_is_black_before_the_normalization(
    coloured: Splits, make_trial: Callable[..., Trial]
) -> None:
    trial = make_trial(augmentation=Augmentation(shift=20), normalization="per-channel")
    training, *_ = images_of(trial, coloured)
    x, _ = training.batch(torch.arange(37))
    pixels = coloured.train.inputs
    black = -pixels.mean(axis=(0, 1, 2)) / pixels.std(axis=(0, 1, 2))
    gone = (x.reshape(37, -1, 3) - torch.from_numpy(black)).abs().amax(dim=(1, 2)) < 1e-12
    assert gone.sum() > 15  # most are moved out of sight altogether
    assert not gone.all()

"""Which images form which batch."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.data import Part, Splits
from reportgen.training import Trial
from reportgen.training.batches import BatchOrder, Images, Normalization
from reportgen.training.trainer import images_of


def epoch(order: BatchOrder) -> list[list[int]]:
    return [batch.tolist() for batch in order.epoch()]


def flat(batches: list[list[int]]) -> list[int]:
    return list(itertools.chain(*batches))


@settings(max_examples=40, derandomize=True)
@given(images=st.integers(1, 60), batch_size=st.integers(1, 20), seed=st.integers(0, 99))
def test_every_image_is_seen_exactly_once_an_epoch(images: int, batch_size: int, seed: int) -> None:
    order = BatchOrder(images, batch_size, np.random.default_rng(seed))
    for _ in range(3):
        batches = epoch(order)
        assert sorted(flat(batches)) == list(range(images))
        assert len(batches) == order.batches
        assert all(len(batch) == batch_size for batch in batches[:-1])
        assert len(batches[-1]) == (images % batch_size or batch_size)  # the last may be smaller


def test_epochs_are_shuffled_anew() -> None:
    order = BatchOrder(50, 8, np.random.default_rng(0))
    first, second = epoch(order), epoch(order)
    assert first != second
    assert first[0] != list(range(8))


def test_the_same_stream_gives_the_same_batches_and_another_gives_others() -> None:
    def two_epochs(seed: int) -> list[list[int]]:
        order = BatchOrder(50, 8, np.random.default_rng(seed))
        return epoch(order) + epoch(order)

    assert two_epochs(0) == two_epochs(0)
    assert two_epochs(0) != two_epochs(1)


def test_the_first_epoch_can_keep_the_order_of_the_data() -> None:
    order = BatchOrder(10, 4, np.random.RandomState(0), shuffle_first=False)
    assert epoch(order) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    shuffled = list(range(10))
    np.random.seed(0)
    np.random.shuffle(shuffled)
    assert flat(epoch(order)) == shuffled
    np.random.shuffle(shuffled)  # on from where the last epoch left it
    assert flat(epoch(order)) == shuffled


@pytest.mark.parametrize(("images", "batch_size"), [(40, 8), (43, 8), (8, 8), (16, 1), (1000, 16)])
def test_sliding_batches_see_few_images_and_are_all_full(images: int, batch_size: int) -> None:
    order = BatchOrder(images, batch_size, np.random.default_rng(0), slide_by_one=True)
    batches = epoch(order)
    assert len(batches) == order.batches == images // batch_size
    assert all(len(batch) == batch_size for batch in batches)
    assert all(batch[1:] == after[:-1] for batch, after in itertools.pairwise(batches))
    assert len(set(flat(batches))) == images // batch_size + batch_size - 1


@pytest.mark.parametrize(("images", "batch_size"), [(40, 8), (43, 8), (8, 8), (16, 1), (1000, 16)])
def test_images_count_as_often_as_sliding_batches_meet_them(images: int, batch_size: int) -> None:
    order = BatchOrder(99, batch_size, np.random.default_rng(0), slide_by_one=True)
    met = Counter(
        place for start in range(images // batch_size) for place in range(start, start + batch_size)
    )
    counts = order.counts(images)
    assert counts.dtype == torch.float64
    assert counts.tolist() == [met[place] for place in range(len(counts))]
    assert len(counts) == len(met)
    assert counts.sum() == images // batch_size * batch_size


def test_the_homeworks_validation_saw_77_of_1000_images_and_counted_992() -> None:
    counts = BatchOrder(4000, 16, np.random.default_rng(0), slide_by_one=True).counts(1000)
    assert len(counts) == 77
    assert counts.sum() == 992


def test_whole_batches_count_every_image_once() -> None:
    counts = BatchOrder(99, 8, np.random.default_rng(0)).counts(43)
    assert counts.tolist() == [1.0] * 43
    assert counts.dtype == torch.float64


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_images_are_flat_rows_between_0_and_1(dtype: torch.dtype) -> None:
    pixels = np.arange(2 * 3 * 2 * 3, dtype=np.uint8).reshape(2, 3, 2, 3) * 7
    pixels[0, 0, 0, 0], pixels[1, 2, 1, 2] = 0, 255
    images = Images(Part(pixels, np.array([4, 1])), dtype)
    assert (len(images), images.size) == (2, 18)
    for index in (slice(0, 2), torch.tensor([0, 1])):
        x, labels = images.batch(index)
        assert x.dtype == dtype
        assert torch.equal(x, torch.tensor(pixels.reshape(2, 18).tolist(), dtype=dtype) / 255)
        assert labels.tolist() == [4, 1]
    x, labels = images.batch(torch.tensor([1, 0, 1]))
    assert labels.tolist() == [1, 4, 1]
    assert (x.min(), x.max()) == (0, 1)


def pixels_of(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (37, 4, 3, 1), (10, 2, 5, 3), (2500, 2, 3, 3)])
def test_a_normalization_is_the_mean_and_deviation_of_each_channel(shape: tuple[int, ...]) -> None:
    pixels = pixels_of(*shape) // np.arange(1, shape[3] + 1, dtype=np.uint8)
    found = Normalization.of(pixels)
    expected = pixels.astype(float).std(axis=(0, 1, 2))
    np.testing.assert_allclose(found.mean, pixels.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(found.std, np.where(expected > 0, expected, 1), rtol=1e-12)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_channel_of_a_single_value_becomes_0(value: int) -> None:
    pixels = pixels_of(20, 3, 4, 3)
    pixels[..., 1] = value
    normalization = Normalization.of(pixels)
    assert (normalization.mean[1], normalization.std[1]) == (value, 1)
    x, _ = Images(Part(pixels, np.zeros(20, dtype=int)), torch.float64, normalization=normalization).batch(
        slice(0, 20)
    )
    assert not x.reshape(-1, 3)[:, 1].any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("channels", [1, 3])
def test_normalized_images_have_mean_0_and_deviation_1_in_every_channel(
    channels: int, dtype: torch.dtype
) -> None:
    pixels = pixels_of(30, 4, 5, channels) // np.arange(1, channels + 1, dtype=np.uint8)
    images = Images(Part(pixels, np.zeros(30, dtype=int)), dtype, normalization=Normalization.of(pixels))
    for index in (slice(0, 30), torch.arange(30)):
        x, _ = images.batch(index)
        assert x.dtype == dtype
        expected = (pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2))
        np.testing.assert_allclose(x.numpy().reshape(pixels.shape), expected, rtol=1e-5, atol=1e-5)
        of_channels = x.double().reshape(-1, channels)
        assert of_channels.mean(dim=0).tolist() == pytest.approx([0] * channels, abs=1e-6)
        assert of_channels.std(dim=0, correction=0).tolist() == pytest.approx([1] * channels, abs=1e-6)


def test_all_parts_are_normalized_as_the_training_part_alone_says(
    coloured: Splits, make_trial: Callable[..., Trial]
) -> None:
    trial = make_trial(normalization="per-channel")
    mean, std = coloured.train.inputs.mean(axis=(0, 1, 2)), coloured.train.inputs.std(axis=(0, 1, 2))
    found = images_of(trial, coloured)
    for images, part in zip(found, (coloured.train, coloured.validation, coloured.test), strict=True):
        x, _ = images.batch(slice(0, len(part)))
        np.testing.assert_allclose(x.numpy(), ((part.inputs - mean) / std).reshape(len(part), -1), rtol=1e-9)
    white = Part(np.full_like(coloured.test.inputs, 255), coloured.test.labels)
    training, *_ = images_of(trial, replace(coloured, validation=white, test=white))
    assert torch.equal(training.batch(slice(0, 37))[0], found[0].batch(slice(0, 37))[0])


def test_images_count_how_many_were_handed_out_in_a_row() -> None:
    images = Images(Part(pixels_of(10, 2, 2, 1), np.zeros(10, dtype=int)), torch.float32)
    images.batch(torch.arange(5))  # as training asks
    assert images.handed_out == 0
    for _ in range(2):
        images.batch(slice(0, 7))
        images.batch(slice(7, 10))
    assert images.handed_out == 20

"""Images that were changed a little and put into another part are found; others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from reportgen.data.dataset import Column
from reportgen.data.near_copies import near_copies
from reportgen.data.splits import Part, Splits

Pixels = NDArray[np.uint8]
RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))


def digits() -> Pixels:
    images = (load_digits().images * 255 / 16).round().astype(np.uint8)[..., np.newaxis]
    return np.asarray(images[RANDOM.permutation(len(images))])


def scenes(count: int, side: int) -> Pixels:
    """Coloured images with something in every part of them, sums of a few waves."""
    at = np.arange(side) / side
    images = np.zeros((count, side, side, 3))
    for _ in range(12):
        down, right = RANDOM.uniform(0.3, 6, (2, count, 1))
        phase = RANDOM.uniform(0, 6.3, (count, 1, 1))
        wave = np.sin((down * at)[:, :, np.newaxis] * 6.3 + (right * at)[:, np.newaxis] * 6.3 + phase)
        images += wave[..., np.newaxis] * RANDOM.uniform(0, 1, (count, 1, 1, 3))
    return np.clip(128 + 22 * images, 0, 255).astype(np.uint8)


def splits(train: Pixels, validation: Pixels, test: Pixels) -> Splits:
    return Splits(
        *(Part(images, np.zeros(len(images), dtype=np.int64)) for images in (train, validation, test))
    )


def shift(images: Pixels, down: int, right: int) -> Pixels:
    moved = np.roll(images, (down, right), axis=(1, 2))
    moved[:, :down], moved[:, :, :right] = 0, 0
    return moved


def one_pixel(images: Pixels) -> Pixels:
    changed = images.copy()
    changed[:, 3, 4] ^= 1
    return changed


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "nothing": lambda images: images,
    "one pixel": one_pixel,
    "noise": lambda images: np.clip(images + RANDOM.normal(0, 3, images.shape), 0, 255).astype(np.uint8),
    "brighter": lambda images: np.clip(images.astype(int) + 20, 0, 255).astype(np.uint8),
    "darker": lambda images: (images * 0.6).astype(np.uint8),
    "negative": lambda images: 255 - images,
    "left to right": lambda images: images[:, :, ::-1],
    "upside down": lambda images: images[:, ::-1],
    "turned half": lambda images: images[:, ::-1, ::-1],
    "to the right": lambda images: shift(images, 0, images.shape[2] // 16 or 1),
    "up to the left": lambda images: np.roll(images, (-1, -1), axis=(1, 2)),
    "flipped and darker": lambda images: (images[:, :, ::-1] * 0.7).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("source", [digits, lambda: scenes(700, 32), lambda: scenes(700, 48)[:, :, :32]])
def test_a_changed_image_is_found_in_another_part(source: Callable[[], Pixels], change: str) -> None:
    images = source()
    train, validation, test = images[:400], CHANGES[change](images[:50]), CHANGES[change](images[50:100])
    counts = near_copies(splits(train, validation, test), "changed")
    # the audit fails at one in twenty
    assert counts["train-validation"] >= 15
    assert counts["train-test"] >= 15
    assert counts["validation-test"] <= 2


@pytest.mark.parametrize("source", [digits, lambda: scenes(1797, 32)])
def test_different_images_are_not_near_copies(source: Callable[[], Pixels]) -> None:
    images = source()
    counts = near_copies(splits(images[:997], images[997:1297], images[1297:]), "different")
    assert all(count <= 2 for count in counts.values())


def test_only_the_copies_are_counted() -> None:
    images = digits()
    validation = np.concatenate([one_pixel(images[:20]), images[600:680]])
    counts = near_copies(splits(images[:500], validation, images[700:800]), "some")
    assert 20 <= counts["train-validation"] <= 21


def test_images_of_one_colour_and_tiny_ones_are_taken_as_they_are() -> None:
    flat = np.full((5, 8, 8, 1), 7, dtype=np.uint8)
    assert set(near_copies(splits(flat, flat, flat), "flat").values()) == {0}
    tiny = RANDOM.integers(0, 256, (5, 1, 3, 3)).astype(np.uint8)
    assert near_copies(splits(tiny, tiny, tiny), "tiny")["train-test"] > 0


def test_what_was_counted_is_kept_under_the_digest_and_the_sizes() -> None:
    images = digits()
    first = near_copies(splits(images[:100], images[:10], images[100:110]), "kept")
    assert first["train-validation"] == 10
    # the same digest and sizes: nothing is looked at again
    assert near_copies(splits(images[:100], images[200:210], images[100:110]), "kept") == first
    assert near_copies(splits(images[:100], images[200:211], images[100:110]), "kept") != first
    assert near_copies(splits(images[:100], images[200:210], images[100:110]), "other") != first


def test_rows_of_a_table_are_not_looked_at() -> None:
    rows = Part(np.zeros((3, 2)), np.zeros(3, dtype=np.int64))
    assert near_copies(Splits(rows, rows, rows, columns=(Column("a"), Column("b"))), "rows") == {}

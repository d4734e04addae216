"""Images that are nearly the same as one in another part: changed a little, flipped, shifted, brightened."""

import contextlib
import hashlib
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from reportgen.data.dataset import Images
from reportgen.data.splits import Splits
from reportgen.files.atomic import write_text
from reportgen.files.resources import cache_folder

Floats = NDArray[np.float32]

FORMAT = 1
"""Part of what results are kept under: raise it when anything here changes them."""

ALIKE = 0.005
"""Two images are near copies where 1 minus their correlation is at most this, over what they share."""

SIDE = 16
"""Candidates are looked for at about this many pixels a side."""

FINE_SIDE = 64
"""Those that are worth it are compared at about this many."""

WORTH_A_LOOK = 0.15
"""At SIDE pixels, a shift by less than one of them leaves no more than this."""

SHIFT = 8
"""A shift of up to one part in so many of the side is looked for."""

FREQUENCIES = 5
"""So many of the lowest frequencies tell images apart when candidates are looked for."""

FADED_FROM = 12
"""From this side on, images fade out towards their edges, where a shift brings in something new."""

CHUNK = 512
"""So many images are looked for at once."""


def near_copies(splits: Splits, digest: str) -> dict[str, int]:
    """How many images of the later part are near copies of one in the earlier part, exact copies included.

    Candidates are neighbours by the sizes of their lowest frequencies, which neither a flip nor a shift
    changes much, nor light or contrast. Each is then laid over its neighbour.

    Args:
        splits: The data.
        digest: Of the data and of their split. The result is kept under it in the cache.

    Returns:
        For "train-validation", "train-test" and "validation-test"; nothing for rows of a table.
    """
    if splits.columns:
        return {}
    key = hashlib.sha256(f"{FORMAT} {digest} {[len(part) for part in splits.by_name().values()]}".encode())
    place = cache_folder() / "near_copies" / f"{key.hexdigest()}.json"
    with contextlib.suppress(OSError, ValueError):
        kept = json.loads(place.read_text(encoding="ascii"))
        if isinstance(kept, dict) and all(isinstance(count, int) for count in kept.values()):
            return kept
    counts = _count(splits)
    with contextlib.suppress(OSError):  # a cache that cannot be written is done without
        place.parent.mkdir(parents=True, exist_ok=True)
        write_text(place, json.dumps(counts))
    return counts


def _count(splits: Splits) -> dict[str, int]:
    images = {name: part.inputs for name, part in splits.by_name().items()}
    gray = {name: _gray(of_part, SIDE) for name, of_part in images.items()}
    features = {name: _features(of_part) for name, of_part in gray.items()}
    counts = {}
    for earlier, later in (("train", "validation"), ("train", "test"), ("validation", "test")):
        nearest = _nearest(features[later], features[earlier])
        worth = np.flatnonzero(_unlikeness(gray[later], gray[earlier][nearest]) <= WORTH_A_LOOK)
        finer = (_gray(images[later][worth], FINE_SIDE), _gray(images[earlier][nearest[worth]], FINE_SIDE))
        counts[f"{earlier}-{later}"] = int((_unlikeness(*finer) <= ALIKE).sum())
    return counts


def _gray(images: Images, side: int) -> Floats:
    """The images without colour, drawn together to about this many pixels a side: (N, h, w)."""
    step = max(1, round(max(images.shape[1:3]) / side))
    rows, columns = (max(1, size // step) for size in images.shape[1:3])
    # what is left over is cut off on both sides, so that flips stay flips
    top, left = (
        max(0, size - count * step) // 2
        for size, count in zip(images.shape[1:3], (rows, columns), strict=True)
    )
    gray = np.zeros((len(images), rows, columns), dtype=np.float32)
    for start in range(0, len(images), CHUNK):
        some = images[start : start + CHUNK, top : top + rows * step, left : left + columns * step]
        bright = some.astype(np.float32).sum(axis=3)
        bright = np.add.reduceat(bright, np.arange(0, bright.shape[1], step), axis=1)
        gray[start : start + CHUNK] = np.add.reduceat(bright, np.arange(0, bright.shape[2], step), axis=2)
    return gray


def _features(gray: Floats) -> Floats:
    """The sizes of the lowest frequencies of each image, whatever its light and contrast (N, D)."""
    rows, columns = gray.shape[1:]
    images = gray - gray.mean(axis=(1, 2), keepdims=True)
    if min(rows, columns) >= FADED_FROM:
        fade = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1]).astype(np.float32)
        images *= fade
        images -= fade * (images.sum(axis=(1, 2), keepdims=True) / fade.sum())
    sizes = np.sqrt(np.abs(fft.rfft2(_of_length_one(images))))
    high, wide = min(FREQUENCIES, (rows + 1) // 2), min(FREQUENCIES, sizes.shape[2])
    up, down = sizes[:, :high, :wide], sizes[:, -np.arange(high), :wide]
    # a flip changes the two for each other
    features = np.concatenate([up + down, np.abs(up - down)], axis=1)
    return features.reshape(len(gray), -1).astype(np.float32)


def _of_length_one(images: Floats) -> Floats:
    """Images as vectors of length one (N, h, w); what is 0 all over stays so."""
    lengths = np.sqrt(np.square(images).sum(axis=(1, 2), keepdims=True))
    scaled: Floats = np.divide(images, lengths, out=np.zeros_like(images), where=lengths > 1e-3)
    return scaled


def _plain(images: Floats) -> Floats:
    """Images of mean 0 and length one (N, h, w)."""
    return _of_length_one(images - images.mean(axis=(1, 2), keepdims=True))


def _nearest(later: Floats, earlier: Floats) -> NDArray[np.int64]:
    """For each of the later, which of the earlier is nearest (N,)."""
    squares = np.square(earlier).sum(axis=1) / 2
    nearest = np.empty(len(later), dtype=np.int64)
    for start in range(0, len(later), CHUNK):
        nearest[start : start + CHUNK] = (later[start : start + CHUNK] @ earlier.T - squares).argmax(axis=1)
    return nearest


def _unlikeness(images: Floats, others: Floats) -> Floats:
    """1 minus the correlation of two images over what they share (N,).

    The least of all flips, each at the shift that suits it best; a negative is as good as a positive.
    """
    least = np.ones(len(images), dtype=np.float32)
    waves = fft.rfft2(_plain(images))
    for flipped in (others, others[:, ::-1], others[:, :, ::-1], others[:, ::-1, ::-1]):
        overlaps = fft.irfft2(waves * np.conj(fft.rfft2(_plain(flipped))), s=images.shape[1:])
        shifts = list(_shifts(*images.shape[1:]))
        best = np.stack([np.abs(overlaps[:, down, right]) for down, right in shifts]).argmax(axis=0)
        for place, (down, right) in enumerate(shifts):
            which = np.flatnonzero(best == place)
            shared = _plain(_cut(images[which], down, right)) * _plain(_cut(flipped[which], -down, -right))
            least[which] = np.minimum(least[which], 1 - np.abs(shared.sum(axis=(1, 2))))
    return least


def _shifts(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    most = [min(size - 1, max(1, size // SHIFT)) for size in (rows, columns)]
    for down in range(-most[0], most[0] + 1):
        yield from ((down, right) for right in range(-most[1], most[1] + 1))


def _cut(images: Floats, down: int, right: int) -> Floats:
    """What is left of images once they are shifted out of their frame."""
    rows, columns = images.shape[1:]
    return images[:, max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]

"""Which test images trials told right, gathered to be kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.execution.worker import LoadedData
from reportgen.records.answers import Answers
from reportgen.training import Record


def collect_answers(records: Sequence[Record], loaded: LoadedData) -> Answers | None:
    """Return the answers of every trial that has any.

    Args:
        records: Of the trials, in the order of results.csv.
        loaded: The data, which know the test images that every seed drew.

    Returns:
        The answers; None where no trial has any.
    """
    told = {
        row: record.test.correct
        for row, record in enumerate(records)
        if record.test is not None and record.test.correct is not None
    }
    if not told:
        return None
    pool = len(loaded.dataset.train_labels) + len(loaded.dataset.test_labels)
    places = _drawn_places([records[row].trial.seed for row in told], loaded)
    bits = []
    for row, correct in told.items():
        own = places.get(records[row].trial.seed)
        # in the order of the images' numbers, which a list of which ones they are need not repeat
        bits.append(correct if own is None else correct[np.argsort(own)])
    images = np.array([len(correct) for correct in bits])
    packed = np.zeros((len(bits), -(-int(images.max()) // 8)), dtype=np.uint8)
    for row, correct in enumerate(bits):
        own_bits = np.packbits(correct)
        packed[row, : len(own_bits)] = own_bits
    drawn = np.zeros((len(places), pool), dtype=np.bool_)
    for row, own in enumerate(places.values()):
        drawn[row, own] = True
    return Answers(
        trials=np.array(list(told), dtype=np.int64),
        images=images.astype(np.int64),
        bits=packed,
        seeds=np.array(list(places), dtype=np.int64),
        drawn=np.packbits(drawn, axis=1) if places else np.zeros((0, 0), dtype=np.uint8),
        pool=np.array(pool if places else 0, dtype=np.int64),
    )


def _drawn_places(seeds: Sequence[int], loaded: LoadedData) -> dict[int, np.ndarray]:
    """Which images of the pool each seed drew to test with; empty where all have the same test images."""
    if not loaded.settings.resplit:
        return {}
    each = dict.fromkeys(seeds)
    places = (splits.test_places for splits in loaded.splits_of_seeds(each))
    return {seed: own for seed, own in zip(each, places, strict=True) if own is not None}

"""Every random number comes from a named stream of an experiment's seed."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The stream of this seed for this purpose.

    Streams of different purposes are independent, so that a change in how one is used (a network with
    more weights, say) leaves the others as they were (the order of the batches).
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()),)))

"""Every random number comes from a named stream of an experiment's seed."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

Stream = np.random.Generator | np.random.RandomState


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the stream of random numbers of a seed for a purpose.

    Streams of different purposes are independent, so that a change in how one is used (a network with
    more weights, say) leaves the others as they were (the order of the batches).

    Args:
        seed: Of a trial, or of a data set's split.
        purpose: What the numbers are for.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()),)))


def position(stream: Stream) -> dict[str, Any]:
    """Where a stream stands, as JSON can hold it."""
    if isinstance(stream, np.random.Generator):
        return dict(stream.bit_generator.state)
    state: dict[str, Any] = dict(stream.get_state(legacy=False))
    return state | {"state": state["state"] | {"key": state["state"]["key"].tolist()}}


def move_to(stream: Stream, position: dict[str, Any]) -> None:
    """Let a stream go on from where another of its kind stood.

    Args:
        stream: Moved in place.
        position: What was recorded of the other.
    """
    if isinstance(stream, np.random.Generator):
        stream.bit_generator.state = position
    else:
        key = np.array(position["state"]["key"], dtype=np.uint32)
        stream.set_state(position | {"state": position["state"] | {"key": key}})

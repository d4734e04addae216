"""Rendering without Python's search for cycles of objects that nothing uses any more."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leave cycles uncollected: figures and a layout make millions of objects that are all used."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # they count as old from here on: looked through as new ones, at once, they would take half a second
        gc.freeze()
        gc.unfreeze()
        if was_on:
            gc.enable()

"""Rendering without the search for unused cycles leaves the search as it was, and nothing behind."""

from __future__ import annotations

import gc
import weakref

import pytest

from reportgen.report.pdf.collecting import without_collecting


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_cycles_are_kept_inside_and_collected_later() -> None:
    with without_collecting():
        assert not gc.isenabled()
        ring = weakref.ref(Ring())
        _ = [[] for _ in range(100_000)]  # enough to start a search, were there one
        assert ring() is not None
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert ring() is None


@pytest.mark.parametrize("was_on", [True, False])
def test_it_is_left_as_it_was_also_by_an_error(was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        with pytest.raises(ValueError, match="no"), without_collecting():
            raise ValueError("no")
        assert gc.isenabled() == was_on
    finally:
        gc.enable()

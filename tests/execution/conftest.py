"""No thread and no worker more than needed."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quiet(one_thread: None, no_workers_left: None) -> None:
    """One thread a process, and no worker left behind."""

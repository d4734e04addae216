"""No thread and no worker more than needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.experiment.reading import read
from reportgen.planning.search import Searched, search
from reportgen.planning.studies import studies_of
from reportgen.training import Trial
from tests.helpers.invented import Invented


@pytest.fixture(autouse=True)
def quiet(one_thread: None, no_workers_left: None) -> None:
    """One thread a process, and no worker left behind."""


@pytest.fixture
def searched(tmp_path: Path) -> Callable[..., list[Searched]]:
    """What a search of this text finds where trials reach what a function says, without any training."""

    def make(text: str, accuracy: Callable[[Trial], float | None]) -> list[Searched]:
        file = tmp_path / "searched.toml"
        file.write_text(text, encoding="utf-8")
        return search(studies_of(read(file), 10), Invented(accuracy).records)

    return make

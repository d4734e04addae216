"""What a history takes grows with its runs and no faster; what is kept of a run is read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.records import history as module
from reportgen.records.database import Database
from reportgen.records.history import History, headlines
from reportgen.records.looks import find_looks
from reportgen.records.run import Run
from reportgen.report.page.index import write_index
from tests.helpers.calls import count_calls
from tests.helpers.made_run import made_run

SIZES = (4, 8, 16)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Output folders of so many runs."""
    folders = {size: tmp_path_factory.mktemp(f"runs{size}") for size in SIZES}
    for size, folder in folders.items():
        for number in range(size):
            made_run(folder, name=f"20260102-0304{number:02}-abcdef", pdf=False)
        with Database(folder) as database:
            History(database, folder).take_in()
    return folders


def look_back(output: Path) -> None:
    """All that a new run asks of those before, and the page of all reports."""
    with Database(output) as database:
        history = History(database, output)
        history.take_in()
        newest = Run.read(output / "quickstart" / history.runs("quickstart")[-1].run)
        description = newest.records.description
        history.before("quickstart", description)
        find_looks(history.runs("quickstart"), description, newest.records.results)
        write_index(history)


def test_twice_as_many_runs_take_no_more_than_twice_as_long(outputs: dict[int, Path]) -> None:
    look_back(outputs[4])  # what is done once in a process
    small, middle, large = (count_calls(lambda size=size: look_back(outputs[size])) for size in SIZES)
    of_four, of_eight = middle - small, large - middle
    assert of_four > 0
    assert of_eight == pytest.approx(2 * of_four, rel=0.1)


def test_each_run_is_held_against_its_digest_once(
    outputs: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    is_sound: Callable[..., bool] = module._is_sound

    def counted(row: module._Row, *others: str | None) -> bool:
        checked.append(row.run)
        return is_sound(row, *others)

    monkeypatch.setattr(module, "_is_sound", counted)
    look_back(outputs[8])
    assert len(checked) == len(set(checked)) == 8


def test_a_run_that_was_added_is_among_the_runs(tmp_path: Path) -> None:
    first = made_run(tmp_path, name="20260102-030405-000000", pdf=False)
    second = made_run(tmp_path, name="20260102-030406-000000", pdf=False)
    with Database(tmp_path) as database:
        history = History(database, tmp_path)
        history.add(Run.read(first))
        assert [run.run for run in history.runs("quickstart")] == [first.name]
        history.add(Run.read(second))
        assert [run.run for run in history.runs("quickstart")] == [first.name, second.name]
        means = headlines(history.runs("quickstart"))
    assert means.groupby("run").size().to_dict() == {first.name: 3, second.name: 3}
    assert means["mean"].tolist() == pytest.approx([0.81, 0.91, 0.975] * 2)

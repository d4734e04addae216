"""A search by `tune` is found by its digest in the output folder, and nothing else passes for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from reportgen.analysis.audit.points import Point
from reportgen.cli.main import main
from reportgen.records import run_folder, searches
from reportgen.records.database import Database
from reportgen.report.sections.audit import points_of

EXPERIMENT = """
title = "Searched"
[data]
source = "digits"
train = 500
validation = 200
test = 200
[comparison]
hidden = [8]
batch_size = 32
epochs = 3
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.1 },
  { name = "Adam", learning_rate = 0.01 },
]
[search.comparison]
trials = 3
seeds = 1
space = { learning_rate = { low = 0.01, high = 0.1 } }
"""
Points = dict[str, Point]
Run = Callable[..., Points]


def call(folder: Path, *arguments: str) -> None:
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main([*arguments, "--workers", "1"])
    assert not ended.value.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an experiment was tuned: mine.toml is what came of it, and out the output folder."""
    folder = tmp_path_factory.mktemp("tuned")
    (folder / "mine-search.toml").write_text(EXPERIMENT, encoding="utf-8")
    other = EXPERIMENT.replace("low = 0.01", "low = 0.001").replace("trials = 3", "trials = 2")
    (folder / "other-search.toml").write_text(other, encoding="utf-8")
    call(folder, "tune", "mine-search.toml", "--to", "mine.toml", "--output", "out")
    call(folder, "tune", "other-search.toml", "--to", "other.toml", "--output", "out")
    return folder


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs mine.toml with its text changed, and returns the points of its audit."""

    def make(change: Callable[[str], str] = str, output: str = "out") -> Points:
        text = (folder / "mine.toml").read_text(encoding="utf-8")
        assert change is str or change(text) != text
        (folder / "changed.toml").write_text(change(text), encoding="utf-8")
        call(folder, "run", "changed.toml", "--output", output, "--no-pdf")
        points = points_of(run_folder.read(folder / output / "changed" / "latest"))
        assert points
        return {point.key: point for point in points}

    return make


def digest_in(experiment: Path) -> str:
    return str(tomllib.loads(experiment.read_text(encoding="utf-8"))["found"]["comparison"]["digest"])


def keys(points: Points, key: str) -> list[str]:
    return [fact.key for fact in points[key].facts]


def test_a_search_in_the_same_output_folder_is_seen_and_its_records_are_audited(run: Run) -> None:
    points = run()
    assert points["search_seen"].passed
    assert keys(points, "search_seen") == ["search_kept"]
    assert keys(points, "same_budget") == ["budget_same"]
    # as the records have it: SGD's best rate of three is the last
    assert keys(points, "own_rate")[0] == "rates_at_edge"


def forge(text: str) -> str:
    """A digest that no search has."""
    return re.sub('(digest = ").', r"\g<1>0" if 'digest = "0' not in text else r"\g<1>1", text)


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "no digest": (lambda text: re.sub(r"\ndigest = .*", "", text), "search_without_digest"),
    "a forged digest": (forge, "search_not_found"),
    "another network": (lambda text: text.replace("hidden = [8]", "hidden = [9]"), "search_differs"),
    "other data": (lambda text: text.replace("train = 500", "train = 400"), "search_differs"),
    "more trials": (lambda text: text.replace("trials = 3", "trials = 500"), "search_differs"),
    "another rate": (
        lambda text: re.sub(r'("SGD", learning_rate) = [^ ]+', r"\1 = 0.001", text), "search_differs",
    ),
    "a further setting": (
        lambda text: re.sub(r'("SGD", learning_rate = [^ ]+)', r"\1, weight_decay = 0.1", text),
        "search_differs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_not_that_search_is_not_seen(run: Run, name: str) -> None:
    change, fact = CHANGES[name]
    points = run(change)
    assert points["search_seen"].passed is False
    assert keys(points, "search_seen") == [fact]
    assert points["same_budget"].passed is None


def test_the_digest_of_another_search_does_not_pass(run: Run, folder: Path) -> None:
    other = tomllib.loads((folder / "other.toml").read_text(encoding="utf-8"))["found"]["comparison"][
        "digest"
    ]
    points = run(lambda text: re.sub(r'digest = "[0-9a-f]+', f'digest = "{other}', text))
    assert keys(points, "search_seen") == ["search_differs"]


def test_another_output_folder_has_not_seen_it(run: Run) -> None:
    assert keys(run(output="elsewhere"), "search_seen") == ["search_not_found"]


def test_a_record_that_was_changed_is_none(folder: Path) -> None:
    digest = tomllib.loads((folder / "mine.toml").read_text(encoding="utf-8"))["found"]["comparison"][
        "digest"
    ]
    with Database(folder / "out") as database:
        content = searches.find(database, digest)
        assert content is not None
        record = searches.read(content, digest)
        assert record is not None
        assert len(record.rows) == 6
        ((text,),) = database.execute("SELECT record FROM searches WHERE digest = ?", digest)
        database.execute(
            "UPDATE searches SET record = ? WHERE digest = ?", text.replace("SGD", "XGD"), digest
        )
        assert searches.find(database, digest) is None
        database.execute("UPDATE searches SET record = ? WHERE digest = ?", text, digest)
        assert searches.find(database, digest) == content


def test_a_search_that_is_made_again_has_the_same_digest(folder: Path) -> None:
    before = (folder / "mine.toml").read_text(encoding="utf-8")
    call(folder, "tune", "mine-search.toml", "--to", "again.toml", "--output", "other", "--fresh")
    assert (folder / "again.toml").read_text(encoding="utf-8") == before

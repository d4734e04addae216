"""Run folders and rows of the database that are damaged or a stranger's: passed by, by every command."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import chdir, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.cli import runs as past_runs
from reportgen.cli.list import run_row
from reportgen.cli.run import refresh_index
from reportgen.delivery.share import finished_run
from reportgen.delivery.share.summary import summarize
from reportgen.records.database import Database
from reportgen.records.history import History
from reportgen.records.manifest import describe, read_description
from tests.helpers.any_values import VALUES, at, places
from tests.helpers.cases import cases, unless_refused
from tests.helpers.cli import Cli
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.runs import DATABASE

pytestmark = pytest.mark.usefixtures("no_reports", "no_proofs")
FOREIGN = Path("output/x/20260101-000000-000000")
Spoil = Callable[[Any], Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an experiment and two runs of it; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "x.toml").write_text(FIVE_TRIALS, encoding="utf-8")
    with chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.cli.run.report", lambda *_: None)
        patch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
        from reportgen.cli.main import main

        for _ in range(2):
            with pytest.raises(SystemExit) as ended:
                main.main(["run", "x.toml", "--seeds", "1", "--workers", "1"])
            assert not ended.value.code
    return folder


@pytest.fixture(autouse=True)
def output(made: Path, tmp_path: Path) -> Path:
    """A copy of these, in the folder where the command line is called."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True, symlinks=True)
    return tmp_path / "output"


def runs() -> list[Path]:
    return sorted(path.parent for path in Path("output/x").glob("2*/manifest.json") if path.parent != FOREIGN)


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def bring(manifest: object) -> Path:
    """Put a copy of a run beside it, with this manifest."""
    shutil.copytree(runs()[0], FOREIGN)
    (FOREIGN / "report.html").write_text("<!doctype html>", encoding="utf-8")
    (FOREIGN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return FOREIGN


def changed(manifest: Any, place: str, value: object) -> Any:
    """The manifest with another value at a place such as times.started; ... takes away what is there."""
    *way, last = (int(key) if key.isdecimal() else key for key in place.split("."))
    inner = manifest
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return manifest


MANIFESTS: dict[str, tuple[str, object]] = {
    "no title": ("experiment.settings.title", ...),
    "a title that is a text": ("experiment.settings.title", "x"),
    "a title in one language": ("experiment.settings.title", {"en": "x"}),
    "settings null": ("experiment.settings", None),
    "an experiment that is a list": ("experiment", []),
    "times that are a text": ("times", "yesterday"),
    "a start that is no time": ("times.started", "yesterday"),
    "a duration that is a text": ("times.seconds", "12"),
    "no versions": ("versions", ...),
    "a version that is a number": ("versions.torch", 2),
    "data null": ("data", None),
    "a device that is a number": ("device", 3),
    "no machine": ("device.processor", ...),
    "kept as texts": ("reused", ["yes"]),
    "nothing but a name": ("experiment.options", 0),
    "a text that no file can hold": ("experiment.settings.author", "\ud800"),
    "levels without end": ("experiment.settings.more", json.loads("[" * 600 + "]" * 600)),
}


ABOUT_TRIALS: dict[str, tuple[str, object]] = {
    "no trials": ("trials", []),
    "a trial that is a text": ("trials.0", "yesterday"),
    "a trial of no stage": ("trials.0.setup.stage", ...),
    "no shapes of parameters": ("parameter_shapes", []),
    "no evidence of fairness": ("evidence", []),
}


@pytest.mark.parametrize(("place", "value"), ABOUT_TRIALS.values(), ids=ABOUT_TRIALS)
def test_a_report_of_trials_that_are_not_described_is_refused(cli: Cli, place: str, value: object) -> None:
    folder = bring(changed(manifest_of(runs()[0]), place, value))
    before = (folder / "report.html").read_bytes()
    refused = cli("render", folder, "--no-pdf")
    assert refused.code == 1
    assert "the run's records are damaged (manifest.json, " in refused.error_line
    assert (folder / "report.html").read_bytes() == before


@pytest.fixture(params=MANIFESTS.values(), ids=MANIFESTS)
def foreign(request: pytest.FixtureRequest, cli: Cli) -> Path:  # noqa: ARG001 - it goes to the folder
    return bring(changed(manifest_of(runs()[0]), *request.param))


def test_no_command_stumbles_over_a_foreign_run(cli: Cli, foreign: Path) -> None:
    sound = [folder.name for folder in runs()]
    note = f"note: passed by: {foreign}: the run's records are damaged (manifest.json"

    listed = cli("list")
    assert f"damaged\t{foreign.name}\tx" in listed.out
    shown = cli("history", "x")
    assert [line.split("\t")[0] for line in shown.out.splitlines()[1:]] == sound
    assert shown.err.startswith(note)
    assert len(shown.err.splitlines()) == 1
    for command in (
        ("show", foreign),
        ("diff", foreign, sound[0]),
        ("diff", sound[0], foreign),
        ("baseline", "set", foreign),
    ):
        refused = cli(*command)
        assert refused.code == 1
        assert refused.error_line.startswith(f"reportgen: error: {foreign.absolute()}: the run's records are")
    pinned = cli("baseline", "set", "x")
    assert pinned.code == 0
    assert pinned.err.startswith(note)
    page = Path("output/index.html").read_text(encoding="utf-8")
    assert all(name in page for name in sound)
    assert foreign.name not in page
    assert cli("baseline", "list").out == f"experiment\tbaseline\nx\t{sound[-1]}\n"
    again = cli("run", "x.toml", "--seeds", 1)
    assert again.code == 0
    assert again.err.startswith(note)
    assert cli("share", foreign, "--to", "shared").code in (0, 1)  # its files are handed on as they are
    pruned = cli("prune", "--keep", 1)
    assert pruned.code == 0
    assert foreign.is_dir()  # whose it is, is not known
    assert [folder.name for folder in runs()] == sorted([sound[-1], runs()[-1].name])


@pytest.mark.parametrize("folder_stays", [True, False])
@pytest.mark.parametrize("digest", ["kept", "of an older version"])
def test_a_row_that_an_older_version_took_in_is_passed_by(cli: Cli, folder_stays: bool, digest: str) -> None:
    first, second = runs()
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
        database.execute(
            "UPDATE runs SET described = json_set(described, '$.experiment.settings', null) WHERE run = ?",
            (first.name,),
        )
        if digest != "kept":
            database.execute("UPDATE runs SET digest = NULL")
    if not folder_stays:
        shutil.rmtree(first)
    for command in (("history", "x"), ("baseline", "set", second), ("run", "x.toml", "--seeds", 1)):
        answer = cli(*command)
        assert answer.code == 0
        note = f"note: passed by: {DATABASE}: what was kept of x/{first.name} is damaged\n"
        assert (note in answer.err) == (not folder_stays or command[0] == "history")
    shown = cli("history", "x")
    names = [line.split("\t")[0] for line in shown.out.splitlines()[1:]]
    assert (first.name in names) == folder_stays  # taken in anew, from its folder
    assert second.name in names


DAMAGES = {
    "another score": "UPDATE scores SET score = 1.0 WHERE run = :run",
    "a score that is a text": "UPDATE scores SET score = 'much' WHERE run = :run",
    "a missing score": "DELETE FROM scores WHERE run = :run AND place = 0",
    "another setup": "UPDATE scores SET setup = 'Adam' WHERE run = :run",
    "another time": "UPDATE runs SET started = '2020-01-01' WHERE run = :run",
    "half a manifest": "UPDATE runs SET described = substr(described, 1, 100) WHERE run = :run",
    "bytes": "UPDATE runs SET described = x'ff' WHERE run = :run",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_a_damaged_row_says_is_not_printed(cli: Cli, damage: str) -> None:
    first, _ = runs()
    before = cli("history", "x").out
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
        assert database.execute(damage, {"run": first.name}).rowcount
    damaged = cli("history", "x")
    assert f"what was kept of x/{first.name} is damaged" in damaged.err
    assert damaged.out == before  # the run's own folder has it
    shutil.rmtree(first)
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
        database.execute(damage, {"run": first.name})
    gone = cli("history", "x")
    assert gone.code == 0
    assert first.name not in gone.out


def rewrite(file: Path, column: str, value: str) -> None:
    """Another value in the first row of a table."""
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    rows[1][rows[0].index(column)] = value
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)


@pytest.mark.parametrize(
    ("name", "column"), [("results.csv", "seed"), ("results.csv", "test_accuracy"), ("metrics.csv", "epoch")]
)
def test_a_table_with_words_for_numbers_is_damaged(cli: Cli, name: str, column: str) -> None:
    folder = bring(manifest_of(runs()[0]))
    rewrite(folder / name, column, "much")
    said = f"damaged ({name}: column {column} is not of numbers)"
    assert said in cli("show", folder).error_line
    assert said in cli("history", "x").err
    assert cli("run", "x.toml", "--seeds", 1).code == 0


@pytest.mark.parametrize("seed", ["1e30", "-1", "0.5", "inf", ""])
def test_a_seed_that_is_none_is_damaged(cli: Cli, seed: str) -> None:
    folder = bring(manifest_of(runs()[0]))
    rewrite(folder / "results.csv", "seed", seed)
    assert "has a seed that is none" in cli("history", "x").err
    assert cli("run", "x.toml", "--seeds", 1).code == 0


def test_a_pipe_in_a_run_is_not_waited_at(cli: Cli) -> None:
    folder = bring(manifest_of(runs()[0]))
    (folder / "results.csv").unlink()
    os.mkfifo(folder / "results.csv")
    assert "damaged (results.csv is a pipe)" in cli("show", folder).error_line
    (folder / "manifest.json").unlink()
    os.mkfifo(folder / "manifest.json")
    assert cli("history", "x").err == ""
    assert cli("prune", "--keep", 1).code == 0


@pytest.fixture
def in_copy(output: Path) -> Iterator[None]:
    with chdir(output.parent):
        bring(manifest_of(runs()[0]))
        yield


@pytest.mark.usefixtures("in_copy")
@cases(20)
@given(data=st.data())
def test_a_manifest_of_any_content_is_read_or_refused(data: st.DataObject) -> None:
    manifest = copy.deepcopy(manifest_of(runs()[0]))
    # most of a manifest is about single trials: as often, what stands outside them
    short = describe(manifest)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(data.draw(st.sampled_from([manifest, short])))))
        with suppress(LookupError, TypeError):  # what an earlier change has taken away
            holder = at(manifest, path[:-1])
            if data.draw(st.booleans()):
                del holder[path[-1]]
            else:
                holder[path[-1]] = data.draw(VALUES)
    (FOREIGN / "manifest.json").write_text(json.dumps(manifest, default=str), encoding="utf-8")
    with Database(Path("output")) as database:
        database.execute("DELETE FROM runs WHERE run = ?", FOREIGN.name)
        history = History(database, Path("output"))
        history.take_in()
        sound = manifest_of(runs()[1])
        history.before("x", read_description(sound))
        known = [past.run for past in history.runs("x")]
    assert (FOREIGN.name in known) != any(str(FOREIGN) in note for note in history.notes)
    refresh_index(Path("output"))
    row = run_row(FOREIGN)
    assert (row.kind == "damaged") == (FOREIGN.name not in known)
    for call in (
        lambda: past_runs.show.callback(str(FOREIGN), Path("output")),
        lambda: past_runs.diff.callback(str(FOREIGN), str(runs()[1]), Path("output")),
        lambda: past_runs.history.callback("x", Path("output")),
        lambda: summarize(finished_run.read(FOREIGN)),
    ):
        unless_refused(call)

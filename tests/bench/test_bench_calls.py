"""Calls of the command line, and the made-up records that they are timed with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reportgen.bench import made_runs
from reportgen.bench.calls import Call, run_once, time_calls
from reportgen.bench.checkout import NoCommitError, checked_out
from reportgen.bench.made_table import write_table
from reportgen.bench.peers import BEFORE, PROGRAM
from reportgen.bench.reporting import render_again
from reportgen.errors import UserError
from reportgen.records import run_folder
from tests.helpers.cli import Cli

MEGABYTES = 1_000_000


def test_memory_is_that_of_the_call_and_not_of_who_calls() -> None:
    here = bytearray(300 * MEGABYTES)
    _, _, little = run_once(("-c", "pass"))
    _, _, much = run_once(("-c", f"bytearray(b'x' * {200 * MEGABYTES})"))
    assert little < 100 * MEGABYTES < 200 * MEGABYTES < much, len(here)


def test_the_processor_s_time_is_told_apart_from_the_clock_s() -> None:
    processor, wall, _ = run_once(("-c", "import time; time.sleep(0.5)"))
    assert processor < 0.5 < wall


def test_a_call_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(UserError, match=r"ended with code 3: .*the reason"):
        run_once(("-c", "import sys; print('the reason', file=sys.stderr); sys.exit(3)"))


def test_calls_take_turns_and_one_of_an_earlier_commit_may_fail(tmp_path: Path) -> None:
    heard: list[str] = []
    calls = [
        Call("a", PROGRAM, ("-c", "pass"), before_each=lambda: heard.append("a")),
        Call("b", BEFORE, ("-c", "raise SystemExit(1)"), tmp_path, before_each=lambda: heard.append("b")),
        Call("c", PROGRAM, ("-c", "pass"), before_each=lambda: heard.append("c")),
    ]
    a, b, c = time_calls(calls, 2, warm=True)
    assert heard == ["a", "b", "c", "a", "c", "a", "c"]
    assert [len(times.wall) for times in (a, b, c)] == [2, 0, 2]
    assert "ended with code 1" in b.absent


@pytest.fixture
def real(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)
    monkeypatch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
    Path("growth.toml").write_text(made_runs.EXPERIMENT, encoding="utf-8")
    assert cli("run", "growth.toml", "--workers", 1, "--output", "real").code == 0
    return (Path("real") / made_runs.NAME / "latest").resolve()


def test_made_runs_have_as_many_records_as_are_wanted_and_agree_with_themselves(real: Path, cli: Cli) -> None:
    folder = made_runs.write_grown(real, Path("grown"), seeds=4, epochs=7)
    records = run_folder.read(folder)
    assert len(records.results) == len(records.manifest.trials) == 3 * 4
    assert len(records.epochs) == 3 * 4 * 7
    right = records.confusion[records.confusion["true"] == records.confusion["predicted"]]
    by_trial = ["stage", "setup", "seed"]
    assert right.groupby(by_trial)["images"].sum().tolist() == (
        records.results.set_index(by_trial).sort_index()["test_correct"].tolist()
    )
    of_real = run_folder.read(real).confusion
    assert records.confusion["images"].sum() == 4 * of_real["images"].sum()
    digests = [entry.initial_weights for entry in records.manifest.evidence or ()]
    assert len(set(digests)) == 4  # one for each seed, whatever the optimizer
    shutil.rmtree("grown")

    made_runs.write_past(real, 5)
    answer = cli("history", made_runs.NAME, "--output", "real")
    assert answer.code == 0, answer
    names = {path.name for path in real.parent.iterdir() if not path.is_symlink()}
    assert len(names) == 1 + 5
    assert all(name in answer.out for name in names)


def test_a_made_table_has_the_rows_that_it_says(tmp_path: Path) -> None:
    rows = write_table(tmp_path / "scores.csv", 2)
    lines = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 == rows == 500 * 2 * 2
    assert len({line.rpartition(",")[0] for line in lines}) == len(lines)


def test_a_commit_is_taken_out_whole_and_cleared_away() -> None:
    try:
        with checked_out("HEAD") as root:
            assert (root / "reportgen" / "version.py").is_file()
            assert (root / "templates" / "catalogue.toml").is_file()
    except NoCommitError as reason:
        pytest.skip(str(reason))
    assert not root.exists()
    with pytest.raises(NoCommitError):
        checked_out("no-such-commit").__enter__()


def test_the_json_is_whole_or_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reportgen.files.atomic.os.fsync", fail)
    answer = cli("bench", "start", "--rounds", 1, "--against", "none", "--json", "bench.json")
    assert answer.code == 1
    assert "bench.json: cannot be written" in answer.err
    assert not list(Path().iterdir())


def test_a_report_is_rendered_again_in_one_process_and_the_first_time_is_not_counted(
    tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    page = run / "report.html"
    page.unlink()
    times = render_again(run, 2, "render again")
    assert page.is_file()
    assert [len(values) for values in (times.wall, times.processor, times.memory)] == [2, 2, 2]
    assert all(seconds > 0 for seconds in [*times.wall, *times.processor])
    assert min(times.memory) > 100 * MEGABYTES, "of the process that renders"


def test_a_report_that_cannot_be_rendered_again_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"could not render .*nothing"):
        render_again(tmp_path / "nothing", 1, "render again")

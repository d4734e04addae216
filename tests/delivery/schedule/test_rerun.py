"""Reruns carried out: what is trained, kept, told and shared."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from reportgen.delivery.schedule import times
from tests.helpers.cli import Cli, refused
from tests.helpers.schedules import NIGHTLY, calls, logs, long_ago, set_key, shown, well


def test_a_rerun_trains_anew_and_its_output_is_kept(cli: Cli, nightly: Path, tmp_path: Path) -> None:
    ((state, name, run, log),) = well(cli("schedule", "run", "nightly"))
    assert (state, name, run) == ("ok", "nightly", str(nightly / "run"))
    experiment, output = str(tmp_path / "nightly.toml"), str(tmp_path / "output")
    (call,) = calls(nightly)
    assert call == ["run", experiment, "--fresh", "--output", output, "--languages", "zh-Hant,en"]
    assert Path(log).read_text().splitlines()[1:] == ["training", f"HTML: {nightly}/run/report.html"]
    ((result, ran, where),) = [
        [shown(cli("schedule", "show", "nightly"), what)[0] for what in ("result", "run", "log")]
    ]
    assert re.search(r" ok, \d+ s$", result)
    assert (ran, where) == (run, log)
    assert len(shown(cli("schedule", "show", "nightly"), "next")) == 3


def test_options_and_environment_are_those_of_the_day_it_was_added(
    cli: Cli, machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", "my cache")
    monkeypatch.setenv("API_TOKEN", "hush-hush")
    path = os.environ["PATH"]
    well(
        cli(
            *("schedule", "add", "quickstart", "--at", "02:00", "--data-source", "folder"),
            *("--data-path", "images", "--seeds", 7, "--workers", 1, "--languages", "en"),
        )
    )
    stored = Path("output/.schedules/quickstart.toml").read_text(encoding="utf-8")
    assert "hush-hush" not in stored
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("REPORTGEN_CACHE", "elsewhere")
    well(cli("schedule", "run", "quickstart"))
    (call,) = calls(machine)
    assert call[:2] == ["run", "quickstart"]
    images = str(tmp_path / "images")
    assert call[5:] == [
        *("--data-source", "folder", "--data-path", images),
        *("--seeds", "7", "--workers", "1", "--languages", "en"),
    ]
    environment = (machine / "environment").read_text().splitlines()
    assert f"PATH={path}" in environment
    assert f"REPORTGEN_CACHE={tmp_path / 'my cache'}" in environment
    assert "LC_ALL=C.UTF-8" in environment


def test_many_missed_times_are_caught_up_once(cli: Cli, nightly: Path) -> None:
    assert well(cli("schedule", "run", "nightly", "--if-due")) == []
    assert calls(nightly) == []
    long_ago()
    assert well(cli("schedule", "run", "nightly", "--if-due"))[0][0] == "ok"
    for _ in range(3):
        assert well(cli("schedule", "run", "nightly", "--if-due")) == []
    assert len(calls(nightly)) == 1


def test_a_time_that_came_while_a_rerun_went_on_is_not_made_up_for(cli: Cli, nightly: Path) -> None:
    long_ago()
    well(cli("schedule", "run", "nightly"))
    (result,) = Path("output/.schedules/nightly/logs").glob("*.json")
    content = json.loads(result.read_text())
    content["started"] = "2021-01-01T00:00:00Z"  # it took years, and has just ended
    result.write_text(json.dumps(content))
    assert well(cli("schedule", "run", "nightly", "--if-due")) == []
    content["ended"] = "2021-01-02T00:00:00Z"
    result.write_text(json.dumps(content))
    assert well(cli("schedule", "run", "nightly", "--if-due"))[0][0] == "ok"
    assert len(calls(nightly)) == 2


@pytest.mark.usefixtures("nightly")
def test_one_that_was_cut_off_is_not_begun_again_for_the_same_time(cli: Cli) -> None:
    long_ago()
    well(cli("schedule", "run", "nightly"))
    (result,) = Path("output/.schedules/nightly/logs").glob("*.json")
    content = {"started": times.now().isoformat()}
    result.write_text(json.dumps(content))
    assert well(cli("schedule", "run", "nightly", "--if-due")) == []
    assert well(cli("schedule", "list"))[1][-1] == "interrupted"


def test_the_last_logs_are_kept(cli: Cli, nightly: Path) -> None:
    said = [Path(well(cli("schedule", "run", "nightly"))[0][-1]) for _ in range(4)]
    assert len(calls(nightly)) == 4
    assert [log.name for log in logs()] == [
        name for log in said[-2:] for name in (log.with_suffix(".json").name, log.name)
    ]


def test_a_failed_rerun_says_why_and_shares_nothing(cli: Cli, nightly: Path) -> None:
    set_key(NIGHTLY, "share", '["folder:/some"]')
    (nightly / "code").write_text("1")
    (nightly / "fails").touch()
    answer = cli("schedule", "run", "nightly")
    refused(answer, "nightly: failed: training", ".log")
    assert len(calls(nightly)) == 1
    assert well(cli("schedule", "list"))[1][-1] == "failed (exit code 1)"


def test_a_significant_drop_is_told_and_shared(cli: Cli, nightly: Path) -> None:
    set_key(NIGHTLY, "share", '["folder:/some"]')
    (nightly / "code").write_text("3")
    answer = cli("schedule", "run", "nightly")
    assert answer.code == 3
    assert answer.out.startswith("significant drop\tnightly\t")
    assert calls(nightly)[1] == ["share", str(nightly / "run"), "--to", "folder:/some"]


def test_a_report_that_is_not_delivered_does_not_spoil_the_run(cli: Cli, nightly: Path) -> None:
    set_key(NIGHTLY, "share", '["folder:/bad", "folder:/good"]')
    answer = cli("schedule", "run", "nightly")
    assert answer.code == 1
    assert answer.out.splitlines()[1] == "not delivered\tnightly\tfolder:/bad"
    assert [call[-1] for call in calls(nightly)[1:]] == ["folder:/bad", "folder:/good"]
    shows = cli("schedule", "show", "nightly")
    assert " ok, not delivered, " in shown(shows, "result")[0]
    assert shown(shows, "not delivered") == ["folder:/bad"]
    assert shown(shows, "run") == [str(nightly / "run")]
    assert "folder:/bad: not delivered" in Path(shown(shows, "log")[0]).read_text()

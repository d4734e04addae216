"""Reruns on a schedule, through the command line.

Stand-ins take the places of crontab, systemctl and the trainings; test_schedule_cron_daemon.py has the real
ones of the first and the last.
"""

from __future__ import annotations

import datetime
import fcntl
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from reportgen.delivery.schedule import rerun, times
from reportgen.delivery.schedule.schedules import place
from tests.helpers.cli import Answer, Cli
from tests.helpers.experiments import TINY

OTHERS = (
    b"# what others have there: caf\xe9\n"
    b"SHELL = /bin/bash\nMAILTO=\n\n00 02 * * *   backup  --all\n"
    b"@hourly x # reportgen\n1 1 * * * from windows\r\n0 0 1 * 0-7 y\n# last, without a line end"
)
CRONTAB = """#!/bin/sh
case $1 in
-l) [ -f {table} ] && exec cat {table}; echo "no crontab for me" >&2; exit 1 ;;
-r) rm {table} ;;
-) exec cat > {table} ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "$*" >> {folder}/systemctl-calls
case "$*" in
*is-system-running) cat {folder}/systemd-state ;;
*is-active*) echo active ;;
*enable*) [ ! -f {folder}/systemd-fails ] || {{ echo "Failed to enable unit" >&2; exit 1; }} ;;
esac
"""
# what a rerun calls instead of reportgen: it notes its arguments and does as it is told
REPORTGEN = """#!/bin/sh
echo "$*" >> {folder}/calls
env > {folder}/environment
case $1 in
run)
    echo "training"
    touch {folder}/began
    while [ -f {folder}/wait ] && [ $((n = n + 1)) -lt 1000 ]; do sleep 0.05; done
    if [ ! -f {folder}/fails ]; then mkdir -p {folder}/run; echo "HTML: {folder}/run/report.html"; fi
    [ ! -f {folder}/code ] || exit $(cat {folder}/code) ;;
share)
    case $4 in */bad) echo "reportgen: error: $4: not delivered" >&2; exit 1 ;; esac ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the stand-ins and what they note down; nothing of the real machine is touched."""
    folder = tmp_path / "machine"
    (folder / "bin").mkdir(parents=True)
    table = shlex.quote(str(folder / "table"))
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL), ("reportgen", REPORTGEN)):
        program = folder / "bin" / name
        program.write_text(text.format(table=table, folder=shlex.quote(str(folder))))
        program.chmod(0o755)
    (folder / "systemd-state").write_text("offline\n")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setattr(rerun, "program", lambda: [str(folder / "bin" / "reportgen")])
    (tmp_path / "nightly.toml").write_text(TINY, encoding="utf-8")
    return folder


# noon, and no time of a schedule comes up for hours
NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=times.local_zone())


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of schedules shows noon, and a second more each time it is read; not in other processes."""
    seconds = itertools.count()
    monkeypatch.setattr(times, "now", lambda: NOON + datetime.timedelta(seconds=next(seconds)))


LATER = f"0 0 1 {(datetime.date.today().month + 5) % 12 + 1} *"
"""Half a year on, as cron has it: nothing that comes up while a test lasts, by the clock of any process."""


def well(answer: Answer) -> list[list[str]]:
    """The cells of what a command printed that went well."""
    assert (answer.code, answer.err) == (0, ""), answer
    return [line.split("\t") for line in answer.out.splitlines()]


def refused(answer: Answer, *parts: str, code: int = 1) -> None:
    """The command said one line with all these parts."""
    assert answer.code == code, answer
    assert answer.error_line.startswith("reportgen: error: ")
    for part in parts:
        assert part in answer.error_line, (part, answer.error_line)


def shown(answer: Answer, what: str) -> list[str]:
    return [cells[1] for cells in well(answer) if cells[0] == what]


def set_key(file: Path, key: str, value: str) -> None:
    """Change a line of a schedule's file."""
    text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", file.read_text(encoding="utf-8"))
    assert count == 1
    file.write_text(text, encoding="utf-8")


NIGHTLY = Path("output/.schedules/nightly.toml")


def long_ago(file: Path = NIGHTLY) -> None:
    """Let a schedule be added long ago, so that many of its times were missed."""
    set_key(file, "added", "2020-01-01T00:00:00Z")


def calls(machine: Path) -> list[list[str]]:
    """The arguments of what reruns called."""
    file = machine / "calls"
    return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


def logs(name: str = "nightly") -> list[Path]:
    return sorted(Path(f"output/.schedules/{name}/logs").iterdir())


# ---------------------------------------------------------------- in the crontab


def test_the_crontab_of_others_stays_as_it_is_byte_for_byte(cli: Cli, machine: Path) -> None:
    (machine / "table").write_bytes(OTHERS)
    ((kind, name, timer, soon),) = well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    assert (kind, name, timer) == ("added", "nightly", "cron")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d 02:00 [+-]\d{4}", soon)
    well(cli("schedule", "add", "nightly.toml", "--every", "6h", "--name", "also"))
    table = (machine / "table").read_bytes()
    assert table.startswith(OTHERS + b"\n")
    ours = table.removeprefix(OTHERS + b"\n").decode().splitlines()
    assert [" ".join(line.split()[:5]) for line in ours] == [
        "0 2 * * *",
        "17 * * * *",
        "0 */6 * * *",
        "17 * * * *",
    ]
    assert shown(cli("schedule", "show", "nightly"), "installed") == ours[:2]
    well(cli("schedule", "remove", "nightly"))
    assert (machine / "table").read_text(errors="replace").splitlines()[-2:] == ours[2:]
    well(cli("schedule", "remove", "also"))
    assert (machine / "table").read_bytes() == OTHERS + b"\n"
    assert not list(Path("output").rglob("*.toml"))


def test_a_crontab_that_was_not_there_is_not_there_again(cli: Cli, machine: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    assert (machine / "table").exists()
    well(cli("schedule", "remove", "nightly"))
    assert not (machine / "table").exists()


def test_schedules_of_one_name_in_two_folders_are_two(cli: Cli, machine: Path) -> None:
    for output in ("one", "two"):
        well(cli("schedule", "add", "nightly.toml", "--at", "02:00", "--output", output))
    both = (machine / "table").read_text().splitlines()
    well(cli("schedule", "remove", "nightly", "--output", "one"))
    assert (machine / "table").read_text().splitlines() == both[2:]


def test_a_line_that_somebody_took_away_is_missing(cli: Cli, machine: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    (machine / "table").unlink()
    assert shown(cli("schedule", "show", "nightly"), "installed")[0].startswith("missing")
    well(cli("schedule", "remove", "nightly"))
    refused(cli("schedule", "remove", "nightly"), "nightly: no such schedule")


def test_a_crontab_that_refuses_leaves_nothing(cli: Cli, machine: Path) -> None:
    (machine / "bin" / "crontab").write_text('#!/bin/sh\necho "You are not allowed" >&2\nexit 1\n')
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "You are not allowed", "--with print")
    assert not [path for path in Path("output/.schedules").rglob("*") if not path.is_dir()]


def from_cron(line: str) -> subprocess.CompletedProcess[str]:
    """Carry out a line as cron does: what follows the five times, \\% as %, in a bare shell."""
    command = line.split(maxsplit=5)[5]
    assert not re.search(r"(?<!\\)%", command)
    return subprocess.run(
        ["/bin/sh", "-c", command.replace(r"\%", "%")],
        env={"HOME": "/", "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("machine")
def test_the_lines_work_in_a_bare_shell_whatever_the_folder_is_called(cli: Cli, tmp_path: Path) -> None:
    output = tmp_path / '50% # of $HOME\'s "`best`" \\n 結果'
    well(cli("schedule", "add", "nightly.toml", "--cron", LATER, "--no-pdf", "--output", output))
    line = shown(cli("schedule", "show", "nightly", "--output", output), "installed")[0]
    done = from_cron(line)
    schedule = place(output, "nightly")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert schedule.timer_log.read_text() == ""  # nothing was due yet, so nothing was said
    long_ago(schedule.file)
    Path("nightly.toml").unlink()
    done = from_cron(line)  # the real program: it begins, and does not find its experiment
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", "")
    said = schedule.timer_log.read_text()
    assert "failed (exit code 1)\tnightly" in said
    assert "nightly.toml: no such experiment file" in said
    ((_, experiment, _, _, state),) = well(cli("schedule", "list", "--output", output))[1:]
    assert experiment == str(tmp_path / "nightly.toml")
    assert state == "failed (exit code 1)"


# ---------------------------------------------------------------- in systemd


@pytest.fixture
def manager(machine: Path) -> Path:
    """The folder of units of a user manager that answers."""
    (machine / "systemd-state").write_text("degraded\n")
    return machine / "config" / "systemd" / "user"


def test_a_timer_is_installed_and_removed_whole(cli: Cli, machine: Path, manager: Path) -> None:
    answer = well(cli("schedule", "add", "nightly.toml", "--cron", "30 4 1 * 5"))
    assert answer[0][:3] == ["added", "nightly", "systemd"]
    service, timer = sorted(manager.iterdir())
    assert timer.name == service.with_suffix(".timer").name
    lines = timer.read_text().splitlines()
    assert [line for line in lines if line.startswith("OnCalendar=")] == [
        "OnCalendar=*-*-1 4:30:00",
        "OnCalendar=Fri *-*-* 4:30:00",
    ]
    assert "Persistent=true" in lines
    assert f"--user enable --now {timer.name}" in (machine / "systemctl-calls").read_text().splitlines()
    assert not (machine / "table").exists()
    installed = shown(cli("schedule", "show", "nightly"), "installed")
    assert set(lines) - {""} <= set(installed)
    assert installed[-1] == "# the timer is active"
    well(cli("schedule", "remove", "nightly"))
    assert list(manager.iterdir()) == []
    last = (machine / "systemctl-calls").read_text().splitlines()
    assert f"--user disable --now {timer.name}" in last
    assert last[-1] == "--user daemon-reload"


def test_a_timer_that_systemd_refuses_leaves_nothing(cli: Cli, machine: Path, manager: Path) -> None:
    (machine / "systemd-fails").touch()
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "enable", "Failed to enable unit")
    assert list(manager.iterdir()) == []
    assert not NIGHTLY.exists()


def test_what_is_left_of_a_timer_can_be_removed(cli: Cli, manager: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    (timer,) = manager.glob("*.timer")
    timer.unlink()
    NIGHTLY.unlink()
    well(cli("schedule", "remove", "nightly"))
    assert list(manager.iterdir()) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_no_fault_with_the_units_and_finds_the_program(
    cli: Cli, manager: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "50% of the best 結果" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    output = ("--output", tmp_path / r'$HOME ${x} %h "\n')
    well(cli("schedule", "add", "nightly.toml", "--cron", "30 4 1 * 5", *output))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, sorted(manager.iterdir()))],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in done.stderr.splitlines() if "reportgen" in line]
    assert (done.returncode, about_ours) == (0, []), done.stderr
    command = next(
        line for line in shown(cli("schedule", "show", "nightly", *output), "installed") if "Exec" in line
    )
    assert command.endswith(r'/$$HOME $${x} %%h \"\\n"')


def test_a_program_that_systemd_would_not_start(
    cli: Cli, manager: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "it's mine"
    python.symlink_to("/bin/true")
    monkeypatch.setattr(sys, "executable", str(python))
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "it's mine", "--with cron")
    assert not manager.exists()
    assert not NIGHTLY.exists()


@pytest.mark.usefixtures("machine")
def test_systemd_is_refused_where_it_does_not_run(cli: Cli) -> None:
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--with", "systemd")
    refused(answer, "--with systemd", "does not answer")
    assert not NIGHTLY.exists()


# ---------------------------------------------------------------- nowhere


def test_without_any_timer_lines_for_a_crontab_are_printed(
    cli: Cli, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    answer = cli(
        *("schedule", "add", "nightly.toml", "--cron", LATER, "--epochs", 1, "--no-pdf"),
        *("--share", "mailtos://me:${MAIL_PASSWORD}@example.org/you@example.org", "--share", "@TEAM"),
    )
    assert answer.code == 0
    assert answer.out.splitlines()[0].split("\t")[:3] == ["added", "nightly", "print"]
    line = next(line for line in answer.out.splitlines() if line.startswith(f"{LATER} "))
    assert from_cron(line).returncode == 0
    assert line in shown(cli("schedule", "show", "nightly"), "installed")
    well(cli("schedule", "remove", "nightly"))
    assert not (machine / "table").exists()


# ---------------------------------------------------------------- carried out


@pytest.fixture
def nightly(cli: Cli, machine: Path, noon: None) -> Path:  # noqa: ARG001
    """A schedule of this name, added at noon, and the folder of the stand-ins."""
    well(cli("schedule", "add", "nightly.toml", "--every", "1d", "--keep", 2))
    return machine


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


# ---------------------------------------------------------------- never two at once


def start(machine: Path) -> subprocess.Popen[bytes]:
    """Carry the schedule out in a process of its own."""
    program = (
        "import sys; from reportgen.delivery.schedule import rerun; from reportgen.cli.main import main; "
        "rerun.program = lambda: [sys.argv[1]]; main.main(['schedule', 'run', 'nightly'])"
    )
    stand_in = str(machine / "bin" / "reportgen")
    return subprocess.Popen([sys.executable, "-c", program, stand_in], stdout=subprocess.PIPE)


def begin(machine: Path) -> subprocess.Popen[bytes]:
    """The same, up to where its training has begun and waits."""
    (machine / "wait").touch()
    process = start(machine)
    wait_for((machine / "began").exists)
    return process


def wait_for(happened: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def state(cli: Cli) -> str:
    return well(cli("schedule", "list"))[1][-1]


def test_a_second_one_says_that_one_is_running(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    assert state(cli) == "running"
    refused(cli("schedule", "run", "nightly"), "nightly: is running already")
    long_ago()
    (result,) = Path("output/.schedules/nightly/logs").glob("*.json")
    result.write_text(json.dumps({"started": "2021-01-01T00:00:00Z"}))  # and its next time has come
    ((what, _),) = well(cli("schedule", "run", "nightly", "--if-due"))  # by the timer it is no failure
    assert what == "running"
    (nightly / "wait").unlink()
    out, _ = first.communicate()
    assert first.returncode == 0
    assert out.startswith(b"ok\tnightly")
    assert state(cli) == "ok"
    assert len(calls(nightly)) == 1


def test_a_training_whose_caller_was_killed_still_is_the_only_one(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    first.kill()
    first.wait()
    assert state(cli) == "running"
    refused(cli("schedule", "run", "nightly"), "is running already")
    (nightly / "wait").unlink()
    wait_for(lambda: state(cli) == "interrupted")
    assert well(cli("schedule", "run", "nightly"))[0][0] == "ok"


def test_stopping_a_rerun_stops_its_training(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 130
    wait_for(lambda: state(cli) == "interrupted")  # although the training would wait for ever
    assert (nightly / "wait").exists()


def test_looking_at_a_schedule_does_not_keep_it_from_running(cli: Cli, nightly: Path) -> None:
    Path("output/.schedules/nightly/lock").touch()
    with Path("output/.schedules/nightly/lock").open("rb") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        Timer(0.3, lambda: fcntl.flock(looked_at, fcntl.LOCK_UN)).start()
        well(cli("schedule", "run", "nightly"))
    assert len(calls(nightly)) == 1


# ---------------------------------------------------------------- mistakes


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a b", "夜", "a\nb", "--at", "x" * 65])
def test_a_name_that_could_not_be_a_files_name(cli: Cli, name: str) -> None:
    for command in (
        ("add", "nightly.toml", "--at", "02:00", "--name", name),
        ("run", "--", name),
        ("show", "--", name),
    ):
        refused(cli("schedule", *command), "is no name for a schedule")
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "one of --at, --every and --cron"),
        (["--at", "02:00", "--every", "1d"], 2, "one of --at, --every and --cron"),
        (["--at", "25:00"], 1, "--at"),
        (["--every", "7m"], 1, "--every"),
        (["--cron", "* * * *"], 1, "--cron"),
        (["--at", "02:00", "--with", "launchd"], 2, "launchd"),
        (["--at", "02:00", "--keep", "0"], 2, "--keep"),
        (["--at", "02:00", "--data-source", "npz"], 1, "needs a path"),
        (["--at", "02:00", "--secrets", "a\nb"], 1, "line break"),
        (["--at", "02:00", "--output", "a\nb"], 1, "line break"),
    ],
)
def test_a_mistake_in_what_is_asked_for(cli: Cli, options: list[str], code: int, said: str) -> None:
    refused(cli("schedule", "add", "nightly.toml", *options), said, code=code)
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_an_experiment_that_cannot_be_run(cli: Cli) -> None:
    refused(cli("schedule", "add", "nowhere.toml", "--at", "02:00"), "nowhere.toml", "no such experiment")
    Path("wrong.toml").write_text(TINY.replace("epochs = 3", "epochs = 0"), encoding="utf-8")
    refused(cli("schedule", "add", "wrong.toml", "--at", "02:00"), "wrong.toml", "comparison.epochs = 0")


def test_a_second_schedule_of_the_same_name(cli: Cli, nightly: Path) -> None:
    before = (NIGHTLY.read_bytes(), (nightly / "table").read_bytes())
    refused(cli("schedule", "add", "nightly.toml", "--at", "03:00"), "nightly: there is such a schedule")
    assert (NIGHTLY.read_bytes(), (nightly / "table").read_bytes()) == before


@pytest.mark.usefixtures("machine")
def test_a_python_that_would_not_find_reportgen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "/bin/false", "pip install")
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_an_output_folder_that_cannot_be(cli: Cli) -> None:
    Path("taken").write_text("a file")
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--output", "taken/below")
    refused(answer, "taken/below", "--output")


DAMAGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no text": (lambda file: file.write_bytes(b"\xff\xfe"), "decode"),
    "no TOML": (lambda file: file.write_text("when = "), "Invalid value"),
    "a key missing": (lambda file: file.write_text('experiment = "x"'), "field required"),
    "an unknown key": (lambda file: file.write_text("x = 1\n" + file.read_text()), "x: extra inputs"),
    "no number": (lambda file: set_key(file, "keep", '"ten"'), "keep"),
    "an unknown timer": (lambda file: set_key(file, "timer", '"sundial"'), "timer"),
    "no time": (lambda file: set_key(file, "cron", '"99 * * * *"'), "bad minute"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_schedule_whose_file_is_damaged(cli: Cli, nightly: Path, damage: str) -> None:
    harm, said = DAMAGED[damage]
    harm(NIGHTLY)
    for command in ("run", "show"):
        refused(cli("schedule", command, "nightly"), str(NIGHTLY), said, "schedule remove nightly")
    assert well(cli("schedule", "list"))[1][:3] == ["nightly", "", "damaged"]
    well(cli("schedule", "remove", "nightly"))
    assert not NIGHTLY.exists()
    assert not (nightly / "table").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "target",
    [
        "mailtos://me:hushhush@example.org/you@example.org",
        "mailtos://me:hushhush@example.org/${YOU}",
        "slack://hushhush/tokenb/tokenc",
        "json://hushhush",
    ],
)
def test_a_target_with_what_may_be_a_secret_is_not_stored(cli: Cli, target: str) -> None:
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--share", target)
    refused(answer, "--share", "${NAME}", "@NAME")
    assert "hushhush" not in answer.out + answer.err
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_targets_are_the_same_from_any_folder(cli: Cli, tmp_path: Path) -> None:
    targets = ["folder:reports", "sub/", "x.zip", "@TEAM", "mailtos://me:${PW}@example.org/you@example.org"]
    options = [word for target in targets for word in ("--share", target)]
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00", *options, "--secrets", "mine.toml"))
    stored = tomllib.loads(NIGHTLY.read_text(encoding="utf-8"))
    assert stored["share"] == [
        f"folder:{tmp_path}/reports",
        f"folder:{tmp_path}/sub",
        f"zip:{tmp_path}/x.zip",
        *targets[3:],
    ]
    assert stored["secrets"] == f"{tmp_path}/mine.toml"


def test_no_schedules_is_an_empty_list(cli: Cli) -> None:
    assert well(cli("schedule", "list")) == [["schedule", "experiment", "when", "next", "last result"]]
    assert not Path("output").exists()

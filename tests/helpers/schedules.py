"""A machine for schedules: stand-ins for crontab, systemctl and the trainings, and what is read of them."""

from __future__ import annotations

import datetime
import re
import subprocess
from pathlib import Path

from reportgen.delivery.schedule import times
from tests.helpers.cli import Answer

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


# noon, and no time of a schedule comes up for hours
NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=times.local_zone())


LATER = f"0 0 1 {(datetime.date.today().month + 5) % 12 + 1} *"
"""Half a year on, as cron has it: nothing that comes up while a test lasts, by the clock of any process."""


def well(answer: Answer) -> list[list[str]]:
    """The cells of what a command printed that went well."""
    assert (answer.code, answer.err) == (0, ""), answer
    return [line.split("\t") for line in answer.out.splitlines()]


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

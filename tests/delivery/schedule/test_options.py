"""What a schedule keeps of the options that it was added with, and passes on to its reruns."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pypdfium2
import pytest

from reportgen.cli.main import main
from reportgen.delivery.schedule import rerun
from tests.helpers.cli import Cli

SMALL = """
title = "Small"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[tuned]
hidden = [4]
batch_size = 20
epochs = 1
optimizer = { name = "SGD", learning_rate = 0.1 }
"""
LETTER = (612, 792)
"""Width and height in points: 8.5 by 11 inches."""


def long_options(*command: str) -> set[str]:
    """The long options of a command."""
    found: click.Command = main
    for name in command:
        assert isinstance(found, click.Group)
        with click.Context(found) as context:
            found = found.get_command(context, name)  # type: ignore[assignment]
    return {option for parameter in found.params for option in parameter.opts if option.startswith("--")}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a stand-in for reportgen notes the arguments of each rerun."""
    noted, program = tmp_path / "calls", tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$*" >> {shlex.quote(str(noted))}\necho "HTML: run/report.html"\n')
    program.chmod(0o755)
    monkeypatch.setattr(rerun, "program", lambda: [str(program)])
    return noted


def test_a_schedule_takes_what_run_takes() -> None:
    of_run, of_schedules = long_options("run"), long_options("schedule", "add")
    # its reruns train everything anew, and what was begun before is nothing to them; nobody sits
    # there to look, and a proof that fails is told as a failure
    assert of_run - of_schedules == {"--fresh", "--checkpoint-seconds", "--open", "--keep-going"}


def test_the_report_of_a_rerun_is_on_the_paper_that_was_asked_for(cli: Cli) -> None:
    Path("small.toml").write_text(SMALL, encoding="utf-8")
    asked = ("--paper", "letter", "--languages", "en", "--workers", 1)
    add = cli("schedule", "add", "small.toml", "--at", "02:00", "--with", "print", *asked)
    assert add.code == 0, add
    answer = cli("schedule", "run", "small")
    assert answer.code == 0, answer
    pdf = Path(answer.out.split("\t")[2]) / "report.pdf"
    sizes = {page.get_size() for page in pypdfium2.PdfDocument(pdf)}
    assert sizes == {LETTER}


def test_every_option_is_passed_on_as_it_was_asked_for(cli: Cli, tmp_path: Path, calls: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "style.css").write_text("/* mine */")
    asked = (
        *("--data-source", "folder", "--data-path", "images", "--seeds", 7, "--epochs", 2),
        *("--title", "Nightly", "--author", "Wang", "--course", "NN", "--workers", 1),
        *("--languages", "en", "--templates", "mine", "--paper", "letter"),
    )
    add = ("schedule", "add", "quickstart", "--at", "02:00", "--with", "print")
    assert cli(*add, *asked).code == 0
    assert cli(*add, "--name", "html", "--no-pdf").code == 0
    assert cli("schedule", "run", "quickstart").code == 0
    assert cli("schedule", "run", "html").code == 0
    start = f"run quickstart --fresh --output {tmp_path / 'output'}"
    everything = " ".join(map(str, asked)).replace("images", str(tmp_path / "images"))
    assert calls.read_text().splitlines() == [
        f"{start} {everything.replace('mine', str(tmp_path / 'mine'))}",
        f"{start} --languages zh-Hant,en --no-pdf",
    ]


def test_a_schedule_of_the_version_before_is_carried_out(cli: Cli, tmp_path: Path, calls: Path) -> None:
    folder = tmp_path / "output" / ".schedules"
    (folder / "old" / "logs").mkdir(parents=True)
    (folder / "old.toml").write_text(
        'experiment = "homework"\n'
        'when = "at 02:00"\n'
        'cron = "0 2 * * *"\n'
        'options = ["--seeds", "3", "--languages", "en", "--pdf-variant", "ua-1", "--templates", "/mine",'
        ' "--no-pdf"]\n'
        "share = []\n"
        "keep = 10\n"
        'timer = "print"\n'
        "added = 2026-05-04T10:00:00Z\n"
        "\n[environment]\n"
        'LANG = "C.UTF-8"\n',
        encoding="utf-8",
    )
    shown = cli("schedule", "show", "old")
    assert "options\t--seeds 3 --languages en --pdf-variant ua-1 --templates /mine --no-pdf\n" in shown.out
    assert cli("schedule", "run", "old").code == 0
    assert calls.read_text() == (
        f"run homework --fresh --output {tmp_path / 'output'}"
        " --seeds 3 --languages en --pdf-variant ua-1 --templates /mine --no-pdf\n"
    )

"""Every command that the manual shows runs as it stands there, and knows the options that it is given."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reportgen.cli.main import main
from reportgen.files import resources
from tests.helpers.cli import Answer, Cli
from tests.helpers.manual import PAGES, SHELLS, Block, blocks, named, prose

SHORTER = {
    r"epochs = \d+": "epochs = 2",
    r"seeds = \d+": "seeds = 2",
    r"trials = \d+": "trials = 2",
}
"""What makes the ready experiment train for a second; everything else of it stays."""


def is_run(block: Block) -> bool:
    return block.language in SHELLS and not block.marked("not run")


@pytest.fixture
def quickstart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ready experiment trains for a second."""
    folder = tmp_path_factory.mktemp("experiments")
    for file in resources.experiments().glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        if file.stem == "quickstart":
            for pattern, shorter in SHORTER.items():
                text, count = re.subn(pattern, shorter, text)
                assert count
        (folder / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr("reportgen.experiment.reading.ready_experiments", lambda: folder)


def called(cli: Cli, command: str) -> Answer:
    """What a command of a page does."""
    program, *arguments = shlex.split(command)
    if program == "reportgen":
        return cli(*arguments)
    if program == "python":
        program = sys.executable
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.mark.long
@pytest.mark.usefixtures("quickstart")
@pytest.mark.parametrize("page", [page for page in PAGES if any(map(is_run, blocks(page)))], ids=named)
def test_the_commands_of_a_page_run_one_after_another(cli: Cli, page: Path) -> None:
    for block in blocks(page):
        if file := block.marked("file"):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(block.text, encoding="utf-8")
        elif is_run(block):
            expected = [0] * len(block.lines)
            expected[-1] = int(block.marked("exit code") or 0)
            for command, code in zip(block.commands, expected, strict=True):
                answer = called(cli, command)
                assert answer.code == code, (command, answer)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_blocks_of_commands_are_written_as_they_are_run(page: Path) -> None:
    for block in blocks(page):
        assert block.mark.partition(":")[0] in ("", "not run", "exit code", "file") or not block.lines, block
        if block.language in SHELLS:
            assert block.lines
            assert block.mark != "not run:", "no reason"
        if block.language == "console" or is_run(block):
            assert [line for line in block.lines if not line.startswith("$ ")] == []


def commands_named(page: Path) -> list[str]:
    """Every command of reportgen on a page: run or not, in a block or within a sentence."""
    shown = [line for block in blocks(page) for line in block.lines]
    shown += re.findall(r"`(reportgen [^`]*)`", prose(page))
    return [
        match[1] for line in shown if (match := re.search(r"^(?:\$ |- run: |\s)*reportgen ([a-z-].*)", line))
    ]


def known(words: list[str]) -> str | None:
    """What is wrong with a command, by the commands and options that there are."""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        inner = command.get_command(context, name)
        if inner is None:
            return f"no command {name}"
        command = inner
    options = {spelling for parameter in command.params for spelling in parameter.opts} | {"--help"}
    options |= {spelling for parameter in command.params for spelling in parameter.secondary_opts}
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return f"no option {', '.join(sorted(given - options))}" if given - options else None


@pytest.mark.parametrize("page", [page for page in PAGES if commands_named(page)], ids=named)
def test_what_a_page_calls_is_there(page: Path) -> None:
    for line in commands_named(page):
        words = shlex.split(line.partition(" # ")[0].replace("...", ""), posix=False)
        assert known(words) is None, line


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert known(["run", "--fresh", "mine.toml"]) is None
    assert known(["schedule", "add", "x", "--at", "02:00"]) is None
    assert known(["rnu"]) == "no command rnu"
    assert known(["run", "--fersh"]) == "no option --fersh"

"""Every command that the manual shows runs as it stands there, and knows the options that it is given."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reportgen.cli.main import main
from tests.helpers.cli import Answer, Cli
from tests.helpers.manual import PAGES, SHELLS, Block, blocks, named, prose

FIRST = ("reportgen run", "reportgen run quickstart --no-pdf")
"""What many pages begin with, in a folder without runs: carried out once, and kept for the others."""


def is_run(block: Block) -> bool:
    return block.language in SHELLS and not block.marked("not run")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Answer]]:
    """A folder with what each of `FIRST` has written, and what it has answered."""
    return tmp_path_factory.mktemp("kept"), {}


def in_a_hurry(command: str, later: list[str]) -> str:
    """A command of a page, without the PDF that it writes unless the page opens that: a PDF takes seconds.

    What "reportgen run" writes is kept for all pages, and some of them open it.
    """
    writes_one = re.compile(r"reportgen (?:run|render)\b(?!.*--no-pdf)")
    until_the_next = itertools.takewhile(lambda line: not writes_one.match(line), later)
    opened = any(line.startswith(("reportgen verify", "reportgen share")) for line in until_the_next)
    if command == "reportgen run" or opened or not writes_one.match(command):
        return command
    return f"{command} --no-pdf"


def called(cli: Cli, command: str, kept: tuple[Path, dict[str, Answer]]) -> Answer:
    """What a command of a page does."""
    program, *arguments = shlex.split(command)
    if command in FIRST and not Path("output").exists():
        folder, answers = kept
        output = folder / "-".join(arguments)
        if command in answers:
            shutil.copytree(output, "output", symlinks=True)
        else:
            answers[command] = cli(*arguments)
            shutil.copytree("output", output, symlinks=True)
        return answers[command]
    if program == "reportgen":
        return cli(*arguments)
    if program == "python":
        program = sys.executable
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.mark.long
@pytest.mark.usefixtures("quickstart")
@pytest.mark.parametrize("page", [page for page in PAGES if any(map(is_run, blocks(page)))], ids=named)
def test_the_commands_of_a_page_run_one_after_another(
    cli: Cli, page: Path, kept: tuple[Path, dict[str, Answer]]
) -> None:
    later = [command for block in blocks(page) if is_run(block) for command in block.commands]
    for block in blocks(page):
        if file := block.marked("file"):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(block.text, encoding="utf-8")
        elif is_run(block):
            expected = [0] * len(block.lines)
            expected[-1] = int(block.marked("exit code") or 0)
            for command, code in zip(block.commands, expected, strict=True):
                answer = called(cli, in_a_hurry(later.pop(0), later), kept)
                assert answer.code == code, (command, answer)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_blocks_of_commands_are_written_as_they_are_run(page: Path) -> None:
    for block in blocks(page):
        assert block.mark.partition(":")[0] in ("", "not run", "exit code", "file") or not block.lines, block
        if block.language in SHELLS:
            assert block.lines
            assert block.mark != "not run:", "no reason"
        if block.language == "console" or (is_run(block) and not block.mark.startswith("file")):
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


def test_a_pdf_is_written_where_the_page_opens_it() -> None:
    opens = ["reportgen list", "reportgen verify report.pdf"]
    assert in_a_hurry("reportgen run x.toml", opens) == "reportgen run x.toml"
    assert in_a_hurry("reportgen render x", ["reportgen run y.toml", *opens]) == "reportgen render x --no-pdf"
    assert in_a_hurry("reportgen run", []) == "reportgen run"
    assert in_a_hurry("reportgen list", []) == "reportgen list"


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert known(["run", "--fresh", "mine.toml"]) is None
    assert known(["schedule", "add", "x", "--at", "02:00"]) is None
    assert known(["rnu"]) == "no command rnu"
    assert known(["run", "--fersh"]) == "no option --fersh"

"""Nothing of the program is missing from its manual: commands, options, keys of an experiment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import click
import pytest

from reportgen.cli.main import main
from reportgen.experiment.model import Experiment
from tests.helpers.manual import rows, sections

Extensions = dict[str, ModuleType]


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by its name, those of groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


COMMANDS = dict(commands(main))


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 20
    assert COMMANDS.keys() > {"run", "schedule add", "baseline set"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_are_in_the_reference(extensions: Extensions, name: str) -> None:
    section = sections(extensions["command_reference"].markdown())[name]
    meanings = {
        spelling: cells
        for options, cells in rows(section).items()
        for spelling in re.findall(r"`(--?[a-z][a-z-]*)`", options)
    }
    options = [
        option for option in COMMANDS[name].params if isinstance(option, click.Option) and not option.hidden
    ]
    assert meanings.keys() == {text for option in options for text in (*option.opts, *option.secondary_opts)}
    assert [spelling for spelling, cells in meanings.items() if not cells[0]] == []
    usage = section.partition("```text\n")[2].partition("\n```")[0]
    for argument in COMMANDS[name].params:
        if isinstance(argument, click.Argument):
            assert argument.make_metavar(click.Context(COMMANDS[name])) in usage


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_a_help_text(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").strip()
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not (option.help or "").strip()] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_an_example_of_itself(extensions: Extensions, name: str) -> None:
    example = (COMMANDS[name].epilog or "").removeprefix("Example: ")
    assert example.startswith(f"reportgen {name}")
    assert f"$ {example}" in sections(extensions["command_reference"].markdown())[name]
    words = shlex.split(example)[1:]
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None
        command = inner
    assert not isinstance(command, click.Group)
    command.make_parser(click.Context(command)).parse_args(words)  # no option that there is not


def keys(schema: dict[str, Any], whole: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every key that an experiment may have, and its table, by the schema that pydantic makes."""
    if reference := schema.get("$ref"):
        yield from keys(whole["$defs"][reference.rpartition("/")[2]], whole, path)
    for option in schema.get("anyOf", ()):
        yield from keys(option, whole, path)
    if isinstance(items := schema.get("items"), dict):
        yield from keys(items, whole, f"[{path}]")
    if isinstance(others := schema.get("additionalProperties"), dict):
        yield from keys(others, whole, f"{path}.NAME")
    for name, value in schema.get("properties", {}).items():
        yield path, name
        yield from keys(value, whole, f"{path}.{name}".lstrip("."))


SCHEMA = Experiment.model_json_schema()
KEYS = sorted(set(keys(SCHEMA, SCHEMA)))


def test_there_are_keys() -> None:
    assert len(KEYS) > 80
    assert {("comparison", "epochs"), ("search.tuned.space.NAME", "low")} < set(KEYS)


@pytest.mark.parametrize("table", sorted({table for table, _ in KEYS}))
def test_the_keys_of_a_table_are_in_the_reference(extensions: Extensions, table: str) -> None:
    told: dict[str, str] = {}
    for title, section in sections(extensions["experiment_reference"].markdown()).items():
        if table in re.findall(r"`\[(.*?)\]`(?:,|$)", title) or (title == "The file itself" and not table):
            told |= {key.strip("`"): cells[0] for key, cells in rows(section).items()}
    assert {key for of, key in KEYS if of == table} == {key for key, meaning in told.items() if meaning}

"""Options that several commands take are the same options everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest

from reportgen.cli.main import main
from reportgen.training.checkpoints import SECONDS_BETWEEN

OTHER = {("render", "--languages"), ("verify", "--templates")}
"""A run has languages already; what is verified was made with templates, and these are only looked at."""
SHARED = (
    "--output", "--workers", "--fresh", "--checkpoint-seconds", "--data-source", "--data-path", "--seeds",
    "--epochs", "--languages", "--paper", "--order", "--templates", "--no-pdf", "--pdf-variant", "--latex",
    "--secrets",
    "--title", "--author", "--course", "--engine", "--executor", "--address",
)  # fmt: skip


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that is no group, with what it is called by."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from commands(command, f"{name} ")
            else:
                yield path + name, command


def told(option: str) -> dict[str, dict[str, Any]]:
    """What each command tells of an option that it takes."""
    return {
        name: parameter.to_info_dict()
        for name, command in commands(main)
        for parameter in command.params
        if option in parameter.opts and (name, option) not in OTHER
    }


@pytest.mark.parametrize("option", SHARED)
def test_an_option_is_the_same_in_every_command(option: str) -> None:
    (first, of_first), *others = told(option).items()
    assert others, f"only {first} takes it"
    assert of_first["help"]
    assert {name: of_other for name, of_other in others if of_other != of_first} == {}


def test_a_training_is_kept_as_often_as_help_says_where_nothing_is_asked() -> None:
    defaults = {name: option["default"] for name, option in told("--checkpoint-seconds").items()}
    assert defaults == {"run": SECONDS_BETWEEN, "tune": SECONDS_BETWEEN}

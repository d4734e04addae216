"""The reference of the commands as Markdown, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import click

from reportgen.cli.main import main


def markdown() -> str:
    """Return a section for every command, with its usage, its arguments and its options."""
    with click.Context(main, info_name="reportgen") as context:
        return "\n\n".join(_sections(main, context))


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        with click.Context(command, parent=context, info_name=name) as inner:
            yield "\n\n".join(_section(command, inner))
            if isinstance(command, click.Group):
                yield from _sections(command, inner)


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    name = context.command_path.removeprefix("reportgen ")
    yield f"{'#' * (2 + name.count(' '))} {name}"
    yield inspect.cleandoc(command.help or "").replace("\f", "")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```"
    options = [
        parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    if options:
        yield table(("option", "meaning", "if not given"), [_option(option, context) for option in options])


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    """Return an option's spelling, meaning and default."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    extra = option.get_help_extra(context)
    value = "" if option.is_flag else f" `{option.make_metavar(context)}`"
    meaning, _, default = (option.help or "").partition("[default:")
    meaning = meaning.strip()
    if limits := extra.get("range"):
        meaning += f" Allowed: {limits}."
    if extra.get("required"):
        default = "needed"
    elif "default" in extra:
        default = f"`{extra['default']}`"
    return names + value, meaning, default.strip().removesuffix("].").removesuffix("]")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)

"""The reference of the commands as Markdown, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import click

from reportgen.cli.main import main


def markdown() -> str:
    """Return a table of all commands, and a section for each with its usage and its options."""
    with click.Context(main, info_name="reportgen") as context:
        commands = list(_commands(main, context))
    rows = [
        (f"[`{name(inner)}`](#{name(inner).replace(' ', '-')})", command.get_short_help_str(limit=200))
        for command, inner in commands
    ]
    sections = ["\n\n".join(_section(command, inner)) for command, inner in commands]
    return "\n\n".join([table(("command", "does"), rows), *sections])


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield every command of a group and of the groups in it."""
    for command_name in group.list_commands(context):
        command = group.get_command(context, command_name)
        if command is None or command.hidden:
            continue
        with click.Context(command, parent=context, info_name=command_name) as inner:
            yield command, inner
            if isinstance(command, click.Group):
                yield from _commands(command, inner)


def name(context: click.Context) -> str:
    """Return a command's name without the program's, such as "schedule add"."""
    return context.command_path.removeprefix("reportgen ")


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"{'#' * (2 + name(context).count(' '))} {name(context)}"
    yield inspect.cleandoc(command.help or "").replace("\f", "")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```"
    if command.epilog:
        yield f"```console\n$ {command.epilog.removeprefix('Example: ')}\n```"
    options = [
        parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    if options:
        yield table(("option", "meaning", "if not given"), [_option(option, context) for option in options])


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    """Return an option's spelling, meaning and default."""
    names = ", ".join(f"`{spelling}`" for spelling in (*option.opts, *option.secondary_opts))
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

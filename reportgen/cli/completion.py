"""What a shell completes: experiments, runs, sources, optimizers. Nothing heavy is loaded for it."""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from reportgen.files import resources


def complete_experiments(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the ready experiments and the experiment files that begin so, and the folders on the way."""
    return [*_beginning(ready_names(), incomplete), *_files(incomplete, (".toml",))]


def complete_runs(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the experiments of the output folder that have runs."""
    output = Path(context.params.get("output") or "output")
    folders = output.iterdir() if output.is_dir() else ()
    names = (folder.name for folder in folders if folder.is_dir() and (folder / "latest").exists())
    return _beginning(names, incomplete)


def complete_sources(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the sources of data."""
    from reportgen.experiment.data_settings import Data

    return _beginning(typing.get_args(Data.model_fields["source"].annotation), incomplete)


def complete_optimizers(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the optimizers that the program has."""
    return _beginning(optimizer_names(), incomplete)


def complete_new(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what `new` can begin, and let the shell complete its file."""
    kinds = () if context.params.get("words") else _beginning(("optimizer", "homework"), incomplete)
    return [CompletionItem(kind) for kind in kinds] or [CompletionItem(incomplete, type="file")]


def complete_base(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return what `new --from` can copy: optimizers for a new optimizer, else experiments."""
    # click leaves arguments where they are as long as an option lacks its value
    words = [*(context.params.get("words") or ()), *context.args]
    complete = complete_optimizers if words[:1] == ["optimizer"] else complete_experiments
    return complete(context, parameter, incomplete)


def ready_names() -> Iterator[str]:
    """Yield the names of the ready experiments."""
    return (file.stem for file in resources.experiments().glob("*.toml"))


def optimizer_names() -> Iterator[str]:
    """Yield the names of the program's optimizers, told from their files without running these."""
    for file in (resources.PACKAGE / "optim" / "rules").glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
        named = [
            word.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            for word in node.value.keywords
            if word.arg == "name" and isinstance(word.value, ast.Constant)
        ]
        yield from map(str, (named or classes)[:1])


def _files(incomplete: str, endings: tuple[str, ...]) -> list[str]:
    """The files with such an ending that begin so, and folders with a stroke behind."""
    place, _, start = incomplete.rpartition("/")
    folder = Path(f"{place}/" if incomplete.startswith("/") else place or ".")
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    front = f"{place}/" if "/" in incomplete else ""
    return [
        f"{front}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.name.startswith(start)
        and (entry.is_dir() or entry.suffix in endings)
        and (start or not entry.name.startswith("."))
    ]


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.casefold().startswith(incomplete.casefold()))

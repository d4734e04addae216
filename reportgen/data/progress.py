"""How far the reading of data has got, on standard error: a bar where that is a terminal, and notes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal while the block runs.

    Args:
        what: The words beside the bar.
        total: The size of all steps together; None where nobody knows.
        in_bytes: Whether sizes are bytes.

    Yields:
        What the block calls with each step's size.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda step: progress.advance(task, step)


def note(line: str) -> None:
    """Say something that the user should know."""
    print(f"note: {line}", file=sys.stderr, flush=True)

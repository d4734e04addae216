"""A table from standard input, as a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.errors import UserError

NAME = Path("-")
"""How a command line names it."""
FILE = "stdin"
"""What its file is called, and the report with it."""


@contextmanager
def as_files(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """Give the paths with a file in place of standard input, for as long as the context lasts.

    Args:
        paths: Some of which may be NAME.

    Yields:
        The paths.

    Raises:
        UserError: Nothing is piped into the program; and whatever is said of the file is said of NAME.
    """
    if NAME not in paths:
        yield paths
        return
    from reportgen.records.tables import raw

    if sys.stdin is None or sys.stdin.isatty():
        raise UserError(
            "-: stands for standard input, and nothing is piped into it; pipe a table, or name a file"
        )
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_bytes(sys.stdin.buffer.read(raw.LARGEST_FILE + 1))
        try:
            yield [file if path == NAME else path for path in paths]
        except UserError as error:
            raise UserError(
                *(str(line).replace(str(file), "standard input") for line in error.args)
            ) from None

"""Tables of anyone's, written and read in tests."""

from __future__ import annotations

from pathlib import Path

from reportgen.records.score_files import Scores, read_all
from reportgen.records.tables.reading import Reading

Trial = tuple[object, ...]


def read(folder: Path, content: str | bytes, name: str = "table.csv", **options: object) -> Scores:
    """What is read of a file with this content, whose table is said to be so."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_all([path], Reading(**options))  # type: ignore[arg-type]


def trials(scores: Scores) -> list[Trial]:
    """Optimizer, seed and score of each trial, in order."""
    columns = scores.table[["optimizer", "seed", "score"]]
    return sorted(columns.itertuples(index=False, name=None), key=str)

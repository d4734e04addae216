"""A CSV or Parquet file as a frame of pandas, which only a first reading needs."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data.dataset import MOST_BYTES
from reportgen.data.errors import DataError, reason

if TYPE_CHECKING:
    import pandas as pd

PARQUET = b"PAR1"
ZIP = b"PK"
SEPARATORS = ",;\t|"
LONGEST_HEAD = 1_000_000


def read_frame(path: Path) -> pd.DataFrame:
    """Read a table, its kind told by how it begins.

    Args:
        path: Of the file.

    Raises:
        DataError: It is no table, or has no rows, or no two columns, or two of one name.
    """
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"table {path} has more than {MOST_BYTES // 2**30} GiB: make it smaller")
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(ZIP):
        raise DataError(f"table {path} is an archive, as Excel's files are: save it as CSV or Parquet")
    frame = _parquet(path) if start == PARQUET else _csv(path)
    frame.columns = [str(name).strip() for name in frame.columns]
    _refuse_twins(list(frame.columns), path)
    if not len(frame):
        raise DataError(f"table {path} has no rows: give it one for every example")
    return frame.reset_index(drop=True)


def _parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise DataError(
            f"table {path} is a Parquet file, which needs pyarrow: pip install 'reportgen[parquet]',"
            " or save it as CSV"
        ) from error
    except Exception as error:  # whatever a damaged file makes pyarrow raise
        raise DataError(f"table {path} is damaged ({reason(error)}): write it again") from error


def _csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, start = file.readline(LONGEST_HEAD), file.readline(LONGEST_HEAD)
        separator = max(SEPARATORS, key=head.count)
        names, first = (next(csv.reader([line], delimiter=separator), []) for line in (head, start))
        _refuse_twins([name.strip() for name in names], path)
        # what separates columns with semicolons mostly has commas in its numbers
        decimal = "," if separator == ";" and re.search(r"\d,\d", start) else "."
        frame = pd.read_csv(
            path, sep=separator, decimal=decimal, encoding="utf-8-sig", **_to_the_last_digit(pd.__version__)
        )
    except UnicodeDecodeError as error:
        raise DataError(f"table {path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"table {path} cannot be read as CSV ({reason(error)}): mend it") from error
    if len(first) > len(names):  # pandas would take the first cell for the row's name
        raise DataError(f"table {path} has rows of more cells than it has names of columns: mend it")
    return pd.DataFrame(frame)


def _to_the_last_digit(version: str) -> dict[str, Any]:
    """How pandas is told to read a number as it was written; from its version 3 on it does so unasked."""
    return {"float_precision": "round_trip"} if int(version.partition(".")[0]) < 3 else {}


def _refuse_twins(names: list[str], path: Path) -> None:
    twins = [name for name in names if name and names.count(name) > 1]
    if twins:
        raise DataError(f"table {path} has two columns named {twins[0]!r}: rename one of them")

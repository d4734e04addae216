"""The text that bytes are, in whichever encoding spreadsheets and programs write."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError
from reportgen.records.tables.reading_notes import Note

MARKS = (
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
"""What a text may begin with, the longer ones of a beginning first; its encoding, and what that is called."""
SAMPLE = 10_000
LETTERS_TOGETHER = re.compile(rb"[\x80-\xff]{2}")


@dataclass(frozen=True)
class Decoded:
    """A text.

    Attributes:
        text: With line ends as they were, without a mark.
        encoding: What to call its encoding; "" for UTF-8.
    """

    text: str
    encoding: str = ""


def decode(data: bytes, path: Path) -> Decoded:
    """Return the text that bytes are: UTF-8, UTF-16, UTF-32, or letters of Western Europe in Windows-1252.

    Args:
        data: Of a file.
        path: For messages.

    Raises:
        UserError: They are no text, or none whose encoding is sure.
    """
    for mark, encoding, name in MARKS:
        if data.startswith(mark):
            try:
                return _as_text(Decoded(data[len(mark) :].decode(encoding), name), path)
            except UnicodeDecodeError:
                raise UserError(
                    f"{path}: begins as {name or 'UTF-8'} and is none; save it as CSV in UTF-8"
                ) from None
    if unmarked := _without_mark(data[:SAMPLE]):
        try:
            return _as_text(Decoded(data.decode(unmarked), Note("utf_16_unmarked")), path)
        except UnicodeDecodeError:
            pass
    try:
        return _as_text(Decoded(data.decode("utf-8")), path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        # an accented letter of Western Europe stands alone; those of most other encodings do not
        if b"\0" not in data and LETTERS_TOGETHER.search(data) is None:
            try:
                return Decoded(data.decode("cp1252"), Note("windows_1252"))
            except UnicodeDecodeError:
                pass
        raise UserError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None


def _as_text(decoded: Decoded, path: Path) -> Decoded:
    if "\0" in decoded.text:
        raise UserError(f"{path}: is no text, and no table that is known; save the table as CSV in UTF-8")
    return decoded


def _without_mark(sample: bytes) -> str | None:
    """UTF-16 whose every second byte is zero more often than not, as that of Latin letters and digits."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    enough = len(sample) // 8
    if odd > max(enough, 4 * even):
        return "utf-16-le"
    return "utf-16-be" if even > max(enough, 4 * odd) else None

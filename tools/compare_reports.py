"""Say in what two runs of an experiment, and their reports, differ: numbers, texts and pictures.

    python tools/compare_reports.py RUN_BEFORE RUN_AFTER

For a change of the program that is to change nothing that it trains or prints: run an experiment with the
program of before and with that of after, and compare. Compared are the tables cell by cell, the arrays bit by
bit, and what a reader sees of report.html and report.pdf, line by line. What is of one run alone is left out:
its name, its times, its fingerprint, and the seconds that something took. Prints a line for each difference,
and ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import difflib
import json
import re
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]

from reportgen.report.templates.loading import own
from reportgen.report.words import numbers

TABLES = ("metrics.csv", "results.csv", "search.csv", "records/confusion.csv")
ARRAYS = ("records/samples.npz", "records/insight.npz")
SECONDS = "seconds"
LEFT_OUT = "…"
DIGEST = re.compile(r"[0-9a-f]{16,}")
NUMBER = re.compile(r"\d+\.\d+|∞")
OF_SECONDS = {text for name in ("column", "target") for text in own().words[name][SECONDS].values()}
"""The headings of columns of seconds."""


@dataclass(frozen=True)
class Run:
    """A run's folder with its report."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What manifest.json says."""
        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest

    @cached_property
    def own_texts(self) -> tuple[str, ...]:
        """What the run alone is called by: its name, when it was made, and how long it took."""
        times = self.manifest["times"]
        finished = dt.datetime.fromisoformat(times["finished"])
        return (
            self.manifest["run"],
            times["started"].replace("T", " ").removesuffix("+00:00"),
            f"{numbers.seconds(times['seconds'])} s",
            *numbers.day(finished, self.manifest["languages"]).texts.values(),
        )

    def without_its_own(self, line: str) -> str:
        """A line without what is of this run alone; digests other than that of the data are left out too."""
        for text in self.own_texts:
            line = line.replace(text, LEFT_OUT)
        data = self.manifest["data"]["digest"]
        return DIGEST.sub(lambda digest: digest[0] if digest[0] in data else LEFT_OUT, line)


class Page(HTMLParser):
    """What a reader sees of a page, a line for each paragraph, cell, caption or heading.

    Attributes:
        lines: The lines; a picture is one, with a digest of how it is drawn. Columns of seconds are left out.
        seconds: The numbers in these columns.
    """

    UNSEEN = ("style", "script", "template", "title")
    IN_A_LINE = (
        "a", "b", "code", "em", "i", "label", "math", "small", "span", "strong", "sub", "summary", "sup",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.seconds: set[str] = set()
        self._words: list[str] = []
        self._unseen = 0
        self._drawing: list[str] = []
        self._headings: list[str] = []
        self._column = 0
        self._in_head = False
        self.feed(text)
        self.close()
        self._end_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a picture, or what is not seen."""
        given = dict(attrs)
        if self._drawing or tag == "svg":
            self._drawing.append(self.get_starttag_text() or "")
        elif tag in self.UNSEEN:
            self._unseen += 1
        elif tag == "img":
            self._end_line()
            self.lines.append(f"[{given.get('alt')}: {_short_digest(given.get('src') or '')}]")
        elif tag not in self.IN_A_LINE:
            self._end_line()
        if tag in ("table", "thead"):
            self._headings = [] if tag == "table" else self._headings
            self._in_head = tag == "thead"
        if tag == "tr":
            self._column = 0
        if tag in ("td", "th"):
            self._span = int(given.get("colspan") or 1)

    def handle_endtag(self, tag: str) -> None:
        """End a line, a picture, or what is not seen."""
        if self._drawing:
            self._drawing.append(f"</{tag}>")
            if tag == "svg":
                self._end_line()
                label = re.search(r'aria-label="([^"]*)"', self._drawing[0])
                said = label[1] if label else ""
                self.lines.append(f"[{said}: {_short_digest(''.join(self._drawing))}]")
                self._drawing = []
        elif tag in self.UNSEEN:
            self._unseen -= 1
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag not in self.IN_A_LINE:
            self._end_line()
        if tag == "thead":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        """Take a text in."""
        if self._drawing:
            self._drawing.append(data)
        elif not self._unseen:
            self._words.append(data)

    def _end_cell(self) -> None:
        text = self._text()
        if self._in_head:
            self._headings.append(text)
        elif self._column < len(self._headings) and any(
            heading in self._headings[self._column] for heading in OF_SECONDS
        ):
            self.seconds |= set(NUMBER.findall(text))
            self._words = [LEFT_OUT]
        self._column += self._span
        self._end_line()

    def _text(self) -> str:
        return " ".join("".join(self._words).split())

    def _end_line(self) -> None:
        if text := self._text():
            self.lines.append(text)
        self._words = []


def differences(before: Path, after: Path) -> Iterator[str]:
    """Yield a line for each difference of two runs.

    Args:
        before: A run's folder, with its report.html and, where it has one, its report.pdf.
        after: Another one, of the same experiment.
    """
    for name in TABLES:
        there = yield from _in_both(before, after, name)
        if there:
            yield from of_tables(name, *map(read_table, there))
    for name in ARRAYS:
        there = yield from _in_both(before, after, name)
        if there:
            yield from of_arrays(name, *there)
    weights = {path.relative_to(folder).as_posix() for folder in (before, after)
               for path in folder.glob("records/*.safetensors")}  # fmt: skip
    for name in sorted(weights):
        there = yield from _in_both(before, after, name)
        if there and there[0].read_bytes() != there[1].read_bytes():
            yield f"{name}: other weights"
    pages = [Page((folder / "report.html").read_text(encoding="utf-8")) for folder in (before, after)]
    runs = [Run(before), Run(after)]
    yield from of_lines(
        "report.html",
        *([run.without_its_own(line) for line in page.lines] for run, page in zip(runs, pages, strict=True)),
    )
    seconds = pages[0].seconds | pages[1].seconds
    there = yield from _in_both(before, after, "report.pdf")
    if there:
        yield from of_lines(
            "report.pdf",
            *(
                [_without_seconds(run.without_its_own(line), seconds) for line in pdf_lines(path)]
                for run, path in zip(runs, there, strict=True)
            ),
        )


def _in_both(before: Path, after: Path, name: str) -> Generator[str, None, tuple[Path, Path] | None]:
    """Return the paths of a file in both folders, None where neither has it; yield where one alone has."""
    there = [(folder / name).exists() for folder in (before, after)]
    if any(there) and not all(there):
        yield f"{name}: only {'before' if there[0] else 'after'}"
    return (before / name, after / name) if all(there) else None


def read_table(path: Path) -> list[list[str]]:
    """Return the rows of a table, its columns' names first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def of_tables(name: str, before: list[list[str]], after: list[list[str]]) -> Iterator[str]:
    """Yield the cells in which two tables differ, but for seconds."""
    columns = before[0]
    if columns != after[0]:
        yield f"{name}: columns {', '.join(columns)} before, {', '.join(after[0])} after"
        return
    if len(before) != len(after):
        yield f"{name}: {len(before) - 1} rows before, {len(after) - 1} after"
        return
    for number, (row, other) in enumerate(zip(before[1:], after[1:], strict=True), start=2):
        for column, value, now in zip(columns, row, other, strict=True):
            if column != SECONDS and value != now:
                yield f"{name}:{number}: {column} is {value} before, {now} after"


def of_arrays(name: str, before: Path, after: Path) -> Iterator[str]:
    """Yield the arrays that are not the same, bit by bit."""
    with np.load(before) as first, np.load(after) as second:
        for key in sorted({*first, *second}):
            if key not in first or key not in second:
                yield f"{name}: {key} only {'before' if key in first else 'after'}"
            elif first[key].dtype != second[key].dtype or first[key].tobytes() != second[key].tobytes():
                yield f"{name}: {key} holds other values"


def of_lines(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines that only one of two texts has, in their order."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind != "equal":
            yield from (f"{name}: before: {line}" for line in before[start:end])
            yield from (f"{name}: after:  {line}" for line in after[other_start:other_end])


def pdf_lines(path: Path) -> list[str]:
    """Return the lines of all pages of a PDF, as a reader extracts them."""
    with pypdfium2.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(line.split()) for text in texts for line in text.splitlines()]


def _without_seconds(line: str, seconds: set[str]) -> str:
    """A line of a PDF without the numbers that stand in the columns of seconds of one of the reports."""
    return NUMBER.sub(lambda number: LEFT_OUT if number[0] in seconds else number[0], line)


def _short_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def main() -> int:
    """Compare two runs; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, help="the folder of a run")
    parser.add_argument("after", type=Path, help="the folder of another run of the same experiment")
    options = parser.parse_args()
    for folder in (options.before, options.after):
        if not (folder / "report.html").is_file():
            parser.error(f"{folder}: has no report.html; name the folder of a run with its report")
    told = list(differences(options.before, options.after))
    for line in told:
        print(line)
    print(f"{len(told)} lines of differences" if told else "no differences")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())

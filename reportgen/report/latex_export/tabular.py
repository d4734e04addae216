"""A table of a page as LaTeX: a float with booktabs' rules, or a longtable where it is longer than a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from reportgen.report.latex_export.escaping import HAN, escape
from reportgen.report.latex_export.latex_words import inner, label, plain

LINE = 88
"""About how many letters a line of a paper has."""
WRAPPED = 32
"""A column of longer texts is as wide as there is room for, its lines broken."""
NARROW = 0.3
"""The share of a line that columns of longer texts have at least."""
BETWEEN = 0.027
"""The share of a line that is between two columns."""
NARROWEST = 12
"""The words of a head stand in lines of at least so many letters."""
SMALLER = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
LONGEST = 36
"""A table of more rows goes on over pages."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        column: The first one that it stands in, from 0.
        span: How many columns it goes over.
        latex: What is in it.
        text: The same as it is read.
        alignment: l, c or r.
    """

    column: int
    span: int
    latex: str
    text: str
    alignment: str


@dataclass(frozen=True)
class Row:
    """A row of a table, and whether a group of rows begins with it."""

    cells: Sequence[Cell]
    begins: bool


def table(element: Element, anchors: Collection[str]) -> str:
    """Return a table as LaTeX, with its caption and its label.

    Args:
        element: A <table> of a page, without name spaces.
        anchors: The tables and figures that there are labels of.
    """
    head, body, foot = (list(_rows(element, part, anchors)) for part in ("thead", "tbody", "tfoot"))
    widths = _widths(head, body + foot)
    kinds = _kinds(widths, body or head)
    lines = [line for row in body for line in _lines(row)]
    if foot:
        lines += [r"\midrule", *(line for row in foot for line in _lines(row))]
    titles = [line for row in head for line in _title_lines(row, kinds, last=row is head[-1])]
    named = f"\\caption{{{caption(element, anchors)}}}\\label{{{label(element.get('id', ''))}}}"
    specification = f"@{{}}{''.join(kinds)}@{{}}"
    if len(body) > LONGEST:
        return _long(named, specification, titles, lines)
    tabular = [
        rf"\begin{{tabular}}{{{specification}}}", r"\toprule", *titles, r"\midrule", *lines, r"\bottomrule",
        r"\end{tabular}",
    ]  # fmt: skip
    if _is_wide(widths):  # smaller, as wide as a line
        tabular = [SMALLER, *tabular, "}"]
    return "\n".join([r"\begin{table}[htbp]", r"\centering", named, *tabular, r"\end{table}"])


def caption(element: Element, anchors: Collection[str]) -> str:
    """Return the caption of a table or figure, without the number that the page has given it.

    Args:
        element: A <table> or a <figure>.
        anchors: The tables and figures that there are labels of.
    """
    words = next((child for child in element.iter() if child.tag in ("caption", "figcaption")), None)
    if words is None:
        return ""
    numbers = [child for child in words.iter("b") if re.search(r"\d$", plain(child))][:1]
    made = inner(words, anchors, without=numbers)
    return re.sub(r"^(?:\\enspace\{\}|\\quad\{\}|~|\s)+", "", made)


def _long(named: str, specification: str, titles: Sequence[str], lines: Sequence[str]) -> str:
    """A table that goes on over pages, its head repeated."""
    return "\n".join(
        [
            r"{\footnotesize", rf"\begin{{longtable}}{{{specification}}}", rf"{named}\\", r"\toprule",
            *titles, r"\midrule", r"\endfirsthead", r"\toprule", *titles, r"\midrule", r"\endhead",
            r"\bottomrule", r"\endfoot", *lines, r"\end{longtable}", "}",
        ]
    )  # fmt: skip


# ---------------------------------------------------------------- from the page


def _rows(table: Element, part: str, anchors: Collection[str]) -> Iterator[Row]:
    """The rows of a part of a table, each cell at its column."""
    for place, group in enumerate(table.iter(part)):
        below: dict[int, int] = {}  # how many rows more a column is taken by a cell from above
        for number, row in enumerate(group.iter("tr")):
            taken = {column for column, rows in below.items() if rows}
            below = {column: rows - 1 for column, rows in below.items() if rows}
            cells, column = [], 0
            for cell in row:
                while column in taken:
                    column += 1
                span = int(cell.get("colspan") or 1)
                cells.append(Cell(column, span, inner(cell, anchors), plain(cell), _alignment(cell)))
                below |= dict.fromkeys(range(column, column + span), int(cell.get("rowspan") or 1) - 1)
                column += span
            begins = "first" in (row.get("class") or "").split() or (number == 0 and place > 0)
            yield Row(cells, begins)


def _alignment(cell: Element) -> str:
    classes = (cell.get("class") or "").split()
    if "n" in classes or "right" in classes:
        return "r"
    return "c" if "mark" in classes or "center" in classes else "l"


# ---------------------------------------------------------------- columns


def _widths(head: Sequence[Row], body: Sequence[Row]) -> list[int]:
    """About how many letters wide each column is, with the room beside it."""
    widths = [1] * max((cell.column + cell.span for row in [*head, *body] for cell in row.cells), default=1)
    for cell in (cell for row in body for cell in row.cells if cell.span == 1):
        widths[cell.column] = max(widths[cell.column], _letters(cell.text))
    for cell in (cell for row in head for cell in row.cells if cell.span == 1):
        widths[cell.column] = max(widths[cell.column], *map(_letters, _broken(cell.text)))
    return [width + 2 for width in widths]


def _kinds(widths: Sequence[int], rows: Sequence[Row]) -> list[str]:
    """What stands in a tabular's argument for each column."""
    kinds = ["l"] * len(widths)
    for cell in (cell for row in reversed(rows) for cell in row.cells if cell.span == 1):
        kinds[cell.column] = cell.alignment
    wrapped = {column: min(width, 2 * LINE) for column, width in enumerate(widths) if width > WRAPPED}
    if sum(widths) > LINE:
        room = max(NARROW, 1 - _fixed(widths) / LINE) - BETWEEN * (len(widths) - 1)
        for column, width in wrapped.items():
            share = room * width / sum(wrapped.values())
            kinds[column] = rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}"
    return kinds


def _fixed(widths: Sequence[int]) -> int:
    """About how many letters wide all columns are whose lines are not broken."""
    return sum(width for width in widths if width <= WRAPPED)


def _is_wide(widths: Sequence[int]) -> bool:
    """Whether a table does not fit into a line, even if its longest columns are narrow."""
    room = NARROW * LINE if any(width > WRAPPED for width in widths) else 0
    return sum(widths) > LINE and _fixed(widths) + room > LINE


# ---------------------------------------------------------------- lines of LaTeX


def _lines(row: Row) -> Iterator[str]:
    """A row of the body."""
    if row.begins:
        yield r"\addlinespace"
    yield _joined(row, [cell.latex for cell in row.cells], "l")


def _title_lines(row: Row, kinds: Sequence[str], *, last: bool) -> Iterator[str]:
    """A row of the head, in as many lines as its words need."""
    yield _joined(row, [_title(cell, kinds[cell.column]) for cell in row.cells], "c")
    spans = [cell for cell in row.cells if cell.span > 1]
    if spans and not last:
        yield "".join(rf"\cmidrule(lr){{{cell.column + 1}-{cell.column + cell.span}}}" for cell in spans)


def _title(cell: Cell, kind: str) -> str:
    """A cell of the head: a long one in several lines, unless it goes over columns or has more than words."""
    lines = [escape(line) for line in _broken(cell.text)]
    if len(lines) == 1 or len(kind) > 1 or cell.span > 1 or cell.latex != escape(cell.text):
        return cell.latex
    return rf"\begin{{tabular}}[b]{{@{{}}{kind}@{{}}}}" + r"\\".join(lines) + r"\end{tabular}"


def _joined(row: Row, texts: Sequence[str], of_span: str) -> str:
    """The cells of a row, each at its column."""
    parts: list[str] = []
    column = 0
    for cell, text in zip(row.cells, texts, strict=True):
        parts += [""] * (cell.column - column)
        parts.append(rf"\multicolumn{{{cell.span}}}{{{of_span}}}{{{text}}}" if cell.span > 1 else text)
        column = cell.column + cell.span
    line = " & ".join(parts) + r" \\"
    # the line break before it would take these for its arguments
    return "{}" + line if line.startswith(("[", "*")) else line


def _letters(text: str) -> int:
    """About how many letters wide a text is: Chinese characters are twice as wide."""
    return len(text) + len(HAN.findall(text))


def _broken(text: str) -> list[str]:
    """Words in lines of a few letters; Chinese breaks anywhere."""
    if HAN.search(text):
        count = -(-_letters(text) // NARROWEST)
        size = -(-len(text) // count)
        return [text[start : start + size] for start in range(0, len(text), size)]
    return textwrap.wrap(text, NARROWEST, break_long_words=False, break_on_hyphens=False) or [""]

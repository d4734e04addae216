"""Users' code as text: a file of Python, or the code cells of a notebook. Nothing of it runs here."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import warnings
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.errors import UserError

MOST_CODE = 1_000_000
"""Bytes of code that are read."""
MOST_NOTEBOOK = 64_000_000
"""Bytes of a notebook that are read; most of one are the pictures in it."""
FOR_THE_SHELL = re.compile(r"\s*[!%?]|.*\?\s*$")
"""A line that is no Python: for the shell, a magic, a question."""
AROUND_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
"""The magics of a cell that is Python all the same."""


@dataclass(frozen=True)
class UserCode:
    """A user's code.

    file: the name of its file. text: the code; of a notebook, its code cells one after the other. digest: the
    SHA-256 of the text. cells: of a notebook, the line of the text on which each code cell begins.
    """

    file: str
    text: str
    digest: str
    cells: tuple[int, ...] = ()

    @property
    def is_notebook(self) -> bool:
        """Whether it comes out of a notebook."""
        return bool(self.cells)

    def place(self, line: int) -> str:
        """Return where a line of the text is for a user: in a file, or in a cell of a notebook."""
        if not self.cells:
            return f"{self.file}, line {line}"
        cell = max(bisect_right(self.cells, line), 1)
        return f"{self.file}, code cell {cell}, line {line - self.cells[cell - 1] + 1}"


def read_code(path: Path) -> UserCode:
    """Read a user's code, a .py or .ipynb file, without running any of it.

    Raises:
        UserError: It is no such file, too large, no text in UTF-8, or no Python.
    """
    if path.suffix not in (".py", ".ipynb"):
        raise UserError(f"{path}: code is read from files .py and .ipynb alone")
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    is_notebook = path.suffix == ".ipynb"
    most = MOST_NOTEBOOK if is_notebook else MOST_CODE
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UserError(f"{path}: more than {most / 1e6:g} MB, as no code of a homework or an optimizer has")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not a text in UTF-8 (byte {error.start}); save it as UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    code = _code_of_notebook(path, text) if is_notebook else _user_code(path, text, ())
    if len(code.text.encode()) > MOST_CODE:
        raise UserError(f"{path}: more than {MOST_CODE / 1e6:g} MB of code")
    problem = _syntax_error(code)
    if problem is not None:
        raise UserError(problem)
    return code


def _user_code(path: Path, text: str, cells: tuple[int, ...]) -> UserCode:
    return UserCode(path.name, text, hashlib.sha256(text.encode()).hexdigest(), cells)


def _syntax_error(code: UserCode) -> str | None:
    """What is wrong with a text that is no Python."""
    try:
        _parse(code.text)
    except SyntaxError as error:
        return f"{code.place(error.lineno or 1)}: {error.msg}"
    except ValueError as error:  # a null byte, before Python 3.12
        return f"{code.file}: {error}"
    except (RecursionError, MemoryError):
        return f"{code.file}: nested too deeply to be read"
    return None


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that will be errors one day: the user's own business
        return ast.parse(text)


def _code_of_notebook(path: Path, text: str) -> UserCode:
    """The code cells of a notebook, one after the other."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: no notebook: it is not JSON ({error})") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UserError(f"{path}: no notebook: it has no list of cells (versions before 4 had none)")
    texts, first_lines, line = [], [], 1
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            python = _without_shell(_source(path, cell))
            texts.append(python + "\n")
            first_lines.append(line)
            line += python.count("\n") + 1
    if not texts:
        raise UserError(f"{path}: a notebook without any code")
    return _user_code(path, "".join(texts), tuple(first_lines))


def _source(path: Path, cell: dict[str, Any]) -> str:
    """A cell's text, which notebooks keep as one or as a list of lines."""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise UserError(f"{path}: no notebook: a code cell has no text")
    text = "".join(lines).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(f"{path}: no notebook: a code cell has half a character ({error.reason})") from error
    return text


def _without_shell(cell: str) -> str:
    """A cell's text with the lines that are no Python made comments, each where it is."""
    try:
        _parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    else:
        return cell  # what looks like a magic is one side of an operator, or in a text
    lines = cell.split("\n")
    head = next((line.split()[0] for line in lines if line.strip()), "")
    if head.startswith("%%") and head not in AROUND_PYTHON:
        return "\n".join(f"# {line}" for line in lines)
    return "\n".join(_commented_out(line) if FOR_THE_SHELL.match(line) else line for line in lines)


def _commented_out(line: str) -> str:
    """A line as a comment, behind a statement that keeps a block from being empty."""
    inner = line.lstrip()
    return f"{line[: len(line) - len(inner)]}pass  # {inner}"

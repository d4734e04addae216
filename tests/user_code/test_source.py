"""Users' code is read as it is, without running it, and what cannot be read is refused in one line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.user_code.source import MOST_CODE, UserCode, read_code


def notebook(path: Path, *cells: str, lines: bool = True) -> UserCode:
    """What is read of a notebook with these code cells, after a cell of text."""
    content = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Homework"]},
            *(
                {"cell_type": "code", "source": cell.splitlines(keepends=True) if lines else cell}
                for cell in cells
            ),
        ],
        "nbformat": 4,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_code(path)


def test_a_file_is_read_as_it_is_and_not_run(tmp_path: Path) -> None:
    file = tmp_path / "my own.py"
    file.write_bytes(b"\xef\xbb\xbfraise SystemExit\r\nname = '\xe7\x8e\x8b'\r\n")
    code = read_code(file)
    assert code == UserCode("my own.py", "raise SystemExit\nname = '王'\n", code.digest)
    assert code.digest == hashlib.sha256(code.text.encode()).hexdigest()
    assert code.place(2) == "my own.py, line 2"


@pytest.mark.parametrize("lines", [True, False])
def test_the_code_cells_of_a_notebook_come_one_after_the_other(tmp_path: Path, lines: bool) -> None:
    code = notebook(tmp_path / "hw5.ipynb", "import torch\nx = 1", "y = 2", lines=lines)
    assert code.text == "import torch\nx = 1\ny = 2\n"
    assert [code.place(line) for line in (1, 2, 3)] == [
        "hw5.ipynb, code cell 1, line 1",
        "hw5.ipynb, code cell 1, line 2",
        "hw5.ipynb, code cell 2, line 1",
    ]


def test_lines_for_the_shell_become_comments_where_they_are(tmp_path: Path) -> None:
    cell = "%matplotlib inline\nif True:\n    !pip install nothing\n?print\nx = 7\n"
    text = notebook(tmp_path / "n.ipynb", cell, "%%bash\nrm -r x\n", "%%time\ny = x").text
    scope: dict[str, int] = {}
    exec(text, scope)
    assert (scope["x"], scope["y"]) == (7, 7)
    assert text.splitlines()[4] == "x = 7"
    assert len(text.splitlines()) == 5 + 2 + 2


def test_an_operator_at_the_start_of_a_line_is_none_for_the_shell(tmp_path: Path) -> None:
    assert notebook(tmp_path / "n.ipynb", "x = (7\n% 4)").text == "x = (7\n% 4)\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("hw5.py", b"x = 1\nclass\n", "hw5.py, line 2: invalid syntax"),
        ("hw5.py", b"x = '\xff'\n", "not a text in UTF-8"),
        ("hw5.py", b"x = 1\0\n", "null bytes"),
        ("hw5.py", b"(" * 2000, "hw5.py"),
        ("hw5.py", b"#" * (MOST_CODE + 1), "more than 1 MB"),
        ("hw5.txt", b"x = 1\n", ".py and .ipynb"),
        ("hw5.ipynb", b"x = 1\n", "not JSON"),
        ("hw5.ipynb", b"[" * 100_000, "not JSON"),
        ("hw5.ipynb", b"[]", "no list of cells"),
        ("hw5.ipynb", b'{"cells": []}', "without any code"),
        ("hw5.ipynb", b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no text"),
        ("hw5.ipynb", b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}', "half a character"),
        (
            "hw5.ipynb",
            b'{"cells": [{"cell_type": "code", "source": "x"}, {"cell_type": "code", "source": "y\\nz z"}]}',
            "hw5.ipynb, code cell 2, line 2: invalid syntax",
        ),
        (
            "hw5.ipynb",
            json.dumps({"cells": [{"cell_type": "code", "source": "#" * (MOST_CODE + 1)}]}).encode(),
            "more than 1 MB of code",
        ),
    ],
)
def test_what_is_no_code_is_refused_in_a_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_code(file)
    assert message in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.py", "folder.py"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(UserError, match="there is no such file"):
        read_code(tmp_path / name)

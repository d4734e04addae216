"""A new file of code as text: an optimizer that works, or the homework with its places to fill in."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from reportgen.errors import UserError
from reportgen.files.resources import PACKAGE

OPTIMIZER, HOMEWORK = "optimizer", "homework"
KINDS = (OPTIMIZER, HOMEWORK)
"""What a file of code can be begun as."""
PLACEHOLDER = "NewOptimizer"
"""What the class is called in the text that a new optimizer begins as."""


def compose_code(kind: str, target: Path) -> str:
    """Return the text of a new file of code.

    Args:
        kind: Of KINDS.
        target: Where it will be; an optimizer's class is called like it.

    Raises:
        UserError: No class can be called like the file.
    """
    text = (PACKAGE / "starts" / "texts" / f"{kind}.py.txt").read_text(encoding="utf-8")
    text = text.replace("FILE", target.name)
    return text.replace(PLACEHOLDER, class_name(target, text)) if kind == OPTIMIZER else text


def class_name(file: Path, text: str = "") -> str:
    """Return what the class of an optimizer's file is called: my_rule.py has MyRule.

    Args:
        file: The optimizer's.
        text: In which no other thing may be called the same.

    Raises:
        UserError: No class can be called so.
    """
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", file.stem))
    if not name.isidentifier() or keyword.iskeyword(name) or re.search(rf"\b{name}\b", text):
        raise UserError(
            f"{file}: its class cannot be called {name!r}; name the file after the optimizer, such as"
            f" {file.with_name('my_rule.py')}"
        )
    return name

"""A new file of code as text: an optimizer that works, or the homework with its places to fill in."""

from __future__ import annotations

import inspect
import keyword
import re
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError, nearest
from reportgen.files.resources import PACKAGE
from reportgen.optim.registry import built_in

OPTIMIZER, HOMEWORK = "optimizer", "homework"
"""What a file of code can be begun as."""
FILE, PLACEHOLDER = "FILE", "NewOptimizer"
"""What stands in the texts for the name of the file, and for that of the optimizer's class."""


@dataclass(frozen=True)
class NewCode:
    """A new file of code. class_name: of its optimizer; empty for the homework, which has several classes."""

    text: str
    class_name: str = ""


def compose_homework(target: Path) -> NewCode:
    """Return the homework with its places to fill in.

    Args:
        target: Where it will be.
    """
    return NewCode(_start(HOMEWORK).replace(FILE, target.name))


def compose_optimizer(target: Path, base: str | None = None) -> NewCode:
    """Return an optimizer that works, to be changed.

    Args:
        target: Where it will be; its class is called like it.
        base: The optimizer of this program to copy, by name; without, one that is made to be changed.

    Raises:
        UserError: There is no such optimizer, or no class can be called like the file.
    """
    if base is not None:
        kind = built_in().get(base)
        if kind is None or kind.shown is None:
            raise UserError(
                f"--from {base}: no optimizer of this program is called so{nearest(base, built_in())};"
                f" there are: {', '.join(built_in())}"
            )
        return NewCode(Path(inspect.getfile(kind.shown)).read_text(encoding="utf-8"), kind.shown.__name__)
    text = _start(OPTIMIZER)
    name = class_name(target, text)
    return NewCode(text.replace(PLACEHOLDER, name).replace(FILE, target.name), name)


def _start(kind: str) -> str:
    return (PACKAGE / "starts" / "texts" / f"{kind}.py.txt").read_text(encoding="utf-8")


def class_name(file: Path, text: str) -> str:
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

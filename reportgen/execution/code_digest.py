"""The digest of the code that computes: the same under every version of Python, whatever its comments say."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from reportgen.files.resources import PACKAGE

COMPUTES = (
    "nn",
    "optim",
    "training",
    "randomness.py",
    "data/splits.py",
    "data/features.py",
    "execution/worker.py",
)
"""The code that makes a trial's numbers, of its settings and of the images."""

RULES = "optim/rules"
"""The optimizers: each belongs to the trials that it trains, not to the others."""

GUARDED = (
    *("execution/guarded_child.py", "execution/user_parts.py", "optim/homework_form.py"),
    "user_code/module.py",
)
"""What computes besides where the code is a user's: it belongs to those trials alone."""

ENGINES = "training/engines"
IN_EVERY_TRIAL = ("__init__.py", "choice.py", "engine.py", "textbook.py")
"""The engines: what is not of the textbook belongs to the trials that another engine trains."""

WITHOUT_EFFECT = ("ctx", "kind", "type_comment", "type_ignores")
"""Fields of the syntax tree that say how something was written, or again what its place says already."""


@cache
def code_digest() -> str:
    """Return the SHA-256 of the code that computes in every trial, as Python understands it."""
    return _digest(files())


@cache
def guarded_digest() -> str:
    """Return the SHA-256 of the code that computes besides where the code is a user's."""
    return _digest([PACKAGE / name for name in GUARDED])


@cache
def engines_digest() -> str:
    """Return the SHA-256 of the code that computes besides where an engine other than the textbook trains."""
    return _digest(engine_files())


def _digest(of: Iterable[Path]) -> str:
    texts = [canonical(file.read_text(encoding="utf-8")) for file in of]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def files() -> list[Path]:
    """Return the files of the code that computes in every trial, in order: no optimizer, no other engine."""
    places = [PACKAGE / name for name in COMPUTES]
    elsewhere = {*(PACKAGE / name for name in GUARDED), *engine_files()}
    return [
        file
        for place in places
        for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])
        if not file.is_relative_to(PACKAGE / RULES) and file not in elsewhere
    ]


def engine_files() -> list[Path]:
    """Return the files of the engines other than the textbook, in order."""
    folder = PACKAGE / ENGINES
    in_every_trial = {folder / name for name in IN_EVERY_TRIAL}
    return [file for file in sorted(folder.rglob("*.py")) if file not in in_every_trial]


def canonical(source: str) -> str:
    """Write what a program does as one line: blind to comments, layout, docstrings and Python's version.

    `ast.dump` will not do: versions of Python differ in the fields that a node has and in those that are
    left out where they are empty.
    """
    return "".join(_written(ast.parse(source)))


def _written(value: object) -> Iterator[str]:
    match value:
        case ast.AST():
            yield f"{type(value).__name__}("
            for name in sorted(value._fields):
                inner = _tidied(value, name)
                # a version that knows a field writes it for code that does without it too
                if name not in WITHOUT_EFFECT and inner is not None and inner != []:
                    yield f"{name}="
                    yield from _written(inner)
                    yield ","
            yield ")"
        case list():
            yield "["
            for inner in value:
                yield from _written(inner)
                yield ","
            yield "]"
        case _:  # a constant or a name; in ASCII, since versions disagree about what can be printed
            yield f"{type(value).__name__}:{value!a}"


def _tidied(node: ast.AST, name: str) -> object:
    """A field of a node, without what has no effect."""
    value = getattr(node, name, None)
    if isinstance(node, ast.JoinedStr):
        return _joined(node)
    if isinstance(node, ast.FormattedValue) and isinstance(value, ast.JoinedStr) and not _joined(value):
        return None
    if isinstance(value, list):
        return [inner for inner in value if not _is_text_alone(inner)]
    return value


def _is_text_alone(statement: object) -> bool:
    """Whether a statement is a text that nobody takes: a docstring, of whatever."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _joined(node: ast.JoinedStr) -> list[ast.expr]:
    """The parts of an f-string, its plain text in pieces as long as can be: versions cut it differently."""
    parts: list[ast.expr] = []
    for part in node.values:
        last = parts[-1] if parts else None
        if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
            parts[-1] = ast.Constant(str(last.value) + str(part.value))
        elif not isinstance(part, ast.Constant) or part.value:
            parts.append(part)
    return parts

"""Which lines of a listing are not printed: long docstrings, checks of arguments, and constructors."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

SOURCE = "Source:"
"""With what the paragraph of a docstring begins that stays besides the first: where an idea comes from."""
CONSTRUCTOR = "__init__"
CLOSING = ('"""', "'''")
FEWEST = 2
"""Fewer lines in a row stay: the mark in their place would take as much room."""


def find_left_out(text: str) -> list[range]:
    """Return the passages of a program's text that are not printed, as places of lines, from 0.

    Nothing within a line is touched: what a listing shows is the code as it stands.

    Args:
        text: Of a class or a function; nothing of it is left out where it is not Python.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    lines = text.split("\n")
    places = {
        place
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        for place in (*_of_docstring(node, lines), *_of_checks(node), *_of_constructor(node))
    }
    return [passage for passage in _passages(places, lines) if len(passage) >= FEWEST]


def _of_docstring(node: ast.ClassDef | ast.FunctionDef, lines: Sequence[str]) -> Iterator[int]:
    """The lines of the docstring but its first paragraph and its source, and what closes it behind these."""
    if ast.get_docstring(node) is None:
        return
    told, first, last = True, node.body[0].lineno - 1, (node.body[0].end_lineno or 0) - 1
    for place in range(first, last):
        if not lines[place - 1].strip() and place > first:
            told = lines[place].lstrip().startswith(SOURCE)
        if not told:
            yield place
    if not told and lines[last].strip() in CLOSING:
        yield last


def _of_checks(node: ast.ClassDef | ast.FunctionDef) -> Iterator[int]:
    """The lines of statements that only refuse arguments."""
    for statement in node.body:
        if _refuses(statement):
            yield from range(statement.lineno - 1, statement.end_lineno or statement.lineno)


def _of_constructor(node: ast.ClassDef | ast.FunctionDef) -> Iterator[int]:
    """The lines of `__init__`, which only stores what a step begins with."""
    if node.name == CONSTRUCTOR:
        yield from range(node.lineno - 1, node.end_lineno or node.lineno)


def _refuses(statement: ast.stmt) -> bool:
    match statement:
        case ast.Raise():
            return True
        case ast.If(body=body, orelse=[]) | ast.For(body=body, orelse=[]):
            return all(map(_refuses, body))
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name == "check" or name.startswith("refuse_")
    return False


def _passages(places: set[int], lines: Sequence[str]) -> Iterator[range]:
    """Lines that follow each other, with the blank ones around them."""
    wanted = sorted(places)
    while wanted:
        first = last = wanted[0]
        while last < len(lines) and (last in places or not lines[last].strip()):
            last += 1
        while first and not lines[first - 1].strip():
            first -= 1
        yield range(first, last)
        wanted = [place for place in wanted if place >= last]

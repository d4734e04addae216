"""Proof that somebody's classifier leaves the list of hidden sizes alone that it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reportgen.checks.check import Check, Mistake

HIDDEN = [8, 4, 2]
SIZES: Mapping[str, Any] = {"hid": HIDDEN, "out": 3, "in": 5}
"""What its first arguments are given, by a word in their names."""


def prove_classifier(make: Callable[..., tuple[Any, ...]], arguments: Mapping[str, Any]) -> Check | None:
    """Prove a classifier that is made of inputs, outputs and a list of hidden sizes.

    Args:
        make: Makes an object of the class, and returns the arguments as they are afterwards.
        arguments: Those of its constructor, in their order.

    Returns:
        The check; None where it is made of something else.
    """
    names = list(arguments)[: len(SIZES)]
    given = [next((size for word, size in SIZES.items() if word in name.lower()), None) for name in names]
    if None in given or len(set(map(str, given))) != len(SIZES):
        return None
    try:
        after = make(*given)
    except Exception:  # it wants something else: it is not used here
        return None
    place = given.index(HIDDEN)
    mistakes: tuple[Mistake, ...] = ()
    if after[place] != HIDDEN:
        lines = (
            f"given     {names[place]} = {HIDDEN}",
            f"expected  {names[place]} = {HIDDEN} afterwards, too",
            f"came      {names[place]} = {after[place]}",
        )
        mistakes = (Mistake("caller_list_changed", f"__init__: {names[place]}", lines),)
    problem = mistakes[0].where if mistakes else ""
    return Check("classifier", "Test of Classifier", "Passed", (), (), problem, mistakes)

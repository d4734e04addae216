"""Paths of SVG in fewer characters: coarser where nobody sees it, each point told from the one before."""

from __future__ import annotations

import re

LONG = 20
"""From so many points on, a path is a curve in a tenth of a point; a shape of fewer, in a hundredth."""
NUMBERS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}


def shorter(d: str) -> str:
    """Return the path with rounded, relative coordinates; one with other commands stays as it is.

    Rounding does not add up: every point is rounded where it is, and only then told from the one before.
    """
    tokens = re.findall(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?", d)
    digits = 1 if len(tokens) > 3 * LONG else 2
    whole = 10**digits
    written: list[str] = []
    at, start, index, last = (0, 0), (0, 0), 0, ""
    while index < len(tokens):
        command = tokens[index].upper() if tokens[index].isalpha() else last
        index += tokens[index].isalpha()
        size = NUMBERS.get(command)
        arguments = tokens[index : index + (size or 0)]
        if size is None or len(arguments) < size or any(token.isalpha() for token in arguments):
            return d
        index += size
        points = [round(float(token) * whole) for token in arguments]
        pairs = list(zip(points[::2], points[1::2], strict=True))
        moved = [value for x, y in pairs for value in (x - at[0], y - at[1])]
        name = command.lower() if command != "M" or written else "M"
        numbers = _joined([_decimal(value, digits) for value in moved])
        # a repeated command need not be named again
        again = command == last and command in "LQC"
        written.append((" " if again and not numbers.startswith("-") else "" if again else name) + numbers)
        at = pairs[-1] if pairs else start
        start = at if command == "M" else start
        last = command
    return "".join(written)


def _decimal(value: int, digits: int) -> str:
    """A whole number of tenths or hundredths: -7 tenths as -.7."""
    sign, value = "-" if value < 0 else "", abs(value)
    before, after = divmod(value, 10**digits)
    fraction = f".{after:0{digits}}".rstrip("0").rstrip(".")
    return f"{sign}{before or (0 if not fraction else '')}{fraction}"


def _joined(numbers: list[str]) -> str:
    """Numbers behind each other; a minus sign parts them as well as a space."""
    return "".join(
        number if index == 0 or number.startswith("-") else f" {number}"
        for index, number in enumerate(numbers)
    )

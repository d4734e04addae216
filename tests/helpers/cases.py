"""How many cases the property-based tests here try, and what they call a clear error.

By default the same cases in every run, some thousands in all. REPORTGEN_CASES=20 tries twenty times as
many, and others each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from reportgen.errors import UserError, describe_all, is_printable

TIMES = os.environ.get("REPORTGEN_CASES")
Value = TypeVar("Value")


def cases(number: int) -> Callable[[Any], Any]:
    """Settings for a property that is tried on so many cases."""
    return settings(
        max_examples=number * int(TIMES or 1),
        derandomize=TIMES is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def unless_refused(call: Callable[[], Value]) -> Value | None:
    """What the call returns; None where it is refused in lines that a terminal shows as they are.

    Anything else that is raised fails the test.
    """
    try:
        return call()
    except UserError as error:
        lines = describe_all(error)
    for line in lines:
        if not line or not is_printable(line) or len(line) > 2000:
            pytest.fail(f"not a clear line: {line!r}")
    return None

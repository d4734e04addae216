"""Texts in JSON of anyone's: parsed within limits, or refused in one line."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables.raw import shown


def parse_json(text: str, where: str) -> Any:
    """Return what a text in JSON holds; NaN, Infinity and -Infinity are numbers, as Python writes them.

    Args:
        text: The text.
        where: For messages.

    Raises:
        UserError: It is no JSON, is nested too deep, or has a key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except UserError as error:
        raise error.within(where) from None
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if "\n" in text else f", character {error.pos + 1}"
        raise UserError(f"{where}{line}: is no JSON ({error.msg}); correct it") from None
    except RecursionError:
        raise UserError(f"{where}: is nested too deep; write a record for each row") from None
    except ValueError:  # of more digits than Python converts
        raise UserError(f"{where}: has a number with too many digits; correct it") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's keys with their values, none of them twice."""
    keys = dict(pairs)
    if len(keys) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise UserError(f"has the key {shown(name)} twice in one object; keep one of them")
    return keys

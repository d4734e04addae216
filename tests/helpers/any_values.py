"""Values of any kind, and places for them in nested tables."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["", "digits", "npz", "../../etc/passwd", "=1+1", "<script>", "{title}", "constant", "Adam", "\x1b[2J",
     "a\nb", "\u202e", "優化器", "x" * 300, "$\\frac$", "C:\\", "NaN"]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.integers(),
        st.sampled_from([0, -1, 1, 2, 3, 10**30, 2**63 - 1, -(2**63)]),
        st.floats(),
        st.booleans(),
        WORDS,
        st.text(max_size=20),
        st.datetimes(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab_-. é", max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(table: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a file: keys and indices that lead there."""
    inner = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    found = [path] if path else []
    return found + [place for key, value in inner for place in places(value, (*path, key))]


def at(table: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        table = table[key]
    return table

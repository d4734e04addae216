"""Writes into pages what the program itself knows: its commands, the keys of an experiment, its optimizers.

A page says where with a line `<!-- generated: NAME -->`.
"""

from __future__ import annotations

from typing import Any

import command_reference
import experiment_reference
import optimizer_reference
import python_reference
from sphinx.application import Sphinx

GENERATED = {
    "commands": command_reference.markdown,
    "experiment keys": experiment_reference.markdown,
    "optimizers": optimizer_reference.markdown,
    "python door": python_reference.markdown,
}


def insert(app: Sphinx, _: str, source: list[str]) -> None:
    """Put what is generated into the text of a page, before it is parsed."""
    for name, write in GENERATED.items():
        mark = f"<!-- generated: {name} -->"
        if mark in source[0]:
            source[0] = source[0].replace(mark, write())
            app.env.note_reread()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect with Sphinx."""
    app.connect("source-read", insert)
    app.connect("autodoc-process-signature", python_reference.without_constructor)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

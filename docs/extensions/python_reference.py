"""The reference of `import reportgen` as Markdown, from the names that it offers."""

from __future__ import annotations

import inspect

import reportgen


def markdown() -> str:
    """Return a section with every name of the package's door, documented from its own docstring."""
    names = [name for name in getattr(reportgen, "__all__", ()) if not name.startswith("__")]
    return "\n\n".join(["## `import reportgen`", *map(_described, names)]) if names else ""


def without_constructor(
    _app: object, kind: str, name: str, _class: object, _options: object, signature: str | None, _: object
) -> tuple[str, str] | None:
    """Return an empty signature for the door's classes: nobody makes a Run or a Comparison by hand."""
    return ("", "") if signature and kind == "class" and name.count(".") == 1 else None


def _described(name: str) -> str:
    is_class = inspect.isclass(getattr(reportgen, name))
    directive = ["autoclass", "   :members:"] if is_class else ["autofunction"]
    lines = [f".. {directive[0]}:: reportgen.{name}", *directive[1:]]
    return "\n".join(["```{eval-rst}", *lines, "```"])

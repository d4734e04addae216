"""Where templates run: they may come from somebody else, and are given the report's content and no more."""

from __future__ import annotations

from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

PLAIN = {str, Markup, int, float, bool, type(None), dict, list, tuple, range, Cycler, Joiner, Namespace}
"""The exact types of values: numpy's numbers pass for float, and can write files."""
OURS = ("reportgen.report.", "jinja2.runtime")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja whose templates reach plain values and what the report defines; no files, modules or tables."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may see an attribute, on top of what Jinja itself forbids.

        Args:
            obj: What has the attribute.
            attr: The attribute's name.
            value: What the attribute is.
        """
        known = type(obj) in PLAIN or type(obj).__module__.startswith(OURS)
        return known and super().is_safe_attribute(obj, attr, value)

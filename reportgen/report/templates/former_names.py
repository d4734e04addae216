"""The names that templates had in an earlier version: a user's folder may still have its files under them."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

_NUMBERED = re.compile(r"sections/\d+-(?P<topic>[a-z-]+)\.html\.j2")
_OTHER_TOPICS = {"test": "test_accuracy"}


def current_name(path: str, known: Container[str]) -> str:
    """Return what a template is called now.

    Args:
        path: Of a template, such as "sections/3-network-test.html.j2".
        known: The program's own templates by their paths.

    Returns:
        Its path without the number that sections once had in their names, "sections/network_test.html.j2",
        where that is one of the program's own; else the path as it is.
    """
    numbered = _NUMBERED.fullmatch(path)
    if numbered is None:
        return path
    topic = _OTHER_TOPICS.get(numbered["topic"], numbered["topic"].replace("-", "_"))
    name = f"sections/{topic}.html.j2"
    return name if name in known else path


def find_former_names(paths: Collection[str], known: Container[str]) -> dict[str, str]:
    """Return the files of a folder that have a former name: what they are called now, and that name.

    Args:
        paths: The files' paths in the folder.
        known: The program's own templates by their paths.

    Raises:
        ValueError: Two files are the same template; the message names them.
    """
    former: dict[str, str] = {}
    for path in paths:
        name = current_name(path, known)
        if name == path:
            continue
        if name in paths or name in former:
            other = former.get(name, name)
            raise ValueError(f"{path}: is the same template as {other}; take one of the two away")
        former[name] = path
    return former

"""The name of a module says what it is about: it occurs once, or is one topic in every room that has it."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.helpers.project import ROOT

PACKAGE = ROOT / "reportgen"

TOPICS = {
    "across_problems": "all problems together",
    "answers": "told right",
    "any_time": "any-time",
    "audit": "audit",
    "bench": "bench",
    "cache": "cache",
    "check": "check",
    "checks": "proofs",
    "classes": "class",
    "columns": "columns",
    "comparison": "compare",
    "data": "images",
    "drift": "drift",
    "engines": "ngine",
    "errors": "errors",
    "figures": "figure",
    "findings": "findings",
    "insight": "looked at",
    "layers": "layers",
    "learning_curves": "curves",
    "looks": "look",
    "limits": "may take",
    "manifest": "manifest",
    "network": "network",
    "optimizers": "optimizers",
    "options": "options",
    "own_words": "own words",
    "page": "page",
    "profiles": "performance profile",
    "progress": "how far",
    "reading": "read",
    "records": "records",
    "refusals": "refuse",
    "render": "render",
    "run": "run",
    "runs": "runs",
    "schedule": "schedule",
    "scores": "scores",
    "search": "search",
    "share": "handed on",
    "step_sizes": "step",
    "tables": "tables",
    "targets": "target",
    "templates": "templates",
    "trial": "trial",
    "trials": "trials",
    "tuning_curves": "tuning curves",
    "verdicts": "verdicts",
}
"""The names that several modules have, and what each of these modules says in its first lines to be about."""


def names() -> dict[str, list[Path]]:
    """The files of the package by the name of their module, a room's own file by the name of the room."""
    found = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.name == "__init__.py" and file.parent != PACKAGE:
            found[file.parent.name].append(file)
        elif file.stem not in ("__init__", "__main__"):
            found[file.stem].append(file)
    return found


def about(file: Path) -> str:
    """The first paragraph of what a module says of itself, as one line in small letters."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n", maxsplit=1)[0].lower().split())


def test_a_name_of_several_modules_stands_for_one_topic() -> None:
    several = {name: files for name, files in names().items() if len(files) > 1}
    places = {name: [str(file.relative_to(PACKAGE)) for file in files] for name, files in several.items()}
    assert set(several) == set(TOPICS), (
        "rename a module, or name the topic that all of these are about: "
        f"{ {name: places[name] for name in set(several) - set(TOPICS)} };"
        f" no longer several: {sorted(set(TOPICS) - set(several))}"
    )


@pytest.mark.parametrize(("name", "topic"), TOPICS.items())
def test_each_module_of_such_a_name_says_that_it_is_about_the_topic(name: str, topic: str) -> None:
    elsewhere = [
        f"{file.relative_to(PACKAGE)}: {about(file)}" for file in names()[name] if topic not in about(file)
    ]
    assert not elsewhere, f"say what it has to do with {topic!r}, or rename it: {elsewhere}"

"""The references of the manual hold every option and every key, with what is allowed, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

import reportgen
from tests.helpers.manual import rows, sections
from tests.helpers.project import ROOT

EXPERIMENTS = ROOT / "experiments"
Extensions = dict[str, ModuleType]


def shown_by_help(command: str) -> set[str]:
    """The long options that a command's own help shows."""
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200"},
    )
    options = done.stdout.partition("Options:")[2]
    return set(re.findall(r"(?:^ +(?:-\w, )?| / )(--[a-z][a-z-]*)", options, re.M)) - {"--help"}


@pytest.mark.parametrize("command", ["run", "compare", "schedule add", "baseline set"])
def test_a_command_has_the_options_that_its_help_shows(extensions: Extensions, command: str) -> None:
    section = sections(extensions["command_reference"].markdown())[command]
    told = set(re.findall(r"--[a-z][a-z-]*", " ".join(rows(section))))
    assert told == shown_by_help(command)
    assert all(cells[0] for cells in rows(section).values()), "an option without a meaning"


def test_every_command_has_a_section(extensions: Extensions) -> None:
    markdown = extensions["command_reference"].markdown()
    told = sections(markdown)
    assert [name.split("`")[1] for name in rows(markdown.partition("\n##")[0])] == list(told)
    assert {"run", "tune", "verify", "schedule", "schedule add", "templates check", "doctor"} <= told.keys()
    assert all(f"reportgen {name}" in text for name, text in told.items())


def test_an_option_says_what_holds_without_it_and_what_it_may_be(extensions: Extensions) -> None:
    run = rows(sections(extensions["command_reference"].markdown())["run"])
    assert run["`--paper` `[a4|letter]`".replace("|", r"\|")] == ["Size of the PDF's pages.", "`a4`"]
    assert run["`--epochs` `INTEGER RANGE`"][0].endswith("Allowed: 1<=x<=100000.")


def keys(content: dict[str, Any], path: str = "") -> set[tuple[str, str]]:
    """Every key of a TOML file with the table that it stands in."""
    found: set[tuple[str, str]] = set()
    for key, value in content.items():
        found.add((path, key))
        inner = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict):
            found |= keys(value, inner)
        elif isinstance(value, list):
            found |= {pair for one in value if isinstance(one, dict) for pair in keys(one, f"[{inner}]")}
    return found


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_key_of_a_ready_experiment_is_in_the_reference(extensions: Extensions, path: Path) -> None:
    told: set[tuple[str, str]] = set()
    markdown = extensions["experiment_reference"].markdown()
    for title, section in sections(markdown).items():
        tables = re.findall(r"`\[(.*?)\]`(?:,|$)", title) or [""]
        told |= {(table, key.strip("`")) for table in tables for key in rows(section)}
    own = set(re.findall(r"`(\w+) = ", extensions["optimizer_reference"].markdown()))
    used = keys(tomllib.loads(path.read_text(encoding="utf-8")))
    # what a setting of a user's own naming is called cannot be in a reference
    named = {(table, key) for table, key in used if re.search(r"\.(space|own)\b", table)}
    left = {(table, key) for table, key in used - told - named if key not in own}
    assert left == set()


def test_a_key_says_its_kind_its_limits_and_its_default(extensions: Extensions) -> None:
    stage = rows(sections(extensions["experiment_reference"].markdown())["`[comparison]`, `[tuned]`"])
    assert stage["`epochs`"][1:] == ["whole number, at least 1, at most 100,000", "needed"]
    assert stage["`dropout`"][1:] == ["number, at least 0, less than 1", "`0`"]
    assert stage["`dtype`"][1:] == ['`"bfloat16"`, `"float32"`, `"float64"`', '`"float32"`']
    assert "at most 20 of them" in stage["`hidden`"][1]


def test_every_optimizer_is_in_the_reference_with_its_settings_and_formulas(extensions: Extensions) -> None:
    """As the program itself lists them."""
    command = [sys.executable, "-m", "reportgen", "list", "optimizers"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    listed = [line.split("\t") for line in done.stdout.splitlines()]
    markdown = extensions["optimizer_reference"].markdown()
    table = rows(markdown.partition("\n(")[0])
    assert len(listed) > 20
    assert [name.split("`")[1] for name in table] == [name for _, name, *_ in listed]
    assert [cells[0].replace("`", "") for cells in table.values()] == [settings for *_, settings in listed]
    assert all(cells[1] for cells in table.values())  # what it is held against
    told = sections(markdown)
    assert list(told) == [name for _, name, *_ in listed]
    assert all('role="math"' in text and "Source: " in text for text in told.values())


def test_a_key_without_a_meaning_stops_the_build(extensions: Extensions) -> None:
    with pytest.raises(LookupError, match=r"Unexplained\.key has no docstring"):
        extensions["experiment_reference"].meaning(Unexplained, "key")


def test_every_name_of_the_door_is_documented(
    extensions: Extensions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reportgen, "__all__", ["Unexplained", "__version__", "sections"], raising=False)
    monkeypatch.setattr(reportgen, "Unexplained", Unexplained, raising=False)
    monkeypatch.setattr(reportgen, "sections", sections, raising=False)
    directives = re.findall(r"^\.\. (\w+):: (.*)$", extensions["python_reference"].markdown(), re.M)
    assert directives == [("autoclass", "reportgen.Unexplained"), ("autofunction", "reportgen.sections")]


class Unexplained(BaseModel):
    key: int = 0

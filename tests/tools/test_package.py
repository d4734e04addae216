"""The tools that judge the package: what is wrong is said, and an installation that fails is shown."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.helpers.project import ROOT

TOOLS = ROOT / "tools"

FILES = {
    name: name.encode()
    for name in (
        "reportgen/__init__.py",
        "reportgen/py.typed",
        "reportgen/templates/catalogue.toml",
        "reportgen/templates/fonts/Serif.ttf",
        "reportgen/templates/sections/data.html.j2",
        "reportgen/experiments/quickstart.toml",
        "reportgen/audit_pages/RG001.md",
        "reportgen-0.1.0.dist-info/METADATA",
    )
}
EXPECTED = {name for name in FILES if name.startswith("reportgen/")}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_package, try_out = load("check_package"), load("try_out")


def test_a_whole_package_has_no_mistakes() -> None:
    assert check_package.find_mistakes(FILES, FILES, EXPECTED) == []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_file_that_is_missing_is_named(name: str) -> None:
    files = {other: content for other, content in FILES.items() if other != name}
    assert f"not in the wheel: {name}" in check_package.find_mistakes(files, files, EXPECTED)


def test_a_file_that_git_does_not_know_is_named() -> None:
    files = {**FILES, "reportgen/notes.txt": b""}
    assert check_package.find_mistakes(files, files, EXPECTED) == [
        "in the wheel, but unknown to git: reportgen/notes.txt"
    ]


@pytest.mark.parametrize(
    "from_tree",
    [{**FILES, "reportgen/__init__.py": b"other"}, {**FILES, "reportgen-0.1.0.dist-info/licenses/L": b""}],
    ids=["changed", "missing"],
)
def test_what_the_source_archive_loses_is_named(from_tree: dict[str, bytes]) -> None:
    (mistake,) = check_package.find_mistakes(FILES, from_tree, EXPECTED)
    assert mistake.startswith("another or none in the wheel from the working tree: reportgen")


def test_what_nothing_works_without_is_missed_even_if_git_does_not_know_it() -> None:
    kept = {name: content for name, content in FILES.items() if "fonts" not in name}
    assert check_package.find_mistakes(kept, kept, set(kept) & EXPECTED) == [
        "no such file in the wheel: reportgen/templates/fonts/*.ttf"
    ]


def test_the_package_that_git_knows_has_what_nothing_works_without() -> None:
    if not (TOOLS.parent / ".git").exists():
        pytest.skip("not a checkout of git")
    expected = dict.fromkeys(check_package.list_expected(), b"")
    assert check_package.find_mistakes(expected, expected, set(expected)) == []


def test_an_installation_that_fails_is_shown(tmp_path: Path) -> None:
    program = tmp_path / "environment" / "bin" / "reportgen"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "no fonts in $PWD"; exit 3\n', encoding="utf-8")
    program.chmod(0o755)
    installation = try_out.Installation(tmp_path / "environment", tmp_path)
    with pytest.raises(SystemExit) as ended:
        installation.run("reportgen", "doctor")
    assert ended.value.code == f"reportgen doctor: exit code 3\nno fonts in {tmp_path}\n"


def test_an_installation_does_not_see_the_variables_of_this_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOOLS.parent))
    monkeypatch.setenv("REPORTGEN_CACHE", str(TOOLS.parent))
    program = tmp_path / "environment" / "bin" / "reportgen"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$PYTHONPATH $REPORTGEN_CACHE"\n', encoding="utf-8")
    program.chmod(0o755)
    printed = try_out.Installation(tmp_path / "environment", tmp_path).run("reportgen")
    assert printed.strip() == str(tmp_path / "cache")

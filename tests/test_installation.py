"""What an installation takes: versions that are allowed and tested, and what is no Python package."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Set
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIRED = {canonicalize_name(one.name): one for one in map(Requirement, PROJECT["dependencies"])}

# ---------------------------------------------------------------- versions


def test_the_versions_that_are_installed_for_tests_are_allowed() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    extras = [Requirement(line) for extra in EXTRAS.values() for line in extra]
    for requirement in [*REQUIRED.values(), *extras]:
        if requirement.name == PROJECT["name"]:  # an extra that has another one in it
            assert requirement.extras <= EXTRAS.keys()
            continue
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("weasyprint", "69.0"),  # KeyError in the tree of tags
        ("weasyprint", "71.0"),  # nobody has looked inside
        ("scipy", "1.14.1"),  # bootstrap() has no rng
        ("ziamath", "0.10"),  # AttributeError in every formula
        ("pypdfium2", "4.30.1"),  # a document is no context manager
        ("rich", "14.2.0"),  # an empty line on standard error for a bar that is not shown
        ("cronsim", "2.7"),  # looks back past a time that is now
    ],
)
def test_versions_that_do_not_work_are_not_allowed(name: str, version: str) -> None:
    assert not REQUIRED[name].specifier.contains(version)


def test_every_dependency_has_a_lowest_version() -> None:
    """Without one, the lowest that is allowed is the first that was ever published."""
    for requirement in REQUIRED.values():
        operators = [specifier.operator for specifier in requirement.specifier]
        assert operators.count(">=") == 1, requirement
        assert set(operators) <= {">=", "<"}, requirement


def test_whatever_the_package_imports_is_a_dependency() -> None:
    """What is there by way of another's needs alone may be gone tomorrow."""
    names = imported_by((ROOT / "reportgen").rglob("*.py"))
    # WeasyPrint, pydantic and numba ask for these by version themselves
    extras = [line for name in EXTRAS.keys() - {"dev", "docs", "twins"} for line in EXTRAS[name]]
    declared = REQUIRED.keys() | {canonicalize_name(Requirement(line).name) for line in extras}
    assert undeclared(names - imported_by(RULES), declared) <= {"pydyf", "pydantic_core", "llvmlite"}
    assert {"torch", "weasyprint", "tomlkit"} <= names


def test_what_an_optimizer_is_proved_against_is_an_extra_of_its_own() -> None:
    twins = {canonicalize_name(Requirement(line).name) for line in EXTRAS["twins"]}
    assert undeclared(imported_by(RULES), REQUIRED.keys() | twins) == set()


RULES = [*(ROOT / "reportgen/optim/rules").glob("*.py")]


def imported_by(paths: Iterable[Path]) -> set[str]:
    """The packages that files import, without Python's own and this one."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module))
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {PROJECT["name"]}


def undeclared(names: set[str], distributions: Set[str]) -> set[str]:
    """Those of the packages that none of the distributions brings."""
    owners = packages_distributions()
    return {
        name
        for name in names
        if not {canonicalize_name(owner) for owner in owners.get(name, ())} & distributions
    }


# ---------------------------------------------------------------- system packages

APT_GET = """
echo "$@" >> calls
case $* in
*update*)
    if [ -e locked ]; then rm locked; echo "E: Could not get lock /var/lib/apt/lists/lock." >&2; exit 100; fi
    if [ -e broken ]; then echo "E: no network" >&2; exit 100; fi ;;
*install*) touch installed ;;
esac
"""
TOOLS = {
    "apt-get": APT_GET,
    "apt-cache": "echo '  Candidate: 1.0'",
    "id": "cat user",
    "sleep": 'echo "sleep $@" >> calls',
    "python3": 'case $* in *ctypes*) [ -e installed ] ;; *version_info*) echo python3-venv ;; esac',
}  # fmt: skip
WAITING = "-o DPkg::Lock::Timeout=600"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0"
INSTALL = f"{WAITING} install -y -qq --no-install-recommends {PACKAGES}"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine of root's without the libraries, that writes down what apt-get is called with."""
    for name, text in TOOLS.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    (tmp_path / "user").write_text("0\n")
    (tmp_path / "calls").touch()
    return tmp_path


def system_packages(machine: Path, purpose: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "tools/system-packages", purpose],
        cwd=machine,
        env={"PATH": f"{machine}/bin:{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_system_packages_wait_for_another_installation(machine: Path) -> None:
    done = system_packages(machine, "report")
    assert done.returncode == 0, done.stderr
    assert (machine / "calls").read_text().splitlines() == [f"{WAITING} update -qq", INSTALL]
    assert system_packages(machine, "report").stderr == ""  # all is there now


def test_system_packages_wait_for_the_lists_of_packages_too(machine: Path) -> None:
    (machine / "locked").touch()
    assert system_packages(machine, "report").returncode == 0
    update = f"{WAITING} update -qq"
    assert (machine / "calls").read_text().splitlines() == [update, "sleep 5", update, INSTALL]


def test_system_packages_go_on_with_old_lists_of_packages(machine: Path) -> None:
    (machine / "broken").touch()
    done = system_packages(machine, "report")
    assert done.returncode == 0
    assert "E: no network\nreportgen: apt-get update had trouble" in done.stderr
    assert (machine / "calls").read_text().splitlines() == [f"{WAITING} update -qq", INSTALL]


def test_system_packages_print_the_command_for_who_is_not_root(machine: Path) -> None:
    (machine / "user").write_text("1000\n")
    done = system_packages(machine, "report")
    assert done.returncode == 1
    assert f"sudo apt-get install {PACKAGES}" in done.stderr
    assert (machine / "calls").read_text() == ""


def test_what_every_change_has_to_pass_begins_with_make(machine: Path) -> None:
    """Where make is missing, it is installed like everything else."""
    for name in ("dirname", "env", "bash", "sh", "touch", "cat", "rm", "ls", "grep", "uname"):
        (machine / "bin" / name).symlink_to(f"/usr/bin/{name}")
    (machine / "bin/apt-get").write_text(f"#!/bin/sh\n{APT_GET}\n[ -e installed ] && touch bin/make\n")
    done = subprocess.run(
        [ROOT / "tools/system-packages", "make"],
        cwd=machine,
        env={"PATH": f"{machine}/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (machine / "calls").read_text().splitlines()[1] == INSTALL.replace(PACKAGES, "make")
    assert "tools/system-packages make" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "apt-get" not in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert done.returncode == 1  # what was "installed" here is no program
    assert "still missing after the installation: make" in done.stderr


def test_what_every_change_has_to_pass_ends_with_all_tests() -> None:
    """Their count is the last thing said, and what comes before is known to make."""
    (command,) = re.findall(
        r"^exec timeout .* make (.+)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.M
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    before, recipe = re.findall(r"^checks: ([^#]*)##.*\n((?:\t.*\n)+)", makefile, re.M)[0]
    called = " ".join(re.findall(r"\$\(MAKE\) --no-print-directory ([a-z -]+)", recipe))
    targets = [*before.split(), *called.split(), *command.split()]
    assert targets[-1] == "test"
    assert set(targets) <= set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert {"lint", "types", "docs", "wheel", "floor-report", "newer-report", "unprivileged"} <= set(targets)

"""What stands beside the program for others' programs to read: the image, the CI workflow, the citation."""

from __future__ import annotations

import datetime
import re
import shlex
import subprocess
import tomllib

import pytest
import yaml
from cronsim import CronSim
from dockerfile_parse import DockerfileParser
from packaging.specifiers import SpecifierSet

import reportgen
from reportgen.cli.main import main
from tests.helpers.project import ROOT

BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = BUILD["project"]


# ---------------------------------------------------------------- the image


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """The image's instructions, without comments."""
    with (ROOT / "Dockerfile").open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    return [(step["instruction"], step["value"]) for step in structure if step["instruction"] != "COMMENT"]


def values(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    return [value for name, value in steps if name == instruction]


def test_the_image_has_a_python_that_is_allowed(steps: list[tuple[str, str]]) -> None:
    (base,) = values(steps, "FROM")
    version = re.fullmatch(r"python:(\d+\.\d+)-slim-\w+", base)
    assert version is not None
    assert SpecifierSet(PROJECT["requires-python"]).contains(version[1])


def test_the_image_gets_its_system_packages_from_the_one_list_of_them(steps: list[tuple[str, str]]) -> None:
    commands = [value for value in values(steps, "RUN") if "system-packages" in value]
    assert [command.split(" && ")[0] for command in commands] == ["tools/system-packages report"]
    assert not [value for value in values(steps, "RUN") if "apt-get" in value]


def test_the_image_gets_all_that_the_package_is_built_from(steps: list[tuple[str, str]]) -> None:
    copied = [source for value in values(steps, "COPY") for source in shlex.split(value)[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    wheel = BUILD["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        "pyproject.toml",
        "constraints.txt",
        PROJECT["readme"],
        *wheel["packages"],
        *wheel["force-include"],
    }
    needed |= {path.split("/")[0] for path in PROJECT["license-files"]}
    assert needed <= set(copied)
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    assert set(copied) <= let_in


def test_the_image_installs_the_versions_that_are_tested(steps: list[tuple[str, str]]) -> None:
    (install,) = (value for value in values(steps, "RUN") if "pip install" in value)
    assert "--constraint constraints.txt" in install


def test_the_image_runs_the_main_job_as_a_user_without_rights(steps: list[tuple[str, str]]) -> None:
    user = values(steps, "USER")[-1]
    made = [value for value in values(steps, "RUN") if "useradd" in value]
    assert re.search(rf"useradd --uid [1-9]\d+ .*{user}\b", made[0])
    # what is done after the user's name is done as that user
    last = [name for name, _ in steps][-4:]
    assert last == ["USER", "WORKDIR", "ENTRYPOINT", "CMD"]
    (folder, program, arguments) = (value for _, value in steps[-3:])
    assert folder in shlex.split(made[0])
    assert yaml.safe_load(program) == [next(iter(PROJECT["scripts"]))]
    assert yaml.safe_load(arguments)[0] in main.list_commands(main.make_context("reportgen", ["list"]))


def test_what_the_image_runs_is_well_formed_shell(steps: list[tuple[str, str]]) -> None:
    for command in values(steps, "RUN"):
        assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0, command


# ---------------------------------------------------------------- the CI workflow


def test_the_workflow_calls_what_ci_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert set(workflow[True]) == {"push", "pull_request", "workflow_dispatch"}  # to YAML 1.1, `on` is true
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == ".ci/run"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111, "no program"
    assert all((ROOT / "tools/system-packages").exists() for line in commands if "system-packages" in line)
    (python,) = (step["with"]["python-version"] for step in job["steps"] if "python" in step.get("uses", ""))
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)
    # .ci/run ends by itself what hangs; the service is the second to do so
    limit = re.search(r"timeout .*?(\d+)m make", (ROOT / ".ci/run").read_text(encoding="utf-8"))
    assert limit is not None
    assert job["timeout-minutes"] > int(limit[1])


def test_the_workflow_of_the_manual_runs_commands_that_there_are() -> None:
    page = (ROOT / "docs/how-to/ci.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    (times,) = workflow[True]["schedule"]
    CronSim(times["cron"], datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    (job,) = workflow["jobs"].values()
    commands = [step for step in job["steps"] if step.get("run", "").startswith("reportgen ")]
    assert [step["run"].split()[1] for step in commands] == ["run", "share"]
    for step in commands:
        name, *arguments = shlex.split(step["run"])[1:]
        command = main.get_command(main.make_context("reportgen", ["list"]), name)
        assert command is not None
        command.make_context(name, arguments)  # an option that there is not is an error
        for secret in re.findall(r"\$\{(\w+)\}", step["run"]):
            assert step["env"][secret] == f"${{{{ secrets.{secret} }}}}"


def test_the_readme_names_the_tests_that_ci_runs() -> None:
    targets = re.search(r"timeout .* make (.*)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.M)
    assert targets is not None
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"make {targets[1].split()[-1]}" in readme
    assert len(readme.split()) <= 1200


# ---------------------------------------------------------------- the citation


def test_the_citation_is_of_this_version_and_its_authors() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == reportgen.__version__
    assert citation["title"] == PROJECT["name"]
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"] == PROJECT["authors"]
    holder = re.search(r"Copyright \(c\) \d+ (.*)", (ROOT / "LICENSE").read_text(encoding="utf-8"))
    assert holder is not None
    assert [author["name"] for author in citation["authors"]] == [holder[1]]
    assert citation["abstract"].split() == PROJECT["description"].split()

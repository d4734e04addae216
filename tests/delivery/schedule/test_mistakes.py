"""Schedules asked for wrongly: one line each, and nothing is installed."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.cli import Cli, refused
from tests.helpers.experiments import TINY
from tests.helpers.schedules import NIGHTLY, set_key, well


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a b", "夜", "a\nb", "--at", "x" * 65])
def test_a_name_that_could_not_be_a_files_name(cli: Cli, name: str) -> None:
    for command in (
        ("add", "nightly.toml", "--at", "02:00", "--name", name),
        ("run", "--", name),
        ("show", "--", name),
    ):
        refused(cli("schedule", *command), "is no name for a schedule")
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "one of --at, --every and --cron"),
        (["--at", "02:00", "--every", "1d"], 2, "one of --at, --every and --cron"),
        (["--at", "25:00"], 1, "--at"),
        (["--every", "7m"], 1, "--every"),
        (["--cron", "* * * *"], 1, "--cron"),
        (["--at", "02:00", "--with", "launchd"], 2, "launchd"),
        (["--at", "02:00", "--keep", "0"], 2, "--keep"),
        (["--at", "02:00", "--data-source", "npz"], 1, "needs a path"),
        (["--at", "02:00", "--secrets", "a\nb"], 1, "line break"),
        (["--at", "02:00", "--output", "a\nb"], 1, "line break"),
    ],
)
def test_a_mistake_in_what_is_asked_for(cli: Cli, options: list[str], code: int, said: str) -> None:
    refused(cli("schedule", "add", "nightly.toml", *options), said, code=code)
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_an_experiment_that_cannot_be_run(cli: Cli) -> None:
    refused(cli("schedule", "add", "nowhere.toml", "--at", "02:00"), "nowhere.toml", "no such experiment")
    Path("wrong.toml").write_text(TINY.replace("epochs = 3", "epochs = 0"), encoding="utf-8")
    refused(cli("schedule", "add", "wrong.toml", "--at", "02:00"), "wrong.toml", "comparison.epochs = 0")


def test_a_second_schedule_of_the_same_name(cli: Cli, nightly: Path) -> None:
    before = (NIGHTLY.read_bytes(), (nightly / "table").read_bytes())
    refused(cli("schedule", "add", "nightly.toml", "--at", "03:00"), "nightly: there is such a schedule")
    assert (NIGHTLY.read_bytes(), (nightly / "table").read_bytes()) == before


@pytest.mark.usefixtures("machine")
def test_a_python_that_would_not_find_reportgen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "/bin/false", "pip install")
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_an_output_folder_that_cannot_be(cli: Cli) -> None:
    Path("taken").write_text("a file")
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--output", "taken/below")
    refused(answer, "taken/below", "--output")


DAMAGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no text": (lambda file: file.write_bytes(b"\xff\xfe"), "decode"),
    "no TOML": (lambda file: file.write_text("when = "), "Invalid value"),
    "a key missing": (lambda file: file.write_text('experiment = "x"'), "field required"),
    "an unknown key": (lambda file: file.write_text("x = 1\n" + file.read_text()), "x: extra inputs"),
    "no number": (lambda file: set_key(file, "keep", '"ten"'), "keep"),
    "an unknown timer": (lambda file: set_key(file, "timer", '"sundial"'), "timer"),
    "no time": (lambda file: set_key(file, "cron", '"99 * * * *"'), "bad minute"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_schedule_whose_file_is_damaged(cli: Cli, nightly: Path, damage: str) -> None:
    harm, said = DAMAGED[damage]
    harm(NIGHTLY)
    for command in ("run", "show"):
        refused(cli("schedule", command, "nightly"), str(NIGHTLY), said, "schedule remove nightly")
    assert well(cli("schedule", "list"))[1][:3] == ["nightly", "", "damaged"]
    well(cli("schedule", "remove", "nightly"))
    assert not NIGHTLY.exists()
    assert not (nightly / "table").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "target",
    [
        "mailtos://me:hushhush@example.org/you@example.org",
        "mailtos://me:hushhush@example.org/${YOU}",
        "slack://hushhush/tokenb/tokenc",
        "json://hushhush",
    ],
)
def test_a_target_with_what_may_be_a_secret_is_not_stored(cli: Cli, target: str) -> None:
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--share", target)
    refused(answer, "--share", "${NAME}", "@NAME")
    assert "hushhush" not in answer.out + answer.err
    assert not Path("output").exists()


@pytest.mark.usefixtures("machine")
def test_targets_are_the_same_from_any_folder(cli: Cli, tmp_path: Path) -> None:
    targets = ["folder:reports", "sub/", "x.zip", "@TEAM", "mailtos://me:${PW}@example.org/you@example.org"]
    options = [word for target in targets for word in ("--share", target)]
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00", *options, "--secrets", "mine.toml"))
    stored = tomllib.loads(NIGHTLY.read_text(encoding="utf-8"))
    assert stored["share"] == [
        f"folder:{tmp_path}/reports",
        f"folder:{tmp_path}/sub",
        f"zip:{tmp_path}/x.zip",
        *targets[3:],
    ]
    assert stored["secrets"] == f"{tmp_path}/mine.toml"


def test_no_schedules_is_an_empty_list(cli: Cli) -> None:
    assert well(cli("schedule", "list")) == [["schedule", "experiment", "when", "next", "last result"]]
    assert not Path("output").exists()

"""What a shell completes, asked as the three shells ask; and that it loads nothing heavy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.cli.completion import optimizer_names
from reportgen.data import SOURCES
from reportgen.optim import built_in
from tests.helpers.project import ROOT

READY = {path.stem for path in (ROOT / "experiments").glob("*.toml")}
PROGRAM = """
import sys
from reportgen.cli.main import main
sys.argv[0] = "reportgen"
try:
    main()
finally:
    print(*(name for name in ("torch", "numpy", "pandas") if name in sys.modules), file=sys.stderr)
"""


def ask(shell: str, words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program answers to a shell whose line holds these words, the last one unfinished."""
    *before, incomplete = words.split(" ")
    position = incomplete if shell == "fish" else str(len(before))
    environment = {
        "_REPORTGEN_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(before) if shell == "fish" else words,
        "COMP_CWORD": position,
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )


def completed(words: str, folder: Path) -> set[str]:
    """What bash is offered."""
    answer = ask("bash", words, folder)
    assert answer.stderr == "\n", "something heavy was loaded"
    return {line.partition(",")[2] for line in answer.stdout.splitlines() if line}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with experiments, other files, folders, and a run."""
    for file in ("mine.toml", "quick.toml", "notes.txt", ".hidden.toml"):
        (tmp_path / file).touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.toml").touch()
    (tmp_path / "output" / "mine" / "latest").mkdir(parents=True)
    (tmp_path / "output" / "compare").mkdir()
    (tmp_path / "elsewhere" / "theirs" / "latest").mkdir(parents=True)
    return tmp_path


def test_experiments_are_ready_ones_files_and_the_folders_on_the_way(folder: Path) -> None:
    folders = {"sub/", "output/", "elsewhere/"}
    for command in ("run", "tune", "schedule add", "new x.toml --from"):
        assert completed(f"reportgen {command} ", folder) == READY | {"mine.toml", "quick.toml"} | folders
    assert completed("reportgen run qu", folder) == {"quickstart", "quick.toml"}
    assert completed("reportgen run mine.toml sub/", folder) == {"sub/deep.toml"}
    assert completed(f"reportgen run {folder}/m", folder) == {f"{folder}/mine.toml"}
    assert completed("reportgen run nowhere/", folder) == set()


def test_runs_are_those_of_the_output_folder(folder: Path) -> None:
    for command in ("show", "diff mine", "history", "share", "baseline set", "prune"):
        assert completed(f"reportgen {command} ", folder) == {"mine"}
    assert completed("reportgen show --output elsewhere ", folder) == {"theirs"}


def test_sources_are_all_there_are(folder: Path) -> None:
    assert completed("reportgen run --data-source ", folder) == set(SOURCES)


def test_optimizers_are_all_there_are(folder: Path) -> None:
    assert sorted(optimizer_names()) == sorted(built_in())
    assert completed("reportgen new optimizer x.py --from ", folder) == set(built_in())
    assert completed("reportgen new optimizer x.py --from sgd_", folder) == {"SGD_Momentum"}


def test_commands_options_and_their_values(folder: Path) -> None:
    assert completed("reportgen te", folder) == {"templates"}
    assert completed("reportgen templates ", folder) == {"check", "export"}
    assert completed("reportgen run --see", folder) == {"--seeds"}
    assert completed("reportgen run --paper ", folder) == {"a4", "letter"}
    assert completed("reportgen new h", folder) == {"homework"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_is_answered_and_told_how_to_ask(shell: str, folder: Path) -> None:
    assert "quickstart" in ask(shell, "reportgen run quicks", folder).stdout
    script = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"_REPORTGEN_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"_REPORTGEN_COMPLETE={shell}_complete" in script.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_itself_completes(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "reportgen"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o700)
    asking = (
        'eval "$(_REPORTGEN_COMPLETE=bash_source reportgen 2>/dev/null)"\n'
        "COMP_WORDS=(reportgen run quickst); COMP_CWORD=2\n"
        '_reportgen_completion reportgen quickst run 2>/dev/null; echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", asking],
        cwd=folder,
        env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["quickstart"]

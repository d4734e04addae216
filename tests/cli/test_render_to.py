"""`render --to` and `--open`: a report somewhere else, and shown by the system."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from tests.helpers.cli import Cli, refused

NAMES = ("report.html", "report.pdf")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_report_goes_elsewhere_and_the_run_keeps_its_own(cli: Cli, tiny_run: Path) -> None:
    before = contents(tiny_run)
    Path("there").mkdir()
    answer = cli("render", tiny_run, "--to", "there", "--languages", "en")
    assert answer.code == 0
    assert sorted(path.name for path in Path("there").iterdir()) == list(NAMES)
    assert [str(Path("there").resolve() / name) in answer.out for name in NAMES] == [True, True]
    with pikepdf.open("there/report.pdf") as pdf:
        assert str(pdf.Root.Lang) == "en"
    assert contents(tiny_run) == before


@pytest.mark.parametrize("name", ["mine", "mine.html", "mine.pdf"])
def test_a_report_under_a_name_of_its_own_is_the_same_as_in_place(
    cli: Cli, tiny_run: Path, name: str
) -> None:
    languages = ("--languages", "zh-Hant,en", "--no-pdf")
    assert cli("render", tiny_run, "--to", name, *languages).code == 0
    assert [path.name for path in Path().iterdir()] == ["mine.html"]
    mine, ours = Path("mine.html").read_text("utf-8"), (tiny_run / "report.html").read_text("utf-8")
    leading = re.compile(r'<p class="beside">.*?</p>\n')  # only there it has files beside it
    assert leading.search(mine) is None
    assert leading.search(ours) is not None
    fonts = re.compile(
        r"url\(data:font/woff2;base64,[^)]+\)|(?<=style-src )'sha256-[^']+'"
    )  # of its characters
    assert fonts.sub("", mine) == fonts.sub("", leading.sub("", ours))
    assert cli("render", tiny_run, "--to", name, *languages).code == 0  # its own report is replaced


def test_a_page_leads_to_the_pdf_that_is_beside_it(cli: Cli, tiny_run: Path) -> None:
    english = ("render", tiny_run, "--to", "mine", "--languages", "en")
    assert cli(*english, "--no-pdf").code == 0
    assert 'href="mine.pdf"' not in Path("mine.html").read_text("utf-8")
    assert cli(*english).code == 0
    leading = Path("mine.html").read_text("utf-8")
    assert 'href="mine.pdf"' in leading
    assert cli(*english, "--no-pdf").code == 0
    assert Path("mine.html").read_text("utf-8") == leading


def test_nothing_else_is_replaced(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    Path("mine.html").write_text("mine")
    Path("notes.pdf").write_text("mine")
    refused(cli("render", tiny_run, "--to", "mine", "--no-pdf"), "mine.html: is there already", "--to")
    refused(cli("render", tiny_run, "--to", "notes.pdf"), "notes.pdf: is there already", "--to")
    refused(cli("render", tiny_run, "--to", tiny_run), "report.html: is there already")
    refused(cli("render", tiny_run, "--to", "nowhere/mine"), "--to nowhere/mine: there is no folder nowhere")
    assert contents(tmp_path) == {"mine.html": b"mine", "notes.pdf": b"mine"}


# ---------------------------------------------------------------- --open


def on_a_terminal(arguments: list[str], environment: dict[str, str]) -> str:
    """Call the command line with its output on a terminal; what it prints on standard error.

    What it has started holds its standard error, and has ended too when this returns.
    """
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "reportgen", *arguments]
    done = subprocess.run(
        program, stdout=theirs, stderr=subprocess.PIPE, text=True, check=True, env=os.environ | environment
    )
    os.close(theirs)
    os.close(ours)
    return done.stderr


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """Where a program called as the system's opener writes what it is to open."""
    file = tmp_path / "opened"
    opener = tmp_path / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" > "{file}"\n')
    opener.chmod(0o700)
    return file


def test_the_page_is_opened_from_a_terminal(tiny_run: Path, tmp_path: Path, opened: Path) -> None:
    target = tmp_path / "mine page.html"
    path = f"{opened.parent / 'bin'}:{os.environ['PATH']}"
    arguments = ["render", str(tiny_run), "--no-pdf", "--to", str(target), "--open"]
    assert on_a_terminal(arguments, {"PATH": path, "DISPLAY": ":0"}) == ""
    assert opened.read_text().strip() == str(target)


def test_what_cannot_be_opened_is_a_note(tiny_run: Path, tmp_path: Path) -> None:
    arguments = ["render", str(tiny_run), "--no-pdf", "--to", str(tmp_path / "mine"), "--open"]
    nothing = {"PATH": str(tmp_path), "DISPLAY": ":0"}
    assert "note: --open: this system has no program that opens files" in on_a_terminal(arguments, nothing)
    dark = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    assert "note: --open: there is no screen here" in on_a_terminal(arguments, dark)
    assert (tmp_path / "mine.html").is_file()


def test_without_a_terminal_nothing_is_opened(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tiny_run: Path
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("click.launch", calls.append)
    Path("t.csv").write_text("optimizer,seed,score\nA,0,1\nB,0,2\n", encoding="utf-8")
    for arguments in (
        ("render", tiny_run, "--no-pdf", "--to", "mine"),
        ("compare", "t.csv", "--no-pdf", "--higher-is-better"),
    ):
        answer = cli(*arguments, "--open")
        assert answer.code == 0
        assert answer.err.endswith("note: --open: the output is no terminal, so nothing is opened\n")
    assert calls == []


@pytest.mark.parametrize(("names", "shown"), [(["x"], "x/latest/report.html"), (["x", "y"], "index.html")])
@pytest.mark.usefixtures("no_reports", "no_proofs")
def test_a_run_opens_its_report_and_several_the_page_of_all(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, experiment: Path, names: list[str], shown: str
) -> None:
    calls: list[Path] = []
    monkeypatch.setattr("reportgen.cli.opening.open_report", lambda file: calls.append(file.resolve()))
    Path("y.toml").write_text(experiment.read_text(encoding="utf-8"), encoding="utf-8")
    files = [f"{name}.toml" for name in names]
    assert cli("run", *files, "--open", "--seeds", 1, "--epochs", 1, "--no-pdf").code == 0
    assert calls == [Path("output", shown).resolve()]

"""`reportgen.run` and what it returns: the same run as the command line's, and its report."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import reportgen
from reportgen.records import run_folder
from tests.helpers.experiments import TINY

SCRIPT = """
import reportgen
run = reportgen.run("tiny.toml", epochs=1, seeds=1, workers=2, progress=False)
print(len(run.table))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> reportgen.Run:
    folder = tmp_path_factory.mktemp("api")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    return reportgen.run(folder / "tiny.toml", output=folder / "out", epochs=2, workers=1, progress=False)


def test_a_run_is_what_its_folder_holds(run: reportgen.Run) -> None:
    stored = run_folder.read(run.folder)
    pd.testing.assert_frame_equal(run.table, stored.results)
    pd.testing.assert_frame_equal(run.epochs, stored.epochs)
    assert run.search.empty
    assert run.folder == (run.folder.parent / "latest").resolve()


def test_the_same_again_trains_nothing(run: reportgen.Run, capsys: pytest.CaptureFixture[str]) -> None:
    file, output = run.folder.parents[2] / "tiny.toml", run.folder.parents[1]
    again = reportgen.run(file, output=output, epochs=2)
    assert "nothing to train" in capsys.readouterr().err
    pd.testing.assert_frame_equal(again.table, run.table)


def test_its_setups_are_compared_stage_by_stage(run: reportgen.Run) -> None:
    comparison = run.compare()
    means = run.table.groupby(["stage", "setup"])["test_accuracy"].mean()
    told = comparison.table.set_index(["problem", "optimizer"])["mean"]
    assert told.to_dict() == pytest.approx(means.to_dict())


def test_its_audit_is_a_table_of_what_the_report_shows(run: reportgen.Run) -> None:
    audit = run.audit
    assert list(audit.columns) == ["code", "point", "passed", "muted", "facts"]
    assert list(audit["code"]) == [f"RG{number:03}" for number in range(1, 16)]
    of = audit.set_index("code")
    assert of.loc["RG001", "passed"]
    assert not of.loc["RG006", "passed"]  # TINY gives its rates
    assert of.loc["RG005", "passed"] is pd.NA  # and tunes nothing
    assert of.loc["RG006", "point"] == "Learning rate tuned for each"
    assert of.loc["RG005", "facts"] == ("No optimizer was tuned.",)
    assert set(audit["muted"]) == {""}
    records = run.records
    experiment = records.manifest_json["experiment"]
    settings = experiment["settings"] | {"audit": {"muted": {"RG006": "the course gives <its> rates"}}}
    manifest = records.manifest_json | {"experiment": experiment | {"settings": settings}}
    muted = reportgen.Run(run.folder, dataclasses.replace(records, manifest_json=manifest)).audit
    assert list(muted["passed"][5:6]) == [False]
    assert list(muted["muted"][5:6]) == ["the course gives <its> rates"]


def test_its_report_is_that_of_the_command_line(run: reportgen.Run, tmp_path: Path) -> None:
    rendered = run.report(tmp_path / "mine", pdf=False, languages=["en"])
    assert rendered.html == tmp_path / "mine.html"
    assert not (run.folder / "report.html").exists()  # what is in the run's folder is not touched
    subprocess.run(
        [sys.executable, "-m", "reportgen", "render", run.folder, "--no-pdf", "--languages", "en"],
        check=True,
        capture_output=True,
    )
    in_place = (run.folder / "report.html").read_text(encoding="utf-8")
    elsewhere = re.sub(r'<p class="beside">.*?</p>\n', "", in_place)  # its tables are not beside it
    assert rendered.html.read_text(encoding="utf-8") == elsewhere != in_place
    assert reportgen.render(run.folder, pdf=False, languages=["en"]).pdf is None


def test_a_notebook_shows_accuracies_and_curves(run: reportgen.Run) -> None:
    html = run._repr_html_()
    shown = pd.read_html(io.StringIO(html))[0]
    assert list(shown["optimizer"]) == list(run.compare().table["optimizer"])
    assert all(cell.endswith(" %") for cell in shown["mean"])
    assert html.count("<svg") == 2
    assert "http" not in html.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"experiment": "nowhere.toml"}, "nowhere.toml"),
        ({"experiment": "quickstrat"}, "quickstart"),
        ({"data_source": "cifar"}, "cifar"),
    ],
)
def test_a_mistake_is_one_line(arguments: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(reportgen.UserError, match=said) as refused:
        reportgen.run(**arguments, output=tmp_path)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_paper_that_there_is_not_is_refused(run: reportgen.Run) -> None:
    with pytest.raises(reportgen.UserError, match="paper 'a5': is none of a4, letter"):
        run.report(paper="a5")


def test_an_order_that_there_is_not_is_refused(run: reportgen.Run) -> None:
    with pytest.raises(reportgen.UserError, match="order 'essay': is none of homework, paper"):
        run.report(order="essay")  # type: ignore[arg-type]


def test_a_program_needs_no_guard_around_its_call(tmp_path: Path) -> None:
    """Processes are started afresh, and would otherwise run the whole program once more each."""
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    (tmp_path / "program.py").write_text(SCRIPT)
    answer = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    assert answer.stdout.splitlines() == ["4"]


def test_checks_are_a_table() -> None:
    checks = reportgen.check()
    assert checks["passed"].all()
    assert {"fully_connected", "Adam"} <= set(checks["check"])

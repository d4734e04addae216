"""The command that a report prints trains what the report is about, with the experiment that it carries."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import chdir
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from tests.helpers.cli import Cli
from tests.helpers.experiments import TINY


def printed_command(run: Path) -> list[str]:
    page = (run / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<pre class="command"><code>(.*?)</code></pre>', page)
    assert found
    return shlex.split(Markup(found[1]).unescape())


def numbers(run: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(run / table).drop(columns="seconds")


def test_what_is_printed_gives_the_same_numbers(cli: Cli, npz: Path, tmp_path: Path) -> None:
    data, experiment = tmp_path / "my images.npz", tmp_path / "my experiment.toml"
    npz.rename(data)
    text = TINY.replace("train = 300\nvalidation = 100\n", "").replace("subset = 200\n", "")
    experiment.write_text(text, encoding="utf-8")
    changes = ("--data-source", "npz", "--data-path", data, "--seeds", 3, "--epochs", 2)
    assert cli("run", experiment, *changes, "--workers", 1, "--no-pdf").code == 0
    run = (tmp_path / "output" / "my experiment" / "latest").resolve()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(data, elsewhere)
    shutil.copy(run / "records" / "experiment.toml", elsewhere / "my experiment.toml")
    program, *arguments = printed_command(run)
    assert program == "reportgen"
    with chdir(elsewhere):
        answer = cli(*arguments, "--workers", 1, "--no-pdf")
    assert answer.code == 0, answer.err
    again = elsewhere / "output" / "my experiment" / "latest"
    for table in ("results.csv", "metrics.csv"):
        pd.testing.assert_frame_equal(numbers(run, table), numbers(again, table))
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "The data file <code>my images.npz</code> must lie in the folder of the experiment file" in page
    assert "command line changed" not in page
    assert str(tmp_path) not in page


def test_a_run_without_options_prints_none(tiny_run: Path) -> None:
    assert printed_command(tiny_run) == ["reportgen", "run", "tiny.toml"]
    assert "must lie in the folder" not in (tiny_run / "report.html").read_text(encoding="utf-8")

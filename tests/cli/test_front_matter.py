"""`--title`, `--author` and `--course`: what stands above a report, and nothing that is trained."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pikepdf
import pytest
from markupsafe import Markup

import reportgen
from tests.helpers.cli import Cli
from tests.helpers.experiments import FIVE_TRIALS

ASKED = ("--title", "我的 <b>報告</b>", "--author", "陳大文 B123", "--course", "類神經網路 101")
LINES = ["我的 <b>報告</b>", "陳大文 B123", "類神經網路 101"]
"""As they stand on the first page."""
TABLE = "optimizer,seed,score\n" + "".join(
    f"{name},{seed},0.{seed + 1}\n" for name in "AB" for seed in range(6)
)


def head(page: Path) -> list[str]:
    """Title, author and course of a page, as a reader sees them."""
    text = page.read_text(encoding="utf-8")
    found = re.search(r'<header class="title">(.*?)</header>', text, re.S)
    assert found
    title, byline = found[1].partition("</h1>")[::2]
    lines = re.findall(r'<span class="(?:author|course)">(.*?</span>)', byline, re.S)
    return [str(Markup(line).striptags()) for line in (title, *lines)]


def test_a_run_is_headed_as_asked_and_trains_nothing_anew(cli: Cli, tmp_path: Path) -> None:
    Path("small.toml").write_text(FIVE_TRIALS, encoding="utf-8")
    assert cli("run", "small.toml", "--no-pdf", "--workers", 1).code == 0
    assert head(tmp_path / "output" / "small" / "latest" / "report.html") == ["Kept"]
    again = cli("run", "small.toml", "--workers", 1, *ASKED)
    assert again.code == 0, again
    assert "nothing to train: all 5 trials are kept from before" in again.out + again.err
    run = tmp_path / "output" / "small" / "latest"
    assert head(run / "report.html") == LINES
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["experiment"]["options"] == list(ASKED)
    assert manifest["experiment"]["settings"]["author"] == {"zh-Hant": ASKED[3], "en": ASKED[3]}
    with pikepdf.open(run / "report.pdf") as pdf:
        assert pdf.docinfo["/Title"] == ASKED[1]
        assert pdf.docinfo["/Author"] == ASKED[3]
    assert cli("verify", run / "report.pdf").code == 0
    page = Markup((run / "report.html").read_text(encoding="utf-8")).unescape()
    assert f"<code>{shlex.join(['reportgen', 'run', 'small.toml', *ASKED])}</code>" in page


def test_a_comparison_is_headed_as_asked(cli: Cli, tmp_path: Path) -> None:
    Path("scores.csv").write_text(TABLE, encoding="utf-8")
    answer = cli("compare", "scores.csv", "--to", "mine", *ASKED)
    assert answer.code == 0, answer
    assert head(tmp_path / "mine.html") == LINES
    assert cli("verify", "mine.pdf").code == 0
    assert cli("compare", "scores.csv", "--to", "other", "--no-pdf", *ASKED[2:4]).code == 0
    assert head(tmp_path / "other.html")[1:] == [ASKED[3]]


def test_python_heads_a_comparison_alike(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text(TABLE, encoding="utf-8")
    comparison = reportgen.compare(tmp_path / "scores.csv")
    words = dict(zip(("title", "author", "course"), ASKED[1::2], strict=True))
    rendered = comparison.report(tmp_path / "mine", pdf=False, **words)
    assert head(rendered.html) == LINES
    with pytest.raises(reportgen.UserError, match=r"^author = '': .*at least 1 character"):
        comparison.report(tmp_path / "mine", author="")


@pytest.mark.parametrize("option", ASKED[::2])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "at least 1 char"),
        ("x" * 201, "at most 200 char"),
        ("a\nb", "must be one line of printable char"),
    ],
)
def test_what_cannot_stand_there_is_refused(cli: Cli, option: str, value: str, said: str) -> None:
    Path("scores.csv").write_text(TABLE, encoding="utf-8")
    for command in (("run", "quickstart"), ("compare", "scores.csv")):
        answer = cli(*command, option, value)
        assert answer.code == 2, answer
        assert f"Invalid value for '{option}'" in answer.err
        assert said in answer.err
        assert not Path("output").exists()

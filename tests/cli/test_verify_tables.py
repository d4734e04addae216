"""`reportgen verify` on a report of tables."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest

from reportgen.report.options import ReportOptions
from reportgen.verification import document
from tests.helpers.cli import Cli
from tests.helpers.verified import failed, proofs_of, prove, resealed, without

SEEDS = 14

TABLE = "optimizer,seed,score\nlone,0,0.4\n" + "".join(
    f"{name},{seed},{0.5 + shift + seed % 5 * slope}\n"
    for name, shift, slope in (("A", 0, 0.01), ("B", 0.1, 0.013))
    for seed in range(SEEDS)
)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of a comparison of two tables of one name, in English."""
    from reportgen.cli import compare

    folder = tmp_path_factory.mktemp("compared")
    for name in ("first", "second"):
        (folder / name).mkdir()
        (folder / name / "scores.csv").write_text(TABLE.replace("B,", f"{name},"), encoding="utf-8")
    tables = [folder / name / "scores.csv" for name in ("first", "second")]
    compare.compare_tables(tables, report=compare.Report(folder / "out", folder, ReportOptions(("en",))))
    return folder / "out.pdf"


def test_a_report_of_tables_is_consistent(cli: Cli, compared: Path) -> None:
    with pikepdf.open(compared) as pdf:
        assert list(pdf.attachments) == ["checksums.txt", "comparison.json", "scores-2.csv", "scores.csv"]
    answer = cli("verify", compared)
    assert answer.code == 0, answer.out
    assert {"digests", "printed: key findings", "printed: verdicts", "rebuilt"} <= set(
        proofs_of(answer, "ok")
    )


def test_a_p_below_a_thousandth_and_an_interval_that_is_not_there_are_looked_for(compared: Path) -> None:
    read = document.read(compared)
    # all signs alike: 2 of 2**14 assignments are as extreme; three pairs are tested
    assert 3 * 2 / 2**SEEDS < 0.001
    difference = sum(0.1 + seed % 5 * 0.003 for seed in range(SEEDS)) / SEEDS
    text = "".join(read.pages)
    row = re.search(rf"firstvs.A{SEEDS}\{difference:+.4g}\[[+\d.]+,[+\d.]+\]{SEEDS}/0/0<0\.001better", text)
    assert row is not None, text[text.find("firstvs.A") :][:200]
    wrong = failed(prove(without(read, row[0])))
    assert f"{SEEDS} / 0 / 0 < 0.001 better" in wrong["printed: verdicts"]
    wrong = failed(prove(without(read, "lone0.4–10")))
    assert "lone 0.4 – 1 0" in wrong["printed: means and intervals"]


def test_a_changed_score_of_a_table_is_found(compared: Path) -> None:
    read = document.read(compared)
    table = dict(read.attachments)["scores-2.csv"]
    assert table is not None
    changed = resealed(read, {"scores-2.csv": table.replace(b"A,3,0.53", b"A,3,0.58")})
    assert "printed: means and intervals" in failed(prove(changed))
    assert failed(prove(resealed(read, {}))) == {}

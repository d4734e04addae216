"""`reportgen compare` on tables with known answers, through the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest

from tests.helpers.cli import Cli

Scores = Sequence[float | str]
LOW = [0.50, 0.52, 0.51, 0.49, 0.53, 0.50, 0.48, 0.52]
HIGH = [score + 0.1 for score in LOW]
TIES = [score + (0.01 if seed % 2 else -0.01) for seed, score in enumerate(LOW)]


def write(path: Path, **scores: Scores) -> Path:
    lines = ["optimizer,seed,score"]
    lines += [f"{name},{seed},{score}" for name, row in scores.items() for seed, score in enumerate(row)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


KNOWN: dict[str, tuple[dict[str, Scores], list[str], list[str]]] = {
    "identical columns": ({"A": LOW, "B": LOW}, ["A and B are not separable", "p = 1"], ["better"]),
    "one clear winner": (
        {"A": LOW, "B": HIGH, "C": LOW},
        ["B is better than A: +0.1", "B is better than C: +0.1", "A and C are not separable"],
        [],
    ),
    "ties": ({"A": LOW, "B": TIES}, ["not separable"], ["better", "worse"]),
    "a missing seed": (
        {"A": LOW, "B": HIGH[:-1]},
        ["B is better than A: +0.1", "7 seeds", "B lacks 1 of A's seeds"],
        [],
    ),
    "one seed only": (
        {"A": [0.5], "B": [0.9]},
        ["too few seeds for a verdict", "at least 6 needed"],
        ["better"],
    ),
    "NaN": (
        {"A": LOW, "B": ["nan", *HIGH[1:]]},
        ["not separable", "of ranks", "B: no score in 1 of 8"],
        ["better"],
    ),
    "infinite": (
        {"A": ["-inf", *LOW[1:]], "B": HIGH},
        ["B is better than A", "of ranks", "A: no score in 1 of 8"],
        [],
    ),
    "lost in most": (
        {"A": LOW, "B": ["nan"] * 7 + [0.99]},
        ["B is worse than A", "+0.47 where both have a score", "B: no score in 7 of 8"],
        ["not separable"],
    ),
}


@pytest.mark.parametrize("case", KNOWN)
def test_known_answers(cli: Cli, tmp_path: Path, case: str) -> None:
    scores, said, not_said = KNOWN[case]
    answer = cli("compare", write(tmp_path / "scores.csv", **scores), "--no-report")
    assert answer.code == 0, answer.err
    verdicts = "\n".join(line for line in answer.out.splitlines() if line.startswith("verdict"))
    assert all(part in verdicts for part in said), verdicts
    assert not any(part in verdicts for part in not_said), verdicts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scores.csv"]


def test_an_interval_that_leaves_out_0_is_not_written_as_if_it_began_there(cli: Cli, tmp_path: Path) -> None:
    gains = [0.00003, 0.02, 0.03, 0.025, 0.03, 0.02]
    table = write(tmp_path / "scores.csv", A=[0.5] * 6, B=[0.5 + gain for gain in gains])
    table.write_text(table.read_text().replace("score", "accuracy"))
    out = cli("compare", table, "--metric", "accuracy", "--no-report").out
    assert "B is better than A: +2.08 percentage points [0.003, 3.00]" in out


def test_a_loss_is_better_when_lower(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, B=HIGH)
    table.write_text(table.read_text().replace("score", "val_loss"))
    assert "A is better than B" in cli("compare", table, "--metric", "val_loss", "--no-report").out
    higher = cli("compare", table, "--metric", "val_loss", "--higher-is-better", "--no-report")
    assert "B is better than A" in higher.out


@pytest.mark.parametrize("metric", ["perplexity", "error_rate", "val_loss_final", "time to accuracy"])
def test_what_is_better_when_lower_is_known_by_any_word_of_the_name(
    cli: Cli, tmp_path: Path, metric: str
) -> None:
    table = write(tmp_path / "scores.csv", Good=LOW, Bad=HIGH)
    table.write_text(table.read_text().replace("score", metric))
    out = cli("compare", table, "--metric", metric, "--no-report").out
    assert "Good is better than Bad" in out
    assert f"metric\t{metric}\tlower\t0.05" in out


def test_a_metric_whose_name_does_not_say_what_is_better_is_asked_about(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, B=HIGH)
    table.write_text(table.read_text().replace("score", "objective_value"))
    refused = cli("compare", table, "--metric", "objective_value")
    assert refused.code == 2
    assert "'objective_value'" in refused.error_line
    assert "--higher-is-better" in refused.error_line
    assert "--lower-is-better" in refused.error_line
    assert not refused.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scores.csv"]
    for option, best, better in (("--lower-is-better", "A", "lower"), ("--higher-is-better", "B", "higher")):
        out = cli("compare", table, "--metric", "objective_value", option, "--no-report").out
        assert f"{best} is better than" in out
        assert f"metric\tobjective_value\t{better}\t" in out


REPORTS = Path("output") / "compare"


def test_the_report_carries_the_table(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, **{"<b>B</b>": HIGH})
    answer = cli("compare", table)
    assert answer.code == 0, answer.err
    page = (tmp_path / REPORTS / "scores-comparison.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;B&lt;/b&gt;" in page
    assert "<b>B</b>" not in page.replace("<b><b>", "")
    with pikepdf.open(tmp_path / REPORTS / "scores-comparison.pdf") as pdf:
        assert pdf.attachments["scores.csv"].get_file().read_bytes() == table.read_bytes()
    first = (tmp_path / REPORTS / "scores-comparison.pdf").read_bytes()
    assert cli("compare", table).code == 0
    assert (tmp_path / REPORTS / "scores-comparison.pdf").read_bytes() == first


def test_reports_lie_where_runs_do_and_replace_no_other_file(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, B=HIGH)
    assert cli("compare", table, "--no-pdf").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "scores.csv"]
    folder = tmp_path / REPORTS
    first = (folder / "scores-comparison.html").read_bytes()
    assert cli("compare", table, "--no-pdf", "--languages", "en").code == 0  # the same in other clothes
    assert [path.name for path in folder.iterdir()] == ["scores-comparison.html"]
    english = (folder / "scores-comparison.html").read_bytes()
    assert english != first
    write(table, A=HIGH, B=LOW)
    answer = cli("compare", table, "--no-pdf")
    assert "scores-comparison-2.html" in answer.out
    assert (folder / "scores-comparison.html").read_bytes() == english
    # the folder is none of a run's
    assert cli("list").code == 0
    assert not [line for line in cli("list").out.splitlines() if line.startswith(("run", "damaged"))]
    elsewhere = cli("compare", table, "--no-pdf", "--output", "reports")
    assert (tmp_path / "reports" / "compare" / "scores-comparison.html").is_file(), elsewhere.err


def test_a_place_that_was_named_is_not_taken_from_another_file(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, B=HIGH)
    (tmp_path / "mine.html").write_text("my page")
    (tmp_path / "yours.pdf").write_text("your paper")
    for name in ("mine.html", "yours.pdf"):
        refused = cli("compare", table, "--to", Path(name).stem)
        assert refused.code == 1
        assert f"{name}: is there already" in refused.error_line
        assert not refused.out
    assert (tmp_path / "mine.html").read_text() == "my page"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.html", "scores.csv", "yours.pdf"]
    for scores in (HIGH, LOW):  # but an earlier report of compare is, also of a table that has changed
        write(table, A=LOW, B=scores)
        assert cli("compare", table, "--to", "own", "--no-pdf").code == 0
    page = (tmp_path / "own.html").read_bytes()
    (tmp_path / "manifest.json").write_text("{}")  # beside a run's report
    assert "own.html: is there already" in cli("compare", table, "--to", "own").error_line
    assert (tmp_path / "own.html").read_bytes() == page


@pytest.mark.parametrize("scores", [[1e308, -1e308] * 4, [1e101, *LOW[1:]], [9e99, -9e99] * 4])
def test_scores_too_large_for_arithmetic_are_answered(cli: Cli, tmp_path: Path, scores: list[float]) -> None:
    table = write(tmp_path / "scores.csv", A=LOW, B=scores)
    answer = cli("compare", table, "--no-pdf")
    assert answer.code == 0, answer.err
    said = next(line for line in answer.out.splitlines() if line.startswith("verdict"))
    assert ("B: no score in" in said) == (max(scores) > 1e100)
    page = (tmp_path / REPORTS / "scores-comparison.html").read_text(encoding="utf-8")
    assert not re.search(r"\bnan\b", page.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        (["scores.csv", "--metric", "f1"], "has no column 'f1'"),
        (["scores.csv", "--problem", "mnist"], "problem 'mnist': is not in the table"),
        (["scores.csv", "--alpha", "2"], "alpha 2: is not between"),
        (["scores.csv", "scores.csv"], "is named 2 times"),
        (["scores.csv", "--to", "no/such/folder/x"], "no/such/folder"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    cli: Cli, tmp_path: Path, arguments: list[str], said: str
) -> None:
    write(tmp_path / "scores.csv", A=LOW, B=HIGH)
    answer = cli("compare", *arguments)
    assert answer.code == 1
    assert said in answer.error_line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scores.csv"]

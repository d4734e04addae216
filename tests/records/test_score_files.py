"""Scores read from CSV files of any kind, and what is said about them."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from reportgen.analysis.comparison import compare
from reportgen.analysis.pairs import Verdict
from reportgen.cli import progress
from reportgen.cli.compare import compare_tables
from reportgen.cli.verdicts import describe, sentence
from reportgen.errors import UserError
from reportgen.records import score_files
from reportgen.records.score_files import read_all
from reportgen.records.tables import raw
from reportgen.records.tables.reading import Reading
from tests.helpers.made_tables import random_table, table

OWN = """stage,setup,optimizer,seed,status,validation_loss,test_accuracy,seconds
comparison,Adam,Adam,0,finished,0.5,0.91,3
comparison,Adam,Adam,1,diverged,,,2
comparison,Adam 2,Adam,0,finished,0.4,0.93,3
tuned,Adam,Adam,0,finished,0.3,0.95,9
"""


def write(folder: Path, text: str | bytes, name: str = "scores.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path, **options: str) -> list[tuple[object, ...]]:
    found = read_all([path], Reading(**options)).table
    return list(found[["problem", "optimizer", "seed", "score"]].itertuples(index=False, name=None))


# ---------------------------------------------------------------- reading


def test_a_plain_table(tmp_path: Path) -> None:
    path = write(tmp_path, "optimizer,seed,score\nAdam,0,1.5\n\n SGD , 1 ,2e-3\n")
    assert rows(path) == [("scores", "Adam", 0, 1.5), ("scores", "SGD", 1, 0.002)]
    assert read_all([path]).metric == "score"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_line_ends_and_byte_order_marks(tmp_path: Path, separator: str) -> None:
    lines = [["problem", "optimizer", "seed", "score"], ["p", "A", "0", "1"], ["q", '"B; C, D"', "x", "2"]]
    text = "\ufeff" + "\r\n".join(separator.join(cells) for cells in lines)
    assert rows(write(tmp_path, text)) == [("p", "A", 0, 1.0), ("q", "B; C, D", "x", 2.0)]


@pytest.mark.parametrize("cell", ["", "NA", "nan", "NaN", " "])
def test_an_empty_score_is_none(tmp_path: Path, cell: str) -> None:
    (found,) = rows(write(tmp_path, f"optimizer,seed,score\nA,0,{cell}\n"))
    assert math.isnan(float(str(found[3])))


def test_a_runs_own_results(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    found = rows(path)
    assert [row[:3] for row in found] == [
        ("comparison", "Adam", 0),
        ("comparison", "Adam", 1),
        ("comparison", "Adam 2", 0),
        ("tuned", "Adam", 0),
    ]
    assert found[0][3] == 0.91
    assert read_all([path]).metric == "test_accuracy"
    # a diverged trial has no score even where its cell has a number
    seconds = rows(path, metric="seconds")
    assert math.isnan(float(str(seconds[1][3])))
    assert rows(path, metric="validation_loss", problem="tuned") == [("tuned", "Adam", 0, 0.3)]


def test_several_runs_are_told_apart_by_experiment(tmp_path: Path) -> None:
    paths = []
    for run in ("one/r1", "two/r1"):
        write(tmp_path, "{}", f"{run}/manifest.json")
        paths.append(write(tmp_path, OWN, f"{run}/results.csv"))
    found = read_all(paths).table
    assert sorted(set(found["problem"])) == ["one comparison", "one tuned", "two comparison", "two tuned"]
    write(tmp_path, "{}", "one/r2/manifest.json")
    paths.append(write(tmp_path, OWN, "one/r2/results.csv"))
    found = read_all(paths, Reading(problem="one/r2 tuned")).table
    assert len(found) == 1


def test_several_tables_may_share_a_problem(tmp_path: Path) -> None:
    a = write(tmp_path, "problem,optimizer,seed,score\np,A,0,1\n", "a.csv")
    b = write(tmp_path, "problem,optimizer,seed,score\np,B,0,1\n", "b.csv")
    assert read_all([a, b]).table["problem"].tolist() == ["p", "p"]
    plain = [write(tmp_path, "optimizer,seed,score\nA,0,1\n", f"{name}/x.csv") for name in ("c", "d")]
    assert read_all(plain).table["problem"].tolist() == ["c/x", "d/x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "scores.csv: is empty"),
        (" \n\n", "scores.csv: is empty"),
        ("optimizer,seed,score\n", "scores.csv: has a header and no rows"),
        ("optimizer,seed,score\nA,0,1\nA,1,abc\n", "line 3, column score: 'abc' is not a number"),
        ("optimizer,seed,score\nA,0,1_000\n", "line 2, column score: '1_000' is not a number"),
        ("optimizer,seed,score\nA,0,\x1b[31m" + "9" * 99, "line 2, column score: '\\x1b[31m9999"),
        (
            "name,seed,score\nA,0,1\n",
            "has no column optimizer, nor one that is known for it (it has name, seed, score)",
        ),
        (
            "optimizer,seed,quux\nA,0,1\n",
            "has no column that is known as a metric, as score or test_accuracy",
        ),
        ("optimizer,seed,score,score\nA,0,1,1\n", "line 1: has 2 columns 'score'"),
        ("optimizer,seed,score\nA,0\n", "line 2: has 2 cells, the header has 3"),
        ("optimizer,seed,score\nA,0,0,5\n", "line 2: has 4 cells, the header has 3"),
        ("optimizer,seed,score\n,0,1\n", "line 2, column optimizer: is empty"),
        ("optimizer,seed,score\nA,,1\n", "line 2, column seed: is empty"),
        ("optimizer,seed,score\n\x1b[2JA,0,1\n", "line 2, column optimizer: '\\x1b[2JA' has characters"),
        ("optimizer,seed,score\nA\u202eB,0,1\n", "'A\\u202eB' has characters that cannot be printed"),
        ("optimizer,seed,score\n" + "A" * 101 + ",0,1\n", "has 101 characters; at most 100"),
        ("optimizer,seed,score\nA,0,1\nA,0.0,2\n", "line 3: A with seed 0 on scores stands already in"),
        ('optimizer,seed,score\n"A,0,1\n', "is no CSV"),
        ("optimizer,seed,score\n" + "A" * 200_000 + ",0,1\n", "is no CSV"),
        (b"optimizer,seed,score\nA,0,1\n\xff\xfe,0,1\n", "line 3: is not UTF-8 text"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read_all([write(tmp_path, text)])
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert str(tmp_path) in str(caught.value)


def test_choices_that_are_not_there_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    with pytest.raises(UserError, match="has no column 'perplexity'"):
        read_all([path], Reading(metric="perplexity"))
    with pytest.raises(UserError, match=r"problem 'x': is not in the table \(there are comparison, tuned\)"):
        read_all([path], Reading(problem="x"))
    with pytest.raises(UserError, match="is named 2 times"):
        read_all([path, tmp_path / "." / path.name])
    with pytest.raises(UserError, match="no table of scores"):
        read_all([])
    other = write(tmp_path, "optimizer,seed,score\nA,0,1\n", "b.csv")
    with pytest.raises(UserError, match=r"has the metric score, .* has test_accuracy; .*--metric"):
        read_all([path, other])
    again = write(tmp_path, "problem,optimizer,seed,score\np,A,0,1\n", "c.csv")
    twice = write(tmp_path, "problem,optimizer,seed,score\np,A,0,1\n", "d.csv")
    with pytest.raises(
        UserError, match=r"d.csv, line 2: A with seed 0 on p stands already in .*c.csv, line 2"
    ):
        read_all([again, twice])
    with pytest.raises(OSError, match="No such file"):
        read_all([tmp_path / "none.csv"])


def test_what_would_take_hours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    score_files.check_size(table(**{f"o{i}": [1.0] for i in range(45)}))  # 990 pairs
    with pytest.raises(UserError, match="has 46 optimizers, which makes 1035 pairs"):
        score_files.check_size(table(**{f"o{i}": [1.0] for i in range(46)}))
    with pytest.raises(UserError, match="optimizer A: has 1001 seeds"):
        score_files.check_size(table(A=[1.0] * 1001, B=[1.0]))
    monkeypatch.setattr(raw, "LARGEST_FILE", 20)
    with pytest.raises(UserError, match="has more than"):
        read_all([write(tmp_path, "optimizer,seed,score\nA,0,1\n")])


# ---------------------------------------------------------------- saying


def sentences(**scores: list[float | None]) -> list[str]:
    found = compare(table(**scores), metric="test_accuracy")
    return [sentence(found, pair) for pair in found.pairs]


UP = [0.50, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57]


def test_a_sentence_for_every_verdict() -> None:
    above = [value + 0.01 * (1 + i % 3) for i, value in enumerate(UP)]
    assert sentences(A=above, B=UP) == [
        "A is better than B: +1.88 percentage points [1.00, 2.67], p = 0.0078"
        " (Holm, exact sign-flip test, 8 seeds)"
    ]
    # what was not seen is not said not to be there; without any spread nothing is said to be detectable
    assert sentences(A=UP, B=UP)[0].endswith("p = 1 (Holm, exact sign-flip test, 8 seeds)")
    mixed = [value + 0.01 * (-1) ** i + 0.003 for i, value in enumerate(UP)]
    (said,) = sentences(A=mixed, B=UP)
    assert said.startswith("A and B are not separable: +0.30 percentage points [-")
    assert re.search(r"; such seeds show a difference of [\d.]+ percentage points with 80 % power$", said)
    assert sentences(A=[0.5], B=[0.4]) == [
        "A and B: too few seeds for a verdict (1 shared, at least 6 needed): +10.00 percentage points"
    ]
    assert sentences(A=[0.5, None], B=[None, 0.4]) == [
        "A and B: too few seeds for a verdict (0 shared, at least 6 needed): no seed in common"
        "; A lacks 1 of B's seeds; B lacks 1 of A's seeds"
    ]
    lost = [math.nan, *UP[1:]]
    assert sentences(A=lost, B=UP)[0].startswith(
        "A and B are not separable: +0.00 percentage points where both have a score, p = 1 (Holm, exact"
        " sign-flip test of ranks, 8 seeds); A: no score in 1 of 8"
    )
    assert sentences(A=[math.nan], B=[math.inf]) == [
        "A and B: too few seeds for a verdict (1 shared, at least 6 needed): no two scores to compare"
        "; A: no score in 1 of 1; B: no score in 1 of 1"
    ]


def test_a_terminal_gets_tables_and_standings() -> None:
    found = compare(random_table(3, 9, effect=3, problem="[red]p"), metric="loss", higher_is_better=False)
    lines = describe(found, True, width=90)
    assert lines[0].strip() == "[red]p: loss (lower is better)"
    assert "A > B > C" in lines
    assert sum(line.startswith("- ") for line in lines) == 3
    assert all(len(line) <= 90 for line in lines if "│" in line)
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_says_who_may_be_best_where_some_are_separated() -> None:
    scores = random_table(4, 12, effect=1, seed=3)
    found = compare(scores)
    (standing,) = found.standings
    assert standing.winner is None
    lines = describe(found, True)
    assert standing.text("no score") in lines
    said = f"- not shown to be worse than any other: {', '.join(standing.may_be_best)}"
    assert said in lines
    worse = {pair.second for pair in found.pairs if pair.verdict is Verdict.BETTER}
    assert worse == set("ABCD") - set(standing.may_be_best)


def test_elsewhere_there_are_lines_with_tabs() -> None:
    found = compare(random_table(2, 9, effect=3))
    lines = [line.split("\t") for line in describe(found, False)]
    kinds = [line[0] for line in lines]
    assert kinds == ["metric"] * 2 + ["summary"] * 3 + ["standing"] * 2 + ["pair"] * 2 + ["verdict"]
    assert lines[0] == ["metric", "metric", "better", "alpha", "margin", "against", "paired"]
    assert lines[1] == ["metric", "score", "higher", "0.05", "", "", "true"]
    for kind in ("summary", "standing", "pair"):
        header, *cells = (line for line in lines if line[0] == kind)
        assert all(len(row) == len(header) for row in cells)
    pair = dict(zip(*(line for line in lines if line[0] == "pair"), strict=True))
    assert (pair["first"], pair["verdict"], pair["p"]) == ("B", "better", "0.00390625")
    assert lines[-1][2].startswith("B is better than A")


def test_run_prints_and_knows_which_metrics_are_better_lower(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{o},{s},{v + s / 10}" for o, v in (("A", 1.0), ("B", 5.0)) for s in range(7)]
    path = write(tmp_path, "optimizer,seed,train_loss\n" + "\n".join(lines))
    assert compare_tables([path], Reading("train_loss")) == 0
    assert "A is better than B: -4" in capsys.readouterr().out
    assert compare_tables([path], Reading("train_loss"), higher_is_better=True) == 0
    assert "B is better than A: +4" in capsys.readouterr().out
    with pytest.raises(UserError, match="alpha 2"):
        compare_tables([path], Reading("train_loss"), alpha=2.0)


def test_a_bar_counts_on_a_terminal_and_nowhere_else() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80)
    with progress.counted("comparing", terminal) as tell:
        assert tell is not None
        compare(pd.concat([random_table(3, 8), random_table(2, 25, problem="q")]), progress=tell)
    assert isinstance(terminal.file, io.StringIO)
    drawn = terminal.file.getvalue()
    assert "comparing" in drawn
    assert "9/9" in drawn  # five optimizers, three pairs and one
    pipe = Console(file=io.StringIO(), force_terminal=False)
    with progress.counted("comparing", pipe) as tell:
        assert tell is None
    assert pipe.file.getvalue() == ""  # type: ignore[attr-defined]

"""`reportgen compare` on tables of other forms: what it is told of them, what it assumes, what travels."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pikepdf
import pytest

import reportgen
from tests.helpers.cli import Cli, refused

EPOCHS = "method;run;epoch;val_loss;test_acc\n" + "".join(
    f"{name};{seed};{epoch};{abs(epoch - 2)};{base + epoch / 100 + seed / 1000:.3f}".replace(".", ",") + "\n"
    for name, base in (("SGD", 0.5), ("Adam", 0.6))
    for seed in range(7)
    for epoch in (1, 2, 3)
)


def facts(out: str, kind: str) -> list[list[str]]:
    """The rows of one kind in plain output, without the names of their columns."""
    rows = [line.split("\t")[1:] for line in out.splitlines() if line.startswith(f"{kind}\t")]
    return rows if kind in {"assumed", "verdict"} else rows[1:]


def test_that_a_trial_without_a_score_is_the_worst_is_said(cli: Cli, tmp_path: Path) -> None:
    rows = [f"{name},{seed},{'' if (name, seed) == ('B', 2) else seed}" for name in "AB" for seed in range(7)]
    (tmp_path / "lost.csv").write_text("\n".join(["optimizer,seed,score", *rows]))
    ((assumed,),) = facts(cli("compare", "lost.csv", "--no-report").out, "assumed")
    assert assumed == "a trial without a score is worse than any that has one (there are 1)"


def test_what_was_assumed_is_one_line_of_plain_output(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text(EPOCHS)
    answer = cli("compare", "curves.csv", "--no-report")
    assert answer.code == 0, answer.err
    ((assumed,),) = facts(answer.out, "assumed")
    assert assumed.split("; ") == [
        "curves.csv is CSV parted by semicolons",
        'optimizer is the column "method"',
        'seed is the column "run"',
        'the metric is the column "test_acc" (there are val_loss too)',
        'the commas in column "test_acc" are decimal commas',
        "each trial counts at its last epoch, 3",
    ]
    ((_, better, *_),) = facts(answer.out, "metric")
    assert better == "higher"
    assert [row[:3] for row in facts(answer.out, "summary")] == [
        ["curves", "Adam", "7"],
        ["curves", "SGD", "7"],
    ]
    (tmp_path / "plain.csv").write_text("optimizer,seed,score\nA,0,1\nB,0,2\n")
    assert not facts(cli("compare", "plain.csv", "--no-report").out, "assumed")


def test_options_say_what_the_columns_are(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("who,what,where,when,gain\n" + "".join(
        f"{who},{seed},{where},{when},{when * (1 + (who == 'B'))}\n"
        for who in "AB" for seed in range(7) for where in "pq" for when in (1, 2)
    ))  # fmt: skip
    options = ["--optimizer-column", "who", "--seed-column", "what", "--problem-column", "where"]
    options += ["--epoch-column", "when", "--metric", "gain", "--higher-is-better", "--no-report"]
    answer = cli("compare", "odd.csv", *options, "--at", "epoch:1")
    means = {tuple(row[:2]): float(row[4]) for row in facts(answer.out, "summary")}
    assert means == {("p", "A"): 1, ("p", "B"): 2, ("q", "A"): 1, ("q", "B"): 2}
    assert not facts(answer.out, "assumed")
    last = cli("compare", "odd.csv", *options, "--problem", "q")
    assert {row[0]: row[4] for row in facts(last.out, "summary")} == {"q": "2"}
    refused(cli("compare", "odd.csv", *options, "--at", "worst"), "--at 'worst': is none of last")


def test_a_table_from_standard_input(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    (tmp_path / "curves.csv").write_text(EPOCHS)
    of_file = cli("compare", "curves.csv", "--no-report")
    for content in (EPOCHS.encode(), gzip.compress(EPOCHS.encode())):
        pipe(content)
        answer = cli("compare", "-", "--no-report")
        assert facts(answer.out, "summary")[0][1:] == facts(of_file.out, "summary")[0][1:]
    pipe(b"optimizer,seed,score\nA,0,x\n")
    refused(cli("compare", "-"), "standard input, line 2, column score: 'x' is not a number")
    pipe(b"")
    refused(cli("compare", "-"), "standard input: is empty")
    pipe(EPOCHS.encode())
    assert cli("compare", "-", "--no-pdf").code == 0
    assert (tmp_path / "output" / "compare" / "stdin-comparison.html").is_file()


def test_a_report_says_what_was_assumed_and_is_read_again_in_the_same_way(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "curves.csv.gz").write_bytes(gzip.compress(EPOCHS.encode(), mtime=0))
    answer = cli("compare", "curves.csv.gz", "--at", "best:val_loss", "--to", "mine", "--languages", "en")
    assert answer.code == 0, answer.err
    page = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert "Assumed when reading" in page
    assert "curves.csv.gz is CSV parted by semicolons, packed by gzip" in page
    assert "each trial counts at the first epoch where" in page
    assert cli("compare", "curves.csv.gz", "--languages", "zh-Hant", "--to", "zh", "--no-pdf").code == 0
    chinese = (tmp_path / "zh.html").read_text(encoding="utf-8").partition("<body")[2]
    assert "curves.csv.gz 為以分號分隔的 CSV，以 gzip 壓縮" in chinese
    assert "parted by" not in chinese
    with pikepdf.open(tmp_path / "mine.pdf") as pdf:
        how = json.loads(pdf.attachments["comparison.json"].get_file().read_bytes())
        carried = pdf.attachments["curves.csv.gz"].get_file().read_bytes()
    assert how["reading"] == {"at": "best:val_loss"}
    assert carried == (tmp_path / "curves.csv.gz").read_bytes()
    proved = cli("verify", "mine.pdf")
    assert proved.code == 0, proved.out


FOUR = "optimizer,seed,accuracy\n" + "".join(
    f"{name},{seed},{base + (seed * 7 % 5) / 1000 * (1 + number / 3):.5f}\n"
    for number, (name, base) in enumerate([("SGD", 0.5), ("Adam", 0.501), ("Lion", 0.6), ("Muon", 0.7)])
    for seed in range(9)
)


def test_one_reference_a_margin_and_no_pairs_are_asked_for_and_kept(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "four.csv").write_text(FOUR)
    answer = cli("compare", "four.csv", "--against", "SGD", "--no-report")
    assert answer.code == 0, answer.err
    assert [set(row[1:3]) for row in facts(answer.out, "pair")] == [
        {"SGD", "Muon"}, {"SGD", "Lion"}, {"SGD", "Adam"}
    ]  # fmt: skip
    refused(cli("compare", "four.csv", "--against", "Adamax"), "'Adamax': is not in the table")
    options = ["--against", "SGD", "--margin", "0.02", "--unpaired"]
    answer = cli("compare", "four.csv", *options, "--to", "mine", "--languages", "en")
    assert answer.code == 0, answer.err
    same = [line for (*_, line) in facts(answer.out, "verdict") if "practically the same" in line]
    assert len(same) == 1
    assert "Adam" in same[0]
    with pikepdf.open(tmp_path / "mine.pdf") as pdf:
        how = json.loads(pdf.attachments["comparison.json"].get_file().read_bytes())
    assert (how["against"], how["margin"], how["reading"]) == ("SGD", 0.02, {"paired": False})
    assert cli("verify", "mine.pdf").code == 0
    refused(cli("compare", "four.csv", "--margin", "1"), "margin 1: accuracy is a share of 1")
    in_python = reportgen.compare(tmp_path / "four.csv", against="SGD", margin=0.02, paired=False)
    assert (in_python.result.against, in_python.result.margin, in_python.result.paired) == (
        "SGD",
        0.02,
        False,
    )
    assert list(in_python.pairs["verdict"]).count("practically the same") == 1


def test_trials_without_seeds_are_tested_without_pairs(cli: Cli, tmp_path: Path) -> None:
    lines = (line.split(",") for line in FOUR.splitlines())
    (tmp_path / "noseed.csv").write_text("".join(f"{name},{score}\n" for name, _, score in lines))
    answer = cli("compare", "noseed.csv", "--no-report")
    assert "there is no column of seeds" in facts(answer.out, "assumed")[0][0]
    assert all("sign-flip" not in line for (*_, line) in facts(answer.out, "verdict"))
    assert any("Muon is better than SGD" in line for (*_, line) in facts(answer.out, "verdict"))


def test_python_takes_the_same_and_tells_the_same(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_text(EPOCHS)
    comparison = reportgen.compare(path, metric="test_acc", at="epoch:2", seed_column="run")
    answer = cli(
        "compare", path, "--metric", "test_acc", "--at", "epoch:2", "--seed-column", "run", "--no-report"
    )
    assert [["; ".join(comparison.assumed)]] == facts(answer.out, "assumed")
    assert [f"{mean:.10g}" for mean in comparison.table["mean"]] == [
        row[4] for row in facts(answer.out, "summary")
    ]
    assert "assumed: curves.csv is CSV parted by semicolons" in comparison._repr_html_()

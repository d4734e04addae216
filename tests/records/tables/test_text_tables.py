"""One table in every form of text that spreadsheets and programs write: always the same trials."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import zipfile
from itertools import count
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.records.tables import raw
from tests.helpers.anyones_tables import read, trials

TRIALS = [("AdamW", 0, 0.7383), ("AdamW", 1, 0.7374), ("SGD", 0, 0.7077), ("SGD", 1, 0.7072)]


def text(separator: str = ",", *, point: str = ".", end: str = "\n", quote: str = "", sign: str = "") -> str:
    rows = [("optimizer", "seed", "score")]
    rows += [
        (name, str(seed), f"{100 * score:.2f}{sign}" if sign else f"{score}") for name, seed, score in TRIALS
    ]
    return "".join(
        separator.join(f"{quote}{cell.replace('.', point)}{quote}" for cell in row) + end for row in rows
    )


def zipped(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"in/{name}.csv", content)
    return file.getvalue()


PLAIN = text()
BODY = PLAIN.partition("\n")[2]
FORMS: dict[str, tuple[str | bytes, str]] = {
    "commas": (PLAIN, ""),
    "semicolons": (text(";"), "CSV parted by semicolons"),
    "semicolons and decimal commas": (text(";", point=","), "decimal commas"),
    "quoted decimal commas": (text(point=",", quote='"'), "decimal commas"),
    "tabs": (text("\t"), "parted by tabs"),
    "bars": (text("|"), "parted by bars"),
    "blanks": (text("   "), "parted by blanks"),
    "quotes": (text(quote='"'), ""),
    "Windows": (text(end="\r\n"), ""),
    "old Mac": (text(end="\r"), ""),
    "a mark": (PLAIN.encode("utf-8-sig"), ""),
    "UTF-16": (PLAIN.encode("utf-16"), "in UTF-16"),
    "UTF-16, the other way": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "in UTF-16"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "without a mark"),
    "UTF-16 the other way without a mark": (PLAIN.encode("utf-16-be"), "without a mark"),
    "UTF-16 of Excel": (text("\t").encode("utf-16"), "parted by tabs, in UTF-16"),
    "gzip": (gzip.compress(PLAIN.encode()), "packed by gzip"),
    "bzip2": (bz2.compress(PLAIN.encode()), "packed by bzip2"),
    "xz": (lzma.compress(PLAIN.encode()), "packed by xz"),
    "zip": (zipped(table=PLAIN), "packed by zip"),
    "a sign of percent": (text(sign=" %"), "read as shares of 1 (73.83 % is 0.7383)"),
    "comments": ("# mine\n" + PLAIN.replace("SGD,0", "# later\nSGD,0"), "begin with #: lines 1, 5"),
    "names in a comment": ("# optimizer,seed,score\n" + BODY, "those in a line of comment"),
    "Excel's first line": ("sep=;\n" + text(";"), "parted by semicolons"),
    "trailing separators": (PLAIN.replace("\n", ",\n"), ""),
    "trailing separators of rows": ("optimizer,seed,score\n" + BODY.replace("\n", ",\n"), ""),
    "blank lines": ("\n\n" + PLAIN.replace("\n", "\n\n"), ""),
    "an index": (
        "".join(f"{number or ''},{line}\n" for number, line in enumerate(PLAIN.splitlines())),
        "",
    ),
    "R": (
        "".join(f'"{n}" {line}\n' if n else f"{line}\n" for n, line in enumerate(text(" ").splitlines())),
        "parted by blanks",
    ),
    "Markdown": (
        "| optimizer | seed | score |\n|---|--:|:--|\n"
        + "".join(f"| {row} |\n" for row in text(" | ").splitlines()[1:]),
        "parted by bars",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_table(tmp_path: Path, form: str) -> None:
    content, said = FORMS[form]
    scores = read(tmp_path, content)
    assert [trial[:2] for trial in trials(scores)] == [trial[:2] for trial in TRIALS]
    for trial, (_, _, score) in zip(trials(scores), TRIALS, strict=True):
        assert trial[2] == pytest.approx(score, abs=1e-12)
    assert said in "; ".join(scores.assumed)
    assert bool(said) == bool(scores.assumed)
    assert scores.paired


def test_letters_of_western_europe_are_read_and_others_refused(tmp_path: Path) -> None:
    named = PLAIN.replace("SGD", "Méthode")
    scores = read(tmp_path, named.encode("latin-1"))
    assert {trial[0] for trial in trials(scores)} == {"AdamW", "Méthode"}
    assert "Windows-1252, since it is not UTF-8" in scores.assumed[0]
    with pytest.raises(UserError, match="line 4: is not UTF-8 text"):
        read(tmp_path, PLAIN.replace("SGD", "方法").encode("big5"))


def test_a_packed_table_is_called_as_the_table(tmp_path: Path) -> None:
    scores = read(tmp_path, gzip.compress(PLAIN.encode()), "mnist.csv.gz")
    assert set(scores.table["problem"]) == {"mnist"}


@pytest.mark.parametrize("empty", ["", "NA", "n/a", "null", "-", "—"])
def test_a_cell_without_a_number_says_so_in_many_ways(tmp_path: Path, empty: str) -> None:
    scores = read(tmp_path, f"optimizer,seed,score\nA,0,{empty}\nA,1,2\n")
    assert [math.isnan(float(str(trial[2]))) for trial in trials(scores)] == [True, False]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 9, "is not UTF-8 text"),
        (b"\x00\x01" + PLAIN.encode(), "is no text"),
        ("<!DOCTYPE html>\n<html><body>Not found</body></html>", "is a web page or XML, not a table"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:25], "cannot be unpacked"),
        (zipped(a=PLAIN, b=PLAIN), "has 2 files (in/a.csv, in/b.csv)"),
        (zipped(), "has 0 files (none)"),
        (BODY, "line 1: has the number 0.7383 where columns' names are expected"),
        (text(";").replace("0.7072", "0,7072"), "line 5, column score: '0,7072' is written in another way"),
        (text(sign="%").replace("70.72%", "70.72"), "line 5, column score: '70.72' is written in"),
        ('optimizer,seed,score\nA,0,"1,234"\n', "may have a decimal comma, or one between thousands"),
        ("optimizer;seed;score\nA;0;1.234,5\n", "'1.234,5' has marks between thousands"),
        ("optimizer,seed,score\nA,0,0,5\n", "line 2: has 4 cells, the header has 3"),
    ],
    ids=count(),  # contents hold the time at which they were packed, and every process collects its own
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, content)
    assert said in str(refused.value)
    assert str(refused.value).isprintable()


def test_a_small_file_may_not_become_a_large_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "LARGEST_FILE", 10_000)
    large = PLAIN + "\n" * 20_000
    for content in (gzip.compress(large.encode()), lzma.compress(large.encode()), zipped(a=large)[:]):
        with pytest.raises(UserError, match="has more than 0 MB"):
            read(tmp_path, content)

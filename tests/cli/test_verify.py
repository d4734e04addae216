"""`reportgen verify`: what it says of whole PDFs and of PDFs that somebody changed with other programs."""

from __future__ import annotations

import io
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace as replaced
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pikepdf
import pymupdf
import pytest
from scipy import stats

from reportgen.report.options import ReportOptions
from reportgen.verification import document
from reportgen.verification.document import Document
from reportgen.verification.verdict import NOT_COMPARED, NOT_CONSISTENT, NOT_FOUND, conclusion
from tests.helpers.cli import Answer, Cli
from tests.helpers.verified import failed, prove, resealed


def proofs(answer: Answer, state: str) -> list[str]:
    """What the lines of a state are about."""
    cells = [line.split("\t") for line in answer.out.splitlines()]
    return [row[1] for row in cells if row[0] == state]


def attached(pdf: pikepdf.Pdf, name: str) -> str:
    return pdf.attachments[name].get_file().read_bytes().decode()


def attach(pdf: pikepdf.Pdf, name: str, text: str) -> None:
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, text.encode(), filename=name)


def replace(pdf: pikepdf.Pdf, name: str, old: str, new: str) -> None:
    """Change the first place in an attached file."""
    text = attached(pdf, name)
    assert old in text
    attach(pdf, name, text.replace(old, new, 1))


def last_number(pdf: pikepdf.Pdf, name: str) -> tuple[str, str]:
    """A cell of the last row of an attached table with a decimal fraction, and the cell a little larger."""
    rows = attached(pdf, name).splitlines()
    place = rows[0].split(",").index("validation_accuracy")
    cells = rows[-1].split(",")
    changed = [*cells[:place], str(float(cells[place]) + 0.01), *cells[place + 1 :]]
    return rows[-1], ",".join(changed)


def list_anew(pdf: pikepdf.Pdf) -> str:
    """Write the list of digests as the attachments are now; returns its own digest."""
    names = sorted(set(pdf.attachments) - {"checksums.txt"}, key=str.encode)
    lines = [f"{sha256(attached_bytes(pdf, name)).hexdigest()}  {name}\n" for name in names]
    attach(pdf, "checksums.txt", "".join(lines))
    return sha256("".join(lines).encode()).hexdigest()


def attached_bytes(pdf: pikepdf.Pdf, name: str) -> bytes:
    return bytes(pdf.attachments[name].get_file().read_bytes())


def seal_anew(pdf: pikepdf.Pdf) -> None:
    """The same, and the new fingerprint in the document's properties."""
    digest = list_anew(pdf)
    pdf.docinfo["/Keywords"] = f"records-sha256:{digest}, languages:zh-Hant en"


def change_metrics(pdf: pikepdf.Pdf) -> None:
    replace(pdf, "metrics.csv", *last_number(pdf, "metrics.csv"))


def change_results(pdf: pikepdf.Pdf) -> None:
    replace(pdf, "results.csv", *last_number(pdf, "results.csv"))


def change_manifest(pdf: pikepdf.Pdf) -> None:
    manifest = json.loads(attached(pdf, "manifest.json"))
    manifest["device"]["processor"] = "another one"
    attach(pdf, "manifest.json", json.dumps(manifest))


def remove(*names: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for name in names or list(pdf.attachments):
            del pdf.attachments[name]

    return change


def in_turn(*changes: Callable[[pikepdf.Pdf], object]) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for one in changes:
            one(pdf)

    return change


CHANGES: dict[str, tuple[Callable[[pikepdf.Pdf], None], set[str]]] = {
    "a number of an epoch": (change_metrics, {"digests"}),
    "a number of a result": (change_results, {"digests"}),
    "the manifest": (change_manifest, {"digests"}),
    "the manifest is no JSON": (lambda pdf: attach(pdf, "manifest.json", "{"), {"digests"}),
    "metrics removed": (remove("metrics.csv"), {"attachments"}),
    "manifest removed": (remove("manifest.json"), {"attachments"}),
    "experiment removed": (remove("tiny.toml"), {"attachments"}),
    "list of digests removed": (remove("checksums.txt"), {"attachments"}),
    "everything removed": (remove(), {"attachments"}),
    "a file added": (lambda pdf: attach(pdf, "more.csv", "a,b\n"), {"attachments"}),
    "an empty list of digests": (
        in_turn(lambda pdf: attach(pdf, "checksums.txt", "\n")),
        {"attachments", "fingerprint"},
    ),
    "a number, and the list of digests": (in_turn(change_metrics, list_anew), {"fingerprint"}),
    "a number, the list of digests and the properties": (
        in_turn(change_results, seal_anew),
        {"fingerprint"},
    ),
    "the manifest, the list of digests and the properties": (
        in_turn(change_manifest, seal_anew),
        {"fingerprint"},
    ),
}
"""Changes with the proofs that fail; what is attached is not read on then."""


def test_a_fresh_report_is_consistent(cli: Cli, tiny_run: Path) -> None:
    answer = cli("verify", tiny_run / "report.pdf")
    assert answer.code == 0, answer.out
    assert answer.err == ""
    assert proofs(answer, "FAILED") == []
    assert {"digests", "results.csv from metrics.csv", "printed: key findings"} <= set(proofs(answer, "ok"))
    assert answer.out.splitlines()[-1].startswith("verdict\tconsistent: ")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_and_what_was_changed_is_not_read_on(tiny_run: Path, change: str) -> None:
    make, found = CHANGES[change]
    buffer = io.BytesIO()
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        make(pdf)
        pdf.save(buffer)
    proofs_found = prove(buffer.getvalue())
    assert set(failed(proofs_found)) == found
    assert {proof.what for proof in proofs_found} == {"attachments", "digests", "fingerprint", "pages"}
    assert conclusion(proofs_found) == NOT_CONSISTENT


def test_what_was_changed_is_named(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        replace(pdf, "metrics.csv", *last_number(pdf, "metrics.csv"))
        pdf.save(tmp_path / "changed.pdf")
    answer = cli("verify", tmp_path / "changed.pdf")
    assert (answer.code, answer.err) == (1, "")
    assert "FAILED\tdigests\tmetrics.csv was changed" in answer.out
    assert answer.out.splitlines()[-1].startswith("verdict\tnot consistent: ")


# ---------------------------------------------------------------- changed with all that vouches for it


@pytest.fixture(scope="module")
def read(tiny_run: Path) -> Document:
    return document.read(tiny_run / "report.pdf")


def changed_row(read: Document, name: str) -> tuple[str, str, bytes]:
    """The validation accuracy of an attached table's last row, the same a little larger, and that table."""
    data = dict(read.attachments)[name]
    assert data is not None
    rows = data.decode().splitlines()
    place = rows[0].split(",").index("validation_accuracy")
    cells = rows[-1].split(",")
    now = str(float(cells[place]) + 0.01)
    rows[-1] = ",".join([*cells[:place], now, *cells[place + 1 :]])
    return cells[place], now, "\n".join([*rows, ""]).encode()


def test_epochs_that_give_other_results_are_found(read: Document) -> None:
    was, now, table = changed_row(read, "metrics.csv")
    wrong = failed(prove(resealed(read, {"metrics.csv": table})))
    assert set(wrong) == {"results.csv from metrics.csv"}
    assert (
        f"validation_accuracy is {was}, computed again it is {now}" in wrong["results.csv from metrics.csv"]
    )


def test_results_that_are_not_on_the_pages_are_found(read: Document) -> None:
    _, _, table = changed_row(read, "results.csv")
    assert {"results.csv from metrics.csv", "printed: trials"} <= set(
        failed(prove(resealed(read, {"results.csv": table})))
    )


def test_records_of_a_kind_that_is_missing_are_found(read: Document) -> None:
    files = tuple((name, data) for name, data in read.attachments if name != "metrics.csv")
    wrong = failed(prove(resealed(replaced(read, attachments=files), {})))
    assert wrong == {"records": "cannot be read: UserError: metrics.csv is missing"}


def means(tiny_run: Path) -> dict[str, tuple[str, str]]:
    """Mean test accuracy and its t interval of every optimizer, computed here a second time."""
    results = pd.read_csv(tiny_run / "results.csv")
    written = {}
    for setup, trials in results[results["stage"] == "comparison"].groupby("setup"):
        scores = trials["test_accuracy"]
        low, high = stats.t.interval(0.95, len(scores) - 1, scores.mean(), stats.sem(scores))
        written[str(setup)] = (
            f"{100 * scores.mean():.2f}%",
            f"[{100 * max(0, low):.2f}%,{100 * min(1, high):.2f}%]",
        )
    return written


def without(read: Document, text: str) -> Document:
    """The document with another text wherever a page has this one."""
    assert any(text in page for page in read.pages)
    return replaced(read, pages=tuple(page.replace(text, "99.99%") for page in read.pages))


def test_every_mean_with_its_interval_is_looked_for_on_the_pages(tiny_run: Path, read: Document) -> None:
    assert len(means(tiny_run)) == 3
    for setup, (mean, interval) in means(tiny_run).items():
        wrong = failed(prove(without(read, f"{setup}{mean}{interval}")))
        assert f"{setup} {mean} [" in wrong["printed: means and intervals"]


def test_every_verdict_is_looked_for_on_the_pages(tiny_run: Path, read: Document) -> None:
    results = pd.read_csv(tiny_run / "results.csv")
    scores = results[results["stage"] == "comparison"].groupby("setup")["test_accuracy"].mean()
    for first, second in itertools.combinations(scores.sort_values(ascending=False).index, 2):
        difference = 100 * (scores[first] - scores[second])
        wrong = failed(prove(without(read, f"{first}vs.{second}2{difference:+.2f}")))
        assert f"{first} vs.\N{NO-BREAK SPACE}{second} 2 {difference:+.2f}" in wrong["printed: verdicts"]


# ---------------------------------------------------------------- changed on the pages


def test_a_number_that_was_written_over_is_found(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    with pymupdf.open(tiny_run / "report.pdf") as pdf:
        first = pdf[0]
        shown = next(word[4] for word in first.get_text("words") if word[4].endswith("%,"))
        for place in first.search_for(shown):
            first.add_redact_annot(place, text="[99.99%,")
        first.apply_redactions()
        pdf.save(tmp_path / "changed.pdf")
    answer = cli("verify", tmp_path / "changed.pdf")
    assert answer.code == 1
    assert set(proofs(answer, "FAILED")) == {"printed: key findings"}
    assert "not on the first page" in answer.out


def test_a_note_over_a_number_is_found(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    with pymupdf.open(tiny_run / "report.pdf") as pdf:
        place = pdf[0].search_for("%")[0]
        pdf[0].add_freetext_annot(place, "99.99%", fill_color=(1, 1, 1))
        pdf.save(tmp_path / "changed.pdf")
    answer = cli("verify", tmp_path / "changed.pdf")
    assert answer.code == 1
    assert "FAILED\tpages\tpage 1: something was stuck onto it" in answer.out


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the program sha256sum")
def test_the_list_of_digests_is_what_sha256sum_reads(tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        for name in pdf.attachments:
            (tmp_path / name).write_bytes(attached_bytes(pdf, name))
    check = [str(shutil.which("sha256sum")), "--check", "--strict", "checksums.txt"]
    told = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [
        f"{path.name}: OK"
        for path in sorted(tmp_path.iterdir(), key=lambda path: path.name.encode())
        if path.name != "checksums.txt"
    ]


def test_html_and_pdf_show_the_same_fingerprint(cli: Cli, tiny_run: Path) -> None:
    said = cli("verify", tiny_run / "report.pdf").out.splitlines()[0]
    fingerprint = said.removeprefix("fingerprint\t")
    assert len(fingerprint) == 64
    assert f"<code>{fingerprint}</code>" in (tiny_run / "report.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- written anew


def test_one_language_on_letter_paper_is_written_anew_like_that(
    cli: Cli, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    assert cli("render", run, "--languages", "en", "--paper", "letter").code == 0
    with pikepdf.open(run / "report.pdf") as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox] == [0, 0, 612, 792]
    answer = cli("verify", run / "report.pdf")
    assert answer.code == 0, answer.out
    assert "ok\trebuilt\tthe same bytes" in answer.out


def test_what_other_versions_wrote_is_not_compared_and_said_to_be_so(read: Document) -> None:
    keywords = re.sub(r"made-with:[0-9a-f]{64}", f"made-with:{'0' * 64}", read.keywords)
    other = replaced(read, properties={**read.properties, "Keywords": keywords})
    found = prove(other, rebuild=lambda *_: pytest.fail("it would be another file anyway"))
    assert conclusion(found) == NOT_COMPARED
    assert "the look of the pages was not compared" in NOT_COMPARED
    assert (
        next(proof for proof in found if proof.what == "not rebuilt")
        .unknown[0]
        .startswith("it was written with other versions")
    )


def test_sentences_of_another_version_are_unknown_if_they_are_not_found(read: Document) -> None:
    pages = tuple(page.replace("%", "") for page in read.pages)
    made = replaced(read, pages=pages, properties={**read.properties, "Creator": "reportgen 9.9"})
    found = prove(made)
    assert failed(found) == {}
    assert conclusion(found) == NOT_FOUND
    assert set(failed(prove(replaced(read, pages=pages)))) >= {"printed: trials", "printed: key findings"}


def test_without_the_last_proof_the_command_is_undecided(cli: Cli, tiny_run: Path) -> None:
    answer = cli("verify", "--no-rebuild", tiny_run / "report.pdf")
    assert answer.code == 4, answer.out
    assert proofs(answer, "FAILED") == []
    verdict = answer.out.splitlines()[-1]
    assert verdict.startswith("verdict\tundecided: ")
    assert "the look of the pages was not compared" in verdict


def test_nothing_beside_a_pdf_is_run(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    """A folder that somebody sends may hold more than a PDF."""
    for name in ("reportgen", "json", "numpy", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('trapped', 'w')", encoding="utf-8")
    shutil.copy(tiny_run / "report.pdf", "x.pdf")
    assert cli("verify", "--no-rebuild", "x.pdf").code == 4
    assert not Path("trapped").exists()


# ---------------------------------------------------------------- no report


def other_program(path: Path) -> None:
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((50, 50), "a letter")
        pdf.save(path)


def encrypted(path: Path) -> None:
    with pymupdf.open() as pdf:
        pdf.new_page()
        pdf.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")


NO_REPORTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "another program's PDF": (other_program, "carries no fingerprint"),
    "an encrypted PDF": (encrypted, "is encrypted"),
    "no PDF": (lambda path: path.write_text("title = 'x'"), "is no PDF, or a damaged one"),
    "an empty file": (lambda path: path.write_bytes(b""), "is no PDF, or a damaged one"),
    "a folder": (Path.mkdir, "Is a directory"),
    "nothing": (Path.exists, "No such file"),
}


@pytest.mark.parametrize("kind", NO_REPORTS)
def test_what_is_no_report_is_one_line(cli: Cli, tmp_path: Path, kind: str) -> None:
    make, said = NO_REPORTS[kind]
    make(tmp_path / "x.pdf")
    answer = cli("verify", tmp_path / "x.pdf")
    assert answer.code == 1
    assert answer.out == ""
    assert answer.error_line.startswith("reportgen: error: ")
    assert "x.pdf" in answer.error_line
    assert said in answer.error_line


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_half_a_report_is_not_consistent(cli: Cli, tiny_run: Path, tmp_path: Path, part: float) -> None:
    whole = (tiny_run / "report.pdf").read_bytes()
    (tmp_path / "x.pdf").write_bytes(whole[: int(part * len(whole))])
    answer = cli("verify", tmp_path / "x.pdf")
    assert answer.code == 1
    assert len(answer.err.splitlines()) <= 1


# ---------------------------------------------------------------- a report of tables

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
    assert {"digests", "printed: key findings", "printed: verdicts", "rebuilt"} <= set(proofs(answer, "ok"))


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

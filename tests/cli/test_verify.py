"""`reportgen verify`: what it says of whole PDFs and of PDFs that somebody changed with other programs."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pikepdf
import pymupdf
import pytest

from reportgen.verification.verdict import NOT_CONSISTENT, conclusion
from tests.helpers.cli import Cli
from tests.helpers.verified import failed, proofs_of, prove


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
    assert proofs_of(answer, "FAILED") == []
    assert {"digests", "results.csv from metrics.csv", "printed: key findings"} <= set(
        proofs_of(answer, "ok")
    )
    assert "ok\trebuilt\tthe same bytes" in answer.out
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
    assert set(proofs_of(answer, "FAILED")) == {"printed: results at a glance"}
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
    said = cli("verify", "--no-rebuild", tiny_run / "report.pdf").out.splitlines()[0]
    fingerprint = said.removeprefix("fingerprint\t")
    assert len(fingerprint) == 64
    assert f"<code>{fingerprint}</code>" in (tiny_run / "report.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- written anew


def test_one_language_on_letter_paper_with_results_first_is_written_anew_like_that(
    cli: Cli, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    assert cli("render", run, "--languages", "en", "--paper", "letter", "--order", "paper").code == 0
    with pikepdf.open(run / "report.pdf") as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox] == [0, 0, 612, 792]
    answer = cli("verify", run / "report.pdf")
    assert answer.code == 0, answer.out
    assert "ok\trebuilt\tthe same bytes" in answer.out


def test_without_the_last_proof_the_command_is_undecided(cli: Cli, tiny_run: Path) -> None:
    answer = cli("verify", "--no-rebuild", tiny_run / "report.pdf")
    assert answer.code == 4, answer.out
    assert proofs_of(answer, "FAILED") == []
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

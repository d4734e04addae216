"""`reportgen verify`: what it says of whole PDFs and of PDFs that somebody changed with other programs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pikepdf
import pymupdf
import pytest

from reportgen import verifying
from reportgen.report.render import Rendered
from reportgen.report.templates import Templates
from tests.conftest import Answer, Cli


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
    "a number of an epoch": (change_metrics, {"digests", "results.csv from metrics.csv"}),
    "a number of a result": (
        change_results,
        {"digests", "results.csv from metrics.csv", "printed: trials"},
    ),
    "the manifest": (change_manifest, {"digests"}),
    "the manifest is no JSON": (lambda pdf: attach(pdf, "manifest.json", "{"), {"digests", "records"}),
    "metrics removed": (remove("metrics.csv"), {"attachments", "records"}),
    "manifest removed": (remove("manifest.json"), {"attachments", "records"}),
    "experiment removed": (remove("tiny.toml"), {"attachments", "records"}),
    "list of digests removed": (remove("checksums.txt"), {"attachments", "records"}),
    "everything removed": (remove(), {"attachments", "records"}),
    "a file added": (lambda pdf: attach(pdf, "more.csv", "a,b\n"), {"attachments"}),
    "an empty list of digests": (
        in_turn(lambda pdf: attach(pdf, "checksums.txt", "\n")),
        {"attachments", "fingerprint", "records"},
    ),
    "a number, and the list of digests": (
        in_turn(change_metrics, list_anew),
        {"fingerprint", "results.csv from metrics.csv"},
    ),
    "a number, the list of digests and the properties": (
        in_turn(change_results, seal_anew),
        {"fingerprint", "results.csv from metrics.csv", "printed: trials"},
    ),
    "the manifest, the list of digests and the properties": (
        in_turn(change_manifest, seal_anew),
        {"fingerprint"},
    ),
}


def test_a_fresh_report_is_consistent(cli: Cli, tiny_run: Path) -> None:
    answer = cli("verify", tiny_run / "report.pdf")
    assert answer.code == 0, answer.out
    assert answer.err == ""
    assert proofs(answer, "FAILED") == []
    assert {"digests", "results.csv from metrics.csv", "printed: key findings"} <= set(proofs(answer, "ok"))
    assert answer.out.splitlines()[-1].startswith("verdict\tconsistent: ")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(cli: Cli, tiny_run: Path, tmp_path: Path, change: str) -> None:
    make, found = CHANGES[change]
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        make(pdf)
        pdf.save(tmp_path / "changed.pdf")
    answer = cli("verify", tmp_path / "changed.pdf")
    assert answer.code == 1
    assert answer.err == ""
    assert found <= set(proofs(answer, "FAILED")), answer.out
    assert answer.out.splitlines()[-1].startswith("verdict\tnot consistent: ")


def test_what_was_changed_is_named(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        row, changed = last_number(pdf, "metrics.csv")
        replace(pdf, "metrics.csv", row, changed)
        pdf.save(tmp_path / "changed.pdf")
    said = cli("verify", tmp_path / "changed.pdf").out
    assert "FAILED\tdigests\tmetrics.csv was changed" in said
    was, now = (line.split(",")[7] for line in (row, changed))
    assert f"validation_accuracy is {was}, computed again it is {now}" in said


def test_saving_it_with_another_program_changes_nothing(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        pdf.save(tmp_path / "saved.pdf")
    assert cli("verify", tmp_path / "saved.pdf").code == 0


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


@pytest.mark.parametrize("original", [True, False])
def test_rebuild_compares_with_what_the_attached_records_give(
    cli: Cli, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, original: bool
) -> None:
    given: dict[str, bytes] = {}

    def render(
        folder: Path, *, languages: tuple[str, ...], templates: Templates, pdf: str, paper: str
    ) -> Rendered:
        assert not templates.replaced
        assert (languages, pdf, paper) == (("zh-Hant", "en"), "a-3u", "a4")
        given.update(
            {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        )
        return Rendered(folder, tiny_run / "report.pdf", 1, ())  # the same records give the same

    monkeypatch.setattr(verifying, "render", render)
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        pdf.save(tmp_path / "saved.pdf")
    answer = cli("verify", "--rebuild", tiny_run / "report.pdf" if original else tmp_path / "saved.pdf")
    assert answer.code == (0 if original else 1)
    assert "rebuilt" in proofs(answer, "ok" if original else "FAILED")
    assert given == {name: (tiny_run / name).read_bytes() for name in given}
    assert "records/samples.npz" in given


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

TABLE = "optimizer,seed,score\n" + "".join(
    f"{name},{seed},{0.5 + shift + seed / 100}\n"
    for name, shift in (("A", 0), ("B", 0.1))
    for seed in range(7)
)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of a comparison of two tables of one name, in English."""
    from reportgen import comparing

    folder = tmp_path_factory.mktemp("compared")
    for name in ("first", "second"):
        (folder / name).mkdir()
        (folder / name / "scores.csv").write_text(TABLE.replace("B,", f"{name},"), encoding="utf-8")
    tables = [folder / name / "scores.csv" for name in ("first", "second")]
    comparing.run(tables, report=comparing.Report(folder / "out", ("en",), "a-3u"))
    return folder / "out.pdf"


def test_a_report_of_tables_is_consistent(cli: Cli, compared: Path) -> None:
    with pikepdf.open(compared) as pdf:
        assert list(pdf.attachments) == ["checksums.txt", "comparison.json", "scores-2.csv", "scores.csv"]
    answer = cli("verify", compared)
    assert answer.code == 0, answer.out
    assert {"digests", "printed: key findings", "printed: verdicts"} <= set(proofs(answer, "ok"))


def test_a_changed_score_of_a_table_is_found(cli: Cli, compared: Path, tmp_path: Path) -> None:
    with pikepdf.open(compared) as pdf:
        replace(pdf, "scores-2.csv", "A,3,0.53", "A,3,0.58")
        pdf.save(tmp_path / "changed.pdf")
    answer = cli("verify", tmp_path / "changed.pdf")
    assert answer.code == 1
    assert {"digests", "printed: means and intervals"} <= set(proofs(answer, "FAILED"))

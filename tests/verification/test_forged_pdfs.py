"""`verify` on PDFs that someone changed on purpose: none is called consistent, whatever was changed."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from reportgen.verification import proofs
from reportgen.verification.proofs import Rebuild
from reportgen.verification.verdict import ALIKE, CONSISTENT, NOT_COMPARED, NOT_CONSISTENT, conclusion
from tests.helpers.cli import Cli
from tests.helpers.forgeries import HIDDEN, SEEN, Change
from tests.helpers.verified import prove


@pytest.fixture(scope="module")
def honest(tiny_run: Path) -> Path:
    return tiny_run / "report.pdf"


def verdict(data: bytes, rebuild: Rebuild | None) -> str:
    """What `verify` says of a PDF."""
    return conclusion(prove(data, rebuild=rebuild))


def forged(honest: Path, change: Change) -> bytes:
    """The honest PDF changed, and saved as it was but for that."""
    buffer = io.BytesIO()
    with pikepdf.open(honest) as pdf:
        change(pdf)
        pdf.save(buffer, preserve_pdfa=True)
    return buffer.getvalue()


def test_what_the_last_proof_compares_with_is_the_report_of_the_records(honest: Path) -> None:
    """What the tests below put in the place of a report written anew, which takes seconds each time."""
    kept = []

    def rebuild(*of: object) -> bytes:
        kept.append(proofs.rebuild_report(*of))  # type: ignore[arg-type]
        return kept[0]

    assert verdict(honest.read_bytes(), rebuild) == CONSISTENT
    assert kept == [honest.read_bytes()]


@pytest.mark.parametrize("name", SEEN)
def test_what_is_seen_or_told_is_not_changed_unnoticed(honest: Path, name: str) -> None:
    data = forged(honest, SEEN[name])
    assert verdict(data, lambda *_: honest.read_bytes()) == NOT_CONSISTENT


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_page_shows_is_not_called_consistent(honest: Path, name: str) -> None:
    data = forged(honest, HIDDEN[name])
    assert verdict(data, lambda *_: honest.read_bytes()) == ALIKE


WITHOUT_THE_LAST_PROOF = {
    "a number of the first page": NOT_CONSISTENT,
    "the true number invisible under another": NOT_CONSISTENT,
    "a note": NOT_CONSISTENT,
    "a link that leads out": NOT_CONSISTENT,
    "a script": NOT_CONSISTENT,
    "two files of one name": NOT_CONSISTENT,
    "flat curves": NOT_COMPARED,
    "a text layer that lies": NOT_COMPARED,
    "a white box over the page": NOT_COMPARED,
    "a number that is see-through": NOT_COMPARED,
    "an address opened at the start": NOT_COMPARED,
}


@pytest.mark.parametrize("name", WITHOUT_THE_LAST_PROOF)
def test_without_the_last_proof_nothing_is_called_consistent(honest: Path, name: str) -> None:
    data = forged(honest, (SEEN | HIDDEN)[name])
    assert verdict(data, None) == WITHOUT_THE_LAST_PROOF[name]


SAID = {
    "flat curves": "looks otherwise",
    "a text layer that lies": "not what the attached records give: page 1: ",
    "an address opened at the start": "another file",
}


@pytest.mark.parametrize("name", SAID)
def test_what_differs_is_said(honest: Path, name: str) -> None:
    proofs_of_it = prove(forged(honest, (SEEN | HIDDEN)[name]), rebuild=lambda *_: honest.read_bytes())
    lines = [line for proof in proofs_of_it for line in (*proof.wrong, *proof.unknown)]
    assert any(SAID[name] in line for line in lines), lines


def test_the_command_says_so(cli: Cli, honest: Path, tmp_path: Path) -> None:
    (tmp_path / "forged.pdf").write_bytes(forged(honest, HIDDEN["an address opened at the start"]))
    answer = cli("verify", "forged.pdf")
    assert answer.code == 4, answer.out
    assert "unknown\tpages compared\tanother file" in answer.out


def test_bytes_after_the_end_are_not_called_consistent(honest: Path) -> None:
    data = honest.read_bytes() + b"\n% 99.99%\n"
    assert verdict(data, lambda *_: honest.read_bytes()) == ALIKE


def test_another_program_that_saves_it_leaves_it_undecided(honest: Path) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(honest) as pdf:
        pdf.save(buffer, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert verdict(buffer.getvalue(), lambda *_: honest.read_bytes()) == ALIKE

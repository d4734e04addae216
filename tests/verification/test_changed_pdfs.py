"""`verify` on PDFs of any content: a verdict or one line, never a traceback."""

from __future__ import annotations

import copy
import csv
import io
import json
import tempfile
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reportgen import __version__
from reportgen.cli import compare
from reportgen.records import run_folder
from reportgen.report.context import compose_run
from reportgen.report.options import ReportOptions
from reportgen.report.pdf import attachments
from reportgen.report.pdf.writer import Attachment, check_pdf
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.verification import apart
from reportgen.verification.document import PROPERTIES, Document, squeezed
from reportgen.verification.verdict import Proof
from tests.helpers.any_values import VALUES, at, places
from tests.helpers.cases import cases, unless_refused
from tests.helpers.cli import Cli
from tests.helpers.hostile import FILE, Run
from tests.helpers.verified import failed, prove


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The PDF of a small comparison."""
    if problem := check_pdf():
        pytest.skip(problem)
    folder = tmp_path_factory.mktemp("small")
    rows = [f"{name},{seed},{0.5 + seed / 100}" for name in "AB" for seed in range(2)]
    (folder / "scores.csv").write_text("\n".join(["optimizer,seed,score", *rows]))
    compare.compare_tables(
        [folder / "scores.csv"], report=compare.Report(folder / "out", folder, ReportOptions(("en",)))
    )
    return (folder / "out.pdf").read_bytes()


@cases(60)
@given(data=st.data())
def test_damaged_bytes_give_a_verdict_or_one_line(small: bytes, data: st.DataObject) -> None:
    changed = bytearray(small)
    for _ in range(data.draw(st.integers(0, 8))):
        changed[data.draw(st.integers(0, len(small) - 1))] = data.draw(st.integers(0, 255))
    whole = data.draw(st.booleans())
    end = len(small) if whole else data.draw(st.integers(0, len(small)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.pdf"
        path.write_bytes(changed[:end])
        unless_refused(lambda: prove(path.read_bytes()))


def sealed(files: dict[str, bytes], pages: Sequence[str] = ()) -> Document:
    """A document whose digests are in order, whatever the files are: its author is who lies."""
    listed = attachments.with_checksums([Attachment(name, data) for name, data in files.items()])
    digest = attachments.fingerprint(listed)
    properties = dict.fromkeys(PROPERTIES, "") | {
        "Keywords": attachments.seal(digest, ("en",)),
        "Creator": f"reportgen {__version__}",
    }
    return Document(b"", tuple((one.name, one.data) for one in listed), properties, (*pages, digest), ())


def proofs(files: dict[str, bytes], pages: Sequence[str] = ()) -> list[Proof]:
    found = prove(sealed(files, pages))
    assert [proof.wrong for proof in found[:4]] == [()] * 4  # of the files as files
    for proof in found:
        assert all(line.strip() and "\n" not in line for line in proof.wrong), proof
    return found


@pytest.fixture(scope="module")
def carried(hostile_run: Run) -> dict[str, bytes]:
    return {
        one.name: one.data
        for one in attachments.of_run(hostile_run.folder, FILE)
        if one.name != "checksums.txt"
    }


@pytest.fixture(scope="module")
def pages(hostile_run: Run) -> tuple[str, ...]:
    """Pages that say what the records give, the key findings in front."""
    records = run_folder.read(hostile_run.folder)
    with numbers.written_in("en", sum(records.manifest.data.images_by_class.test)):
        listed = list(compose_run(records, words_in(["en"]), "0" * 64).claims)
        texts = [[squeezed(one.text) for one in listed if one.front is front] for front in (True, False)]
    return ("|".join(texts[0]), "", "|".join(texts[1]))


def test_the_sound_records_are_consistent_where_they_are_printed(
    carried: dict[str, bytes], pages: tuple[str, ...]
) -> None:
    assert [proof for proof in proofs(carried, pages) if proof.wrong] == []
    unprinted = {proof.what for proof in proofs(carried) if proof.wrong}
    assert "printed: conclusions" in unprinted
    assert all(what.startswith("printed: ") for what in unprinted)


HELD = (
    *(("trials", 0, *path) for path in [("seed",), ("setup", "stage"), ("setup", "label"), ("defects",)]),
    *(("trials", 1, "setup", name) for name in ("optimizer", "hidden", "hyperparameters", "best_epoch_by")),
    *(("data", *path) for path in [("classes", 0), ("images_by_class", "test", 0)]),
    ("trials",), ("experiment", "settings", "defects"),
)  # fmt: skip
"""Places of the manifest that the tables are held against."""


@cases(40)
@given(path=st.sampled_from(HELD), value=st.none() | VALUES)
@example(path=("trials", 0, "seed"), value=99)
@example(path=("trials", 0, "setup", "label"), value="another")
@example(path=("data", "images_by_class", "test", 0), value=1)
def test_a_manifest_that_is_not_that_of_the_tables_is_found(
    carried: dict[str, bytes], pages: tuple[str, ...], path: tuple[Any, ...], value: Any
) -> None:
    manifest: Any = json.loads(carried["manifest.json"])
    holder = at(manifest, path[:-1])
    before = holder.pop(path[-1])
    if value is not None and value != before:
        holder[path[-1]] = value
        # a mapping that has more than what is looked at is none of the tables' business
        assume(not isinstance(value, dict))
    text = json.dumps(manifest, default=str).encode()
    assert any(proof.wrong for proof in proofs(carried | {"manifest.json": text}, pages))


@cases(60)
@given(data=st.data())
def test_a_manifest_of_any_content_gives_a_verdict(carried: dict[str, bytes], data: st.DataObject) -> None:
    manifest: Any = copy.deepcopy(json.loads(carried["manifest.json"]))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(manifest)))
        holder = at(manifest, path[:-1])
        if data.draw(st.booleans()):
            del holder[path[-1]]
        else:
            holder[path[-1]] = data.draw(VALUES)
    proofs(carried | {"manifest.json": json.dumps(manifest, default=str).encode()})


@cases(60)
@given(data=st.data())
def test_tables_of_any_content_give_a_verdict(carried: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["metrics.csv", "results.csv", "confusion.csv"]))
    rows = list(csv.reader(io.StringIO(carried[name].decode(), newline="")))
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        if row:
            cell = data.draw(
                st.sampled_from(["", "-1", "inf", "x", "1e400", "0.5", "9" * 30]) | st.text(max_size=5)
            )
            row[data.draw(st.integers(0, len(row) - 1))] = cell
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    changed = text.getvalue().encode("utf-8", "surrogatepass")
    proofs(carried | {name: changed})


@cases(60)
@given(
    st.dictionaries(
        st.sampled_from(["manifest.json", "comparison.json", "a.csv", "..", "x/y"]),
        st.binary(max_size=40) | VALUES.map(lambda value: json.dumps(value, default=str).encode()),
    )
)
def test_files_of_any_content_give_a_verdict(files: dict[str, bytes]) -> None:
    proofs(files)


# ---------------------------------------------------------------- files that would fill the memory


def npz(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return buffer.getvalue()


def array(shape: tuple[int, ...], data: bytes) -> bytes:
    """An array as numpy writes it, that claims to be of this shape."""
    buffer = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + data


ARRAYS = {
    "more than they may": (npz(images=array((257 * 2**20,), bytes(257 * 2**20))), "take more than"),
    "more than is there": (npz(images=array((3 * 10**9,), b"x")), "is not as large as it says"),
    "of Python's objects": (
        npz(images=array((1,), b"x" * 8).replace(b"|u1", b"|O8")),
        "is not as large as it says",
    ),
    "no arrays": (npz(images=b"x"), "cannot be read"),
    "no archive": (b"x", "cannot be read"),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_are_not_unpacked_for_what_they_claim(carried: dict[str, bytes], kind: str) -> None:
    data, said = ARRAYS[kind]
    assert len(data) < 2**21
    tracemalloc.start()
    found = proofs(carried | {"samples.npz": data})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said in failed(found)["records"]
    assert most < 2**27


def test_a_pdf_that_would_fill_the_memory_is_one_line(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MEMORY", 700 * 2**20)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"0 0 1 1 re f\n" * 4_000_000)
        pdf.save(tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").stat().st_size < 2**20
    answer = cli("verify", "x.pdf")
    assert answer.code == 1
    assert "takes more than 0.8 GiB of memory or 15 minutes to check" in answer.error_line


def test_a_report_that_takes_too_long_is_one_line(
    cli: Cli, small: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 1)
    (tmp_path / "x.pdf").write_bytes(small)
    assert "to check, as no report of this size does" in cli("verify", "x.pdf").error_line

"""`verify` on PDFs of any content: a verdict or one line, never a traceback."""

from __future__ import annotations

import copy
import csv
import io
import json
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen import comparing, verifying
from reportgen.proof.document import Document
from reportgen.report import attachments
from reportgen.report.pdf import Attachment, check_pdf
from tests.hardening.cases import cases, unless_refused
from tests.hardening.conftest import FILE, Run
from tests.hardening.test_experiment_files import VALUES, at, places


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The PDF of a small comparison."""
    if problem := check_pdf():
        pytest.skip(problem)
    folder = tmp_path_factory.mktemp("small")
    rows = [f"{name},{seed},{0.5 + seed / 100}" for name in "AB" for seed in range(2)]
    (folder / "scores.csv").write_text("\n".join(["optimizer,seed,score", *rows]))
    comparing.run([folder / "scores.csv"], report=comparing.Report(folder / "out", ("en",), "a-3u"))
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
        assert unless_refused(lambda: verifying.verify(path)) in (None, 0, 1)


def sealed(files: dict[str, bytes]) -> Document:
    """A document whose digests are in order, whatever the files are: its author is who lies."""
    listed = attachments.with_checksums([Attachment(name, data) for name, data in files.items()])
    digest = attachments.fingerprint(listed)
    keywords = attachments.seal(digest, ("en",))
    return Document(
        tuple((one.name, one.data) for one in listed), keywords, (digest,), (), sha256().hexdigest()
    )


def proofs(files: dict[str, bytes]) -> list[verifying.Proof]:
    document = sealed(files)
    fingerprint, languages = attachments.read_seal(document.keywords) or ("", ())
    found = list(verifying.prove(document, fingerprint, languages, rebuild=False))
    assert [proof.wrong for proof in found[:4]] == [()] * 4  # of the files as files
    return found


@pytest.fixture(scope="module")
def carried(hostile_run: Run) -> dict[str, bytes]:
    return {
        one.name: one.data
        for one in attachments.of_run(hostile_run.folder, FILE)
        if one.name != "checksums.txt"
    }


def test_the_sound_records_are_only_not_printed(carried: dict[str, bytes]) -> None:
    by_name = {proof.what: proof for proof in proofs(carried)}
    assert by_name["results.csv from metrics.csv"].wrong == ()
    assert by_name["results.csv from confusion.csv"].wrong == ()
    assert by_name["printed: trials"].wrong


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
    text = json.dumps(manifest, default=str).encode()
    assert any(proof.wrong for proof in proofs(carried | {"manifest.json": text}))


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
        st.sampled_from(["manifest.json", "comparison.json", "a.csv", "..", "x/y"]), st.binary(max_size=40)
    )
)
def test_files_of_any_content_give_a_verdict(files: dict[str, bytes]) -> None:
    proofs(files)

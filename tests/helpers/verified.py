"""`verify` within this process, for tests that look at many documents; and documents with other records."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reportgen.report.pdf import attachments
from reportgen.report.pdf.writer import Attachment
from reportgen.report.templates.loading import Templates
from reportgen.verification import document, proofs
from reportgen.verification.document import Document
from reportgen.verification.proofs import Rebuild
from reportgen.verification.verdict import Proof
from tests.helpers.cli import Answer

NAME = Path("x.pdf")


def prove(
    read: Document | bytes, *, rebuild: Rebuild | None = None, templates: Templates | None = None
) -> list[Proof]:
    """The proofs of a PDF, or of one that was read. rebuild: writes it anew; None for without that."""
    if isinstance(read, bytes):
        read = document.parse(read, NAME)
    fingerprint, languages = proofs.sealed(read, NAME)
    with tempfile.TemporaryDirectory() as folder:
        return list(
            proofs.prove(read, fingerprint, languages, Path(folder), templates=templates, rebuild=rebuild)
        )


def failed(found: list[Proof]) -> dict[str, str]:
    """What is wrong, by the proof that found it."""
    return {proof.what: "\n".join(proof.wrong) for proof in found if proof.wrong}


def resealed(read: Document, files: Mapping[str, bytes]) -> Document:
    """The document with other files, and everything that vouches for them changed alike.

    As its author could have made it: the list of digests, the properties and the fingerprint on the pages.
    """
    kept = {name: data for name, data in read.attachments if name != attachments.CHECKSUMS}
    listed = attachments.with_checksums(
        Attachment(name, data or b"") for name, data in {**kept, **files}.items()
    )
    before, now = proofs.sealed(read, NAME)[0], attachments.fingerprint(listed)
    return replace(
        read,
        attachments=tuple((one.name, one.data) for one in listed),
        properties={**read.properties, "Keywords": read.keywords.replace(before, now)},
        pages=tuple(page.replace(before, now) for page in read.pages),
    )


def without(read: Document, text: str) -> Document:
    """The document with another text wherever a page has this one."""
    assert any(text in page for page in read.pages)
    return replace(read, pages=tuple(page.replace(text, "99.99%") for page in read.pages))


def proofs_of(answer: Answer, state: str) -> list[str]:
    """What the lines of a state are about."""
    cells = [line.split("\t") for line in answer.out.splitlines()]
    return [row[1] for row in cells if row[0] == state]

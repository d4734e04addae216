"""The small PDF, written once."""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from reportgen.report.pdf import writer as pdf
from tests.helpers.made_pdf import (
    ATTACHMENTS,
    SAMPLE,
    write,
)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pdf") / "sample.pdf"
    result = write(SAMPLE, target, attachments=ATTACHMENTS)
    assert result == pdf.PdfResult(pages=5, warnings=())
    return target


@pytest.fixture
def opened(sample: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(sample) as document:
        yield document

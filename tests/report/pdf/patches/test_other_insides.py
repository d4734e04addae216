"""What is changed inside of WeasyPrint: undone afterwards, and done without where its insides are others."""

import importlib.metadata
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest

from reportgen.report.pdf import writer as pdf
from tests.helpers.made_pdf import (
    ATTACHMENTS,
    ENGLISH,
    METRICS,
    SAMPLE,
    write,
)
from tests.helpers.pdf_parts import elements


def test_weasyprint_is_left_as_it_was(sample: Path) -> None:
    import weasyprint
    from weasyprint.layout import block, inline
    from weasyprint.pdf import tags

    assert sample.is_file()
    for function in (
        block._in_flow_layout,
        inline.split_first_line,
        tags._build_box_tree,
        weasyprint.pdf.add_tags,
    ):
        assert function.__module__.startswith("weasyprint.")


def test_other_insides_of_weasyprint_still_give_a_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint.layout import block
    from weasyprint.pdf import tags

    lay_out, build = block._in_flow_layout, tags._build_box_tree
    monkeypatch.setattr(block, "_in_flow_layout", lambda *given, **_: lay_out(*given))
    monkeypatch.setattr(tags, "_build_box_tree", lambda node, *rest, **_: build(node, *rest))
    result = write(SAMPLE, tmp_path / "a.pdf")
    assert ["figures" in note or "tags" in note for note in result.warnings] == [True, True]
    assert (
        pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().get_text_range().startswith("優化器比較")
    )


# ---------------------------------------------------------------- what saves time changes nothing

VARIED = SAMPLE.replace(
    "</body>",
    """<p style="color: #123" lang="en">a <u>line under</u> it, one <u>line under</u> it</p>
    <p style="color: #b00" lang="en">a <s>line through</s> it &amp; a caf&eacute;<br>caf&eacute;</p>
    <svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" viewBox="0 0 60 20"><title>t</title>
    <path d="M0 0 L40 10 Z" fill="#b00"/><text x="2" y="15" font-family="Report Sans">ab</text></svg>
    <p lang="en" id="one">one</p><p lang="en">two</p><pre>a\tb\n  c</pre>
    <div style="white-space: nowrap">a line that goes on over the margin and never breaks, whatever room</div>
    <div style="width: 30mm; text-align: justify">the same words again: """
    + ENGLISH
    + '</div><div style="width: 60mm; font-weight: 700">the same words again: '
    + ENGLISH
    + "</div></body>",
)


def test_drawings_kept_apart_leave_the_same_ink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was_on = []
    original = pdf.drawings_apart

    @contextmanager
    def watched(page: str) -> Iterator[Any]:
        with original(page) as apart:
            was_on.append(apart != page)
            yield apart

    monkeypatch.setattr(pdf, "drawings_apart", watched)
    write(VARIED, tmp_path / "with.pdf")
    assert was_on == [True]
    monkeypatch.setattr(pdf, "drawings_apart", nullcontext)
    write(VARIED, tmp_path / "without.pdf")
    quick, slow = (ink((tmp_path / name).read_bytes()) for name in ("with.pdf", "without.pdf"))
    assert all(np.array_equal(one, other) for one, other in zip(quick, slow, strict=True))


def ink(data: bytes) -> list[Any]:
    return [page.render(scale=2).to_numpy() for page in pypdfium2.PdfDocument(data)]


# ---------------------------------------------------------------- a WeasyPrint that is another inside


def changed_signature(function: Any) -> Any:
    def other(*arguments: Any, **options: Any) -> Any:
        return function(*arguments, **options)

    return other


INSIDE = {
    "figures": ("weasyprint.layout.block", "_in_flow_layout", "pages may end early"),
    "lines": ("weasyprint.layout.inline", "split_first_line", "lines may end after their first word"),
    "tags": ("weasyprint.pdf", "add_tags", "the tags are WeasyPrint's own"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_a_pdf_lacks_beside_another_weasyprint_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, function, said = INSIDE[name]
    inside = importlib.import_module(module)
    monkeypatch.setattr(inside, function, changed_signature(getattr(inside, function)))
    result = write(SAMPLE, tmp_path / "a.pdf")
    (note,) = result.warnings
    assert said in note
    assert importlib.metadata.version("weasyprint") in note
    with pikepdf.open(tmp_path / "a.pdf") as document:
        named = re.findall(r"pdf-without:(\w+)", str(document.docinfo.Keywords))
    assert named == [name]


def test_a_tree_of_tags_that_cannot_be_tidied_stays_weasyprints_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = importlib.import_module("weasyprint.pdf")
    build = inside.add_tags

    def without_attributes(pdf: Any, document: Any, pdf_version: Any, page_streams: Any) -> None:
        build(pdf, document, pdf_version, page_streams)
        for item in pdf.objects:
            if isinstance(item, dict) and item.get("S") == "/TD":
                del item["A"]

    monkeypatch.setattr(inside, "add_tags", without_attributes)
    result = write(SAMPLE, tmp_path / "a.pdf", attachments=ATTACHMENTS)
    (note,) = result.warnings
    assert "the tags are WeasyPrint's own" in note
    assert "(KeyError: 'A')" in note
    with pikepdf.open(tmp_path / "a.pdf") as document:
        assert {"/TD", "/TH", "/NonStruct"} <= {str(item.S) for item in elements(document)}
        assert document.attachments["metrics.csv"].get_file().read_bytes() == METRICS
        with document.open_metadata() as metadata:
            assert "pdfuaid:part" not in metadata  # tags that are not the text's are declared to nobody

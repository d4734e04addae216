"""A PDF's parts as other programs find them: languages, headers, outline, links, attached files."""

import pikepdf

from tests.helpers.made_pdf import (
    ATTACHMENTS,
    CREATED,
)
from tests.helpers.pdf_parts import elements


def test_parts_say_their_language(opened: pikepdf.Pdf) -> None:
    assert opened.Root.Lang == "zh-Hant-TW"
    spoken = [(str(item.S), str(item.Lang)) for item in elements(opened) if "/Lang" in item]
    assert sorted(spoken) == [("/P", "en"), ("/TH", "en"), ("/TH", "en")]


def test_headers_say_their_scope(opened: pikepdf.Pdf) -> None:
    scopes = [str(item.A.Scope) for item in elements(opened) if item.S == "/TH"]
    assert sorted(scopes) == ["/Column", "/Column", "/Row"]


def test_outline_opens_with_the_document(opened: pikepdf.Pdf) -> None:
    assert opened.Root.PageMode == "/UseOutlines"
    with opened.open_outline() as outline:
        (chapter,) = outline.root
        assert chapter.title == "優化器比較"
        assert [section.title for section in chapter.children] == ["設定"]


def test_links_are_described_and_printed(opened: pikepdf.Pdf) -> None:
    links = [link for one in opened.pages for link in one.get("/Annots", []) if link.Subtype == "/Link"]
    assert [str(link.Contents) for link in links] == ["第二節", "https://example.org/paper"]
    assert all(link.F == 4 for link in links)


def test_it_is_a_tagged_pdf_a_3u_and_pdf_ua_1(opened: pikepdf.Pdf) -> None:
    with opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "優化器比較 Comparing optimizers"
        assert metadata["xmp:CreateDate"] == metadata["xmp:ModifyDate"] == "2026-03-04T05:06:07Z"
    assert opened.Root.MarkInfo.Marked
    assert "/OutputIntents" in opened.Root


def test_nothing_is_wrong_with_the_file(opened: pikepdf.Pdf) -> None:
    assert opened.check_pdf_syntax() == []


def test_attachments_come_back_byte_for_byte(opened: pikepdf.Pdf) -> None:
    assert list(opened.attachments) == ["experiment.toml", "metrics.csv"]
    for attachment in ATTACHMENTS:
        specification = opened.attachments[attachment.name]
        stored = specification.get_file()
        assert stored.read_bytes() == attachment.data
        assert specification.description == attachment.description
        assert stored.mime_type == attachment.mime_type
        assert stored.creation_date == stored.mod_date == CREATED
        assert specification.relationship == "/Data"

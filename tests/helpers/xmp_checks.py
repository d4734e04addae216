"""Checks of what a report's PDF declares in its metadata: ISO 19005-3, 6.6.2, and ISO 14289-1, 5."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pikepdf

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
KNOWN = {
    "http://purl.org/dc/elements/1.1/": {"title", "creator", "description", "subject", "language", "format"},
    "http://ns.adobe.com/xap/1.0/": {"CreateDate", "ModifyDate", "MetadataDate", "CreatorTool"},
    "http://ns.adobe.com/pdf/1.3/": {"Keywords", "PDFVersion", "Producer"},
    "http://www.aiim.org/pdfa/ns/id/": {"part", "conformance", "amd", "corr"},
    EXTENSION.strip("{}"): {"schemas"},
}
"""Properties that PDF/A knows, as far as a report could use them. Others need a description."""


def declared(path: Path) -> list[str]:
    """The metadata are one RDF, declare PDF/UA-1, and describe what PDF/A does not know."""
    with pikepdf.open(path) as document:
        root = ElementTree.fromstring(document.Root.Metadata.read_bytes())
    rdfs = list(root.iter(f"{RDF}RDF"))
    if len(rdfs) != 1:
        return [f"{len(rdfs)} RDFs in the metadata"]
    properties = list(_properties(rdfs[0]))
    found = [f"{name} stands there twice" for name in {n for n, _ in properties if _count(properties, n) > 1}]
    if (f"{PDFUA}part", "1") not in properties:
        found.append("the metadata do not declare PDF/UA-1")
    described: set[str] = set()
    for schema in rdfs[0].iterfind(f".//{EXTENSION}schemas/{RDF}Bag/{RDF}li"):
        found += [
            f"an extension schema without {field}"
            for field in ("schema", "namespaceURI", "prefix")
            if not schema.findtext(SCHEMA + field)
        ]
        if schema.get(f"{RDF}parseType") != "Resource":
            found.append("an extension schema is no resource")
        for item in schema.iterfind(f"{SCHEMA}property/{RDF}Seq/{RDF}li"):
            described.add(f"{{{schema.findtext(SCHEMA + 'namespaceURI')}}}{item.findtext(PROPERTY + 'name')}")
            if item.findtext(f"{PROPERTY}category") not in ("internal", "external"):
                found.append("a described property is of no category")
            if not item.findtext(f"{PROPERTY}description") or not item.findtext(f"{PROPERTY}valueType"):
                found.append("a described property lacks its type or its description")
    for name, _ in properties:
        namespace, _, local = name.strip("{").partition("}")
        if local not in KNOWN.get(namespace, ()) and name not in described:
            found.append(f"undescribed: {'pdfuaid:' if name.startswith(PDFUA) else namespace}{local}")
    return found


def _properties(rdf: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """The names and texts of all properties, which are attributes or children of the descriptions."""
    for description in rdf.iterfind(f"{RDF}Description"):
        yield from ((name, text) for name, text in description.items() if name != f"{RDF}about")
        yield from ((child.tag, child.text or "") for child in description)


def _count(properties: list[tuple[str, str]], name: str) -> int:
    return sum(1 for other, _ in properties if other == name)

"""The declaration that a PDF/A-3u is PDF/UA-1 as well, in its metadata (XMP).

WeasyPrint declares one standard a file. PDF/A allows no property that it does not know, unless the same
metadata describe it: an extension schema, ISO 19005-3, 6.6.2.3.
"""

from __future__ import annotations

from typing import Any

DECLARATION = b"""<rdf:Description rdf:about=""\
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"\
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the document follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
"""The declaration, and the description of its one property."""
END = b"</rdf:RDF>"


def declare_accessible(pdf: Any) -> None:
    """Add the declaration to the metadata that WeasyPrint has written.

    Args:
        pdf: The document as pydyf has it, its metadata not yet compressed.
    """
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    before, end, after = b"\n".join(metadata.stream).rpartition(END)
    metadata.stream = [before + DECLARATION + end + after]

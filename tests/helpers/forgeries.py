"""Changes to a report's PDF as someone would make them who wants it to say something else: each a function.

SEEN are changes of what a reader sees, hears or is told of the document; HIDDEN are changes of what no page
shows. All leave the list of digests and the fingerprint as they are, unless they say so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.helpers.page_numbers import DIGITS, Number, Operation, letters, op, operations, write

Change = Callable[[Pdf], None]


# ---------------------------------------------------------------- what is seen


def another_number(pdf: Pdf) -> None:
    number = Number(pdf)
    number.replace(number.draw(number.other))


def lying_text_layer(pdf: Pdf) -> None:
    """Another digit is drawn, and its font says that it is the true one."""
    number = Number(pdf)
    true = next(char for char in reversed(number.text) if char in DIGITS)
    shown = letters(pdf.pages[0].Resources.Font[number.font])[number.other_digit]
    font = number.font_that_says(lambda char: true if char == shown else char)
    number.replace(font, number.draw(number.other), number.true_font)


def wrapped(*before: Operation, after: tuple[Operation, ...]) -> Change:
    """The true number within other operations, and another one drawn whose font says nothing."""

    def change(pdf: Pdf) -> None:
        number = Number(pdf)
        number.replace(
            *before, number.draw(number.codes), *after,
            number.mute_font(), number.draw(number.other), number.true_font,
        )  # fmt: skip

    return change


def actual_text(pdf: Pdf) -> None:
    """Another number is drawn, and read aloud as the true one."""
    number = Number(pdf)
    number.replace(
        op("BDC", Name.Span, Dictionary(ActualText=String(number.text))),
        number.draw(number.other),
        op("EMC"),
    )


def layer_that_is_off(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    number = Number(pdf)
    pdf.pages[0].Resources["/Properties"] = Dictionary({"/Off": layer})
    number.replace(op("BDC", Name.OC, Name("/Off")), number.draw(number.codes), op("EMC"))


def see_through(pdf: Pdf) -> None:
    number = Number(pdf)
    pdf.pages[0].Resources.ExtGState["/Nothing"] = Dictionary(ca=0)
    number.replace(op("gs", Name("/Nothing")), number.draw(number.codes))


def clipped(pdf: Pdf) -> None:
    number = Number(pdf)
    start = max(at for at in range(number.place) if str(number.content[at][1]) == "BT")
    end = next(at for at in range(number.place, len(number.content)) if str(number.content[at][1]) == "ET")
    nothing = [op("q"), op("re", 0, 0, 0, 0), op("W"), op("n")]
    content = number.content
    write(pdf, 0, [*content[:start], *nothing, *content[start : end + 1], op("Q"), *content[end + 1 :]])


def drawn_over(*operations: str) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].contents_add(pdf.make_stream("\n".join(operations).encode()), prepend=False)

    return change


def covered_by_a_picture(pdf: Pdf) -> None:
    white = pdf.make_stream(
        b"\xff", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
    )  # fmt: skip
    pdf.pages[0].Resources.XObject["/White"] = white
    drawn_over("q 200 0 0 60 150 300 cm /White Do Q")(pdf)


def other_pictures(pdf: Pdf) -> None:
    """Noise in place of the pictures of the data."""
    pictures = [image for page in pdf.pages for image in page.Resources.get("/XObject", {}).values()]
    for picture in {one.objgen: one for one in pictures if one.Subtype == Name.Image}.values():
        channels = 1 if picture.ColorSpace == Name.DeviceGray else 3
        values = bytes(
            place * 37 % 256 for place in range(int(picture.Width) * int(picture.Height) * channels)
        )
        picture.write(values)
        picture.BitsPerComponent = 8
        picture.ColorSpace = Name.DeviceGray if channels == 1 else Name.DeviceRGB
        for key in ("/DecodeParms", "/Decode"):
            if key in picture:
                del picture[key]


def curves(pdf: Pdf) -> tuple[int, list[Operation]]:
    """The page with the most lines drawn, and its operations."""
    pages = [operations(pdf, page) for page in range(1, len(pdf.pages))]
    lines = [sum(str(operator) == "l" for _, operator in content) for content in pages]
    page = lines.index(max(lines))
    return page + 1, pages[page]


def flat_curves(pdf: Pdf) -> None:
    page, content = curves(pdf)
    height: Any = 0
    for operands, operator in content:
        if str(operator) == "m":
            height = operands[1]
        elif str(operator) == "l":
            operands[1] = height
    write(pdf, page, content)


def other_colours(pdf: Pdf) -> None:
    """Red and blue exchanged: whose curve is whose."""
    page, content = curves(pdf)
    for operands, operator in content:
        if str(operator) in ("rg", "RG"):
            operands.reverse()
    write(pdf, page, content)


def other_glyphs(pdf: Pdf) -> None:
    """The outlines of one font in place of another's: what is drawn changes, no text does."""
    fonts = [font.DescendantFonts[0].FontDescriptor for font in pdf.pages[0].Resources.Font.values()]
    names = ("Report-Serif", "Report-Mono")
    first, second = (next(one for one in fonts if str(one.FontName).endswith(name)) for name in names)
    first.FontFile2, second.FontFile2 = second.FontFile2, first.FontFile2


def without_pages(pdf: Pdf) -> None:
    del pdf.pages[2:4]


def more_pages(pdf: Pdf) -> None:
    pdf.pages.insert(3, pdf.pages[1])


def exchanged_pages(pdf: Pdf) -> None:
    pages = list(pdf.pages)
    pages[4], pages[7] = pages[7], pages[4]
    pdf.pages[:] = pages


def of_page(key: str, value: Any) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0][key] = value

    return change


def property_of(name: str, change_value: Callable[[str], str]) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.docinfo[name] = change_value(str(pdf.docinfo[name]))

    return change


# ---------------------------------------------------------------- over the pages


def annotation(**entries: Any) -> Change:
    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        box = Dictionary(
            Type=Name.Annot, Rect=Array([100, 300, 300, 360]), Contents=String("99.99%"), **entries
        )
        page.Annots = Array([*page.get("/Annots", Array()), pdf.make_indirect(box)])

    return change


def link_out(pdf: Pdf) -> None:
    link = next(one for page in pdf.pages for one in page.get("/Annots", []) if one.Subtype == Name.Link)
    del link["/Dest"]
    link.A = Dictionary(S=Name.URI, URI=String("https://example.org/other-numbers"))


def form_field(pdf: Pdf) -> None:
    annotation(Subtype=Name.Widget, FT=Name.Tx, T=String("x"), V=String("99.99%"))(pdf)
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[-1]]))


def script(pdf: Pdf) -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert('99.99%')"))
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), pdf.make_indirect(action)]))


# ---------------------------------------------------------------- attached files


def attach(pdf: Pdf, name: str, data: bytes) -> None:
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)


def changed_file(pdf: Pdf) -> None:
    data = pdf.attachments["results.csv"].get_file().read_bytes()
    attach(pdf, "results.csv", data.replace(b"0", b"1", 1))


def without_file(pdf: Pdf) -> None:
    del pdf.attachments["metrics.csv"]


def twice_by_name(pdf: Pdf) -> None:
    """Two files of one name, the first of them the true one."""
    names = pdf.Root.Names.EmbeddedFiles
    other = Dictionary(
        Type=Name.Filespec, F=String("results.csv"), UF=String("results.csv"),
        EF=Dictionary(F=pdf.make_stream(b"stage,setup\n")),
    )  # fmt: skip
    listed = list(names.Names)
    place = next(at for at in range(0, len(listed), 2) if str(listed[at]) == "results.csv")
    names.Names = Array(
        [*listed[: place + 2], String("results.csv"), pdf.make_indirect(other), *listed[place + 2 :]]
    )


def specification(pdf: Pdf, name: str) -> Any:
    return next(one for one in pdf.Root.AF if str(one.UF) == name)


def other_stream(pdf: Pdf) -> None:
    """One attachment with two contents, of which readers choose one."""
    specification(pdf, "results.csv").EF.UF = pdf.make_stream(b"stage,setup\n")


def twice_associated(pdf: Pdf) -> None:
    other = Dictionary(specification(pdf, "results.csv"))
    other.EF = Dictionary(F=pdf.make_stream(b"stage,setup\n"))
    pdf.Root.AF = Array([*pdf.Root.AF, pdf.make_indirect(other)])


# ---------------------------------------------------------------- what no page shows


def of_root(name: str, value: Any) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.Root[name] = value

    return change


def other_destinations(pdf: Pdf) -> None:
    """The links of the contents lead elsewhere."""
    links = [one for page in pdf.pages for one in page.get("/Annots", []) if "/Dest" in one]
    links[0].Dest, links[5].Dest = links[5].Dest, links[0].Dest


def other_outline(pdf: Pdf) -> None:
    pdf.Root.Outlines.First.Title = String("Adam is best")


def other_metadata(pdf: Pdf) -> None:
    data = pdf.Root.Metadata.read_bytes()
    assert b"Wang Xiaoming" in data
    pdf.Root.Metadata.write(data.replace(b"Wang Xiaoming", b"Someone Else!"))


def other_alternatives(pdf: Pdf) -> None:
    """What is read aloud of every figure."""
    stack, changed = [pdf.Root.StructTreeRoot], 0
    while stack:
        element = stack.pop()
        if isinstance(element, Array):
            stack += list(element)
        elif isinstance(element, Dictionary):
            if "/Alt" in element:
                element.Alt = String("Adam is best")
                changed += 1
            if "/K" in element and not isinstance(element.K, int):
                stack.append(element.K)
    assert changed


def page_action(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://example.org")))


LAUNCH = Dictionary(S=Name.Launch, F=String("other.exe"))

URI = Dictionary(S=Name.URI, URI=String("https://example.org"))

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("this.print()"))

INVISIBLE, VISIBLE = op("Tr", 3), op("Tr", 0)

SEEN: dict[str, Change] = {
    "a number of the first page": another_number,
    "a text layer that lies": lying_text_layer,
    "the true number invisible under another": wrapped(INVISIBLE, after=(VISIBLE,)),
    "the true number as tiny as can be": wrapped(op("Tz", 0.01), after=(op("Tz", 100),)),
    "the true number above the page": wrapped(op("Ts", 5000), after=(op("Ts", 0),)),
    "the true number in white": wrapped(op("rg", 1, 1, 1), after=(op("rg", 0, 0, 0),)),
    "ActualText over another number": actual_text,
    "a number on a layer that is off": layer_that_is_off,
    "a number that is see-through": see_through,
    "a number that is clipped away": clipped,
    "a white box over the page": drawn_over("1 1 1 rg 60 300 480 90 re f"),
    "a white picture over the page": covered_by_a_picture,
    "lines through the numbers": drawn_over("0 0 0 RG 2 w 60 340 m 540 340 l S"),
    "other pictures": other_pictures,
    "flat curves": flat_curves,
    "curves in each other's colours": other_colours,
    "outlines of another font": other_glyphs,
    "pages taken out": without_pages,
    "a page put in": more_pages,
    "pages exchanged": exchanged_pages,
    "a page turned": of_page("/Rotate", 90),
    "a page cut": of_page("/CropBox", Array([0, 400, 595, 842])),
    "another author": property_of("/Author", lambda _: "Someone Else"),
    "another title": property_of("/Title", lambda title: f"{title} (final)"),
    "another date": property_of("/CreationDate", lambda date: date.replace("D:20", "D:19")),
    "a note": annotation(Subtype=Name.Text),
    "a box with a text": annotation(Subtype=Name.FreeText, DA=String("/Helv 12 Tf")),
    "a stamp": annotation(Subtype=Name.Stamp),
    "a field of a form": form_field,
    "a link that leads out": link_out,
    "a script": script,
    "a changed file": changed_file,
    "a file less": without_file,
    "a file more": lambda pdf: attach(pdf, "more.csv", b"a,b\n"),
    "two files of one name": twice_by_name,
    "two contents of one file": other_stream,
}

HIDDEN: dict[str, Change] = {
    "two associated files of one name": twice_associated,
    "an address opened at the start": of_root("/OpenAction", URI),
    "a script run at the start": of_root("/OpenAction", SCRIPT),
    "a program started at the end": of_root("/AA", Dictionary(WC=LAUNCH)),
    "an address opened with a page": page_action,
    "links of the contents exchanged": other_destinations,
    "another heading in the outline": other_outline,
    "another author in the metadata": other_metadata,
    "figures read aloud as something else": other_alternatives,
    "another language": of_root("/Lang", String("de")),
}

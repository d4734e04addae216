"""The files of a LaTeX export: a folder a language, with tables, figures, and a document of them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reportgen.report.fonts import faces
from reportgen.report.fonts.subsets import cut_down, plain_font
from reportgen.report.latex_export.escaping import escape, needs_chinese, needs_unicode
from reportgen.report.latex_export.figure_files import FigureFile, figure_files
from reportgen.report.latex_export.latex_words import label
from reportgen.report.latex_export.tabular import caption, table
from reportgen.report.page.page import Page

ALL = "all.tex"
"""The document that has everything."""
WHOLE_LINE = 110
"""A figure at least as wide, in millimetres, takes the whole line of a paper."""
_NUMBERED = re.compile(r'<(table|figure)\b[^>]*\bid="((?:table|figure)-[^"]+)".*?</\1>', re.S)
_DRAWING = re.compile(r"(<svg\b[^>]*>)(?:(?!<svg\b).)*?</svg>", re.S)

PLAIN = r"""\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
\else
  \usepackage{fontspec}
\fi"""
UNICODE = r"""% XeLaTeX or LuaLaTeX: there are characters that pdfLaTeX lacks
\usepackage{fontspec}"""
IN_CHINESE = r"""% XeLaTeX or LuaLaTeX; the font has the characters that are here, and no others
\usepackage[UTF8, scheme=plain, fontset=none]{ctex}
\setCJKmainfont[Path=fonts/]{ReportSongTC-Regular.ttf}
\setCJKsansfont[Path=fonts/]{ReportSongTC-Regular.ttf}
\setCJKmonofont[Path=fonts/]{ReportSongTC-Regular.ttf}"""
SONG, LICENCE = "ReportSongTC-Regular.ttf", "OFL-ReportSongTC.txt"
PACKAGES = "amssymb,array,booktabs,graphicx,longtable"


@dataclass(frozen=True)
class Source:
    """What an export says that it was made from.

    Attributes:
        name: Of the run, or of the table that was compared.
        fingerprint: Of its records.
        created: When they were made, with a time zone.
    """

    name: str
    fingerprint: str
    created: datetime


def papers(
    page_in: Callable[[tuple[str, ...]], Page], languages: Sequence[str], source: Source
) -> dict[str, bytes]:
    """Return the files of an export: a folder for each language, since a paper is written in one.

    Args:
        page_in: Makes the report in some languages.
        languages: Their codes.
        source: What the export says that it was made from.

    Returns:
        The bytes of each file, by its path in the folder of the export.
    """
    return {
        f"{language}/{path}": data
        for language in languages
        for path, data in paper(page_in((language,)), language, source).items()
    }


def paper(page: Page, language: str, source: Source) -> dict[str, bytes]:
    """Return the files of a language: tables, figures, and the document that has them all.

    Args:
        page: The report in this language alone.
        language: Its code.
        source: What the export says that it was made from.

    Returns:
        The bytes of each file, by its path in the folder of the language.
    """
    html = page.for_print()
    elements = {found[2]: found[0] for found in _NUMBERED.finditer(html)}
    drawn = figure_files(
        html, {name: text for name, text in elements.items() if name.startswith("figure-")}, source.created
    )
    texts = {}
    for anchor, text in elements.items():
        kind, _, key = anchor.partition("-")
        texts[f"{kind}s/{key}.tex"] = (
            _figure(_parsed(text), drawn[anchor], elements)
            if kind == "figure"
            else table(_parsed(text), elements)
        )
    title = " ".join(str(page.context["title"].texts[language]).split())
    comment = f"% {title}: {source.name}, records SHA-256 {source.fingerprint}\n"
    names = {kind: str(page.context["t"](f"ui.{kind}").texts[language]) for kind in ("table", "figure")}
    made = {
        **{path: f"{comment}{text}\n" for path, text in texts.items()},
        ALL: comment + _document(texts, names, title),
    }
    return {
        **{path: text.encode() for path, text in made.items()},
        **_fonts("".join(made.values())),
        **{f"figures/{name.removeprefix('figure-')}.pdf": file.data for name, file in drawn.items()},
    }


def _included(path: str, text: str) -> Iterator[str]:
    """The lines that read a file in; what stands before a long table is set before it."""
    if r"\begin{longtable}" in text:
        yield r"\clearpage"
    yield rf"\input{{{path.removesuffix('.tex')}}}"


def _fonts(latex: str) -> dict[str, bytes]:
    """The font of Chinese characters, where there are any: few machines have one that has them all."""
    if not needs_chinese(latex):
        return {}
    folder = faces.font_folder()
    return {
        f"fonts/{SONG}": plain_font(cut_down(folder / SONG, frozenset(map(ord, latex)))),
        f"fonts/{LICENCE}": (folder / LICENCE).read_bytes(),
    }


def _parsed(html: str) -> Element:
    """A table or a figure as an element, what it draws left out."""
    import weasyprint

    root: Element = weasyprint.HTML(string=_DRAWING.sub(r"\1</svg>", html)).etree_element
    return next(element for element in root.iter() if element.tag in ("table", "figure"))


def _figure(element: Element, file: FigureFile, anchors: Collection[str]) -> str:
    """A figure as a float."""
    width = r"\linewidth" if file.width >= WHOLE_LINE else f"{file.width:.1f}mm"
    anchor = element.get("id", "")
    path = f"figures/{anchor.removeprefix('figure-')}.pdf"
    return "\n".join(
        [
            r"\begin{figure}[htbp]", r"\centering", rf"\includegraphics[width={width}]{{{path}}}",
            rf"\caption{{{caption(element, anchors)}}}\label{{{label(anchor)}}}", r"\end{figure}",
        ]
    )  # fmt: skip


def _document(texts: Mapping[str, str], names: Mapping[str, str], title: str) -> str:
    """The document that has all tables and figures, in the order of the report."""
    title = escape(str(Markup(title).unescape()))
    whole = "".join([title, *names.values(), *texts.values()])
    engine = IN_CHINESE if needs_chinese(whole) else UNICODE if needs_unicode(whole) else PLAIN
    lines = [
        r"\documentclass[a4paper]{article}",
        engine,
        rf"\usepackage{{{PACKAGES}}}",
        r"\usepackage[margin=25mm]{geometry}",
        rf"\renewcommand{{\tablename}}{{{escape(names['table'])}}}",
        rf"\renewcommand{{\figurename}}{{{escape(names['figure'])}}}",
        r"\extrafloats{200}",  # tables and figures without a text between them
        r"\begin{document}",
        rf"\section*{{{title}}}",
        *(line for path, text in texts.items() for line in _included(path, text)),
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"

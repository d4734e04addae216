"""A report's page: the sections one after another, as HTML for the screen and for print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reportgen.report.figures.svg import without_narrow
from reportgen.report.figures.svg_texts import fixed_for_print
from reportgen.report.fonts import faces
from reportgen.report.options import DEFAULT_ORDER, DEFAULT_PAPER, PAPERS, Order
from reportgen.report.page import curves, screen
from reportgen.report.page.listings import hanging, highlight_css
from reportgen.report.page.numbering import Document
from reportgen.report.page.words_html import measures
from reportgen.report.pdf import attachments
from reportgen.report.pdf.writer import PdfResult, write_pdf
from reportgen.report.templates import limits
from reportgen.report.templates.loading import Templates, own
from reportgen.report.words import languages as tongues
from reportgen.report.words.catalogue import Catalogue

FEWEST_LISTED, FEWEST_LISTED_ALONE = 20, 28
"""So many headings a report has at least whose contents are printed, in several languages and in one.

It has about 16 pages then. Pages are counted too late to go by: a list before them moves them.
"""
TEXT_WIDTH = 170
"""Millimetres between the margins: the text, a gap, and the column at its side, as print.css has them."""


class Page:
    """A document as HTML, for the screen with its fonts inside, for print without.

    context: what the templates name. sections: the names of those that are shown, in order. paper: one of
    PAPERS. order: which order that is.
    """

    def __init__(
        self,
        words: Catalogue,
        context: dict[str, Any],
        sections: Sequence[str],
        templates: Templates | None = None,
        *,
        paper: str = DEFAULT_PAPER,
        order: Order = DEFAULT_ORDER,
    ) -> None:
        self.templates = templates = templates or own()
        self.environment = templates.environment()
        document = Document(words)
        self.context: dict[str, Any] = {
            **context,
            "t": words,
            "doc": document,
            "languages": words.languages,
            "seal": attachments.seal(
                context["fingerprint"],
                words.languages,
                templates.digest(),
                None if paper == DEFAULT_PAPER else paper,
                None if order == DEFAULT_ORDER else order,
            ),
            "order": order,
            **language_facts(words.languages),
            "replaced": templates.replaced,
            "templates_digest": templates.digest(),
            "style_css": Markup(templates.text("style.css")),
            "print_css": Markup(templates.text("print.css")),
            "paper_css": Markup(_paper_css(*PAPERS[paper])),
        }
        self.environment.globals.update(self.context)
        # the sections first: the contents list what they turn out to hold
        with templates.mistakes_named(list(self.context)):
            self.body = Markup("\n").join(self._section(name, document) for name in sections)
        self.headings = document.headings

    def _section(self, name: str, document: Document) -> Markup:
        document.letter = self.context.get("appendices", {}).get(name, "")
        return Markup(self.environment.get_template(f"sections/{name}.html.j2").render())

    def for_screen(self) -> str:
        """Return a page that needs nothing from outside; its curves write numbers as is said at this time."""
        classes = list(dict.fromkeys(map(tongues.css_class, self.context["languages"])))
        script = self.templates.script()
        setups = [setup["name"] for setup in self.context["setups"]]
        curve_data = curves.encode(self.context["curves"], setups, self.body)
        text = self._fill(
            highlight_css=screen.words(highlight_css()),
            screen_css=self.templates.screen_style(),
            made_css=screen.palette()
            + measures(self.body)
            + hanging(self.body)
            + "\n"
            + screen.rules(self.body, classes, setups=len(setups)),
            script=script,
            curve_data=curve_data,
        )
        whole = text.replace("<style>\n", f"<style>\n{faces.screen_css(shown(text))}\n", 1)
        return screen.sealed(whole, script)

    def for_print(self) -> str:
        """Return the same page for the PDF: without controls, and with fonts that come from their files."""
        page = self._fill(
            highlight_css=highlight_css(),
            screen_css="",
            made_css=screen.palette() + measures(self.body) + hanging(self.body),
            script="",
            curve_data="",
        )
        return fixed_for_print(without_narrow(page))

    def write_pdf(self, target: Path, **how: Any) -> PdfResult:
        """Write the page as a PDF, with its seal. how: what pdf.write_pdf takes besides."""
        html = self.for_print()
        with self.templates.mistakes_named(path=f"{self.templates.folder}: the page", most=limits.OF_LAYOUT):
            return write_pdf(html, target, seal=self.context["seal"], **how)

    def notes(self) -> tuple[str, ...]:
        """Return what cannot be shown as it should."""
        missing = faces.missing_characters(shown(self.for_print()))
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing)
        lacking = f"the fonts lack these characters, in the PDF a box stands for each: {named}"
        return (
            *self.templates.notes,
            *untranslated(self.templates, self.context["languages"]),
            *([lacking] if missing else []),
            *(f"the link to #{target} leads to nothing in this report" for target in lost_links(self.body)),
        )

    def _is_long(self) -> bool:
        """Whether the outline alone would not do to find one's way on paper."""
        several = len(self.context["languages"]) > 1
        return len(self.headings) >= (FEWEST_LISTED if several else FEWEST_LISTED_ALONE)

    def _fill(
        self, *, highlight_css: str, screen_css: str, made_css: str, script: str, curve_data: str
    ) -> str:
        values = {
            "body": self.body,
            "headings": self.headings,
            "highlight_css": Markup(highlight_css),
            "screen_css": Markup(screen_css),
            "made_css": Markup(made_css),
            "script": Markup(script),
            "curve_data": Markup(curve_data),
            "lists_contents": bool(script) or self._is_long(),
            "policy": screen.UNSEALED,
        }
        with self.templates.mistakes_named([*self.context, *values]):
            page = self.environment.get_template("report.html.j2").render(**values)
            policy = self.environment.from_string(self.templates.policy()).render(**values)
        self.templates.refuse_foreign(page)
        return self.templates.guarded(page, policy)


def _paper_css(width: float, height: float) -> str:
    """The rule for a paper; its margins leave the same width on every one."""
    margin = f"{(width - TEXT_WIDTH) / 2:g}mm"
    return f"@page {{ size: {width:g}mm {height:g}mm; margin-left: {margin}; margin-right: {margin}; }}"


def lost_links(body: str) -> list[str]:
    """Return where links within a page lead that lead nowhere, such as an author's own."""
    places = set(re.findall(r'\bid="([^"]+)"', body))
    wanted = dict.fromkeys(re.findall(r'<a href="#([^"]+)"', body))
    return [str(Markup(target).unescape()) for target in wanted if target not in places]


def language_facts(codes: Sequence[str]) -> dict[str, Any]:
    """Return what templates need to know of each language."""
    return {
        "lang_of": {code: tongues.html_lang(code) for code in codes},
        "class_of": {code: tongues.css_class(code) for code in codes},
        "switch_of": {code: tongues.switch(code) for code in codes},
        "name_of": {code: tongues.name(code) for code in codes},
        "further": [code for code in codes if code not in tongues.HTML_LANG],
    }


NAMED = 8
"""So many missing phrases a note names."""


def untranslated(templates: Templates, codes: Sequence[str]) -> tuple[str, ...]:
    """Return a note for each language that lacks phrases: how many, and which.

    Args:
        templates: Those that the report is made with.
        codes: Of the report's languages.
    """
    notes = []
    for code in codes:
        if missing := templates.missing(code):
            total = sum(map(len, templates.words.values()))
            more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
            notes.append(
                f"{code}: {len(missing)} of {total} phrases are missing and said in English:"
                f" {', '.join(missing[:NAMED])}{more} (`reportgen templates check` lists all)"
            )
    return tuple(notes)


def shown(html: str) -> str:
    """Return the characters of a page that a reader may see."""
    without_style = re.sub(
        r"<style>.*?</style>|<script.*?</script>|base64,[A-Za-z0-9+/=]+", "", html, flags=re.S
    )
    return str(Markup(without_style).unescape())

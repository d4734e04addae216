"""From a run's records to its HTML and its PDF. Nothing here trains, and nothing needs torch."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reportgen import files, resources
from reportgen.report import attachments, catalogue, fonts
from reportgen.report.catalogue import CSS_CLASS, HTML_LANG, Phrase
from reportgen.report.context import build
from reportgen.report.document import Document
from reportgen.report.figures import COLORS
from reportgen.report.index import write_thumbnail
from reportgen.report.listings import highlight_css
from reportgen.report.pdf import write_pdf
from reportgen.report.svg import SERIES
from reportgen.runs import store

SECTIONS = (
    ("1-data", None),
    ("2-layers", None),
    ("3-network-test", None),
    ("4-optimizers", None),
    ("5-network", None),
    ("6-comparison", "comparison"),
    ("7-search", "search"),
    ("8-tuned", "tuned"),
    ("9-test", "test"),
    ("10-audit", "audit"),
    ("11-conclusions", "conclusions"),
    ("12-drift", "drift"),
    ("13-appendix", None),
)
"""The sections in order, each with what it is about; it is left out where a run has none of that."""

PAPERS = {"a4": "A4", "letter": "letter"}
"""The sizes of paper that a report can be laid out for, as options and as style sheets call them."""
DEFAULT_PAPER = "a4"


@dataclass(frozen=True)
class Rendered:
    """The report's files, how many pages the PDF has, and what its reader should know about it."""

    html: Path
    pdf: Path | None
    pages: int
    notes: tuple[str, ...]


def render(
    folder: Path,
    *,
    languages: Sequence[str] | None = None,
    pdf: bool = True,
    paper: str = DEFAULT_PAPER,
) -> Rendered:
    """Write report.html and report.pdf into a run's folder, from its stored records.

    languages: 'zh-Hant', 'en' or both; None for those that the run was made with. paper: one of PAPERS.
    The same records give the same bytes. Raises UserError where records are damaged or no PDF can be made.
    """
    records = store.read(folder)
    words = words_in(languages or records.manifest["languages"])
    travelling = attachments.of_run(folder, records.manifest["experiment"]["file"])
    page = Page(words, build(records, words, attachments.fingerprint(travelling)), SECTIONS, paper=paper)
    write_thumbnail(folder, records.epochs)
    html = folder / "report.html"
    files.write_text(html, page.for_screen())
    notes = page.notes()
    if not pdf:
        return Rendered(html, None, 0, notes)
    target = folder / "report.pdf"
    result = write_pdf(
        page.for_print(),
        target,
        attachments=travelling,
        identifier=records.manifest["run"],
        created=dt.datetime.fromisoformat(records.manifest["times"]["finished"]),
    )
    return Rendered(html, target, result.pages, notes + result.warnings)


def words_in(languages: Sequence[str]) -> catalogue.Catalogue:
    """The catalogue in these languages."""
    return catalogue.load(resources.templates() / "catalogue.toml", languages)


class Page:
    """A document as HTML, for the screen with its fonts inside, for print without.

    context: what the templates name; a section that is about something is left out where that is empty.
    paper: one of PAPERS.
    """

    def __init__(
        self,
        words: catalogue.Catalogue,
        context: dict[str, Any],
        sections: Sequence[tuple[str, str | None]],
        *,
        paper: str = DEFAULT_PAPER,
    ) -> None:
        templates = resources.templates()
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=False,
        )
        self.environment.tests["phrase_like"] = lambda value: isinstance(value, Phrase)
        document = Document(words)
        self.context: dict[str, Any] = {
            **context,
            "t": words,
            "doc": document,
            "languages": words.languages,
            "seal": attachments.seal(context["fingerprint"], words.languages),
            "lang_of": HTML_LANG,
            "class_of": CSS_CLASS,
            "style_css": Markup((templates / "style.css").read_text(encoding="utf-8")),
            "print_css": Markup((templates / "print.css").read_text(encoding="utf-8")),
            "paper_css": Markup(f"@page {{ size: {PAPERS[paper]}; }}"),
            "highlight_css": Markup(highlight_css()),
        }
        self.environment.globals.update(self.context)
        # the sections first: the contents list what they turn out to hold
        self.body = Markup("\n").join(
            Markup(self.environment.get_template(f"sections/{name}.html.j2").render())
            for name, about in sections
            if about is None or self.context[about]
        )
        self.headings = document.headings

    def for_screen(self) -> str:
        """A page that needs nothing from outside."""
        text = self._fill(font_css="", series_css=fading(len(self.context["setups"])))
        return text.replace("<style>\n", f"<style>\n{fonts.screen_css(shown(text))}\n", 1)

    def for_print(self) -> str:
        """The same page for the PDF, whose fonts come from their files."""
        return self._fill(font_css="", series_css="")

    def notes(self) -> tuple[str, ...]:
        """What cannot be shown as it should."""
        missing = fonts.missing_characters(shown(self.for_print()))
        return (f"the fonts lack these characters: {missing}",) if missing else ()

    def _fill(self, *, font_css: str, series_css: str) -> str:
        template = self.environment.get_template("report.html.j2")
        return template.render(
            body=self.body,
            headings=self.headings,
            font_css=Markup(font_css),
            series_css=Markup(series_css),
        )


def shown(html: str) -> str:
    """The characters of a page that a reader may see."""
    without_style = re.sub(r"<style>.*?</style>|base64,[A-Za-z0-9+/=]+", "", html, flags=re.S)
    return str(Markup(without_style).unescape())


def fading(setups: int) -> str:
    """Rules that fade a setup's curve in every figure when its box is not checked."""
    return "\n".join(
        f"@media screen{{body:has(#curve-{n}:not(:checked)) .{SERIES}{n}{{opacity:.06}}"
        f"body:has(#curve-{n}:not(:checked)) label[for=curve-{n}]{{opacity:.45}}}}"
        for n in range(min(setups, len(COLORS)))
    )

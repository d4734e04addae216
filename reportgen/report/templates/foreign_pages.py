"""What a page of a stranger's templates must not hold: all that can carry its text away without a click.

The security policy keeps scripts, pictures and forms from doing that; it says nothing of a page that leads on
to another by itself, of names that a browser looks up ahead, or of what PDF readers make of a link. A tag
begins with its name in plain letters wherever a browser sees one, so that looking for these letters finds
all of them; what may be in a <meta> is written down whole, as quotation marks can mislead a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_NEVER = ("base", "embed", "fencedframe", "form", "frame", "frameset", "iframe", "link", "noscript", "object")
_TAG = re.compile(rf"<({'|'.join(_NEVER)})(?=[\s/>])|<meta(?=[\s/>])", re.IGNORECASE)
_META = re.compile(
    r'<meta(?: (?:http-equiv="Content-Security-Policy"|(?:charset|name|content|lang)="[^"]*"))+ ?/?>'
)
_SCRIPT_LINK = re.compile(r"""=["']?(javascript|vbscript):""", re.IGNORECASE)
_UNSEEN = re.compile("[\0-\x20]")
"""What browsers leave out of an address."""
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def mistakes(page: str) -> Iterator[tuple[int, str]]:
    """Yield what a page must not hold, with its line."""
    for tag in _TAG.finditer(page):
        line = page.count("\n", 0, tag.start()) + 1
        if tag[1]:
            yield (
                line,
                f"<{tag[1].lower()}> can carry the page's text away, or load more; leave it out",
            )
        elif not _META.match(page, tag.start()):
            yield (
                line,
                (
                    "<meta> can lead on to another page; only charset, or name and content, in double quotes"
                    " may be in it"
                ),
            )
    if script := _SCRIPT_LINK.search(_UNSEEN.sub("", unescape(page))):
        yield 1, f"a link to {script[1].lower()}: is a script, and scripts come from the program alone"


def mistakes_in_template(text: str) -> Iterator[tuple[int, str]]:
    """Yield the same as far as a template shows it before it has run."""
    return mistakes(_JINJA.sub(lambda part: "\n" * part[0].count("\n"), text))

"""Pages made with templates of a user's own, and templates that want too much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from reportgen.report.page.page import Page
from reportgen.report.templates.loading import read

PLAIN_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="keywords" content="{{ seal }}">'
    "<style>\n</style></head><body>{{ body }}<script>{{ script }}</script></body></html>"
)
GREEDY = {
    "product": ("{{ 'x' * 4000000000 }}", "1,073,741,824 bytes of memory"),
    "product of a list": ("{% set a = [0] * 4000000000 %}", "1,073,741,824 bytes of memory"),
    "ljust": ("{{ 'x'.ljust(4000000000) }}", "1,073,741,824 bytes of memory"),
    "center": ("{{ 'x'|center(4000000000) }}", "1,073,741,824 bytes of memory"),
    "width of a format": ("{{ '%4000000000d' % 1 }}", "1,073,741,824 bytes of memory"),
    "replace": (
        "{% set a = 'x' * 30000 %}{{ a.replace('x', a).replace('x', a) }}",
        "1,073,741,824 bytes of memory",
    ),
    "doubling": (
        "{% set n = namespace(a='x') %}{% for i in range(40) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        "1,073,741,824 bytes of memory",
    ),
    "join": ("{{ range(100000)|join('x' * 100000) }}", "1,073,741,824 bytes of memory"),
    "lists": (
        "{% set n = namespace(a=[0]) %}{% for i in range(40) %}{% set n.a = n.a + n.a %}{% endfor %}",
        "1,073,741,824 bytes of memory",
    ),
    "range": ("{{ range(4000000000)|list }}", "Range too big"),
    "long page": ("{{ 'x' * 70000000 }}", "more than 67,108,864 characters"),
    "for ever": ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "seconds"),
}


def page(tmp_path: Path, section: str, **files: str) -> Page:
    """A page of one section, given things that a report's own context holds, and worse."""
    for name, text in {"sections/scores.html.j2": section, **files}.items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    templates = read(tmp_path / "mine")
    context = {
        "fingerprint": "0" * 64,
        "setups": [],
        "curves": {},
        "place": tmp_path,
        "number": np.float64(1),
        "table": pd.DataFrame({"a": [1]}),
        "title": templates.catalogue(("en",)).given({"en": "x"}),
        "opened": open,
    }
    return Page(templates.catalogue(("en",)), context, ("scores",), templates)


def plain_page(tmp_path: Path, section: str) -> Page:
    return page(tmp_path, section, **{"report.html.j2": PLAIN_PAGE})

"""What the HTML has and the PDF has not: rules made for its figures, a script, and a policy that names both.

The script adds comfort only: languages, themes and picked curves are switched by style rules.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from hashlib import sha256

from reportgen.report.figures.marks import COLORS, TRAINING, VALIDATION
from reportgen.report.figures.svg import SERIES
from reportgen.report.page.colours import at_night, readable

POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; font-src data:; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""The page's Content-Security-Policy: nothing from outside, inside only the one script and style sheet."""
UNSEALED = "policy not yet known"
"""What stands in its place until the page is whole."""

HUES = (*COLORS, TRAINING.color, VALIDATION.color)
"""The colours of curves."""

PANEL_AT_NIGHT = at_night("#f4f6f9")
"""What listings stand on in the dark: --tint of screen.css."""


def rules(body: str, classes: Sequence[str], setups: int) -> str:
    """Return the rules made for this page.

    Args:
        body: The HTML that they are for.
        classes: Of its languages.
        setups: How many setups have a curve.
    """
    return "\n".join([_languages(classes), picking(setups), night(body)])


def words(highlight_css: str) -> str:
    """Return the colours of the words in listings, each with its counterpart on a dark page."""

    def both(match: re.Match[str]) -> str:
        dark = readable(at_night(match[1]), (PANEL_AT_NIGHT,))
        return f"color: {match[1]}; color: light-dark({match[1]}, {dark})"

    return re.sub(r"(?<![-\w])color: (#[0-9a-fA-F]+)", both, highlight_css)


def palette() -> str:
    """Return the classes that give an element the colour of a setup, as --color; for print as well."""
    return "".join(f".{hue(color)}{{--color:{color}}}" for color in HUES)


def hue(color: str) -> str:
    """Return the class of a setup's colour: the policy allows no style attributes."""
    return f"hue-{color.removeprefix('#')}"


def picking(setups: int) -> str:
    """Return the rules by which, once curves are picked out, the others fade in every figure.

    They are picked out by a box or by pointing at a name.
    """
    always: list[str] = []
    with_mouse: list[str] = []
    for number in range(min(setups, len(COLORS))):
        curve, box, name = f".{SERIES}{number}", f"#curve-{number}:checked", f'[data-curve="{number}"]'
        always += [
            f"body:has(.pick:checked):not(:has({box})) {curve}{{opacity:.1}}",
            f"body:has({box}) {name}{{--picked:var(--color);font-weight:700}}",
        ]
        # a finger leaves its last touch hovered: only a mouse points
        for pointed, rules_for in ((":focus-visible", always), (":hover", with_mouse)):
            rules_for += [
                f"body:has([data-curve]{pointed}):not(:has({box},{name}{pointed})) {curve}{{opacity:.1}}",
                f"body:has({name}{pointed}) {curve}{{opacity:1!important}}",
            ]
    return f"@media screen{{{''.join(always)}@media (hover:hover){{{''.join(with_mouse)}}}}}"


def night(body: str) -> str:
    """Return the colours of the figures and of the setups on a dark page."""
    drawn = sorted(set(re.findall(r'\b(fill|stroke)="(#[0-9a-f]{6}|black|white)"', body)))
    lines = [
        f'svg [{part}="{color}"]{{{part}:light-dark({color},{at_night(color)})}}' for part, color in drawn
    ]
    lines += [f".{hue(color)}{{--color:light-dark({color},{at_night(color)})}}" for color in HUES]
    return f"@media screen{{{''.join(lines)}}}"


def sealed(html: str, script: str = "") -> str:
    """Return the page with its policy: the digests of its style sheet and of this script, but of no other.

    Args:
        html: The page, with UNSEALED in the policy's place.
        script: The text of its script; empty where it has none.
    """
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    digests = {"script": _digest(script), "style": _digest(style[1]) if style else "'none'"}
    return html.replace(UNSEALED, POLICY.format(**digests), 1)


def _languages(classes: Sequence[str]) -> str:
    """Rules that leave one language when it is chosen; on paper too."""
    return "".join(
        f"body:has(#show-{chosen}:checked) :is(p,span,div,tspan).{other}{{display:none}}"
        for chosen in classes
        for other in classes
        if other != chosen
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode('ascii')}'"

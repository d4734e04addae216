"""The formulas of the report, set as SVG paths that print and screen share."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from markupsafe import Markup

from reportgen.files.cache import kept
from reportgen.report.figures.svg import embed
from reportgen.report.words.catalogue import Catalogue

FORMULAS = {
    "fully_connected_forward": r"\mathrm{out} = x\,w + b",
    "fully_connected_backward": (
        r"dx = d\mathrm{out}\;w^{\top},\qquad dw = \frac{1}{N}\,x^{\top}\,d\mathrm{out}+2\lambda w,"
        r"\qquad db = \frac{1}{N}\sum_{n=1}^{N} d\mathrm{out}_{n}"
    ),
    "relu": r"\mathrm{out} = \max(x,\,0),\qquad dx = d\mathrm{out}\cdot\mathbf{1}[x>0]",
    "softmax": r"m = \max_{j}\,z_{j},\qquad p_{k} = \frac{e^{z_{k}-m}}{\sum_{i} e^{z_{i}-m}}",
    "cross_entropy": (
        r"L = -\frac{1}{N}\sum_{n=1}^{N}\log p_{n,y_n},\qquad dz_{n,k} = p_{n,k}-\mathbf{1}[k=y_n]"
    ),
    "objective": r"J = L+\lambda\sum_{l}\left\|w_l\right\|^{2}",
}


def formula(name: str, latex: str, t: Catalogue) -> Markup:
    """Return a formula as an SVG element; the catalogue says how it is read aloud.

    Args:
        name: Among all formulas of the report.
        latex: What it says. One that cannot be set is shown as it is written.
        t: The words, in the report's languages.
    """
    prefix = "f" + hashlib.sha256(name.encode()).hexdigest()[:6]
    made_by = [f"{library} {version(library)}" for library in ("ziamath", "ziafont", "latex2mathml")]
    try:
        svg = kept([*made_by, latex], lambda: _set(latex)).decode()
    except Exception:
        return Markup("<code>{}</code>").format(latex)
    return t(f"spoken.{name}").describing(embed(svg, prefix=prefix), prefix, role="math")


def _set(latex: str) -> bytes:
    from ziamath.zmath import Latex

    return Latex(latex, size=14).svg().encode()

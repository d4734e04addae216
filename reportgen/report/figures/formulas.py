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
    "softmax": r"p_{k} = \frac{e^{z_{k}-\max_j z_j}}{\sum_{i} e^{z_{i}-\max_j z_j}}",
    "cross_entropy": (
        r"L = -\frac{1}{N}\sum_{n=1}^{N}\log p_{n,y_n},\qquad dz_{n,k} = p_{n,k}-\mathbf{1}[k=y_n]"
    ),
    "objective": r"J = L+\lambda\sum_{l}\left\|w_l\right\|^{2}",
    "SGD": r"w \leftarrow w-\eta\,g",
    "SGD_Momentum": r"v \leftarrow \mu\,v-\eta\,g,\qquad w \leftarrow w+v",
    "Adam_moments": (
        r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2}"
    ),
    "Adam_step": (
        r"\hat m = \frac{m}{1-\beta_1^{t}},\qquad \hat v = \frac{v}{1-\beta_2^{t}},\qquad"
        r" w \leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\epsilon}"
    ),
}

OF_OPTIMIZER = {"SGD": ("SGD",), "SGD_Momentum": ("SGD_Momentum",), "Adam": ("Adam_moments", "Adam_step")}


def formula(name: str, t: Catalogue) -> Markup:
    """Return a formula by name, as an SVG element; the catalogue says how it is read aloud.

    Args:
        name: Of FORMULAS.
        t: The words, in the report's languages.
    """
    prefix = "f" + hashlib.sha256(name.encode()).hexdigest()[:6]
    made_by = [f"{library} {version(library)}" for library in ("ziamath", "ziafont", "latex2mathml")]
    svg = kept([*made_by, FORMULAS[name]], lambda: _set(FORMULAS[name])).decode()
    return embed(svg, prefix=prefix, description=t(f"spoken.{name}").plain(), role="math")


def _set(latex: str) -> bytes:
    from ziamath.zmath import Latex

    return Latex(latex, size=14).svg().encode()

"""An experiment whose every text tries to be something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TITLE = "</title></style><script>alert(1)</script>{title}{{ 7*7 }}`id` & \\\"'"
AUTHOR = '"><img src=x onerror=alert(1)><link rel=attachment href=file:///etc/passwd>'
LABELS = ("=cmd|' /C calc'!A0", "<b onload=x>{0}</b>", "@SUM(1+1)*$\\frac$ _")
CLASSES = ("-->", "../../../etc/passwd", "+1-1")
FILE = "x (1).toml"

TEXT = f"""
title = {{ zh-Hant = '''{TITLE}''', en = '''{TITLE}''' }}
author = '''{AUTHOR}'''
course = "url(file:///etc/passwd) @import 'http://127.0.0.1:9/x.css'; }}"
[data]
source = "npz"
path = "<i>&{{x}}.npz"
train = 40
validation = 15
[comparison]
hidden = [4]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [
  {", ".join(f"{{ name = 'SGD', learning_rate = 0.1, label = '''{label}''' }}" for label in LABELS)}
]
"""


@dataclass(frozen=True)
class Run:
    """Where it was run, and the folder that came of it."""

    place: Path
    folder: Path

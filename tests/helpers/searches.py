"""Experiments that search, and what their trials are read by."""

from __future__ import annotations

from reportgen.training import Trial

DATA = """
title = "Searched"
[data]
source = "digits"
train = 80
validation = 40
test = 40
"""


STAGES = f"""{DATA}
[comparison]
hidden = [6]
batch_size = 8
epochs = 10
optimizers = [
  {{ name = "SGD", learning_rate = 0.03 }},
  {{ name = "Adam", learning_rate = 0.001 }},
]
"""


TUNED = f"""{DATA}
[tuned]
hidden = [8]
batch_size = 8
epochs = 10
l2 = 1e-4
schedule = "cosine"
augmentation = {{ shift = 1 }}
optimizer = {{ name = "SGD_Momentum", learning_rate = 0.0123456789, momentum = 0.9 }}
"""

OPTUNA = f"""{TUNED}
[search.tuned]
method = "optuna"
trials = 12
seeds = [5]
[search.tuned.space]
learning_rate = {{ low = 1e-4, high = 1.0 }}
hidden = [[16], [8], [8, 8]]
l2 = {{ low = 0, high = 0.01, scale = "linear" }}
momentum = [0, 0.9]
schedule = [{{ name = "constant" }}, {{ name = "cosine" }}]
augmentation = [{{ flip = true }}, {{ shift = 1, flip = false }}]
"""


def comparison(trials: int, space: str, more: str = "", seeds: str = "[7, 8]") -> str:
    """An experiment that searches its comparison."""
    return (
        f"{STAGES}\n[search.comparison]\ntrials = {trials}\nseeds = {seeds}\n{more}\n"
        f"[search.comparison.space]\n{space}\n"
    )


def rate(trial: Trial) -> float:
    return trial.setup.hyperparameters["learning_rate"]

"""Experiments that train in seconds, as text."""

from __future__ import annotations

TINY = """
title = { zh-Hant = "小型測試：優化器", en = "A tiny test of optimizers" }
author = { zh-Hant = "王小明", en = "Wang Xiaoming" }
[data]
source = "digits"
train = 300
validation = 100
[comparison]
subset = 200
hidden = [16]
batch_size = 16
epochs = 3
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", learning_rate = 0.05, momentum = 0.8 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [24, 12]
batch_size = 16
epochs = 5
l2 = 1e-4
seeds = [0, 1]
optimizer = { name = "Adam", learning_rate = 0.01 }
"""
"""Every part of a report has something to say of it."""
FIVE_TRIALS = """
title = "Kept"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [6]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [8]
batch_size = 8
epochs = 3
optimizer = { name = "Adam", learning_rate = 0.01 }
"""
"""As little training as can be."""
SMALL = """
title = "Small"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [6]
batch_size = 7
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [8, 6]
batch_size = 7
epochs = 3
l2 = 1e-3
optimizer = { name = "SGD_Momentum", learning_rate = 0.05 }
[defects]
batches_slide_by_one = false
"""
"""Five trials of two or three epochs on a few digits."""
SEARCHED = """
title = "Tuned"   # a comment
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [6]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", label = "heavy ball", learning_rate = 0.05 },
]
[tuned]
hidden = [8]
batch_size = 8
epochs = 3
optimizer = { name = "Adam", learning_rate = 0.01 }
[search.comparison]
trials = 4
seeds = 1
[search.comparison.space]
learning_rate = { low = 1e-3, high = 1.0 }
[search.comparison.own."heavy ball"]
momentum = [0.5, 0.9]
[search.tuned]
trials = 4
method = "optuna"
seeds = [500]
epochs = 2
[search.tuned.space]
learning_rate = { low = 1e-3, high = 0.1 }
batch_size = [8, 16]
dropout = { low = 0.0, high = 0.5, scale = "linear" }
"""
"""A search for both stages, each by another method."""

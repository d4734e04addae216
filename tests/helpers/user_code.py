"""Users' code for tests, and its processes, in bubblewrap and without."""

from __future__ import annotations

import contextlib
import hashlib
import os
import textwrap
from pathlib import Path

import pytest

from reportgen.user_code import bubblewrap
from reportgen.user_code.source import UserCode

WAYS = ("in bubblewrap, if it works", "without bubblewrap")


def code_of(text: str, file: str = "hw5.py") -> UserCode:
    """A user's code of this text."""
    text = textwrap.dedent(text)
    return UserCode(file, text, hashlib.sha256(text.encode()).hexdigest())


def guard_by(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let guarded processes be started in one of these ways."""
    if way == WAYS[1]:
        monkeypatch.setattr(bubblewrap, "find_bubblewrap", lambda: None)


def processes_naming(path: Path) -> list[int]:
    """The processes on whose command lines a path stands; none where a system does not tell."""
    numbers = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(path) in (folder / "cmdline").read_bytes():
                numbers.append(int(folder.name))
    return numbers


HOMEWORK = """
import numpy as np
import torch


class FullyConnectedLayer(object):
    def forward(self, x, w, b):
        out = torch.matmul(x, w) + b
        self.cache = (x, w, b, out)
        return out

    def backward(self, backprop):
        x, w, b, out = self.cache
        db = torch.mean(backprop, dim=0)
        dw = torch.div(torch.matmul(torch.transpose(x, 0, 1), backprop), x.shape[0])
        dx = torch.matmul(backprop, torch.transpose(w, 0, 1))
        return dx, dw, db


class ReLU(object):
    def forward(self, x):
        self.x = x
        return torch.clamp(x, min=0)

    def backward(self, backprop):
        return backprop * (self.x > 0)


class Softmax_CrossEntropy(object):
    def forward(self, y, x):
        e = torch.exp(x - x.max(dim=1, keepdim=True).values)
        self.probabilities, self.y = e / e.sum(dim=1, keepdim=True), y
        loss = -torch.log(self.probabilities[range(len(y)), y]).mean()
        return self.probabilities, loss

    def backward(self):
        d = self.probabilities.clone()
        d[range(len(self.y)), self.y] -= 1
        return d


class SGD(object):
    def __init__(self, learning_rate=1e-3):
        self.lr = learning_rate

    def step(self, params, params_grad):
        for key, val in params.items():
            params[key] -= self.lr * params_grad[key]
"""
"""A homework's classes, in the homework's form."""

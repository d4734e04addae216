"""The homework solved in other hands: all of it right."""

from __future__ import annotations

import json

from tests.helpers.homework_code import HOMEWORK

NUMPY = """
import numpy as np

class FullyConnectedLayer:
    def forward(self, x, w, b):
        self.x, self.w = x.copy(), w
        return np.dot(x, w) + b

    def backward(self, backprop):
        n = backprop.shape[0]
        dx = backprop.dot(self.w.T)
        dw = self.x.T.dot(backprop) / n
        db = np.sum(backprop, axis=0) / n
        return dx, dw, db

class ReLU:
    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, backprop):
        backprop[self.mask] = 0
        return backprop

class SoftmaxCrossEntropy:
    def forward(self, y, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.t = np.eye(x.shape[1])[y]
        return self.p, -np.sum(self.t * np.log(self.p + 1e-12)) / x.shape[0]

    def backward(self):
        return self.p - self.t

class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, params, grads):
        for k in params.keys():
            params[k] = params[k] - self.lr * grads[k]

class SGD_Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def step(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * self.v[k] - self.lr * grads[k]
            params[k] += self.v[k]

class Adam:
    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.learning_rate, self.b1, self.b2, self.eps = learning_rate, beta1, beta2, eps
        self.m, self.v, self.step_count = {}, {}, np.int64(0)

    def step(self, params, grads):
        self.step_count = self.step_count + 1
        for k, g in grads.items():
            self.m[k] = self.b1 * self.m.get(k, np.zeros_like(g)) + (1 - self.b1) * g
            self.v[k] = self.b2 * self.v.get(k, np.zeros_like(g)) + (1 - self.b2) * np.square(g)
            m = self.m[k] / (1 - self.b1 ** self.step_count)
            v = self.v[k] / (1 - self.b2 ** self.step_count)
            params[k] -= self.learning_rate * m / (np.sqrt(v) + self.eps)
"""
"""With numpy alone, in place and not, probabilities for predictions."""

TORCH = '''
import torch
import torch.nn.functional as F

class FullyConnectedLayer:
    """Sums, as torch does: its loss divides."""

    def forward(self, x, w, b):
        self.x, self.w = x, w
        return torch.addmm(b, x, w)

    def backward(self, backprop):
        return backprop @ self.w.T, self.x.T @ backprop, backprop.sum(0)

class ReLU:
    def forward(self, x):
        self.out = F.relu(x)
        return self.out

    def backward(self, backprop):
        return backprop.masked_fill(self.out == 0, 0)

class Softmax_CrossEntropy:
    def forward(self, y, x):
        self.y, self.log_p = y, F.log_softmax(x, dim=1)
        return self.log_p.exp(), F.nll_loss(self.log_p, y)

    def backward(self):
        p = self.log_p.exp()
        p[torch.arange(len(p)), self.y] -= 1
        return p.div_(len(p))

class SGD:
    def __init__(self, lr):
        self.lr = lr

    @torch.no_grad()
    def step(self, params, grads):
        for name, p in params.items():
            p.add_(grads[name], alpha=-self.lr)

class SGD_Momentum:
    """The velocity is torch's, without the learning rate."""

    def __init__(self, lr, momentum=0.9):
        self.lr, self.momentum, self.buffer = lr, momentum, {}

    @torch.no_grad()
    def step(self, params, grads):
        for name, p in params.items():
            buffer = self.buffer.setdefault(name, torch.zeros_like(p))
            buffer.mul_(self.momentum).add_(grads[name])
            p.sub_(self.lr * buffer)

class Adam:
    def __init__(self, lr, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.lr, self.betas, self.epsilon, self.state = lr, (beta1, beta2), epsilon, {}

    @torch.no_grad()
    def step(self, params, grads):
        for name, p in params.items():
            state = self.state.setdefault(name, {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)})
            state["t"] += 1
            state["m"].lerp_(grads[name], 1 - self.betas[0])
            state["v"].mul_(self.betas[1]).addcmul_(grads[name], grads[name], value=1 - self.betas[1])
            m = state["m"] / (1 - self.betas[0] ** state["t"])
            v = state["v"] / (1 - self.betas[1] ** state["t"])
            p.addcdiv_(m, v.sqrt() + self.epsilon, value=-self.lr)
'''
"""With torch's own idioms."""


def as_notebook(text: str) -> str:
    """A notebook whose code cells hold this text, a class in each, between words and the shell's lines."""
    pieces = text.split("\n\n\n")
    code = [
        ["!pip install torch\n", "%matplotlib inline\n"],
        *([line + "\n" for line in piece.split("\n")] for piece in pieces),
    ]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# 深度視覺 HW5"]}]
    cells += [
        {"cell_type": "code", "metadata": {}, "execution_count": n, "outputs": [], "source": source}
        for n, source in enumerate(code)
    ]
    cells.append(
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": ["from _utils import load_small_dataset\n", "print(load_small_dataset())\n"],
        }
    )
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


RIGHT = {"homework": HOMEWORK, "numpy": NUMPY, "torch": TORCH}
"""By the style that it is written in."""

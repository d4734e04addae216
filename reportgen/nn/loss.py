"""Softmax and cross-entropy, together, as the loss of a classifier."""

from __future__ import annotations

import torch
from torch import Tensor


class SoftmaxCrossEntropy:
    """The mean cross-entropy between the labels and softmax(logits).

    divide_gradient: divide the gradient by N here as well. The fully connected layer averages
    over the batch already, so this averages twice; it is there to reproduce a program that did,
    and off otherwise.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
    """

    def __init__(self, *, divide_gradient: bool = False) -> None:
        self.divide_gradient = divide_gradient

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """From labels (N,) and logits (N, K): the probabilities (N, K) and the mean loss.

        log_softmax takes the largest logit off first, so no exponential overflows.
        """
        log_probabilities = torch.log_softmax(logits, dim=1)
        probabilities = log_probabilities.exp()
        loss = -log_probabilities.gather(1, labels[:, None]).mean()
        self.cache = labels, probabilities
        return probabilities, loss

    def backward(self) -> Tensor:
        """The gradient of each example's loss by its logits: p - onehot, (N, K)."""
        labels, probabilities = self.cache
        onehot = torch.zeros_like(probabilities).scatter_(1, labels[:, None], 1)
        dlogits = probabilities - onehot
        return dlogits / len(labels) if self.divide_gradient else dlogits

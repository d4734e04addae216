"""Softmax and cross-entropy, together, as the loss of a classifier."""

from __future__ import annotations

import torch
from torch import Tensor


class SoftmaxCrossEntropy:
    """The mean cross-entropy between the labels and softmax(logits).

    label_smoothing: the share of the target that is spread evenly over all K classes; the rest
    stays with the label. Source: Szegedy et al., Rethinking the Inception architecture for
    computer vision (CVPR 2016), section 7.

    divide_gradient: divide the gradient by N here as well. The fully connected layer averages
    over the batch already, so this averages twice; it is there to reproduce a program that did,
    and off otherwise.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
    """

    def __init__(self, *, label_smoothing: float = 0.0, divide_gradient: bool = False) -> None:
        self.label_smoothing = label_smoothing
        self.divide_gradient = divide_gradient

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """From labels (N,) and logits (N, K): the probabilities (N, K) and the mean loss.

        log_softmax takes the largest logit off first, so no exponential overflows.
        """
        log_probabilities = torch.log_softmax(logits, dim=1)
        probabilities = log_probabilities.exp()
        loss = -log_probabilities.gather(1, labels[:, None]).mean()
        if self.label_smoothing:
            evenly = -log_probabilities.mean()
            loss = (1 - self.label_smoothing) * loss + self.label_smoothing * evenly
        self.cache = labels, probabilities
        return probabilities, loss

    def backward(self) -> Tensor:
        """The gradient of each example's loss by its logits: p - target, (N, K)."""
        labels, probabilities = self.cache
        target = torch.zeros_like(probabilities).scatter_(1, labels[:, None], 1)
        if self.label_smoothing:
            target.mul_(1 - self.label_smoothing).add_(self.label_smoothing / target.shape[1])
        dlogits = probabilities - target
        return dlogits / len(labels) if self.divide_gradient else dlogits

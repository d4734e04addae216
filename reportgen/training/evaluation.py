"""What a classifier makes of images that it is not trained on."""

from __future__ import annotations

import torch
from torch import Tensor

from reportgen.nn import Classifier
from reportgen.training.batches import Images
from reportgen.training.trial import TestResult

EVALUATION_BATCH = 1000  # images at once where no gradient is needed: enough to keep the cores busy


def all_logits(classifier: Classifier, images: Images, count: int) -> Tensor:
    """Return the logits (count, K) of the first images.

    Args:
        classifier: The network.
        images: N of them.
        count: How many, at most N.
    """
    return torch.cat(
        [
            classifier.forward(images.batch(slice(start, min(start + EVALUATION_BATCH, count)))[0])
            for start in range(0, count, EVALUATION_BATCH)
        ]
    )


def evaluate(classifier: Classifier, images: Images, counts: Tensor) -> tuple[float, float]:
    """Return the mean loss and the accuracy over the first images.

    Args:
        classifier: The network.
        images: At least as many as there are counts.
        counts: How often each counts (N,).
    """
    counts = counts.to(images.labels.device)
    logits, labels = all_logits(classifier, images, len(counts)), images.labels[: len(counts)]
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").double()
    correct = (logits.argmax(dim=1) == labels).double()
    return float(losses @ counts / counts.sum()), float(correct @ counts / counts.sum())


def test_result(logits: Tensor, labels: Tensor) -> TestResult:
    """Return the mean loss over the images, the confusion matrix (K, K), and which were told right (N,).

    Args:
        logits: Of the test images (N, K).
        labels: Theirs (N,).
    """
    classes = logits.shape[1]
    loss = torch.nn.functional.cross_entropy(logits, labels)
    told = logits.argmax(dim=1)
    pairs = labels * classes + told
    confusion = torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return TestResult(float(loss), confusion.numpy(), (told == labels).numpy())

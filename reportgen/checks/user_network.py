"""Proof of the network with layers of somebody's own: whether they fit each other, and all its gradients."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from reportgen.checks.check import (
    AUTOGRAD,
    Check,
    Measure,
    Mistake,
    worst,
)
from reportgen.checks.likely_mistakes import UNKNOWN, Case, key_of_error, recognize
from reportgen.checks.network import (
    DROPOUT,
    HIDDEN,
    INPUT_DROPOUT,
    INPUTS,
    L2,
    OUTPUTS,
    describe_shapes,
    move_biases,
    refuse_zeros,
    small_batch,
    twin_of,
)
from reportgen.checks.wrong_layers import PAIR
from reportgen.nn import Classifier, LayerKinds
from reportgen.nn.handing import describe
from reportgen.nn.homework_kinds import HomeworkClasses, kinds_of

KEY, SENTENCE = "network", "Test of network"


def prove_network(given: HomeworkClasses, *, averaged_twice: bool = False) -> Check:
    """Prove the network of the homework's four layers, built of somebody's classes and otherwise of ours.

    Args:
        given: The classes, each of which was proved by itself.
        averaged_twice: Whether the experiment says that gradients are averaged twice.
    """
    try:
        kinds = kinds_of(given)
        pair = _use_pair(kinds, averaged_twice=averaged_twice)
        where = {"dw": "loss and layer together: dw", "db": "loss and layer together: db"}
        mistakes = recognize([pair], PAIR, where)[:1]
        measure, classifier = _prove(kinds, averaged_twice=averaged_twice)
    except Exception as error:  # whatever somebody's code does
        problem = describe(error)
        return Check(KEY, SENTENCE, "Passed", (), (), problem, (Mistake(key_of_error(problem), problem),))
    if not measure.passed and not mistakes:
        mistakes = (Mistake(UNKNOWN, "the gradients of the network"),)
    problem = mistakes[0].where if mistakes else ""
    return Check(KEY, SENTENCE, "Passed", (measure,), describe_shapes(classifier), problem, mistakes)


def _use_pair(kinds: LayerKinds, *, averaged_twice: bool) -> Case:
    """One layer with its loss, on small numbers."""
    given = {
        "x": torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64),
        "w": torch.tensor([[0.2, -0.1], [0.1, 0.3]], dtype=torch.float64),
        "b": torch.tensor([0.1, -0.2], dtype=torch.float64),
        "y": torch.tensor([0, 1]),
    }
    layer, loss = kinds.fully_connected(0.0), kinds.loss(divide_gradient=averaged_twice)
    loss.forward(given["y"], layer.forward(given["x"], given["w"].clone(), given["b"].clone()))
    dout = loss.backward()
    dw, db = layer.dw(dout), layer.db(dout)
    came = {"dw": dw if isinstance(dw, Tensor) else dw.written_out(), "db": db}
    w, b = given["w"].clone().requires_grad_(), given["b"].clone().requires_grad_()
    mean = torch.nn.functional.cross_entropy(given["x"] @ w + b, given["y"])
    dw, db = torch.autograd.grad(mean / len(given["x"]) if averaged_twice else mean, (w, b))
    return Case(given | {"dw": dw, "db": db}, {"dw": dw, "db": db}, came, hidden=("dw", "db"))


def _prove(kinds: LayerKinds, *, averaged_twice: bool) -> tuple[Measure, Classifier]:
    stream = np.random.RandomState(0)
    classifier = Classifier(
        INPUTS,
        HIDDEN,
        OUTPUTS,
        stream,
        std=0.8,
        l2=L2,
        dtype=torch.float64,
        divide_gradient=averaged_twice,
        kinds=kinds,
    )
    move_biases(classifier, stream)
    x, labels = small_batch(stream)
    _, gradients = classifier.loss_and_gradients(x, labels)
    refuse_zeros(gradients)
    scale = len(x) if averaged_twice else 1
    pairs = _against_twin(classifier, x, labels, scale)
    pairs |= _with_dropout(classifier, x, labels, scale)
    return worst(AUTOGRAD, pairs), classifier


def _against_twin(
    classifier: Classifier, x: Tensor, labels: Tensor, scale: int, masks: list[Tensor] | None = None
) -> dict[str, tuple[Tensor, Tensor]]:
    logits = classifier.forward(x, training=masks is not None)
    classifier.loss.forward(labels, logits)
    twin = twin_of(classifier, x, labels, masks)
    pairs = {"logits": (logits, twin["logits"])}
    for name, gradient in classifier.backward().items():
        decay = 2 * L2 * classifier.parameters[name] if name.startswith("w") else torch.zeros(())
        came = gradient if isinstance(gradient, Tensor) else gradient.written_out()
        pairs[name] = came, (twin[name] - decay) / scale + decay
    return pairs


def _with_dropout(
    classifier: Classifier, x: Tensor, labels: Tensor, scale: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """The same in training, with dropout, which is ours."""
    rates = [INPUT_DROPOUT, *[DROPOUT] * len(HIDDEN)]
    stream, draws = np.random.default_rng(0), np.random.default_rng(0)
    masks = []
    for dropout, size, rate in zip(classifier.dropouts, [INPUTS, *HIDDEN], rates, strict=True):
        dropout.rate, dropout.stream = rate, stream
        kept = torch.from_numpy(draws.random((len(x), size), np.float32)) >= rate
        masks.append(kept.double() / (1 - rate))
    pairs = _against_twin(classifier, x, labels, scale, masks)
    return {f"{name} in training": pair for name, pair in pairs.items()}

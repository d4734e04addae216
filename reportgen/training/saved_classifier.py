"""A trained classifier as a file: plain .safetensors, which nobody has to execute to read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from reportgen.files.atomic import write_bytes
from reportgen.nn import Classifier, SoftmaxCrossEntropy


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Write a classifier's parameters and what its objective depends on, whole or not at all.

    Args:
        classifier: Its dropout is not kept: it acts in training only.
        path: The .safetensors file; one that is there is replaced.
    """
    settings = json.dumps(
        {
            "l2": classifier.l2,
            "label_smoothing": classifier.loss.label_smoothing,
            "divide_gradient": classifier.loss.divide_gradient,
        }
    )
    parameters = {name: parameter.cpu() for name, parameter in classifier.parameters.items()}
    write_bytes(path, safetensors.torch.save(parameters, metadata={"reportgen": settings}))


def load_classifier(path: Path) -> Classifier:
    """Read a classifier that `save_classifier` wrote; nothing in the file is executed.

    Args:
        path: The .safetensors file.

    Returns:
        The classifier, without dropout.

    Raises:
        ValueError: The file is not such a classifier, in one line that names it.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            settings = json.loads((file.metadata() or {}).get("reportgen", "null"))
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise ValueError(f"{path} does not exist or cannot be read") from error
    except (safetensors.SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is damaged or no .safetensors file ({error})") from error
    names = [f"{kind}{number}" for number in range(1, len(stored) // 2 + 1) for kind in "wb"]
    match settings:
        case {
            "l2": int() | float() as l2,
            "label_smoothing": int() | float() as label_smoothing,
            "divide_gradient": bool() as divide_gradient,
        } if stored and set(names) == set(stored) and _fit([stored[name] for name in names]):
            loss = SoftmaxCrossEntropy(label_smoothing=label_smoothing, divide_gradient=divide_gradient)
            return Classifier.from_parameters({name: stored[name] for name in names}, l2=l2, loss=loss)
        case _:
            raise ValueError(f"{path} holds no classifier saved by reportgen")


def _fit(parameters: Sequence[Tensor]) -> bool:
    """Whether w1, b1, w2, ... are of shapes that make a network."""
    weights, biases = parameters[::2], parameters[1::2]
    return all(w.dim() == 2 and b.shape == w.shape[1:] for w, b in zip(weights, biases, strict=True)) and all(
        before.shape[1] == after.shape[0] for before, after in itertools.pairwise(weights)
    )

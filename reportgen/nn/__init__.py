"""The textbook: layers, loss, network and initialization, each with its gradients written by hand."""

from reportgen.nn.gradient import WeightGradient
from reportgen.nn.layers import Dropout, FullyConnectedLayer, ReLU
from reportgen.nn.loss import SoftmaxCrossEntropy
from reportgen.nn.network import Classifier, parameter_count

__all__ = [
    "Classifier",
    "Dropout",
    "FullyConnectedLayer",
    "ReLU",
    "SoftmaxCrossEntropy",
    "WeightGradient",
    "parameter_count",
]

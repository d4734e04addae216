"""The textbook: layers, loss, network and initialization, each with its gradients written by hand."""

from reportgen.nn.gradient import WeightGradient
from reportgen.nn.homework_kinds import HomeworkClasses, kinds_of
from reportgen.nn.kinds import TEXTBOOK, LayerKinds
from reportgen.nn.layers import Dropout, FullyConnectedLayer, ReLU
from reportgen.nn.loss import SoftmaxCrossEntropy
from reportgen.nn.network import Classifier, parameter_count

__all__ = [
    "TEXTBOOK",
    "Classifier",
    "Dropout",
    "FullyConnectedLayer",
    "HomeworkClasses",
    "LayerKinds",
    "ReLU",
    "SoftmaxCrossEntropy",
    "WeightGradient",
    "kinds_of",
    "parameter_count",
]

"""What can be wrong with the formulas of the layers, the loss and the network."""

from __future__ import annotations

from reportgen.nn import (
    Classifier,
    Dropout,
    FullyConnectedLayer,
    ReLU,
    SoftmaxCrossEntropy,
    WeightGradient,
)
from tests.helpers.mistakes import DROPOUT, FC, LOSS, MOMENTUM, NETWORK, RELU, SGD, WRITTEN_OUT, Mistake

X_TIMES_D = "addmm_(self.x.T, self.d, beta=beta, alpha=alpha)"

W_AND_L2 = "beta=beta + 2 * alpha * self.l2"


def fc(method: str, right: str, wrong: str, noticed_by: set[str] | None = None) -> Mistake:
    return Mistake(getattr(FullyConnectedLayer, method), right, wrong, noticed_by or {FC, NETWORK})


def weight_gradient(method: str, right: str, wrong: str, noticed_by: set[str]) -> Mistake:
    return Mistake(getattr(WeightGradient, method), right, wrong, noticed_by)


def relu(method: str, right: str, wrong: str) -> Mistake:
    return Mistake(getattr(ReLU, method), right, wrong, {RELU, NETWORK})


def dropout(method: str, right: str, wrong: str, noticed_by: set[str] | None = None) -> Mistake:
    return Mistake(getattr(Dropout, method), right, wrong, noticed_by or {DROPOUT, NETWORK})


def loss(method: str, right: str, wrong: str, noticed_by: set[str] | None = None) -> Mistake:
    return Mistake(getattr(SoftmaxCrossEntropy, method), right, wrong, noticed_by or {LOSS, NETWORK})


def network(method: str, right: str, wrong: str) -> Mistake:
    return Mistake(getattr(Classifier, method), right, wrong, {NETWORK})


LAYER_MISTAKES = {
    "forward: bias forgotten": fc("forward", "torch.addmm(b, x, w)", "x @ w"),
    "forward: bias subtracted": fc("forward", "torch.addmm(b, x, w)", "x @ w - b"),
    "forward: a factor": fc("forward", "torch.addmm(b, x, w)", "torch.addmm(b, x, w, alpha=1.001)"),
    "dx: not transposed": fc("dx", "dout @ w.T", "dout @ w.reshape(w.T.shape)"),
    "dx: transposed the wrong way round": fc("dx", "dout @ w.T", "dout @ w"),
    "dx: scaled": fc("dx", "dout @ w.T", "1.001 * dout @ w.T"),
    "dx: averaged": fc("dx", "dout @ w.T", "dout @ w.T / len(dout)"),
    "dx: sign": fc("dx", "dout @ w.T", "-dout @ w.T"),
    "dw: not averaged": fc("dw", "dout / dout.shape[0]", "dout"),
    "dw: averaged twice": fc("dw", "dout / dout.shape[0]", "dout / dout.shape[0] ** 2"),
    "dw: averaged over the wrong axis": fc("dw", "dout / dout.shape[0]", "dout / dout.shape[1]"),
    "dw: L2 forgotten": fc("dw", "w, self.l2", "w, 0.0"),
    "dw: L2 averaged": fc("dw", "w, self.l2", "w, self.l2 / len(x)"),
    "db: sum instead of mean": fc("db", "dout.mean(dim=0)", "dout.sum(dim=0)"),
    "db: averaged twice": fc("db", "dout.mean(dim=0)", "dout.mean(dim=0) / len(dout)"),
    "db: L2 on biases": fc("db", "dout.mean(dim=0)", "dout.mean(dim=0) + self.l2 * self.cache[1].sum(dim=0)"),
    "db: one number for all": fc("db", "dout.mean(dim=0)", "dout.mean().expand(dout.shape[1])"),
    "backward: dw and db mixed up": fc(
        "backward",
        "self.dw(dout).written_out(), self.db(dout)",
        "self.db(dout), self.dw(dout).written_out()",
        {FC},
    ),
    "backward: dx forgotten": fc("backward", "self.dx(dout)", "dout", {FC}),
    "written_out: factors mixed up": weight_gradient(
        "written_out", "self.x.T @ self.d", "(self.d.T @ self.x).reshape(self.shape)", WRITTEN_OUT
    ),
    "written_out: a factor": weight_gradient(
        "written_out", "self.x.T @ self.d", "1.001 * self.x.T @ self.d", WRITTEN_OUT
    ),
    "written_out: L2 once, not twice": weight_gradient(
        "written_out", "alpha=2 * self.l2", "alpha=self.l2", WRITTEN_OUT
    ),
    "written_out: L2 sign": weight_gradient(
        "written_out", "alpha=2 * self.l2", "alpha=-2 * self.l2", WRITTEN_OUT
    ),
    "written_out: L2 forgotten": weight_gradient("written_out", "if self.l2", "if False", WRITTEN_OUT),
    "add_to weights: L2 once, not twice": weight_gradient(
        "add_to", W_AND_L2, "beta=beta + alpha * self.l2", {FC, SGD}
    ),
    "add_to weights: L2 without alpha": weight_gradient(
        "add_to", W_AND_L2, "beta=beta + 2 * self.l2", {FC, SGD}
    ),
    "add_to weights: L2 sign": weight_gradient(
        "add_to", W_AND_L2, "beta=beta - 2 * alpha * self.l2", {FC, SGD}
    ),
    "add_to weights: L2 forgotten": weight_gradient("add_to", W_AND_L2, "beta=beta", {FC, SGD}),
    "add_to weights: beta forgotten": weight_gradient(
        "add_to", W_AND_L2, "beta=2 * alpha * self.l2", {FC, SGD}
    ),
    "add_to weights: alpha forgotten": weight_gradient(
        "add_to", f"{W_AND_L2}, alpha=alpha", W_AND_L2, {FC, SGD}
    ),
    "add_to another: beta forgotten": weight_gradient(
        "add_to", X_TIMES_D, "addmm_(self.x.T, self.d, alpha=alpha)", {FC, MOMENTUM}
    ),
    "add_to another: alpha forgotten": weight_gradient(
        "add_to", X_TIMES_D, "addmm_(self.x.T, self.d, beta=beta)", {FC, MOMENTUM}
    ),
    "add_to another: L2 once, not twice": weight_gradient(
        "add_to", "alpha=2 * alpha * self.l2)", "alpha=alpha * self.l2)", {FC, MOMENTUM}
    ),
    "add_to another: L2 without alpha": weight_gradient(
        "add_to", "alpha=2 * alpha * self.l2)", "alpha=2 * self.l2)", {FC, MOMENTUM}
    ),
    "add_to another: L2 forgotten": weight_gradient("add_to", "if self.l2", "if False", {FC, MOMENTUM}),
    "add_to: the weights taken for another tensor": weight_gradient(
        "add_to", "target is self.w", "False", {FC, SGD}
    ),
    "add_to: another tensor taken for the weights": weight_gradient(
        "add_to", "target is self.w", "True", {FC, MOMENTUM}
    ),
    "ReLU forward: nothing cut off": relu("forward", "torch.relu(x)", "x"),
    "ReLU forward: leaky": relu("forward", "torch.relu(x)", "torch.where(x > 0, x, 0.01 * x)"),
    "ReLU forward: absolute value": relu("forward", "torch.relu(x)", "x.abs()"),
    "ReLU forward: the wrong half": relu("forward", "torch.relu(x)", "x.clamp(max=0)"),
    "ReLU forward: cut off at 1": relu("forward", "torch.relu(x)", "x.clamp(min=0, max=1)"),
    "ReLU backward: >= instead of >": relu("backward", "self.out > 0", "self.out >= 0"),
    "ReLU backward: a slope at 0": Mistake(
        ReLU.forward, "torch.relu(x)", "torch.where(x == 0, 1e-300, torch.relu(x))", {RELU}
    ),
    "ReLU backward: mask missing": relu("backward", "dout * (self.out > 0)", "dout"),
    "ReLU backward: leaky": relu("backward", "(self.out > 0)", "torch.where(self.out > 0, 1.0, 0.01)"),
    "ReLU backward: the wrong half": relu("backward", "self.out > 0", "self.out <= 0"),
    "ReLU backward: masked by dout": relu("backward", "self.out > 0", "dout > 0"),
    "ReLU backward: times the output": relu("backward", "(self.out > 0)", "self.out"),
    "dropout forward: not divided": dropout("forward", ".div_(1 - self.rate)", ""),
    "dropout forward: divided by the rate": dropout("forward", "div_(1 - self.rate)", "div_(self.rate)"),
    "dropout forward: multiplied": dropout("forward", "div_(1 - self.rate)", "mul_(1 - self.rate)"),
    "dropout forward: the kept ones dropped": dropout("forward", ">= self.rate", "< self.rate"),
    "dropout forward: > instead of >=": dropout("forward", ">= self.rate", "> self.rate", {DROPOUT}),
    "dropout forward: nothing dropped": dropout("forward", "x * self.mask", "x"),
    "dropout forward: the mask added": dropout("forward", "x * self.mask", "x + self.mask"),
    "dropout forward: outside training too": dropout("forward", "training and ", ""),
    "dropout forward: never": dropout("forward", "training and", "not training and"),
    "dropout forward: one draw for all examples": dropout("forward", "tuple(x.shape)", "(1, *x.shape[1:])"),
    "dropout forward: one draw for all units": dropout("forward", "tuple(x.shape)", "(len(x), 1)"),
    "dropout forward: the old mask kept": dropout("forward", "self.mask = None", "pass", {DROPOUT}),
    "dropout backward: mask missing": dropout("backward", "else dout * self.mask", "else dout"),
    "dropout backward: not divided": dropout("backward", "dout * self.mask", "dout * (self.mask > 0)"),
    "dropout backward: divided twice": dropout("backward", "dout * self.mask", "dout * self.mask**2"),
    "dropout backward: outside training too": dropout(
        "backward", "dout if self.mask is None", "0.75 * dout if self.mask is None"
    ),
    "loss: sum instead of mean": loss("forward", "labels[:, None]).mean()", "labels[:, None]).sum()"),
    "loss: sign": loss("forward", "-log_probabilities.gather", "log_probabilities.gather"),
    "loss: softmax along the batch": loss("forward", "(logits, dim=1)", "(logits, dim=0)"),
    "loss: unstable softmax": loss(
        "forward",
        "torch.log_softmax(logits, dim=1)",
        "(logits.exp() / logits.exp().sum(dim=1, keepdim=True)).log()",
        {LOSS},
    ),
    "loss: labels shifted": loss("forward", "labels[:, None]", "(labels[:, None] + 1) % logits.shape[1]"),
    "loss: logarithms for probabilities": loss("forward", "log_probabilities.exp()", "log_probabilities"),
    "loss: squared": loss("forward", ").mean()", ").square().mean()"),
    "loss backward: divided by N": loss("backward", "if self.divide_gradient", "if True"),
    "loss backward: sign": loss("backward", "probabilities - target", "target - probabilities"),
    "loss backward: one-hot missing": loss("backward", "probabilities - target", "probabilities"),
    "loss backward: one-hot of 2": loss("backward", "labels[:, None], 1)", "labels[:, None], 2)"),
    "loss backward: one-hot along the batch": loss(
        "backward", "scatter_(1, labels[:, None], 1)", "scatter_(0, labels[None, :], 1)"
    ),
    "smoothing: not in the loss": loss("forward", "if self.label_smoothing", "if False"),
    "smoothing: the label's share whole": loss("forward", "(1 - self.label_smoothing) * loss", "loss"),
    "smoothing: the shares mixed up": loss(
        "forward",
        "(1 - self.label_smoothing) * loss + self.label_smoothing * evenly",
        "self.label_smoothing * loss + (1 - self.label_smoothing) * evenly",
    ),
    "smoothing: sign": loss("forward", "-log_probabilities.mean()", "log_probabilities.mean()"),
    "smoothing: the sum over all classes": loss(
        "forward", "-log_probabilities.mean()", "-log_probabilities.sum(dim=1).mean()"
    ),
    "smoothing: only over the other classes": loss(
        "forward",
        "-log_probabilities.mean()",
        "(loss * len(labels) + log_probabilities.sum()) / -len(labels) / (logits.shape[1] - 1)",
    ),
    "smoothing backward: not in the target": loss("backward", "if self.label_smoothing", "if False"),
    "smoothing backward: the label's share whole": loss(
        "backward", ".mul_(1 - self.label_smoothing)", ".mul_(1)"
    ),
    "smoothing backward: not divided by K": loss(
        "backward", "self.label_smoothing / target.shape[1]", "self.label_smoothing"
    ),
    "smoothing backward: divided by N": loss("backward", "target.shape[1]", "target.shape[0]"),
    "smoothing backward: taken off": loss("backward", ".add_(self.label", ".sub_(self.label"),
    "network forward: no dropout": network(
        "forward", "out = self.dropouts[number - 1].forward(out, training=training)", "pass"
    ),
    "network forward: dropout outside training": network("forward", "training=training", "training=True"),
    "network forward: none in training": network("forward", "training=training", "training=False"),
    "network forward: no dropout of the inputs": network(
        "forward", "training=training", "training=training and number > 1"
    ),
    "network backward: dropout missing": network(
        "backward", "self.dropouts[number - 1].backward(layer.dx(dout))", "layer.dx(dout)"
    ),
    "network backward: the dropout of another layer": network(
        "backward", "self.dropouts[number - 1]", "self.dropouts[number - 2]"
    ),
    "network: the inputs dropped like the rest": network(
        "__init__", "Dropout(input_dropout,", "Dropout(dropout,"
    ),
    "network: the rest dropped like the inputs": network(
        "__init__", "Dropout(dropout,", "Dropout(input_dropout,"
    ),
    "network: label smoothing forgotten": network("__init__", "label_smoothing=label_smoothing, ", ""),
    "network forward: ReLU missing": network("forward", "if number < len(self.layers)", "if False"),
    "network forward: one ReLU missing": network(
        "forward", "if number < len(self.layers)", "if 1 < number < len(self.layers)"
    ),
    "network forward: ReLU after the last layer": network(
        "forward",
        "        if number < len(self.layers):\n            out = self.activations[number - 1].forward(out)",
        "        out = (self.activations[number - 1] if number < len(self.layers)"
        " else type(self.activations[0])()).forward(out)",
    ),
    "network forward: a bias of another layer": network(
        "forward", 'self.parameters[f"b{number}"]', 'self.parameters[f"b{number}"] * (number != 2)'
    ),
    "network backward: ReLU missing": network(
        "backward",
        "self.activations[number - 2].backward(dout)",
        "dout",
    ),
    "network backward: the ReLU of another layer": network(
        "backward", "self.activations[number - 2]", "self.activations[number - 3]"
    ),
    "network backward: one layer skipped": network("backward", "if number > 1", "if number > 2"),
    "network backward: dout not carried on": network(
        "backward", "dout = self.activations", "self.activations"
    ),
    "network backward: averaged between layers": network(
        "backward", "layer.dx(dout))", "layer.dx(dout) / len(dout))"
    ),
    "network: loss with the L2 term in it": network(
        "loss_and_gradients", "return loss, {", "return loss + self.l2_term(), {"
    ),
    "network: loss doubled": network("loss_and_gradients", "return loss, {", "return 2 * loss, {"),
    "network: gradients of the weights zeroed": network(
        "loss_and_gradients", "gradient.written_out()", "0 * gradient.written_out()"
    ),
    "l2_term: halved": network("l2_term", "self.l2 * total", "self.l2 * total / 2"),
    "l2_term: l2 forgotten": network("l2_term", "self.l2 * total", "total"),
    "l2_term: sum of the weights": network("l2_term", "w.dot(w)", "w.sum()"),
    "l2_term: one layer forgotten": network("l2_term", "len(self.layers) + 1", "len(self.layers)"),
    "l2_term: of the biases": network("l2_term", 'f"w{number}"', 'f"b{number}"'),
    "layers without L2": network("_build", "kinds.fully_connected(l2)", "kinds.fully_connected(0.0)"),
}

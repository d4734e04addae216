"""`reportgen check` fails when any one formula is broken on purpose, and says which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import pytest

from reportgen import optim
from reportgen.nn import (
    Classifier,
    Dropout,
    FullyConnectedLayer,
    ReLU,
    SoftmaxCrossEntropy,
    WeightGradient,
)
from reportgen.optim import gradients

FC, RELU, DROPOUT = "fully_connected", "relu", "dropout"
LOSS, NETWORK = "softmax_cross_entropy", "network"
SGD, MOMENTUM, ADAM = "SGD", "SGD_Momentum", "Adam"


@dataclass(frozen=True)
class Mistake:
    """A formula written wrongly, and exactly the checks that must say so."""

    function: FunctionType
    right: str
    wrong: str
    noticed_by: set[str]


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


def optimizer(name: str, right: str, wrong: str) -> Mistake:
    return Mistake(optim.OPTIMIZERS[name].step, right, wrong, {name})


WRITTEN_OUT = {FC, NETWORK, SGD, MOMENTUM, ADAM}
X_TIMES_D = "addmm_(self.x.T, self.d, beta=beta, alpha=alpha)"
W_AND_L2 = "beta=beta + 2 * alpha * self.l2"
KEPT = "1 - self.learning_rate * self.weight_decay"
DECAYS = "self.weight_decay and is_weight(parameter)"
MOMENTUM_STEP = """\
alpha=-self.learning_rate)
        if self.weight_decay and is_weight(parameter):
            # w <- (1 - learning_rate weight_decay) w
            parameter.mul_(1 - self.learning_rate * self.weight_decay)
        # w <- w + v
        parameter.add_(velocity)"""
FOR_EVER = "self.__dict__.setdefault('first', self.learning_rate)"

MISTAKES = {
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
    "layers without L2": network("_build", "FullyConnectedLayer(l2)", "FullyConnectedLayer()"),
    "SGD: sign": optimizer(SGD, "-self.learning_rate", "self.learning_rate"),
    "SGD: a factor": optimizer(SGD, "-self.learning_rate", "-1.001 * self.learning_rate"),
    "SGD: no learning rate": optimizer(SGD, "alpha=-self.learning_rate", "alpha=-1.0"),
    "SGD: the weights decay unasked": optimizer(SGD, "beta=kept", "beta=0.999 * kept"),
    "SGD: decay forgotten": optimizer(SGD, "beta=kept, ", ""),
    "SGD: decay without the learning rate": optimizer(SGD, KEPT, "1 - self.weight_decay"),
    "SGD: decay sign": optimizer(SGD, KEPT, "1 + self.learning_rate * self.weight_decay"),
    "SGD: decay twice": optimizer(SGD, KEPT, "1 - 2 * self.learning_rate * self.weight_decay"),
    "SGD: the biases decay": optimizer(SGD, "if is_weight(parameter)", "if True"),
    "SGD: only the biases decay": optimizer(SGD, "if is_weight", "if not is_weight"),
    "SGD: the first learning rate for ever": optimizer(
        SGD, "alpha=-self.learning_rate", f"alpha=-{FOR_EVER}"
    ),
    "SGD: biases forgotten": optimizer(
        SGD, "parameters.items():", "[p for p in parameters.items() if p[0][0] == 'w']:"
    ),
    "momentum: sign of the gradient": optimizer(
        MOMENTUM, "alpha=-self.learning_rate", "alpha=self.learning_rate"
    ),
    "momentum: sign of the step": optimizer(MOMENTUM, "add_(velocity)", "sub_(velocity)"),
    "momentum: no decay": optimizer(MOMENTUM, "beta=self.momentum, ", "beta=1.0, "),
    "momentum: none": optimizer(MOMENTUM, "beta=self.momentum, ", "beta=0.0, "),
    "momentum: 1 - momentum": optimizer(MOMENTUM, "beta=self.momentum, ", "beta=1 - self.momentum, "),
    "momentum: gradient weighed by 1 - momentum": optimizer(
        MOMENTUM, "alpha=-self.learning_rate", "alpha=-(1 - self.momentum) * self.learning_rate"
    ),
    "momentum: Nesterov's": optimizer(
        MOMENTUM,
        "parameter.add_(velocity)",
        "parameter.add_(velocity, alpha=self.momentum)\n"
        "        accumulate(parameter, gradients[name], alpha=-self.learning_rate)",
    ),
    "momentum: decay forgotten": optimizer(MOMENTUM, DECAYS, "False"),
    "momentum: decay without the learning rate": optimizer(MOMENTUM, KEPT, "1 - self.weight_decay"),
    "momentum: decay sign": optimizer(MOMENTUM, KEPT, "1 + self.learning_rate * self.weight_decay"),
    "momentum: the biases decay": optimizer(MOMENTUM, DECAYS, "self.weight_decay"),
    "momentum: the velocity decays": optimizer(MOMENTUM, "parameter.mul_(", "velocity.mul_("),
    "momentum: decay after the step": optimizer(
        MOMENTUM,
        "parameter.add_(velocity)",
        f"parameter.add_(velocity, alpha={KEPT} if {DECAYS} else 1)",
    ),
    "momentum: the learning rate kept out of the velocity": optimizer(
        MOMENTUM,
        MOMENTUM_STEP,
        MOMENTUM_STEP.replace("alpha=-self.learning_rate", "alpha=-1.0").replace(
            "add_(velocity)", "add_(velocity, alpha=self.learning_rate)"
        ),
    ),
    "momentum: the first learning rate for ever": optimizer(
        MOMENTUM, "alpha=-self.learning_rate", f"alpha=-{FOR_EVER}"
    ),
    "momentum: the velocity forgotten": optimizer(MOMENTUM, "if name not in self.velocity", "if True"),
    "a tensor added: beta forgotten": Mistake(gradients.accumulate, "beta != 1", "False", {SGD, MOMENTUM}),
    "a tensor added: alpha forgotten": Mistake(
        gradients.accumulate, "add_(gradient, alpha=alpha)", "add_(gradient)", {SGD, MOMENTUM}
    ),
    "a tensor added: sign": Mistake(
        gradients.accumulate, "add_(gradient, alpha=alpha)", "add_(gradient, alpha=-alpha)", {SGD, MOMENTUM}
    ),
    "factors added: beta forgotten": Mistake(
        gradients.accumulate, "add_to(target, beta=beta", "add_to(target, beta=1.0", {SGD, MOMENTUM}
    ),
    "decay: of everything": Mistake(gradients.is_weight, "dim() > 1", "dim() > 0", {SGD, MOMENTUM, ADAM}),
    "decay: of nothing": Mistake(gradients.is_weight, "dim() > 1", "dim() > 2", {SGD, MOMENTUM, ADAM}),
    "Adam: beta1 forgotten": optimizer(ADAM, "m.mul_(self.beta1)", "m.mul_(1.0)"),
    "Adam: beta1 taken for beta2": optimizer(ADAM, "m.mul_(self.beta1)", "m.mul_(self.beta2)"),
    "Adam: 1 - beta1 forgotten": optimizer(ADAM, "alpha=1 - self.beta1", "alpha=1.0"),
    "Adam: beta2 forgotten": optimizer(ADAM, "v.mul_(self.beta2)", "v.mul_(1.0)"),
    "Adam: beta2 taken for beta1": optimizer(ADAM, "v.mul_(self.beta2)", "v.mul_(self.beta1)"),
    "Adam: 1 - beta2 forgotten": optimizer(ADAM, "value=1 - self.beta2", "value=1.0"),
    "Adam: gradient not squared": optimizer(
        ADAM, "addcmul_(g, g, value=1 - self.beta2)", "add_(g.abs(), alpha=1 - self.beta2)"
    ),
    "Adam: bias of m not mended": optimizer(ADAM, "m / (1 - self.beta1**self.t)", "m"),
    "Adam: bias of v not mended": optimizer(ADAM, "v / (1 - self.beta2**self.t)", "v.clone()"),
    "Adam: bias mended a step late": optimizer(ADAM, "self.beta1**self.t", "self.beta1**(self.t + 1)"),
    "Adam: steps not counted": optimizer(ADAM, "self.t += 1", "self.t = 1"),
    "Adam: steps counted by parameter": optimizer(
        ADAM, "m, v, g = ", "self.t += name == 'b1'\n        m, v, g = "
    ),
    "Adam: the moments forgotten": optimizer(ADAM, "if name not in self.m", "if True"),
    "Adam: epsilon inside the root": optimizer(
        ADAM, "v_hat.sqrt_().add_(self.epsilon)", "v_hat.add_(self.epsilon).sqrt_()"
    ),
    "Adam: epsilon forgotten": optimizer(ADAM, ".add_(self.epsilon)", ""),
    "Adam: epsilon subtracted": optimizer(ADAM, ".add_(self.epsilon)", ".sub_(self.epsilon)"),
    "Adam: root missing": optimizer(ADAM, "v_hat.sqrt_()", "v_hat"),
    "Adam: sign": optimizer(ADAM, "value=-self.learning_rate", "value=self.learning_rate"),
    "Adam: a factor": optimizer(ADAM, "value=-self.learning_rate", "value=-1.001 * self.learning_rate"),
    "Adam: decay forgotten": optimizer(ADAM, DECAYS, "False"),
    "Adam: decay without the learning rate": optimizer(ADAM, KEPT, "1 - self.weight_decay"),
    "Adam: decay sign": optimizer(ADAM, KEPT, "1 + self.learning_rate * self.weight_decay"),
    "Adam: the biases decay": optimizer(ADAM, DECAYS, "self.weight_decay"),
    "Adam: the moment decays": optimizer(ADAM, "parameter.mul_(", "m.mul_("),
    "Adam: decay through the gradient too": optimizer(
        ADAM, "written_out(gradients[name])", "written_out(gradients[name]) + self.weight_decay * parameter"
    ),
    "Adam: the first learning rate for ever": optimizer(
        ADAM, "value=-self.learning_rate", f"value=-{FOR_EVER}"
    ),
    "Adam: m instead of the mended m": optimizer(ADAM, "addcdiv_(m_hat", "addcdiv_(m"),
    "Adam: the gradient instead of m": optimizer(ADAM, "addcdiv_(m_hat", "addcdiv_(g"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_broken_formula_is_noticed_by_exactly_its_checks(
    mistake: Mistake,
    rewrite: Callable[[FunctionType, str, str], None],
    check: Callable[[], Any],
) -> None:
    rewrite(mistake.function, mistake.right, mistake.wrong)
    checked = check()
    assert checked.failed == mistake.noticed_by
    assert checked.exit_code == 1
    assert len(checked.verdicts) == 8  # each of them still has its line
    assert checked.lines[-1] == f"{8 - len(mistake.noticed_by)} of 8 checks passed"


@pytest.mark.parametrize(
    ("owner", "method", "key"),
    [
        (FullyConnectedLayer, "backward", FC),
        (ReLU, "backward", RELU),
        (Dropout, "backward", DROPOUT),
        (SoftmaxCrossEntropy, "backward", LOSS),
        (Classifier, "l2_term", NETWORK),
        *((kind, "step", name) for name, kind in optim.OPTIMIZERS.items()),
    ],
)
def test_a_formula_that_raises_has_failed_and_the_other_checks_go_on(
    owner: type, method: str, key: str, monkeypatch: pytest.MonkeyPatch, check: Callable[[], Any]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(owner, method, broken)
    checked = check()
    assert key in checked.failed
    assert len(checked.verdicts) == 8
    assert checked.exit_code == 1
    assert any("RuntimeError: out of order" in line for line in checked.lines)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_results_that_are_no_numbers_have_failed(
    value: float, monkeypatch: pytest.MonkeyPatch, check: Callable[[], Any]
) -> None:
    right = ReLU.backward
    monkeypatch.setattr(ReLU, "backward", lambda self, dout: right(self, dout) * value)
    assert {RELU, NETWORK} <= check().failed

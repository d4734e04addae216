"""What can be wrong with the formulas of the optimizers."""

from __future__ import annotations

from reportgen import optim
from reportgen.optim import gradients
from tests.helpers.mistakes import ADAM, MOMENTUM, SGD, Mistake

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


def optimizer(name: str, right: str, wrong: str) -> Mistake:
    return Mistake(optim.find(name).shown.step, right, wrong, {name})


OPTIMIZER_MISTAKES = {
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
    "momentum: the velocity forgotten": optimizer(MOMENTUM, "zeros(self.velocity, name", "zeros({}, name"),
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
    "Adam: steps counted by parameter": optimizer(ADAM, "m, v = ", "self.t += name == 'b1'\n        m, v = "),
    "Adam: the moments forgotten": optimizer(ADAM, "zeros(self.m, name", "zeros({}, name"),
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

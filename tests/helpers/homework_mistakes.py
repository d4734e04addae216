"""Mistakes in the homework's code: what is written instead of what, and as what each must be recognized."""

from __future__ import annotations

from dataclasses import dataclass

from tests.helpers.homework_code import HOMEWORK

FC, RELU, LOSS, NETWORK = "fully_connected", "relu", "softmax_cross_entropy", "network"


@dataclass(frozen=True)
class Written:
    """A piece of the homework's code, what a student wrote in its place, and what a proof has to say of it.

    check: the key of the check that fails. key: of the mistake. where: what came out wrong. further: other
    pieces, and what was written in their place.
    """

    right: str
    wrong: str
    check: str
    key: str
    where: str
    further: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The whole file."""
        text = HOMEWORK
        for right, wrong in ((self.right, self.wrong), *self.further):
            assert right in text
            text = text.replace(right, wrong)
        return text


DX = "dx = torch.matmul(backprop, torch.transpose(w, 0, 1))"
DW = "dw = torch.div(torch.matmul(torch.transpose(x, 0, 1), backprop), x.shape[0])"
DB = "db = torch.mean(backprop, dim=0)"
SOFTMAX = "x = x - torch.max(x, dim=1, keepdim=True)[0]"
PICKED = "prob[np.arange(N), y]"
TARGET = "dx[np.arange(prob.shape[0]), y] -= 1"
SGD_STEP = "params[key] -= self.lr * params_grad[key]"
VELOCITY = "self.velocity[key] = self.momentum * self.velocity[key] - self.lr * params_grad[key]"
MOVE = "params[key] += self.velocity[key]"
M = "self.momentum[key] = self.beta1 * self.momentum[key] + ((1-self.beta1) * params_grad[key])"
V = "self.velocity[key] = self.beta2 * self.velocity[key] + ((1-self.beta2) * (params_grad[key] ** 2))"
M_HAT = "m_hat = self.momentum[key] / (1 - (self.beta1 ** self.t))"
V_HAT = "v_hat = self.velocity[key] / (1 - (self.beta2 ** self.t))"
ADAM_STEP = "params[key] -= self.lr * (m_hat / ((v_hat ** (1/2)) + self.epsilon))"
COUNTED = "        self.t += 1\n        for key"

LAYERS = {
    "missing transpose in dx": Written(DX, "dx = torch.matmul(backprop, w)", FC, "missing_transpose", "dx"),
    "missing transpose in dw": Written(
        DW, "dw = torch.matmul(x, backprop) / x.shape[0]", FC, "missing_transpose", "dw"
    ),
    "reshaped instead of transposed": Written(
        DX,
        "dx = torch.matmul(backprop, w.reshape(w.shape[1], -1))",
        FC,
        "reshaped_for_transposed",
        "dx",
    ),
    "dw the other way round": Written(
        DW, "dw = torch.matmul(backprop.T, x) / x.shape[0]", FC, "dw_transposed", "dw"
    ),
    "dx averaged": Written(DX, f"{DX} / N", FC, "dx_averaged", "dx"),
    "dw not averaged": Written(
        DW, "dw = torch.matmul(torch.transpose(x, 0, 1), backprop)", FC, "gradient_not_averaged", "dw"
    ),
    "db not averaged": Written(DB, "db = torch.sum(backprop, dim=0)", FC, "gradient_not_averaged", "db"),
    "dw averaged twice": Written(DW, f"{DW} / N", FC, "averaged_twice", "dw"),
    "db averaged twice": Written(DB, f"{DB} / N", FC, "averaged_twice", "db"),
    "averaged over the units": Written(DW, f"{DW} * N / F", FC, "averaged_over_units", "dw"),
    "bias not summed": Written(DB, "db = backprop", FC, "bias_not_summed", "db"),
    "bias not summed, divided": Written(DB, "db = backprop / N", FC, "bias_not_summed", "db"),
    "bias of one row": Written(DB, "db = backprop[0]", FC, "bias_not_summed", "db"),
    "bias kept as a row": Written(DB, "db = backprop.mean(0, keepdim=True)", FC, "bias_kept_as_row", "db"),
    "bias along the wrong axis": Written(DB, "db = backprop.sum(dim=1)", FC, "bias_over_units", "db"),
    "bias as one number": Written(DB, "db = backprop.mean()", FC, "bias_one_number", "db"),
    "bias forgotten": Written("torch.matmul(x, w) + b", "torch.matmul(x, w)", FC, "bias_forgotten", "out"),
    "sign of dw": Written(DW, DW.replace("dw = ", "dw = -"), FC, "gradient_sign", "dw"),
    "another order": Written("return dx, dw, db", "return dw, db, dx", FC, "gradients_in_other_order", "dx"),
    "layers share a cache": Written(
        "self.cache = (x, w, b, out)",
        "FullyConnectedLayer.kept = (x, w, b, out)",
        FC,
        "layers_share_state",
        "dx",
        (("x, w, b, out = self.cache", "x, w, b, out = FullyConnectedLayer.kept"),),
    ),
    "weights written into": Written(DX, f"{DX}; w -= 0.1 * dw", FC, "weights_changed", "w"),
    "computed in float32": Written(
        "out = torch.matmul(x, w) + b",
        "out = (torch.matmul(x.float(), w.float()) + b.float()).to(x.dtype)",
        FC,
        "single_precision",
        "out",
    ),
    "two gradients alone": Written("return dx, dw, db", "return dw, db", FC, "raises", "three things"),
    "an error": Written(DB, "db = torch.mean(backward)", FC, "raises", "NameError"),
    "ReLU lets all back": Written(
        "dx = backprop * (x > 0)", "dx = backprop", RELU, "relu_passes_negative", "dx"
    ),
    "ReLU lets all through": Written(
        "out = torch.clamp(x, min=0)", "out = x", RELU, "relu_passes_negative", "out"
    ),
    "ReLU leaks": Written(
        "out = torch.clamp(x, min=0)", "out = torch.where(x > 0, x, 0.01 * x)", RELU, "relu_leaky", "out"
    ),
    "ReLU masked by the gradient": Written(
        "(x > 0)", "(backprop > 0)", RELU, "relu_masked_by_gradient", "dx"
    ),
    "ReLU times the output": Written(
        "backprop * (x > 0)", "backprop * torch.clamp(x, min=0)", RELU, "relu_times_output", "dx"
    ),
    "ReLU's slope alone": Written("backprop * (x > 0)", "(x > 0) * 1.0", RELU, "relu_slope_alone", "dx"),
    "ReLU's wrong half": Written("(x > 0)", "(x < 0)", RELU, "relu_wrong_half", "dx"),
    "softmax without the maximum": Written(SOFTMAX, "pass", LOSS, "softmax_overflow", "predictions"),
    "softmax along the batch": Written(
        "torch.sum(exp, dim=1, keepdim=True)",
        "torch.sum(exp, dim=0, keepdim=True)",
        LOSS,
        "softmax_over_batch",
        "predictions",
    ),
    "the class before": Written(PICKED, "prob[np.arange(N), y - 1]", LOSS, "wrong_class", "loss"),
    "the gradient of the class after": Written(
        TARGET, TARGET.replace("y]", "(y + 1) % prob.shape[1]]"), LOSS, "wrong_class", "dx"
    ),
    "the likeliest class": Written(PICKED, "prob.max(dim=1)[0]", LOSS, "wrong_class", "loss"),
    "loss summed": Written("loss = torch.mean(", "loss = torch.sum(", LOSS, "loss_not_averaged", "loss"),
    "loss without its sign": Written("-torch.log(", "torch.log(", LOSS, "loss_sign", "loss"),
    "no target": Written(TARGET, "pass", LOSS, "target_not_subtracted", "dx"),
    "sign of the loss's gradient": Written(
        "        return dx\n\n\nclass SGD(", "        return -dx\n\n\nclass SGD(", LOSS, "gradient_sign", "dx"
    ),
    "loss divides and layers average": Written(
        "dx = prob.clone()\n        " + TARGET,
        "dx = prob.clone()\n        " + TARGET + "\n        dx = dx / len(y)",
        NETWORK,
        "averaged_twice",
        "dw",
    ),
}

OPTIMIZERS = {
    "SGD uphill": Written(SGD_STEP, SGD_STEP.replace("-=", "+="), "SGD", "wrong_sign", "step 1"),
    "SGD without its rate": Written(
        SGD_STEP, "params[key] -= params_grad[key]", "SGD", "learning_rate_missing", "step 1"
    ),
    "SGD keeps its first rate": Written(
        SGD_STEP,
        "params[key] -= self.__dict__.setdefault('first', self.lr) * params_grad[key]",
        "SGD",
        "schedule_does_not_reach",
        "step 2",
    ),
    "the gradient is multiplied in place": Written(
        SGD_STEP,
        "params_grad[key] *= self.lr; params[key] -= params_grad[key]",
        "SGD",
        "gradient_changed",
        "params_grad",
    ),
    "params grows": Written(
        SGD_STEP, f"{SGD_STEP}\n        params['count'] = 1", "SGD", "params_changed", "params"
    ),
    "momentum uphill": Written(MOVE, MOVE.replace("+=", "-="), "SGD_Momentum", "wrong_sign", "step 1"),
    "momentum's gradient uphill": Written(
        VELOCITY, VELOCITY.replace("] - self", "] + self"), "SGD_Momentum", "wrong_sign", "step 1"
    ),
    "sign of the momentum": Written(
        VELOCITY,
        VELOCITY.replace("= self.momentum *", "= -self.momentum *"),
        "SGD_Momentum",
        "momentum_sign",
        "step 2",
    ),
    "velocity not kept": Written(
        VELOCITY + "\n            " + MOVE,
        "v = self.momentum * self.velocity[key] - self.lr * params_grad[key]\n            params[key] += v",
        "SGD_Momentum",
        "velocity_not_kept",
        "step 2",
    ),
    "one velocity for all": Written(
        VELOCITY + "\n            " + MOVE,
        "self.one = self.momentum * getattr(self, 'one', 0) - self.lr * params_grad[key]\n"
        "            params[key] += self.one",
        "SGD_Momentum",
        "state_shared",
        "step 1",
    ),
    "Nesterov": Written(
        MOVE,
        "params[key] += self.momentum * self.velocity[key] - self.lr * params_grad[key]",
        "SGD_Momentum",
        "nesterov",
        "step 1",
    ),
    "the gradient weighted": Written(
        VELOCITY,
        VELOCITY.replace("- self.lr", "- (1 - self.momentum) * self.lr"),
        "SGD_Momentum",
        "gradient_weighted",
        "step 1",
    ),
    "Adam uphill": Written(ADAM_STEP, ADAM_STEP.replace("-=", "+="), "Adam", "wrong_sign", "step 1"),
    "no bias correction": Written(
        M_HAT + "\n            " + V_HAT,
        "m_hat, v_hat = self.momentum[key], self.velocity[key]",
        "Adam",
        "missing_bias_correction",
        "step 1",
    ),
    "no bias correction of v": Written(
        V_HAT, "v_hat = self.velocity[key]", "Adam", "missing_bias_correction", "step 1"
    ),
    "t stays 0": Written(COUNTED, "        for key", "Adam", "t_not_counted", "step 1"),
    "t stays 1": Written(COUNTED, "        self.t = 1\n        for key", "Adam", "t_not_counted", "step 2"),
    "t counted by parameter": Written(
        M, f"self.t += key != list(params)[0]\n            {M}", "Adam", "t_per_parameter", "step 1"
    ),
    "t one late": Written(M_HAT, M_HAT.replace("self.t)", "(self.t + 1))"), "Adam", "unknown", "step 1"),
    "epsilon inside the root": Written(
        ADAM_STEP,
        "params[key] -= self.lr * m_hat / (v_hat + self.epsilon) ** (1/2)",
        "Adam",
        "epsilon_inside_root",
        "step 1",
    ),
    "epsilon before the correction": Written(
        V_HAT + "\n\n            " + ADAM_STEP,
        "params[key] -= self.lr * m_hat * (1 - self.beta2 ** self.t) ** 0.5 / (self.velocity[key] ** 0.5 +"
        " self.epsilon)",
        "Adam",
        "epsilon_before_correction",
        "step 1",
    ),
    "no epsilon": Written(
        ADAM_STEP, ADAM_STEP.replace(" + self.epsilon", ""), "Adam", "epsilon_missing", "step 1"
    ),
    "not squared": Written(V, V.replace(" ** 2", ".abs()"), "Adam", "gradient_not_squared", "step 1"),
    "no root": Written(ADAM_STEP, ADAM_STEP.replace(" ** (1/2)", ""), "Adam", "root_missing", "step 1"),
    "betas swapped": Written(
        "self.beta1 = beta1\n        self.beta2 = beta2",
        "self.beta1 = beta2\n        self.beta2 = beta1",
        "Adam",
        "betas_swapped",
        "step 2",
    ),
    "corrected moments kept": Written(
        ADAM_STEP,
        f"self.momentum[key], self.velocity[key] = m_hat, v_hat\n            {ADAM_STEP}",
        "Adam",
        "corrected_moments_kept",
        "step 2",
    ),
    "one m and v for all": Written(
        M,
        "m = self.beta1 * self.momentum.get('all', 0) + (1 - self.beta1) * params_grad[key]\n"
        "            self.momentum['all'] = m",
        "Adam",
        "state_shared",
        "step 1",
        (
            (
                V,
                "v = self.beta2 * self.velocity.get('all', 0) + (1 - self.beta2) * params_grad[key] ** 2\n"
                "            self.velocity['all'] = v",
            ),
            (M_HAT, M_HAT.replace("self.momentum[key]", "m")),
            (V_HAT, V_HAT.replace("self.velocity[key]", "v")),
        ),
    ),
}

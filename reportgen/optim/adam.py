"""Adam: adaptive moment estimation."""

from __future__ import annotations

import torch
from torch import Tensor

from reportgen.optim.gradients import Gradients, check, is_weight, refuse_negative, written_out


class Adam:
    """Adam: steps along the mean gradient m, scaled by the root of the mean squared gradient v.

    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient; with it
    this is AdamW.

    Source: Kingma and Ba, Adam: A method for stochastic optimization (ICLR 2015), algorithm 1;
    the decay: Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019),
    algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} must be at least 0 and less than 1")
        if not epsilon > 0:
            raise ValueError("epsilon must be greater than 0")
        refuse_negative("weight_decay", weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.m: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}
        self.t = 0

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update both moments, and with them every parameter, in place."""
        check(parameters, gradients)
        self.t += 1
        for name, parameter in parameters.items():
            if name not in self.m:
                self.m[name] = torch.zeros_like(parameter)
                self.v[name] = torch.zeros_like(parameter)
            m, v, g = self.m[name], self.v[name], written_out(gradients[name])
            # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
            m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            # both start at 0: mend the bias that this leaves
            m_hat = m / (1 - self.beta1**self.t)
            v_hat = v / (1 - self.beta2**self.t)
            if self.weight_decay and is_weight(parameter):
                # w <- (1 - learning_rate weight_decay) w
                parameter.mul_(1 - self.learning_rate * self.weight_decay)
            # w <- w - learning_rate m_hat / (sqrt(v_hat) + epsilon)
            parameter.addcdiv_(m_hat, v_hat.sqrt_().add_(self.epsilon), value=-self.learning_rate)

"""Lion: evolved sign momentum."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import PerParameter, decay, refuse_negative, refuse_outside_unit, zeros
from reportgen.optim.twins import groups_of


class Lion(PerParameter):
    """Lion: w <- w - learning_rate sign(beta1 m + (1 - beta1) g), then m <- beta2 m + (1 - beta2) g.

    learning_rate: the size of every step of every parameter; smaller than Adam's, therefore.
    beta1: the share of the momentum m in the direction of a step.
    beta2: the share of the momentum m that is kept from one step to the next.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Chen et al., Symbolic discovery of optimization algorithms (NeurIPS 2023), algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float = 1e-4,
        beta1: float = 0.9,
        beta2: float = 0.99,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.weight_decay = weight_decay
        self.m: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Step by the sign of the momentum, and update it, in place."""
        m = zeros(self.m, name, w)
        # c = beta1 m + (1 - beta1) g
        c = (self.beta1 * m).add_(g, alpha=1 - self.beta1)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate sign(c)
        w.sub_(self.learning_rate * c.sign())
        # m <- beta2 m + (1 - beta2) g
        m.mul_(self.beta2).add_(g, alpha=1 - self.beta2)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    weight_decay: float,
) -> Any:
    """Lion of the package lion-pytorch, whose biases do not decay."""
    import lion_pytorch

    groups = groups_of(weights, biases, weight_decay)
    return lion_pytorch.Lion(groups, lr=learning_rate, betas=(beta1, beta2))


ABOUT = About(
    heading=Words("Lion：符號動量法", "Lion: evolved sign momentum"),
    text=Words(
        "Lion 是在程式空間中自動搜尋而得的。它只取動量 m 與梯度 g 之混合的正負號，因此每個參數每一步都移動"
        " η；學習率宜小於 Adam 的。",
        "Lion was found by a search over programs. It takes only the sign of a mixture of the momentum m and"
        " the gradient g, so that every parameter moves by η at every step; its learning rate should be"
        " smaller than Adam’s.",
    ),
    formulas=(
        Formula(
            r"c = \beta_1 m+(1-\beta_1)\,g,\qquad w \leftarrow w-\eta\,\mathrm{sign}(c),\qquad"
            r" m \leftarrow \beta_2 m+(1-\beta_2)\,g",
            Words(
                "c 等於 β1 乘 m 加（1 減 β1）乘 g；w 改為 w 減 η 乘 c 的正負號；m 改為 β2 乘 m 加（1 減"
                " β2）乘 g。",
                "c equals beta 1 times m plus 1 minus beta 1 times g; w becomes w minus eta times the sign"
                " of c; m becomes beta 2 times m plus 1 minus beta 2 times g.",
            ),
        ),
    ),
    source="Chen et al., Symbolic discovery of optimization algorithms (NeurIPS 2023)",
    twin=twin,
    against="lion-pytorch",
    trial={"learning_rate": 0.02, "beta1": 0.85, "beta2": 0.95},
)

"""JAX: a whole epoch compiled as one scan, the optimizers of optax; images are in memory as float32."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from reportgen.bench.start import Start
from reportgen.bench.ways.way import AbsentError, Trained, to_float32
from reportgen.bench.works import Work

MOMENTUM = 0.9


class JaxScan(Trained):
    """jit, grad and lax.scan over the batches of an epoch."""

    def __init__(self, work: Work, start: Start) -> None:
        super().__init__(work, start)
        try:
            import jax
            import jax.numpy as jnp
            import optax
        except ImportError:
            raise AbsentError("JAX and optax are not installed; pip install 'reportgen[jax]'") from None
        optimizer = optimizer_of(work, optax)
        images, labels = start.ordered()
        self.images = jnp.asarray(images.reshape(work.steps, work.batch_size, -1))
        self.labels = jnp.asarray(labels.reshape(work.steps, work.batch_size))
        product_dtype = jnp.bfloat16 if work.dtype == "bfloat16" else jnp.float32
        count = len(list(work.layers))

        def objective(parameters: Any, x: Any, labels: Any) -> Any:
            out = x.astype(product_dtype)
            for number in range(1, count + 1):
                w, b = parameters[f"w{number}"], parameters[f"b{number}"]
                out = out @ w.astype(product_dtype) + b.astype(product_dtype)
                if number < count:
                    out = jax.nn.relu(out)
            logs = jax.nn.log_softmax(out.astype(jnp.float32))
            loss = -jnp.take_along_axis(logs, labels[:, None], 1).mean()
            return loss + work.l2 * sum((parameters[f"w{n}"] ** 2).sum() for n in range(1, count + 1))

        def step(state: Any, batch: Any) -> Any:
            parameters, of_optimizer = state
            gradients = jax.grad(objective)(parameters, *batch)
            updates, of_optimizer = optimizer.update(gradients, of_optimizer, parameters)
            return (optax.apply_updates(parameters, updates), of_optimizer), None

        self.jax = jax
        self.scan = jax.jit(lambda state, images, labels: jax.lax.scan(step, state, (images, labels))[0])
        parameters = {name: jnp.asarray(array) for name, array in start.parameters.items()}
        self.state = parameters, optimizer.init(parameters)

    def epoch(self) -> None:
        """Train on all images once; compiles at the first call."""
        self.state = self.jax.block_until_ready(self.scan(self.state, self.images, self.labels))

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as they are now."""
        return {name: to_float32(array) for name, array in self.state[0].items()}


def optimizer_of(work: Work, optax: Any) -> Any:
    """Return the optimizer of a work.

    Args:
        work: Names it.
        optax: The module.
    """

    def weights_alone(parameters: Any) -> Any:
        return {name: array.ndim > 1 for name, array in parameters.items()}

    make = {
        "SGD": lambda: optax.sgd(work.learning_rate),
        "SGD_Momentum": lambda: optax.sgd(work.learning_rate, MOMENTUM),
        "Nesterov": lambda: optax.sgd(work.learning_rate, MOMENTUM, nesterov=True),
        "Adam": lambda: optax.adam(work.learning_rate),
        "AdamW": lambda: optax.adamw(work.learning_rate, weight_decay=0.01, mask=weights_alone),
        "Lion": lambda: optax.lion(work.learning_rate, 0.9, 0.99, weight_decay=0.0),
    }
    return make[work.optimizer]()

"""The inner loops of the compiled engine: forward, loss, backward and update of a network, step after step.

A step changes every weight, and the next step multiplies every weight: both are done in one pass, while the
weights lie in the processor's nearest memory. So the update of a step is done at the next one's forward pass.

Weights lie in blocks: for a tile of rows of the matrix, and for as many columns as a vector is wide, the rows
follow each other. One rule stands between the marks below; for every optimizer a copy of this file is
written with its own (see writing.py), and compiled once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from reportgen.training.engines.compiled.gathering import gather_images
from reportgen.training.engines.compiled.vectors import (  # the rule may use any
    absolute,
    add,
    at_least,
    div,
    fill,
    greater,
    load,
    maximum,
    minimum,
    mul,
    negative,
    select,
    sign,
    spread,
    sqrt,
    store,
    sub,
    total,
)

LANES = 16
COMPILED: dict[str, Any] = {
    "fastmath": {"contract", "reassoc", "nsz", "arcp", "afn"},
    "boundscheck": False,
    "error_model": "numpy",  # else a division asks whether its divisor is 0
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
KEPT: dict[str, Any] = COMPILED | {"no_cpython_wrapper": False, "cache": True}
"""Of the one function that Python calls; the others are compiled into it."""

# columns of the table of layers
UNITS, ROWS, TILE, OUTPUTS, BLOCKS, WEIGHTS_AT, BIASES_AT, INPUTS_AT, INPUT_STRIDE, DELTAS_AT = range(10)
# settings of all steps
(
    BATCH,
    PADDED_BATCH,
    INPUTS,
    INPUT_ROWS_STRIDE,
    ACTIVATIONS,
    DELTA_STRIDE,
    MASK_STRIDE,
    DIVIDED,
    BIASES_SCALARS,
) = range(9)


# rule
@njit(**COMPILED)
def prepare_weights(handed, start):
    return (fill(handed[start]),)


@njit(**COMPILED)
def update_weights(numbers, w, states, size, at, g):
    store(w, at, add(load(w, at), mul(g, numbers[0])))


@njit(**COMPILED)
def prepare_biases(handed, start):
    return (fill(handed[start]),)


@njit(**COMPILED)
def update_biases(numbers, w, states, size, at, g):
    store(w, at, add(load(w, at), mul(g, numbers[0])))


# end of rule


@njit(**COMPILED)
def update_tile(numbers, l2, w, states, size, at, tile, column, batch, x, x_at, x_stride, d, d_stride):
    """Update a tile's rows of a block: their gradient x^T d + 2 l2 w is summed up within registers."""
    for row in range(0, tile, 8):
        place = at + row * LANES
        g0 = mul(l2, load(w, place))
        g1 = mul(l2, load(w, place + LANES))
        g2 = mul(l2, load(w, place + 2 * LANES))
        g3 = mul(l2, load(w, place + 3 * LANES))
        g4 = mul(l2, load(w, place + 4 * LANES))
        g5 = mul(l2, load(w, place + 5 * LANES))
        g6 = mul(l2, load(w, place + 6 * LANES))
        g7 = mul(l2, load(w, place + 7 * LANES))
        for example in range(batch):
            delta = load(d, example * d_stride + column)
            i = x_at + example * x_stride + row
            g0 = add(g0, mul(delta, spread(x, i)))
            g1 = add(g1, mul(delta, spread(x, i + 1)))
            g2 = add(g2, mul(delta, spread(x, i + 2)))
            g3 = add(g3, mul(delta, spread(x, i + 3)))
            g4 = add(g4, mul(delta, spread(x, i + 4)))
            g5 = add(g5, mul(delta, spread(x, i + 5)))
            g6 = add(g6, mul(delta, spread(x, i + 6)))
            g7 = add(g7, mul(delta, spread(x, i + 7)))
        update_weights(numbers, w, states, size, place, g0)
        update_weights(numbers, w, states, size, place + LANES, g1)
        update_weights(numbers, w, states, size, place + 2 * LANES, g2)
        update_weights(numbers, w, states, size, place + 3 * LANES, g3)
        update_weights(numbers, w, states, size, place + 4 * LANES, g4)
        update_weights(numbers, w, states, size, place + 5 * LANES, g5)
        update_weights(numbers, w, states, size, place + 6 * LANES, g6)
        update_weights(numbers, w, states, size, place + 7 * LANES, g7)


@njit(**COMPILED)
def multiply_tile(w, at, tile, x, x_at, x_stride, padded_batch, z, z_at, z_stride):
    """Add to the outputs z of eight examples at a time what a tile's rows of a block contribute."""
    for example in range(0, padded_batch, 8):
        place = z_at + example * z_stride
        z0 = load(z, place)
        z1 = load(z, place + z_stride)
        z2 = load(z, place + 2 * z_stride)
        z3 = load(z, place + 3 * z_stride)
        z4 = load(z, place + 4 * z_stride)
        z5 = load(z, place + 5 * z_stride)
        z6 = load(z, place + 6 * z_stride)
        z7 = load(z, place + 7 * z_stride)
        i = x_at + example * x_stride
        for row in range(tile):
            weights = load(w, at + row * LANES)
            z0 = add(z0, mul(weights, spread(x, i + row)))
            z1 = add(z1, mul(weights, spread(x, i + x_stride + row)))
            z2 = add(z2, mul(weights, spread(x, i + 2 * x_stride + row)))
            z3 = add(z3, mul(weights, spread(x, i + 3 * x_stride + row)))
            z4 = add(z4, mul(weights, spread(x, i + 4 * x_stride + row)))
            z5 = add(z5, mul(weights, spread(x, i + 5 * x_stride + row)))
            z6 = add(z6, mul(weights, spread(x, i + 6 * x_stride + row)))
            z7 = add(z7, mul(weights, spread(x, i + 7 * x_stride + row)))
        store(z, place, z0)
        store(z, place + z_stride, z1)
        store(z, place + 2 * z_stride, z2)
        store(z, place + 3 * z_stride, z3)
        store(z, place + 4 * z_stride, z4)
        store(z, place + 5 * z_stride, z5)
        store(z, place + 6 * z_stride, z6)
        store(z, place + 7 * z_stride, z7)


@njit(**COMPILED)
def pass_weights(
    layer, settings, pending, handed, start, l2, w, states, old, old_at, new, new_at, x_stride, d, forward, z
):  # fmt: skip
    """One pass over a layer's weights: the update that is pending, and what the new inputs make of them."""
    tile, blocks, at = layer[TILE], layer[BLOCKS], layer[WEIGHTS_AT]
    numbers = prepare_weights(handed, start)
    decay = fill(l2)
    for first in range(0, layer[ROWS], tile):
        for block in range(blocks):
            column = block * LANES
            if pending:
                update_tile(
                    numbers, decay, w, states, w.size, at, tile, column, settings[BATCH],
                    old, old_at + first, x_stride, d[layer[DELTAS_AT] :], settings[DELTA_STRIDE],
                )  # fmt: skip
            if forward:
                multiply_tile(
                    w, at, tile, new, new_at + first, x_stride, settings[PADDED_BATCH],
                    z, column, settings[DELTA_STRIDE],
                )  # fmt: skip
            at += tile * LANES


@njit(**COMPILED)
def pass_biases(layer, settings, pending, handed, start, b, states, d, forward, z):
    """The same for a layer's biases: their gradient is the sum of d, and they are added to z."""
    numbers = prepare_biases(handed, start)
    for block in range(layer[BLOCKS]):
        column, at = block * LANES, layer[BIASES_AT] + block * LANES
        if pending:
            g = load(d, layer[DELTAS_AT] + column)
            for example in range(1, settings[BATCH]):
                g = add(g, load(d, layer[DELTAS_AT] + example * settings[DELTA_STRIDE] + column))
            update_biases(numbers, b, states, b.size, at, g)
        if forward:
            biases = load(b, at)
            for example in range(settings[BATCH]):
                place = example * settings[DELTA_STRIDE] + column
                store(z, place, add(load(z, place), biases))


@njit(**COMPILED)
def activate(layer, settings, z, activations, at, masks, masks_at, dropped):
    """Write max(z, 0), and what dropout leaves of it, where the next layer finds its inputs."""
    zero = z.dtype.type(0)
    for example in range(settings[BATCH]):
        target, source = at + example * layer[INPUT_STRIDE], example * settings[DELTA_STRIDE]
        if dropped:
            mask = masks_at + example * settings[MASK_STRIDE]
            for unit in range(layer[UNITS]):
                value = z[source + unit]
                # not max: what is not a number stays so, and the trial is seen to diverge
                activations[target + unit] = (zero if value < zero else value) * masks[mask + unit]
        else:
            for unit in range(layer[UNITS]):
                value = z[source + unit]
                activations[target + unit] = zero if value < zero else value


@njit(**COMPILED)
def compare_with_labels(layer, settings, smoothing, labels, z, d):
    """Write p - target, divided by the batch's size, to d; return the mean loss and how many were right.

    Source of the loss: Bishop (2006), section 4.3.4; see SoftmaxCrossEntropy.
    """
    classes, batch = layer[OUTPUTS], settings[BATCH]
    share = z[0] * 0 + 1 / batch
    if settings[DIVIDED]:
        share = share / batch
    loss, right = 0.0, 0
    for example in range(batch):
        at, target = example * settings[DELTA_STRIDE], layer[DELTAS_AT] + example * settings[DELTA_STRIDE]
        label = labels[example]
        largest, told = z[at], 0
        for unit in range(1, classes):
            if z[at + unit] > largest:
                largest, told = z[at + unit], unit
        right += told == label
        total_exp, total_logit = z[at] * 0, z[at] * 0
        for unit in range(classes):
            total_logit += z[at + unit] - largest
            power = np.exp(z[at + unit] - largest)
            d[target + unit] = power
            total_exp += power
        log_total = np.log(total_exp)
        true_loss = log_total - (z[at + label] - largest)
        loss += (1 - smoothing) * true_loss + smoothing * (log_total - total_logit / classes)
        for unit in range(classes):
            probability = d[target + unit] / total_exp
            d[target + unit] = (probability - smoothing / classes) * share
        d[target + label] -= (1 - smoothing) * share
    return loss / batch, right


@njit(**COMPILED)
def carry_back(layer, below, settings, w, d, activations, at, masks, masks_at, dropped):
    """Write the gradient of the layer below's outputs to its d: d w^T, through dropout and ReLU."""
    tile, blocks, stride = layer[TILE], layer[BLOCKS], settings[DELTA_STRIDE]
    row_of_w = np.empty(
        blocks * LANES, d.dtype
    )  # its blocks lie a tile apart, where they push each other out
    for row in range(layer[UNITS]):
        start = layer[WEIGHTS_AT] + (row // tile * blocks * tile + row % tile) * LANES
        for block in range(blocks):
            store(row_of_w, block * LANES, load(w, start + block * tile * LANES))
        for example in range(0, settings[PADDED_BATCH], 4):  # each weight is loaded once for four of them
            source = layer[DELTAS_AT] + example * stride
            weights = load(row_of_w, 0)
            sum0 = mul(weights, load(d, source))
            sum1 = mul(weights, load(d, source + stride))
            sum2 = mul(weights, load(d, source + 2 * stride))
            sum3 = mul(weights, load(d, source + 3 * stride))
            for block in range(1, blocks):
                weights = load(row_of_w, block * LANES)
                column = source + block * LANES
                sum0 = add(sum0, mul(weights, load(d, column)))
                sum1 = add(sum1, mul(weights, load(d, column + stride)))
                sum2 = add(sum2, mul(weights, load(d, column + 2 * stride)))
                sum3 = add(sum3, mul(weights, load(d, column + 3 * stride)))
            target = below[DELTAS_AT] + example * stride + row
            d[target] = total(sum0)
            d[target + stride] = total(sum1)
            d[target + 2 * stride] = total(sum2)
            d[target + 3 * stride] = total(sum3)
    zero = d.dtype.type(0)
    for example in range(settings[BATCH]):
        target, source = below[DELTAS_AT] + example * stride, at + example * layer[INPUT_STRIDE]
        mask = masks_at + example * settings[MASK_STRIDE]
        for unit in range(layer[UNITS]):
            if not activations[source + unit] > zero:
                d[target + unit] *= zero
            elif dropped:
                d[target + unit] *= masks[mask + unit]


@njit(**KEPT)
def train_steps(
    first, forward_end, end, parity, pending, layers, settings, l2, smoothing, handed,
    w, w_states, b, b_states, pixels, places, mean, scale, labels,
    inputs, activations, d, z, masks, masks_at, losses, right,
):  # fmt: skip
    """Train some steps; the last one's update is left pending, or is all that is done.

    Args:
        first: The number of the first step, among those that the arrays are about.
        forward_end: One more than that of the last step that sees images.
        end: One more than that of the last step: the same, or one more for the update alone.
        parity: 0 or 1: which half of the inputs and activations the first step writes.
        pending: Whether a step before the first has still to be done to the weights.
        layers: The table of layers.
        settings: Of all steps.
        l2: Twice the factor of the L2 term.
        smoothing: The share of the labels that is spread evenly.
        handed: The numbers that each step hands to its rule: row s is that of the step before step s.
        w, w_states, b, b_states: All weights, biases and what is kept of each between steps, flat.
        pixels, places, mean, scale: Of the images, and which of them every step sees; see `gather_images`.
        labels: Theirs, in the order of the places.
        inputs, activations, d, z: Room for the images, for the hidden layers' inputs, for all layers'
            gradients and for one layer's outputs.
        masks: Of dropout between layers, step by step; empty without.
        masks_at: Where in a step's masks each layer's begin.
        losses, right: Where every step's loss, and how many it told right, are written.
    """
    batch, dropped = settings[BATCH], masks.shape[1] > 0
    last = layers.shape[0] - 1
    stride = settings[INPUT_ROWS_STRIDE]
    for step in range(first, end):
        forward = step < forward_end
        half = (parity + step - first) % 2
        new_half, old_half = half * settings[ACTIVATIONS], (1 - half) * settings[ACTIVATIONS]
        numbers = handed[step]
        new_images = half * settings[INPUTS]
        if forward:
            gather_images(
                pixels, places[step * batch : (step + 1) * batch], mean, scale, inputs, new_images, stride
            )
        for index in range(last + 1):
            layer = layers[index]
            z[: settings[PADDED_BATCH] * settings[DELTA_STRIDE]] = 0
            x, old_at, new_at, x_stride = inputs, (1 - half) * settings[INPUTS], new_images, stride
            if index > 0:
                x, x_stride = activations, layer[INPUT_STRIDE]
                old_at, new_at = old_half + layer[INPUTS_AT], new_half + layer[INPUTS_AT]
            pass_weights(
                layer, settings, pending, numbers, 0, l2, w, w_states,
                x, old_at, x, new_at, x_stride, d, forward, z,
            )  # fmt: skip
            pass_biases(
                layer, settings, pending, numbers, settings[BIASES_SCALARS], b, b_states, d, forward, z
            )
            if forward and index < last:
                following = layers[index + 1]
                activate(
                    following, settings, z, activations, new_half + following[INPUTS_AT],
                    masks[step], masks_at[index], dropped,
                )  # fmt: skip
        if not forward:
            return
        losses[step], right[step] = compare_with_labels(
            layers[last], settings, smoothing, labels[step * batch :], z, d
        )
        for index in range(last, 0, -1):
            layer = layers[index]
            carry_back(
                layer, layers[index - 1], settings, w, d, activations, new_half + layer[INPUTS_AT],
                masks[step], masks_at[index - 1], dropped,
            )  # fmt: skip
        pending = True

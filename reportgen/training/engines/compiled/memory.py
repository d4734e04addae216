"""A network's weights and biases as the kernels want them: flat, in blocks as wide as a vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[Any]

TILE = 128
"""So many rows of a block at most are worked on at once: with their inputs they fit the nearest memory."""
ROWS_AT_ONCE = 8
APART = 16
"""So many numbers lie between rows of inputs: at multiples of 4 kB they would push each other out."""


@dataclass(frozen=True)
class Layer:
    """Where a layer lies; the fields are the columns of the kernels' table, in order."""

    inputs: int
    rows: int
    tile: int
    outputs: int
    blocks: int
    weights_at: int
    biases_at: int
    inputs_at: int
    input_stride: int
    deltas_at: int


@dataclass(frozen=True)
class Layout:
    """Where everything lies for a network and a batch.

    lanes: how many numbers a vector holds. padded_batch: rows that there is room for, a multiple of eight.
    """

    layers: tuple[Layer, ...]
    lanes: int
    batch: int
    padded_batch: int
    weights: int
    biases: int
    activations: int
    deltas: int
    delta_stride: int

    @classmethod
    def of(cls, sizes: list[tuple[int, int]], batch: int, lanes: int) -> Layout:
        """Lay out a network.

        Args:
            sizes: Inputs and outputs of every layer.
            batch: Examples of a step.
            lanes: How many numbers a vector holds.
        """
        padded = -(-batch // ROWS_AT_ONCE) * ROWS_AT_ONCE
        stride = max(-(-outputs // lanes) * lanes for _, outputs in sizes) + APART
        layers = []
        weights = biases = activations = deltas = 0
        for number, (inputs, outputs) in enumerate(sizes):
            tiles = -(-inputs // TILE)
            tile = -(-inputs // tiles // ROWS_AT_ONCE) * ROWS_AT_ONCE
            tile = tile if tile * tiles >= inputs else tile + ROWS_AT_ONCE
            rows, blocks = tile * tiles, -(-outputs // lanes)
            layers.append(
                Layer(inputs, rows, tile, outputs, blocks, weights, biases, activations, rows + APART, deltas)
            )
            weights += rows * blocks * lanes
            biases += blocks * lanes
            deltas += padded * stride
            if number:
                activations += padded * (rows + APART)
        return cls(tuple(layers), lanes, batch, padded, weights, biases, activations, deltas, stride)

    def table(self) -> NDArray[np.int64]:
        """The layers as the kernels take them."""
        return np.array([list(vars(layer).values()) for layer in self.layers], np.int64)

    def write(self, tensors: Mapping[str, Tensor], weights: Array, biases: Array) -> None:
        """Write a network's tensors to their places.

        Args:
            tensors: By the parameters' names: w1 (D, F), b1 (F,), ...
            weights: Flat, for all weights.
            biases: Flat, for all biases.
        """
        for number, layer in enumerate(self.layers, start=1):
            self._blocks(layer, weights)[...] = self._padded(layer, tensors[f"w{number}"].numpy())
            biases[layer.biases_at : layer.biases_at + layer.outputs] = tensors[f"b{number}"].numpy()

    def read(self, tensors: Mapping[str, Tensor], weights: Array, biases: Array) -> None:
        """Write back to a network's tensors what lies at their places; as `write`."""
        for number, layer in enumerate(self.layers, start=1):
            blocks = self._blocks(layer, weights).transpose(0, 2, 1, 3)
            whole = blocks.reshape(layer.rows, layer.blocks * self.lanes)
            tensors[f"w{number}"].numpy()[...] = whole[: layer.inputs, : layer.outputs]
            tensors[f"b{number}"].numpy()[...] = biases[layer.biases_at : layer.biases_at + layer.outputs]

    def _blocks(self, layer: Layer, weights: Array) -> Array:
        """A layer's weights as (tiles, blocks, rows of a tile, lanes)."""
        size = layer.rows * layer.blocks * self.lanes
        flat = weights[layer.weights_at : layer.weights_at + size]
        return flat.reshape(layer.rows // layer.tile, layer.blocks, layer.tile, self.lanes)

    def _padded(self, layer: Layer, w: Array) -> Array:
        """A weight matrix with zeros around it, in the order of its blocks."""
        whole = np.zeros((layer.rows, layer.blocks * self.lanes), w.dtype)
        whole[: layer.inputs, : layer.outputs] = w
        return whole.reshape(layer.rows // layer.tile, layer.tile, layer.blocks, self.lanes).transpose(
            0, 2, 1, 3
        )

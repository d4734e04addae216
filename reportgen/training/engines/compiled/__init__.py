"""The compiled engine: one pass over the weights a step, made by numba from the optimizer's own rule."""

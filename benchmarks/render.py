"""How long a report takes to render, when everything has been used once before.

    python benchmarks/render.py [RUN_DIR] [--rounds 3]

RUN_DIR is a finished run; without one, a run of the homework's size is made up: 65 trials with all their
epochs, from random numbers. The folder is copied first. Prints seconds by the clock and of the processor,
for HTML and PDF together, of every round after a first one that is not counted. Bound: 6 seconds.
"""

"""Kernels for one optimizer's rule: written to a file in the cache, compiled once, and kept by numba."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from reportgen.files import atomic
from reportgen.files.resources import cache_folder
from reportgen.training.engines.compiled.damaged_cache import forgive_damage
from reportgen.training.engines.compiled.noted_rules import Rule

BEGIN, END = "# rule\n", "# end of rule\n"
FUNCTIONS = {"abs": "absolute", "neg": "negative"}
"""What operations are called in vectors.py, where it is not what rules call them."""


def write_rule(rule: Rule, kind: str) -> str:
    """Return the two functions of a rule: what is made ready once a pass, and what is done to every vector.

    Args:
        rule: Of an optimizer.
        kind: "weights" or "biases".
    """
    divisors = _divisors(rule)
    ready: list[str] = []
    rows: list[str] = []
    names: dict[int, str] = {}
    for state in range(rule.states):
        names[1 + state] = f"s{state}"
        rows.append(f"s{state} = load(states, {state} * size + at)")
    names[0], names[rule.inputs - 1] = "p", "g"
    scalars = 0
    for offset, (name, registers) in enumerate(rule.operations):
        target = rule.inputs + offset
        if name == "scalar":
            number = f"handed[start + {scalars}]"
            # a product is quicker than a quotient: what is only divided by is turned over once
            ready.append(
                f"fill(handed.dtype.type(1) / {number})" if target in divisors else f"fill({number})"
            )
            names[target] = f"numbers[{scalars}]"
            scalars += 1
            continue
        names[target] = f"r{target}"
        left = [names[register] for register in registers]
        if name == "div" and registers[1] in divisors:
            rows.append(f"r{target} = mul({left[0]}, {left[1]})")
        else:
            rows.append(f"r{target} = {FUNCTIONS.get(name, name)}({', '.join(left)})")
    rows.append(f"store(w, at, {names[rule.outputs[0]]})")
    rows += [f"store(states, {n} * size + at, {names[out]})" for n, out in enumerate(rule.outputs[1:])]
    return "\n".join(
        [
            "@njit(**COMPILED)",
            f"def prepare_{kind}(handed, start):",
            f"    return ({''.join(f'{vector}, ' for vector in ready) or 'fill(handed[start]), '})",
            "",
            "",
            "@njit(**COMPILED)",
            f"def update_{kind}(numbers, w, states, size, at, g):",
            "    p = load(w, at)",
            *(f"    {row}" for row in rows),
            "",
            "",
        ]
    )


def _divisors(rule: Rule) -> set[int]:
    """The registers of numbers that nothing is done with but to divide by them."""
    scalars = {rule.inputs + n for n, (name, _) in enumerate(rule.operations) if name == "scalar"}
    used_else = {
        register
        for name, registers in rule.operations
        for place, register in enumerate(registers)
        if not (name == "div" and place == 1)
    }
    return scalars - used_else - set(rule.outputs)


@lru_cache(maxsize=32)
def kernels_for(weights: Rule, biases: Rule, lanes: int) -> ModuleType:
    """Return kernels.py with an optimizer's rules in it.

    Args:
        weights: Of every weight matrix.
        biases: Of every bias.
        lanes: How many numbers a vector holds.
    """
    folder = Path(__file__).parent
    source = (folder / "kernels.py").read_text(encoding="utf-8")
    above, _, rest = source.partition(BEGIN)
    _, _, below = rest.partition(END)
    text = above.replace("LANES = 16", f"LANES = {lanes}")
    text += write_rule(weights, "weights") + write_rule(biases, "biases") + below
    # numba asks whether this file has changed, not whether what it imports has
    imported = "".join((folder / name).read_text(encoding="utf-8") for name in ("vectors.py", "gathering.py"))
    name = f"kernels_{sha256((text + imported).encode()).hexdigest()[:24]}"
    return _imported(name, text)


def _imported(name: str, text: str) -> ModuleType:
    """Import a text as a module: from the cache, where numba keeps what it compiled, if it can be written."""
    path = cache_folder() / "engine" / f"{name}.py"
    with contextlib.suppress(OSError):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_text(path, text)
    if path.is_file():
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # numba finds a function's module by its name
        spec.loader.exec_module(module)
        forgive_damage(module)
        return module
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(text.replace('"cache": True', '"cache": False'), f"<{name}>", "exec"), vars(module))
    return module

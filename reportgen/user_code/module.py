"""Users' code as a module of Python. Called in a guarded process alone: this runs it."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable
from types import ModuleType

from reportgen.user_code.source import UserCode

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
)
"""What runs of a notebook: what its classes may need. The rest of it trains, prints and draws."""


def module_file(code: UserCode) -> str:
    """Return what tracebacks call the file of a user's code: no file on any disk."""
    return f"{code.digest[:16]}/{code.file}"


def load_module(code: UserCode, on_skipped: Callable[[str], None] = lambda _: None) -> ModuleType:
    """Run users' code as a module, and return it.

    Of a notebook only imports, definitions and assignments run, and one that fails is left out: notebooks
    load data sets and mount drives before they come to the classes.

    Args:
        code: The users'.
        on_skipped: Called with a line for each statement of a notebook that failed.

    Raises:
        BaseException: Whatever the code raises.
    """
    name, file = f"user_code_{code.digest[:16]}", module_file(code)
    module = ModuleType(name)
    module.__file__ = file
    # tracebacks and inspect find the lines here; without a time, nobody looks for the file on a disk
    linecache.cache[file] = (len(code.text), None, [f"{line}\n" for line in code.text.split("\n")], file)
    sys.modules[name] = module
    if not code.is_notebook:
        exec(compile(code.text, file, "exec", dont_inherit=True), module.__dict__)
        return module
    for statement in ast.parse(code.text).body:
        if not isinstance(statement, DEFINITIONS):
            continue
        try:
            tree = ast.Module([statement], type_ignores=[])
            exec(compile(tree, file, "exec", dont_inherit=True), module.__dict__)
        except Exception as error:
            on_skipped(f"{code.place(statement.lineno)}: {type(error).__name__}: {error}")
    return module


def load_guarded(code: UserCode, on_skipped: Callable[[str], None] = lambda _: None) -> ModuleType:
    """Run users' code as a module, set back what it changed of torch's settings, and return it.

    Args:
        code: The users'.
        on_skipped: As in `load_module`.

    Raises:
        BaseException: Whatever the code raises.
    """
    import torch

    set_num_threads, set_default_dtype = torch.set_num_threads, torch.set_default_dtype
    module = load_module(code, on_skipped)
    set_num_threads(1)
    set_default_dtype(torch.float32)
    return module

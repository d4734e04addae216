"""The one place where torchvision is imported."""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from reportgen.data.errors import DataError

# torch forgets what a Library defined as soon as the Library object is gone.
_kept_alive: list[Any] = []


def import_datasets() -> ModuleType:
    """The module torchvision.datasets, also beside a torch that torchvision was not built for."""
    package = importlib.util.find_spec("torchvision")
    if package is None or not package.submodule_search_locations:
        raise DataError("torchvision is not installed, and this source needs it: pip install torchvision")
    _define_missing_operators(Path(package.submodule_search_locations[0]))
    return importlib.import_module("torchvision.datasets")


def _define_missing_operators(folder: Path) -> None:
    """Declare the two operators without which `import torchvision` fails.

    torchvision's Python code describes nms and qnms to torch, although only its compiled extension
    declares them. The extension of the usual (CUDA) build cannot be loaded beside a CPU-only torch;
    torchvision shrugs that off, and then stops with "operator torchvision::nms does not exist".
    A bare declaration is enough for us: the data sets never call these operators. Where the extension
    does load, its own declarations are there and nothing is added.
    """
    import torch.library

    _try_extension(folder)
    missing = [name for name in ("nms", "qnms") if not hasattr(torch.ops.torchvision, name)]
    if not missing:
        return
    fragment: Any = torch.library.Library  # torch gives it no types
    library = fragment("torchvision", "FRAGMENT")
    for name in missing:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept_alive.append(library)


def _try_extension(folder: Path) -> None:
    """Load the compiled extension as torchvision itself will; loading it twice does no harm."""
    import torch

    operators: Any = torch.ops
    for extension in [*folder.glob("_C*.so"), *folder.glob("_C*.pyd"), *folder.glob("_C*.dylib")]:
        try:
            operators.load_library(str(extension))
        except OSError:
            return

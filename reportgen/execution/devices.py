"""Which device trains: this machine's processor, or an accelerator that torch reaches by CUDA."""

from __future__ import annotations

from reportgen.errors import UserError

CPU, CUDA, AUTO = "cpu", "cuda", "auto"
DEVICES = (CPU, CUDA, AUTO)
"""What may be asked for; the last is CUDA where there is one."""


def choose_device(asked: str) -> str:
    """Return the device that trains, as torch calls it.

    Args:
        asked: One of DEVICES.

    Raises:
        UserError: There is none of that kind.
    """
    if asked not in DEVICES:
        raise UserError(f"device {asked!r}: is none of {', '.join(DEVICES)}")
    if asked == CPU:  # torch is slow to import
        return CPU
    lacking = why_no_cuda()
    if lacking is None:
        return CUDA
    if asked == CUDA:
        raise UserError(f"--device {CUDA}: {lacking}; --device {CPU} trains on the processor")
    return CPU


def why_no_cuda() -> str | None:
    """Return why nothing can be trained by CUDA here, in half a sentence; None where it can."""
    import torch

    if torch.cuda.is_available():
        return None
    if torch.version.cuda is None and torch.version.hip is None:
        return f"torch {torch.__version__} is a build for the processor alone"
    return f"torch {torch.__version__} finds no device, or no driver for it"


def describe_accelerator(device: str) -> dict[str, str]:
    """Return what computes instead of the processor, for records and keys; empty where nothing does.

    Args:
        device: As torch calls it.
    """
    if device != CUDA:
        return {}
    import torch

    return {"accelerator": torch.cuda.get_device_name(), "cuda": str(torch.version.cuda or torch.version.hip)}

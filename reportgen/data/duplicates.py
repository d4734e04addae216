"""Images that stand in more than one part."""

import hashlib

from reportgen.data.dataset import Images
from reportgen.data.splits import Splits


def duplicates(splits: Splits) -> dict[str, int]:
    """How many images of the later part stand in the earlier one too, told by the SHA-256 of their pixels.

    For "train-validation", "train-test" and "validation-test".
    """
    train, validation, test = (
        _digests(part.inputs) for part in (splits.train, splits.validation, splits.test)
    )
    return {
        "train-validation": _count(validation, train),
        "train-test": _count(test, train),
        "validation-test": _count(test, validation),
    }


def _digests(images: Images) -> list[bytes]:
    return [hashlib.sha256(image.tobytes()).digest() for image in images]


def _count(later: list[bytes], earlier: list[bytes]) -> int:
    known = set(earlier)
    return sum(digest in known for digest in later)

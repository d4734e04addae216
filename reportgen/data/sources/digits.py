"""The embedded source: scikit-learn's 1,797 handwritten digits, 8 by 8 pixels, nothing to download."""

from dataclasses import replace
from importlib.metadata import version

import numpy as np

from reportgen.data.cache import cached
from reportgen.data.dataset import Dataset, make_dataset

_TEST = 500
_TEST_SEED = 0


def load() -> Dataset:
    """The digits: 1,297 images to train and validate with, 500 to test with."""
    dataset = cached("digits", version("scikit-learn"), [], _decode)
    # The images come sorted by writer, so they are shuffled unless an experiment says otherwise.
    return replace(dataset, default_seed=0, default_train=997, default_validation=300, test_set_apart=True)


def _decode() -> Dataset:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    # Sixteen shades, spread over the 256 of a byte.
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target
    # There is no official test part. This one never changes and holds each class in proportion.
    pool, test = train_test_split(
        np.arange(len(labels)), test_size=_TEST, stratify=labels, random_state=_TEST_SEED
    )
    pool.sort()
    test.sort()
    return make_dataset(
        "digits",
        (images[pool], labels[pool]),
        (images[test], labels[test]),
        [str(name) for name in digits.target_names],
        f"scikit-learn {version('scikit-learn')}, load_digits",
    )

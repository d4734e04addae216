"""From a data set to train, validation and test parts."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reportgen.data.dataset import Column, Dataset, Inputs, Labels
from reportgen.data.errors import DataError
from reportgen.data.notes import Note
from reportgen.randomness import stream

SMALLEST_SUBSET = 5
"""Four to train and one to validate: below that, a fifth is nothing."""
PARTS = ("train", "validation", "test")
TEST_SHARE = 0.2
"""Of a data set that has no test part of its own; three quarters of the rest train, as elsewhere."""


@dataclass(frozen=True, eq=False)
class Part:
    """Images uint8 (N, H, W, C), rows float64 (N, C) or their features float32 (N, D); labels int64 (N,)."""

    inputs: Inputs
    labels: Labels

    def __len__(self) -> int:
        """How many inputs."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Splits:
    """What to train on, what to choose by, and what to read once at the end.

    columns: of rows; empty for images. notes: what the user should know of how they were cut.
    test_places: which of the pool's images the test images are (N,), where they were drawn from it; None
    where they are the source's own, in its order.
    """

    train: Part
    validation: Part
    test: Part
    columns: tuple[Column, ...] = ()
    notes: tuple[Note, ...] = ()
    test_places: NDArray[np.int64] | None = None

    def by_name(self) -> dict[str, Part]:
        """The parts under the names of PARTS."""
        return {name: getattr(self, name) for name in PARTS}


def split(
    dataset: Dataset,
    *,
    train: int | None = None,
    validation: int | None = None,
    test: int | None = None,
    shares: tuple[float, float, float] | None = None,
    seed: int | None = None,
    test_from_train: bool = False,
) -> Splits:
    """Cut the training pool into train and validation; the test part is the source's own.

    Where the source has none, all three are cut from the pool, each with every class in proportion.

    Args:
        dataset: The data.
        train: How many images; None for what the source says, or what is left. So for validation and test.
        validation: As train.
        test: As train.
        shares: Of train, validation and test, together 1, instead of their sizes, for a source without a test
            part; None for three fifths, a fifth and a fifth.
        seed: Shuffles the training pool first; None for the source's own, and without one the pool keeps its
            order and the parts are views, not copies.
        test_from_train: Take the test images from what follows train and validation in the training pool, for
            work that never touched the official test file.

    Raises:
        DataError: More images are asked for than there are, or a part is left without any.
    """
    for name, size in (("train", train), ("validation", validation), ("test", test)):
        if size is not None and size < 1:
            raise DataError(f"{name} = {size} makes an empty split: ask for at least 1")
    seed = dataset.default_seed if seed is None else seed
    if len(dataset.test_labels) == 0:
        return _split_all(dataset, (train, validation, test), shares, seed or 0, test_from_train)
    if shares is not None:
        raise DataError(
            f"source {dataset.source} has a test part of its own: shares are for one without; leave them out,"
            " or say how many with train, validation and test"
        )
    pool = _pool(dataset, seed)
    kept_for_test = (test or 0) if test_from_train else 0
    train, validation = _sizes(dataset, kept_for_test, train, validation)
    middle, end = train, train + validation
    if test_from_train:
        tested = _first(
            _slice(pool, end, len(pool)), test, f"{dataset.things} left in the training pool for test"
        )
    else:
        tested = _first(Part(dataset.test_inputs, dataset.test_labels), test, f"test {dataset.things}")
    return Splits(_slice(pool, 0, middle), _slice(pool, middle, end), tested, dataset.columns)


def subset(splits: Splits, size: int) -> Splits:
    """Return the small data set of the optimizer comparison: the first images of the train part.

    Args:
        splits: All of the data.
        size: How many images; four fifths of them train, one fifth validates, the test part stays.

    Raises:
        DataError: The size is below 5 or above the train part's.
    """
    available = len(splits.train)
    if not SMALLEST_SUBSET <= size <= available:
        raise DataError(
            f"subset = {size} is out of range: choose from {SMALLEST_SUBSET} to {available},"
            f" the number of training {'rows' if splits.columns else 'images'} in the split"
        )
    middle = size * 4 // 5
    return replace(
        splits, train=_slice(splits.train, 0, middle), validation=_slice(splits.train, middle, size)
    )


def resplit(
    dataset: Dataset,
    seed: int,
    *,
    train: int | None = None,
    validation: int | None = None,
    test: int | None = None,
    shares: tuple[float, float, float] | None = None,
) -> Splits:
    """Cut a data set as `split` does, for a trial whose seed draws its split.

    A test part that is the source's own stays. Where there is none, or it was only set apart here, it is
    drawn anew with the others.

    Args:
        dataset: The data.
        seed: Of the trial.
        train: How many images; as in `split`.
        validation: As train.
        test: As train.
        shares: As in `split`.

    Raises:
        DataError: More images are asked for than there are, or a part is left without any.
    """
    if dataset.test_set_apart:
        if test is None and shares is None:
            test = len(dataset.test_labels)
        dataset = replace(
            dataset,
            train_inputs=np.concatenate([dataset.train_inputs, dataset.test_inputs]),
            train_labels=np.concatenate([dataset.train_labels, dataset.test_labels]),
            test_inputs=dataset.test_inputs[:0],
            test_labels=dataset.test_labels[:0],
        )
    return split(dataset, train=train, validation=validation, test=test, shares=shares, seed=seed)


def _split_all(
    dataset: Dataset,
    sizes: tuple[int | None, int | None, int | None],
    shares: tuple[float, float, float] | None,
    seed: int,
    test_from_train: bool,
) -> Splits:
    """Cut all three parts from the pool of a data set without a test part."""
    if test_from_train:
        raise DataError(
            f"source {dataset.source} has no test part, so all its {dataset.things} come from one pool:"
            " leave out the defect test_images_from_training_file"
        )
    images = len(dataset.train_labels)
    train, validation, test = sizes
    if shares is not None:
        train, validation = (round(images * share) for share in shares[:2])
        test = images - train - validation
    elif test is None:
        test = max(1, round(images * TEST_SHARE))
    train, validation = _sizes(dataset, test, train, validation)
    order = in_proportion(dataset.train_labels, _sound(seed))
    pool = Part(np.asarray(dataset.train_inputs[order]), np.asarray(dataset.train_labels[order]))
    ends = [0, train, train + validation, train + validation + test]
    parts = [_slice(pool, start, end) for start, end in itertools.pairwise(ends)]
    for part, name in zip(parts, ("training", "validation", "test"), strict=True):
        missing = np.flatnonzero(np.bincount(part.labels, minlength=len(dataset.classes)) == 0)
        if missing.size:
            rarest = dataset.classes[missing[0]]
            raise DataError(
                f"source {dataset.source}: of the class {rarest!r} there are"
                f" {int((dataset.train_labels == missing[0]).sum())} in {images}, too few for one in the"
                f" {name} part: give it more, leave the class out, or choose larger parts"
            )
    values = {
        name: f"{len(part)} ({len(part) / images:.0%})" for name, part in zip(PARTS, parts, strict=True)
    }
    return Splits(
        *(parts[0], parts[1], parts[2], dataset.columns),
        notes=(Note("split", {"seed": seed, **values}),),
        test_places=order[ends[2] : ends[3]],
    )


def in_proportion(labels: Labels, seed: int) -> NDArray[np.int64]:
    """Return an order in which every stretch has all classes in proportion, by chance otherwise.

    Args:
        labels: Of all images (N,).
        seed: Of the chance.
    """
    shuffled = stream(seed, "split").permutation(len(labels))
    places = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels[shuffled] == label)
        # the members of a class are spread evenly from 0 to 1
        places[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.asarray(shuffled[np.argsort(places, kind="stable")])


def _sound(seed: int) -> int:
    if seed < 0:
        raise DataError(f"split seed = {seed} is negative: choose 0 or more")
    return seed


def _pool(dataset: Dataset, seed: int | None) -> Part:
    """All training images in the order from which the parts are cut."""
    if seed is None:
        return Part(dataset.train_inputs, dataset.train_labels)
    order = stream(_sound(seed), "split").permutation(len(dataset.train_labels))
    return Part(np.asarray(dataset.train_inputs[order]), np.asarray(dataset.train_labels[order]))


def _sizes(
    dataset: Dataset, kept_for_test: int, train: int | None, validation: int | None
) -> tuple[int, int]:
    """The numbers of images to train on and to validate on, checked against what there is."""
    said = {"train": train, "validation": validation, "test": kept_for_test or None}
    _refuse_too_many(dataset, said)
    available = len(dataset.train_labels) - kept_for_test
    three_quarters = available * 3 // 4
    default_train = dataset.default_train or three_quarters
    default_validation = dataset.default_validation or available - three_quarters
    if train is None and validation is None:
        train, validation = default_train, default_validation
    elif train is None:
        train = min(default_train, available - (validation or 0))
    elif validation is None:
        validation = min(default_validation, available - train)
    sizes = train or 0, validation or 0
    _refuse_too_many(dataset, {"train": sizes[0], "validation": sizes[1], "test": said["test"]})
    for name, size in zip(("train", "validation"), sizes, strict=True):
        if size < 1:
            raise DataError(
                f"source {dataset.source}: none is left for {name} among {len(dataset.train_labels)}"
                f" training {dataset.things}: an empty split; ask for fewer in the other parts"
            )
    return sizes


def _refuse_too_many(dataset: Dataset, sizes: dict[str, int | None]) -> None:
    there_are = len(dataset.train_labels)
    total = sum(size or 0 for size in sizes.values())
    if total > there_are:
        asked = ", ".join(f"{name} = {size}" for name, size in sizes.items() if size)
        raise DataError(
            f"source {dataset.source} has {there_are} training {dataset.things}, but {asked} would take"
            f" {total}: ask for fewer"
        )


def _first(part: Part, size: int | None, what: str) -> Part:
    if len(part) == 0:
        raise DataError(f"there are no {what}: an empty split; give train and validation fewer")
    if size is not None and size > len(part):
        raise DataError(f"test = {size}, but there are only {len(part)} {what}: ask for fewer")
    return _slice(part, 0, len(part) if size is None else size)


def _slice(part: Part, start: int, stop: int) -> Part:
    """Neighbours in a row: a view, so that mapped arrays stay on disk until they are read."""
    return Part(part.inputs[start:stop], part.labels[start:stop])

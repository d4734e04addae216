"""Splits: sizes, order, disjointness, and what is refused."""

import dataclasses

import numpy as np
import pytest

from reportgen.data import DataError, Dataset, Part, Splits, split, subset


def numbered(pool: int = 100, test: int = 20, **defaults) -> Dataset:
    """A data set in which every image holds its own number: 0.. in the pool, 1000.. in test."""

    def part(first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.arange(first, first + count)
        images = np.stack([numbers // 256, numbers % 256], axis=1).astype(np.uint8)
        return images.reshape(count, 1, 2, 1), numbers % 10

    train, tested = part(0, pool), part(1000, test)
    names = tuple("0123456789")
    data = Dataset("npz", *train, *tested, classes=names, digest="", origin="made up")
    return dataclasses.replace(data, **defaults)


def numbers(part: Part) -> list[int]:
    pairs = part.inputs.reshape(-1, 2).astype(int)
    found = pairs[:, 0] * 256 + pairs[:, 1]
    assert (found % 10 == part.labels).all()
    return found.tolist()


def sizes(splits: Splits) -> tuple[int, int, int]:
    return len(splits.train), len(splits.validation), len(splits.test)


def test_without_a_seed_the_order_is_the_sources():
    parts = split(numbered(), train=60, validation=30, test=5)
    assert numbers(parts.train) == list(range(60))
    assert numbers(parts.validation) == list(range(60, 90))
    assert numbers(parts.test) == list(range(1000, 1005))


def test_without_a_seed_every_part_is_a_view():
    data = numbered()
    parts = split(data, train=60, validation=30)
    for part in (parts.train, parts.validation):
        assert np.shares_memory(part.inputs, data.train_inputs)
        assert np.shares_memory(part.labels, data.train_labels)
    assert np.shares_memory(parts.test.inputs, data.test_inputs)


def test_a_seed_shuffles_the_pool_and_always_in_the_same_way():
    one, same, other = (split(numbered(), train=60, validation=30, seed=seed) for seed in (1, 1, 2))
    assert numbers(one.train) == numbers(same.train)
    assert numbers(one.train) != numbers(other.train)
    assert numbers(one.train) != sorted(numbers(one.train))
    assert numbers(one.test) == list(range(1000, 1020))


def test_the_shuffle_is_the_same_on_every_machine_and_in_every_release():
    assert numbers(split(numbered(), train=6, validation=1, seed=0).train) == [92, 89, 24, 12, 10, 33]


def test_the_shuffle_has_a_stream_of_its_own():
    plain = np.random.default_rng(0).permutation(100)[:6].tolist()
    assert numbers(split(numbered(), train=6, validation=1, seed=0).train) != plain


@pytest.mark.parametrize("seed", [None, 0, 7])
@pytest.mark.parametrize("test_from_train", [False, True])
def test_no_image_is_in_two_parts(seed, test_from_train):
    parts = split(numbered(), train=60, validation=30, seed=seed, test_from_train=test_from_train)
    everything = [*numbers(parts.train), *numbers(parts.validation), *numbers(parts.test)]
    assert len(set(everything)) == len(everything) == (100 if test_from_train else 110)


def test_the_sources_seed_holds_when_nothing_is_said():
    data = numbered(default_seed=3)
    assert numbers(split(data).train) == numbers(split(data, seed=3).train)
    assert numbers(split(data).train) != numbers(split(data, seed=0).train)
    assert numbers(split(data, seed=0).train) == numbers(split(numbered(), seed=0).train)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, (75, 25, 20)),
        ({"train": 10}, (10, 25, 20)),
        ({"train": 90}, (90, 10, 20)),
        ({"validation": 10}, (75, 10, 20)),
        ({"validation": 40}, (60, 40, 20)),
        ({"train": 1, "validation": 1, "test": 1}, (1, 1, 1)),
        ({"train": 50, "validation": 50, "test": 20}, (50, 50, 20)),
    ],
)
def test_sizes_that_are_not_said(said, expected):
    assert sizes(split(numbered(), **said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, (30, 10, 20)),
        ({"train": 50}, (50, 10, 20)),
        ({"train": 95}, (95, 5, 20)),
        ({"validation": 90}, (10, 90, 20)),
        ({"test_from_train": True}, (30, 10, 60)),
        ({"test_from_train": True, "test": 10}, (30, 10, 10)),
        ({"test_from_train": True, "test": 65, "train": 30}, (30, 5, 65)),
    ],
)
def test_a_source_with_sizes_of_its_own(said, expected):
    assert sizes(split(numbered(default_train=30, default_validation=10), **said)) == expected


def test_the_homeworks_test_images_follow_in_the_training_pool():
    parts = split(numbered(), train=30, validation=10, test=10, test_from_train=True)
    assert numbers(parts.test) == list(range(40, 50))
    rest = split(numbered(), train=30, validation=10, test_from_train=True)
    assert numbers(rest.test) == list(range(40, 100))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"train": 0}, ["train = 0", "empty split"]),
        ({"validation": 0}, ["validation = 0", "empty split"]),
        ({"test": -1}, ["test = -1", "empty split"]),
        ({"train": 101}, ["has 100 training images", "train = 101"]),
        ({"train": 80, "validation": 21}, ["100 training images", "train = 80, validation = 21", "101"]),
        ({"train": 100}, ["none is left for validation", "empty split"]),
        ({"validation": 100}, ["none is left for train", "empty split"]),
        ({"test": 21}, ["test = 21", "only 20"]),
        ({"test_from_train": True}, ["training pool for test", "empty split"]),
        ({"test_from_train": True, "train": 80, "validation": 15, "test": 6}, ["test = 6", "101"]),
        ({"seed": -1}, ["seed = -1", "negative"]),
    ],
)
def test_what_cannot_be_had_is_refused(said, words):
    with pytest.raises(DataError) as caught:
        split(numbered(), **said)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_pool_smaller_than_the_defaults_is_refused():
    with pytest.raises(DataError, match="has 100 training images, but train = 300, validation = 100"):
        split(numbered(default_train=300, default_validation=100))


def test_a_pool_of_one_image_is_refused():
    with pytest.raises(DataError, match="none is left for train"):
        split(numbered(pool=1))


def test_a_class_may_lack_training_images():
    assert set(split(numbered(), train=3, validation=1).train.labels) == {0, 1, 2}


def test_the_subset_is_the_first_of_train():
    parts = split(numbered(), train=60, validation=30)
    small = subset(parts, 50)
    assert numbers(small.train) == list(range(40))
    assert numbers(small.validation) == list(range(40, 50))
    assert small.test is parts.test
    assert np.shares_memory(small.train.inputs, parts.train.inputs)


@pytest.mark.parametrize(("size", "expected"), [(5, (4, 1, 20)), (7, (5, 2, 20)), (60, (48, 12, 20))])
def test_four_fifths_train_and_one_fifth_validates(size, expected):
    assert sizes(subset(split(numbered(), train=60, validation=30), size)) == expected


@pytest.mark.parametrize("size", [-1, 0, 4, 61])
def test_a_subset_out_of_range_is_refused(size):
    with pytest.raises(DataError, match=f"subset = {size} is out of range: choose from 5 to 60"):
        subset(split(numbered(), train=60, validation=30), size)


def test_read_only_arrays_will_do():
    data = numbered()
    for array in (data.train_inputs, data.train_labels, data.test_inputs, data.test_labels):
        array.flags.writeable = False
    assert sizes(subset(split(data), 50)) == (40, 10, 20)
    assert sizes(split(data, seed=1)) == (75, 25, 20)


def unsplit(counts: tuple[int, ...], **defaults) -> Dataset:
    """A data set without a test part, sorted by class."""
    labels = np.repeat(np.arange(len(counts)), counts)
    inputs = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    names = tuple("abcdefgh"[: len(counts)])
    nothing = np.zeros((0, 1, 1, 1), dtype=np.uint8), np.zeros(0, dtype=np.int64)
    data = Dataset("folder", inputs, labels, *nothing, classes=names, digest="", origin="made up")
    return dataclasses.replace(data, **defaults)


def by_class(splits: Splits, classes: int) -> list[list[int]]:
    return [np.bincount(part.labels, minlength=classes).tolist() for part in splits.by_name().values()]


def test_without_a_test_part_every_part_has_the_classes_in_proportion():
    splits = split(unsplit((50, 30, 20)), seed=4)
    assert by_class(splits, 3) == [[30, 18, 12], [10, 6, 4], [10, 6, 4]]
    numbers_of = [set(part.inputs.ravel().tolist()) for part in splits.by_name().values()]
    assert set.union(*numbers_of) == set(range(100))
    assert sum(map(len, numbers_of)) == 100


def test_a_stretch_of_such_a_part_has_them_in_proportion_too():
    train = split(unsplit((50, 30, 20)), seed=4).train
    for start in range(0, 60, 10):
        assert np.bincount(train.labels[start : start + 10]).tolist() == [5, 3, 2]


def test_which_images_a_part_gets_depends_on_the_seed_and_on_nothing_else():
    one, same, other = (split(unsplit((50, 50)), seed=seed).test for seed in (1, 1, 2))
    assert one.inputs.tolist() == same.inputs.tolist()
    assert sorted(one.inputs.ravel()) != sorted(other.inputs.ravel())
    assert split(unsplit((50, 50), default_seed=2)).test.inputs.tolist() == other.inputs.tolist()


def test_shares_of_a_data_set_without_a_test_part():
    splits = split(unsplit((20, 20)), shares=(0.5, 0.25, 0.25))
    assert by_class(splits, 2) == [[10, 10], [5, 5], [5, 5]]
    with pytest.raises(DataError, match="shares are for one without"):
        split(numbered(), shares=(0.5, 0.25, 0.25))


def test_a_class_that_some_part_would_lack_is_refused():
    with pytest.raises(DataError, match=r"class 'b' there are 2 in 52, too few for one in the \w+ part"):
        split(unsplit((50, 2)))


def test_the_test_images_cannot_come_from_the_training_pool_where_they_always_do():
    with pytest.raises(DataError, match="leave out the defect"):
        split(unsplit((50, 50)), test_from_train=True)

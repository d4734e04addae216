"""What optimizers keep comes back from tensors and JSON as it was, whatever its shape."""

from __future__ import annotations

import collections
import json
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.training.optimizer_state import UnkeptStateError, restore_state, state_of


class Keeper:
    """Keeps what it is given."""

    learning_rate = 0.1

    def __init__(self, **state: Any) -> None:
        vars(self).update(state)

    def step(self, parameters: Any, gradients: Any) -> None:
        raise NotImplementedError


def there_and_back(**state: Any) -> dict[str, Any]:
    tensors, plain = state_of(Keeper(**state))
    other = Keeper(**dict.fromkeys(state))
    restore_state(other, tensors, json.loads(json.dumps(plain)))
    return vars(other)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 0.1, float("inf"), "text", torch.bfloat16, [], (), {}, [1, (2.5, None)], (1, [2]),
        {"w1": 1.5, 2: "two", (0, "L"): [3]},
    ],
    ids=str,
)  # fmt: skip
def test_plain_values_are_the_same_and_of_the_same_kind(value: object) -> None:
    back = there_and_back(kept=value)["kept"]
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_are_the_same_to_the_bit_and_apart(dtype: torch.dtype) -> None:
    kept = {"w1": torch.arange(6).reshape(2, 3).to(dtype), "deep": [(torch.tensor(3).to(dtype),)]}
    back = there_and_back(kept=kept)["kept"]
    assert torch.equal(back["w1"], kept["w1"])
    assert torch.equal(back["deep"][0][0], kept["deep"][0][0])
    assert back["w1"].dtype == dtype
    assert back["w1"].data_ptr() != kept["w1"].data_ptr()


def test_arrays_stay_arrays_and_their_scalars_become_numbers() -> None:
    back = there_and_back(m=np.arange(3.0), t=np.int64(4))
    assert isinstance(back["m"], np.ndarray)
    assert back["m"].tolist() == [0, 1, 2]
    assert back["t"] == 4


def test_a_tensor_that_stands_in_two_places_is_kept_twice() -> None:
    shared = torch.ones(2)
    back = there_and_back(m={"w1": shared, "w2": shared})["m"]
    assert torch.equal(back["w1"], back["w2"])


def test_a_dictionary_that_knows_what_is_missing_still_does() -> None:
    tensors, plain = state_of(Keeper(velocity=collections.defaultdict(float, w1=1.5)))
    other = Keeper(velocity=collections.defaultdict(float))
    restore_state(other, tensors, plain)
    assert other.velocity == {"w1": 1.5}  # type: ignore[attr-defined]
    assert other.velocity["w2"] == 0.0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "value", [object(), lambda: 0, {1, 2}, torch.Generator()], ids=["object", "function", "set", "generator"]
)
def test_what_no_checkpoint_can_hold_is_named_with_its_place(value: object) -> None:
    with pytest.raises(UnkeptStateError, match=r"keeps a \w+ in self_made/w1"):
        state_of(Keeper(self_made={"w1": value}))

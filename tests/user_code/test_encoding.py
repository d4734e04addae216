"""Values travel to the bit between processes, and what is no message is never taken for one."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reportgen.user_code.encoding import DTYPES, LENGTH, NoDataError, Reader, encode


def travelled(value: object, *, as_numpy: bool = False, pieces: int = 1 << 20) -> Any:
    """What arrives of a value whose message comes in pieces of so many bytes."""
    reader, message = Reader(), encode(value, as_numpy=as_numpy)
    for start in range(0, len(message), pieces):
        assert reader.take() is None
        reader.add(message[start : start + pieces])
    (arrived,) = reader.take() or ()
    return arrived


def message(head: object, *buffers: bytes) -> bytes:
    """A message by hand."""
    content = json.dumps(head).encode()
    return b"".join([LENGTH.pack(len(content)), content, *buffers])


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.dictionaries(st.tuples(st.integers(), st.text()), inner)
    ),
    max_leaves=8,
)


@given(PLAIN, st.integers(1, 50))
def test_plain_values_arrive_with_their_types(value: object, pieces: int) -> None:
    assert repr(travelled(value, pieces=pieces)) == repr(value)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (4, 5)])
def test_tensors_keep_dtype_shape_and_bits(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 9).to(dtype)
    arrived = travelled([tensor])[0]
    assert (arrived.dtype, arrived.shape) == (dtype, tensor.shape)
    assert torch.equal(arrived, tensor)
    arrived.zero_()  # it can be changed


def test_parts_and_transposed_and_expanded_tensors_arrive() -> None:
    tensor = torch.arange(12.0).reshape(3, 4)
    for part in (tensor.T, tensor[:, 1], tensor[0].expand(5, 4), tensor.clone().requires_grad_() * 1):
        assert torch.equal(travelled(part), part)


def test_numbers_that_are_none_arrive() -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324]
    assert repr(travelled(values)) == repr(values)
    assert torch.equal(
        travelled(torch.tensor(values)).view(torch.int32), torch.tensor(values).view(torch.int32)
    )


@pytest.mark.parametrize(
    "array", [np.arange(6.0).reshape(2, 3), np.array(True), np.float32(2.5), np.array([1], dtype=">i4")]
)
def test_arrays_arrive_as_arrays(array: Any) -> None:
    arrived = travelled(array)
    assert type(arrived) is type(array)
    assert np.array_equal(arrived, array)
    assert arrived.dtype.name == array.dtype.name


def test_tensors_can_arrive_as_arrays() -> None:
    arrived = travelled({"w": torch.ones(2, 3, dtype=torch.float64)}, as_numpy=True)["w"]
    assert (type(arrived), arrived.dtype, arrived.shape) == (np.ndarray, np.float64, (2, 3))


def circle() -> list[Any]:
    """A list that contains itself."""
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        1j,
        b"x",
        print,
        circle(),
        [10**5000],
        torch.ones(2, dtype=torch.complex64),
        torch.ones(2, 2).to_sparse(),
        np.array(["x"]),
        np.array([object()]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_data_does_not_travel(value: object) -> None:
    with pytest.raises(NoDataError):
        encode([value])


@pytest.mark.parametrize(
    "content",
    [
        LENGTH.pack(2**32 - 1),
        LENGTH.pack(3) + b"{x}",
        LENGTH.pack(2) + b"[]",
        message({"value": 1}),
        message({"value": 1, "buffers": [-1]}),
        message({"value": 1, "buffers": [2**40]}),
        message({"value": [1], "buffers": []}),
        message({"value": {}, "buffers": []}),
        message({"value": {"list": 1}, "buffers": []}),
        message({"value": {"dict": [[{"list": []}, 1]]}, "buffers": []}),
        message({"value": {"float": "x"}, "buffers": []}),
        message({"value": {"code": ["float32", [1], 0]}, "buffers": [4]}, b"0000"),
        message({"value": {"tensor": ["float32", [2], 0]}, "buffers": [4]}, b"0000"),
        message({"value": {"tensor": ["float32", [-1], 0]}, "buffers": [4]}, b"0000"),
        message({"value": {"tensor": ["float32", [1], 0]}, "buffers": [3]}, b"000"),
        message({"value": {"tensor": ["float32", [1], 1]}, "buffers": [4]}, b"0000"),
        message({"value": {"tensor": ["object", [1], 0]}, "buffers": [4]}, b"0000"),
        message({"value": {"array": ["O", [1], 0]}, "buffers": [8]}, b"00000000"),
        message({"value": None, "buffers": []}).replace(b"null", b"[" * 4),
        message(json.loads('{"value": ' + '{"list": [' * 70 + "]}" * 70 + ', "buffers": []}')),
    ],
)
def test_what_is_no_message_is_never_taken_for_one(content: bytes) -> None:
    reader = Reader()
    reader.add(content)
    with pytest.raises(NoDataError):
        reader.take()


@given(st.binary(max_size=200))
def test_noise_is_refused_or_waited_with(noise: bytes) -> None:
    reader = Reader()
    reader.add(noise)
    with contextlib.suppress(NoDataError):
        assert reader.take() is None

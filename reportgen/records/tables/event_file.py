"""The event files that TensorBoard shows: the scalars and the hyperparameters in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from reportgen.errors import UserError

LARGEST_RECORD = 1_000_000
"""In bytes; larger ones are pictures and graphs, and passed over."""
HYPERPARAMETERS, STARTED = "hparams", "_hparams_/session_start_info"
"""The plugin that keeps hyperparameters, and the tag under which it does."""
FLOAT, DOUBLE = 1, 2
"""The types of tensors whose numbers are read."""

MESSAGES = {
    "Event": "step:2:int64 summary:5:Summary",
    "Summary": "value:1:Value*",
    "Value": "tag:1:string simple_value:2:float tensor:8:Tensor metadata:9:Metadata",
    "Metadata": "plugin_data:1:PluginData",
    "PluginData": "plugin_name:1:string content:2:bytes",
    "Tensor": "dtype:1:int32 content:4:bytes float_val:5:float* double_val:6:double*",
    "Hyperparameters": "started:3:Started",
    "Started": "hparams:1:Item*",
    "Item": "key:1:string value:2:Setting",
    "Setting": "number:2:double text:3:string flag:4:bool",
}
"""What is read of TensorBoard's messages: the name, number and type of each field; * stands for several.

A map is on the wire a list of items with a key and a value.
"""


@dataclass(frozen=True)
class Scalar:
    """One number that was logged."""

    tag: str
    step: int
    value: float


Settings = dict[str, float | str | bool]


def read_events(path: Path, most: int) -> tuple[list[Scalar], Settings]:
    """Read an event file as far as its records are whole; that of a killed run may end within one.

    Args:
        path: Of the file.
        most: So many scalars may be in it.

    Returns:
        The scalars in the order in which they were logged, and the hyperparameters by name.

    Raises:
        UserError: It is damaged, holds too much, or protobuf is not installed.
        OSError: It cannot be read at all.
    """
    try:
        from google.protobuf.message import DecodeError

        event_class, hyperparameters_class = _message_class("Event"), _message_class("Hyperparameters")
    except ImportError as error:
        raise UserError(
            f"{path}: is an event file of TensorBoard, which needs protobuf:"
            " pip install 'reportgen[tensorboard]'"
        ) from error
    scalars: list[Scalar] = []
    settings: Settings = {}
    try:
        for record in _records(path):
            event = event_class.FromString(record)
            for value in event.summary.value:
                plugin = value.metadata.plugin_data
                if plugin.plugin_name == HYPERPARAMETERS and value.tag == STARTED:
                    started = hyperparameters_class.FromString(plugin.content).started
                    settings |= {item.key: _setting(item.value) for item in started.hparams}
                elif (number := _number(value)) is not None:
                    scalars.append(Scalar(value.tag, event.step, number))
            if len(scalars) > most:
                raise UserError(f"{path}: more than {most:,} scalars were logged; log an epoch's alone")
    except (DecodeError, UnicodeDecodeError, struct.error) as error:
        raise UserError(f"{path}: is damaged (a record is no event); take it out of the folder") from error
    return scalars, settings


def _records(path: Path) -> Iterator[bytes]:
    """The records that are small enough: a length, its checksum, so many bytes, and their checksum."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while len(head := file.read(12)) == 12:
            (length,) = struct.unpack("<Q", head[:8])
            if _checksum(head[:8]) != head[8:]:
                raise UserError(f"{path}: is damaged at byte {file.tell() - 12}; take it out of the folder")
            if file.tell() + length + 4 > size:
                return
            if length > LARGEST_RECORD:
                file.seek(length + 4, 1)
                continue
            record, checksum = file.read(length), file.read(4)
            if _checksum(record) != checksum:
                raise UserError(f"{path}: is damaged before byte {file.tell()}; take it out of the folder")
            yield record


def _number(value: Any) -> float | None:
    """The number of a scalar; None where it is none."""
    if value.HasField("simple_value"):
        return _shortest(value.simple_value)
    tensor = value.tensor
    if tensor.dtype not in (FLOAT, DOUBLE):
        return None
    numbers = list(tensor.float_val if tensor.dtype == FLOAT else tensor.double_val)
    if tensor.content:
        width, form = (4, "f") if tensor.dtype == FLOAT else (8, "d")
        numbers = list(struct.unpack(f"<{form}", tensor.content)) if len(tensor.content) == width else []
    if len(numbers) != 1:
        return None
    return _shortest(numbers[0]) if tensor.dtype == FLOAT else float(numbers[0])


def _shortest(number: float) -> float:
    """The number that a float of 32 bits was written for: 0.7, and not 0.699999988079071."""
    return float(str(np.float32(number)))


def _setting(value: Any) -> float | str | bool:
    if value.HasField("text"):
        return str(value.text)
    return bool(value.flag) if value.HasField("flag") else float(value.number)


# ---------------------------------------------------------------- checksums


@cache
def _table() -> tuple[int, ...]:
    """What each byte does to a checksum: CRC-32C, which zlib does not know."""
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


def _checksum(data: bytes) -> bytes:
    """The masked CRC-32C of data, as it stands in a file."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


# ---------------------------------------------------------------- messages


@cache
def _message_class(name: str) -> Any:
    """The class of one of MESSAGES."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"events.{name}"))


@cache
def _pool() -> Any:
    """MESSAGES as protobuf has them, apart from those of any other program's."""
    from google.protobuf import descriptor_pb2, descriptor_pool

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="events")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for text in fields.split():
            field, number, kind = text.split(":")
            label = kinds.LABEL_REPEATED if kind.endswith("*") else kinds.LABEL_OPTIONAL
            added = message.field.add(name=field, number=int(number), label=label)
            if (kind := kind.rstrip("*")) in MESSAGES:
                added.type, added.type_name = kinds.TYPE_MESSAGE, f".events.{kind}"
            else:
                added.type = getattr(kinds, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool

"""Writes pickles by hand, opcode by opcode: what the original's look like, and what nobody should.

Values are plain data and three records: `Call` (a name of a module, used on values), `Module` (a
persistent object of the original, its source text left out) and NumPy arrays, which become torch's
tensors. Nothing that a pickle names has to exist here.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
STORAGES = {"f4": "FloatStorage", "f8": "DoubleStorage", "f2": "HalfStorage", "i8": "LongStorage"}


@dataclass
class Call:
    """`module.name(*values)`."""

    module: str
    name: str
    values: tuple[Any, ...] = ()


@dataclass
class Name:
    """`module.name`, unused."""

    module: str
    name: str


@dataclass
class Module:
    """A network or a part of one."""

    kind: str
    state: dict[str, Any]


@dataclass
class Address:
    """A persistent id."""

    value: Any


@dataclass
class Raw:
    """Opcodes as they are."""

    opcodes: bytes


@dataclass
class Tensor:
    """A view of stored numbers, to be described as wished."""

    values: np.ndarray
    offset: int = 0
    shape: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None
    count: int | None = None


def dump(value: Any, *, buffers: str = "stream") -> bytes:
    """Return the pickle of a value (protocol 3).

    Args:
        value: what to write.
        buffers: how tensors' bytes are saved, `stream` (torch 1.5 and before) or `archive`.
    """
    return b"\x80\x03" + _code(value, buffers) + b"."


def _code(value: Any, buffers: str) -> bytes:
    def code(one: Any) -> bytes:
        return _code(one, buffers)

    match value:
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            content = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
            return b"\x8a" + bytes([len(content)]) + content
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            content = value.encode()
            return b"X" + struct.pack("<I", len(content)) + content
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case tuple():
            return b"(" + b"".join(map(code, value)) + b"t"
        case list():
            return b"](" + b"".join(map(code, value)) + b"e"
        case dict():
            return b"}(" + b"".join(code(k) + code(v) for k, v in value.items()) + b"u"
        case Call():
            return f"c{value.module}\n{value.name}\n".encode() + code(value.values) + b"R"
        case Name():
            return f"c{value.module}\n{value.name}\n".encode()
        case Address():
            return code(value.value) + b"Q"
        case Raw():
            return value.opcodes
        case Module():
            told = {
                "type": "class",
                "version": 6,
                "module_src": "",
                "class_name": value.kind,
                "state": value.state,
            }
            return code(Call("torch_utils.persistence", "_reconstruct_persistent_obj", (told,)))
        case np.generic():
            return _scalar(value)
        case np.ndarray():
            tensor = code(Tensor(value))
            return (
                b"ctorch._utils\n_rebuild_parameter\n("
                + tensor
                + b"\x89"
                + code(Call("collections", "OrderedDict"))
                + b"tR"
            )
        case Tensor():
            return _tensor(value, buffers)
    raise TypeError(type(value))


def _scalar(value: np.generic) -> bytes:
    kind = value.dtype.str[1:]
    dtype = _code(Call("numpy", "dtype", (kind, False, True)), "stream")
    state = _code((3, "<", None, None, None, -1, -1, 0), "stream")
    return (
        b"cnumpy.core.multiarray\nscalar\n("
        + dtype
        + state
        + b"b"
        + _code(value.tobytes(), "stream")
        + b"tR"
    )


def _tensor(tensor: Tensor, buffers: str) -> bytes:
    values = np.asarray(tensor.values, order="C")
    shape = values.shape if tensor.shape is None else tensor.shape
    strides = tensor.strides
    if strides is None:
        strides = tuple(int(np.prod(shape[k + 1 :], dtype=int)) for k in range(len(shape)))
    storage = Call(
        "torch.storage",
        "_load_from_bytes",
        (saved_storage(values, tensor.count, buffers),),
    )
    return _code(
        Call(
            "torch._utils",
            "_rebuild_tensor_v2",
            (storage, tensor.offset, shape, strides, False, Call("collections", "OrderedDict")),
        ),
        buffers,
    )


def saved_storage(values: np.ndarray, count: int | None = None, layout: str = "stream") -> bytes:
    """Return what torch saves of a storage.

    Args:
        values: its numbers.
        count: how many it claims to have; as many as there are by default.
        layout: `stream` or `archive`.
    """
    count = values.size if count is None else count
    kind = STORAGES[values.dtype.str[1:]]
    storage = Address(("storage", Name("torch", kind), "0", "cpu", count, None))
    if layout == "archive":
        storage.value = storage.value[:5]
        return archive({"data.pkl": dump(storage), "data/0": values.tobytes()})
    return stream(storage, {"0": values.tobytes()}, count)


def stream(value: Any, storages: dict[str, bytes], count: int) -> bytes:
    """Return the older layout of torch's files: five pickles, then the numbers."""
    machine = {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"int": 4}}
    parts = [dump(MAGIC), dump(VERSION), dump(machine), dump(value), dump(list(storages))]
    parts += [struct.pack("<q", count) + content for content in storages.values()]
    return b"".join(parts)


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return the newer layout of torch's files: an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in files.items():
            target.writestr(f"archive/{name}", content)
    return buffer.getvalue()

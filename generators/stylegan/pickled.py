"""Tensors, storages, arrays and networks as a pickle describes them: records, nothing alive.

A tensor is checked against the bytes behind it before it becomes an array: shape, strides and
offset must lie inside its storage, and it must not be larger than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.stylegan.allowance import refuse
from generators.stylegan.pickle_machine import Unfinished

MOST_AXES = 8
MOST_NUMBERS = 2**31
"""In one tensor or array; no file that is read has as many bytes."""
_BRAIN = "bfloat16"
STORAGES: Mapping[str, str] = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": _BRAIN,
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
"""torch's storages and how their numbers lie in memory, little end first."""
NUMPY_KINDS = frozenset(["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"])


def number_size(kind: str) -> int:
    """Return the bytes of one number of a kind in `STORAGES`."""
    return 2 if kind == _BRAIN else np.dtype(kind).itemsize


@dataclass(eq=False)
class PickledStorage:
    """Numbers in a row.

    Attributes:
        kind: one of the values of `STORAGES`.
        count: how many numbers.
        content: their bytes; None until the file has been read that far.
    """

    kind: str
    count: int
    content: memoryview | None = None


@dataclass(frozen=True, eq=False)
class PickledTensor:
    """A view of a storage: offset, shape and strides in numbers; None of it is trusted yet."""

    storage: PickledStorage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> NDArray[Any]:
        """Return the numbers as a new array of this shape; 16-bit brain floats as float32.

        Raises:
            EffaceError: shape, strides or offset reach beyond the storage.
        """
        require_size(self.shape)
        storage = self.storage
        count = math.prod(self.shape)
        last = self.offset + sum(
            (size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True)
        )
        if storage.content is None or count > storage.count or (count and last >= storage.count):
            raise refuse(
                f"a tensor of shape {list(self.shape)} reaches beyond its "
                f"{storage.count:,} stored numbers"
            )
        kind = "<u2" if storage.kind == _BRAIN else storage.kind
        flat = np.frombuffer(storage.content, kind, storage.count)
        size = flat.itemsize
        view = np.lib.stride_tricks.as_strided(
            flat[self.offset :] if count else flat[:0],
            self.shape,
            # Strides that nothing walks may be of any size, and NumPy does not take any.
            [
                stride * size if count and places > 1 else 0
                for places, stride in zip(self.shape, self.strides, strict=True)
            ],
            writeable=False,
        )
        if storage.kind == _BRAIN:
            # The upper half of a float32.
            return (view.astype(np.uint32) << 16).view(np.float32)
        return view.copy()


@dataclass(frozen=True, eq=False)
class PickledModule:
    """A network or a part of one: the name of its class, and its state by name."""

    kind: str
    state: Mapping[str, Any]


@dataclass(eq=False)
class PickledNumbers(Unfinished):
    """NumPy's dtype."""

    code: str
    order: str = "<"

    def fill(self, state: Any) -> None:
        """Take the byte order, the second of what NumPy writes."""
        if type(state) is not tuple or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise refuse("this pickle is damaged: a dtype of NumPy has no byte order")
        self.order = state[1]

    def dtype(self) -> np.dtype[Any]:
        """Return NumPy's own."""
        return np.dtype(self.order + self.code)


def whole_numbers(values: Any, name: str) -> tuple[int, ...]:
    """Return a short tuple of sizes, each 0 or more and less than 2⁶².

    Args:
        values: what the pickle has.
        name: of what it belongs to, for the error.

    Raises:
        EffaceError: it is something else.
    """
    if (
        type(values) is not tuple
        or len(values) > MOST_AXES
        or any(type(value) is not int or not 0 <= value < 2**62 for value in values)
    ):
        raise refuse(f"this pickle is damaged: '{name}' is given no sizes where they belong")
    return values


def require_size(shape: tuple[int, ...]) -> None:
    """Refuse a shape that NumPy cannot have: it multiplies even the axes beside one of 0.

    Raises:
        EffaceError: the axes that are not 0 hold more than `MOST_NUMBERS`.
    """
    if math.prod(size or 1 for size in shape) > MOST_NUMBERS:
        raise refuse(f"an array of shape {list(shape)} is larger than any of the original's")


def require(value: Any, kind: type, name: str) -> None:
    """Refuse a value that is of another kind.

    Args:
        value: what the pickle has.
        kind: what belongs there.
        name: of what it is given to.

    Raises:
        EffaceError: it is of another kind.
    """
    if not isinstance(value, kind):
        raise refuse(f"this pickle is damaged: '{name}' is given a {type(value).__name__}")


@dataclass(eq=False)
class PickledArray(Unfinished):
    """NumPy's array, empty until it is filled."""

    values: NDArray[Any] | None = None

    def fill(self, state: Any) -> None:
        """Take (version, shape, dtype, whether columns come first, bytes)."""
        if type(state) is not tuple or len(state) != 5 or type(state[4]) is not bytes:
            raise refuse("this pickle is damaged: an array of NumPy is not as NumPy writes it")
        _, shape, numbers, columns_first, content = state
        require(numbers, PickledNumbers, "numpy.ndarray")
        sizes = whole_numbers(shape, "numpy.ndarray")
        require_size(sizes)
        dtype = numbers.dtype()
        if math.prod(sizes) * dtype.itemsize != len(content):
            raise refuse(f"an array of shape {list(sizes)} has {len(content):,} bytes behind it")
        flat = np.frombuffer(content, dtype)
        self.values = flat.reshape(sizes, order="F" if columns_first is True else "C")

"""What the names in StyleGAN2-ADA's pickles stand for, as plain data.

A closed list: torch's tensors, parameters and storages, NumPy's scalars and small arrays, ordered
dicts and sets, the original's own dict with attributes, and its *persistent object*, which carries
the source text of its class. The text is never looked at; the class's name and the state are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from generators.stylegan.allowance import Allowance, refuse, shown
from generators.stylegan.pickle_machine import StandIn, texts
from generators.stylegan.pickled import (
    NUMPY_KINDS,
    STORAGES,
    PickledArray,
    PickledModule,
    PickledNumbers,
    PickledStorage,
    PickledTensor,
    require,
    whole_numbers,
)


def _count(name: str, arguments: tuple[Any, ...], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        raise refuse(f"this pickle is damaged: '{name}' is given {len(arguments)} values")


_ENTRY = 128
"""Bytes of an entry of Python's dicts and sets at most: a set that has just grown takes 105."""


def _ordered_dict(allowance: Allowance, arguments: tuple[Any, ...]) -> dict[str, Any]:
    _count("OrderedDict", arguments, 0, 1)
    table: dict[str, Any] = {}
    if not arguments:
        return table
    require(arguments[0], list, "OrderedDict")
    allowance.copy(_ENTRY * len(arguments[0]))
    for pair in arguments[0]:
        if type(pair) not in (list, tuple) or len(pair) != 2 or type(pair[0]) is not str:
            raise refuse("this pickle is damaged: an ordered dict has no pairs of name and value")
        table[pair[0]] = pair[1]
    return table


def _set(allowance: Allowance, arguments: tuple[Any, ...]) -> set[str]:
    _count("set", arguments, 0, 1)
    if not arguments:
        return set()
    require(arguments[0], list, "set")
    allowance.copy(_ENTRY * len(arguments[0]))
    return set(texts(arguments[0]))


def _encoded(allowance: Allowance, arguments: tuple[Any, ...]) -> bytes:
    _count("_codecs.encode", arguments, 1, 2)
    require(arguments[0], str, "_codecs.encode")
    if arguments[1:] not in ((), ("latin1",), ("latin-1",)):
        raise refuse("this pickle writes bytes in an encoding that Python's pickles never use")
    allowance.copy(len(arguments[0]))
    try:
        return arguments[0].encode("latin-1")
    except UnicodeEncodeError:
        raise refuse("this pickle is damaged: text for bytes") from None


def _tensor(_: Allowance, arguments: tuple[Any, ...]) -> PickledTensor:
    name = "torch._utils._rebuild_tensor_v2"
    _count(name, arguments, 6, 7)
    storage, offset, shape, strides = arguments[:4]
    require(storage, PickledStorage, name)
    (offset,) = whole_numbers((offset,), name)
    shape, strides = whole_numbers(shape, name), whole_numbers(strides, name)
    if len(shape) != len(strides):
        raise refuse("this pickle is damaged: a tensor has more axes than strides, or fewer")
    return PickledTensor(storage, offset, shape, strides)


def _parameter(_: Allowance, arguments: tuple[Any, ...]) -> PickledTensor:
    _count("torch._utils._rebuild_parameter", arguments, 3, 4)
    require(arguments[0], PickledTensor, "torch._utils._rebuild_parameter")
    tensor: PickledTensor = arguments[0]
    return tensor


def _persistent_object(_: Allowance, arguments: tuple[Any, ...]) -> PickledModule:
    name = "_reconstruct_persistent_obj"
    _count(name, arguments, 1, 1)
    meta = arguments[0]
    require(meta, dict, name)
    kind, state = meta.get("class_name"), meta.get("state")
    require(kind, str, name)
    require(state, dict, name)
    require(meta.get("module_src", ""), str, name)
    if meta.get("type") != "class":
        raise refuse(f"this pickle has a persistent object of kind '{shown(meta.get('type'))}'")
    return PickledModule(kind, state)


def _numbers(_: Allowance, arguments: tuple[Any, ...]) -> PickledNumbers:
    _count("numpy.dtype", arguments, 1, 3)
    if type(arguments[0]) is not str or arguments[0] not in NUMPY_KINDS:
        raise refuse(f"this pickle has numbers of NumPy's kind '{shown(arguments[0])}'")
    return PickledNumbers(arguments[0])


def _scalar(_: Allowance, arguments: tuple[Any, ...]) -> float:
    name = "numpy.core.multiarray.scalar"
    _count(name, arguments, 2, 2)
    require(arguments[0], PickledNumbers, name)
    require(arguments[1], bytes, name)
    dtype = arguments[0].dtype()
    if len(arguments[1]) != dtype.itemsize:
        raise refuse("this pickle is damaged: a number of NumPy has too many bytes, or too few")
    return float(np.frombuffer(arguments[1], dtype)[0])


def _array(_: Allowance, arguments: tuple[Any, ...]) -> PickledArray:
    _count("numpy.core.multiarray._reconstruct", arguments, 3, 3)
    return PickledArray()


def _name_only(name: str) -> StandIn:
    def make(_: Allowance, __: tuple[Any, ...]) -> Any:
        raise refuse(f"this pickle would make a bare '{name}'")

    return make


NAMES: Mapping[tuple[str, str], StandIn] = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("dnnlib.util", "EasyDict"): _ordered_dict,
    ("dnnlib", "EasyDict"): _ordered_dict,
    ("builtins", "set"): _set,
    ("__builtin__", "set"): _set,
    ("_codecs", "encode"): _encoded,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): _persistent_object,
    ("numpy", "dtype"): _numbers,
    ("numpy", "ndarray"): _name_only("numpy.ndarray"),
    **{
        (f"numpy.{core}.multiarray", name): stand_in
        for core in ("core", "_core")
        for name, stand_in in (("scalar", _scalar), ("_reconstruct", _array))
    },
    **{
        (module, name): _name_only(f"torch.{name}")
        for module in ("torch", "torch.cuda")
        for name in STORAGES
    },
}
"""(module, name) to what it stands for; `saved.py` adds the loader of what torch saved."""

"""A pickle read as data: what it says is written down, and nothing that it asks for is done.

Python's own reader calls whatever a pickle names, so a pickle is a program. Here the opcodes
(PEP 307, PEP 3154; split from the bytes by `pickletools`, which runs nothing) build plain values
alone: numbers, text, bytes, lists, tuples, sets of text, dicts with text for keys. A name of a
module is looked up in a closed vocabulary of stand-ins, which are functions of ours from plain
values to plain values; any other name ends the reading before anything is built on it. Nothing is
imported, no attribute is set and no method of a value is called.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Mapping
from typing import Any

from generators.stylegan.allowance import Allowance, refuse
from generators.stylegan.pickle_machine import Machine, StandIn, texts

MOST_BITS = 128
"""Of a whole number; the longest that torch writes has 80."""


def _whole(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise refuse(f"this pickle has a whole number of {value.bit_length():,} bits")
    return value


Step = Callable[[Machine, Any], None]


def _push(convert: Callable[[Any], Any]) -> Step:
    return lambda m, argument: m.stack.append(convert(argument))


def _wrap(count: int) -> Step:
    def step(m: Machine, _: Any) -> None:
        values = [m.pop() for _ in range(count)]
        m.stack.append(tuple(reversed(values)))

    return step


def _append(m: Machine, _: Any) -> None:
    value = m.pop()
    m.top(list).append(value)


def _set_item(m: Machine, _: Any) -> None:
    value, key = m.pop(), m.pop()
    m.set_items([key, value])


def _append_all(m: Machine, _: Any) -> None:
    values = m.to_mark()
    m.top(list).extend(values)


def _add_all(m: Machine, _: Any) -> None:
    values = texts(m.to_mark())
    m.top(set).update(values)


def _stack_global(m: Machine, _: Any) -> None:
    name, module = m.pop(), m.pop()
    m.stack.append(m.known(module, name))


def _global(m: Machine, argument: Any) -> None:
    module, _, name = argument.partition(" ")
    m.stack.append(m.known(module, name))


def _instance(m: Machine, argument: Any) -> None:
    _global(m, argument)
    raise refuse("this pickle makes an instance in the manner of Python 2's classes")


def _twice(m: Machine, _: Any) -> None:
    value = m.pop()
    m.stack += [value, value]


def _dict(m: Machine, _: Any) -> None:
    values = m.to_mark()
    m.stack.append({})
    m.set_items(values)


def _set_items(m: Machine, _: Any) -> None:
    values = m.to_mark()
    m.set_items(values)


def _same(names: str, step: Step) -> dict[str, Step]:
    return dict.fromkeys(names.split(), step)


_STEPS: Mapping[str, Step] = {
    "PROTO": lambda m, _: None,
    "FRAME": lambda m, _: None,
    "MARK": lambda m, _: m.mark(),
    "POP": lambda m, _: m.discard(),
    "POP_MARK": lambda m, _: m.to_mark().clear(),
    "DUP": _twice,
    "NONE": _push(lambda _: None),
    "NEWTRUE": _push(lambda _: True),
    "NEWFALSE": _push(lambda _: False),
    **_same("INT LONG BININT BININT1 BININT2 LONG1 LONG4", _push(_whole)),
    **_same("FLOAT BINFLOAT", _push(float)),
    **_same("UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8", _push(str)),
    **_same("STRING BINSTRING SHORT_BINSTRING", _push(str)),
    **_same("BINBYTES SHORT_BINBYTES BINBYTES8", _push(bytes)),
    "EMPTY_LIST": _push(lambda _: []),
    "EMPTY_DICT": _push(lambda _: {}),
    "EMPTY_SET": _push(lambda _: set()),
    "EMPTY_TUPLE": _push(lambda _: ()),
    "LIST": lambda m, _: m.stack.append(m.to_mark()),
    "DICT": _dict,
    "TUPLE": lambda m, _: m.stack.append(tuple(m.to_mark())),
    "TUPLE1": _wrap(1),
    "TUPLE2": _wrap(2),
    "TUPLE3": _wrap(3),
    "APPEND": _append,
    "APPENDS": _append_all,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "ADDITEMS": _add_all,
    **_same("GET BINGET LONG_BINGET", lambda m, at: m.get(at)),
    **_same("PUT BINPUT LONG_BINPUT", lambda m, at: m.put(at)),
    "MEMOIZE": lambda m, _: m.put(None),
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "INST": _instance,
    "REDUCE": lambda m, _: m.call(),
    "NEWOBJ": lambda m, _: m.call(),
    "BUILD": lambda m, _: m.fill(),
    "PERSID": lambda m, address: m.refer(address),
    "BINPERSID": lambda m, _: m.refer(m.pop()),
}


def read_pickle(
    stream: io.BytesIO,
    vocabulary: Mapping[tuple[str, str], StandIn],
    allowance: Allowance,
    persistent: Callable[[Any], Any] | None = None,
) -> Any:
    """Return the value that a pickle describes, as plain data; the stream stands behind it then.

    Args:
        stream: where the pickle begins.
        vocabulary: (module, name) to what it stands for.
        allowance: what reading may cost.
        persistent: what a persistent id stands for.

    Raises:
        EffaceError: it is no pickle, is cut short or damaged, uses a name outside the vocabulary
            or an opcode that none of torch's and NumPy's pickles uses, or costs too much.
    """
    machine = Machine(vocabulary, persistent, allowance)
    opcodes = pickletools.genops(stream)
    while True:
        try:
            opcode, argument, _ = next(opcodes)
        except (ValueError, OverflowError, MemoryError):
            raise refuse("this is no pickle, or it is cut short or damaged") from None
        allowance.step()
        if opcode.name == "STOP":
            return machine.pop()
        step = _STEPS.get(opcode.name)
        if step is None:
            raise refuse(f"this pickle uses {opcode.name}, which those of the original never do")
        step(machine, argument)

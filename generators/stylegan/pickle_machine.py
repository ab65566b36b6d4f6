"""The machine that a pickle drives, with plain values on its stack and nothing that can be run.

A name of a module becomes a stand-in from a closed vocabulary, or ends the reading. `unpickle.py`
says which opcode does what.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generators.stylegan.allowance import Allowance, refuse, shown

StandIn = Callable[[Allowance, tuple[Any, ...]], Any]
"""What a name stands for: plain values out of plain values."""


class Unfinished(ABC):
    """A value that a pickle makes first and fills in afterwards."""

    @abstractmethod
    def fill(self, state: Any) -> None:
        """Take the rest.

        Raises:
            EffaceError: it is not what belongs there.
        """


@dataclass(frozen=True, eq=False)
class Known:
    """A name of the vocabulary as it lies on the reader's stack."""

    name: str
    make: StandIn


class _Mark:
    """Where a list, tuple or dict begins on the stack."""


_MARK = _Mark()


@dataclass(eq=False)
class Machine:
    """One stream while it is read: the stack and memory that PEP 307 describes.

    Attributes:
        vocabulary: (module, name) to its stand-in.
        persistent: what a persistent id stands for; None where there are none.
        allowance: what may still be spent.
        stack, memo: the pickle machine's.
    """

    vocabulary: Mapping[tuple[str, str], StandIn]
    persistent: Callable[[Any], Any] | None
    allowance: Allowance
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def pop(self) -> Any:
        """Take the topmost value."""
        if not self.stack:
            raise refuse("this pickle is damaged: it takes a value that it never made")
        value = self.stack.pop()
        if isinstance(value, _Mark):
            raise refuse("this pickle is damaged: it takes a mark for a value")
        return value

    def mark(self) -> None:
        """Begin a list, tuple or dict."""
        self.stack.append(_MARK)

    def to_mark(self) -> list[Any]:
        """Take everything above the topmost mark."""
        for at in range(len(self.stack) - 1, -1, -1):
            if isinstance(self.stack[at], _Mark):
                values = self.stack[at + 1 :]
                del self.stack[at:]
                return values
        raise refuse("this pickle is damaged: a mark is missing")

    def top(self, kind: type) -> Any:
        """Return the topmost value without taking it; it must be of a kind."""
        if not self.stack or type(self.stack[-1]) is not kind:
            raise refuse(f"this pickle is damaged: it fills a {kind.__name__} that is not there")
        return self.stack[-1]

    def known(self, module: object, name: object) -> Known:
        """Return the stand-in of a name.

        Raises:
            EffaceError: it is not in the vocabulary.
        """
        full = f"{shown(module)}.{shown(name)}"
        if not isinstance(module, str) or not isinstance(name, str):
            raise refuse("this pickle is damaged: it names something by what is no text")
        stand_in = self.vocabulary.get((module, name))
        if stand_in is None:
            raise refuse(
                f"this pickle asks for '{full}', which is none of the names in StyleGAN2-ADA's "
                "pickles; nothing of it was run or taken"
            )
        return Known(full, stand_in)

    def call(self) -> None:
        """Put the data in place that a known name makes of its arguments (REDUCE, NEWOBJ)."""
        arguments, what = self.pop(), self.pop()
        if not isinstance(what, Known):
            raise refuse(f"this pickle would call a value of kind '{type(what).__name__}'")
        if type(arguments) is not tuple:
            raise refuse(f"this pickle is damaged: '{what.name}' is used without arguments")
        self.stack.append(what.make(self.allowance, arguments))

    def fill(self) -> None:
        """Give a value that is made in two steps its second half (BUILD)."""
        state = self.pop()
        value = self.stack[-1] if self.stack else None
        if not isinstance(value, Unfinished):
            kind = shown(value.name) if isinstance(value, Known) else type(value).__name__
            raise refuse(f"this pickle would set the inner state of '{kind}'")
        value.fill(state)

    def put(self, at: int | None) -> None:
        """Remember the topmost value under a number, or under the next."""
        value = self.pop()
        self.stack.append(value)
        at = len(self.memo) if at is None else at
        if not 0 <= at < 2**32:
            raise refuse("this pickle is damaged: a value is remembered under no number")
        self.memo[at] = value

    def get(self, at: int) -> None:
        """Put a remembered value on the stack again."""
        if at not in self.memo:
            raise refuse("this pickle is damaged: it recalls a value that it never made")
        self.stack.append(self.memo[at])

    def set_items(self, values: list[Any]) -> None:
        """Add pairs to the topmost dict; keys are text, so that hashing one is cheap."""
        table = self.top(dict)
        if len(values) % 2:
            raise refuse("this pickle is damaged: a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if type(key) is not str:
                raise refuse(f"this pickle has a key of kind '{type(key).__name__}', not text")
            table[key] = value

    def discard(self) -> None:
        """Drop the topmost value, or a mark."""
        if not self.stack:
            raise refuse("this pickle is damaged: it drops a value that it never made")
        self.stack.pop()

    def refer(self, address: Any) -> None:
        """Put what a persistent id stands for on the stack."""
        if self.persistent is None:
            raise refuse("this pickle points to data outside itself")
        self.stack.append(self.persistent(address))


def texts(values: list[Any]) -> list[str]:
    """Return the values, all of which must be text.

    Raises:
        EffaceError: one is not.
    """
    if any(type(value) is not str for value in values):
        raise refuse("this pickle has a set of something else than text")
    return values

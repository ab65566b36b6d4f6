"""What reading a pickle as data may cost, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from generators.errors import EffaceError, Fault


def refuse(message: str) -> EffaceError:
    """Return the error of a pickle that is not taken; whoever knows the file adds its name."""
    return EffaceError(Fault(message))


def shown(name: object) -> str:
    """Return a name out of a pickle on one line, in ASCII and cut to a length that can be read."""
    text = ascii(name)[1:-1] if isinstance(name, str) else type(name).__name__
    return text if len(text) <= 80 else text[:77] + "..."


@dataclass
class Allowance:
    """What reading a file may still cost, shared by every stream that is nested in it.

    The largest public pickle of the original (three networks at 1024 pixels) takes 60,000 opcodes
    and copies each tensor's bytes once; its streams lie one deep.

    Attributes:
        copied: how many more bytes are made out of what is there.
        opcodes: how many more are read.
        depth: how many streams may still lie inside one another.
    """

    copied: int
    opcodes: int = 1_000_000
    depth: int = 4

    def step(self) -> None:
        """Count an opcode.

        Raises:
            EffaceError: there are too many.
        """
        self.opcodes -= 1
        if self.opcodes < 0:
            raise refuse("this pickle has more steps than any of the original's")

    def copy(self, size: int) -> None:
        """Count bytes that are about to be made.

        Raises:
            EffaceError: they are too many.
        """
        self.copied -= size
        if self.copied < 0:
            raise refuse("this pickle unfolds to far more than it holds")

    def enter(self) -> None:
        """Count the beginning of a stream inside a stream.

        Raises:
            EffaceError: they lie too deep.
        """
        self.depth -= 1
        if self.depth < 0:
            raise refuse("this pickle has pickles inside pickles, deeper than the original's")

    def leave(self) -> None:
        """Count the end of a stream inside a stream."""
        self.depth += 1

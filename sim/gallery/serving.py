"""What the two ends of a gallery in a process of its own say to each other, and the far end itself.

A message is a pickle with the arrays in it set apart (pickle protocol 5), each behind its length,
so that every byte is read into the block that becomes its array: no stream buffer keeps a piece of
a template. It passes between a process and the child that it started, and no other.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from io import FileIO
from typing import Any

_LENGTH = struct.Struct("<Q")


def send(stream: FileIO, message: Any) -> None:
    """Write a message.

    Args:
        stream: an unbuffered pipe.
        message: what can be pickled.

    Raises:
        BrokenPipeError: the other end is gone.
    """
    apart: list[pickle.PickleBuffer] = []
    head = pickle.dumps(message, protocol=5, buffer_callback=apart.append)
    parts = [memoryview(head), *(part.raw() for part in apart)]
    lengths = b"".join(_LENGTH.pack(length) for length in (len(parts), *map(len, parts)))
    for left in (memoryview(lengths), *parts):
        while left.nbytes:
            left = left[stream.write(left) :]


def receive(stream: FileIO) -> Any:
    """Read a message.

    Raises:
        EOFError: the other end is gone.
    """
    (count,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    lengths = [_LENGTH.unpack(_read(stream, _LENGTH.size))[0] for _ in range(count)]
    head, *apart = [_read(stream, length) for length in lengths]
    return pickle.loads(head, buffers=apart)


def serve() -> None:
    """Be the far end: make what the first message says, then answer calls until the pipe closes.

    A call is (name, arguments, keywords); an answer (True, result) or (False, the exception). An
    attribute is called by its name with None for arguments.
    """
    asked, answers = FileIO(0, "rb"), FileIO(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints must not get between the answers
    made: Any = None
    while True:
        try:
            call = receive(asked)
        except EOFError:
            return
        if made is None:
            make, args, named = call
            answer = _answer(lambda: make(*args, **named))  # noqa: B023
            if answer[0]:
                made, answer = answer[1], (True, None)
        else:
            answer = _answer(lambda: _called(made, *call))  # noqa: B023
        try:
            send(answers, answer)
        except BrokenPipeError:  # nobody waits for it any more
            return
        del call, answer


def _called(made: Any, name: str, args: tuple[Any, ...] | None, named: dict[str, Any]) -> Any:
    member = getattr(made, name)
    return member if args is None else member(*args, **named)


def _answer(act: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return True, act()
    except Exception as error:
        error.__traceback__ = None  # its frames hold what was worked on
        return False, error


def _read(stream: FileIO, length: int) -> bytearray:
    block = bytearray(length)
    left = memoryview(block)
    while left.nbytes:
        got = stream.readinto(left)
        if not got:
            raise EOFError
        left = left[got:]
    return block


if __name__ == "__main__":
    serve()

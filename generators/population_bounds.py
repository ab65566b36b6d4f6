"""Refusing what a caller of `generators.population` may get wrong and NumPy would let through.

A negative index counts from the end, and a word that no branch knows takes the last one; both
give an answer to a question that nobody asked.
"""

from __future__ import annotations

import numpy as np

from generators.errors import Fault, PopulationError


def refuse_outside(key: str, found: object, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number from `least` to `most`; NumPy's integers are whole.

    Raises:
        PopulationError: it is not; `key` says what it is about.
    """
    bounds = f"{least} or more" if most is None else f"{least} to {most}"
    if not isinstance(found, int | np.integer) or isinstance(found, bool):
        message = f"{key} is no whole number"
    elif found < least or (most is not None and found > most):
        message = f"{key} is out of bounds"
    else:
        return
    raise PopulationError(
        Fault(message, key=key, found=str(found), expected=f"a whole number, {bounds}")
    )


def refuse_beyond(key: str, found: object, size: int) -> None:
    """Refuse an index that is not one of 0 to `size` − 1.

    Raises:
        PopulationError: it is not; `key` says what it counts.
    """
    refuse_outside(key, found, 0, size - 1)


def refuse_other(key: str, found: str, known: tuple[str, ...]) -> None:
    """Refuse a word that is none of the known ones.

    Raises:
        PopulationError: it is not; `key` says what it is about.
    """
    if found not in known:
        raise PopulationError(
            Fault(f"unknown {key}", key=key, found=str(found), expected=", ".join(known))
        )

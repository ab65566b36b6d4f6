"""A module of the original as its pickle describes it, from which one thing after another is taken.

What is left over at the end is something that our networks do not have, so the pictures would be
others: `leftovers` says what.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError
from generators.stylegan.allowance import refuse, shown
from generators.stylegan.pickled import PickledModule, PickledTensor, number_size


class OfficialPart:
    """A module of the original and what has been taken from it.

    Args:
        path: its place in the pickle (`G_ema.synthesis.b64`).
        module: as the pickle has it.
        spare: bytes that tensors may still take; the tensors of a file are no more than the file.
    """

    def __init__(self, path: str, module: object, spare: list[int]) -> None:
        if not isinstance(module, PickledModule):
            raise refuse(f"{path} is no network: {type(module).__name__}")
        self.path, self.kind, self.spare = path, module.kind, spare
        self.attributes = module.state
        tables = (module.state.get(f"_{kind}") for kind in ("parameters", "buffers", "modules"))
        parameters, buffers, modules = (table if type(table) is dict else {} for table in tables)
        self.tensors = {name: v for name, v in {**parameters, **buffers}.items() if v is not None}
        self.modules = {name: v for name, v in modules.items() if v is not None}
        self.parts: list[OfficialPart] = []

    def part(self, name: str) -> OfficialPart:
        """Take a module inside this one."""
        if name not in self.modules:
            raise refuse(f"{self.path} has no {name}, as StyleGAN2-ADA's has")
        part = OfficialPart(f"{self.path}.{name}", self.modules.pop(name), self.spare)
        self.parts.append(part)
        return part

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Take a parameter or buffer, as float32."""
        found = self.tensors.pop(name, None)
        if not isinstance(found, PickledTensor):
            raise refuse(f"{self.path} has no tensor {name}, as StyleGAN2-ADA's has")
        self.spare[0] -= math.prod(found.shape) * number_size(found.storage.kind)
        if self.spare[0] < 0:
            raise refuse(f"{self.path}.{name}: the file's tensors are larger than the file")
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # refused later, as not finite
                return found.array().astype(np.float32)
        except EffaceError as error:
            raise refuse(f"{self.path}.{name}: {error.faults[0].message}") from None

    def whole(self, name: str, least: int, most: int) -> int:
        """Return an attribute that is a whole number."""
        value = self.attributes.get(name)
        if type(value) is not int or not least <= value <= most:
            raise refuse(f"{self.path} has no {name} between {least} and {most:,}")
        return value

    def only(self, name: str, *allowed: object) -> Any:
        """Return an attribute that must have one of these values."""
        value = self.attributes.get(name)
        if type(value) not in (str, bool, int, float, type(None)) or value not in allowed:
            kinds = " or ".join(str(one) for one in allowed)
            raise refuse(
                f"{self.path} has {name} = {shown(value) if isinstance(value, str) else value!r}, "
                f"and only {kinds} can be taken over"
            )
        return value

    def number(self, name: str) -> float:
        """Return an attribute that is a positive number."""
        value = self.attributes.get(name)
        if not isinstance(value, (int, float)) or not 0 < value < 1e6:
            raise refuse(f"{self.path} has no {name} above 0")
        return float(value)

    def number_or_none(self, name: str) -> float | None:
        """Return an attribute that is a positive number or None."""
        return None if self.attributes.get(name) is None else self.number(name)

    def leftovers(self) -> Iterator[str]:
        """Yield the paths of all that has not been taken."""
        yield from (f"{self.path}.{shown(name)}" for name in (*self.tensors, *self.modules))
        for part in self.parts:
            yield from part.leftovers()

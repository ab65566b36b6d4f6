"""Parameters of the operator that are each possible and cannot all hold at once.

The table's own bounds judge one parameter at a time (`sim.parameters`); this judges them together,
before anything is run or written.
"""

from __future__ import annotations

from collections.abc import Mapping

from generators.errors import Fault, ParameterError
from sim.operator.gallery_shares import rest_of_world
from sim.operator.signals import Signals


def require_possible(parameters: Mapping[str, float]) -> None:
    """Refuse parameters that cannot hold together.

    Raises:
        ParameterError: shares of the gallery that sum to more than 1, a signal of residence that
            misleads; every fault at once.
    """
    faults: list[Fault] = []
    for read in (rest_of_world, Signals.of):
        try:
            read(parameters)
        except ParameterError as error:
            faults += error.faults
    if faults:
        raise ParameterError(faults)

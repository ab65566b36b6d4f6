"""One more person, who knows nobody: what tests of a model's laws add to a population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from generators.columns import COLUMNS
from generators.handles import MOST_NUMBER
from generators.keyed import Streams
from generators.names import name_codes

if TYPE_CHECKING:
    from generators.population import Population


def columns_with_newcomer(
    population: Population, jurisdiction: str, streams: Streams
) -> dict[str, NDArray[Any]]:
    """Return the columns with one more row, that of somebody like a resident drawn by key.

    The newcomer has a face, a name and handles of their own.

    Args:
        population: everybody else.
        jurisdiction: code of the residence.
        streams: `extra`, `identity`, `name`.

    Raises:
        PopulationError: an unknown code.
    """
    row = np.array([len(population)])
    residents = population.residents(jurisdiction)
    like = residents[int(streams.uniform("extra", row)[0] * residents.size)]
    columns = {
        name: np.concatenate((getattr(population, name), getattr(population, name)[like][None]))
        for name in COLUMNS
    }
    columns["identity"][-1] = streams.words("identity", row)[0]
    columns["name_code"][-1] = name_codes(streams, row)[0]
    columns["handle_number"][-1] = MOST_NUMBER - (len(population) - population.society)
    return columns

"""What all arms of a replication have in common, drawn once (`sim.model.shared_by_arms`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.operator.parts import Parts
from sim.people.finds import CandidateFinds
from sim.pixels.photos import ReplicationPhotos
from sim.tallies import Cells


@dataclass(frozen=True)
class Shared:
    """What all arms of a replication have in common; photos only where they are drawn.

    Attributes:
        population: the people.
        streams: the replication's streams.
        candidates: what a crawler could find.
        cells: the persons' cells.
        in_scope: who is a resident in scope, bool [n].
        parts: disjoint parts of the gallery, as finely as the arms tell faces apart.
        part: the part of each candidate find, uint16 [m].
        unhindered: residents in scope by photos found if nothing were kept out, at reading days.
        photos: the replication's templates.
    """

    population: Population
    streams: Streams
    candidates: CandidateFinds
    cells: Cells
    in_scope: NDArray[np.bool_]
    parts: Parts
    part: NDArray[np.uint16]
    unhindered: Mapping[int, NDArray[np.int64]]
    photos: ReplicationPhotos | None = None

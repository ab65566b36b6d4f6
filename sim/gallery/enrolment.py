"""What may be enrolled: new ids, each with one vector; all that is wrong is told at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.checks import checked_ids, checked_vectors, fault
from sim.gallery.gallery import GalleryError
from sim.gallery.register import UNKNOWN, Register


def checked_enrolment(
    register: Register, dimension: int, ids: NDArray[np.int64], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return ids int64 [n] and contiguous vectors float32 [n, dimension] that can be enrolled.

    Args:
        register: every id that was used before.
        dimension: numbers in a template.
        ids: as they were given.
        vectors: as they were given.

    Raises:
        GalleryError: see `Gallery.enrol`.
    """
    faults: list[Fault] = []
    count = None
    try:
        ids = checked_ids(ids)
        count = len(ids)
        if len(ids) and ids.min() < 0:
            faults.append(fault("ids of 0 or more", str(ids.min())))
        again = ids[register.where(ids) != UNKNOWN]
        if len(again):
            faults.append(fault("ids that were never used before", str(again[0])))
    except GalleryError as error:
        faults += error.faults
    try:
        vectors = checked_vectors(vectors, dimension)
        if count not in (None, len(vectors)):
            found = f"{count} ids, {len(vectors)} vectors"
            faults.append(fault("as many ids as vectors", found))
    except GalleryError as error:
        faults += error.faults
    if faults:
        raise GalleryError(faults)
    return ids, vectors

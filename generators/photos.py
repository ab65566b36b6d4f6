"""The rows that stand for photos: all that the model passes about a photo, at every fidelity."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PhotoRows:
    """Photos as columns, one element a photo (a face in a photo), all of length n.

    Attributes:
        photo: int64 id, ours, never reused.
        person: int64 row of the person in the population.
        day: int32 capture day, days since 2017-01-01.
        age: float32 age of the person on that day, years.
        quality: float32 in [0, 1]; 1 is a sharp, well-lit, frontal photo.
        group: int16 number of faces in the photo; 1 is a portrait.
    """

    photo: NDArray[np.int64]
    person: NDArray[np.int64]
    day: NDArray[np.int32]
    age: NDArray[np.float32]
    quality: NDArray[np.float32]
    group: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.photo)

    def taken(self, at: NDArray[np.integer]) -> PhotoRows:
        """Return the photos in these places, in this order.

        Args:
            at: int [m], each from 0 to below n.
        """
        return PhotoRows(*(getattr(self, field.name)[at] for field in fields(self)))

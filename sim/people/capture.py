"""When a photo was taken: some time before it is found.

A crawler finds what has been on the web for a while. The time from capture to find is exponential;
the capture day decides how old a person in the photo was, whether they were born, and where the
uploader lived.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams


def capture_days(
    streams: Streams,
    uploader: NDArray[np.integer[Any]],
    number: NDArray[np.integer[Any]],
    found: NDArray[np.integer[Any]],
    lag: float,
) -> NDArray[np.int32]:
    """Return the days on which photos were taken, int32 [m].

    Args:
        streams: the replication's streams.
        uploader: who posted each, [m].
        number: which of theirs, [m].
        found: day of the find, [m].
        lag: mean days from capture to find.
    """
    age = np.floor(lag * streams.exponential("photo.lag", uploader, number))
    return (found - age).astype(np.int32)


def captured_before(
    images: NDArray[np.float64], lag: float, days: NDArray[np.integer[Any]]
) -> NDArray[np.float64]:
    """Return the share of a gallery's photos that were taken before each of these days, [k].

    Args:
        images: images in the gallery by the start of each day, [T + 1].
        lag: mean days from capture to find.
        days: day numbers, [k].
    """
    found = np.diff(images) / images[-1]
    stays = math.exp(-1.0 / lag) if lag > 0.0 else 0.0
    # Found on day d or later and taken before it: each day of waiting multiplies by `stays`.
    later = np.zeros(len(images))
    for day in range(len(found) - 1, -1, -1):
        later[day] = stays * (found[day] + later[day + 1])
    inside = np.clip(days, 0, len(found))
    share = np.concatenate([[0.0], np.cumsum(found)])[inside] + later[inside]
    early = np.asarray(days) < 0
    if early.any():
        share[early] *= np.exp(np.asarray(days)[early] / lag) if lag > 0.0 else 0.0
    return share

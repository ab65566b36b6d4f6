"""Between the gallery in memory and its folder: what is written of segments, and what changes.

The files of every design are alike: a row a place, in order of place, with zeros where a template
was erased. So an erasure knows where to write without asking an index, and no format of an index
is ever read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.gallery.folder import GalleryFolder
from sim.gallery.gallery import Cost
from sim.gallery.journal import ID, SAMPLED, STATE, Change
from sim.gallery.register import Register, segment_and_place
from sim.gallery.segment import ERASED, Segment
from sim.gallery.staging import Arrays, SegmentArrays

How = Literal["in_place", "rewrite"]
"""How files come to be without what is erased: rows are overwritten where they are, under a
journal; or new files are written beside, and the old ones overwritten."""
HOWS: tuple[How, ...] = ("in_place", "rewrite")


def arrays_of(segments: Sequence[Segment]) -> list[SegmentArrays]:
    """Return segments as a folder keeps them."""
    return [_arrays(number, segment) for number, segment in enumerate(segments)]


def _arrays(number: int, segment: Segment) -> SegmentArrays:
    def columns(start: int) -> Arrays:
        told: Arrays = {
            ID: segment.ids[start:],
            STATE: segment.state[start:],
            SAMPLED: segment.sampled[start:],
        }
        return {**told, **segment.columns(start)}

    return SegmentArrays(
        number=number,
        generation=segment.generation,
        settled=segment.settled,
        sampled_and_gone=segment.sampled_and_gone,
        rows=segment.places,
        columns=columns,
        model=segment.shelf.model,
    )


def gone(register: Register, segments: Sequence[Segment]) -> NDArray[np.int64]:
    """Return the ids of erased templates that have no place any more, ascending, int64."""
    placed = [segment.ids[segment.state == ERASED] for segment in segments]
    return np.setdiff1d(register.erased(), np.concatenate(placed), assume_unique=True)


def changes_to(state: int, where: NDArray[np.int64]) -> list[Change]:
    """Return what changes in each segment when the templates at these spots get a state."""
    segment, place = segment_and_place(where)
    return [
        Change(number, state, place[segment == number]) for number in np.unique(segment).tolist()
    ]


def made_certain(
    folder: GalleryFolder | None, changes: Sequence[Change], how: How = "in_place"
) -> Cost:
    """Make changes certain in a folder, where there is one, so that memory can follow.

    Raises:
        GalleryError: no room, or the folder cannot be written; nothing has changed.
    """
    if folder is None:
        return Cost()
    if how == "rewrite":
        return folder.change_by_rewriting(changes)
    return folder.change_in_place(changes)

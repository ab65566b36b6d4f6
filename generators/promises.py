"""What holds for every picture of a face: what is said beside it, and who is never drawn.

Apart from `generators.faces`, so that whatever draws can import it without importing the door.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault
from generators.photos import PhotoRows

ADULT_AGE = 18
"""Years; younger people are never drawn."""

HONEST_SENTENCE = (
    "No photograph of anyone and no scraped face: head shapes come from a statistical model of "
    "participants' studio scans (ICT-FaceKit, MIT), everything else is procedural."
)
"""To stand beside every picture of faces."""


class UnderageError(EffaceError):
    """A photo of somebody under 18 on the day of capture was asked for; it is never drawn."""


def grown_up(shots: PhotoRows) -> NDArray[np.bool_]:
    """Return for each shot whether the person was 18 or older; an age that is not known is not."""
    return np.asarray(shots.age >= ADULT_AGE)


def refuse_minors(shots: PhotoRows) -> None:
    """Raise where a shot shows somebody under 18.

    Raises:
        UnderageError: names the first such photo.
    """
    minors = np.flatnonzero(~grown_up(shots))
    if len(minors):
        first = int(minors[0])
        refuse_minor(int(shots.photo[first]), float(shots.age[first]))


def refuse_minor(photo: int, age: float) -> None:
    """Raise where somebody in a photo is under 18, or of an age that is not known.

    Args:
        photo: id of the photo, for the message.
        age: years on the day of capture.

    Raises:
        UnderageError: the person is.
    """
    if not age >= ADULT_AGE:
        raise UnderageError(
            Fault(
                f"photo {photo} shows somebody who was not 18 on the day of "
                "capture; such photos are never drawn",
                key="age",
                found=f"{age:g}",
                expected=f"{ADULT_AGE} or more",
            )
        )

"""The one door to photos of a person.

Whatever draws faces stands behind `FaceSource`: a person's key, sex and tone and the rows of the
wanted photos go in, pictures come out. There are two: the generator that ships with the project
and learnt from renders, and the renderer itself, which needs the head model; `face_source` gives
either. A picture is a function of (person, photo) alone. Nobody is drawn who was under 18 on the
day of capture. No face enters from outside: there is no way to hand a picture to this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from generators.errors import FacesUnavailableError
from generators.heads.identity import Portrayed
from generators.heads.pack import head_model_folder, load_pack, why_unavailable
from generators.packages import FACES, what_is_missing
from generators.photos import PhotoRows
from generators.portraits.shipped import SHIPPED
from generators.promises import (
    ADULT_AGE,
    HONEST_SENTENCE,
    UnderageError,
    grown_up,
    refuse_minors,
)

__all__ = [
    "ADULT_AGE",
    "HONEST_SENTENCE",
    "SOURCES",
    "FaceSource",
    "Portrayed",
    "RenderedFaces",
    "SourceName",
    "UnderageError",
    "face_source",
    "faces_available",
    "grown_up",
    "refuse_minors",
]

SourceName = Literal["generated", "renders"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)
"""Names of what draws faces, the usual one first."""


class FaceSource(Protocol):
    """Something that draws photos of people who do not exist.

    Attributes:
        name: what scenarios call it.
        resolution: pixels a side.
    """

    name: str
    resolution: int

    def photos(self, person: Portrayed, shots: PhotoRows) -> NDArray[np.float32]:
        """Return photos of one person, float32 [n, 3, R, R] in 0..1 (sRGB), one for each shot.

        Args:
            person: whose face; two photos of the same person are recognisably of one face.
            shots: the photos; `photo`, `age`, `quality` and `group` decide what is drawn.

        Raises:
            UnderageError: a shot of somebody under 18; nothing is drawn then.
            FacesUnavailableError: what draws faces is not installed; names the one command.
        """
        ...

    def photos_of(
        self, people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows
    ) -> NDArray[np.float32]:
        """Return photos of several people, float32 [n, 3, R, R] in 0..1, one for each shot.

        Args:
            people: who is portrayed.
            of: [n], which of `people` each shot shows.
            shots: see `photos`.

        Raises:
            UnderageError, FacesUnavailableError: as `photos`.
        """
        ...


def faces_available(source: SourceName = "generated") -> str | None:
    """Return None where a source can draw here, else one sentence with the one command that helps.

    Imports no package that draws: the head model's content is checked, that of the generator's
    weights when they are read.

    Args:
        source: which of `SOURCES`.
    """
    if source == "generated":
        return _why_no_generator(SHIPPED)
    reason = why_unavailable()
    if reason is not None:
        return reason
    try:
        load_pack(head_model_folder())
    except FacesUnavailableError as error:
        return error.faults[0].message
    return None


def face_source(
    name: SourceName = "generated", size: int = 64, weights: Path | None = None
) -> FaceSource:
    """Return what draws faces.

    Args:
        name: "generated", by the trained generator, or "renders", by the head model.
        size: pixels a side of renders; the generator draws at the size that it learnt.
        weights: a generator's weights in place of those that ship; for "generated" alone.

    Raises:
        FacesUnavailableError: the source cannot draw here; names the one command that helps.
        EffaceError: the weights are not there, not whole or not of such a generator.
        ValueError: no such source, weights for renders, or a size that they cannot have.
    """
    if name == "renders":
        if weights is not None:
            raise ValueError("renders come from the head model and take no weights")
        return RenderedFaces(size)
    if name != "generated":
        raise ValueError(f"faces come from {' or '.join(SOURCES)}, found {name!r}")
    reason = _why_no_generator(SHIPPED if weights is None else None)
    if reason is not None:
        raise FacesUnavailableError(reason)
    from generators.portraits.generated import GeneratedFaces

    return GeneratedFaces(SHIPPED if weights is None else weights)


def _why_no_generator(shipped: Path | None) -> str | None:
    """Return what the generator misses: a package, or the shipped weights where they are asked."""
    reason = what_is_missing("generated faces", FACES)
    if reason is not None:
        return reason
    if shipped is not None and not shipped.is_file():
        return (
            f"the weights of the generator of faces are not at {shipped}: pip install "
            "--force-reinstall 'efface[faces]' (in a checkout: git restore generators/data/weights)"
        )
    return None


class RenderedFaces:
    """Photos drawn from the head model (`generators.heads`).

    Args:
        resolution: pixels a side, 16 to 512. Textures are made for up to 256.

    Raises:
        ValueError: a resolution outside that.
        FacesUnavailableError: numba or the head model is missing; names the one command.
    """

    name = "renders"

    def __init__(self, resolution: int = 64) -> None:
        if not 16 <= resolution <= 512:
            raise ValueError(f"resolution is 16 to 512 pixels, found {resolution}")
        reason = why_unavailable()
        if reason is not None:
            raise FacesUnavailableError(reason)
        load_pack(head_model_folder())
        self.resolution = resolution

    def photos(self, person: Portrayed, shots: PhotoRows) -> NDArray[np.float32]:
        """Return photos of one person; see `FaceSource.photos`."""
        return self.photos_of([person], np.zeros(len(shots), dtype=np.int64), shots)

    def photos_of(
        self, people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows
    ) -> NDArray[np.float32]:
        """Return photos of several people; see `FaceSource.photos_of`."""
        from generators.heads.render import photo_of

        refuse_minors(shots)
        size = self.resolution
        out = np.empty((len(shots), 3, size, size), dtype=np.float32)
        for i in range(len(shots)):
            picture = photo_of(
                people[int(of[i])],
                int(shots.photo[i]),
                float(shots.age[i]),
                float(shots.quality[i]),
                int(shots.group[i]),
                size,
            )
            out[i] = picture.transpose(2, 0, 1)
        return out

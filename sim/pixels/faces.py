"""What draws and encodes faces in a run: a face source and an encoder that fit together.

Loading the encoder brings torch, which the rest of the model does without: only functions here
import it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from generators.digests import sha256
from generators.errors import FacesUnavailableError, Fault
from generators.packages import FACES, what_is_missing

if TYPE_CHECKING:
    from generators.encoder.encoder import FaceEncoder
    from generators.faces import FaceSource

_NEEDED = ("faiss", *FACES)


@dataclass(frozen=True)
class Faces:
    """A face source with the encoder that its photos go through.

    Attributes:
        source: draws photos of people who do not exist.
        encoder: turns them into templates.
        encoder_name: what the encoder is called in results.
        digests: SHA-256 of the weights that were read, by what they are of.

    Raises:
        FacesUnavailableError: the encoder was made for another size than the source draws.
    """

    source: FaceSource
    encoder: FaceEncoder
    encoder_name: str
    digests: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.source.resolution % self.encoder.resolution:
            raise FacesUnavailableError(
                Fault(
                    f"the encoder takes photos of {self.encoder.resolution} pixels a side, or of a "
                    "multiple",
                    found=f"'{self.source.name}' at {self.source.resolution} pixels",
                    expected=f"a multiple of {self.encoder.resolution}",
                )
            )

    def told(self) -> dict[str, Any]:
        """Return what a run's manifest says of them, as JSON values."""
        return {
            "source": self.source.name,
            "resolution": self.source.resolution,
            "encoder": self.encoder_name,
            "digests": dict(self.digests),
        }


def require_packages() -> None:
    """Check that what comes with the extra `[faces]` is installed, without loading it.

    Raises:
        FacesUnavailableError: a package is missing; the message names the one command.
    """
    reason = what_is_missing("photos at fidelity 'pixels'", _NEEDED)
    if reason is not None:
        raise FacesUnavailableError(
            Fault(
                reason,
                key="fidelity",
                found="pixels",
                expected="scores, or the extra [faces]",
            )
        )


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch to one thread meanwhile: with more, sums are rounded otherwise, as measured, and
    a run's tables would depend on how many cores drew its photos."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def shipped_faces() -> Faces:
    """Return the generator and the encoder that ship, loaded once a process.

    Raises:
        FacesUnavailableError: a package or the weights are missing; the message names the one
            command.
    """
    require_packages()
    from generators.encoder.encoder import SHIPPED, load_encoder
    from generators.faces import face_source
    from generators.portraits.shipped import SHIPPED as GENERATOR

    source, encoder = face_source(), load_encoder()
    digests = {path.name: sha256(path) for path in (GENERATOR, SHIPPED)}
    return Faces(source, encoder, SHIPPED.stem, digests)

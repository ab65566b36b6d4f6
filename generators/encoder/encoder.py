"""The one door from a face image to a template.

Whatever compares faces (the gallery, the figures of a generator) asks a `FaceEncoder` and knows
nothing of networks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generators.encoder.network import FaceNetwork
from generators.encoder.weights import EncoderCard, read_weights
from generators.errors import FacesUnavailableError

SHIPPED = Path(__file__).parent.parent / "data" / "weights" / "encoder-64.safetensors"
"""The weights that come with the project."""
BATCH = 256
"""Images encoded at once: more is no faster on a CPU."""


class FaceEncoder(Protocol):
    """Something that turns face images into templates.

    Attributes:
        dimension: numbers in a template.
        resolution: pixels a side that it was made for.
    """

    dimension: int
    resolution: int

    def encode(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return templates, float32 [n, dimension] of unit length.

        Args:
            images: float32 [n, 3, R, R] in 0..1 (sRGB); R is the resolution or a whole multiple
                of it, which is averaged down.

        Raises:
            ValueError: images of another shape.
        """
        ...


class NetworkEncoder:
    """A `FaceEncoder` that is a trained network.

    Args:
        network: the network; it is put in evaluation mode.
        card: what it is and what it learnt from.
    """

    def __init__(self, network: FaceNetwork, card: EncoderCard) -> None:
        self.network = network.eval()
        self.card = card
        self.dimension = network.shape.dimension
        self.resolution = network.shape.resolution

    def encode(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return templates; see `FaceEncoder.encode`."""
        return encode_with(self.network, images)


def encode_with(network: FaceNetwork, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return templates by a network in evaluation mode; see `FaceEncoder.encode`.

    A template depends on its own image alone, up to the rounding of sums in another batch.
    """
    resolution = network.shape.resolution
    side = images.shape[-1] if images.ndim == 4 else 0
    if images.ndim != 4 or images.shape[1] != 3 or images.shape[2] != side or side % resolution:
        raise ValueError(
            f"images are [n, 3, R, R] with R {resolution} or a multiple, found {images.shape}"
        )
    out = np.empty((len(images), network.shape.dimension), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(images), BATCH):
            batch = torch.from_numpy(np.ascontiguousarray(images[start : start + BATCH]))
            if side > resolution:
                batch = functional.avg_pool2d(batch, side // resolution)
            batch = batch.contiguous(memory_format=torch.channels_last)
            out[start : start + BATCH] = network(batch).numpy()
    return out


def encode_photos(network: FaceNetwork, photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return templates, float32 [..., dimension], of photos uint8 [..., R, R, 3] (sRGB).

    Raises:
        ValueError: photos of another shape.
    """
    flat = photos.reshape(-1, *photos.shape[-3:])
    out = np.empty((len(flat), network.shape.dimension), dtype=np.float32)
    for start in range(0, len(flat), BATCH):
        out[start : start + BATCH] = encode_with(network, _images(flat[start : start + BATCH]))
    return out.reshape(*photos.shape[:-3], -1)


def appearances(network: FaceNetwork, photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what photos look like to the network: who it is *and* what a template leaves out.

    A template is trained to ignore light, blur and background, and so cannot tell a soft picture
    from a sharp one. Here the mean over places of each stage's maps stands beside the embedding;
    they keep colour and texture.

    Args:
        network: in evaluation mode.
        photos: uint8 [n, R, R, 3] (sRGB), R the network's resolution.

    Returns:
        float32 [n, sum of widths + dimension].
    """
    rows = []
    with torch.inference_mode():
        for start in range(0, len(photos), BATCH):
            images = torch.from_numpy(_images(photos[start : start + BATCH]))
            maps = network.features(images.contiguous(memory_format=torch.channels_last))
            parts = [*(stage.mean((2, 3)) for stage in maps), network.embedding(maps[-1])]
            rows.append(torch.cat(parts, dim=1).numpy())
    return np.concatenate(rows)


def _images(photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return float32 [n, 3, R, R] in 0..1 of photos uint8 [n, R, R, 3]."""
    return photos.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)


def load_encoder(path: Path | None = None) -> NetworkEncoder:
    """Return the encoder of a weights file, or the one that comes with the project.

    Args:
        path: a file made by `efface faces train-encoder`; None for the shipped one.

    Raises:
        FacesUnavailableError: the shipped weights are not there; names the command.
        EffaceError: the file is no encoder's weights.
    """
    if path is None and not SHIPPED.is_file():
        raise FacesUnavailableError(
            "the encoder's weights are not here: install the package again, or train an encoder "
            "with `efface faces train-encoder`"
        )
    return NetworkEncoder(*read_weights(path or SHIPPED))

"""Pictures of a training: the same noise and codes each time, as a sheet and as a PNG file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generators.stylegan.generator import Noise
from generators.stylegan.images import PairedImages
from generators.stylegan.training import Training
from generators.stylegan.whole import write_whole

COLUMNS, ROWS = 8, 4
_SEED = 20


def sheet(training: Training) -> NDArray[np.uint8]:
    """Return what the averaged generator makes, uint8 [height, width, 3].

    Where codes are known, the columns are known pairs: first the images, below them what is
    generated from their codes, then, twice, the same people in the shots of other images.
    Otherwise every tile is another z (and label). Nothing of the training's state is touched.
    """
    images, net, device = training.images, training.average, training.device
    rng = torch.Generator().manual_seed(_SEED)
    noise: Noise = "none" if training.settings.noise == "none" else "const"
    z = torch.randn(COLUMNS * ROWS, net.settings.z_dim, generator=rng)
    with torch.no_grad():
        if isinstance(images, PairedImages):
            rows = torch.randint(len(images), (COLUMNS,), generator=rng)
            real, beside = images.batch(rows)
            assert beside is not None
            others = [images.mixed(beside, beside.roll(shift, 0)) for shift in (1, 2)]
            made = [
                net(z[:COLUMNS].to(device), code.to(device), noise=noise).cpu()
                for code in (beside, *others)
            ]
            return _tiled(torch.cat([real, *made]))
        labels = images.labels(COLUMNS * ROWS, rng)
        told = None if labels is None else labels.to(device)
        return _tiled(net(z.to(device), told, noise=noise).cpu())


def _tiled(pictures: Tensor) -> NDArray[np.uint8]:
    """Return pictures [n, c, R, R] in −1..1 side by side, `COLUMNS` a row."""
    channels, side = pictures.shape[1:3]
    pixels = (pictures.float() * 127.5 + 128).clamp(0, 255).to(torch.uint8)
    rows = pixels.reshape(-1, COLUMNS, channels, side, side).permute(0, 3, 1, 4, 2)
    wide = rows.reshape(-1, COLUMNS * side, channels).expand(-1, -1, 3)
    return np.ascontiguousarray(wide.numpy())


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a PNG file (RFC 2083), whole or not at all.

    Args:
        path: the file.
        pixels: uint8 [height, width, 3].
    """
    height, width = pixels.shape[:2]
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with its filter, 0
    lines[:, 1:] = pixels.reshape(height, 3 * width)
    content = b"\x89PNG\r\n\x1a\n"
    content += _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    content += _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + _chunk(b"IEND", b"")
    write_whole(path, lambda file: file.write(content))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

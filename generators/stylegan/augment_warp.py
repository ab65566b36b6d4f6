"""Affine warps of images without aliasing: up by two, look up, down by two (sym6 wavelets).

Karras et al. 2020b, appendix B: an image is upsampled by two with an orthogonal wavelet, sampled
bilinearly where each pixel of a twice finer raster comes from, and decimated with the same wavelet.
Without a transformation the three steps undo each other exactly. Borders are mirrored without end,
however far a transformation reaches: a mirrored image repeats itself, so one period is enough.

Everything is linear in the image. Without a rotation the rows and the columns are independent and
the three steps become one matrix for each. With one, only the part of the upsampled image that the
transformation reads is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from generators.stylegan.augment_linear import linear, two_sided
from generators.stylegan.augment_wavelets import centre, downsampler, symlet, upsampler

Matrices = NDArray[np.float64]

_BILINEAR, _ZEROS = 0, 0
"""The sampler's names for its interpolation and padding (no place read lies outside)."""


def fine_places(size: int, back: Matrices) -> tuple[Matrices, Matrices]:
    """Return the map from fine samples of the augmented image to fine samples of the image.

    Fine sample m stands at (m − c) / 2 pixels from the first pixel, c being the filter's centre of
    gravity, and the first pixel (size − 1) / 2 before the middle.

    Args:
        size: pixels a side.
        back: [n, 3, 3], from places in the augmented image to places in the image (in pixels from
            the middle, x then y).

    Returns:
        `steps` [n, 2, 2] and `start` [n, 2]: the sample read is steps · (x, y) + start.
    """
    middle = centre(symlet(6)) + (size - 1)
    steps = back[:, :2, :2]
    return steps, 2.0 * back[:, :2, 2] + middle - middle * steps.sum(axis=2)


def warp_straight(images: Tensor, back: Matrices) -> Tensor:
    """Warp by transformations that keep rows and columns apart: no rotation but quarter turns.

    Args:
        images: [n, channels, size, size], float32 or float64.
        back: [n, 3, 3], as for `fine_places`; each row of its linear part has one number that is
            not 0.

    Returns:
        [n, channels, size, size].
    """
    size = images.shape[-1]
    steps, start = fine_places(size, back)
    swapped = np.abs(steps[:, 0, 0]) < np.abs(steps[:, 0, 1])
    if swapped.any():
        mask = torch.from_numpy(swapped).to(images.device)[:, None, None, None]
        images = torch.where(mask, images.mT, images)
    # What a column of the result reads (its x), and what a row of it reads (its y).
    across = np.where(swapped, steps[:, 1, 0], steps[:, 0, 0])
    along = np.where(swapped, steps[:, 0, 1], steps[:, 1, 1])
    start = np.where(swapped[:, None], start[:, ::-1], start)
    columns = _resampler(size, across, start[:, 0], images)
    rows = _resampler(size, along, start[:, 1], images)
    return two_sided(rows, images, columns)


def _resampler(size: int, step: Matrices, start: Matrices, like: Tensor) -> Tensor:
    """Return up, look up, down along one axis as matrices, [n, size, size]."""
    up, down = _matrices(size, like.dtype, like.device)
    places = start[:, None] + step[:, None] * np.arange(down.shape[1])
    before = np.floor(places)
    weight = torch.from_numpy(places - before)[:, :, None].to(up)
    row = torch.from_numpy(before.astype(np.int64)).to(up.device)
    return down @ torch.lerp(up[row % len(up)], up[(row + 1) % len(up)], weight)


def warp_turned(images: Tensor, back: Matrices, at_once: int | None = None) -> Tensor:
    """Warp by any affine transformations.

    Args:
        images: [n, channels, size, size], float32 or float64.
        back: [n, 3, 3], as for `fine_places`.
        at_once: images in one step of the work, which changes nothing but the time it takes. By
            default one on a processor, where it then reads the least and stays in the cache, and
            all on a device, where one launch is worth more than reading less.

    Returns:
        [n, channels, size, size].
    """
    if at_once is None:
        at_once = 1 if images.device.type == "cpu" else len(images)
    warp = _Warp(images, back, at_once)
    return linear(images, warp.forth, warp.adjoint)


class _Warp:
    """Affine warps of some images, as a linear map, and its adjoint."""

    def __init__(self, like: Tensor, back: Matrices, step: int) -> None:
        size = like.shape[-1]
        up, self.down = _matrices(size, like.dtype, like.device)
        fine = self.down.shape[1]
        steps, start = fine_places(size, back)
        corners = np.array([[0, 0], [fine - 1, 0], [0, fine - 1], [fine - 1, fine - 1]])
        reached = corners @ steps.swapaxes(1, 2) + start[:, None]
        # The samples read, and one more on either side against rounding.
        low = np.floor(reached.min(axis=1)).astype(np.int64) - 1
        wide = np.ceil(reached.max(axis=1)).astype(np.int64) + 2 - low
        if step > 1:
            wide[:] = wide.max(axis=0)
        # More than a period of the mirrored image need not be made: places wrap round.
        period = len(up)
        wraps = wide > period + 1
        wide[wraps] = period + 1
        low[wraps] = 0
        self.columns, self.rows = (
            [
                up[_window(low[first : first + step, axis], wide[first, axis], period, up)]
                for first in range(0, len(back), step)
            ]
            for axis in (0, 1)
        )
        self.step = step
        # PyTorch's sampler wants places from −1 (first sample) to 1 (last).
        unit = 2.0 / (wide - 1)
        scaled = torch.from_numpy(unit[:, :, None] * steps).to(up)
        shifted = torch.from_numpy(unit * (start - low) - 1.0).to(up)
        line = torch.arange(fine, dtype=up.dtype, device=up.device)[:, None]
        self.grid = torch.addcmul(shifted[:, None], line, scaled[:, None, :, 1])[:, :, None]
        self.grid = self.grid + (line * scaled[:, None, :, 0])[:, None]
        if wraps.any():
            wrapped = torch.remainder(self.grid + 1.0, 2.0) - 1.0
            mask = torch.from_numpy(wraps).to(up.device)[:, None, None]
            self.grid = torch.where(mask, wrapped, self.grid)

    def forth(self, images: Tensor) -> Tensor:
        return torch.cat([self._forth(*part) for part in self._parts(images)])

    def adjoint(self, images: Tensor) -> Tensor:
        return torch.cat([self._adjoint(*part) for part in self._parts(images)])

    def _parts(self, images: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        grids = self.grid.split(self.step)
        return zip(images.split(self.step), self.rows, self.columns, grids, strict=True)

    def _forth(self, images: Tensor, rows: Tensor, columns: Tensor, grid: Tensor) -> Tensor:
        fine = rows[:, None] @ (images @ columns[:, None].mT)
        looked_up = functional.grid_sample(fine, grid, align_corners=True)
        return self.down @ (looked_up @ self.down.mT)

    def _adjoint(self, images: Tensor, rows: Tensor, columns: Tensor, grid: Tensor) -> Tensor:
        looked_up = self.down.mT @ (images @ self.down)
        # The sampler is linear: its adjoint asks for the shape of what was sampled, not for values.
        sampled = images.new_zeros(()).expand(*images.shape[:2], rows.shape[1], columns.shape[1])
        fine, _ = torch.ops.aten.grid_sampler_2d_backward(
            looked_up, sampled, grid, _BILINEAR, _ZEROS, True, [True, False]
        )
        return rows[:, None].mT @ (fine @ columns[:, None])


def _window(low: NDArray[np.int64], wide: int, period: int, like: Tensor) -> Tensor:
    """Return which samples of a period the windows of `wide` samples from `low` read, [n, wide]."""
    return torch.from_numpy((low[:, None] + np.arange(wide)) % period).to(like.device)


@lru_cache(maxsize=8)
def _matrices(size: int, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return `upsampler` and `downsampler` as tensors."""
    return (
        torch.from_numpy(upsampler(size)).to(device, dtype),
        torch.from_numpy(downsampler(size)).to(device, dtype),
    )

"""Linear maps of images that autograd differentiates to any order, and in full precision.

The derivative of a linear map is its adjoint, and the adjoint's is the map again. Saying so keeps
gradient penalties possible where PyTorch knows no second derivative (bilinear sampling), keeps no
intermediate picture for the way back, and does the way back in the images' own type even inside
an autocast region.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

LinearMap = Callable[[Tensor], Tensor]


def linear(images: Tensor, forth: LinearMap, adjoint: LinearMap) -> Tensor:
    """Return `forth(images)`, differentiable to any order.

    Args:
        images: what the map is applied to.
        forth: a linear map.
        adjoint: its adjoint: ⟨forth(x), y⟩ = ⟨x, adjoint(y)⟩ for all x and y.
    """
    mapped: Tensor = _Linear.apply(images, forth, adjoint)
    return mapped


def two_sided(rows: Tensor, images: Tensor, columns: Tensor) -> Tensor:
    """Return rows · image · columnsᵀ for each channel of each image.

    Args:
        rows: [n, h, size].
        images: [n, channels, size, size].
        columns: [n, w, size].

    Returns:
        [n, channels, h, w].
    """
    rows, columns = rows[:, None], columns[:, None]
    return linear(
        images,
        lambda x: rows @ (x @ columns.mT),
        lambda y: rows.mT @ (y @ columns),
    )


class _Linear(torch.autograd.Function):
    """A linear map and its adjoint, each the other's derivative."""

    @staticmethod
    def forward(  # type: ignore[no-untyped-def]
        ctx, images: Tensor, forth: LinearMap, adjoint: LinearMap
    ) -> Tensor:
        ctx.maps = (forth, adjoint)
        with torch.autocast(images.device.type, enabled=False):
            return forth(images)

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[no-untyped-def]
        forth, adjoint = ctx.maps
        return _Linear.apply(gradient, adjoint, forth), None, None

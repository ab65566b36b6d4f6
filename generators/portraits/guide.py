"""The encoder as a guide of the paired warm start: what matters in a face, not in a picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from generators.encoder.network import FaceNetwork, best_precision


class EncoderGuide:
    """Feature maps and templates of a frozen encoder, for `generators.stylegan.paired`.

    It computes in what the processor of this machine is fastest in (`encoder.network.
    best_precision`), on whatever device the images lie, so a guided training has the same bits on
    one machine, and others on a machine whose processor has no bfloat16.

    Args:
        network: trained on the same people as the generator; whoever judges the generator later
            must have been trained on others.
    """

    def __init__(self, network: FaceNetwork) -> None:
        self.network = network.eval().requires_grad_(False)
        self.dtype = best_precision()

    def __call__(self, images: Tensor) -> tuple[Sequence[Tensor], Tensor]:
        """Return four feature maps and the templates [n, d] of images in −1..1."""
        enabled = self.dtype is not torch.float32
        with torch.autocast(images.device.type, dtype=self.dtype, enabled=enabled):
            maps = self.network.features((images + 1) / 2)
            return maps, self.network.template(maps[-1])

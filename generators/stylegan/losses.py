"""What StyleGAN2-ADA is trained by: losses, the two regularisers, style mixing, running average.

Plain functions of tensors; when each is called and how it is weighted is the training loop's
business. Everything random comes from the `torch.Generator` that is passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

PATH_DECAY = 0.01
"""How fast the running mean of path lengths follows (Karras et al. 2020a, appendix B: 0.99)."""


def logistic_generator(logits: Tensor) -> Tensor:
    """Return the generator's loss, a scalar: mean of log(1 + exp(−D(fake))).

    Non-saturating (Goodfellow et al. 2014).

    Args:
        logits: of generated images, [n, 1].
    """
    return functional.softplus(-logits).mean()


def logistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Return the discriminator's loss, a scalar (Goodfellow et al. 2014).

    Args:
        real: logits of real images, [n, 1].
        fake: logits of generated images, [m, 1].
    """
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def r1(images: Tensor, logits: Tensor) -> Tensor:
    """Return E|∇D|² on real images, a scalar that can be differentiated in turn.

    Its weight in the loss is γ/2 (Mescheder et al. 2018).

    Args:
        images: real ones, [n, …], which require a gradient.
        logits: what the discriminator made of them, [n, 1].

    Raises:
        RuntimeError: `images` do not require a gradient, or `logits` do not come from them.
    """
    (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return slope.float().square().flatten(1).sum(1).mean()


@dataclass
class PathLength:
    """Path length regularisation (Karras et al. 2020a, appendix B).

    A step in w should move the picture equally far wherever it is taken. How far it does is
    |Jᵀy| for a random picture y of N(0, 1) pixels, divided by the root of the number of pixels so
    that it does not grow with the resolution; the penalty is its squared distance from the mean
    so far. Where w is given once a layer, the mean over layers of the squared norms stands for
    the squared norm.

    Attributes:
        mean: the running mean of lengths, all the state there is.
        decay: how fast it follows.
    """

    mean: float = 0.0
    decay: float = PATH_DECAY

    def __call__(self, images: Tensor, w: Tensor, rng: torch.Generator) -> Tensor:
        """Move the mean on and return the penalty, a scalar that can be differentiated.

        Args:
            images: [n, c, h, w], made from `w`.
            w: [n, styles, w_dim], with a gradient.
            rng: where y comes from.

        Raises:
            RuntimeError: `images` do not come from `w`.
        """
        lengths = path_lengths(images, w, rng)
        self.mean += self.decay * (float(lengths.detach().mean()) - self.mean)
        return (lengths - self.mean).square().mean()

    def state_dict(self) -> dict[str, float]:
        """Return what the next call depends on."""
        return {"mean": self.mean}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Go on from what `state_dict` returned."""
        self.mean = float(state["mean"])


def path_lengths(images: Tensor, w: Tensor, rng: torch.Generator) -> Tensor:
    """Return |Jᵀy| of each image, [n]; see `PathLength`.

    Args:
        images: [n, c, h, w], made from `w`.
        w: [n, styles, w_dim].
        rng: where y comes from.
    """
    y = torch.randn(images.shape, generator=rng, device=rng.device).to(images)
    pixels = images.shape[2] * images.shape[3]
    seen = (images * y).sum() / math.sqrt(pixels)
    (slope,) = torch.autograd.grad(seen, w, create_graph=True)
    return slope.square().sum(2).mean(1).sqrt()


def mix_styles(w1: Tensor, w2: Tensor, probability: float, rng: torch.Generator) -> Tensor:
    """Return styles of which some change over to another image's at a random layer.

    Style mixing (Karras et al. 2019, section 3.1), drawn for each image by itself.

    Args:
        w1: [n, styles, w_dim].
        w2: the same shape; what the later layers read where an image is mixed.
        probability: share of images that are mixed (2020a: 0.9).
        rng: where decisions come from.

    Returns:
        [n, styles, w_dim]; the first layer is always of `w1`.
    """
    n, styles = w1.shape[:2]
    mixed = torch.rand(n, generator=rng, device=rng.device) < probability
    change = torch.randint(1, max(styles, 2), (n,), generator=rng, device=rng.device)
    layer = torch.arange(styles, device=rng.device)
    later = mixed[:, None] & (layer >= change[:, None])
    return torch.where(later.to(w1.device)[:, :, None], w2, w1)


@torch.no_grad()
def ema(average: nn.Module, net: nn.Module, beta: float) -> None:
    """Move a running average of a network on by one step; buffers are copied.

    Args:
        average: changed in place; the same architecture as `net`.
        net: the network in training.
        beta: the share that stays; see `ema_beta`.
    """
    for kept, new in zip(average.parameters(), net.parameters(), strict=True):
        kept.lerp_(new, 1 - beta)
    for old, now in zip(average.buffers(), net.buffers(), strict=True):
        old.copy_(now)


def ema_beta(batch: int, half_life_images: float, seen: int, rampup: float | None) -> float:
    """Return the share of the running average that stays over one batch.

    Args:
        batch: images a step.
        half_life_images: after how many images half of the average is new (2020b: 20,000 at 256
            pixels, 500,000 for CIFAR-10).
        seen: images trained on so far.
        rampup: early in training the half-life is this share of `seen` at most (2020b: 0.05); None
            for no such bound.

    Returns:
        0 to 1.
    """
    if rampup is not None:
        half_life_images = min(half_life_images, seen * rampup)
    return 0.5 ** (batch / max(half_life_images, 1e-8))

"""Adaptive strength of augmentation (Karras et al. 2020b, section 3)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class AdaptiveProbability:
    """Keeps p where the discriminator's confidence about training images shows no overfitting.

    The measure is r_t, the mean sign of the discriminator's outputs for training images: 0 where
    it cannot tell, 1 where it has learnt them by heart. Every four minibatches p moves one step up
    where r_t is above its target and one step down where it is below, by as much as takes it from
    0 to 1 in half a million images, and is kept at 0 or above (section 3, target 0.6).

    Unlike in the paper, p does not climb above `most`: where r_t stays above its target for long,
    it would otherwise have to come all the way back before anything changed.

    Args:
        target: r_t aimed at.
        interval: minibatches between two steps.
        ramp: images over which p can move by 1.
        p: where it starts.
        most: the highest p; 1 for every operation every time, 0.8 to stay where leaks of
            augmentations into generated images are unlikely (section 2.2).

    Raises:
        ValueError: a number outside its range.
    """

    def __init__(
        self,
        target: float = 0.6,
        interval: int = 4,
        ramp: float = 500_000.0,
        p: float = 0.0,
        most: float = 1.0,
    ) -> None:
        if not -1.0 < target < 1.0:
            raise ValueError(f"target lies between -1 and 1; found {target}")
        if interval < 1 or not ramp > 0:
            raise ValueError(f"interval and ramp are above 0; found {interval} and {ramp}")
        if not 0.0 <= p <= most <= 1.0:
            raise ValueError(f"0 <= p <= most <= 1 does not hold; found p {p}, most {most}")
        self.target = target
        self.interval = interval
        self.ramp = ramp
        self.most = most
        self.p = float(p)
        self.overfitting = math.nan
        """r_t of the latest step; not a number before the first."""
        self._signs: Tensor | float = 0.0
        self._images = 0
        self._minibatches = 0

    def observe(self, real_outputs: Tensor) -> None:
        """Take note of the discriminator's outputs for one minibatch of augmented training images.

        Args:
            real_outputs: any shape, one number an image; positive means "real".

        Raises:
            ValueError: no outputs, or (when the step is made) outputs that are not finite.
        """
        if real_outputs.numel() == 0:
            raise ValueError("a minibatch has at least one image")
        outputs = real_outputs.detach()
        signs = torch.where(outputs.isfinite(), outputs.sign(), math.nan)
        # Whole numbers in double precision: the sum is exact, and a device is not waited for.
        self._signs = self._signs + signs.sum(dtype=torch.float64)
        self._images += real_outputs.numel()
        self._minibatches += 1
        if self._minibatches == self.interval:
            self._step()

    def _step(self) -> None:
        signs = float(self._signs)
        if not math.isfinite(signs):
            raise ValueError("the discriminator's outputs are not finite")
        self.overfitting = signs / self._images
        direction = (self.overfitting > self.target) - (self.overfitting < self.target)
        self.p = min(self.most, max(0.0, self.p + direction * self._images / self.ramp))
        self._signs, self._images, self._minibatches = 0.0, 0, 0

    def state_dict(self) -> dict[str, float]:
        """Return what `load_state_dict` needs to go on to the bit: plain floats."""
        return {
            "p": self.p,
            "overfitting": self.overfitting,
            "signs": float(self._signs),
            "images": float(self._images),
            "minibatches": float(self._minibatches),
        }

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Go on from a state; target, interval, ramp and most stay those of this object.

        Raises:
            ValueError: keys that are not those of `state_dict`, or a p outside 0 to `most`.
        """
        expected = self.state_dict()
        if set(state) != set(expected):
            raise ValueError(f"a state has {', '.join(expected)}; found {', '.join(state)}")
        if not 0.0 <= state["p"] <= self.most:
            raise ValueError(f"p lies between 0 and {self.most}; found {state['p']}")
        self.p = float(state["p"])
        self.overfitting = float(state["overfitting"])
        self._signs = float(state["signs"])
        self._images = int(state["images"])
        self._minibatches = int(state["minibatches"])

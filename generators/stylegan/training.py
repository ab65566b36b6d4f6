"""Training: the adversarial game of StyleGAN2-ADA, with a paired warm start where codes are known.

One loop serves three configurations: plain (z alone), labels (z and a label; the discriminator sees
the label too) and paired (an identity ⊕ shot code; the paired term comes first, the adversarial
game joins it gently). A `Training` is a state that steps; `state` and `restore` carry all of it,
random numbers included, so that a resumed training goes on to the bit.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn

from generators.stylegan.augment import AdaptiveProbability, augment
from generators.stylegan.discriminator import Discriminator
from generators.stylegan.generator import Generator
from generators.stylegan.images import Images
from generators.stylegan.losses import (
    PathLength,
    ema,
    ema_beta,
    logistic_discriminator,
    logistic_generator,
    mix_styles,
    r1,
)
from generators.stylegan.paired import Guide, guided, pyramid, weights
from generators.stylegan.schedule import TrainingSettings
from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings
from generators.stylegan.soften import soften

Scalars = dict[str, float]

MOST_P = 0.8
"""Ceiling of the augmentation's probability: below it augmentations are unlikely to leak into what
is generated (Karras et al. 2020b, section 2)."""


def _adam(net: nn.Module, rate: float, lazy: int) -> torch.optim.Adam:
    """Return Adam, corrected for regularisation in one of `lazy` steps (2020a, appendix B)."""
    share = lazy / (lazy + 1) if lazy else 1.0
    return torch.optim.Adam(
        net.parameters(), lr=rate * share, betas=(0.0, 0.99**share), eps=1e-8, foreach=True
    )


class Training:
    """A generator and a discriminator in training.

    Args:
        settings: how.
        generator, discriminator: their shapes; labels must be those of the images.
        images: what to learn from.
        guide: for the paired term, a frozen network on the same device; None for the pyramid
            alone.
        device: where the networks live. What is drawn is drawn on the processor, so that the same
            seed draws the same on every device.

    Attributes:
        seen: images shown so far.
        average: the averaged generator, which is the result.

    Raises:
        ValueError: shapes that do not go together.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        generator: GeneratorSettings,
        discriminator: DiscriminatorSettings,
        images: Images,
        guide: Guide | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        if not generator.resolution == discriminator.resolution == images.resolution:
            raise ValueError(
                f"one resolution for all, found generator {generator.resolution}, discriminator "
                f"{discriminator.resolution}, images {images.resolution}"
            )
        if generator.c_dim != images.c_dim or discriminator.c_dim not in (0, images.c_dim):
            raise ValueError(
                f"the images have {images.c_dim} numbers beside each, found generator "
                f"{generator.c_dim}, discriminator {discriminator.c_dim}"
            )
        if settings.paired is not None and generator.mapping != "code":
            raise ValueError("the paired term needs a generator of codes")
        self.settings, self.images, self.guide = settings, images, guide
        self.rng = torch.Generator().manual_seed(settings.seed)
        self.device = torch.device(device)
        with torch.random.fork_rng(devices=[]):  # the program's own draws stay as they were
            torch.manual_seed(settings.seed)
            self.generator = Generator(generator).to(self.device)
            self.discriminator = Discriminator(discriminator).to(self.device)
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        path_every = settings.path_every if settings.path_weight else 0
        self.adam_g = _adam(self.generator, settings.rate, path_every)
        self.adam_d = _adam(self.discriminator, settings.rate, settings.r1_every)
        self.rate_g = self.adam_g.param_groups[0]["lr"]
        self.path = PathLength()
        self.adaptive = AdaptiveProbability(
            settings.ada_target or 0.0, ramp=settings.ada_images, most=MOST_P
        )
        self.dtype: torch.dtype = getattr(torch, settings.sixteen)
        self.seen = self.steps = 0
        if settings.paired is not None:
            self._weights = weights(settings.paired, generator.resolution).to(self.device)

    # -- what a step is made of ------------------------------------------------------------------

    def step(self) -> Scalars:
        """Show one batch and return what was measured on the way.

        Raises:
            ArithmeticError: the discriminator's outputs are not finite.
        """
        settings = self.settings
        rows = torch.randint(len(self.images), (settings.batch,), generator=self.rng)
        real, beside = self.images.batch(rows)
        real, beside = real.to(self.device), self._moved(beside)
        playing = settings.paired is None or self.seen >= settings.paired_images
        self._set_rate()
        scalars: Scalars = {}
        self.discriminator.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        fakes, labels = self._generator_step(real, beside, playing, scalars)
        self.adam_g.step()
        if playing:
            path_due = settings.path_weight and self.steps % settings.path_every == 0
            if path_due:
                self._path_step(scalars)
            self.discriminator.requires_grad_(True)
            self._discriminator_step(real, beside, fakes, labels, scalars)
        self.seen += settings.batch
        self.steps += 1
        ramped = ema_beta(
            settings.batch, settings.average_images, self.seen, settings.average_rampup
        )
        ema(self.average, self.generator, ramped)
        return scalars

    def _moved(self, labels: Tensor | None) -> Tensor | None:
        return None if labels is None else labels.to(self.device)

    def _labels(self, count: int) -> Tensor | None:
        return self._moved(self.images.labels(count, self.rng))

    def _set_rate(self) -> None:
        settings = self.settings
        if settings.decay_from is None or self.seen < settings.decay_from:
            return
        done = (self.seen - settings.decay_from) / max(1, settings.images - settings.decay_from)
        factor = 0.55 + 0.45 * math.cos(math.pi * min(1.0, done))
        for group in self.adam_g.param_groups:
            group["lr"] = self.rate_g * factor

    def _fade(self) -> float:
        """Return how far the game has come, 0 to 1 over its ramp."""
        played = self.seen - (self.settings.paired_images if self.settings.paired else 0)
        return min(1.0, max(0.0, played / self.settings.game_rampup))

    def _softened(self, images: Tensor) -> Tensor:
        settings = self.settings
        played = self.seen - (settings.paired_images if settings.paired else 0)
        sigma = settings.soften_from * max(0.0, 1 - played / settings.soften_images)
        return soften(images, sigma)

    def _judged(self, images: Tensor, labels: Tensor | None) -> Tensor:
        """Return the discriminator's logits of images, blurred and augmented alike."""
        images = self._softened(images)
        if self.settings.ada_target is not None and self.adaptive.p > 0:
            images = augment(images, self.adaptive.p, self.settings.augmentation, self.rng)
        label = labels if self.discriminator.settings.c_dim else None
        return self.discriminator(images, label, self.dtype)

    def _styles(self, count: int, labels: Tensor | None) -> Tensor:
        g, settings = self.generator, self.settings
        z = torch.randn(count, g.settings.z_dim, generator=self.rng).to(self.device)
        w = g.styles(z, labels, learn=True)
        if settings.mixing > 0 and settings.paired is None:
            other = torch.randn(count, g.settings.z_dim, generator=self.rng).to(self.device)
            w = mix_styles(w, g.styles(other, labels), settings.mixing, self.rng)
        return w

    def _made(self, count: int, labels: Tensor | None) -> Tensor:
        w = self._styles(count, labels)
        return self.generator.synthesis(w, self.settings.noise, self.dtype, self.rng)

    def _generator_step(
        self, real: Tensor, beside: Tensor | None, playing: bool, scalars: Scalars
    ) -> tuple[Tensor | None, Tensor | None]:
        """Take the generator's gradients; return the images for the discriminator's turn."""
        settings = self.settings
        if settings.paired is None:
            labels = self._labels(settings.batch)
            made = self._made(settings.batch, labels)
            loss = logistic_generator(self._judged(made, labels))
            scalars["generator"] = loss.item()
            loss.backward()
            return made.detach(), labels
        assert beside is not None
        made = self._made(settings.batch, beside)
        loss = pyramid(made, real, self._weights, settings.paired.scales)
        scalars["pairs"] = loss.item()
        if (
            self.guide is not None
            and self.seen >= settings.guide_from
            and self.steps % settings.paired.guide_every == 0
        ):
            told = guided(made, real, self.guide, settings.paired)
            scalars["guide"] = told.item()
            loss = loss + told
        if not playing:
            loss.backward()
            return None, None
        played = self.seen - settings.paired_images
        kept = 1 + (settings.paired_end - 1) * min(1.0, played / settings.paired_fade)
        # Half of what the discriminator sees are known pairs, half people in shots of others.
        half = settings.batch // 2
        labels = self._labels(settings.batch - half)
        assert labels is not None
        strangers = self._made(settings.batch - half, labels)
        fakes = torch.cat([made[:half], strangers])
        labels = torch.cat([beside[:half], labels])
        game = logistic_generator(self._judged(fakes, labels))
        scalars["generator"] = game.item()
        (kept * loss + settings.game_weight * self._fade() * game).backward()
        return fakes.detach(), labels

    def _path_step(self, scalars: Scalars) -> None:
        settings = self.settings
        count = max(1, settings.batch // settings.path_shrink)
        self.adam_g.zero_grad(set_to_none=True)
        w = self._styles(count, self._labels(count))
        made = self.generator.synthesis(w, self.settings.noise, self.dtype, self.rng)
        penalty = self.path(made, w, self.rng)
        weight = settings.path_weight * settings.path_every
        weight *= settings.game_weight if settings.paired else 1.0
        (penalty * weight).backward()
        self.adam_g.step()
        scalars["path"] = penalty.item()

    def _discriminator_step(
        self, real: Tensor, beside: Tensor | None, fakes: Tensor | None, labels: Tensor | None,
        scalars: Scalars,
    ) -> None:  # fmt: skip
        settings = self.settings
        assert fakes is not None
        self.adam_d.zero_grad(set_to_none=True)
        seen_fake = self._judged(fakes, labels)
        seen_real = self._judged(real, beside)
        loss = logistic_discriminator(seen_real, seen_fake)
        loss.backward()
        self.adam_d.step()
        scalars["discriminator"] = loss.item()
        scalars["r_t"] = seen_real.detach().sign().mean().item()
        if settings.ada_target is not None:
            try:
                self.adaptive.observe(seen_real.detach())
            except ValueError as error:
                raise ArithmeticError(f"after {self.seen} images {error}") from None
            scalars["p"] = self.adaptive.p
        if self.steps % settings.r1_every == 0:
            self.adam_d.zero_grad(set_to_none=True)
            asked = real.detach().requires_grad_(True)
            penalty = r1(asked, self._judged(asked, beside))
            (penalty * (settings.gamma / 2 * settings.r1_every)).backward()
            self.adam_d.step()
            scalars["r1"] = penalty.item()

    # -- the whole state -------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all that the next step depends on, as tensors and plain containers."""
        return {
            "seen": self.seen,
            "steps": self.steps,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "adam_g": self.adam_g.state_dict(),
            "adam_d": self.adam_d.state_dict(),
            "path": self.path.state_dict(),
            "adaptive": self.adaptive.state_dict(),
            "rng": self.rng.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned in a training of the same shape.

        Raises:
            ValueError: the state is of another shape, or not all of one.
        """
        missing = self.state().keys() - state.keys()
        if missing:
            raise ValueError(f"the checkpoint has no {', '.join(sorted(missing))}")
        try:
            self.generator.load_state_dict(state["generator"])
            self.discriminator.load_state_dict(state["discriminator"])
            self.average.load_state_dict(state["average"])
            self.adam_g.load_state_dict(state["adam_g"])
            self.adam_d.load_state_dict(state["adam_d"])
            self.path.load_state_dict(state["path"])
            self.adaptive.load_state_dict(state["adaptive"])
            self.rng.set_state(state["rng"])
            self.seen, self.steps = int(state["seen"]), int(state["steps"])
        except (RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"the checkpoint is of another training: {error}") from None

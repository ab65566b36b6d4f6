"""How a training goes: rates, weights and schedules, in counts of images shown."""

from __future__ import annotations

from dataclasses import dataclass

from generators.stylegan.augment_settings import BGC, AugmentSettings
from generators.stylegan.generator import Noise
from generators.stylegan.paired import PairedSettings


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. Counts are of images shown.

    Rates, R1 and path length every so many steps, mixing, the target of r_t, how fast p climbs and
    the operations of the augmentation default to what Karras et al. 2020a and 2020b use. Batch,
    gamma and the average's half-life are this project's, for small sets and small machines; in
    2020b they go by resolution and data set.

    Attributes:
        images: when to stop.
        batch: images a step.
        seed: of everything drawn.
        rate: learning rate of generator and discriminator (Adam, β 0 and 0.99).
        gamma: weight of R1; every `r1_every`-th step.
        path_weight: weight of path length regularisation, 0 for none; every `path_every`-th step,
            on batch ÷ `path_shrink` images.
        mixing: probability that an image has styles of two w (2020a); without the paired term.
        noise: what is added behind each convolution, see `Synthesis.forward`.
        ada_target: r_t that the augmentation's probability is driven to; None for no augmentation.
        ada_images: over how many images the probability would climb from 0 to 1; it stops at
            `training.MOST_P`.
        augmentation: its operations; blitting, geometry and colour by default, the set that 2020b
            settles on.
        average_images: half-life of the averaged generator; shorter early on, `average_rampup` of
            the images shown.
        soften_from: pixels by whose Gaussian real and generated images are blurred at first,
            falling to 0 over `soften_images` (Karras et al. 2021, appendix G): on small budgets
            the discriminator otherwise learns to see grain before shape.
        sixteen: "float32", "bfloat16" or "float16" for the layers that may run in 16 bits.
        paired: the paired term, None without.
        paired_images: how long the paired term stands alone.
        paired_end: weight of the paired term after `paired_fade` images of the game.
        game_weight: weight of the adversarial term, reached over `game_rampup` images; 1 without
            the paired term.
        guide_from: the guide is asked from this image on.
        decay_from: from this image on the generator's rate falls to a tenth along a cosine; None
            for a constant rate.
    """

    images: int
    batch: int = 16
    seed: int = 0
    rate: float = 0.0025
    gamma: float = 1.0
    r1_every: int = 16
    path_weight: float = 2.0
    path_every: int = 4
    path_shrink: int = 2
    mixing: float = 0.9
    noise: Noise = "random"
    ada_target: float | None = 0.6
    ada_images: float = 500_000
    augmentation: AugmentSettings = BGC
    average_images: float = 10_000
    average_rampup: float = 0.05
    soften_from: float = 0.0
    soften_images: int = 200_000
    sixteen: str = "float32"
    paired: PairedSettings | None = None
    paired_images: int = 0
    paired_end: float = 1.0
    paired_fade: int = 1
    game_weight: float = 1.0
    game_rampup: int = 1
    guide_from: int = 0
    decay_from: int | None = None

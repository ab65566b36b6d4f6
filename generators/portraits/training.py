"""Training the generator of photos from a render set: the three configurations and their sizes.

`efface faces train` goes this way. Images come from a verified render set alone. The generator
learns the clean pictures; what camera and web do to them is put on afterwards.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import torch

from generators.errors import EffaceError, Fault
from generators.heads.render_set import RenderSet
from generators.portraits.codes import CODE_NAMES, NOISE
from generators.stylegan.augment_settings import FACES
from generators.stylegan.images import Images, PairedImages, TensorImages
from generators.stylegan.mapping import CodeMapping
from generators.stylegan.paired import Guide, PairedSettings
from generators.stylegan.schedule import TrainingSettings
from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings
from generators.stylegan.training import Training

Configuration = Literal["paired", "plain", "labels"]
CONFIGURATIONS: tuple[Configuration, ...] = get_args(Configuration)

_GENERATOR_BASE, _DISCRIMINATOR_BASE, _MOST = 1024, 512, 192
"""Feature maps: 192 at 4 × 4, then 16 and 8 at 64 × 64. The generator's 1.5 M weights are the most
that two cores train in an hour or two (150 images a CPU-second forwards and back); the
discriminator is leaner, since it ran ahead of the generator before."""
_LEAST_SPREAD = 0.05
_GAINS: tuple[tuple[str, float], ...] = (
    ("shot.pose", 4.0),
    ("shot.framing", 4.0),
    ("shot.key", 2.0),
    ("shot.exposure", 2.0),
    ("shot.hair_day", 2.0),
    ("shot.glasses", 2.0),
    ("shot.age", 2.0),
    ("shot.backdrop", 0.5),
    ("identity.skin", 2.0),
    ("identity.masculine", 2.0),
    ("identity.male", 2.0),
    ("identity.hair_style", 2.0),
    ("identity.beard", 2.0),
)
"""Weight of the parts of a code whose names begin so, by how much of a picture each moves; with
one weight for all, the head's turn was learnt half as fast."""


_BOUND = (
    "shot.age",
    "shot.hair_now",
    "shot.beard_now",
    "shot.hair_day",
    "shot.fringe",
    "shot.glasses",
    "shot.lipstick",
)
"""Parts of a shot that go with the person in the codes of strangers: colours and signs of age are
the person's at an age, so the age comes along; only some have a fringe, on some days, so the day
does; and whether glasses or lipstick are worn is drawn by the person's habit."""


def bound_to_person() -> torch.Tensor:
    """Return which numbers of a shot go with the person, bool [m]; see `_BOUND`."""
    return torch.tensor([n.startswith(_BOUND) for n in CODE_NAMES if n.startswith("shot.")])


def code_gains() -> torch.Tensor:
    """Return the weight of each number of a code, float32 [c]; see `_GAINS`."""
    gains = torch.ones(len(CODE_NAMES))
    for start, gain in _GAINS:
        for i, name in enumerate(CODE_NAMES):
            if name.startswith(start):
                gains[i] = gain
    return gains


def images_of(renders: RenderSet, configuration: Configuration) -> Images:
    """Return a render set as training images.

    Args:
        renders: a verified set.
        configuration: "paired" puts codes beside the images, "labels" one of twenty classes
            (ten tones by two sexes), "plain" nothing.

    Raises:
        EffaceError: "paired", and the set's codes are of another length than `CODE_NAMES`.
    """
    side = renders.plan.size
    images = torch.from_numpy(np.array(renders.clean).reshape(-1, side, side, 3))
    if configuration == "plain":
        return TensorImages(images)
    if configuration == "labels":
        tone = torch.from_numpy(np.array(renders.labels["tone"]).reshape(-1).astype(np.int64))
        male = torch.from_numpy((np.array(renders.labels["sex"]) == "male").reshape(-1))
        classes = torch.nn.functional.one_hot(2 * (tone - 1) + male, 20)
        return TensorImages(images, classes.float())
    kept = np.repeat(np.array(renders.identity), renders.plan.photos, axis=0)
    shots = np.array(renders.shots).reshape(len(images), -1)
    told = bound_to_person()
    if (kept.shape[1] + len(told), shots.shape[1]) != (len(CODE_NAMES), len(told)):
        raise EffaceError(
            Fault(
                "the set's codes are of another version",
                file=str(renders.folder),
                found=f"{kept.shape[1]} numbers of a person and {shots.shape[1]} of a shot",
                expected=f"{len(CODE_NAMES) - len(told)} and {len(told)}",
            )
        )
    return PairedImages(images, torch.from_numpy(kept), torch.from_numpy(shots), told)


def training_settings(configuration: Configuration, images: int, seed: int) -> TrainingSettings:
    """Return how a configuration is trained within a budget of images.

    The paired term stands alone for four fifths of the images and keeps its whole weight to the
    end; the game then joins at a weight of 0.12, with R1 and ADA. The paired configuration has no
    path length regularisation, no style mixing and no noise beside the convolutions: it is not
    StyleGAN2's whole objective. At full strength the game made torn textures, since the
    discriminator ran ahead. Plain and labels have the whole objective but for that noise.
    """
    if configuration != "paired":
        return TrainingSettings(
            images=images, seed=seed, gamma=0.4, soften_from=2.0, soften_images=images // 2,
            sixteen="bfloat16", noise="none", augmentation=FACES,
        )  # fmt: skip
    alone = int(0.8 * images)
    return TrainingSettings(
        images=images,
        seed=seed,
        rate=0.003,
        gamma=2.0,
        path_weight=0.0,
        mixing=0.0,
        noise="none",
        augmentation=FACES,
        ada_images=50_000,
        average_images=5_000,
        sixteen="bfloat16",
        paired=PairedSettings(),
        paired_images=alone,
        game_weight=0.12,
        game_rampup=15_000,
    )


def training_of(
    renders: RenderSet,
    configuration: Configuration,
    settings: TrainingSettings,
    guide: Guide | None = None,
    device: str = "cpu",
) -> Training:
    """Return a training, at its start.

    Args:
        renders: a verified set.
        configuration: see `images_of`.
        settings: see `training_settings`.
        guide: for the paired configuration, on the same device.
        device: where the networks live.

    Raises:
        EffaceError: see `images_of`.
    """
    images = images_of(renders, configuration)
    sixteen = renders.plan.size.bit_length() - 2
    paired = configuration == "paired"
    training = Training(
        settings,
        GeneratorSettings(
            renders.plan.size,
            z_dim=NOISE if paired else 128,
            c_dim=images.c_dim,
            w_dim=256 if paired else 128,
            mapping="code" if paired else "latent",
            mapping_layers=4 if paired else 2,
            mapping_rate=1.0 if paired else 0.01,
            channel_base=_GENERATOR_BASE,
            channel_max=_MOST,
            sixteen_bit=sixteen,
        ),
        DiscriminatorSettings(
            renders.plan.size,
            c_dim=0 if paired else images.c_dim,
            label_layers=2,
            channel_base=_DISCRIMINATOR_BASE,
            channel_max=_MOST,
            sixteen_bit=sixteen - 1,
        ),
        images,
        guide,
        device,
    )
    if isinstance(images, PairedImages):
        assert images.beside is not None
        mean, spread = images.beside.mean(0), images.beside.std(0)
        for net in (training.generator, training.average):
            assert isinstance(net.mapping, CodeMapping)
            net.mapping.code_mean.copy_(mean)
            net.mapping.code_spread.copy_(spread.clamp(min=_LEAST_SPREAD))
            net.mapping.code_gain.copy_(code_gains())
    return training

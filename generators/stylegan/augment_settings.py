"""Which augmentations a discriminator sees through, how often each comes and how strong it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class AugmentSettings:
    """Every operation of the pipeline of Karras et al. 2020b (appendix B), in its order.

    A name without a suffix is a multiplier: the operation is drawn for an image with probability
    min(1, p × multiplier), and 0 leaves it out. The other numbers are strengths. Defaults are the
    paper's: every operation at probability p. Note that some operations do nothing even where they
    are drawn: half of the flips, a quarter of the quarter turns.

    Attributes:
        x_flip: mirror left to right, or not, at even odds.
        quarter_turn: turn by 0, 90, 180 or 270 degrees.
        whole_shift: move by whole pixels, uniformly within ± `whole_shift_max` of the width.
        scale: magnify by 2^x, x normal with standard deviation `scale_octaves`.
        rotation: turn by an angle uniform within ± `rotation_max` half turns. It comes before the
            stretch and again after it, each with probability 1 − √(1 − p), so that an image is
            turned at all with probability p.
        stretch: magnify by 2^x across and 2^−x along, x normal, `stretch_octaves`.
        shift: move by a normal distance in each direction, `shift_deviation` of the width.
        brightness: add a normal value of deviation `brightness_deviation` to all channels (the
            image's values span −1 … 1).
        contrast: multiply by 2^x, x normal, `contrast_octaves`.
        luma_flip: mirror the colours in the plane at right angles to the grey axis, or not, at
            even odds.
        hue: turn the colours about the grey axis, uniformly within ± `hue_max` half turns.
        saturation: multiply the distance from the grey axis by 2^x, x normal,
            `saturation_octaves`.
        filtering: in each of four octaves of frequency, with the probability anew for each,
            amplify by 2^x, x normal, `filtering_octaves`, and divide by the change of power that
            an image with a 1/f spectrum would show.
        noise: add white noise of a deviation that is half-normal, `noise_deviation`.
        cutout: set to 0 (mid-grey) what falls in a square whose side is `cutout_size` of the width
            and whose centre is uniform over the image.

    Raises:
        ValueError: a number is negative or not finite.
    """

    x_flip: float = 1.0
    quarter_turn: float = 1.0
    whole_shift: float = 1.0
    scale: float = 1.0
    rotation: float = 1.0
    stretch: float = 1.0
    shift: float = 1.0
    brightness: float = 1.0
    contrast: float = 1.0
    luma_flip: float = 1.0
    hue: float = 1.0
    saturation: float = 1.0
    filtering: float = 1.0
    noise: float = 1.0
    cutout: float = 1.0

    whole_shift_max: float = 0.125
    scale_octaves: float = 0.2
    rotation_max: float = 1.0
    stretch_octaves: float = 0.2
    shift_deviation: float = 0.125
    brightness_deviation: float = 0.2
    contrast_octaves: float = 0.5
    hue_max: float = 1.0
    saturation_octaves: float = 1.0
    filtering_octaves: float = 1.0
    noise_deviation: float = 0.1
    cutout_size: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"{field.name} is a number of 0 or more; found {value!r}")


BLITS = ("x_flip", "quarter_turn", "whole_shift")
"""Pixel blitting: pixels move to other places of the raster and keep their values."""

GEOMETRIC = ("scale", "rotation", "stretch", "shift")
"""General geometric transformations."""

COLOURS = ("brightness", "contrast", "luma_flip", "hue", "saturation")
"""Colour transformations."""

OPERATIONS = (*BLITS, *GEOMETRIC, *COLOURS, "filtering", "noise", "cutout")
"""Every operation, in the order in which it is applied."""


def only(*operations: str) -> AugmentSettings:
    """Return the paper's strengths with multiplier 1 for the named operations and 0 for the rest.

    Raises:
        ValueError: a name is none of `OPERATIONS`.
    """
    unknown = sorted(set(operations) - set(OPERATIONS))
    if unknown:
        raise ValueError(
            f"no operation is called {unknown[0]!r}; there are {', '.join(OPERATIONS)}"
        )
    return replace(AugmentSettings(), **{name: float(name in operations) for name in OPERATIONS})


BLIT = only(*BLITS)
GEOMETRY = only(*GEOMETRIC)
COLOUR = only(*COLOURS)
FILTER = only("filtering")
NOISE = only("noise")
CUTOUT = only("cutout")
BGC = only(*BLITS, *GEOMETRIC, *COLOURS)
"""Blitting, geometry and colour: what the paper settles on (Karras et al. 2020b, section 2.4)."""

ALL = AugmentSettings()
"""All six families."""

FACES = replace(
    BGC, quarter_turn=0.0, luma_flip=0.0, hue=0.0, rotation_max=0.1, whole_shift_max=0.0625,
    shift_deviation=0.0625,
)  # fmt: skip
"""BGC for faces that stand upright in a frame aligned by landmarks.

No quarter turns, and free rotation within ± 18 degrees only: a face on its side or upside down
teaches a discriminator nothing about upright ones. No luma flip and no turn of hue: skin as a
negative or green stands outside every tone, and the tones have to stay what they are. Translations
are half the paper's: eyes and mouth stand at fixed places and at 0.125 a chin leaves the frame.
Scale, stretch, brightness, contrast and saturation are the paper's. The mirror image stays; where
a label says which way a head turns or where light falls from, `replace(FACES, x_flip=0.0)` keeps
that word true of every image. Something uniform over a part of its range, as whole translations
are, is invertible in distribution up to p ≈ 0.82 (where 1 − p + p sinc first touches 0), so keep p
at 0.8 or below.
"""

"""The identity code: everything that stays with a person, drawn from a 64-bit key.

A key and two things that the simulation knows of a person (sex, tone on the Monk scale) give the
shape of the head, the shade of the skin, marks, hair, brows, eyes, beard and glasses. Age is not
part of it: the same code is drawn at the age of each photo. Each trait has its own stream, so that
a change to one leaves the others as they were. Frequencies of traits are assumptions made for
variety; they describe no population.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams

Sex = Literal["female", "male"]
TONES = 10
"""Tones of the Monk Skin Tone scale (Monk 2019), 1 the lightest."""

_TRAITS = ("shape", "skin", "marks", "hair", "brows", "eyes", "beard", "glasses")
_STREAMS = Streams(0, 0, _TRAITS)
_LARGEST_MODE = 2.6
"""Weights of modes are cut here; beyond it heads leave what the studio scans support."""

HairStyle = Literal["long", "bob", "tied", "crop", "short", "swept", "curls", "afro", "bald"]
Beard = Literal["none", "moustache", "goatee", "stubble", "short beard", "full beard"]


@dataclass(frozen=True)
class Portrayed:
    """A person whose face is wanted.

    Attributes:
        key: 64-bit identity key, 0 to 2⁶⁴ − 1; another key is another person.
        sex: "female" or "male".
        tone: 1 (lightest) to 10 (darkest), Monk Skin Tone scale.

    Raises:
        ValueError: a value outside these.
    """

    key: int
    sex: Sex
    tone: int

    def __post_init__(self) -> None:
        if not 0 <= self.key < 2**64:
            raise ValueError(f"an identity key has 64 bits, found {self.key}")
        if self.sex not in get_args(Sex):
            raise ValueError(f"sex is one of {', '.join(get_args(Sex))}, found {self.sex!r}")
        if not 1 <= self.tone <= TONES:
            raise ValueError(f"tone is 1 to {TONES} on the Monk scale, found {self.tone}")


@dataclass(frozen=True)
class Hair:
    """Hair of the head as a person wears it; colours are linear RGB.

    Attributes:
        style: kind of cut.
        colour: float32 [3] before any grey, dyed or not.
        natural: float32 [3] undyed, as in brows and beard.
        grey_from: age at which grey begins, years.
        bulk: thickness against the usual of the style.
        line: height of the hairline over the brow against the mean, cm.
        recession: how far the temples recede with age, 0 to 1.
        fringe: whether it falls over the forehead, where the style has one.
        sweep: which way the front lies, −1 to 1.
        part: side on which the hair is parted, cm from the middle.
        wave: 0 straight to 1 wavy.
        length: lowest end of long hair, cm on the head's y axis.
        grain: float32 [3] where strands read the noise field.
    """

    style: HairStyle
    colour: NDArray[np.float32]
    natural: NDArray[np.float32]
    grey_from: float
    bulk: float
    line: float
    recession: float
    fringe: bool
    sweep: float
    part: float
    wave: float
    length: float
    grain: NDArray[np.float32]


@dataclass(frozen=True)
class Brows:
    """Eyebrows, cm: `rise` and `arch` against the mean, half `thickness`, density, ends."""

    rise: float
    arch: float
    thickness: float
    density: float
    inner: float
    outer: float


@dataclass(frozen=True)
class Glasses:
    """Glasses: how often worn (0 never), half width, height and gauge (cm), squareness, colour."""

    worn: float
    half_width: float
    half_height: float
    squareness: float
    gauge: float
    colour: NDArray[np.float32]


@dataclass(frozen=True)
class IdentityCode:
    """Everything that stays with a person (see the module).

    Attributes:
        who: the person.
        masculine: −1 (feminine) to 1 (masculine) appearance.
        modes: float32 [100] weights of the head's modes, about N(0, 1).
        shade: place between neighbouring tones, −0.45 to 0.45.
        warmth: float32 [3] small factors on the skin's colour.
        ruddiness: redness of cheeks and nose, 0 to 1.
        freckles: 0 none to 1.
        gloss: shine of the skin.
        moles: float32 [k, 4] x, y (cm), radius (cm) and depth of marks.
        grain: float32 [3] where the skin reads the noise field.
        ageing: how strongly age shows against the usual.
        lip_depth: how much darker the lips are than the skin, 0 to 1.
        lipstick: float32 [3] colour of lipstick; worn with the probability `makeup`.
        makeup: 0 never to 1 always.
        hair, brows, glasses: see there.
        beard: kind of beard.
        beard_density: 0 to 1.
        beard_length: cm, of a full beard.
        iris: float32 [3] colour; `iris_radius` in cm; `iris_grain` a place in the noise field.
        lid_rest: how far the upper lids rest over the eyes, a weight of the blink shape.
    """

    who: Portrayed
    masculine: float
    modes: NDArray[np.float32]
    shade: float
    warmth: NDArray[np.float32]
    ruddiness: float
    freckles: float
    gloss: float
    moles: NDArray[np.float32]
    grain: NDArray[np.float32]
    ageing: float
    lip_depth: float
    lipstick: NDArray[np.float32]
    makeup: float
    hair: Hair
    brows: Brows
    glasses: Glasses
    beard: Beard
    beard_density: float
    beard_length: float
    iris: NDArray[np.float32]
    iris_radius: float
    iris_grain: float
    lid_rest: float


def _rgb(*rows: tuple[float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


_DARK_HAIR = _rgb((0.009, 0.007, 0.006), (0.013, 0.0095, 0.0075), (0.030, 0.018, 0.012))
_LIGHT_HAIR = _rgb(
    (0.050, 0.028, 0.016), (0.095, 0.052, 0.027), (0.18, 0.105, 0.05), (0.36, 0.25, 0.125),
    (0.20, 0.070, 0.024), (0.030, 0.019, 0.012),
)  # fmt: skip
_DYES = _rgb((0.16, 0.028, 0.075), (0.05, 0.08, 0.26), (0.44, 0.36, 0.24), (0.20, 0.02, 0.02))
_DARK_IRIS = _rgb((0.060, 0.028, 0.012), (0.040, 0.018, 0.008))
_LIGHT_IRIS = _rgb(
    (0.060, 0.028, 0.012), (0.11, 0.060, 0.022), (0.13, 0.19, 0.27), (0.11, 0.16, 0.10),
    (0.17, 0.21, 0.24), (0.085, 0.095, 0.045),
)  # fmt: skip
_LIPSTICKS = _rgb((0.32, 0.025, 0.04), (0.26, 0.045, 0.08), (0.38, 0.12, 0.12), (0.18, 0.025, 0.05))
_FRAMES = _rgb(
    (0.010, 0.010, 0.011), (0.10, 0.052, 0.026), (0.30, 0.25, 0.17), (0.24, 0.24, 0.26),
    (0.17, 0.016, 0.024),
)  # fmt: skip

_FEMALE_STYLES: tuple[HairStyle, ...] = (
    "long", "long", "long", "bob", "bob", "tied", "short", "curls",
)  # fmt: skip
_MALE_STYLES: tuple[HairStyle, ...] = ("crop", "short", "short", "short", "swept", "swept", "curls")
_BEARDS: tuple[Beard, ...] = (
    "none", "none", "none", "stubble", "stubble", "moustache", "goatee", "short beard",
    "short beard", "full beard",
)  # fmt: skip


def draw_identity(who: Portrayed, masculine_direction: NDArray[np.float32]) -> IdentityCode:
    """Return the identity code of a person, a function of `who` alone.

    Args:
        who: the person.
        masculine_direction: float32 [100] unit direction over modes (`HeadMesh.masculine`).
    """
    rng = {name: _STREAMS.generator(name, who.key) for name in _TRAITS}
    male = who.sex == "male"
    dark = float(np.clip((who.tone - 4.5) / 4, 0, 1))

    skin, marks, eyes = rng["skin"], rng["marks"], rng["eyes"]
    masculine, modes = _draw_shape(rng["shape"], male, masculine_direction)
    irises = _DARK_IRIS if dark > 0.2 else _LIGHT_IRIS
    beard_rng = rng["beard"]
    beard: Beard = _BEARDS[beard_rng.integers(len(_BEARDS))] if male else "none"
    return IdentityCode(
        who=who,
        masculine=masculine,
        modes=modes,
        shade=float(skin.uniform(-0.45, 0.45)),
        warmth=np.exp(skin.normal(0, 0.03, 3)).astype(np.float32),
        ruddiness=float(skin.uniform(0.15, 0.9)),
        gloss=float(skin.uniform(0.10, 0.26)),
        grain=skin.uniform(0, 64, 3).astype(np.float32),
        ageing=float(skin.uniform(0.7, 1.2)),
        lip_depth=float(skin.uniform(0.35, 0.9)),
        freckles=float(marks.uniform(0.4, 0.9) * (marks.random() < 0.26 * (1 - dark))),
        moles=_draw_moles(marks),
        lipstick=_LIPSTICKS[marks.integers(len(_LIPSTICKS))],
        makeup=0.0 if male else float(marks.choice([0.0, 0.3, 0.8])),
        hair=_draw_hair(rng["hair"], male, who.tone),
        brows=_draw_brows(rng["brows"], masculine),
        glasses=_draw_glasses(rng["glasses"]),
        beard=beard,
        beard_density=float(beard_rng.uniform(0.75, 1.0)),
        beard_length=float(beard_rng.uniform(0.7, 1.8)),
        iris=(irises[eyes.integers(len(irises))] * eyes.uniform(0.8, 1.25)).astype(np.float32),
        iris_radius=float(eyes.uniform(0.57, 0.63)),
        iris_grain=float(eyes.uniform(0, 64)),
        lid_rest=float(eyes.uniform(0.0, 0.18)),
    )


def _draw_shape(
    rng: np.random.Generator, male: bool, direction: NDArray[np.float32]
) -> tuple[float, NDArray[np.float32]]:
    """Return (masculine, modes): random modes, pulled along the direction by the sex."""
    masculine = float(rng.uniform(0.45, 1.0)) * (1 if male else -1)
    modes = np.clip(rng.normal(size=len(direction)), -_LARGEST_MODE, _LARGEST_MODE)
    along = float(modes @ direction)
    modes += direction * (1.6 * masculine - 0.6 * along)
    return masculine, modes.astype(np.float32)


def _draw_moles(rng: np.random.Generator) -> NDArray[np.float32]:
    count = int(rng.poisson(1.3))
    return np.stack(
        [
            rng.uniform(-6, 6, count),
            rng.uniform(-6.5, 8.5, count),
            rng.uniform(0.08, 0.19, count),
            rng.uniform(0.5, 0.95, count),
        ],
        axis=1,
    ).astype(np.float32)


def _draw_hair(rng: np.random.Generator, male: bool, tone: int) -> Hair:
    dark = tone >= 6
    light = rng.random() < (0.0 if dark else 0.55 if tone >= 4 else 0.9)
    colours = _LIGHT_HAIR if light else _DARK_HAIR[:2] if tone >= 8 else _DARK_HAIR
    natural = colours[rng.integers(len(colours))] * rng.uniform(0.8, 1.25)
    colour = natural
    if rng.random() < 0.04:
        colour = _DYES[rng.integers(len(_DYES))]
    styles = _MALE_STYLES if male else _FEMALE_STYLES
    style = styles[rng.integers(len(styles))]
    coily = rng.random()
    if dark and coily < (0.75 if male else 0.45):
        style = "crop" if male and coily < 0.5 else "afro"
    elif male and rng.random() < 0.08:
        style = "bald"
    return Hair(
        style=style,
        colour=colour.astype(np.float32),
        natural=natural.astype(np.float32),
        grey_from=float(rng.uniform(34, 64)),
        bulk=float(rng.uniform(0.8, 1.25)),
        line=float(np.clip(rng.normal(0, 0.4), -0.7, 0.8)),
        recession=float(rng.uniform(0, 1)) if male else 0.1,
        fringe=bool(rng.random() < 0.35),
        sweep=float(rng.uniform(-1, 1)),
        part=float(rng.choice([-2.6, 0.0, 2.6]) + rng.normal(0, 0.5)),
        wave=float(rng.choice([0.0, 0.0, 0.4, 1.0])),
        length=float(rng.uniform(-15, -9)) if style == "long" else float(rng.uniform(-6.5, -3.5)),
        grain=rng.uniform(0, 64, 3).astype(np.float32),
    )


def _draw_brows(rng: np.random.Generator, masculine: float) -> Brows:
    return Brows(
        rise=float(rng.normal(0, 0.14)),
        arch=float(rng.normal(0.06 - 0.06 * masculine, 0.15)),
        thickness=float(rng.uniform(0.27, 0.43)) * (1 + 0.25 * masculine),
        density=float(rng.uniform(0.65, 0.95)),
        inner=float(rng.uniform(-0.3, 0.35)),
        outer=float(rng.uniform(5.2, 6.1)),
    )


def _draw_glasses(rng: np.random.Generator) -> Glasses:
    return Glasses(
        worn=float(rng.choice([0.0, 0.5, 0.95], p=[0.72, 0.12, 0.16])),
        half_width=float(rng.uniform(1.95, 2.35)),
        half_height=float(rng.uniform(1.25, 1.8)),
        squareness=float(rng.uniform(2.0, 4.5)),
        gauge=float(rng.uniform(0.07, 0.16)),
        colour=_FRAMES[rng.integers(len(_FRAMES))],
    )

"""The shot code: everything that differs between two photos of one person.

A shot is drawn from the person's key and the photo's id alone, so that asking for one more photo
changes no other. The photo's quality (0 to 1) and group size widen or narrow what is drawn: a good
portrait is nearly frontal, sharp and evenly lit. Widths are assumptions made for variety.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.hair import DAYS
from generators.heads.identity import IdentityCode
from generators.keyed import Streams

_PARTS = ("pose", "expression", "light", "style", "framing", "camera", "backdrop")
_STREAMS = Streams(0, 0, ("key", *_PARTS))

_EXPRESSIONS: tuple[tuple[float, dict[str, float]], ...] = (
    (0.26, {}),
    (0.22, {"mouthSmile": 0.65, "cheekSquint": 0.4}),
    (0.18, {"mouthSmile": 0.85, "jawOpen": 0.16, "mouthUpperUp": 0.35, "mouthLowerDown": 0.25,
            "cheekSquint": 0.6, "eyeSquint": 0.4}),
    (0.05, {"jawOpen": 0.40, "eyeWide": 0.6, "browInnerUp": 0.7, "browOuterUp": 0.6}),
    (0.06, {"browDown": 0.8, "mouthPress": 0.5, "noseSneer": 0.25}),
    (0.05, {"mouthFrown": 0.7, "browInnerUp": 0.5}),
    (0.06, {"jawOpen": 0.15, "mouthFunnel": 0.4}),
    (0.06, {"mouthSmile_R": 0.6, "mouthDimple_R": 0.5, "browOuterUp_R": 0.4}),
    (0.06, {"eyeSquint": 0.6, "mouthSmile": 0.3}),
)  # fmt: skip
"""(frequency, blend shapes); a name without a side stands for both sides."""
_GAZE = tuple(
    f"eye{what}_{side}"
    for what in ("LookOut", "LookIn", "LookUp", "LookDown", "Blink")
    for side in "LR"
)


def _sides(name: str) -> tuple[str, ...]:
    """Return the blend shapes that a name stands for."""
    if "_" in name or name in ("jawOpen", "mouthFunnel"):
        return (name,)
    return (f"{name}_L", f"{name}_R")


EXPRESSION_SHAPES: tuple[str, ...] = tuple(
    sorted({full for _, shapes in _EXPRESSIONS for name in shapes for full in _sides(name)})
) + tuple(sorted(_GAZE))
"""Every blend shape that a shot may set."""


class Pose(NamedTuple):
    """How the head stands to the camera: radians, and the distance of the lens in cm."""

    yaw: float
    pitch: float
    roll: float
    distance: float


class Framing(NamedTuple):
    """How far the crop missed the aligned frame: shares of the picture's side, and radians."""

    right: float
    down: float
    zoom: float
    turn: float


@dataclass(frozen=True)
class Lighting:
    """Light by direction in the camera's frame (x right, y up, z to the camera); linear RGB.

    Attributes:
        key_from, fill_from: float32 [3] unit directions towards the lights.
        key, fill: float32 [3] their strength.
        sky, ground: float32 [3] light from above and below.
    """

    key_from: NDArray[np.float32]
    key: NDArray[np.float32]
    fill_from: NDArray[np.float32]
    fill: NDArray[np.float32]
    sky: NDArray[np.float32]
    ground: NDArray[np.float32]


@dataclass(frozen=True)
class Camera:
    """What the camera and the web do to a photo.

    Attributes:
        exposure: stops off the metered exposure.
        balance: float32 [3] factors on the channels.
        blur: standard deviation of the blur, share of the picture's side.
        noise: standard deviation of the sensor's noise, of full scale.
        compression: 0 none to 1 heavy JPEG-like quantisation.
    """

    exposure: float
    balance: NDArray[np.float32]
    blur: float
    noise: float
    compression: float


@dataclass(frozen=True)
class ShotCode:
    """Everything that differs between two photos of one person.

    Attributes:
        pose, framing, lighting, camera: see there.
        expression: blend shape → weight.
        hair_day: 0 to `hair.DAYS` − 1.
        glasses, lipstick: whether worn.
        cloth: float32 [3] colour; `stripes` a cm (0 none); `neckline` cm on the head's y axis.
        backdrop: seed of the background.
    """

    pose: Pose
    framing: Framing
    lighting: Lighting
    camera: Camera
    expression: dict[str, float]
    hair_day: int
    glasses: bool
    lipstick: bool
    cloth: NDArray[np.float32]
    stripes: float
    neckline: float
    backdrop: int


def draw_shot(code: IdentityCode, photo: int, quality: float, group: int) -> ShotCode:
    """Return the shot code of one photo of a person.

    Args:
        code: the person.
        photo: id of the photo.
        quality: 0 to 1; 1 is sharp, well lit and frontal.
        group: number of faces in the photo; faces in groups are small, so less sharp.
    """
    entity = int(_STREAMS.words("key", code.who.key, photo)[0])
    rng = {name: _STREAMS.generator(name, entity) for name in _PARTS}
    poor = 1 - float(np.clip(quality, 0, 1))
    pose, style, framing = rng["pose"], rng["style"], rng["framing"]
    return ShotCode(
        pose=Pose(
            yaw=float(np.clip(pose.normal(0, 0.14 + 0.34 * poor), -0.85, 0.85)),
            pitch=float(np.clip(pose.normal(0, 0.06 + 0.13 * poor), -0.4, 0.4)),
            roll=float(pose.normal(0, 0.06)),
            distance=float(pose.uniform(60, 160)),
        ),
        framing=Framing(*(float(v) for v in framing.normal(0, [0.008, 0.008, 0.02, 0.015]))),
        lighting=_draw_lighting(rng["light"], poor),
        camera=_draw_camera(rng["camera"], poor, group),
        expression=_draw_expression(rng["expression"], code.lid_rest),
        hair_day=int(style.choice(DAYS, p=[0.55, 0.2, 0.1, 0.15])),
        glasses=bool(style.random() < code.glasses.worn),
        lipstick=bool(style.random() < code.makeup),
        cloth=_draw_cloth(style),
        stripes=float(style.uniform(2, 5)) if style.random() < 0.15 else 0.0,
        neckline=float(style.uniform(-12.4, -9.9)),
        backdrop=int(rng["backdrop"].integers(2**62)),
    )


def _draw_expression(rng: np.random.Generator, lid_rest: float) -> dict[str, float]:
    frequency = np.array([row[0] for row in _EXPRESSIONS])
    shapes = _EXPRESSIONS[int(rng.choice(len(_EXPRESSIONS), p=frequency / frequency.sum()))][1]
    strength = float(rng.uniform(0.55, 1.05))
    weights: dict[str, float] = {}

    def add(name: str, weight: float) -> None:
        if weight > 0:
            weights[name] = weights.get(name, 0.0) + weight

    for name, weight in shapes.items():
        for full in _sides(name):
            add(full, weight * strength)
    aside, up = float(rng.normal(0, 0.16)), float(rng.normal(0, 0.10))
    blink = lid_rest + max(0.0, float(rng.normal(0.0, 0.08)))
    for eye, out in (("L", aside), ("R", -aside)):
        add(f"eyeLookOut_{eye}", out)
        add(f"eyeLookIn_{eye}", -out)
        add(f"eyeLookUp_{eye}", up)
        add(f"eyeLookDown_{eye}", -up)
        add(f"eyeBlink_{eye}", blink)
    return weights


def _draw_lighting(rng: np.random.Generator, poor: float) -> Lighting:
    azimuth = float(rng.normal(0, 0.45 + 0.35 * poor))
    height = float(rng.uniform(0.05, 0.95))
    fill_azimuth = -azimuth + float(rng.normal(0, 0.4))
    warm, warm_sky = rng.normal(0, 0.06), rng.normal(0, 0.05)
    hard = float(rng.uniform(0.7, 1.5 + 0.7 * poor))
    soft = float(rng.uniform(0.35, 0.8))
    sky = np.array([1 + warm_sky, 1, 1 - warm_sky]) * soft
    return Lighting(
        key_from=_direction(azimuth, height),
        key=(np.array([1 + warm, 1, 1 - warm]) * hard).astype(np.float32),
        fill_from=_direction(fill_azimuth, 0.2),
        fill=(sky * rng.uniform(0.3, 0.8)).astype(np.float32),
        sky=sky.astype(np.float32),
        ground=(sky * rng.uniform(0.35, 0.8) * np.array([1.05, 1.0, 0.92])).astype(np.float32),
    )


def _direction(azimuth: float, height: float) -> NDArray[np.float32]:
    flat = np.cos(height)
    return np.array(
        [np.sin(azimuth) * flat, np.sin(height), np.cos(azimuth) * flat], dtype=np.float32
    )


def _draw_camera(rng: np.random.Generator, poor: float, group: int) -> Camera:
    small = min(1.0, 0.12 * (max(1, group) - 1))
    return Camera(
        exposure=float(rng.normal(0, 0.10 + 0.12 * poor)),
        balance=np.exp(rng.normal(0, 0.02 + 0.03 * poor, 3)).astype(np.float32),
        blur=float(rng.uniform(0.0, 0.002 + 0.008 * poor)) + 0.014 * small,
        noise=float(rng.uniform(0.002, 0.008 + 0.022 * poor)),
        compression=float(np.clip(rng.uniform(0.0, 0.25 + 0.6 * poor) + 0.3 * small, 0, 1)),
    )


_CLOTHS = np.array(
    [(0.60, 0.60, 0.58), (0.02, 0.02, 0.025), (0.025, 0.045, 0.11), (0.10, 0.10, 0.11),
     (0.22, 0.04, 0.04), (0.05, 0.12, 0.07), (0.30, 0.25, 0.17), (0.12, 0.20, 0.34),
     (0.38, 0.20, 0.22), (0.34, 0.27, 0.06)]
)  # fmt: skip


def _draw_cloth(rng: np.random.Generator) -> NDArray[np.float32]:
    colour = _CLOTHS[int(rng.integers(len(_CLOTHS)))] * rng.uniform(0.7, 1.25)
    return np.clip(colour * np.exp(rng.normal(0, 0.12, 3)), 0.01, 0.8).astype(np.float32)

"""From light to a picture as found on the web: exposure, tone curve, blur, noise, compression."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from generators.heads.shot import Camera

Picture = NDArray[np.float32]

_GREY = 0.22
"""Mean linear light that the meter aims at."""
_METER = 0.5
"""How far the meter corrects a dark or bright head: 0 not at all, 1 wholly. An assumption: full
correction would make all tones alike, none would leave the darkest without detail."""


def develop(light: Picture, head: NDArray[np.bool_], camera: Camera, seed: int) -> Picture:
    """Return the picture of a scene's light, as found on the web.

    Args:
        light: float32 [R, R, 3] linear RGB.
        head: bool [R, R] where the head is; the meter looks there.
        camera: what the camera and the web do.
        seed: seed of the sensor's noise.

    Returns:
        float32 [R, R, 3] in 0..1, sRGB.
    """
    return degraded(exposed(light, head, camera), camera, seed)


def exposed(light: Picture, head: NDArray[np.bool_], camera: Camera) -> Picture:
    """Return the clean picture: metered on the head, exposed, balanced and tone mapped.

    Args:
        light: float32 [R, R, 3] linear RGB.
        head: bool [R, R] where the head is; the meter looks there.
        camera: its exposure and balance.

    Returns:
        float32 [R, R, 3] in 0..1, sRGB.
    """
    seen = light[head] if head.any() else light.reshape(-1, 3)
    metered = (_GREY / (float(seen.mean()) + 1e-3)) ** _METER
    return _toned(light * (metered * np.exp2(np.float32(camera.exposure))) * camera.balance)


def degraded(picture: Picture, camera: Camera, seed: int) -> Picture:
    """Return a clean picture after the camera's blur and noise and the web's compression.

    Args:
        picture: float32 [R, R, 3] in 0..1, sRGB.
        camera: its blur, noise and compression.
        seed: seed of the sensor's noise.

    Returns:
        float32 [R, R, 3] in 0..1, sRGB.
    """
    return _degraded(picture, camera.blur, camera.noise, camera.compression, seed)


def degraded_batch(
    pictures: Picture,
    blur: NDArray[np.floating],
    noise: NDArray[np.floating],
    compression: NDArray[np.floating],
    seeds: NDArray[np.integer],
) -> Picture:
    """Return what `degraded` makes of each of many pictures, bit for bit.

    Args:
        pictures: float32 [n, R, R, 3] in 0..1, sRGB.
        blur, noise, compression: [n] as in `Camera`; float64, where equal bits are wanted.
        seeds: [n] integers, seeds of the sensor's noise.

    Returns:
        float32 [n, R, R, 3] in 0..1, sRGB.
    """
    out = np.empty_like(pictures, dtype=np.float32)
    # One by one: a picture at a time stays in the cache, and drawing the noise costs the most.
    rows = zip(pictures, blur, noise, compression, seeds, strict=True)
    for i, (picture, b, n, c, seed) in enumerate(rows):
        out[i] = _degraded(picture, float(b), float(n), float(c), int(seed))
    return out


def _degraded(picture: Picture, blur: float, noise: float, strength: float, seed: int) -> Picture:
    picture = _blurred(picture, blur * picture.shape[0])
    grain = np.random.default_rng(seed).standard_normal(picture.shape, dtype=np.float32)
    picture = _compressed(picture + np.float32(noise) * grain, strength)
    return np.clip(picture, 0, 1).astype(np.float32)


def _toned(linear: Picture) -> Picture:
    """Return display values: straight up to 0.55, then a shoulder towards 1, then sRGB's curve."""
    knee = np.float32(0.55)
    over = np.maximum(linear - knee, 0)
    lit = np.minimum(linear, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
    lit = np.maximum(lit, 0)
    return np.where(
        lit <= 0.0031308, 12.92 * lit, 1.055 * np.maximum(lit, 1e-6) ** np.float32(1 / 2.4) - 0.055
    ).astype(np.float32)


def _blurred(picture: Picture, sigma: float) -> Picture:
    """Return the picture blurred by a Gaussian of `sigma` pixels."""
    if sigma < 0.15:
        return picture
    reach = max(1, int(np.ceil(2.5 * sigma)))
    at = np.arange(-reach, reach + 1)
    kernel = np.exp(-(at**2) / (2 * sigma**2)).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (reach, reach)
        padded = np.pad(picture, pad, "edge")
        size = picture.shape[axis]
        picture = sum(
            (
                k * (padded[i : i + size] if axis == 0 else padded[:, i : i + size])
                for i, k in enumerate(kernel)
            ),
            np.zeros_like(picture),
        )
    return picture


_TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]],
    dtype=np.float32,
)
"""Colour transform of JFIF 1.02."""
_FROM_YCC = np.linalg.inv(_TO_YCC.astype(np.float64)).astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    """Return the orthonormal 8-point cosine transform of type II, [8, 8]."""
    k, n = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    matrix = np.cos((2 * n + 1) * k * np.pi / 16) * np.sqrt(2 / 8)
    matrix[0] /= np.sqrt(2)
    return matrix.astype(np.float32)


def _compressed(picture: Picture, strength: float) -> Picture:
    """Return the picture after quantisation of its 8 × 8 cosine transforms, as JPEG does.

    Steps grow with frequency and are twice as coarse for colour; 0 leaves the picture alone.
    """
    side = picture.shape[0]
    if strength < 0.05 or side % 8:
        return picture
    k, n = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    step = np.float32(0.085 * strength) * (1 + 0.55 * (k + n)).astype(np.float32)
    ycc = picture @ _TO_YCC.T
    blocks = ycc.reshape(side // 8, 8, side // 8, 8, 3).transpose(0, 2, 4, 1, 3)
    cosines = _cosines()
    spectrum = cosines @ blocks @ cosines.T
    steps = step * np.array([1, 2, 2], dtype=np.float32)[:, None, None]
    spectrum = np.round(spectrum / steps) * steps
    blocks = cosines.T @ spectrum @ cosines
    ycc = blocks.transpose(0, 3, 1, 4, 2).reshape(side, side, 3)
    return np.asarray(ycc @ _FROM_YCC.T, dtype=np.float32)

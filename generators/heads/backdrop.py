"""Backgrounds out of focus: studio, room, shelves, window, street, leaves, hills, night.

Drawn small and enlarged smoothly, as a wide aperture would show them. No picture of any place.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_COARSE = 32
"""Pixels a side of the small picture."""

_STUDIO = np.array([(0.55, 0.55, 0.56), (0.30, 0.33, 0.38), (0.12, 0.13, 0.15), (0.35, 0.28, 0.22)])
_WALLS = np.array([(0.62, 0.57, 0.48), (0.45, 0.50, 0.52), (0.30, 0.36, 0.30), (0.50, 0.36, 0.26),
                   (0.20, 0.24, 0.32), (0.66, 0.64, 0.62)])  # fmt: skip
_THINGS = np.array([(0.10, 0.06, 0.04), (0.70, 0.68, 0.62), (0.25, 0.09, 0.06), (0.08, 0.13, 0.18),
                    (0.18, 0.24, 0.12), (0.85, 0.80, 0.66)])  # fmt: skip
_BOOKS = np.array([(0.30, 0.06, 0.05), (0.06, 0.10, 0.22), (0.08, 0.20, 0.12), (0.50, 0.42, 0.28),
                   (0.70, 0.66, 0.58), (0.05, 0.05, 0.06), (0.38, 0.22, 0.06)])  # fmt: skip
_GROUNDS = np.array(
    [(0.10, 0.17, 0.06), (0.07, 0.12, 0.05), (0.28, 0.26, 0.24), (0.34, 0.25, 0.16)]
)


def backdrop(seed: int, size: int) -> NDArray[np.float32]:
    """Return a background, linear RGB float32 [size, size, 3], from its seed alone."""
    rng = np.random.default_rng(seed)
    draw, _ = _PLACES[int(rng.choice(len(_PLACES), p=[share for _, share in _PLACES]))]
    small = np.clip(draw(rng), 0.0, 1.6).astype(np.float32)
    return _enlarge(small, size, int(rng.integers(1, 4)))


def _axes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    at = (np.arange(_COARSE) + 0.5) / _COARSE
    down, right = np.meshgrid(at, at, indexing="ij")
    return right, down


def _near(rng: np.random.Generator, colours: NDArray[np.float64]) -> NDArray[np.float64]:
    colour = colours[int(rng.integers(len(colours)))]
    return np.asarray(colour * np.exp(rng.normal(0, 0.12, 3)) * rng.uniform(0.7, 1.25))


def _studio(rng: np.random.Generator) -> NDArray[np.float64]:
    right, down = _axes()
    glow = np.exp(
        -((right - rng.uniform(0.3, 0.7)) ** 2 + (down - rng.uniform(0.2, 0.6)) ** 2) / 0.25
    )
    return _near(rng, _STUDIO) * (0.6 + 0.7 * glow)[..., None]


def _room(rng: np.random.Generator) -> NDArray[np.float64]:
    """A wall lit from one side, with a few upright things before it."""
    right, down = _axes()
    picture = _near(rng, _WALLS) * (0.75 + 0.5 * np.abs(right - rng.random()))[..., None]
    for _ in range(int(rng.integers(1, 5))):
        left, width = rng.uniform(-0.1, 1.0), rng.uniform(0.06, 0.35)
        top, bottom = sorted(rng.uniform(-0.2, 1.3, 2))
        inside = (right > left) & (right < left + width) & (down > top) & (down < bottom)
        picture[inside] = 0.25 * picture[inside] + 0.75 * _near(rng, _THINGS)
    return picture


def _outside(rng: np.random.Generator) -> NDArray[np.float64]:
    """Sky over leaves or houses, with blotches."""
    right, down = _axes()
    horizon = rng.uniform(0.1, 0.8) + 0.08 * np.sin(rng.uniform(3, 9) * right + rng.uniform(0, 6))
    sky = np.array([0.48, 0.62, 0.85]) * rng.uniform(0.6, 1.3)
    sky = sky + (np.array([0.8, 0.8, 0.78]) - sky) * rng.random()
    blotch = 1 + 0.35 * rng.normal(size=(_COARSE, _COARSE))
    ground = _near(rng, _GROUNDS) * np.clip(blotch, 0.3, 2)[..., None]
    return np.where((down < horizon)[..., None], sky, ground)


def _night(rng: np.random.Generator) -> NDArray[np.float64]:
    """A dark place with round lights."""
    right, down = _axes()
    picture = np.zeros((_COARSE, _COARSE, 3)) + np.array([0.02, 0.02, 0.03]) * rng.uniform(0.5, 3)
    for _ in range(int(rng.integers(4, 14))):
        far = np.hypot(right - rng.random(), down - rng.random())
        disc = 1 / (1 + np.exp((far - rng.uniform(0.03, 0.09)) / 0.012))
        lamp = np.array([1.0, 0.75, 0.45]) ** rng.uniform(0, 2) * rng.uniform(0.3, 1.2)
        picture += disc[..., None] * lamp
    return picture


def _shelves(rng: np.random.Generator) -> NDArray[np.float64]:
    """Shelves with the backs of books."""
    picture = np.zeros((_COARSE, _COARSE, 3)) + _near(rng, _THINGS) * 0.35
    step = int(rng.integers(7, 12))
    for top in range(int(rng.integers(-step, 0)), _COARSE, step):
        left = 0
        while left < _COARSE:
            width = int(rng.integers(1, 4))
            high = int(rng.integers(step // 2, step))
            rows = slice(max(0, top + step - high), max(0, top + step - 1))
            if rng.random() < 0.9:
                picture[rows, left : left + width] = _near(rng, _BOOKS)
            left += width
    right, _ = _axes()
    return picture * (0.7 + 0.6 * np.abs(right - rng.random()))[..., None]


def _window(rng: np.random.Generator) -> NDArray[np.float64]:
    """A wall with a bright window, its bars and something green behind it."""
    right, down = _axes()
    picture = _near(rng, _WALLS) * (0.6 + 0.4 * down)[..., None]
    left, width = rng.uniform(-0.2, 0.7), rng.uniform(0.3, 0.6)
    top, height = rng.uniform(-0.3, 0.15), rng.uniform(0.5, 0.9)
    u, v = (right - left) / width, (down - top) / height
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    outdoors = _outside(rng) * rng.uniform(1.0, 1.6)
    bars = (np.abs(u - 0.5) < 0.04) | (np.abs(v - 0.5) < 0.03) | (u < 0.05) | (u > 0.95)
    picture[inside] = outdoors[inside]
    picture[inside & bars] = 0.55 * rng.uniform(0.5, 1.4)
    if rng.random() < 0.5:
        curtain = (np.abs(u - rng.choice([0.0, 1.0])) < 0.25) & (v < 1.15)
        folds = 0.8 + 0.25 * np.sin(60 * right + rng.uniform(0, 6))
        picture[curtain] = (_near(rng, _THINGS) * folds[..., None])[curtain]
    return picture


def _street(rng: np.random.Generator) -> NDArray[np.float64]:
    """Houses with rows of windows, a strip of sky and a road."""
    right, down = _axes()
    sky = np.array([0.7, 0.75, 0.82]) * rng.uniform(0.6, 1.2)
    picture = np.zeros((_COARSE, _COARSE, 3)) + sky
    edge = rng.uniform(-0.3, 0.0)
    while edge < 1:
        width = rng.uniform(0.2, 0.5)
        body = (right > edge) & (right < edge + width) & (down > rng.uniform(-0.1, 0.35))
        picture[body] = _near(rng, _WALLS) * rng.uniform(0.5, 1.0)
        across, floors = rng.uniform(30, 60), rng.uniform(25, 45)
        panes = (np.sin(across * right) > 0.3) & (np.sin(floors * down) > 0.2)
        picture[body & panes] = _near(rng, _THINGS) * 0.6
        edge += width
    road = down > rng.uniform(0.7, 1.0)
    picture[road] = 0.16 * rng.uniform(0.6, 1.6)
    return picture


def _leaves(rng: np.random.Generator) -> NDArray[np.float64]:
    """Leaves near and far, with the sky as round spots between them."""
    right, down = _axes()
    fine = rng.normal(size=(_COARSE, _COARSE))
    broad = np.repeat(np.repeat(rng.normal(size=(8, 8)), _COARSE // 8, 0), _COARSE // 8, 1)
    shade = np.exp(0.35 * fine + 0.45 * broad) * (1.3 - 0.6 * down)
    green = np.array([0.085, 0.135, 0.045]) * np.exp(rng.normal(0, 0.25, 3))
    picture = green * shade[..., None]
    for _ in range(int(rng.integers(0, 14))):
        far = np.hypot(right - rng.random(), down - 0.7 * rng.random())
        disc = 1 / (1 + np.exp((far - rng.uniform(0.02, 0.06)) / 0.01))
        picture += disc[..., None] * np.array([0.75, 0.85, 0.7]) * rng.uniform(0.2, 0.8)
    return picture


_PLACES: tuple[tuple[Callable[[np.random.Generator], NDArray[np.float64]], float], ...] = (
    (_studio, 0.22),
    (_room, 0.18),
    (_shelves, 0.12),
    (_window, 0.12),
    (_street, 0.12),
    (_leaves, 0.11),
    (_outside, 0.08),
    (_night, 0.05),
)
"""(place, how often)."""


def _enlarge(small: NDArray[np.float32], size: int, blurs: int) -> NDArray[np.float32]:
    """Return the picture blurred so many times and enlarged, linearly in both directions."""
    blurred = small
    for _ in range(blurs):
        padded = np.pad(blurred, ((1, 1), (1, 1), (0, 0)), "edge")
        blurred = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / np.float32(4)
        blurred = (blurred[:, :-2] + 2 * blurred[:, 1:-1] + blurred[:, 2:]) / np.float32(4)
    at = np.clip((np.arange(size) + 0.5) * _COARSE / size - 0.5, 0, _COARSE - 1.001)
    low = at.astype(np.int64)
    share = (at - low).astype(np.float32)[:, None, None]
    rows = blurred[low] * (1 - share) + blurred[low + 1] * share
    share = share[:, 0][None]
    return np.ascontiguousarray(rows[:, low] * (1 - share) + rows[:, low + 1] * share)

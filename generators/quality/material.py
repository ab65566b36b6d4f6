"""Material for judging a generator: renders of unknown people, and of those that it learnt from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.quality.control import varies
from generators.quality.judgement import Material

if TYPE_CHECKING:
    from generators.heads.render_set import RenderSet

LABELS = ("yaw", "pitch", "light_azimuth", "light_height", "exposure", "age", "tone", "glasses")
"""What is read back from generated pictures, as a render set names it."""

Drawn = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""A generator: codes float32 [n, c] and noise float32 [n, z] in, pictures [n, R, R, 3] in 0..1."""


def material_of(
    draw: Drawn, noise: int, held_out: RenderSet, training: RenderSet, people: int
) -> Material:
    """Return what a generator is judged on: pictures before camera and web.

    The first people of the held-out set are the twins, as many after them the others. Labels that
    do not vary among either (`control.varies`: glasses, where few people wear any) are left out.

    Args:
        draw: the generator; codes are a person's identity, then the shot, as in render sets.
        noise: how many numbers of noise it takes.
        held_out: people that took no part in any training.
        training: what the generator learnt from.
        people: how many twins.

    Raises:
        ValueError: the held-out set has fewer than twice as many people.
    """
    if not 2 <= people <= len(held_out.clean) // 2:
        raise ValueError(
            f"{people} twins and as many others were asked for of {len(held_out.clean)} people"
        )
    twins, others = slice(people), slice(people, 2 * people)
    generated = np.empty_like(held_out.clean[twins])
    for row in range(people):
        shots = held_out.shots[row]
        identity = np.broadcast_to(held_out.identity[row], (len(shots), held_out.identity.shape[1]))
        code = np.concatenate([identity, shots], axis=1)
        generated[row] = np.round(255 * draw(code, _noise(held_out, row, noise)))
    kept = [
        name
        for name in LABELS
        if all(varies(held_out.labels[name][rows]) for rows in (twins, others))
    ]
    return Material(
        generated=generated,
        twins=held_out.clean[twins],
        others=held_out.clean[others],
        twin_labels={name: held_out.labels[name][twins].astype(np.float64) for name in kept},
        other_labels={name: held_out.labels[name][others].astype(np.float64) for name in kept},
        training=training.clean,
    )


def _noise(held_out: RenderSet, row: int, count: int) -> NDArray[np.float32]:
    """Return noise float32 [photos, count] from the seed that draws the photo's own grain."""
    return np.stack(
        [
            np.random.default_rng(int(seed)).standard_normal(count, dtype=np.float32)
            for seed in held_out.labels["grain_seed"][row]
        ]
    )

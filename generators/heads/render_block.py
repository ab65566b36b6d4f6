"""Rendering one block of people of a set into its place in the set's arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.heads.cast import CastMember, cast_member
from generators.heads.codes import identity_vector, shot_vector
from generators.heads.develop import degraded, exposed
from generators.heads.directions import identity_code
from generators.heads.identity import IdentityCode
from generators.heads.render import seen_light
from generators.heads.render_plan import BLOCK, CELL, RenderPlan
from generators.heads.shot import ShotCode, draw_shot

BLOCKS = "blocks"
"""Folder of the labels of finished blocks, inside a set that is not whole yet."""


@dataclass(frozen=True)
class BlockTask:
    """Up to `BLOCK` people of a set: `folder` is the unfinished set, `block` counts from 0."""

    plan: RenderPlan
    folder: Path
    block: int

    @property
    def rows(self) -> range:
        """The people's rows in the set's arrays."""
        return range(self.block * BLOCK, min((self.block + 1) * BLOCK, self.plan.people))

    @property
    def labels(self) -> Path:
        """Where the block's labels lie; once they are there, the block is whole."""
        return self.folder / BLOCKS / f"b{self.block:07d}.npz"


def render_block(task: BlockTask) -> int:
    """Render a block into the arrays of its set; return how many photos it has.

    The same task gives the same bytes. Labels are written last, under their final name at once.
    """
    plan = task.plan
    arrays = {
        name: np.lib.format.open_memmap(task.folder / name, mode="r+") for name in plan.arrays()
    }
    rows: list[dict[str, Any]] = []
    for row in task.rows:
        number = plan.first_person + row
        member = cast_member(plan.seed, number, plan.photos)
        code = identity_code(member.who)
        arrays["identity.npy"][row] = identity_vector(code)
        for photo in range(plan.photos):
            at = (row, photo)
            rows.append(_render_photo(plan.size, member, code, photo, arrays, at, number))
    for array in arrays.values():
        array.flush()
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    temporary = task.labels.with_suffix(f".{os.getpid()}.writing")
    with temporary.open("wb") as handle:
        np.savez(handle, allow_pickle=False, **columns)
    os.replace(temporary, task.labels)
    return len(rows)


def _render_photo(
    size: int,
    member: CastMember,
    code: IdentityCode,
    photo: int,
    arrays: Mapping[str, NDArray[Any]],
    at: tuple[int, int],
    number: int,
) -> dict[str, Any]:
    """Render one photo into the arrays; return its labels."""
    age, quality, group = int(member.age[photo]), member.quality[photo], int(member.group[photo])
    shot = draw_shot(code, photo, float(quality), group)
    light, head = seen_light(member.who, age, shot, size)
    clean = exposed(light, head, shot.camera)
    arrays["clean.npy"][at] = _bytes(clean)
    arrays["photos.npy"][at] = _bytes(degraded(clean, shot.camera, shot.backdrop))
    cells = size // CELL
    share = head.reshape(cells, CELL, cells, CELL).mean(axis=(1, 3), dtype=np.float32)
    arrays["mask.npy"][at] = _bytes(share)
    arrays["shots.npy"][at] = shot_vector(code, age, shot)
    return {
        "person": np.int64(number),
        "photo": np.int32(photo),
        "key": np.uint64(member.who.key),
        "sex": member.who.sex,
        "tone": np.int8(member.who.tone),
        "age": np.int16(age),
        "quality": float(quality),
        "group": np.int16(group),
        "hair": code.hair.style,
        "beard": code.beard,
        **_shot_labels(shot),
        "head_share": float(head.mean()),
    }


def _shot_labels(shot: ShotCode) -> dict[str, Any]:
    """Return what of a shot is worth asking for by name; angles in radians."""
    x, y, z = (float(v) for v in shot.lighting.key_from)
    return {
        "hair_day": np.int8(shot.hair_day),
        "glasses": shot.glasses,
        "lipstick": shot.lipstick,
        **shot.pose._asdict(),
        **{f"frame_{name}": value for name, value in shot.framing._asdict().items()},
        "light_azimuth": float(np.arctan2(x, z)),
        "light_height": float(np.arcsin(np.clip(y, -1, 1))),
        "exposure": shot.camera.exposure,
        "blur": shot.camera.blur,
        "noise": shot.camera.noise,
        "compression": shot.camera.compression,
        "grain_seed": np.int64(shot.backdrop),
    }


def _bytes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(values * 255).astype(np.uint8)

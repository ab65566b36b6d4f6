"""Opening a set of training images: the one door through which training gets its pictures.

A folder without the renderer's manifest is refused, and so is one with a byte changed, so that no
picture from elsewhere is trained on by mistake. That guards against mix-ups and damage, not
against somebody who writes a manifest for pictures of their own: its digests are not signed, and
nothing here can tell a render from a photograph. Nothing in the files is executed (no pickles).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.digests import sha256
from generators.errors import EffaceError, Fault
from generators.heads.codes import IDENTITY_NAMES, SHOT_NAMES
from generators.heads.render_plan import (
    CARD,
    FORMAT,
    KIND,
    LABELS,
    MANIFEST,
    RenderPlan,
)


@dataclass(frozen=True)
class RenderSet:
    """A set of training images, verified. Arrays are read-only and stay on the disk.

    Attributes:
        folder: where it lies.
        plan: its size and seed.
        renderer: digest of the renderer that made it.
        digest: sha256 of its manifest, which names the digest of every file.
        clean: uint8 [people, photos, R, R, 3] exposed pictures, sRGB.
        photos: the same after the camera's blur and noise and the web's compression.
        mask: uint8 [people, photos, R/4, R/4] share of the head in each cell, of 255.
        identity: float32 [people, k], named by `codes.IDENTITY_NAMES`.
        shots: float32 [people, photos, m], named by `codes.SHOT_NAMES`.
        labels: name → [people, photos] (`render_block`).
    """

    folder: Path
    plan: RenderPlan
    renderer: str
    digest: str
    clean: NDArray[np.uint8]
    photos: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    identity: NDArray[np.float32]
    shots: NDArray[np.float32]
    labels: Mapping[str, NDArray[Any]]


def open_render_set(folder: Path) -> RenderSet:
    """Return a set of training images after checking every byte of it.

    Args:
        folder: what `efface faces render` wrote.

    Raises:
        EffaceError: no manifest of the renderer, another version of it or of the codes, a file
            that is missing or has another size or sha256, or arrays of another shape.
    """
    manifest = _manifest(folder)
    plan = _plan(folder, manifest)
    _check_files(folder, manifest, (*plan.arrays(), LABELS, CARD))
    arrays = {name: _array(folder / name, *what) for name, what in plan.arrays().items()}
    return RenderSet(
        folder=folder,
        plan=plan,
        renderer=str(manifest.get("renderer")),
        digest=sha256(folder / MANIFEST),
        clean=arrays["clean.npy"],
        photos=arrays["photos.npy"],
        mask=arrays["mask.npy"],
        identity=arrays["identity.npy"],
        shots=arrays["shots.npy"],
        labels=_labels(folder / LABELS, plan),
    )


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / MANIFEST
    expected = "a folder that `efface faces render` wrote"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EffaceError(
            Fault("the folder has no manifest of the renderer and is not used",
                  file=str(folder), expected=expected,
                  found=f"no {MANIFEST}" if folder.is_dir() else "no such folder")
        ) from None  # fmt: skip
    except (OSError, ValueError) as error:
        raise EffaceError(
            Fault(
                "the manifest cannot be read", file=str(path), found=str(error), expected=expected
            )
        ) from None
    found = manifest.get("kind") if isinstance(manifest, dict) else None
    if found != KIND:
        raise EffaceError(
            Fault("the manifest is not the renderer's", file=str(path), key="kind",
                  found=str(found), expected=KIND)
        )  # fmt: skip
    return manifest


def _plan(folder: Path, manifest: Mapping[str, Any]) -> RenderPlan:
    """Return the plan in a manifest of this version."""
    again = "a set made by this version: efface faces render"
    for key, wanted in (
        ("format", FORMAT),
        ("identity_names", list(IDENTITY_NAMES)),
        ("shot_names", list(SHOT_NAMES)),
    ):
        if manifest.get(key) != wanted:
            found = manifest.get(key)
            raise EffaceError(
                Fault("the set was made by another version", file=str(folder / MANIFEST), key=key,
                      found=f"{len(found)} names" if isinstance(found, list) else str(found),
                      expected=again)
            )  # fmt: skip
    numbers = {}
    for key in ("people", "photos", "size", "seed", "first_person"):
        value = manifest.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise EffaceError(
                Fault("the manifest is damaged", file=str(folder / MANIFEST), key=key,
                      found=str(value), expected="a whole number")
            )  # fmt: skip
        numbers[key] = value
    return RenderPlan(**numbers)


def _check_files(folder: Path, manifest: Mapping[str, Any], names: tuple[str, ...]) -> None:
    told = manifest.get("files")
    for name in names:
        path = folder / name
        record = told.get(name) if isinstance(told, dict) else None
        if not isinstance(record, dict):
            raise EffaceError(
                Fault("the manifest does not name a file", file=str(folder / MANIFEST), key=name,
                      expected="its bytes and sha256")
            )  # fmt: skip
        size = path.stat().st_size if path.is_file() else None
        if size is None or size != record.get("bytes"):
            raise EffaceError(
                Fault("a file is missing or has another size than when it was rendered",
                      file=str(path), found="nothing" if size is None else f"{size} bytes",
                      expected=f"{record.get('bytes')} bytes")
            )  # fmt: skip
        digest = sha256(path)
        if digest != record.get("sha256"):
            raise EffaceError(
                Fault("a file's sha256 is not what it was when rendered", file=str(path),
                      key="sha256", found=digest, expected=str(record.get("sha256")))
            )  # fmt: skip


def _array(path: Path, shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise EffaceError(
            Fault("an array cannot be read", file=str(path), found=str(error))
        ) from None
    if array.shape != shape or array.dtype != kind:
        raise EffaceError(
            Fault("an array has another shape than the manifest says", file=str(path),
                  found=f"{array.dtype} {array.shape}", expected=f"{kind} {shape}")
        )  # fmt: skip
    return array


def _labels(path: Path, plan: RenderPlan) -> dict[str, NDArray[Any]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    if table.num_rows != plan.people * plan.photos:
        raise EffaceError(
            Fault("the labels are of another set", file=str(path), found=f"{table.num_rows} rows",
                  expected=f"{plan.people * plan.photos} rows")
        )  # fmt: skip
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    return {
        name: (values.astype(str) if values.dtype == object else values).reshape(
            plan.people, plan.photos
        )
        for name, values in columns.items()
    }

"""The head model as plain arrays: where it lies, how it is opened, what makes it the right one.

The model is ICT-FaceKit's light face model (USC Institute for Creative Technologies, MIT): a mean
head, 100 identity modes and 55 expressions, from studio scans of participants. It is not part of
this project; `efface faces fetch-head-model` builds it from its public home (`fetch.py`). The file
is opened as data only (no pickles), and its arrays must have the pinned digest.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import FacesUnavailableError
from generators.packages import what_is_missing

PACK_NAME = "ict-face.npz"
FOLDER_VARIABLE = "EFFACE_HEAD_MODEL"
FETCH_COMMAND = "efface faces fetch-head-model"
PACK_SHA256 = "74ca0106686dd8d185d3d4d9591de777b207ee0fa228278737570e154c713d8f"
ASSETS_SHA256 = "a2a5585f4f48290fc36709ee29c9da58357a9d9d2b0f64a78b53d88a16527d01"
_LARGEST_BYTES = 64 * 2**20
"""A pack unfolds to 30 MB; anything that claims to unfold to far more is not one."""


@dataclass(frozen=True)
class HeadPack:
    """The head model. Centimetres; x to the subject's left, y up, z forward.

    Attributes:
        mean: float32 [V, 3] the mean head.
        identity: float16 [100, V, 3] principal modes, to be weighted by about N(0, 1).
        expression: float16 [55, V, 3] blend shapes less the mean, weights 0 to 1.
        expression_names: [55] their names.
        tri: uint16 [T, 3] triangles.
        tri_uv: uint16 [T, 3] texture corners of the triangles.
        uv: float32 [U, 2] texture corners; the face lies in the tile 0..1.
        tri_material: uint8 [T] and `material_names`: material of each triangle.
        tri_region: uint8 [T] and `region_names`: anatomical region of each triangle.
        region_vertex_range: int32 [17, 2] first and one past the last vertex of each region.
        landmarks68: int32 [68] vertices of the Multi-PIE landmarks.
        tri_polygon: uint16 [T] polygon of the source that the triangle came from.
        commit: [] commit of the source.
    """

    mean: NDArray[np.float32]
    identity: NDArray[np.float16]
    expression: NDArray[np.float16]
    expression_names: NDArray[np.str_]
    tri: NDArray[np.uint16]
    tri_uv: NDArray[np.uint16]
    uv: NDArray[np.float32]
    tri_material: NDArray[np.uint8]
    material_names: NDArray[np.str_]
    tri_region: NDArray[np.uint8]
    region_names: NDArray[np.str_]
    region_vertex_range: NDArray[np.int32]
    landmarks68: NDArray[np.int32]
    tri_polygon: NDArray[np.uint16]
    commit: NDArray[np.str_]


@dataclass(frozen=True)
class HeadAssets:
    """Arrays derived from the head model that the project carries (see `data/README.md`).

    Attributes:
        ao: float16 [V] ambient occlusion of the mean head, 1 is open.
        uvpos: float32 [256, 256, 3] place on the mean head of each texel of the face, cm.
        lip: float32 [256, 256] 1 on the lips.
        sexdir: float32 [100] unit direction over identity modes towards a masculine head.
    """

    ao: NDArray[np.float16]
    uvpos: NDArray[np.float32]
    lip: NDArray[np.float32]
    sexdir: NDArray[np.float32]


def arrays_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the sha256 (hex) over names, dtypes, shapes and contents of arrays, by name."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}|{array.dtype.str}|{arrays[name].shape}|".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def head_model_folder() -> Path:
    """Return the folder where the head model is looked for.

    That is the environment variable `EFFACE_HEAD_MODEL`, else `efface/heads` in the user's data
    folder.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("efface", appauthor=False)) / "heads"


def why_unavailable() -> str | None:
    """Return None where heads can be drawn, else one sentence with the one command that helps.

    Looks only whether the package numba and the head model's file are there; `load_pack` checks
    what is in the file.
    """
    reason = what_is_missing("faces", ("numba",))
    if reason is not None:
        return reason
    path = head_model_folder() / PACK_NAME
    if not path.is_file():
        return f"faces need the head model, and {path} is not there: {FETCH_COMMAND}"
    return None


def read_arrays(path: Path, names: tuple[str, ...], sha256: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an NPZ file that must be exactly the expected one.

    Nothing in the file is ever executed: arrays that hold pickled objects are refused.

    Args:
        path: the file.
        names: every array that it must hold, and no more.
        sha256: digest that `arrays_digest` must give.

    Raises:
        FacesUnavailableError: missing, unreadable, truncated, too large, with pickled objects, or
            with other contents.
    """
    again = f"get it again with {FETCH_COMMAND}"
    try:
        with zipfile.ZipFile(path) as archive:
            found = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if set(found) != set(names):
                raise FacesUnavailableError(f"{path} is not the head model; {again}")
            if sum(info.file_size for info in found.values()) > _LARGEST_BYTES:
                raise FacesUnavailableError(f"{path} claims to be far too large; {again}")
        with np.load(path, allow_pickle=False) as arrays:
            loaded = {name: arrays[name] for name in names}
    except FileNotFoundError:
        raise FacesUnavailableError(
            f"faces need the head model, and {path} is not there: {FETCH_COMMAND}"
        ) from None
    except FacesUnavailableError:
        raise
    except Exception as error:
        # A damaged archive can raise BadZipFile, zlib.error, OSError, ValueError, EOFError,
        # SyntaxError (an array header) and more, which have no other parent in common.
        kind = "holds pickled objects" if "allow_pickle" in str(error) else "cannot be read"
        raise FacesUnavailableError(f"{path} {kind} and was not used; {again}") from None
    if arrays_digest(loaded) != sha256:
        raise FacesUnavailableError(f"{path} has other contents than the head model; {again}")
    return loaded


@lru_cache(maxsize=2)
def load_pack(folder: Path) -> HeadPack:
    """Return the head model in `folder`, verified.

    Raises:
        FacesUnavailableError: see `read_arrays`.
    """
    names = tuple(field.name for field in fields(HeadPack))
    return HeadPack(**read_arrays(folder / PACK_NAME, names, PACK_SHA256))


@lru_cache(maxsize=1)
def load_assets() -> HeadAssets:
    """Return the derived arrays that come with the project."""
    names = tuple(field.name for field in fields(HeadAssets))
    with as_file(files("generators.heads") / "data" / "assets.npz") as path:
        return HeadAssets(**read_arrays(path, names, ASSETS_SHA256))

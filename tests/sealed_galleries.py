"""Small sealed galleries for tests, as rows: no index, and an oracle that is two dictionaries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.creating import create_folder
from sim.gallery.folder import GalleryFolder
from sim.gallery.journal import Change
from sim.gallery.opening import open_folder, read_segments
from sim.gallery.segment import ERASED
from sim.gallery.staging import SegmentArrays

WIDTH = 24
NONE = np.zeros(0, dtype=np.int64)


def vectors_of(ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Rows that no other id has: 24 numbers each, float32."""
    return np.array(
        [np.random.default_rng(int(i)).standard_normal(WIDTH) for i in ids], dtype=np.float32
    ).reshape(-1, WIDTH)


def segment(
    ids: NDArray[np.int64],
    number: int = 0,
    generation: int = 0,
    rows: NDArray[np.float32] | None = None,
) -> SegmentArrays:
    """A segment of searchable templates, with a vector, a code of 13 bytes and a list each."""
    held = vectors_of(ids) if rows is None else rows
    columns = {
        "id": ids,
        "state": np.zeros(len(ids), dtype=np.uint8),
        "sampled": np.ones(len(ids), dtype=np.uint8),
        "vector": held,
        "code": (held[:, :13] * 40 + 128).astype(np.uint8),
        "list": (ids % 7).astype(np.int32),
    }
    model = {"centroids": np.full((7, WIDTH), 0.5, dtype=np.float32)}
    return SegmentArrays(
        number,
        generation,
        True,
        0,
        len(ids),
        lambda start: {n: c[start:] for n, c in columns.items()},
        lambda: model,
    )


def sealed(path: Path, rows: int, segments: int = 1) -> GalleryFolder:
    """A gallery whose segments hold the ids 0…rows-1, 1000…, 2000…"""
    made = [segment(np.arange(rows) + 1000 * number, number) for number in range(segments)]
    return create_folder(path, WIDTH, "IVF7,SQ8", made, NONE)[0]


def erasure(*places: int, number: int = 0) -> list[Change]:
    """The erasure of some places of one segment."""
    return [Change(number, ERASED, np.array(places, dtype=np.int64))]


def held(path: Path) -> dict[int, bytes]:
    """What a folder has of every template that is not erased, by id; the folder is closed again."""
    folder = open_folder(path)
    try:
        return contents(folder)
    finally:
        folder.close()


def contents(folder: GalleryFolder) -> dict[int, bytes]:
    """What an open folder has of every template that is not erased, by id."""
    found: dict[int, bytes] = {}
    for one in read_segments(folder):
        columns = one.columns(0)
        for place in np.flatnonzero(columns["state"] != ERASED):
            found[int(columns["id"][place])] = columns["vector"][place].tobytes()
    return found


def expected(ids: NDArray[np.int64]) -> dict[int, bytes]:
    """What a folder has of these ids."""
    return {int(i): row.tobytes() for i, row in zip(ids, vectors_of(ids), strict=True)}


def traces(
    path: Path, ids: NDArray[np.int64], vectors: NDArray[np.float32] | None = None
) -> list[tuple[int, str]]:
    """Ids of whose vector or code a piece of 12 bytes lies in any file, and the file."""
    rows = vectors_of(ids) if vectors is None else vectors
    codes = (rows[:, :13] * 40 + 128).astype(np.uint8)
    files = {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    return [
        (int(i), name)
        for i, row, code in zip(ids, rows, codes, strict=True)
        for name, text in files.items()
        if code[:12].tobytes() in text
        or any(row[start : start + 3].tobytes() in text for start in range(0, WIDTH, 3))
    ]

"""Opening a sealed gallery: its segments as they were, under a register of every id it ever had."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generators.errors import Fault
from sim.gallery.folder import GalleryFolder
from sim.gallery.folder_manifest import MANIFEST
from sim.gallery.gallery import GalleryError
from sim.gallery.journal import ID, SAMPLED, STATE
from sim.gallery.opening import open_folder, read_gone, read_segments
from sim.gallery.register import ERASED as NO_MORE
from sim.gallery.register import spot
from sim.gallery.row_faults import faults_of_ids, faults_of_rows
from sim.gallery.segment import ERASED, Segment
from sim.gallery.shelf import Columns, checked_columns
from sim.gallery.staging import SegmentArrays
from sim.gallery.stored import StoredGallery
from sim.gallery.wiping import wiped


def open_gallery(path: Path | str) -> StoredGallery:
    """Open a sealed gallery for this process; it is as it was before or after its last change.

    Args:
        path: the folder that `StoredGallery.seal` wrote.

    Raises:
        GalleryError: no gallery, another version, open in another process, a file that has
            changed or holds what no gallery keeps, something that is no regular file, or a change
            that must be finished in a folder that cannot be written.
        ImportError: FAISS is not installed (it comes with the extra `[faces]`).
    """
    folder = open_folder(path)
    try:
        with wiped():
            return _gallery(folder)
    except ValueError as error:
        folder.close()
        expected = f"the files of {folder.manifest.design}"
        fault = Fault(
            "the files are not of the design that the manifest names",
            file=str(folder.path / MANIFEST),
            key="design",
            found=str(error),
            expected=expected,
        )
        raise GalleryError(fault) from None
    except BaseException:
        folder.close()
        raise


def _gallery(folder: GalleryFolder) -> StoredGallery:
    """Return the gallery of an open folder.

    Raises:
        GalleryError: rows that no gallery keeps: all such files are named.
        ValueError: arrays that are not of the design.
    """
    gallery = StoredGallery(folder.manifest.dimension, folder.manifest.design)
    register, faults = gallery.register, list[Fault]()
    gallery.segments = []
    for files, arrays in zip(folder.manifest.segments, read_segments(folder), strict=True):
        columns, model = dict(arrays.columns(0)), dict(arrays.model())
        told = _told(columns, arrays.rows)
        faults += faults_of_rows(folder.path, files, {**told, **columns}, model)
        ids, key = told[ID], f"segments.{files.number}.columns.{ID}"
        faults += faults_of_ids(folder.path, files.columns[ID], key, ids, register)
        here = spot(files.number, np.arange(arrays.rows))
        register.add(ids, np.where(told[STATE] == ERASED, NO_MORE, here))
        if not faults:
            gallery.segments.append(_segment(gallery, arrays, told, columns, model))
    gone = read_gone(folder)
    faults += faults_of_ids(folder.path, folder.manifest.gone, "gone", gone, register)
    if faults:
        raise GalleryError(faults)
    register.add(gone, np.full(len(gone), NO_MORE, dtype=np.int64))
    gallery.erased = len(register.erased())
    gallery.keep_in(folder)
    return gallery


def _told(columns: Columns, rows: int) -> Columns:
    """Take what every segment keeps of its rows out of its columns.

    Raises:
        ValueError: one is missing, or of another type or shape.
    """
    told = {name: columns.pop(name, np.zeros(0)) for name in (ID, STATE, SAMPLED)}
    each = (rows,)
    expected = {ID: ("int64", each), STATE: ("uint8", each), SAMPLED: ("bool", each)}
    checked_columns(told, expected, "columns")
    return told


def _segment(
    gallery: StoredGallery, arrays: SegmentArrays, told: Columns, columns: Columns, model: Columns
) -> Segment:
    return Segment.restored(
        gallery.design,
        gallery.dimension,
        ids=told[ID],
        state=told[STATE],
        sampled=told[SAMPLED],
        sampled_and_gone=arrays.sampled_and_gone,
        settled=arrays.settled,
        generation=arrays.generation,
        model=model,
        columns=columns,
    )

"""Sweeping a gallery's folder: what changes that did not end left is overwritten and removed."""

from __future__ import annotations

import os
from pathlib import Path

from sim.gallery.folder_manifest import COLUMN_FILE, JOURNAL, NEXT, Manifest
from sim.gallery.overwriting import cut_off, overwrite_file


def sweep(path: Path, manifest: Manifest | None) -> int:
    """Overwrite and remove files that no manifest names, and what lies past their last rows.

    Files whose names are not a gallery's stay, and links are not followed. A journal that is there
    goes too, and first: so it is never whole without the manifest that it speaks of.

    Args:
        path: the folder.
        manifest: what counts in it; None where nothing does.

    Returns:
        How many bytes were overwritten.

    Raises:
        OSError: the folder cannot be read or written, or one of these names is not a regular
            file's.
    """
    named = {} if manifest is None else {column.file: column for _, column in manifest.files()}
    written = 0
    for name in (JOURNAL, NEXT):
        if os.path.lexists(path / name):
            written += overwrite_file(path / name)
    for file in sorted(path.iterdir()):
        if not COLUMN_FILE.fullmatch(file.name):
            continue
        if file.name not in named:
            written += overwrite_file(file)
        elif file.lstat().st_size > named[file.name].size:
            written += cut_off(file, named[file.name].size)
    return written

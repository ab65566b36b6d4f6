"""What bytes remain of the erased: L2, in a gallery's files; L3, in the memory of its process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.gallery.asking import answering, unasked
from sim.gallery.evidence import ERASED, Evidence
from sim.gallery.fingerprints import Fingerprints, joined
from sim.gallery.gallery import Gallery
from sim.gallery.report import Control, Level, examined
from sim.gallery.traces import Traces, traces_in_files, traces_in_memory

_KEPT = "kept"
"""Group of the survivors' rows, which must be found."""
_MOST_PLACES = 20
"""Files or mappings that a report names."""

_FORMS = (
    "That no row is kept in a form that is not named here or that the control is blind to, scaled, "
    "reordered or in another byte order, in pieces of fewer than 16 bytes, interleaved with "
    "others, compressed or enciphered. That quantisers which were trained on the erased hold "
    "nothing of them."
)
_FILES = (
    "That no copy lies elsewhere: in files of other folders (/dev/shm is one) that the process "
    "does not have open, in names and extended attributes of files, in pipes, in backups, "
    "snapshots, on other machines, in blocks that a file system or a drive freed without "
    "overwriting them. "
    f"{_FORMS}"
)
_MEMORY = (
    "That no copy lies elsewhere: in pages that the kernel swapped out or freed, in other "
    f"processes, in the memory of a device. {_FORMS}"
)


def files_level(gallery: Gallery, evidence: Evidence, pid: int) -> Level:
    """Return L2: no piece of a row of the erased is in a file of the gallery.

    Not examined (`holds` None) where it keeps none, or where some could not be read to the end.
    """
    folder: Path | None = getattr(gallery, "folder", None)
    if folder is None:
        return _not_examined("L2", "The gallery keeps no files.", _FILES)
    prints = _with_survivors(gallery, evidence)
    try:
        traces = traces_in_files(prints, folder, pid)
    except OSError as error:
        return _not_examined("L2", f"The gallery's folder cannot be read: {error}.", _FILES)
    return _level("L2", gallery, evidence, prints, traces, _FILES)


def memory_level(gallery: Gallery, evidence: Evidence, pid: int) -> Level:
    """Return L3: no piece of a row of the erased is in the memory of the gallery's process.

    Not examined (`holds` None) where memory cannot be read, or not all of it.
    """
    prints = _with_survivors(gallery, evidence)
    try:
        traces = traces_in_memory(prints, pid, getattr(gallery, "folder", None))
    except OSError as error:
        return _not_examined("L3", f"The memory of process {pid} cannot be read: {error}.", _MEMORY)
    return _level("L3", gallery, evidence, prints, traces, _MEMORY)


def _with_survivors(gallery: Gallery, evidence: Evidence) -> Fingerprints:
    """Return the fingerprints, with some survivors' rows as they are stored now.

    A rebuild with retraining writes other codes than those that were there before.
    """
    there = evidence.kept[answering(gallery, evidence.kept)]
    return joined(evidence.prints, {_KEPT: gallery.stored(there)} if len(there) else {})


def _level(
    name: str,
    gallery: Gallery,
    evidence: Evidence,
    prints: Fingerprints,
    traces: Traces,
    does_not_prove: str,
) -> Level:
    found, tellable = prints.marked(traces.windows), prints.tellable
    rows = {group: _any(prints, found, group) for group in prints.groups}
    known = {group: _any(prints, tellable, group) for group in prints.groups}
    told = {
        "erased": len(evidence.erased),
        "looked_for": evidence.looked_for,
        "tellable": int(known[ERASED].sum()),
        "found": int(rows[ERASED].sum()),
        "forms": _forms(prints, found, tellable),
        "places": _places(prints, traces),
        "bytes_read": traces.bytes_read,
        "unread": list(traces.unread),
        "trained_on_erased": gallery.stats().trained_on_erased,
    }
    nobody = np.zeros(0, dtype=np.bool_)
    kept, tellable_kept = rows.get(_KEPT, nobody), known.get(_KEPT, nobody)
    strangers = [group for group in rows if group not in (ERASED, _KEPT)]
    control = Control(
        must_fail={"survivors": int(tellable_kept.sum()), "found": int(kept.sum())},
        found=bool(tellable_kept.any() and (kept == tellable_kept).all()),
        must_pass={
            "never_enrolled": sum(int(known[group].sum()) for group in strangers),
            "found": sum(int(rows[group].sum()) for group in strangers),
        },
        clean=not any(rows[group].any() for group in strangers),
    )
    against = None
    if rows[ERASED].any():
        against = f"Pieces of {told['found']} erased templates are there still."
    elif not known[ERASED].any():
        against = "No erased template differs from all survivors in any form that is looked for."
    undecided = "Some of it could not be read." if traces.unread else None
    return examined(name, told, control, does_not_prove + unasked(evidence), against, undecided)


def _any(prints: Fingerprints, flags: NDArray[np.bool_], group: str) -> NDArray[np.bool_]:
    """Return for which rows of a group a flag, bool [rows of all forms], is set in any form."""
    return np.logical_or.reduce(
        [flags[block.numbers] for block in prints.blocks if block.group == group]
    )


def _forms(
    prints: Fingerprints, found: NDArray[np.bool_], tellable: NDArray[np.bool_]
) -> dict[str, dict[str, Any]]:
    """Return by form how many rows of the erased and of the survivors were found in it.

    The control is blind to a form that survivors are stored in and none was found in: what lies
    interleaved with others, as codes in blocks for fast scanning do in memory.
    """
    forms: dict[str, dict[str, Any]] = {}
    for block in prints.blocks:
        if block.group == ERASED:
            forms.setdefault(block.form, {}).update(
                tellable=int(tellable[block.numbers].sum()), found=int(found[block.numbers].sum())
            )
        elif block.group == _KEPT:
            there = int(found[block.numbers].sum())
            blind = bool(tellable[block.numbers].any() and not there)
            forms.setdefault(block.form, {}).update(survivors_found=there, control_is_blind=blind)
    return forms


def _places(prints: Fingerprints, traces: Traces) -> dict[str, int]:
    """Return in which files or mappings how many erased rows were found, the most first."""
    counts = {
        place: int(_any(prints, prints.marked(windows), ERASED).sum())
        for place, windows in traces.places.items()
    }
    most = sorted((place for place in counts if counts[place]), key=lambda place: -counts[place])
    return {place: counts[place] for place in most[:_MOST_PLACES]}


def _not_examined(level: str, why: str, does_not_prove: str) -> Level:
    return Level(level, None, {}, None, does_not_prove, why)

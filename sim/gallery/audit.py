"""The audit of an erasure: what the erased left behind, looked for at four levels.

L0 asks the gallery for the erased by their ids. L1 searches it with new photos of them. L2 reads
the bytes of its files, L3 the bytes of its memory. Each level asks two more questions the answers
to which are known: survivors looked for as if they had been erased must be found, and those who
were never enrolled must not be. Levels that hold say that nothing was found by these means; what
that leaves open stands beside each.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Collection

from generators.errors import Fault
from sim.gallery.asking import ids_level, reach_level
from sim.gallery.evidence import Evidence
from sim.gallery.gallery import Gallery, GalleryError
from sim.gallery.remains import files_level, memory_level
from sim.gallery.report import LEVELS, AuditReport, Level
from sim.gallery.wiping import wiped


def audit(
    gallery: Gallery,
    evidence: Evidence,
    levels: Collection[str] = LEVELS,
    pid: int | None = None,
) -> AuditReport:
    """Return what is left of what was erased.

    Args:
        gallery: as it stands after the erasure.
        evidence: as it was taken before.
        levels: which to look at, of `LEVELS`.
        pid: the process whose memory is read; by default the gallery's own (`pid`) where it has
            one, else this process, with whatever its caller holds of the erased. Files that it has
            open are read with the gallery's.

    Raises:
        GalleryError: there is no such level.
    """
    require_levels(levels)
    process = pid if pid is not None else getattr(gallery, "pid", os.getpid())
    looks: dict[str, Callable[[], Level]] = {
        "L0": lambda: ids_level(gallery, evidence),
        "L1": lambda: reach_level(gallery, evidence),
        # Memory before files: reading a file puts its bytes into memory.
        "L3": lambda: memory_level(gallery, evidence, process),
        "L2": lambda: files_level(gallery, evidence, process),
    }
    with wiped():
        found = {level: look() for level, look in looks.items() if level in levels}
    return AuditReport(tuple(found[level] for level in LEVELS if level in found))


def require_levels(levels: Collection[str]) -> None:
    """Require that each is a level of an audit.

    Raises:
        GalleryError: some are not; one fault each.
    """
    faults = [
        Fault(
            f"an audit has no level {level or 'without a name'}",
            found=level,
            expected=", ".join(LEVELS),
            nearest=tuple(difflib.get_close_matches(level.upper(), LEVELS)),
        )
        for level in levels
        if level not in LEVELS
    ]
    if faults:
        raise GalleryError(faults)

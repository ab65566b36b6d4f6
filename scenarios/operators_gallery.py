"""The gallery of a run's operator, that keeps what is erased as its template store does.

It lives in a process of its own and on files. A simulation tells its gallery to erase once every
store and backup has let go; here a template is erased on the day on which the operator erases it,
and what is left of it from then on is as the store's manner has it (`operator.stores` of the
scenario, or the operator's file). An operator that states no manner for its templates has the
project's own gallery, which keeps nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.deletion_rerun import Ids, held_by, run_to
from scenarios.rerun import Rerun
from sim.arm import Arm
from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Kind
from sim.gallery.process import GalleryProcess
from sim.gallery.profiled import ProfiledGallery
from sim.gallery.stored import StoredGallery
from sim.operator.profile import Profile

STORE = "templates"
"""The operator's store whose bytes such a gallery has; photos and metadata are not in it."""
DESIGN = "Flat"
"""The arms' own galleries are exact, so this one is."""
_NEVER = 1.0
"""Share of marked rows at which nothing but marked rows is left."""


class OperatorsGallery(GalleryProcess):
    """A gallery for one arm of a run.

    Args:
        dimension: numbers in a template.
        keeping: the template store's manner, None for the project's own gallery.
        folder: where the files will lie; it is not there yet.

    Attributes:
        cost: of what was erased and cleaned up since this was last set.
        held: ids of templates enrolled and not erased, ascending.
        gone: ids of those that were erased, ascending.
    """

    def __init__(self, dimension: int, keeping: Keeping | None, folder: Path) -> None:
        self.keeping = keeping
        self.cost = Cost()
        self.held: Ids = np.zeros(0, dtype=np.int64)
        self.gone: Ids = np.zeros(0, dtype=np.int64)
        self._files = folder
        if keeping is None:
            super().__init__(StoredGallery, dimension, DESIGN)
            return
        if keeping.threshold is not None:
            # A share of all that the operator stores, of which the drawn templates are a handful:
            # the run's own ledger says when it is reached.
            keeping = replace(keeping, threshold=_NEVER)
        super().__init__(ProfiledGallery, dimension, keeping, folder, DESIGN)

    def enrol(self, ids: Ids, vectors: Any) -> None:
        """Store templates; see `Gallery.enrol`."""
        super().enrol(ids, vectors)
        self.held = np.union1d(self.held, ids)

    def erase(self, ids: Ids, **how: Any) -> Cost:
        """Do nothing: that every store and backup has let go says nothing of this store."""
        return Cost()

    def seal_files(self) -> None:
        """Write the files of a gallery that has written none; a store writes its own all along."""
        if self.keeping is None:
            self.seal(self._files)

    def end_day(self, day: int, left: Ids) -> None:
        """Erase what the operator has erased on a day, and let the store end the day.

        Args:
            day: day number, after the last one's.
            left: ids that the operator still holds.
        """
        gone = np.setdiff1d(self.held, left)
        self.held, self.gone = np.setdiff1d(self.held, gone), np.union1d(self.gone, gone)
        if self.keeping is not None:
            self.cost += self.advance(day)
        if len(gone):
            self.cost += super().erase(gone)

    def clean_up(self) -> None:
        """Write everything anew without what was erased."""
        self.cost += self.rebuild()


def keeping_of(profile: Profile) -> Keeping | None:
    """Return how an operator keeps templates that it has erased; None where it does not say.

    Templates that an erasure does not reach are out of results and stored for ever.
    """
    (store,) = (store for store in profile.stores if store.name == STORE)
    if not store.erased:
        return Keeping(Kind.TOMBSTONE_FOREVER)
    return profile.engines.get(STORE)


def run_days(again: Rerun, arm: Arm, gallery: OperatorsGallery, start: int, end: int) -> None:
    """Run an arm from a day to the end of another, its store told daily what to erase.

    A store that is cleaned up when marked rows are a share of all is so on the days of the run's
    own ledger, which counts a day's erasures when the next day's finds are worked off.

    Args:
        again: what the arm is of.
        arm: as it stands at the start of `start`.
        gallery: the arm's.
        start: day number.
        end: day number.
    """
    cleaned = _cleaned(arm)
    for day in range(start, end + 1):
        run_to(arm, day + 1)
        before, cleaned = cleaned, _cleaned(arm)
        new = cleaned[len(before) :]
        if any(at < day for at in new):
            gallery.clean_up()
        gallery.end_day(day, held_by(again, arm))
        if day in new:
            gallery.clean_up()


def _cleaned(arm: Arm) -> list[int]:
    """Return the days on which the template store was written anew so far, in order."""
    ledger = arm.world.emptying.ledgers.get(STORE)
    return [] if ledger is None else sorted([*ledger.cleaned, *ledger.emptied])

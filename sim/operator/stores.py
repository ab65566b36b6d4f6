"""The operator's four stores with their backups: what is still somewhere after erasure.

Erasing a face takes it out of every store whose profile says so, and out of that store's backups
some days later; the world's own columns follow the slowest of them (`operator.purge_delay`). What
customers were handed stays with them, and a list by which people are kept out keeps a template of
each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.operator.profile import Profile, Store, amount_of

GALLERY = ("images", "metadata", "templates")
"""Stores that hold something of every enrolled face; the probe log holds what was searched for."""


@dataclass(frozen=True)
class Faces:
    """Faces of residents in scope that are out of results and not out of the operator's hands.

    Attributes:
        hidden: kept out of results, stored in full.
        leaving: erased, and younger than the slowest store's delay.
        listed: kept as a template on a list of those to be left out.
        erased: erased for an order or a request, so far.
        photos: held beside the templates: sent with a request, or kept when the template was
            given up.
    """

    hidden: float
    leaving: float
    listed: float
    erased: float
    photos: float


@dataclass(frozen=True)
class Residue:
    """Copies beyond reach of a search and of an erasure that has been ordered, real units.

    Attributes:
        hidden: in the stores, kept out of results.
        backups: in backups that have not run out.
        left: in stores that an erasure does not reach.
        listed: templates on a list of those to be left out.
        photos: photos without a template.
    """

    hidden: float
    backups: float
    left: float
    listed: float
    photos: float

    @property
    def copies(self) -> float:
        """All of them."""
        return self.hidden + self.backups + self.left + self.listed + self.photos


def residue_of(profile: Profile, faces: Faces, parameters: Mapping[str, float]) -> Residue:
    """Return what is left of residents in scope in the operator's stores.

    A store whose backups run out sooner than the slowest one's holds its share of what is on its
    way out, the days having been alike.

    Args:
        profile: the operator's.
        faces: of residents in scope, real units.
        parameters: the arm's parameters.
    """
    stores = [store for store in profile.stores if store.name in GALLERY]
    slowest = parameters["operator.purge_delay"]

    def remaining(store: Store) -> float:
        wait = amount_of(store.backup, parameters)
        return store.copies * (min(1.0, wait / slowest) if slowest > 0.0 else 0.0)

    return Residue(
        hidden=faces.hidden * sum(store.copies for store in stores),
        backups=faces.leaving * sum(remaining(store) for store in stores if store.erased),
        left=faces.erased * sum(store.copies for store in stores if not store.erased),
        listed=faces.listed,
        photos=faces.photos,
    )

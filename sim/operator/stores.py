"""The operator's four stores with their backups: what is still somewhere after erasure.

Erasing a face takes it out of every store whose profile says so, as that store keeps what was
erased (`sim.operator.emptying`), and out of its backups some days after that store has let go of
it; the world's own columns follow the slowest of them all. What customers were handed stays with
them, and a list by which people are kept out keeps a template of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.operator.profile import BACKUPS, GALLERY, Profile, Store, amount_of

BYTES_A_TB = 1e12
"""Bytes of a terabyte, in which the stores' traffic is priced."""


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
        kept: of those leaving, the ones that stand in a store itself, by store.
        backed: of those leaving, the ones that only backups of a store hold, by store; all of them
            where none is named.
    """

    hidden: float
    leaving: float
    listed: float
    erased: float
    photos: float
    kept: Mapping[str, float] = field(default_factory=dict)
    backed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Residue:
    """Copies beyond reach of a search and of an erasure that has been ordered, real units.

    Attributes:
        hidden: in the stores, kept out of results.
        backups: in backups that have not run out.
        left: in stores that an erasure does not reach.
        listed: templates on a list of those to be left out.
        photos: photos without a template.
        kept: in the stores themselves, as they keep what was erased.
        stores: of the copies hidden, left and kept, those in each store.
    """

    hidden: float
    backups: float
    left: float
    listed: float
    photos: float
    kept: float
    stores: Mapping[str, float]

    @property
    def copies(self) -> float:
        """All of them."""
        beyond = self.hidden + self.backups + self.left + self.listed + self.photos
        return beyond + self.kept

    def by_place(self) -> dict[str, float]:
        """Return the copies in each store, in backups, on the list, and photos without a template;
        they come to `copies`."""
        others = {BACKUPS: self.backups, "list of those left out": self.listed}
        return {**self.stores, **others, "photos without a template": self.photos}


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
    reached = [store for store in stores if store.erased]
    slowest = profile.backup_days(parameters["operator.purge_delay"])

    def remaining(store: Store) -> float:
        wait = profile.backup_days(amount_of(store.backup, parameters))
        if wait == math.inf:
            return store.copies
        return store.copies * (min(1.0, wait / slowest) if slowest > 0.0 else 0.0)

    def kept(store: Store) -> float:
        return faces.kept.get(store.name, 0.0)

    return Residue(
        hidden=faces.hidden * sum(store.copies for store in stores),
        backups=sum(faces.backed[store.name] * remaining(store) for store in reached)
        if faces.backed
        else faces.leaving * sum(remaining(store) for store in reached),
        left=faces.erased * sum(store.copies for store in stores if not store.erased),
        listed=faces.listed,
        photos=faces.photos,
        kept=sum(kept(store) * store.copies for store in stores),
        stores={
            store.name: store.copies
            * (faces.hidden + kept(store) + (0.0 if store.erased else faces.erased))
            for store in stores
        },
    )

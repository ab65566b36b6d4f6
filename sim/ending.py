"""The end of an arm: its history, its operator's books and everything that moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.history import UNDATED, History, Ledger, Requests, TemplateCounts, WatchedCounts
from sim.movers import case_movers, lever_movers, money_movers
from sim.operator.books import Books
from sim.operator.profile import COPIES, LOG
from sim.operator.stores import Faces, residue_of
from sim.world import HIDDEN, SEARCHABLE

if TYPE_CHECKING:
    from sim.arm import Arm


def history_of(arm: Arm) -> History:
    """Return what an arm that has run to its end leaves behind."""
    population, world, matcher = arm.shared.population, arm.world, arm.matcher
    # A find's visits are its removals; what is stored now has not been removed since.
    removals = int(world.visit.sum(dtype=np.int64))
    stored = (world.state == SEARCHABLE) | (world.state == HIDDEN)
    size = len(population.jurisdictions)
    watched = None
    if arm.watched is not None:
        watched = WatchedCounts(
            day=arm.setup.last_day,
            person=arm.watched,
            held=world.held_of(arm.watched),
            searchable=matcher.searchable[arm.watched],
            held_at_notice=arm.looks.held_at_notice,
        )
    return History(
        setup=arm.setup,
        jurisdictions=population.jurisdictions,
        weights=np.asarray(population.weights, dtype=np.float64),
        residents=np.bincount(arm.shared.cells.of, minlength=len(arm.shared.cells)),
        cells=arm.shared.cells,
        snapshots=tuple(arm.looks.snapshots),
        events=tuple(arm.log.events),
        person_days=world.searchable.days,
        window_person_days=world.searchable.window_days,
        searchable_at_notice=np.bincount(
            population.jurisdiction[arm.looks.was_searchable], minlength=size
        ),
        over_deleted=np.bincount(population.jurisdiction[world.over_deleted], minlength=size),
        requests=Requests(
            made=arm.inbox.made,
            abandoned=arm.inbox.abandoned,
            extra_photos=arm.inbox.extra_photos,
            answered=arm.desk.answered,
            waiting=arm.desk.queue,
        ),
        ledgers=_ledgers(arm),
        searches=arm.customers.tally,
        templates=TemplateCounts(
            enrolled=matcher.enrolled,
            searchable=int(matcher.searchable.sum()),
            hidden=matcher.hidden,
            erased=matcher.erased,
            world_enrolled=removals + int(stored.sum()),
            world_searchable=int((world.state == SEARCHABLE).sum()),
            world_hidden=int((world.state == HIDDEN).sum()) + world.pending,
            world_erased=removals - world.pending,
            recollected=world.recollected,
            undrawn=matcher.undrawn,
        ),
        movers=_movers(arm),
        books=_books(arm),
        unhindered=arm.shared.unhindered,
        recollection=world.recollection(),
        listed=np.bincount(population.jurisdiction[world.suppression.listed], minlength=size),
        refused=world.suppression.refused,
        watched=watched,
        gallery=None if arm.gallery is None else arm.gallery.stats(),
        held=tuple(world.levers.held),
    )


def _ledgers(arm: Arm) -> tuple[Ledger, ...]:
    """Return every case's money as it stands."""
    return tuple(Ledger.of(case.file, money) for case in arm.cases.values() for money in case.money)


def _books(arm: Arm) -> Books:
    """Close the operator's books: what it earned and spent, and what is still somewhere."""
    world, here = arm.world, arm.shared.in_scope
    resident = here[arm.shared.candidates.person]
    weight = float(arm.shared.population.weights[arm.scope])
    shown, hidden = (
        int(((world.state == state) & resident).sum()) for state in (SEARCHABLE, HIDDEN)
    )
    kept = world.emptying.kept(arm.setup.last_day)
    backed = world.emptying.in_backups(arm.setup.last_day, world.purge_delay)
    faces = Faces(
        hidden=hidden * weight,
        leaving=(int(world.templates[arm.scope]) - shown - hidden) * weight,
        listed=int((world.suppression.listed & here).sum()) * weight,
        erased=int(world.visit[resident].sum(dtype=np.int64)) * weight,
        photos=world.photos_kept(resident) * weight + arm.inbox.extra_photos,
        kept={name: int(resident[rows].sum()) * weight for name, rows in kept.items()},
        backed={name: int(resident[rows].sum()) * weight for name, rows in backed.items()},
    )
    return Books(
        asked=arm.customers.asked,
        shares=arm.customers.shares,
        active=arm.customers.active(),
        purse=arm.purse,
        residue=residue_of(arm.setup.profile, faces, arm.setup.parameters),
        traffic=world.emptying.traffic,
        cases=tuple(case.file for case in arm.cases.values()),
        decisions=tuple(arm.decisions.taken.values()),
    )


def _movers(arm: Arm) -> dict[str, tuple[tuple[Any, ...], ...]]:
    """Return everything that may make this arm differ from another, each with a signature."""
    movers = lever_movers(arm.world.levers.changes)
    movers |= case_movers(arm.log.events, arm.decisions.taken.values())
    movers |= money_movers(_ledgers(arm), arm.setup.windows.jurisdiction)
    removals: tuple[tuple[object, ...], ...] = tuple(
        (e.day, e.kind) for e in arm.log.events if e.kind.startswith("removal_")
    )
    removals += tuple((order.start, order) for order in arm.removals.started)
    # How much a removal or a limit of retention takes follows from all that was collected before.
    over_deleted = arm.shared.population.jurisdiction[arm.world.over_deleted]
    others: dict[str, tuple[tuple[Any, ...], ...]] = {
        "news": tuple(arm.attention.pulses),
        "people": tuple(arm.people.acts),
        "stores": tuple(arm.jobs.acts) + _keeping(arm),
        "removal": removals,
        "erasure": ((UNDATED, arm.erased),) if arm.erased else (),
        "over_deletion": tuple(
            (UNDATED, int(code), int(persons))
            for code, persons in zip(*np.unique(over_deleted, return_counts=True), strict=True)
        ),
    }
    return movers | {name: entries for name, entries in others.items() if entries}


def _keeping(arm: Arm) -> tuple[tuple[Any, ...], ...]:
    """Return how what was erased is kept, from the day of the first erasure; what no erasure
    reaches is kept from the beginning."""
    first = arm.world.emptying.first_day
    return tuple(
        (UNDATED if store in (LOG, COPIES) else first, "keeps", store, manner)
        for store, manner in sorted(arm.setup.profile.keeping.items())
        if first is not None or store in (LOG, COPIES)
    )

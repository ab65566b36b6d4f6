"""The state of one run in columns, and what changes it.

Only this module writes the people's columns. Actors move levers and ask for removals; before a
lever changes, `bring_up_to` works off every find of the days before it. Within a day finds come
first, then answers to requests, then the erasure job (`sim.day.ORDER_OF_A_DAY`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from generators.errors import EnvelopeError
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.photos import PhotoRows
from generators.population import Population
from generators.scores import OperatorScores
from sim.dates import iso
from sim.levers import Levers, Modifier
from sim.matcher import Matcher
from sim.operator.background import Background
from sim.operator.emptying import Emptying
from sim.operator.passes import Passes, passes_of
from sim.operator.profile import BACKUPS, Profile, amount_of
from sim.operator.removal_order import RemovalOrder
from sim.operator.retention import Retention
from sim.operator.suppression import SuppressionList
from sim.parameters import Parameters
from sim.people.cloaking import Cloaking
from sim.people.finds import LAST_VISIT, CandidateFinds
from sim.people.reactions import Reactions
from sim.revisits import NEVER_HELD, Recollection, Revisits
from sim.tallies import Cells, ExposureTally, PresenceTally

CANDIDATE, SEARCHABLE, HIDDEN, REMOVED = 0, 1, 2, 3
"""State of a candidate find's latest template: none yet; in results; kept out of results and
stored; erased, or on its way to erasure from the last store."""


class World:
    """People, their templates and the gallery behind them, in one run.

    Args:
        population: the people.
        parameters: the run's parameters.
        candidates: what a crawler could find.
        matcher: the door to recognition.
        background: the gallery in real units.
        reactions: who is informed, private and about to ask.
        cells: the persons' cells.
        streams: the replication's streams.
        last_day: last day of the run.
        window: the window whose person-days are kept apart.
        part: the part of the gallery (`sim.operator.parts`) that each candidate belongs to.
        profile: the operator's: how much of freed crawling capacity goes elsewhere, and how its
            stores keep what was erased.
    """

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        candidates: CandidateFinds,
        matcher: Matcher,
        background: Background,
        reactions: Reactions,
        cells: Cells,
        streams: Streams,
        last_day: int,
        window: tuple[int, int],
        part: NDArray[np.uint16],
        profile: Profile,
    ) -> None:
        self.population = population
        self.candidates = candidates
        self.matcher = matcher
        self.background = background
        self.reactions = reactions
        self.streams = streams
        self.last_day = last_day
        self.part = part
        self.parts = background.parts
        self.redirect_share = amount_of(profile.redirect_share, parameters)
        self.envelope = parameters["crawler.envelope"]
        self.profile = profile
        wait = profile.backup_days(round(parameters["operator.purge_delay"]))
        self.purge_delay = wait if math.isinf(wait) else math.ceil(wait)
        self.writing = round(parameters["stores.writing"])
        self.emptying = Emptying(profile, self.writing, candidates, streams)
        self.levers = Levers(self.bring_up_to, parameters, self.parts.in_play.refusal)
        self.day = 0
        self.state: NDArray[np.uint8] = np.zeros(len(candidates), dtype=np.uint8)
        self.visit: NDArray[np.uint8] = np.zeros(len(candidates), dtype=np.uint8)
        self.searchable = ExposureTally(cells, last_day, window)
        self.held = PresenceTally(cells)
        self.templates: NDArray[np.int64] = np.zeros(len(population.jurisdictions), dtype=np.int64)
        self.over_deleted: NDArray[np.bool_] = np.zeros(len(population), dtype=np.bool_)
        self.beside: NDArray[np.int32] = np.zeros(len(population), dtype=np.int32)
        self.since: NDArray[np.int32] = candidates.day
        self.retention = Retention(self.levers, candidates, self.visit, streams, last_day)
        self.pending = 0
        self.recollected = 0
        self._clock: NDArray[np.float32] = np.full(len(candidates), np.nan, dtype=np.float32)
        self._stacks: tuple[tuple[Modifier, ...], ...] = ((), ())
        self._passes = passes_of(self.parts, self.levers, self.redirect_share)
        self._inferred: dict[tuple[str, float | None], NDArray[np.int64]] = {}
        self._purges: dict[float, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {}
        self.suppression = SuppressionList(population, candidates, self.visit, self.levers, streams)
        self.cloaking = Cloaking(
            population,
            candidates,
            self.levers,
            streams,
            OperatorScores.of(parameters),
            background.images * background.faces_per_image,
        )
        self._unseen: NDArray[np.bool_] = np.zeros(len(candidates), dtype=np.bool_)
        self._keeping = 0
        self._kept: NDArray[np.bool_] = np.zeros(len(candidates), dtype=np.bool_)
        self.revisits = Revisits(part, len(self.parts), background.revisit_rate, last_day)

    # -- collection ------------------------------------------------------------------------

    def bring_up_to(self, day: int) -> None:
        """Work off all finds of the days before `day` under the levers as they stand."""
        day = min(day, self.last_day + 1)
        if day <= self.day:
            return
        self.close_stores(day)
        self.cloaking.note(self.day)
        passes = self._passes_now()
        self.background.collect(self.day, day, passes)
        rows, since, wait = self.suppression.let_go()
        self.revisits.wait(rows, wait, self.day, since)
        self.revisits.advance(self.day, day, passes.rates)
        rows, days = self._accepted(day, passes.rates)
        again, again_days = self._found_again(day)
        keep = self.suppression.admitted(rows, np.full(len(rows), NEVER_HELD, dtype=np.int32))
        rows, days = rows[keep], days[keep]
        if len(again):
            self.recollected += int((self.visit[again] > 0).sum())
            self._enrolled_anew(again, again_days)
            rows, days = np.concatenate([rows, again]), np.concatenate([days, again_days])
            order = np.argsort(days, kind="stable")
            rows, days = rows[order], days[order]
        self._enrol(rows, days)
        self._purge(day)
        self.day = day

    def _passes_now(self) -> Passes:
        """Return what the levers let through as they stand; made anew when one has changed."""
        stacks = self.levers.stack("platform.pass"), self.levers.stack("crawler.in_scope_pass")
        if self._stacks != stacks:
            self._stacks = stacks
            self._passes = passes_of(self.parts, self.levers, self.redirect_share)
        return self._passes

    def _accepted(
        self, day: int, rates: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Thin the envelope's candidates of the days from now to before `day`."""
        if rates.max() > self.envelope:
            raise EnvelopeError(
                f"on {iso(self.day)} collection would run at {rates.max():.3f} times the rate "
                f"without orders, and the shared envelope holds {self.envelope:g}; raise "
                f"'crawler.envelope'"
            )
        c = self.candidates
        lo, hi = int(c.starts[self.day]), int(c.starts[day])
        if lo == hi:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        accepted = c.accept[lo:hi] < (rates / self.envelope)[self.part[lo:hi]]
        # Whoever goes private takes along what they posted, those close to them included.
        blocked = c.day[lo:hi] >= self.reactions.private_day[c.uploader[lo:hi]]
        rows = lo + np.flatnonzero(accepted & ~blocked)
        return rows, c.day[rows].astype(np.int64)

    def _found_again(self, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find removed photos that are still public again, each at its own keyed hazard."""
        rows, days, since = self.revisits.found(day)
        if not len(rows):
            return rows, days
        public = days < self.reactions.private_day[self.candidates.uploader[rows]]
        self.revisits.give_up(rows[~public], since[~public])
        rows, days, since = rows[public], days[public], since[public]
        keep = self.suppression.admitted(rows, since)
        rows, days, since = rows[keep], days[keep], since[keep]
        held = since != NEVER_HELD
        self.revisits.end(rows[held], days[held] - since[held], found=True)
        return rows, days

    # -- enrolment -------------------------------------------------------------------------

    def _enrolled_anew(self, rows: NDArray[np.int64], days: NDArray[np.int64]) -> None:
        """Note that these photos have templates since other days than those of their first find."""
        if self.since is self.candidates.day:
            self.since = self.candidates.day.copy()
        self.since[rows] = days

    def _enrol(self, rows: NDArray[np.int64], days: NDArray[np.int64]) -> None:
        """Enrol these finds, in order of day."""
        if not len(rows):
            return
        c = self.candidates
        person = c.person[rows].astype(np.int64)
        for tally, count in (
            (self.searchable, self.matcher.searchable[person]),
            (self.held, self.held_of(person)),
        ):
            new = count == 0
            who, first = np.unique(person[new], return_index=True)
            tally.appear(who, days[new][first])
        unseen = None
        if self.cloaking.begun:
            unseen = self.cloaking.unseen(rows, days, self.visit[rows])
            self._unseen[rows] = unseen
        captured = c.captured[rows]
        age = (captured - self.population.birth_day[person]) / DAYS_A_YEAR
        self.matcher.enrol(
            PhotoRows(
                photo=c.template_id(rows, self.visit[rows]),
                person=person,
                day=captured,
                age=age.astype(np.float32),
                quality=c.quality[rows],
                group=c.group[rows],
            ),
            unseen,
        )
        self.templates += self._by_jurisdiction(person)
        self.state[rows] = SEARCHABLE
        # A photo that was kept without a template is held with one from now on.
        if self._keeping:
            self._forget_photos(rows[self._kept[rows]])

    def held_of(self, person: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return how much is held of these persons: templates, and what is held beside them."""
        return self.matcher.held[person] + self.beside[person]

    def held_before(self, person: NDArray[np.int64], day: int) -> NDArray[np.int32]:
        """Return how much is held of these persons at the start of a day; see `held_of`."""
        self.bring_up_to(day)
        return self.held_of(person)

    def only_listed(self) -> NDArray[np.bool_]:
        """Return of whom nothing is held but their template on the suppression list, bool [n]."""
        return self.suppression.listed & (self.matcher.held == 0) & (self.beside == 1)

    def _by_jurisdiction(self, person: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(self.population.jurisdiction[person], minlength=len(self.templates))

    # -- removal ---------------------------------------------------------------------------

    def remove_in_scope(self, order: RemovalOrder, day: int, hazard: float) -> None:
        """Remove templates inferred to be in scope whose own clock the day's hazard passes.

        Args:
            order: what is ordered.
            day: day number; its finds are enrolled already.
            hazard: of that day.
        """
        if order.erases:
            self.emptying.lose(day)
        rows = self._counted(order.jurisdiction, order.threshold)
        rows = rows[: np.searchsorted(self.candidates.day[rows], day, side="right")]
        state = self.state[rows]
        mine = (state == SEARCHABLE) | ((state == HIDDEN) & order.erases)
        if order.erases and not order.templates_only and self._keeping:
            mine |= self._kept[rows]
        rows = rows[mine]
        fresh = rows[np.isnan(self._clock[rows])]
        photo = self.candidates.photo_key(fresh)
        self._clock[fresh] = self.streams.exponential("erasure.clock", photo, self.visit[fresh])
        reached = self._clock[rows] < hazard
        self._clock[rows[~reached]] -= np.float32(hazard)
        removed = rows[reached]
        self._note_strangers(removed, order.jurisdiction)
        if self._keeping:
            kept = self._kept[removed]
            self._drop_photos(removed[kept], day)
            removed = removed[~kept]
        self.hide(removed, day, erases=order.erases, keeps_photos=order.templates_only)

    def _note_strangers(self, rows: NDArray[np.int64], code: str) -> None:
        """Note who lost a template as a jurisdiction's resident without being one."""
        person = self.candidates.person[rows]
        home = self.population.jurisdictions.index(code)
        self.over_deleted[person[self.population.jurisdiction[person] != home]] = True

    def _counted(self, code: str, threshold: float | None) -> NDArray[np.int64]:
        """Return the candidates that count as a jurisdiction's residents, in order of day."""
        rows = self._inferred.get((code, threshold))
        if rows is None:
            rows = np.flatnonzero(self.parts.counted(code, threshold)[self.part])
            self._inferred[code, threshold] = rows
        return rows

    def retain(self, day: int) -> None:
        """Erase what the limits of retention take at the end of a day, where there are any."""
        for code in self.parts.in_play.codes:
            age, hazard = self.retention.limits(code, day)
            # Days are worked off early only where something may be due: sums of parts of a week
            # differ in their last digits from that of the whole.
            if (age > day and hazard == 0.0) or not self.background.knows(code):
                continue
            self.bring_up_to(day + 1)
            self.background.retain(code, day - age + 1.0, hazard)
            self.emptying.lose(day)
            rows = self._counted(code, None)
            rows = rows[(self.state[rows] == SEARCHABLE) | (self.state[rows] == HIDDEN)]
            due = self.retention.due(code, day, age, rows, self.since[rows])
            self._note_strangers(due, code)
            self.hide(due, day, erases=True)

    def remove_person(self, person: int, day: int) -> None:
        """Erase every template of one person (an erasure request that is honoured).

        Where a suppression list is kept, they are put on it first.
        """
        self.bring_up_to(day + 1)
        c = self.candidates
        if self.suppression.keeps(person):
            self.list_person(person, day)
        stored = (self.state == SEARCHABLE) | (self.state == HIDDEN)
        mine = c.person == person
        rows = np.flatnonzero(mine & stored)
        self.emptying.lose(day, len(rows) * self._weight_of(person))
        self.hide(rows, day, erases=True)
        if self._keeping:
            self._drop_photos(np.flatnonzero(mine & self._kept), day)

    def _weight_of(self, person: int) -> float:
        """Return how many persons one stands for."""
        return float(self.population.weights[self.population.jurisdiction[person]])

    def list_person(self, person: int, day: int) -> bool:
        """Keep one template of somebody, by which finds of them are refused from tomorrow on.

        Returns:
            whether they are listed; nobody is of whom no template is held.
        """
        self.bring_up_to(day + 1)
        if not self.suppression.listed[person] and self.matcher.held[person] > 0:
            self.suppression.listed[person] = True
            self.beside[person] += 1
        return bool(self.suppression.listed[person])

    def rebuild(self, jurisdiction: str, day: int) -> int:
        """Make templates anew from photos that were kept when theirs were given up.

        Args:
            jurisdiction: code of those whom the photos are taken to show.
            day: today; its finds are enrolled first.

        Returns:
            how many templates are made.

        Raises:
            ScenarioError: a jurisdiction that this run does not tell apart.
        """
        self.bring_up_to(day + 1)
        rows = self._counted(jurisdiction, None)
        rows = rows[self._kept[rows]]
        days = np.full(len(rows), day)
        self.revisits.withdraw(rows, day)
        self._enrolled_anew(rows, days)
        self._enrol(rows, days)
        self.background.rebuild(jurisdiction, day)
        return len(rows)

    def _drop_photos(self, rows: NDArray[np.int64], day: int) -> None:
        """Erase photos that were kept without a template."""
        self._forget_photos(rows)
        self._clock[rows] = np.nan
        who = np.unique(self.candidates.person[rows]).astype(np.int64)
        who = who[self.held_of(who) == 0]
        self.held.vanish(who, np.full(len(who), day))

    def _forget_photos(self, rows: NDArray[np.int64]) -> None:
        """Count photos no longer as kept without a template."""
        self._kept[rows] = False
        self._keeping -= len(rows)
        np.subtract.at(self.beside, self.candidates.person[rows], 1)

    def hide(
        self, rows: NDArray[np.int64], day: int, *, erases: bool, keeps_photos: bool = False
    ) -> None:
        """Take the templates of these candidate rows out of results on a day.

        Where `erases` is set they leave the stores, those hidden before too, as each store keeps
        what was erased, and the backups after that; they may be found again from the next day on,
        if they are still public and collection goes on. With `keeps_photos` the photos stay, and
        count as held.

        Raises:
            ValueError: a photo has been found again so often that its ids would be used twice.
        """
        if not len(rows):
            return
        c = self.candidates
        shown = rows[self.state[rows] == SEARCHABLE]
        person = c.person[shown].astype(np.int64)
        unseen = self._unseen[shown] if self.cloaking.begun else None
        self.matcher.hide(c.template_id(shown, self.visit[shown]), person, unseen)
        who = np.unique(person)
        who = who[self.matcher.searchable[who] == 0]
        self.searchable.vanish(who, np.full(len(who), day))
        if not erases:
            self.state[rows] = HIDDEN
            self._clock[rows] = np.nan
            return
        self.state[rows] = REMOVED
        visit = self.visit[rows]
        self.emptying.erase(day, c.template_id(rows, visit), rows, visit, keeps_photos=keeps_photos)
        self.pending += len(rows)
        if self.visit[rows].max() >= LAST_VISIT:
            raise ValueError("a photo was found again too often: its ids would be used twice")
        self.visit[rows] += 1
        self._clock[rows] = np.nan
        wait = self.streams.exponential("revisit.clock", c.photo_key(rows), self.visit[rows])
        self.revisits.wait(rows, wait, day + 1, np.full(len(rows), day, dtype=np.int32))
        if keeps_photos:
            self._kept[rows] = True
            self._keeping += len(rows)
            np.add.at(self.beside, c.person[rows], 1)

    def photos_kept(self, of: NDArray[np.bool_]) -> int:
        """Return how many photos are kept of these candidates whose template was given up.

        Args:
            of: which candidates to count, bool [m].
        """
        return int((self._kept & of).sum())

    def recollection(self) -> Recollection:
        """Return how long removed photos stayed out of the gallery; once, at the end of the run."""
        self.revisits.give_up(*self.suppression.still_refused())
        return self.revisits.recollection(self.population.jurisdiction[self.candidates.person])

    def erasure_delay(self) -> tuple[int, tuple[str, ...]]:
        """Return how long erasure from all stores takes, whole days, as far as that is known
        beforehand, and where it is not: what keeps for ever, or until a share is reached."""
        days, unknown = self.profile.waits(self.writing)
        if self.purge_delay == math.inf:
            return days, (*unknown, f"{BACKUPS} ({self.profile.keeping[BACKUPS].kind})")
        return days + int(self.purge_delay), unknown

    def empty_stores(self, day: int) -> bool:
        """Write the stores that keep what was erased anew, without what was erased by a day's end.

        Returns:
            whether there is such a store.
        """
        if not self.emptying.ledgers:
            return False
        self.bring_up_to(day + 1)
        self.close_stores(day + 1)
        self.emptying.empty(day, self.background)
        return True

    def kept_in_stores(self, code: str, threshold: float | None, day: int) -> int:
        """Return of how many templates that count as a jurisdiction's residents', erased before a
        day, a store itself still holds something at the day's end."""
        self.close_stores(day)
        kept = self.emptying.kept(day).values()
        rows = np.unique(np.concatenate([np.zeros(0, np.int64), *kept]))
        return int(self.parts.counted(code, threshold)[self.part[rows]].sum())

    def close_stores(self, before: int) -> None:
        """Close the stores' days before one, and note of what they have let go by then, from when
        backups alone hold it: they keep it a while longer."""
        for day, template, rows in self.emptying.settle(self.background, before):
            self._purges.setdefault(day + self.purge_delay, []).append((template, rows))

    def _purge(self, day: int) -> None:
        """Erase from all stores what was due on the days before `day`."""
        for due in sorted(d for d in self._purges if d < day):
            for template, rows in self._purges.pop(due):
                person = self.candidates.person[rows].astype(np.int64)
                self.matcher.erase(template, person)
                self.pending -= len(rows)
                self.templates -= self._by_jurisdiction(person)
                who = np.unique(person)
                who = who[self.held_of(who) == 0]
                self.held.vanish(who, np.full(len(who), int(due)))

    def hold_extra_photo(self, person: int, day: int) -> None:
        """Keep the photo that somebody had to send with a request."""
        self.bring_up_to(day + 1)
        who = np.array([person])
        if self.held_of(who)[0] == 0:
            self.held.appear(who, np.array([day]))
        self.beside[person] += 1

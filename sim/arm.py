"""One arm of one replication while it runs: its clock, its actors, its people.

The case's steps, the operator's answers, the desk's days and the weeks of the people are SimPy
processes; `sim.day` says in which order they come within a day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from generators.errors import ScenarioError
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population
from generators.scores import OperatorScores
from sim.customers import PROBE_PARAMETERS, Customers, searches_asked
from sim.dates import weeks
from sim.day import DESK_TIME, LOOK_TIME, REMOVAL_TIME, WEEK_TIME
from sim.events import OFFICIALS, Event, Log, Process
from sim.gallery.flat import FlatGallery
from sim.gallery.gallery import Gallery
from sim.guard import Guarded
from sim.history import UNDATED, History, Ledger, Requests, TemplateCounts, WatchedCounts
from sim.interventions.kinds import Actors
from sim.interventions.registry import in_stated_order, install
from sim.law.case import Case
from sim.law.docket import Docket
from sim.law.drawing import case_key, dated
from sim.law.instruments import MonetaryInstrument
from sim.law.parties import Parties
from sim.matcher import Matcher, ScoresMatcher
from sim.operator.background import Background
from sim.operator.books import Books
from sim.operator.clerks import ClerksDesk
from sim.operator.compliance import Compliance
from sim.operator.decisions import Decisions
from sim.operator.desk import Desk
from sim.operator.parts import Parts
from sim.operator.passes import passes_of
from sim.operator.profile import amount_of
from sim.operator.purse import Purse
from sim.operator.rational import Circumstances
from sim.operator.removal import Removals
from sim.operator.stores import Faces, residue_of
from sim.operator.strategy import STRATEGIES
from sim.people.attention import Attention
from sim.people.finds import CandidateFinds
from sim.people.reactions import Reactions
from sim.people.side import PeopleSide
from sim.pixels.matcher import PixelsMatcher
from sim.pixels.photos import ReplicationPhotos
from sim.platforms import send_letters
from sim.setup import ArmSetup, CaseFile, Scope, look_days, reading_days
from sim.store_jobs import StoreJobs
from sim.tallies import PHOTO_BINS, Cells, Snapshot
from sim.world import HIDDEN, SEARCHABLE, World

OWN_CRAWLER = "operator's own crawler"
"""Source of what the operator's profile lets in of each platform, before any order."""


@dataclass(frozen=True)
class Shared:
    """What all arms of a replication have in common; photos only where they are drawn.

    Attributes:
        population: the people.
        streams: the replication's streams.
        candidates: what a crawler could find.
        cells: the persons' cells.
        in_scope: who is a resident in scope, bool [n].
        parts: disjoint parts of the gallery, as finely as the arms tell faces apart.
        part: the part of each candidate find, uint16 [m].
        unhindered: residents in scope by photos found if nothing were kept out, at reading days.
        photos: the replication's templates.
    """

    population: Population
    streams: Streams
    candidates: CandidateFinds
    cells: Cells
    in_scope: NDArray[np.bool_]
    parts: Parts
    part: NDArray[np.uint16]
    unhindered: Mapping[int, NDArray[np.int64]]
    photos: ReplicationPhotos | None = None


class Arm:
    """One arm of one replication, while it runs.

    Args:
        shared: what all arms of the replication have in common.
        setup: what this arm is made of.
        watched: rows of persons whose own counts are kept, or None.
    """

    def __init__(self, shared: Shared, setup: ArmSetup, watched: NDArray[np.int64] | None) -> None:
        self.shared = shared
        self.setup = setup
        self.watched = watched
        self.env = simpy.Environment()
        self.log = Log()
        parameters, population = setup.parameters, shared.population
        windows = setup.windows
        self.scope = population.jurisdictions.index(windows.jurisdiction)
        self.attention = Attention(
            len(population.jurisdictions),
            setup.last_day + 1,
            parameters["people.news_reach"],
            parameters["people.news_half_life"],
        )
        self.reactions = Reactions(
            population, parameters, shared.streams, self.attention, setup.last_day
        )
        self.background = Background(
            images=setup.curves.images,
            faces_per_image=parameters["gallery.faces_per_image"],
            parts=shared.parts,
            revisit_rate=parameters["crawler.revisit_rate"] / DAYS_A_YEAR,
        )
        self.gallery: Gallery | None = None
        self.matcher = self._matcher()
        self.world = World(
            population,
            parameters,
            shared.candidates,
            self.matcher,
            self.background,
            self.reactions,
            shared.cells,
            shared.streams,
            setup.last_day,
            (windows.cease_deadline, windows.litigation_end),
            shared.part,
            amount_of(setup.profile.redirect_share, parameters),
        )
        for segment in setup.profile.segments:
            if segment.passes != 1.0:
                place = Scope(platform=segment.platform)
                self.world.levers.set("platform.pass", OWN_CRAWLER, 0, segment.passes, place)
        own = passes_of(shared.parts, self.world.levers, 0.0)
        self.crawled = float((own.attempts * shared.parts.shares).sum())
        self.jobs = StoreJobs(self.world)
        self.people = PeopleSide(population, self.reactions, shared.streams, self.world.held_before)
        self.removals = Removals(
            self.env,
            self.log,
            self.background,
            self.world.remove_in_scope,
            self.world.bring_up_to,
            parameters["operator.erasure_capacity"],
            self.world.purge_delay,
            setup.last_day,
        )
        self.decisions = Decisions(
            self.env,
            self.log,
            STRATEGIES[setup.strategy],
            setup.profile,
            parameters,
            self._circumstances,
        )
        self.purse = Purse(setup.profile.means, parameters)
        self.operator = Compliance(
            self.env,
            self.log,
            self.world.levers,
            self.removals,
            self.decisions.of,
            self.purse,
            self.people.inform,
            parameters["operator.notice_reach"],
            setup.profile.trials,
            setup.last_day,
        )
        self.desk = self._desk()
        self.customers = Customers(
            markets=setup.profile.markets,
            levers=self.world.levers,
            asked=searches_asked(setup.profile, setup.curves),
            share=parameters[PROBE_PARAMETERS[windows.jurisdiction]],
            residents=np.flatnonzero(shared.in_scope),
        )
        self.world.levers.tell(self.customers.bring_up_to)
        self.residents = float(population.real_residents[self.scope])
        self.made = self.abandoned = self.extra_photos = 0.0
        self.asking: dict[int, list[int]] = {}
        self.answers: dict[int, list[int]] = {}
        self.looks = look_days(setup)
        self.surveys = reading_days(setup)
        self.snapshots: list[Snapshot] = []
        self.was_searchable = np.zeros(len(population), dtype=np.bool_)
        self.held_at_notice = np.zeros(0 if watched is None else len(watched), dtype=np.int32)
        self.docket = Docket()
        self.cases: dict[str, Case] = {}
        for file in setup.cases:
            self._open_case(file)
        self._install_interventions()
        self.env.process(send_letters(self.env, setup.letters, self.log))
        for item in setup.news:
            everywhere = list(range(len(population.jurisdictions)))
            self.attention.add(item.day, parameters[f"news.weight.{item.size}"], everywhere)
        self.env.process(self._days())
        self.env.process(self._weeks())
        self.env.process(self._looks())

    def _desk(self) -> Desk | ClerksDesk:
        profile, parameters = self.setup.profile, self.setup.parameters
        capacity = amount_of(profile.desk_capacity, parameters)
        delay = round(amount_of(profile.desk_delay, parameters))
        if not profile.desk_clerks:
            return Desk(capacity, delay)
        return ClerksDesk(profile.desk_clerks, capacity, delay, self.shared.streams)

    def _matcher(self) -> Matcher:
        parameters, photos = self.setup.parameters, self.shared.photos
        people, scores = len(self.shared.population), OperatorScores.of(parameters)
        if photos is None:
            return ScoresMatcher(people, scores)
        self.gallery = FlatGallery(photos.finds.vectors.shape[1])
        threshold = parameters["search.encoder_threshold"]
        return PixelsMatcher(people, photos, self.gallery, threshold, scores.fpir)

    # -- actors ----------------------------------------------------------------------------

    def _open_case(self, file: CaseFile) -> Case:
        """Open a case in this run and return it.

        Raises:
            ScenarioError: a case of that id is open already.
        """
        if file.id in self.cases:
            raise ScenarioError(f"the case {file.id} is open already in this run")
        case = self.cases[file.id] = self._case(file)
        return case

    def _case(self, file: CaseFile) -> Case:
        file = self.docket.admit(dated(file, self.shared.streams))

        def luck(ordinal: int) -> float:
            key = case_key(file.id)
            return float(self.shared.streams.uniform("law.check", key, ordinal)[0])

        def due(case_money: MonetaryInstrument, day: int, event: Event) -> None:
            self.operator.on_due(case, case_money, day, event)

        parties = Parties(
            appeals=self.operator.appeals,
            news=lambda day, size, _event: self._news(file.jurisdiction, day, size),
            bound=self.operator.on_bound,
            released=self.operator.on_released,
            due=due,
            obeyed=self.operator.obeyed,
            settles=self.operator.settles,
            left=self.operator.on_left,
        )
        period = round(self.setup.parameters["law.payment_period"])
        case = Case(self.env, file, self.log, parties, period, luck)
        return case

    def _news(self, home: str, day: int, size: str) -> None:
        """Let a case be in the news: at home in full, elsewhere at the weight of news abroad."""
        weight = self.setup.parameters[f"news.weight.{size}"]
        codes = self.shared.population.jurisdictions
        self.attention.add(day + 1, weight, [codes.index(home)] if home in codes else [])
        abroad = [code for code, name in enumerate(codes) if name != home]
        self.attention.add(day + 1, weight * self.setup.parameters["news.abroad"], abroad)

    def _circumstances(self, file: CaseFile) -> Circumstances:
        """Return where the operator stands with regard to a case, today."""
        markets, day = self.setup.profile.markets, self.customers.day
        here = file.jurisdiction == self.setup.windows.jurisdiction
        told_apart = file.jurisdiction in self.shared.parts.in_play.codes
        faces = self.background.stored_of(file.jurisdiction) if told_apart else 0.0
        case = self.cases.get(file.id)
        penalty = None if case is None else case.penalty
        return Circumstances(
            revenue={
                market: float(active) * market.revenue
                for market, active in zip(markets, self.customers.active(), strict=True)
            },
            faces=faces,
            requests=self.desk.arrived / max(1, day) * DAYS_A_YEAR if here else 0.0,
            imposed=0 if penalty is None else penalty.imposed,
        )

    def _install_interventions(self) -> None:
        streams = self.shared.streams
        for number, spec in in_stated_order(self.setup.interventions):
            actors = Actors(
                env=Guarded(self.env, spec, streams.seed, streams.replication),
                log=self.log,
                levers=self.world.levers,
                operator=self.operator,
                streams=streams,
                people=self.people,
                world_jobs=self.jobs,
                open_case=self._open_case,
                cases=self.cases,
                source=f"{spec.kind} ({number})",
                jurisdiction=self.setup.windows.jurisdiction,
                last_day=self.setup.last_day,
                spec=spec,
            )
            install(spec, actors)

    def _days(self) -> Process:
        """The desk, day by day: expected requests in real units, drawn ones for the sample."""
        p = self.setup.parameters
        rate = p["requests.rate"] / DAYS_A_YEAR
        informed = self.reactions.share_informed_before(self.scope)
        levers, here = self.world.levers, Scope(jurisdiction=self.setup.windows.jurisdiction)
        exposure = 0.0
        luck = self.shared.streams.uniform("desk.arrivals", np.arange(self.setup.last_day + 1))
        yield self.env.timeout(DESK_TIME)
        for day in range(self.setup.last_day + 1):
            # News only ever adds hazard to later days, so today's sum is final.
            exposure += float(self.attention.hazard[self.scope, day])
            untold = float(self.people.untold[self.scope])
            unaware = (1.0 - informed) * math.exp(-exposure) * untold
            made = self.residents * (1.0 - unaware) * rate
            demanded = levers.value("desk.photo_demanded", here)
            gives_up = demanded * p["requests.abandoned_if_photo"]
            self.made += made
            self.abandoned += made * gives_up
            self.extra_photos += made * (demanded * (1.0 - p["requests.abandoned_if_photo"]))
            answers = levers.value("desk.answered", here)
            self.desk.day(day, made * (1.0 - gives_up), float(luck[day]), answers)
            for person in self.asking.pop(day, ()):
                self._ask(person, day)
            for person in self.answers.pop(day, ()):
                self.world.remove_person(person, day)
            if self.world.retention.limited:
                self.env.process(self._retain(day))
            yield self.env.timeout(1)

    def _retain(self, day: int) -> Process:
        yield self.env.timeout(day + REMOVAL_TIME - self.env.now)
        self.world.retain(day)

    def _ask(self, person: int, day: int) -> None:
        """Let one simulated person send the request that their own clock has brought about."""
        p, streams, levers = self.setup.parameters, self.shared.streams, self.world.levers
        people = self.shared.population
        home = Scope(jurisdiction=people.jurisdictions[people.jurisdiction[person]])
        demanded, stays = streams.uniform("request.abandon", person, np.array([0, 1]))
        if demanded < levers.value("desk.photo_demanded", home):
            if stays < p["requests.abandoned_if_photo"]:
                return
            self.world.hold_extra_photo(person, day)
        erasure = streams.uniform("request.kind", person)[0] < p["requests.erasure_share"]
        answered = streams.uniform("request.answer", person)[0] < levers.value(
            "desk.answered", home
        )
        when = day + max(1, self.desk.wait())
        if erasure and answered and when <= self.setup.last_day:
            self.answers.setdefault(when, []).append(person)

    def _weeks(self) -> Process:
        for start, end in weeks(self.setup.last_day):
            day = end - 1
            yield self.env.timeout(day + WEEK_TIME - self.env.now)
            self.world.bring_up_to(end)
            for person in self.reactions.week(day):
                when = max(int(self.reactions.request_day[person]), day + 1)
                self.asking.setdefault(when, []).append(int(person))
            self.customers.week(start, end, self.shared.streams, self.matcher, self.background.held)
            images = self.setup.curves.images
            self.purse.days(
                end - start,
                self.customers.revenue(),
                float(images[end] - images[start]) * self.crawled,
                self.customers.made(start, end),
            )
            self._look(day, weekly=True)

    def _looks(self) -> Process:
        for day in self.looks:
            yield self.env.timeout(day + LOOK_TIME - self.env.now)
            self.world.bring_up_to(day + 1)
            if day == self.setup.windows.notice:
                self.was_searchable = self.matcher.searchable > 0
                if self.watched is not None:
                    self.held_at_notice = self.world.held_of(self.watched)
            if not self.snapshots or self.snapshots[-1].day != day:
                self._look(day, weekly=False)

    def _look(self, day: int, *, weekly: bool) -> None:
        codes, reactions = self.shared.population.jurisdiction, self.reactions
        size = len(self.shared.population.jurisdictions)

        def by_jurisdiction(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(codes[mask], minlength=size)

        look = day in self.looks
        photos = np.minimum(self.matcher.comparable[self.customers.residents], PHOTO_BINS - 1)
        still = nobody = np.zeros(size, dtype=np.int64)
        if look:
            still = by_jurisdiction(self.was_searchable & (self.matcher.searchable > 0))
        survey = age = None
        if day in self.surveys:
            age = self._age_held(day)
            survey = self.matcher.survey(self.customers.residents, day)
        self.snapshots.append(
            Snapshot(
                day=day,
                weekly=weekly,
                searchable=self.world.searchable.persons.copy(),
                held=self.world.held.persons.copy(),
                templates=self.world.templates.copy(),
                photos=np.bincount(photos, minlength=PHOTO_BINS),
                still=still,
                informed=by_jurisdiction(reactions.informed_day <= day) if look else nobody,
                private=by_jurisdiction(reactions.private_day <= day) if look else nobody,
                gallery=self.background.held,
                stored=self.background.stored,
                displaced=self.background.displaced,
                survey=survey,
                age=age,
            )
        )

    def _age_held(self, day: int) -> float | None:
        """Return how long ago what is stored of residents in scope was found, days on average."""
        found, state = self.shared.candidates, self.world.state
        stored = (state == SEARCHABLE) | (state == HIDDEN)
        mine = stored & self.shared.in_scope[found.person]
        return day - float(self.world.since[mine].mean()) if mine.any() else None

    def history(self) -> History:
        """Run to the end and return what happened."""
        self.env.run(until=self.setup.last_day + 1)
        population, world, matcher = self.shared.population, self.world, self.matcher
        # A find's visits are its removals; what is stored now has not been removed since.
        removals = int(world.visit.sum(dtype=np.int64))
        stored = (world.state == SEARCHABLE) | (world.state == HIDDEN)
        size = len(population.jurisdictions)
        watched = None
        if self.watched is not None:
            watched = WatchedCounts(
                day=self.setup.last_day,
                person=self.watched,
                held=world.held_of(self.watched),
                searchable=matcher.searchable[self.watched],
                held_at_notice=self.held_at_notice,
            )
        return History(
            setup=self.setup,
            jurisdictions=population.jurisdictions,
            weights=np.asarray(population.weights, dtype=np.float64),
            residents=np.bincount(self.shared.cells.of, minlength=len(self.shared.cells)),
            cells=self.shared.cells,
            snapshots=tuple(self.snapshots),
            events=tuple(self.log.events),
            person_days=world.searchable.days,
            window_person_days=world.searchable.window_days,
            searchable_at_notice=np.bincount(
                population.jurisdiction[self.was_searchable], minlength=size
            ),
            over_deleted=np.bincount(population.jurisdiction[world.over_deleted], minlength=size),
            requests=Requests(
                made=self.made,
                abandoned=self.abandoned,
                extra_photos=self.extra_photos,
                answered=self.desk.answered,
                waiting=self.desk.queue,
            ),
            ledgers=self._ledgers(),
            searches=self.customers.tally,
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
            movers=self._movers(),
            books=self._books(),
            unhindered=self.shared.unhindered,
            recollection=world.recollection(),
            listed=np.bincount(population.jurisdiction[world.suppression.listed], minlength=size),
            refused=world.suppression.refused,
            watched=watched,
            gallery=None if self.gallery is None else self.gallery.stats(),
            held=tuple(world.levers.held),
        )

    def _ledgers(self) -> tuple[Ledger, ...]:
        """Return every case's money as it stands."""
        return tuple(
            Ledger.of(case.file, money) for case in self.cases.values() for money in case.money
        )

    def _books(self) -> Books:
        """Close the operator's books: what it earned and spent, and what is still somewhere."""
        world, here = self.world, self.shared.in_scope
        resident = here[self.shared.candidates.person]
        weight = float(self.shared.population.weights[self.scope])
        shown, hidden = (
            int(((world.state == state) & resident).sum()) for state in (SEARCHABLE, HIDDEN)
        )
        faces = Faces(
            hidden=hidden * weight,
            leaving=(int(world.templates[self.scope]) - shown - hidden) * weight,
            listed=int((world.suppression.listed & here).sum()) * weight,
            erased=int(world.visit[resident].sum(dtype=np.int64)) * weight,
            photos=world.photos_kept(resident) * weight + self.extra_photos,
        )
        appeals = sum(event.kind == "appeal_lodged" for event in self.log.events)
        self.purse.settle(self.removals.faces, self.desk.answered, appeals)
        return Books(
            asked=self.customers.asked,
            shares=self.customers.shares,
            active=self.customers.active(),
            purse=self.purse,
            residue=residue_of(self.setup.profile, faces, self.setup.parameters),
            cases=tuple(case.file for case in self.cases.values()),
            decisions=tuple(self.decisions.taken.values()),
        )

    def _movers(self) -> dict[str, tuple[tuple[Any, ...], ...]]:
        """Everything that may make this arm differ from another, each with a signature."""
        movers: dict[str, tuple[tuple[Any, ...], ...]] = {}
        if self.attention.pulses:
            movers["news"] = tuple(self.attention.pulses)
        if self.people.acts:
            movers["people"] = tuple(self.people.acts)
        if self.jobs.acts:
            movers["stores"] = tuple(self.jobs.acts)
        changes = self.world.levers.changes
        for name, mine in (
            ("levers", [c for c in changes if not c[1].startswith("customers.")]),
            ("customers", [c for c in changes if c[1].startswith("customers.")]),
        ):
            if mine:
                movers[name] = tuple(mine)
        steps = tuple(
            (e.day, e.kind, e.authority)
            for e in self.log.events
            if e.actor in OFFICIALS or e.kind == "appeal_lodged"
        )
        if steps:
            movers["case"] = steps
        if self.decisions.taken:
            movers["decisions"] = tuple((d.day, d) for d in self.decisions.taken.values())
        desk = tuple(c for c in self.world.levers.changes if c[1].startswith("desk."))
        if desk:
            movers["desk"] = desk
        removals: tuple[tuple[object, ...], ...] = tuple(
            (e.day, e.kind) for e in self.log.events if e.kind.startswith("removal_")
        )
        removals += tuple((order.start, order) for order in self.removals.started)
        if removals:
            movers["removal"] = removals
        ledgers, home = self._ledgers(), self.setup.windows.jurisdiction
        for name in ("proposed", "imposed", "payable", "collected"):
            amounts = tuple(
                (UNDATED, entry.case, entry.instrument, getattr(entry, name))
                for entry in ledgers
                if entry.jurisdiction == home and getattr(entry, name)
            )
            if amounts:
                movers[f"money.{name}"] = amounts
        collected = tuple(
            (UNDATED, e.case, e.instrument, e.collected) for e in ledgers if e.collected
        )
        if collected:
            movers["money"] = collected
        return movers

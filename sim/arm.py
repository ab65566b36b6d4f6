"""One arm of one replication while it runs: its clock, its actors, its people.

The case's steps, the operator's answers, the desk's days and the weeks of the people are SimPy
processes; `sim.day` says in which order they come within a day.
"""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from generators.errors import ScenarioError
from generators.people import DAYS_A_YEAR
from generators.scores import OperatorScores
from sim.customers import Customers, searches_asked
from sim.dates import weeks
from sim.day import WEEK_TIME
from sim.ending import history_of
from sim.events import Event, Log, Process
from sim.first_acts import FirstActs
from sim.gallery.gallery import Gallery
from sim.gallery.stored import StoredGallery
from sim.guard import Guarded
from sim.history import History
from sim.interventions.kinds import Actors
from sim.interventions.registry import in_stated_order, install
from sim.law.case import Case
from sim.law.docket import Docket
from sim.law.drawing import case_key, dated
from sim.law.instruments import MonetaryInstrument
from sim.law.parties import Parties
from sim.looks import Looks
from sim.matcher import Matcher, ScoresMatcher
from sim.operator.background import Background
from sim.operator.clerks import ClerksDesk
from sim.operator.compliance import Compliance
from sim.operator.decisions import Decisions
from sim.operator.desk import Desk
from sim.operator.passes import passes_of
from sim.operator.profile import amount_of
from sim.operator.purse import Purse, usd
from sim.operator.rational import Circumstances
from sim.operator.removal import Removals
from sim.operator.stores import BYTES_A_TB
from sim.operator.strategy import STRATEGIES
from sim.people.attention import Attention
from sim.people.inbox import Inbox
from sim.people.reactions import Reactions
from sim.people.side import PeopleSide
from sim.pixels.matcher import PixelsMatcher
from sim.platforms import send_letters
from sim.setup import ArmSetup, CaseFile, Scope
from sim.shared import Shared
from sim.store_jobs import StoreJobs
from sim.world import World

OWN_CRAWLER = "operator's own crawler"
"""Source of what the operator's profile lets in of each platform, before any order."""


class Arm:
    """One arm of one replication, while it runs.

    Args:
        shared: what all arms of the replication have in common.
        setup: what this arm is made of.
        watched: rows of persons whose own counts are kept, or None.
        gallery: an empty gallery for the templates at fidelity `pixels`; None for one of its own.
    """

    def __init__(
        self,
        shared: Shared,
        setup: ArmSetup,
        watched: NDArray[np.int64] | None,
        gallery: Gallery | None = None,
    ) -> None:
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
        asks = amount_of(setup.profile.request_rate, parameters)
        self.reactions = Reactions(
            population, parameters, asks, shared.streams, self.attention, setup.last_day
        )
        self.background = Background(
            images=setup.curves.images,
            faces_per_image=parameters["gallery.faces_per_image"],
            parts=shared.parts,
            revisit_rate=parameters["crawler.revisit_rate"] / DAYS_A_YEAR,
        )
        self.gallery = gallery
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
            setup.profile,
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
            *self.world.erasure_delay(),
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
            share=amount_of(setup.profile.searched[windows.jurisdiction], parameters),
            residents=np.flatnonzero(shared.in_scope),
        )
        self.world.levers.tell(self.customers.bring_up_to)
        self.acts = FirstActs(self.log, self.world, self.customers, self.desk, windows.jurisdiction)
        self.inbox = Inbox(
            self.env,
            population,
            parameters,
            asks,
            shared.streams,
            self.attention,
            self.reactions,
            self.people,
            self.world,
            self.desk,
            self.scope,
            setup.last_day,
        )
        self.looks = Looks(self.env, shared, setup, self.world, self.reactions, watched)
        self.docket = Docket()
        self.cases: dict[str, Case] = {}
        for file in setup.cases:
            self._open_case(file)
        self._install_interventions()
        self.env.process(send_letters(self.env, setup.letters, self.log))
        for item in setup.news:
            everywhere = list(range(len(population.jurisdictions)))
            self.attention.add(item.day, parameters[f"news.weight.{item.size}"], everywhere)
        self.env.process(self.inbox.days())
        self.env.process(self._weeks())
        self.env.process(self.looks.process())

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
        if self.gallery is None:
            self.gallery = StoredGallery(photos.finds.vectors.shape[1], "Flat")
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

        def seize(case_money: MonetaryInstrument, sum_: int) -> int:
            return self.operator.on_seizure(case, case_money, sum_)

        parties = Parties(
            appeals=self.operator.appeals,
            news=lambda day, size, _event: self._news(file.jurisdiction, day, size),
            bound=self.operator.on_bound,
            released=self.operator.on_released,
            due=due,
            obeyed=self.operator.obeyed,
            settles=self.operator.settles,
            left=self.operator.on_left,
            seize=seize,
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
        private = None if case is None else case.private
        claimed = 0.0
        if private is not None:
            claimed = usd(private.proposed, private.currency, self.setup.parameters)
        return Circumstances(
            revenue={
                market: float(active) * market.revenue
                for market, active in zip(markets, self.customers.active(), strict=True)
            },
            faces=faces,
            requests=self.desk.arrived / max(1, day) * DAYS_A_YEAR if here else 0.0,
            imposed=0 if penalty is None else penalty.imposed,
            reach=self.purse.within_reach(file.jurisdiction),
            claimed=claimed,
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
                acts=self.acts,
                open_case=self._open_case,
                cases=self.cases,
                source=f"{spec.kind} ({number})",
                jurisdiction=self.setup.windows.jurisdiction,
                last_day=self.setup.last_day,
                spec=spec,
            )
            install(spec, actors)

    def _weeks(self) -> Process:
        for start, end in weeks(self.setup.last_day):
            day = end - 1
            yield self.env.timeout(day + WEEK_TIME - self.env.now)
            self.world.bring_up_to(end)
            self.inbox.expect(self.reactions.week(day), day)
            self.customers.week(start, end, self.shared.streams, self.matcher, self.background.held)
            images = self.setup.curves.images
            self.purse.days(
                end - start,
                self.customers.revenue(),
                float(images[end] - images[start]) * self.crawled,
                self.customers.made(start, end),
            )
            self._settle()
            self.looks.look(day, weekly=True)
            self.acts.look(day)

    @property
    def erased(self) -> float:
        """Faces erased so far for orders and by limits of retention, real units."""
        return self.removals.erased + self.background.expired

    def _settle(self) -> None:
        """Enter in the purse what erasures, requests and appeals have cost so far."""
        appeals = sum(event.kind == "appeal_lodged" for event in self.log.events)
        parameters, moved = self.setup.parameters, self.world.emptying.traffic.moved
        storing = moved / BYTES_A_TB * parameters["stores.price"]
        self.purse.settle(self.erased, self.desk.answered, appeals, storing)

    def history(self) -> History:
        """Run to the end and return what happened."""
        self.env.run(until=self.setup.last_day + 1)
        self.world.close_stores(self.setup.last_day + 1)
        self._settle()
        return history_of(self)

"""First acts: what somebody does first because a lever is held, told to the log with its cause.

A lever is a number. Whom it moves acts on it at once (a filter is set, customers are barred), some
time later (the first find that a list refuses), or never: where nobody is a customer any more, or
nobody is taken for a resident, holding it changes nothing, and the log says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.customers import Customers
from sim.events import Event, Log
from sim.operator.clerks import ClerksDesk
from sim.operator.desk import Desk
from sim.setup import Scope
from sim.world import World

ON_RESIDENTS = ("crawler.in_scope_pass", "gallery.retention", "gallery.rolling_retention")
"""Levers that reach nobody where the operator takes no face for one of a resident's."""


@dataclass(frozen=True)
class _Awaited:
    """An act that is still to come: when `done` passes `before`, it is told."""

    source: str
    actor: str
    kind: str
    text: str
    because: Event
    done: Callable[[], float]
    before: float


class FirstActs:
    """Who acts because of the levers that interventions hold in one run.

    Args:
        log: the run's log.
        world: people and stores.
        customers: the operator's customers.
        desk: answers the requests of the jurisdiction that the question is about.
        jurisdiction: its code.
    """

    def __init__(
        self,
        log: Log,
        world: World,
        customers: Customers,
        desk: Desk | ClerksDesk,
        jurisdiction: str,
    ) -> None:
        self.log = log
        self.world = world
        self.customers = customers
        self.desk = desk
        self.jurisdiction = jurisdiction
        self._awaited: list[_Awaited] = []

    def hold(self, lever: str, source: str, value: float, scope: Scope, because: Event) -> None:
        """Put a modifier on a lever from the cause's day on, and tell who acts on it, or that
        nobody does.

        Args:
            lever: name of the lever.
            source: who holds it.
            value: of the modifier.
            scope: whom it covers.
            because: the event with which the holding begins.

        Raises:
            ValueError: as `sim.levers.Levers.set`.
        """
        levers, day = self.world.levers, because.day
        before = levers.value(lever, scope)
        self.customers.bring_up_to(day)
        active = float(self.customers.active().sum())
        levers.set(lever, source, day, value, scope)
        after = levers.value(lever, scope)
        barred = active - float(self.customers.active().sum())
        if after == before:
            self._nobody(because, f"{lever} stands at {after:g} there without it.")
        elif lever in ON_RESIDENTS and not self._inferred(scope):
            self._nobody(because, "The operator takes no face for one of a resident's.")
        elif lever == "customers.pass" and barred <= 0.0:
            self._nobody(because, "No customer in scope is left to bar.")
        elif lever == "customers.pass":
            text = f"About {barred:,.0f} customers may search no more."
            self.log.write(day, "operator", "customers_barred", because=because, text=text)
        elif lever == "platform.pass":
            text = f"Of the attempts that came through, {1.0 - after / before:.0%} fail."
            self.log.write(day, "platform", "attempts_refused", because=because, text=text)
        elif lever == "crawler.in_scope_pass":
            text = f"Of the faces inferred to be of residents in scope, {after:.0%} are enrolled."
            self.log.write(day, "operator", "filter_set", because=because, text=text)
        else:
            self._await(lever, source, after, scope, because)

    def end(self, source: str) -> None:
        """Await nothing more of a source, which holds its levers no longer."""
        self._awaited = [one for one in self._awaited if one.source != source]

    def look(self, day: int) -> None:
        """Tell what has been done for the first time by the end of a day.

        Args:
            day: today; its finds are enrolled and its requests taken up.
        """
        for one in [one for one in self._awaited if one.done() > one.before]:
            self._awaited.remove(one)
            self.log.write(day, one.actor, one.kind, because=one.because, text=one.text)

    def _await(self, lever: str, source: str, value: float, scope: Scope, because: Event) -> None:
        """Note whose act is to come, where a lever has one that does not come at once."""
        world = self.world
        actor, done = "operator", lambda: 0.0
        if lever in ("gallery.retention", "gallery.rolling_retention"):
            kind, done = "templates_expired", lambda: float(world.retention.taken)
            text = "The limit takes its first templates, within the week."
        elif lever == "gallery.suppression":
            kind, done = "find_refused", lambda: float(world.suppression.refused)
            text = "The list refuses its first find of somebody who was erased, within the week."
        elif lever == "people.cloaking":
            actor, kind, done = "people", "cloaked_photo_found", lambda: world.cloaking.cloaked
            text = "The first cloaked photo is found and held, within the week."
        elif lever == "desk.photo_demanded" and scope.jurisdiction in (None, self.jurisdiction):
            kind, done = "request_answered", lambda: self.desk.answered
            text = f"The first answer since then, within the week; a photo is asked of {value:.0%}."
        else:
            return
        self._awaited.append(_Awaited(source, actor, kind, text, because, done, done()))

    def _inferred(self, scope: Scope) -> bool:
        """Return whether the operator takes any face for one of a resident's in scope."""
        parts = self.world.parts
        return bool(parts.shares[parts.counted(scope.jurisdiction)].sum() > 0.0)

    def _nobody(self, because: Event, text: str) -> None:
        kind = because.kind.removesuffix("_begins") + "_without_effect"
        self.log.write(because.day, "world", kind, because=because, text=text)

"""Levers: named values that interventions modify and processes read; nobody else is written to.

A lever has a base value and a stack of modifiers, each with the scope that it covers. Modifiers
compose by the lever's own rule (a product of what they let pass, the smallest, the largest), so
that the result does not depend on the order in which they were set. Before a lever changes,
whoever listens is told, so that the people's columns are brought up to that day under the old
values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sim.setup import EVERYWHERE, Scope


@dataclass(frozen=True)
class LeverKind:
    """What a lever is.

    Attributes:
        name: as modifiers have it.
        what: its meaning.
        unit: of its value; "1" for a share.
        compose: `product`, `smallest` or `largest` of the modifiers and the base.
        base: value without any modifier; where it is a parameter's name, that parameter's value.
        most: largest value of a modifier; the smallest is 0.
        scopes: fields of `Scope` that a modifier may name.
    """

    name: str
    what: str
    unit: str
    compose: str
    base: float | str
    most: float
    scopes: tuple[str, ...]


LEVERS: dict[str, LeverKind] = {
    kind.name: kind
    for kind in (
        LeverKind(
            "platform.pass",
            "share of collection attempts that the platforms' defences let through",
            "1", "product", 1.0, 1.0, ("platform",),
        ),
        LeverKind(
            "crawler.in_scope_pass",
            "share of the faces inferred to be of residents in scope that the crawler still enrols",
            "1", "product", 1.0, 1.0, ("jurisdiction", "group"),
        ),
        LeverKind(
            "gallery.suppression",
            "share of the finds of those who had their templates erased that is recognised by a "
            "kept template and refused",
            "1", "largest", 0.0, 1.0, ("jurisdiction",),
        ),
        LeverKind(
            "gallery.retention",
            "age beyond which a template inferred to be in scope is erased",
            "days", "smallest", math.inf, math.inf, ("jurisdiction",),
        ),
        LeverKind(
            "gallery.rolling_retention",
            "mean time after which a template inferred to be in scope is erased, whatever its age",
            "days", "smallest", math.inf, math.inf, ("jurisdiction",),
        ),
        LeverKind(
            "desk.photo_demanded",
            "share of requests that are answered by asking for a photo first",
            "1", "smallest", "requests.photo_demanded", 1.0, ("jurisdiction",),
        ),
        LeverKind(
            "desk.answered",
            "share of complete requests that the desk answers and honours",
            "1", "largest", "requests.answered", 1.0, ("jurisdiction",),
        ),
        LeverKind(
            "customers.pass",
            "share of the customers that may search",
            "1", "product", 1.0, 1.0, ("jurisdiction", "customer"),
        ),
        LeverKind(
            "customers.adoption",
            "share of new customers that still come (free trials, sales)",
            "1", "product", 1.0, 1.0, ("jurisdiction", "customer"),
        ),
        LeverKind(
            "people.cloaking",
            "share of uploaders who cloak what they post from then on",
            "1", "largest", 0.0, 1.0, ("jurisdiction",),
        ),
        LeverKind(
            "people.cloak_shift",
            "standard deviations by which cloaking lowers a photo's mated scores",
            "standard deviations", "largest", 0.0, 10.0, ("jurisdiction",),
        ),
    )
}  # fmt: skip
"""Every lever. The order is the order in which a find meets them: platform, crawler, suppression
on the way in; retention once held; desk and customers afterwards; cloaking at the comparison."""


ON_FACES = frozenset(
    {"crawler.in_scope_pass", "platform.pass", "gallery.retention", "gallery.rolling_retention"}
)
"""Levers on faces by what the operator can tell of them, which a run has to tell apart."""


@dataclass(frozen=True)
class Modifier:
    """One entry of a lever's stack: who set it, when, whom it covers, and its value."""

    lever: str
    source: str
    since: int
    value: float
    scope: Scope = EVERYWHERE


@dataclass(frozen=True)
class Held:
    """A modifier with the day from which it no longer lay on its lever, None to the end."""

    modifier: Modifier
    until: int | None = None


class Levers:
    """The levers of one run.

    Args:
        before_change: called with the day before any value changes.
        parameters: the run's parameters, where a lever's base is one of them.
        refusal: says why a scope's faces are not told apart in this run, or "" where they are.

    Attributes:
        changes: (day, lever, value, scope) of every change of a value, in order.
        held: every modifier that ever lay on a lever, in the order in which they were set.
    """

    def __init__(
        self,
        before_change: Callable[[int], None],
        parameters: Mapping[str, float] | None = None,
        refusal: Callable[[Scope], str] = lambda _: "",
    ) -> None:
        self._refusal = refusal
        self._listeners = [before_change]
        self._base = {
            name: kind.base if not isinstance(kind.base, str) else (parameters or {}).get(kind.base)
            for name, kind in LEVERS.items()
        }
        self._stack: dict[str, list[Modifier]] = {name: [] for name in LEVERS}
        # Values of the stacks as they stand, by place: they are read far oftener than they change.
        self._values: dict[str, dict[Scope, float]] = {name: {} for name in LEVERS}
        self.changes: list[tuple[int, str, float, Scope]] = []
        self.held: list[Held] = []

    def tell(self, before_change: Callable[[int], None]) -> None:
        """Call somebody else too with the day before any value changes, after those before."""
        self._listeners.append(before_change)

    def value(self, lever: str, place: Scope = EVERYWHERE) -> float:
        """Return the lever's value for a place: its rule over the base and what covers the place.

        Raises:
            KeyError: the lever's base is a parameter, and none were given.
        """
        known = self._values[lever].get(place)
        if known is not None:
            return known
        base = self._base[lever]
        if base is None:
            raise KeyError(f"the lever {lever} rests on the parameter {LEVERS[lever].base}")
        covering = [m.value for m in self._stack[lever] if m.scope.covers(place)]
        value = self._values[lever][place] = _composed(LEVERS[lever].compose, float(base), covering)
        return value

    def stack(self, lever: str) -> tuple[Modifier, ...]:
        """Return the lever's modifiers in the order in which they were set."""
        return tuple(self._stack[lever])

    def moved(self, lever: str) -> bool:
        """Return whether any modifier lies on the lever."""
        return bool(self._stack[lever])

    def set(
        self, lever: str, source: str, day: int, value: float, scope: Scope = EVERYWHERE
    ) -> None:
        """Put a modifier on a lever from `day` on, replacing an earlier one of the same source
        and scope.

        Raises:
            ValueError: an unknown lever, a value outside its bounds, or a scope that it does not
                know.
        """
        kind = LEVERS.get(lever)
        if kind is None:
            raise ValueError(f"unknown lever {lever!r}; the levers are {', '.join(LEVERS)}")
        if not 0.0 <= value <= kind.most:
            raise ValueError(f"{kind.name} lies between 0 and {kind.most:g}, found {value}")
        for field in ("jurisdiction", "group", "platform", "customer"):
            if getattr(scope, field) is not None and field not in kind.scopes:
                raise ValueError(f"{kind.name} cannot be scoped by {field}")
        if lever in ON_FACES and (why := self._refusal(scope)):
            raise ValueError(f"{kind.name} cannot be set for {scope}: {why}")
        keep = [m for m in self._stack[lever] if (m.source, m.scope) != (source, scope)]
        self._change(lever, day, [*keep, Modifier(lever, source, day, value, scope)], scope)

    def clear(self, lever: str, source: str, day: int) -> None:
        """Take a source's modifiers off a lever from `day` on, if it has any."""
        for mine in [m for m in self._stack[lever] if m.source == source]:
            self._change(lever, day, [m for m in self._stack[lever] if m is not mine], mine.scope)

    def _change(self, lever: str, day: int, stack: list[Modifier], scope: Scope) -> None:
        before, kind = self._stack[lever], LEVERS[lever]
        base = self._base[lever]
        self.held = [
            replace(one, until=day)
            if one.until is None and one.modifier in before and one.modifier not in stack
            else one
            for one in self.held
        ]
        self.held += [Held(modifier) for modifier in stack if modifier not in before]
        if stack == before or base is None:
            self._lay(lever, stack)
            return

        def values(modifiers: list[Modifier]) -> list[float]:
            return [m.value for m in modifiers if m.scope.covers(scope)]

        after = _composed(kind.compose, float(base), values(stack))
        if after != _composed(kind.compose, float(base), values(before)):
            for before_change in self._listeners:
                before_change(day)
            self.changes.append((day, lever, after, scope))
        self._lay(lever, stack)

    def _lay(self, lever: str, stack: list[Modifier]) -> None:
        self._stack[lever] = stack
        self._values[lever].clear()


def _composed(rule: str, base: float, values: list[float]) -> float:
    if rule == "product":
        return base * math.prod(values)
    return min([base, *values]) if rule == "smallest" else max([base, *values])

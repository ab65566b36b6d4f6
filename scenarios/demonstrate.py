"""Running demonstrations: does a measure move where it should, and stay where it should not?

Each pair of runs shares people and random numbers; what is judged is the paired difference over
replications. A pair that moves needs a 95 % interval of the difference on one side of zero, and
in its log the whole chain of causes that the file names, back from an act of the actor's. A pair
that does not move needs a difference of exactly zero in every replication, and an event that tells
why. What a log tells in both runs is of others: only events that the first run alone has count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from generators.errors import Fault, ScenarioError
from scenarios.aggregate import difference_interval
from scenarios.arms import arm_setup
from scenarios.demonstration_files import ACTED_BY, Demonstration
from scenarios.scenario import LoadedScenario
from sim.events import Event
from sim.measures import measures_at, read_measures, structural_zero

if TYPE_CHECKING:
    from generators.population import Population
    from sim.history import History

    Runs = dict[str, History]

FIRST, SECOND = "with", "without"
"""The two runs of a pair."""


@dataclass(frozen=True)
class Shown:
    """What one pair of runs showed.

    Attributes:
        pair: `moves` or `unmoved`.
        says: the file's sentence.
        first: mean of the measure in the first run.
        second: mean in the second.
        difference: mean of the paired differences.
        low: lower end of its 95 % interval over replications (Student's t).
        high: upper end.
        structural_zero: why the difference cannot be anything but 0, or None.
        causes: events of the first run's first replication: of a pair that moves from what the
            actor did back to its first cause, of the other the one that tells why.
        fault: what does not hold, or "".
    """

    pair: str
    says: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    structural_zero: str | None
    causes: tuple[Event, ...]
    fault: str

    @property
    def holds(self) -> bool:
        """Return whether the pair shows what its sentence says."""
        return not self.fault


@dataclass(frozen=True)
class Demonstrated:
    """What a demonstration showed: its measure's unit and both pairs."""

    demonstration: Demonstration
    unit: str
    pairs: tuple[Shown, Shown]

    @property
    def holds(self) -> bool:
        """Return whether both pairs show what their sentences say."""
        return all(pair.holds for pair in self.pairs)


def demonstrate(demonstration: Demonstration, seed: int = 0) -> Demonstrated:
    """Run both pairs of a demonstration and judge them.

    Args:
        demonstration: which.
        seed: root seed of people and replications.

    Raises:
        ScenarioError: the measure has no reading with a value on the day named.
    """
    return judged(
        demonstration,
        replications(demonstration, demonstration.moves, seed),
        replications(demonstration, demonstration.unmoved, seed),
    )


def replications(
    demonstration: Demonstration, pair: tuple[LoadedScenario, LoadedScenario], seed: int
) -> list[Runs]:
    """Run a pair under every replication; both runs of one share every draw."""
    from sim.model import run_arms

    first, second = pair
    arms = {FIRST: arm_setup(first, question=first), SECOND: arm_setup(second, question=first)}
    population = people_of(demonstration.file.people, seed)
    return [
        run_arms(population, arms, seed, number)
        for number in range(demonstration.file.replications)
    ]


def judged(
    demonstration: Demonstration, moves: Sequence[Runs], unmoved: Sequence[Runs]
) -> Demonstrated:
    """Return what the replications of both pairs show; errors as `demonstrate`."""
    file = demonstration.file
    unit = measures_at(moves[0][FIRST].setup.fidelity)[file.measure].unit
    return Demonstrated(
        demonstration, unit, (_moving(demonstration, moves), _unmoved(demonstration, unmoved))
    )


def _moving(demonstration: Demonstration, runs: Sequence[Runs]) -> Shown:
    wanted = demonstration.file.moves
    chain, missing = _chain(runs[0], wanted.because)
    difference = _paired(demonstration, runs)
    up = wanted.direction == "up"
    actor = demonstration.file.actor
    faults = [missing] if missing else []
    if not missing and chain[0].actor not in ACTED_BY[actor]:
        faults.append(f"'{chain[0].kind}' is an act of the {chain[0].actor}, not of the {actor}")
    if not (difference.low > 0 if up else difference.high < 0):
        faults.append(f"the interval does not lie {'above' if up else 'below'} 0")
    return _shown("moves", wanted.says, difference, None, chain, faults)


def _unmoved(demonstration: Demonstration, runs: Sequence[Runs]) -> Shown:
    wanted, events = demonstration.file.unmoved, runs[0][FIRST].events
    teller = next((event for event in _own(runs[0]) if event.kind == wanted.log), None)
    difference = _paired(demonstration, runs)
    measure = demonstration.file.measure
    reasons = {structural_zero(measure, run[FIRST], run[SECOND]) for run in runs}
    zero = reasons.pop() if len(reasons) == 1 else None
    faults = [] if teller else [f"no event '{wanted.log}' of its own tells why"]
    if difference.largest > 0.0:
        faults.append(f"a replication differs by {difference.largest:.3g}")
    causes = () if teller is None else _back(events, teller)
    return _shown("unmoved", wanted.says, difference, zero, causes, faults)


@dataclass(frozen=True)
class _Difference:
    first: float
    second: float
    mean: float
    low: float
    high: float
    largest: float


def _shown(
    pair: str,
    says: str,
    difference: _Difference,
    zero: str | None,
    causes: Sequence[Event],
    faults: Sequence[str],
) -> Shown:
    return Shown(
        pair=pair,
        says=says,
        first=difference.first,
        second=difference.second,
        difference=difference.mean,
        low=difference.low,
        high=difference.high,
        structural_zero=zero,
        causes=tuple(causes),
        fault="; ".join(fault for fault in faults if fault),
    )


@lru_cache(maxsize=1)
def people_of(people: int, seed: int) -> Population:
    """Return the people of a short run; those of the last one asked for are kept."""
    from generators.population import build_population

    return build_population(people, seed, acquaintances="by community")


def _paired(demonstration: Demonstration, runs: Sequence[Runs]) -> _Difference:
    """Return the measure's means in both runs and its paired difference with its interval."""
    values = np.array(
        [[_reading(demonstration, run[arm]) for arm in (FIRST, SECOND)] for run in runs]
    )
    differences = values[:, :1] - values[:, 1:]
    mean, low, high = difference_interval(values[:, :1], values[:, 1:])
    return _Difference(
        first=float(values[:, 0].mean()),
        second=float(values[:, 1].mean()),
        mean=float(mean[0]),
        low=float(low[0]),
        high=float(high[0]),
        largest=float(np.abs(differences).max()),
    )


def _reading(demonstration: Demonstration, history: History) -> float:
    """Return the measure's reading for all residents in scope on the demonstration's day."""
    file = demonstration.file
    readings = {
        reading.at: reading
        for reading in read_measures(history)
        if reading.name == file.measure and reading.margin == "all"
    }
    reading = readings.get(file.at)
    if reading is not None and reading.value is not None:
        return reading.value
    with_value = [at or '""' for at, other in readings.items() if other.value is not None]
    raise ScenarioError(
        Fault(
            f"'{file.measure}' has no value there"
            + ("" if reading is None else f": {reading.why}"),
            file=str(demonstration.path),
            key="at",
            found=file.at or '""',
            expected=", ".join(with_value) or "another measure",
        )
    )


def _own(runs: Runs) -> list[Event]:
    """Return the events that the first run of a pair has and the second has not, in order."""

    def what(event: Event) -> tuple[int, str, str, str]:
        return event.day, event.kind, event.authority, event.text

    others = {what(event) for event in runs[SECOND].events}
    return [event for event in runs[FIRST].events if what(event) not in others]


def _chain(runs: Runs, kinds: Sequence[str]) -> tuple[tuple[Event, ...], str]:
    """Return the chain of causes of those kinds, whole, or what is missing."""
    events = runs[FIRST].events
    chains = [_back(events, event) for event in _own(runs) if event.kind == kinds[0]]
    for chain in chains:
        if [event.kind for event in chain] == list(kinds):
            return chain, ""
    if not chains:
        return (), f"nothing in the log is a '{kinds[0]}' of its own"
    found = " because of ".join(event.kind for event in chains[0])
    return chains[0], f"the log's chain of causes is another: {found}"


def _back(events: Sequence[Event], event: Event) -> tuple[Event, ...]:
    """Return an event, its cause, the cause of that, and so on to the first."""
    chain = [event]
    while chain[-1].because is not None:
        chain.append(events[chain[-1].because])
    return tuple(chain)

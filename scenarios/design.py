"""What an experiment will run, fixed and checked before any work: arms, sizes, seed, draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, ScenarioError
from scenarios import provenance
from scenarios.folder import MOST_NUMBERED
from scenarios.ranges import RangeDraws, one_way_ends, range_draws
from scenarios.roles import Roles
from sim.fidelity import MOST_PEOPLE_DRAWN, Fidelity
from sim.operator.together import require_possible

if TYPE_CHECKING:
    from scenarios.scenario import LoadedScenario
    from sim.setup import ArmSetup

RANGE_SHARE = 5
"""A range draw's population is this many times smaller than the main run's."""
LEAST_RANGE_PEOPLE = 200
"""Smallest population of a range draw, unless the main run itself has fewer people."""
MOST_SEED = 2**53 - 1
"""Largest root seed: a larger integer does not survive JSON in every language."""


SPREADING = ("people.findability_cv", "photos.uploader_shown", "photos.others")
"""Parameters that decide how evenly people can be found; inside their ranges they never clash."""
MOST_TRIED = 5000
"""Largest population on which a design tries whether findability can be spread as asked."""


@dataclass(frozen=True)
class Design:
    """What is to be run, fixed before any work.

    Attributes:
        question: the scenario under question.
        loaded: every arm's scenario, by name, in the order of `roles.arms`.
        roles: which arm is which.
        setups: every arm's setup under the main run's parameters.
        draws: the range draws.
        people: size of the main population.
        range_people: size of a range draw's population.
        replications: number of paired replications.
        seed: root seed.
        recognition: what finds people: the score model of every measure that searches, and what
            draws and encodes faces where they are drawn.
        first_replication: number of the first replication: 0 but where one is run again alone.
    """

    question: LoadedScenario
    loaded: dict[str, LoadedScenario]
    roles: Roles
    setups: dict[str, ArmSetup]
    draws: RangeDraws
    people: int
    range_people: int
    replications: int
    seed: int
    recognition: dict[str, Any]
    first_replication: int = 0

    @property
    def fidelity(self) -> Fidelity:
        """What a photo is, in every arm."""
        return self.question.scenario.fidelity

    @property
    def ranges(self) -> int:
        """Number of range draws."""
        return len(self.draws.parameters)

    @property
    def moved(self) -> tuple[str, ...]:
        """The parameters moved alone: all ranged ones, where there is a range and an effect."""
        return self.draws.names if self.ranges and self.roles.headline_pair else ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The (arm, other) whose differences are reported."""
        others = [o for o in (self.roles.counterfactual, self.roles.scenario) if o is not None]
        pairs = [(arm, other) for other in others for arm in self.roles.arms if arm != other]
        return tuple(dict.fromkeys(pairs))

    @property
    def numbering(self) -> dict[str, int]:
        """Return the number of the first replication for plan and manifest, where it is not 0."""
        return {"first_replication": self.first_replication} if self.first_replication else {}

    def plan(self) -> dict[str, Any]:
        """Return what decides the run's tables, as JSON values; a run is resumed only under it."""
        from scenarios.scenario import scenario_hash

        question = self.question
        return {
            "scenario": self.roles.scenario,
            "scenario_hash": scenario_hash(question.scenario),
            "arm_hashes": {name: scenario_hash(arm.scenario) for name, arm in self.loaded.items()},
            "parameters": dict(question.parameters),
            "pinned": sorted(question.pinned),
            "seed": self.seed,
            "people": self.people,
            "replications": self.replications,
            **self.numbering,
            "fidelity": str(self.fidelity),
            "recognition": self.recognition,
            "ranges": self.ranges,
            "range_people": self.range_people,
            "moved": list(self.moved),
            "efface_version": provenance.efface_version(),
            "packages": provenance.packages(with_faces=self.fidelity is Fidelity.PIXELS),
            "code": provenance.code_hash(),
        }


def design(
    loaded: LoadedScenario, people: int | None, replications: int, seed: int, ranges: int
) -> Design:
    """Fix what is to be run: a scenario with its counterfactual and what stands beside it.

    Args:
        loaded: the scenario under question.
        people: number of simulated people, or None for the scenario's own.
        replications: number of paired replications, 1 or more.
        seed: root seed, 0 or more.
        ranges: number of range draws, 0 or more.

    Raises:
        ScenarioError: a number makes no sense, or an arm cannot be built.
        ParameterError: a range draw or a one-way move makes values that cannot hold together, or
            findability is to be spread more evenly than people can be found.
        FacesUnavailableError: photos are to be drawn, and what draws them is not here.
    """
    from scenarios.arms import arms_of

    return design_of(arms_of(loaded), loaded.name, people, replications, seed, ranges)


def design_of(
    arms: Mapping[str, LoadedScenario],
    asked: str,
    people: int | None,
    replications: int,
    seed: int,
    ranges: int,
) -> Design:
    """Fix what is to be run, of arms that are loaded already.

    Args:
        arms: every arm that the scenario under question names, and itself, by name.
        asked: name of the scenario under question.
        people: as in `design`, like the others.
        replications: number of paired replications.
        seed: root seed.
        ranges: number of range draws.

    Raises:
        ScenarioError, ParameterError, FacesUnavailableError: as `design`.
    """
    from scenarios.arms import arm_setup
    from scenarios.format import FEWEST_PEOPLE, MOST_PEOPLE

    loaded = arms[asked]

    size = loaded.scenario.people if people is None else people
    for name, value, least, most in (
        ("people", size, FEWEST_PEOPLE, MOST_PEOPLE),
        ("replications", replications, 1, MOST_NUMBERED),
        ("seed", seed, 0, MOST_SEED),
        ("ranges", ranges, 0, MOST_NUMBERED),
    ):
        if not least <= value <= most:
            raise ScenarioError(
                Fault(
                    f"--{name} cannot be {value}",
                    key=name,
                    found=str(value),
                    expected=f"{least} to {most}",
                )
            )
    _refuse_too_many_drawn(loaded.scenario.fidelity, size)
    arms = {
        name: replace(arm, scenario=arm.scenario.model_copy(update={"people": size}))
        for name, arm in arms.items()
    }
    question = arms[asked]
    scenario = question.scenario
    roles = Roles(scenario.name, scenario.counterfactual, tuple(scenario.beside))
    draws = range_draws(question.parameters, question.pinned, ranges, seed)
    for table in draws.parameters:
        require_possible(table)
    designed = Design(
        question=question,
        loaded={name: _alone(arms[name], roles) for name in roles.arms},
        roles=roles,
        setups={name: arm_setup(arms[name], question=question) for name in roles.arms},
        draws=draws,
        people=size,
        range_people=min(size, max(size // RANGE_SHARE, LEAST_RANGE_PEOPLE)),
        replications=replications,
        seed=seed,
        recognition=_recognition(question),
    )
    for name in designed.moved:
        for end in one_way_ends(question.parameters, name):
            require_possible(end)
    if question.pinned.intersection(SPREADING):
        _refuse_too_even(designed)
    return designed


def replication_alone(what: Design, number: int) -> Design:
    """Fix that one replication of a design is run alone.

    It gives what the replication of that number gives among others: whatever failed in it fails
    again.

    Args:
        what: a design of one replication and no range draw.
        number: of the replication, 0 first.

    Raises:
        ScenarioError: the number makes no sense.
    """
    if not 0 <= number < MOST_NUMBERED:
        raise ScenarioError(
            Fault(
                f"--only-replication cannot be {number}",
                key="only-replication",
                found=str(number),
                expected=f"0 to {MOST_NUMBERED - 1}",
            )
        )
    return replace(what, first_replication=number)


def _refuse_too_even(designed: Design) -> None:
    """Refuse a spread of findability that people cannot have, on the run's first people.

    Raises:
        ParameterError: see `findability_of`.
    """
    from generators.population import build_population
    from sim.people.findability import findability_of

    main = designed.question.parameters
    tried = min(designed.people, MOST_TRIED)
    people = build_population(tried, designed.seed, acquaintances="by community")
    ends = (one_way_ends(main, name) for name in designed.moved if name in SPREADING)
    for table in (main, *designed.draws.parameters, *chain.from_iterable(ends)):
        findability_of(people, table)


def _refuse_too_many_drawn(fidelity: Fidelity, people: int) -> None:
    if fidelity is Fidelity.PIXELS and people > MOST_PEOPLE_DRAWN:
        raise ScenarioError(
            Fault(
                "fidelity 'pixels' draws and encodes about 20 photos of each person in every "
                "replication; give fewer people, such as --people 1000",
                key="people",
                found=f"{people:,}",
                expected=f"{MOST_PEOPLE_DRAWN:,} or fewer at fidelity 'pixels'",
            )
        )


def _recognition(question: LoadedScenario) -> dict[str, Any]:
    """Return what finds people in a run, as JSON values.

    Raises:
        FacesUnavailableError: photos are to be drawn, and what draws them is not here.
    """
    from sim.measures import measures_at

    fidelity = question.scenario.fidelity
    models = {
        name: measure.score_model
        for name, measure in measures_at(fidelity).items()
        if measure.score_model
    }
    faces = None
    if fidelity is Fidelity.PIXELS:
        from sim.pixels.faces import shipped_faces

        threshold = question.parameters["search.encoder_threshold"]
        faces = {**shipped_faces().told(), "threshold": threshold}
    return {"score_models": models, "faces": faces}


def _alone(arm: LoadedScenario, roles: Roles) -> LoadedScenario:
    """Return an arm without its own counterfactual and what stands beside it.

    They play no part in this question, and so a run's `arms` can be run again from the folder
    alone.
    """
    if arm.name == roles.scenario:
        return arm
    own = {"counterfactual": None, "beside": ()}
    return replace(arm, scenario=arm.scenario.model_copy(update=own))

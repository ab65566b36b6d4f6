"""One arm of one replication of a finished run, run again from the run folder alone, up to a day.

The folder says all that it takes: the resolved scenarios, the seed, the people. Whether this
version still gives what the folder holds is looked at, not assumed: the people, what draws and
encodes their photos, and every event of the arm's log up to that day must be the folder's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, RunFolderError
from scenarios.store import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.arm import Arm
    from sim.events import Event
    from sim.gallery.gallery import Gallery
    from sim.pixels.photos import ReplicationPhotos
    from sim.setup import ArmSetup
    from sim.shared import Shared


@dataclass(frozen=True)
class Rerun:
    """One arm of one replication, ready to be run again, as often as is asked for.

    Attributes:
        run: the finished run.
        arm: name of the arm.
        number: place of the replication among those of the run, 0 first.
        shared: what the replication's arms have in common; photos are drawn.
        setup: of the arm.
    """

    run: Run
    arm: str
    number: int
    shared: Shared
    setup: ArmSetup

    def start(self, gallery: Gallery | None = None) -> Arm:
        """Return the arm on its first day; see `sim.arm.Arm`."""
        from sim.arm import Arm

        return Arm(self.shared, self.setup, None, gallery)

    @property
    def photos(self) -> ReplicationPhotos:
        """The replication's photos.

        Raises:
            ValueError: the run is of a fidelity at which none are drawn.
        """
        if self.shared.photos is None:
            raise ValueError("no photos are drawn at this run's fidelity")
        return self.shared.photos

    def require_same_log(self, events: Sequence[Event], day: int) -> None:
        """Compare a log with the run's own, up to the end of a day.

        Raises:
            RunFolderError: this version gives another log; names the first event that differs.
        """
        from scenarios import tables
        from sim.dates import iso

        ours = tables.events_table({self.arm: events})
        theirs = self.run.events(self.arm, self.number)
        pairs = [
            [row for row in table.to_pylist() if row["date"] <= iso(day)]
            for table in (ours, theirs)
        ]
        for mine, told in zip(*pairs, strict=False):
            if mine != told:
                raise self._changed(
                    f"{mine['date']} {mine['kind']}", f"{told['date']} {told['kind']}"
                )
        if len(pairs[0]) != len(pairs[1]):
            raise self._changed(f"{len(pairs[0])} events", f"{len(pairs[1])} events")

    def _changed(self, found: str, expected: str) -> RunFolderError:
        return changed(self.run, f"the log of '{self.arm}'", found, expected)


def rerun(run: Run, arm: str, number: int) -> Rerun:
    """Make one arm of one replication of a run ready to be run again; draws its photos.

    Args:
        run: a finished run.
        arm: name of an arm of it.
        number: place of the replication among those of the run, 0 first.

    Raises:
        RunFolderError: a file of the run is missing or changed, or this version makes other people
            of the run's seed, or has another encoder.
        EffaceError: the run's scenarios can no longer be read, or what draws faces is not here.
    """
    from generators.population import build_population
    from scenarios.design import design_of
    from scenarios.scenario import load_scenario
    from sim.model import shared_by_arms

    arms = {}
    for name in run.arms:
        run.check(f"arms/{name}.yaml")
        arms[name] = load_scenario(str(run.folder / "arms" / f"{name}.yaml"))
    told: dict[str, Any] = dict(run.manifest)
    designed = design_of(arms, run.scenario, told["people"], 1, told["seed"], 0)
    if designed.recognition != told["recognition"]:
        raise changed(
            run, "what draws and encodes photos", "another generator or encoder", "the run's"
        )
    population = build_population(told["people"], told["seed"], acquaintances="by community")
    if population.content_hash != told["population_hash"]:
        raise changed(run, "the people", population.content_hash, told["population_hash"])
    setups = designed.setups
    first = setups[run.arms[0]]
    replication = told.get("first_replication", 0) + number
    beside = [setups[name] for name in run.arms[1:]]
    shared = shared_by_arms(population, first, told["seed"], replication, beside=beside)
    return Rerun(run, arm, number, shared, setups[arm])


def changed(run: Run, what: str, found: str, expected: str) -> RunFolderError:
    """Return the fault of a run that this version gives otherwise."""
    return RunFolderError(
        Fault(
            f"this version gives another run: {what} differs; run the scenario again",
            file=str(run.folder),
            found=found,
            expected=expected,
        )
    )

"""What an intervention may ask of the operator's stores, and what of it has been asked.

The desk asks the same of the world for those who send requests; what an intervention asks is kept
apart, since it is what makes an arm differ from another.
"""

from __future__ import annotations

from sim.world import World


class StoreJobs:
    """The stores as an intervention may ask of them.

    Args:
        world: the state of the run.

    Attributes:
        acts: (day, what, of whom) of everything asked, in order.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.acts: list[tuple[int, str, str]] = []

    def remove_person(self, person: int, day: int) -> None:
        """Erase what is held of one person, a row of the population, on a day."""
        self.acts.append((day, "remove", str(person)))
        self.world.remove_person(person, day)

    def list_person(self, person: int, day: int) -> bool:
        """Put one person on the suppression list on a day; return whether they are on it.

        A template of theirs is kept for it, so somebody of whom none is held cannot be listed.
        """
        self.acts.append((day, "list", str(person)))
        return self.world.list_person(person, day)

    def rebuild(self, jurisdiction: str, day: int) -> int:
        """Make templates anew from photos kept when theirs were given up; return how many.

        Args:
            jurisdiction: code of those whom the photos are taken to show.
            day: today.

        Raises:
            ScenarioError: a jurisdiction that this run does not tell apart.
        """
        self.acts.append((day, "rebuild", jurisdiction))
        return self.world.rebuild(jurisdiction, day)

    def kept_in_stores(self, jurisdiction: str, threshold: float | None, day: int) -> int:
        """Return of how many templates erased before a day a store itself still holds something.

        Backups do not count.

        Args:
            jurisdiction: code of those whose templates they are taken to be.
            threshold: evidence in nats above which they are; None for the operator's own.
            day: today.

        Raises:
            ScenarioError: a jurisdiction or threshold that this run does not tell apart.
        """
        return self.world.kept_in_stores(jurisdiction, threshold, day)

    def empty_stores(self, day: int) -> bool:
        """Write the stores that keep what was erased anew, without it; return whether there are
        any."""
        emptied = self.world.empty_stores(day)
        if emptied:
            self.acts.append((day, "empty", ""))
        return emptied

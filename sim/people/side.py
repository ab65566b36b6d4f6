"""The people as others reach them: told by the operator, or called on to go private.

News reaches everybody alike (`sim.people.attention`); a duty to inform reaches those of whom
something is held, because the operator has nobody else to write to. A call to go private (by a
platform, a regulator, friends) reaches those with a public account, and their ties may follow as
they follow any example. Choices are keyed by person and by how many notices or calls there were
before.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.people.reactions import NEVER, Reactions

Holdings = Callable[[NDArray[np.int64], int], NDArray[np.int32]]
"""How much is held of each of these persons at the start of a day."""


class PeopleSide:
    """What an actor may do to the people, and what has been done.

    Args:
        population: the people.
        reactions: who is informed and private.
        streams: the replication's streams.
        held_of: how much is held of persons at the start of a day.

    Attributes:
        acts: (day, what, jurisdiction, share, whom) of everything that was done, in order. `whom`
            tells two notices apart that could reach others because others were held: a digest of
            the persons of whom something was held. A call can reach anybody: "".
        untold: float64 [J], expected share of residents whom no notice has told, among those
            whom no news has informed.
    """

    def __init__(
        self, population: Population, reactions: Reactions, streams: Streams, held_of: Holdings
    ) -> None:
        self.population = population
        self.reactions = reactions
        self.streams = streams
        self.held_of = held_of
        self.acts: list[tuple[int, str, str, float, str]] = []
        self.untold: NDArray[np.float64] = np.ones(len(population.jurisdictions))

    def inform(self, day: int, share: float, jurisdiction: str) -> int:
        """Tell residents of whom something is held that it is; return how many are told.

        Args:
            day: today; whoever is told counts as informed from it on.
            share: chance that a notice reaches each of them, 0 to 1.
            jurisdiction: code of where they live.

        Raises:
            ValueError: a share outside 0 to 1, or an unknown jurisdiction.
        """
        code = self._code(jurisdiction, share)
        if share <= 0.0:
            return 0
        unaware = self._residents(code)
        unaware = unaware[self.reactions.informed_day[unaware] == NEVER]
        held = unaware[self.held_of(unaware, day) > 0]
        # Newcomers count for nothing in what all have in common: one more changes no queue.
        society = self.population.society
        known = max(1, int((unaware < society).sum()))
        self.untold[code] *= 1.0 - share * float((held < society).sum()) / known
        luck = self.streams.uniform("notice.told", held, self._before("inform"))
        told = held[luck < share]
        self.reactions.tell(told, day)
        self.acts.append((day, "inform", jurisdiction, share, _digest(held)))
        return len(told)

    def go_private(self, day: int, share: float, jurisdiction: str) -> int:
        """Let residents with a public account make it private; return how many do.

        Args:
            day: today, from which on what they post is not found.
            share: chance that each of them does, 0 to 1.
            jurisdiction: code of where they live.

        Raises:
            ValueError: a share outside 0 to 1, or an unknown jurisdiction.
        """
        code = self._code(jurisdiction, share)
        if share <= 0.0:
            return 0
        who = self._residents(code)
        who = who[self.reactions.has_public[who]]
        luck = self.streams.uniform("private.called", who, self._before("go_private"))
        who = who[(luck < share) & (self.reactions.private_day[who] > day)]
        self.reactions.turn_now(who, day)
        self.acts.append((day, "go_private", jurisdiction, share, ""))
        return len(who)

    def _before(self, what: str) -> int:
        """Return how many acts of a kind there were: the ordinal of the next one's draws."""
        return sum(act[1] == what for act in self.acts)

    def _code(self, jurisdiction: str, share: float) -> int:
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a share lies between 0 and 1, found {share}")
        return self.population.jurisdictions.index(jurisdiction)

    def _residents(self, code: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.population.jurisdiction == code)


def _digest(persons: NDArray[np.int64]) -> str:
    """Return a text that is the same for the same persons, and for others by a rare chance only."""
    return blake2b(persons.tobytes(), digest_size=16).hexdigest()

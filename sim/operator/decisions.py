"""The operator's decisions of one run: one a case, taken when it is first asked, and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import simpy

from sim.events import Log
from sim.operator.profile import Profile
from sim.operator.rational import Circumstances, expected
from sim.operator.strategy import Decision, Strategy, decide
from sim.setup import CaseFile


class Decisions:
    """How the operator meets each case.

    Args:
        env: the simulation's clock.
        log: the run's log.
        strategy: the operator's.
        profile: the operator's.
        parameters: the arm's parameters.
        circumstances: where the operator stands with regard to a case, today.

    Attributes:
        taken: decisions so far by the case's id, in order.
    """

    def __init__(
        self,
        env: simpy.Environment,
        log: Log,
        strategy: Strategy,
        profile: Profile,
        parameters: Mapping[str, float],
        circumstances: Callable[[CaseFile], Circumstances],
    ) -> None:
        self.env = env
        self.log = log
        self.strategy = strategy
        self.profile = profile
        self.parameters = parameters
        self.circumstances = circumstances
        self.taken: dict[str, Decision] = {}

    def of(self, file: CaseFile) -> Decision:
        """Return the decision on a case, taking it today where none has been taken."""
        if file.id not in self.taken:
            costs = expected(file, self.profile, self.circumstances(file), self.parameters)
            decision = decide(self.strategy, file, int(self.env.now), costs)
            self.taken[file.id] = decision
            if self.strategy.weighs and file.conduct is None:
                self.log.write(
                    decision.day,
                    "operator",
                    "decision_taken",
                    case=file.id,
                    authority=file.authority,
                    instrument="case",
                    text=decision.because,
                )
        return self.taken[file.id]

"""Which arm of an experiment plays which part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Roles:
    """Which arm plays which part.

    Attributes:
        scenario: the scenario under question.
        counterfactual: what it is compared with, or None.
        beside: more arms run in the same replications, in order.
    """

    scenario: str
    counterfactual: str | None
    beside: tuple[str, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms: counterfactual, scenario, those beside."""
        first = () if self.counterfactual is None else (self.counterfactual,)
        return (*first, self.scenario, *self.beside)

    @property
    def headline_pair(self) -> tuple[str, str] | None:
        """The arms whose difference is the headline: the scenario and the first beside it."""
        other = self.beside[0] if self.beside else self.counterfactual
        return None if other is None else (self.scenario, other)

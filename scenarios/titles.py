"""What the columns of a table are called: by the part that each arm plays, then by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.roles import Roles

if TYPE_CHECKING:
    from scenarios.format import Scenario
    from scenarios.scenario import LoadedScenario


def arm_titles(loaded: Mapping[str, LoadedScenario], roles: Roles) -> dict[str, str]:
    """Return a short title for each arm, in the order of `roles.arms`.

    The counterfactual is `without`; an arm that leaves the record as it is, appeal and stay
    included, is `as it happened`; another is called by what its name adds to the scenario's.
    """
    titles = {}
    for name in roles.arms:
        if name == roles.counterfactual:
            titles[name] = "without"
        elif _as_recorded(loaded[name].scenario):
            titles[name] = "as it happened"
        else:
            titles[name] = name.removeprefix(f"{roles.scenario}-").replace("-", " ")
    return titles


def _as_recorded(scenario: Scenario) -> bool:
    return (
        bool(scenario.cases)
        and not scenario.interventions
        and scenario.operator.strategy == "litigate"
        and all(case.dates == "recorded" and case.stay == "automatic" for case in scenario.cases)
    )

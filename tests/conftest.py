"""What many tests share: a small population and the setups of the shipped question's arms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generators.population import Population, build_population
from scenarios.arms import arm_setup, arms_of
from scenarios.scenario import load_scenario
from sim.setup import ArmSetup


@pytest.fixture(scope="session")
def small_population() -> Population:
    """4,000 people, 2,000 of them residents of the United Kingdom."""
    return build_population(4000, 7)


@pytest.fixture(scope="session")
def shipped_setups() -> dict[str, ArmSetup]:
    """The arms of the shipped questions, by scenario name."""
    setups: dict[str, ArmSetup] = {}
    for name in ("ico-2022", "no-stay"):
        question = load_scenario(name)
        for arm, loaded in arms_of(question).items():
            setups.setdefault(arm, arm_setup(loaded, question=question))
    return setups


@pytest.fixture(scope="session")
def with_parameters():
    """A function that gives a setup with other parameter values."""

    def change(setup: ArmSetup, values: dict[str, float]) -> ArmSetup:
        return replace(setup, parameters=setup.parameters.with_values(values))

    return change

"""The shipped scenarios as a whole: each one runs, and the worlds that they stand in differ."""

from __future__ import annotations

import pytest

from generators.population import Population, build_population
from scenarios.arms import arm_setup, arms_of
from scenarios.scenario import library, load_scenario
from sim.history import History
from sim.measures import read_measures
from sim.model import run_arms


@pytest.fixture(scope="module")
def few() -> Population:
    return build_population(600, 3, acquaintances="by community")


def run_of(name: str, people: Population, overrides: tuple[str, ...] = ()) -> dict[str, History]:
    question = load_scenario(name, overrides)
    setups = {
        arm: arm_setup(loaded, question=question) for arm, loaded in arms_of(question).items()
    }
    return run_arms(people, setups, 0, 0)


def readings(history: History) -> dict[tuple[str, str], float | None]:
    read = read_measures(history)
    return {(one.name, one.at): one.value for one in read if one.margin == "all"}


def test_a_world_without_any_authority_differs_from_one_without_the_uk_order(
    few: Population,
) -> None:
    """Customers barred elsewhere, and news of other cases, are what the other authorities did."""
    runs = run_of("no-uk-order", few, ("counterfactual=no-order",))
    others, nobody = (readings(runs[arm]) for arm in ("no-uk-order", "no-order"))
    assert not runs["no-order"].setup.cases
    assert len(runs["no-uk-order"].setup.cases) > 10
    last = ("customers_active", "2025-12-31")
    assert others[last] < nobody[last]
    assert others["share_informed", "2025-12-31"] > nobody["share_informed", "2025-12-31"]


@pytest.mark.slow
@pytest.mark.parametrize("name", library())
def test_each_shipped_scenario_runs_with_all_its_arms(name: str, few: Population) -> None:
    runs = run_of(name, few)
    assert len(runs) == len(arms_of(load_scenario(name)))
    for arm, history in runs.items():
        counts = history.templates
        assert counts.enrolled == counts.searchable + counts.hidden + counts.erased, arm
        for ledger in history.ledgers:
            assert ledger.collected <= ledger.payable <= ledger.imposed, (arm, ledger)
    counterfactual = load_scenario(name).scenario.counterfactual
    if counterfactual is not None:
        assert readings(runs[name]) != readings(runs[counterfactual]), "it moves nothing"

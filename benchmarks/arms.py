"""All arms of a replication on shared draws, beside one arm at a time."""

from __future__ import annotations

from benchmarks.measure import Figure, in_turn, seconds


def run() -> list[Figure]:
    """Time three arms together and apart, and growth from 1e4 to 1e6 people."""
    from generators.population import build_population
    from scenarios.arms import arm_setup, arms_of
    from scenarios.scenario import load_scenario
    from sim.model import run_arms

    question = load_scenario("ico-2022")
    setups = {n: arm_setup(a, question=question) for n, a in arms_of(question).items()}
    population = build_population(100_000, 1, acquaintances="by community")

    def together() -> None:
        run_arms(population, setups, 1, 0)

    def apart() -> None:
        for name, setup in setups.items():
            run_arms(population, {name: setup}, 1, 0)

    both, alone = in_turn([lambda: seconds(together), lambda: seconds(apart)], 3)
    figures = [
        Figure("three arms together, 1e5 people", both, "CPU s", "one arm at a time", alone / both)
    ]
    days = len(setups) * (next(iter(setups.values())).last_day + 1)
    for people in (10_000, 100_000, 1_000_000):
        others = build_population(people, 1, acquaintances="by community")
        took = seconds(lambda others=others: run_arms(others, setups, 1, 0))  # type: ignore[misc]
        figures.append(Figure(f"three arms, {people:,} people", took, "CPU s"))
        rate = people * days / took / 1e6
        figures.append(Figure(f"person-days, {people:,} people", rate, "million per CPU s"))
    return figures

"""Building a population, and its graph beside networkx's nearest generator."""

from __future__ import annotations

from benchmarks.measure import Figure, in_turn, seconds


def run() -> list[Figure]:
    """Time populations from 1e4 to 1e6, and 1e4 people beside networkx's clustered power law."""
    import networkx

    from generators.population import build_population

    figures = []
    for people in (10_000, 100_000, 1_000_000):
        took = seconds(lambda people=people: build_population(people, 1))  # type: ignore[misc]
        figures.append(Figure(f"population of {people:,}", took, "CPU s"))
        figures.append(Figure(f"a person of {people:,}", took / people * 1e6, "CPU us"))
    ties = build_population(10_000, 1).edges // 10_000
    ours, theirs = in_turn(
        [
            lambda: seconds(lambda: build_population(10_000, 1)),
            lambda: seconds(lambda: networkx.powerlaw_cluster_graph(10_000, ties, 0.5, 1)),
        ],
        3,
    )
    figures.append(
        Figure(
            "people, accounts and graph of 10,000", ours, "CPU s",
            "networkx powerlaw_cluster_graph alone", theirs / ours,
        )
    )  # fmt: skip
    return figures

"""Published figures carry what a reader needs to judge them, and each is measured."""

from __future__ import annotations

import math

import pytest

from generators.population import build_population
from generators.population_check import check_population
from generators.population_check.check import beside
from generators.published import BY_NAME, PUBLISHED, Published


@pytest.mark.parametrize("figure", PUBLISHED, ids=lambda figure: figure.name)
def test_a_figure_says_where_it_stands_and_how_it_was_seen(figure: Published) -> None:
    assert figure.source
    assert figure.seen
    assert figure.grade in ("A", "B", "C")
    assert figure.tolerance > 0
    if figure.seen_at:
        assert figure.seen_at.startswith("https://")
    else:
        assert figure.grade == "C"
        assert "from memory" in figure.seen
    if figure.grade == "A":
        assert "abstract" in figure.seen


def test_names_are_unique_and_every_figure_is_measured() -> None:
    assert len(BY_NAME) == len(PUBLISHED)
    checks = check_population(build_population(2000, seed=4))
    measured = {check.name: check for check in checks}
    assert len(measured) == len(checks)
    for figure in PUBLISHED:
        check = measured[figure.name]
        assert (check.published, check.tolerance) == (figure.value, figure.tolerance)
        assert figure.source in check.source
        assert check.ours is None or math.isfinite(check.ours)


def test_a_ratio_holds_either_way_round_and_a_direction_only_below() -> None:
    size = BY_NAME["size_of_circles_among_friends"]
    held = [beside(size, ours).holds for ours in (7.2, 7.4, 22.0, 65.9, 66.1)]
    assert held == [False, True, True, True, False]
    falls = BY_NAME["clustering_falls_with_degree"]
    assert [beside(falls, ours).holds for ours in (-1.0, -0.4, 0.0)] == [True, False, False]
    share = BY_NAME["largest_component"]
    assert [beside(share, ours).holds for ours in (0.995, 0.994, 1.0)] == [True, False, True]


def test_what_cannot_be_measured_does_not_hold() -> None:
    for figure in PUBLISHED:
        assert not beside(figure, None).holds

"""Range draws: a keyed Latin hypercube, the same parameters in every arm, pins respected."""

import numpy as np
import pytest

from scenarios.ranges import (
    draw_seed,
    keyed_sample,
    latin_hypercube,
    population_seed,
    range_draws,
)
from sim.parameters import load_parameters

NAMES = ("crawler.speed", "people.share", "desk.delay")


@pytest.mark.parametrize("draws", [1, 2, 20, 37])
def test_each_parameter_falls_once_into_each_part_of_its_range(draws: int) -> None:
    points = latin_hypercube(NAMES, draws, seed=3)
    assert points.shape == (draws, 3)
    assert ((points > 0) & (points < 1)).all()
    for column in points.T:
        assert sorted(np.floor(column * draws).astype(int)) == list(range(draws))


def test_no_draws_give_no_rows() -> None:
    assert latin_hypercube(NAMES, 0, seed=3).shape == (0, 3)
    assert range_draws(load_parameters(), frozenset(), 0, 3).parameters == ()


def test_a_column_depends_on_its_own_name_and_the_seed_alone() -> None:
    whole = latin_hypercube(NAMES, 20, seed=3)
    assert (latin_hypercube(NAMES[2:], 20, seed=3)[:, 0] == whole[:, 2]).all()
    assert (latin_hypercube(NAMES, 20, seed=4) != whole).all()
    assert abs(np.corrcoef(whole[:, 0], whole[:, 1])[0, 1]) < 0.7


def test_pinned_parameters_keep_their_value_and_the_others_their_draws() -> None:
    table = load_parameters()
    free = range_draws(table, frozenset(), 8, seed=1)
    pin = free.names[3]
    pinned = range_draws(table, frozenset({pin}), 8, seed=1)
    assert (pinned.values(pin) == table[pin]).all()
    assert len(set(free.values(pin))) == 8
    for name in pinned.names:
        assert (pinned.values(name) == free.values(name)).all()
        parameter = table.parameter(name)
        assert (free.values(name) >= parameter.low).all()
        assert (free.values(name) <= parameter.high).all()


def test_parameters_without_a_range_are_never_drawn() -> None:
    table = load_parameters()
    drawn = range_draws(table, frozenset(), 3, seed=1)
    fixed = [name for name in table if table.parameter(name).distribution == "fixed"]
    assert not set(fixed) & set(drawn.names)
    assert all((drawn.values(name) == table[name]).all() for name in fixed)


def test_every_draw_has_another_population_and_its_own_seed() -> None:
    seeds = {population_seed(5, d) for d in range(50)} | {draw_seed(5, d) for d in range(50)}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert population_seed(5, 0) != population_seed(6, 0)


def test_people_shown_are_a_simple_random_sample() -> None:
    candidates = np.arange(100, 140)
    hits = np.zeros(140)
    draws = 2000
    for seed in range(draws):
        sample = keyed_sample(candidates, 10, seed)
        assert len(set(sample)) == 10
        hits[sample] += 1
    # Each is in a quarter of the samples; five standard errors of 2,000 draws are 0.049.
    assert np.abs(hits[100:] / draws - 0.25).max() < 0.049
    assert hits[:100].sum() == 0
    assert (keyed_sample(candidates, 99, 1) == candidates).all()

"""Too few people to show a jurisdiction's residents: measured, and told by a run."""

from __future__ import annotations

import pytest

from generators.population import build_population
from sim.parameters import load_parameters
from sim.people.findability import findability_of
from sim.people.unseen import unseen, unseen_words

PARAMETERS = load_parameters()


def lonely(people: int, seeds: int):
    """Populations some of whose jurisdictions have nobody who posts in public."""
    for seed in range(seeds):
        population = build_population(people, seed, acquaintances="by community")
        rate = population.public_rate()
        without = {
            code
            for row, code in enumerate(population.jurisdictions)
            if rate[population.jurisdiction == row].sum() == 0.0
        }
        yield population, without


def test_at_200_people_what_is_missing_is_named():
    """Jurisdictions of two or four people: in most samples one of them has no uploader."""
    short = 0
    for population, without in lonely(200, 6):
        missing = unseen(population, PARAMETERS)
        assert without <= missing.keys()
        assert "GB" not in missing
        assert all(0.0 < share <= 1.0 + 1e-9 for share in missing.values())
        found = findability_of(population, PARAMETERS)
        for code in without:
            row = population.jurisdictions.index(code)
            own = found.posts[population.jurisdiction == row]
            assert own.sum() == 0.0
            assert missing[code] > 0.9, "friends abroad show next to nothing of them"
        short += bool(missing)
        if missing:
            said = unseen_words(missing, 200)
            assert all(code in said for code in missing)
    assert short >= 2


@pytest.mark.parametrize("seed", [0, 1])
def test_at_3000_people_nothing_is_missing(seed):
    assert unseen(build_population(3000, seed, acquaintances="by community"), PARAMETERS) == {}

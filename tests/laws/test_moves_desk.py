"""What the desk asks and answers: a photo that is not demanded is not held, and nobody gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sim.dates import day_of
from sim.measures import read_measures, structural_zero
from sim.model import run_arms
from sim.setup import InterventionSpec

OPTIONS = {"requests.rate": 1e-3, "desk.capacity": 1e6}


@pytest.fixture(scope="module")
def arms(small_population, shipped_setups, with_parameters):
    base = with_parameters(shipped_setups["no-uk-order"], OPTIONS)

    def listed(demanded, start=0, end=None):
        spec = InterventionSpec("access-without-photo", start, end, "GB", {"demanded": demanded})
        return replace(base, interventions=(spec,))

    setups = {
        "without": base,
        "as before": listed(1.0),
        "half": listed(0.5),
        "none": listed(0.0),
        "late": listed(0.0, start=day_of(date(2023, 1, 1))),
        "a while": listed(0.0, 0, day_of(date(2023, 1, 1))),
    }
    return run_arms(small_population, setups, 5, 0)


def value(history, name):
    (reading,) = (r for r in read_measures(history) if (r.name, r.margin) == (name, "all"))
    return reading.value


def test_without_the_demand_nobody_gives_up_and_no_further_photo_is_held(arms):
    assert value(arms["none"], "requests_abandoned") == 0.0
    assert value(arms["none"], "extra_photos_held") == 0.0
    assert value(arms["without"], "requests_abandoned") > 100.0


def test_half_the_demand_halves_both(arms):
    for name in ("requests_abandoned", "extra_photos_held"):
        assert value(arms["half"], name) == pytest.approx(0.5 * value(arms["without"], name))


def test_a_demand_that_everybody_meets_already_changes_nothing(arms):
    same, without = arms["as before"], arms["without"]
    assert same.requests == without.requests
    assert same.movers == without.movers


def test_more_requests_are_answered_where_fewer_give_up(arms):
    answered = [value(arms[name], "requests_answered") for name in ("without", "half", "none")]
    assert answered == sorted(set(answered))


def test_what_is_spared_before_a_day_and_after_it_adds_up_to_the_whole(arms):
    spared = [
        value(arms["without"], "requests_abandoned") - value(arms[name], "requests_abandoned")
        for name in ("late", "a while")
    ]
    assert sum(spared) == pytest.approx(value(arms["without"], "requests_abandoned"))
    assert min(spared) > 0.0


def test_the_desk_moves_what_is_answered_and_not_what_is_asked(arms):
    assert structural_zero("requests_made", arms["none"], arms["without"]) is not None
    assert structural_zero("requests_abandoned", arms["none"], arms["without"]) is None

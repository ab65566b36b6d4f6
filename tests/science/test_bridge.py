"""From images to residents: the sample reproduces the closed forms within stated error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generators.people import DAYS_A_YEAR
from generators.population import build_population
from sim.draws import streams
from sim.measures import read_measures
from sim.model import run_arms
from sim.operator.residency import Residency, gallery_shares
from sim.people.finds import draw_candidates, expected_photos, findability
from sim.setup import InterventionSpec

REPLICATIONS = 3


@pytest.fixture(scope="module")
def population():
    return build_population(20_000, 11)


@pytest.fixture(scope="module")
def quiet(shipped_setups, with_parameters):
    """No case, no news: only collection."""
    return with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})


@pytest.fixture(scope="module")
def histories(population, quiet):
    return [run_arms(population, {"a": quiet}, 1, k)["a"] for k in range(REPLICATIONS)]


def test_findability_has_mean_one_and_the_stated_spread(population):
    for cv in (1.0, 2.0, 4.0):
        for code in population.jurisdictions:
            r = findability(population.findability_z[population.residents(code)], cv)
            assert r.mean() == pytest.approx(1.0, abs=0.03 * cv)
    many = findability(streams(1, 0).normal("residency.person", np.arange(2_000_000)), 2.0)
    # The fourth moment of this law is large: 3 % is about three standard errors.
    assert many.std() / many.mean() == pytest.approx(2.0, rel=0.03)


def test_without_orders_weighted_finds_reproduce_the_faces_held_of_each_jurisdiction(
    population, quiet, histories
):
    """F_j(t) = N(t) phi s_j: the sample's weighted templates, day by day, within four errors.

    People born during the run are found from their birth on; what that takes from the total is
    known, and stays below 2.5 % of it.
    """
    images = quiet.curves.images
    shares = gallery_shares(population.jurisdictions, quiet.parameters)
    phi = quiet.parameters["gallery.faces_per_image"]
    born = images[np.clip(population.birth_day, 0, len(images) - 1)]
    for day in (1963, 2174, 3286):
        held = np.mean([h.at(day).templates for h in histories], axis=0)
        now = images[day + 1]
        unborn = expected_photos(population, quiet.parameters, 1.0) * np.minimum(born, now)
        missing = np.bincount(population.jurisdiction, weights=unborn) * population.weights
        faces = now * phi * shares
        assert (missing < 0.025 * faces).all()
        error = 4.0 * np.sqrt(held / REPLICATIONS) * population.weights
        # The sample's mean findability differs from 1 by less than 0.1 % (its own test).
        assert (np.abs(held * population.weights - (faces - missing)) < error + 1e-3 * faces).all()


def test_searchable_persons_match_the_closed_form_of_the_mixed_poisson(
    population, quiet, histories
):
    """P(searchable) = mean over residents of 1 - exp(-m r_i)."""
    here = population.residents("GB")
    for day in (1963, 3286):
        images = quiet.curves.images
        since = images[np.clip(population.birth_day, 0, day + 1)]
        per_image = expected_photos(population, quiet.parameters, 1.0)
        mean = (per_image * (images[day + 1] - since))[here]
        p = -np.expm1(-mean)
        counted = np.mean(
            [
                h.at(day).searchable[h.cells.jurisdiction == h.scope].sum() / len(here)
                for h in histories
            ]
        )
        error = np.sqrt((p * (1 - p)).sum()) / len(here) / np.sqrt(REPLICATIONS)
        assert abs(counted - p.mean()) < 4.0 * error


def test_the_level_depends_on_spread_and_share_as_the_model_states():
    """40 to 96 % of UK residents at 2e10 images over the ranges of share and spread."""
    z = streams(2, 0).normal("residency.person", np.arange(400_000))
    uk = 67.6e6
    few = -np.expm1(-2e10 * 0.005 / uk * findability(z, 4.0)).mean()
    many = -np.expm1(-2e10 * 0.03 / uk * findability(z, 1.0)).mean()
    assert few == pytest.approx(0.40, abs=0.01)
    assert many == pytest.approx(0.96, abs=0.01)


def test_nobody_is_found_before_they_are_born(population, quiet):
    here = population.jurisdiction == 0
    c = draw_candidates(
        population, quiet.parameters, quiet.curves, streams(1, 0), quiet.last_day, here
    )
    assert (population.birth_day > 0).any()
    assert (c.day >= population.birth_day[c.person]).all()


def test_candidates_come_in_order_of_day_and_follow_the_gallerys_growth(population, quiet):
    here = population.jurisdiction == 0
    c = draw_candidates(
        population, quiet.parameters, quiet.curves, streams(1, 0), quiet.last_day, here
    )
    assert (np.diff(c.day) >= 0).all()
    images = quiet.curves.images
    for day in (1500, 2500):
        adults = population.birth_day[c.person] <= 0
        share = (c.day[adults] < day).mean()
        expected = images[day] / images[quiet.last_day + 1]
        assert share == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / adults.sum()))
    ids = c.template_id(np.arange(len(c)), np.zeros(len(c), dtype=np.uint8))
    assert len(np.unique(ids)) == len(c)


def test_inferred_residency_has_the_recall_and_false_inclusion_of_its_closed_form(
    population, quiet
):
    here = population.jurisdiction == 0
    c = draw_candidates(
        population, quiet.parameters, quiet.curves, streams(1, 0), quiet.last_day, here
    )
    residency = Residency.of(quiet.parameters)
    inferred = c.evidence > residency.threshold
    mine = here[c.person]
    # A person's photos share half of the variance, so the effective number is of persons.
    assert inferred[mine].mean() == pytest.approx(residency.recall, abs=0.03)
    assert inferred[~mine].mean() == pytest.approx(residency.false_inclusion, abs=0.003)


def test_the_share_informed_follows_the_integrated_news(population, shipped_setups):
    history = run_arms(population, {"a": shipped_setups["ico-2022"]}, 1, 0)["a"]
    reach = history.setup.parameters["people.news_reach"]
    weights = [w for _, code, w in history.movers["news"] if code == history.scope]
    # The last piece of news is 86 days old at the end: 1 - 2^(-86/14) of it has been heard.
    heard = sum(weights) - 0.5 * 2.0 ** (-86 / 14)
    expected = 1.0 - np.exp(-reach * heard)
    informed = next(r.value for r in read_measures(history) if r.name == "share_informed")
    n = len(population.residents("GB"))
    assert informed == pytest.approx(expected, abs=4.0 * np.sqrt(expected / n) + 1e-3)


def test_what_was_erased_and_is_still_public_is_found_again_at_the_revisit_rate(
    population, quiet, with_parameters
):
    """Re-collection is exponential: 1 - exp(-rate t) of what an erasure removed, collection on."""
    start, days, rate = 2000, 1, 0.5
    setup = with_parameters(
        quiet,
        {
            "crawler.revisit_rate": rate,
            "operator.purge_delay": 0.0,
            "operator.erasure_capacity": 1e12,
        },
    )
    order = InterventionSpec("deletion-order", start, None, "GB", {"days": float(days)})
    history = run_arms(population, {"a": replace(setup, interventions=(order,))}, 1, 0)["a"]
    removed = history.templates.erased
    years = (setup.last_day - start) / DAYS_A_YEAR
    expected = 1.0 - np.exp(-rate * years)
    assert removed > 5_000
    share = history.templates.recollected / removed
    assert share == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / removed) + 1e-3)


def test_the_sample_is_erased_as_fast_as_the_gallery_behind_it(population, quiet):
    """The job works in real units; half way through, half of the sample in scope is gone."""
    start, days = 2000, 101
    order = InterventionSpec("deletion-order", start, None, "GB", {"days": float(days + 30)})
    stop = InterventionSpec("cease-collection", start, None, "GB", {})
    setup = replace(quiet, interventions=(order, stop), last_day=start + 50)
    half = run_arms(population, {"a": setup}, 1, 0)["a"].templates
    gone = half.erased + half.hidden
    whole_setup = replace(setup, last_day=start + days + 40)
    whole = run_arms(population, {"a": whole_setup}, 1, 0)["a"].templates
    in_scope = whole.erased + whole.hidden
    assert in_scope > 5_000
    assert gone / in_scope == pytest.approx(0.5, abs=4.0 * np.sqrt(0.25 / in_scope) + 0.01)


@pytest.mark.slow
def test_doubling_the_number_of_people_moves_no_measure_beyond_its_error(shipped_setups):
    setups = {n: shipped_setups[n] for n in ("no-uk-order", "ico-2022-obeyed")}

    def values(people):
        population = build_population(people, 21)
        runs = [run_arms(population, setups, 9, k) for k in range(4)]
        return {
            (arm, r.name, r.at): np.array(
                [
                    x.value
                    for run in runs
                    for x in read_measures(run[arm])
                    if (x.name, x.at, x.margin) == (r.name, r.at, "all")
                ]
            )
            for arm in setups
            for r in read_measures(runs[0][arm])
            if r.margin == "all" and r.value is not None
        }

    small, large = values(15_000), values(30_000)
    for key, a in small.items():
        b = large[key]
        scale = max(abs(a.mean()), abs(b.mean()), 1e-12)
        # Error of both samples of people (about 1 % of a share of some 7,500 residents) and of
        # the replications, four of them.
        noise = 4.0 * np.hypot(a.std(ddof=1), b.std(ddof=1)) / 2.0 + 0.025 * scale
        assert abs(a.mean() - b.mean()) < noise, key

"""What bars customers: fewer of them search, by country and kind; the gallery stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sim.dates import day_of
from sim.model import run_arms
from sim.setup import EVERYWHERE, InterventionSpec, Scope

START = day_of(date(2020, 1, 1))


@pytest.fixture(scope="module")
def run(small_population, shipped_setups):
    base = shipped_setups["no-uk-order"]

    def of(*specs):
        setup = replace(base, interventions=specs)
        return run_arms(small_population, {"arm": setup}, 5, 0)["arm"]

    return of


def ban(kind, scope=EVERYWHERE, **options):
    return InterventionSpec(kind, START, None, "GB", options, scope)


def test_customers_who_are_barred_everywhere_search_no_more(run):
    barred, without = run(ban("customer-ban")), run()
    assert 0 < barred.searches.searches < 0.2 * without.searches.searches


def test_a_ban_reaches_the_country_and_the_kind_that_it_names(run):
    made = [
        run(ban("customer-ban", scope)).searches.searches
        for scope in (
            EVERYWHERE,
            Scope(jurisdiction="US"),
            Scope(jurisdiction="US", customer="private"),
            Scope(jurisdiction="GB", customer="contractor"),
        )
    ]
    assert made[0] < made[1] < made[2] < made[3] == run().searches.searches


def test_a_ban_on_sale_to_private_firms_leaves_states_searching(run):
    private = run(ban("private-sale-ban")).searches.searches
    whole = run(ban("customer-ban", Scope(customer="private"))).searches.searches
    assert private == whole < run().searches.searches


def test_half_a_ban_bars_half(run):
    made = [run(ban("customer-ban", strength=s)).searches.searches for s in (0.0, 0.5, 1.0)]
    assert made[0] == run().searches.searches
    assert made[1] - made[2] == pytest.approx(0.5 * (made[0] - made[2]), rel=0.15)


def test_a_ban_leaves_the_gallery_and_who_is_found_in_it_as_they_were(run):
    barred, without = run(ban("customer-ban")), run()
    for one, other in zip(barred.snapshots, without.snapshots, strict=True):
        assert (one.templates == other.templates).all()
        assert one.gallery == other.gallery

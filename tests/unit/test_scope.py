"""Whether the law covers what the operator does: regimes by date, clients, two readings."""

from __future__ import annotations

import itertools

import pytest

from sim.law.scope import ACTIVITIES, covered, covered_for, regime_of
from sim.setup import CUSTOMER_KINDS, Client, Reading
from tests.law_clock import on

LATE = on("2022-05-18")


@pytest.mark.parametrize(
    ("residence", "day", "regime"),
    [
        ("GB", "2018-05-24", ""),
        ("GB", "2018-05-25", "GDPR"),
        ("GB", "2020-12-31", "GDPR"),
        ("GB", "2021-01-01", "UK GDPR"),
        ("FR", "2018-05-24", ""),
        ("FR", "2018-05-25", "GDPR"),
        ("FR", "2021-01-01", "GDPR"),
        ("US", "2021-01-01", ""),
        ("XX", "2021-01-01", ""),
    ],
)
def test_the_regime_goes_by_residence_and_date(residence, day, regime):
    assert regime_of(residence, on(day)) == regime


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("client", ["state", "contractor"])
def test_the_tribunals_part_where_clients_are_foreign_states_or_act_for_them(activity, client):
    first = covered(activity, client, "US", LATE, "GB", Reading.FIRST_TIER)
    upper = covered(activity, client, "US", LATE, "GB", Reading.UPPER)
    assert not first.covered
    assert upper.covered
    assert first.regime == upper.regime == "UK GDPR"
    assert "UKFTT 819" in first.why
    assert "UKUT 319" in upper.why


def test_the_first_tribunals_ground_goes_by_the_regime_in_force():
    before = covered("search", "state", "US", on("2020-12-31"), "GB", Reading.FIRST_TIER)
    after = covered("search", "state", "US", on("2021-01-01"), "GB", Reading.FIRST_TIER)
    assert "Article 2(2)(a)" in before.why
    assert "Article 3" in after.why


@pytest.mark.parametrize("reading", Reading)
def test_private_clients_and_a_countrys_own_police_are_covered_under_both(reading):
    assert covered("search", "private", "US", LATE, "GB", reading).covered
    assert covered("search", "state", "GB", LATE, "GB", reading).covered
    assert covered("search", "state", "DE", LATE, "FR", reading).covered


def test_what_the_first_tribunal_covers_the_upper_tribunal_covers_too():
    places = ("GB", "FR", "US", "AU")
    for activity, client, country, residence in itertools.product(
        ACTIVITIES, CUSTOMER_KINDS, places, places
    ):
        for day in ("2018-01-01", "2019-01-01", "2022-01-01"):
            first, upper = (
                covered(activity, client, country, on(day), residence, reading)
                for reading in (Reading.FIRST_TIER, Reading.UPPER)
            )
            assert upper.covered or not first.covered
            assert upper.covered is bool(regime_of(residence, on(day)))


def test_nobody_is_covered_before_the_regulation_or_outside_its_places():
    assert not covered("search", "private", "US", on("2018-05-24"), "GB", Reading.UPPER).covered
    outside = covered("database", "private", "US", LATE, "US", Reading.UPPER)
    assert (outside.covered, outside.regime) == (False, "")


STATES = (Client("state", "US"), Client("contractor", "US"))


def test_an_operator_is_covered_where_the_law_covers_what_it_does_for_any_client():
    firms = (*STATES, Client("private", "US"))
    assert not covered_for(STATES, LATE, "GB", Reading.FIRST_TIER).covered
    assert covered_for(firms, LATE, "GB", Reading.FIRST_TIER).covered
    assert covered_for(STATES, LATE, "GB", Reading.UPPER).covered


def test_a_client_that_is_served_no_more_counts_for_nothing():
    gone = (*STATES, Client("state", "GB", until=on("2021-01-01")))
    assert covered_for(gone, on("2020-12-31"), "GB", Reading.FIRST_TIER).covered
    assert not covered_for(gone, on("2021-01-01"), "GB", Reading.FIRST_TIER).covered
    with pytest.raises(ValueError, match="nobody is served"):
        covered_for((), LATE, "GB", Reading.UPPER)


def test_until_2020_the_united_kingdom_was_under_the_law_of_the_union():
    old, reading = on("2019-06-01"), Reading.FIRST_TIER
    assert covered("search", "state", "FR", old, "GB", reading).covered
    assert covered("search", "state", "GB", old, "FR", reading).covered
    assert not covered("search", "state", "FR", LATE, "GB", reading).covered
    assert not covered("search", "state", "GB", LATE, "FR", reading).covered


@pytest.mark.parametrize("words", [("train", "state"), ("search", "spy")])
def test_a_word_that_the_law_does_not_tell_apart_is_refused(words):
    with pytest.raises(ValueError, match="the words are"):
        covered(*words, "US", LATE, "GB", Reading.UPPER)

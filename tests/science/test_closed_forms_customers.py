"""Customers come along a logistic curve fitted to the record, and searches follow the customers."""

from __future__ import annotations

import math
from importlib import resources

import numpy as np
import pytest

from generators.errors import ScenarioError
from scenarios.adoption import fit_adoption
from scenarios.growth import growth_curve
from scenarios.operator_files import known_operators, operator_from_text
from scenarios.public_record import load_record
from sim.customers import Customers, place_of, searches_asked
from sim.levers import Levers
from sim.operator.profile import Adoption, Market
from sim.setup import Curves, Scope

DAYS = 3000


def customers(markets: tuple[Market, ...], levers: Levers, asked=None) -> Customers:
    line = np.arange(DAYS + 1.0) if asked is None else asked
    found = Customers(markets, levers, line, share=0.01, residents=np.zeros(1, dtype=np.int64))
    levers.tell(found.bring_up_to)
    return found


def levers() -> Levers:
    return Levers(lambda day: None)


STATE = Market("state", "US", Adoption(3100.0, 1300, 0.0074), searches=250.0, revenue=5000.0)
FIRMS = Market("private", "US", Adoption(300.0, 900, 0.02), searches=50.0, revenue=0.0)


def test_adoption_solves_the_logistic_equation() -> None:
    """N' = r N (1 - N/K): central differences agree to the square of their step."""
    curve = STATE.adoption
    for day in range(100, DAYS, 200):
        now = curve.customers(day)
        slope = (curve.customers(day + 1) - curve.customers(day - 1)) / 2
        assert slope == pytest.approx(curve.pace * now * (1 - now / curve.most), rel=1e-4)
    assert curve.customers(curve.half) == curve.most / 2
    tenth, nine_tenths = (curve.half + sign * math.log(9) / curve.pace for sign in (-1, 1))
    assert curve.customers(round(tenth)) == pytest.approx(0.1 * curve.most, rel=0.01)
    assert curve.customers(round(nine_tenths)) == pytest.approx(0.9 * curve.most, rel=0.01)


def test_the_curve_passes_every_point_used_and_levels_off_near_3100() -> None:
    fit = fit_adoption(load_record())
    assert fit.adoption.most == pytest.approx(3100, rel=0.01)
    used = [point for point in fit.points if point.use_in_fit]
    assert len(used) == 6
    assert max(abs(point.relative_error or 0.0) for point in used) < 0.02


def test_the_profile_holds_the_fit() -> None:
    adoption = fit_adoption(load_record()).adoption
    states = [
        market.adoption
        for market in known_operators()["clearview-like"].profile.markets
        if market.kind == "state" and market.country.partition("-")[0] == "US"
    ]
    assert sum(part.most for part in states) == pytest.approx(adoption.most, rel=0.002)
    assert {part.half for part in states} == {adoption.half}
    assert all(part.pace == pytest.approx(adoption.pace, rel=0.005) for part in states)


def test_whoever_stays_away_from_a_day_on_is_missing_for_good() -> None:
    board = levers()
    all_of_them = customers((STATE, FIRMS), board)
    board.set("customers.adoption", "ban", 1000, 0.0, Scope(customer="private"))
    all_of_them.bring_up_to(DAYS)
    state, firms = all_of_them.active()
    assert state == STATE.adoption.customers(DAYS)
    assert firms == pytest.approx(FIRMS.adoption.customers(1000), rel=1e-12)


def test_barred_customers_search_nothing_and_the_others_all_they_asked() -> None:
    board = levers()
    all_of_them = customers((STATE, FIRMS), board)
    board.set("customers.pass", "ban", 1000, 0.0, Scope(customer="private"))
    board.clear("customers.pass", "ban", 2000)
    all_of_them.bring_up_to(DAYS)
    days = np.arange(1000, 2000)
    state, firms = (m.searches * m.adoption.curve(days) for m in (STATE, FIRMS))
    assert all_of_them.made(0, 1000) == 1000.0
    assert all_of_them.made(1000, 2000) == pytest.approx((state / (state + firms)).sum())
    assert all_of_them.made(2000, DAYS) == DAYS - 2000.0
    parts = sum(all_of_them.made(day, day + 100) for day in range(0, DAYS, 100))
    assert parts == pytest.approx(all_of_them.made(0, DAYS), rel=1e-12)


def test_days_split_otherwise_give_the_same_searches_to_the_bit() -> None:
    asked = np.cumsum(np.random.default_rng(0).random(DAYS + 1))
    whole, split = (customers((STATE, FIRMS), levers(), asked) for _ in range(2))
    whole.bring_up_to(DAYS)
    for day in range(7, DAYS + 7, 7):
        split.bring_up_to(day)
    assert split.made(0, DAYS) == whole.made(0, DAYS) == asked[DAYS] - asked[0]
    assert split.active().tolist() == whole.active().tolist()
    barred = [customers((STATE, FIRMS), levers(), asked) for _ in range(2)]
    for each in barred:
        each.levers.set("customers.pass", "ban", 0, 0.3, Scope(customer="private"))
        each.levers.set("customers.adoption", "ban", 0, 0.6, Scope(customer="state"))
    for day in (3, 500, 501, 2000, DAYS):
        barred[0].bring_up_to(day)
    barred[1].bring_up_to(DAYS)
    assert barred[0].made(0, DAYS) == barred[1].made(0, DAYS) < asked[DAYS] - asked[0]
    assert barred[0].active().tolist() == barred[1].active().tolist()


def test_demand_is_the_records_curve_or_the_customers_own_rate() -> None:
    curves = growth_curve(load_record(), 0, DAYS).plain()
    operators = {name: known.profile for name, known in known_operators().items()}
    assert searches_asked(operators["clearview-like"], curves) is curves.searches
    public = operators["public-search"]
    asked = searches_asked(public, Curves(curves.images, curves.searches))
    a_year = sum(m.adoption.customers(2900) * m.searches for m in public.markets)
    assert asked[2901] - asked[2900] == pytest.approx(a_year / 365.25, rel=1e-9)
    assert len(asked) == len(curves.searches)


def test_markets_are_read_at_their_country_and_kind() -> None:
    assert place_of(FIRMS) == Scope(jurisdiction="US", customer="private")


def test_everything_wrong_with_a_profile_is_told_at_once() -> None:
    file = resources.files("scenarios").joinpath("operators", "clearview-like.yaml")
    text = file.read_text(encoding="utf-8")
    for old, new in (
        ("country: US-IL", "country: US-XY"),
        ("desk_delay: desk.delay", "desk_delay: desk.dealy"),
        ("  GB: search.share.uk", "  GB: search.share.ku"),
        ('searched_elsewhere: {value: "US"', 'searched_elsewhere: {value: "UU"'),
        ("  plaza:", "  plazza:"),
        ('half: {value: "2019-09-01"', 'half: {value: "2019-09-31"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as error:
        operator_from_text(text, "mine.yaml")
    found = {fault.key: fault for fault in error.value.faults}
    assert set(found) == {
        "markets.1.country",
        "desk_delay",
        "searched.GB",
        "searched_elsewhere",
        "segments.plazza",
        "markets.3.half.value",
    }
    assert "desk.delay" in found["desk_delay"].nearest
    assert "plaza" in found["segments.plazza"].nearest

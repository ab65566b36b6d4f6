"""What each strategy decides, and that `rational` decides as Becker's comparison says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.authority_files import load_authorities
from scenarios.operator_files import known_operators
from sim.dates import add_months
from sim.operator.purse import usd
from sim.operator.rational import Circumstances, cost_of, expected
from sim.operator.strategy import STRATEGIES, Expected, decide
from sim.parameters import load_parameters
from sim.setup import CaseFile, Conduct, Obligation, Stay, Step, StrategyName

CLEARVIEW = known_operators()["clearview-like"].profile
PARAMETERS = load_parameters()
ICO = load_authorities()["ICO"]
DUTIES = (Obligation("cease_collection", 3), Obligation("delete", 6), Obligation("pay_penalty"))


def case(authority=ICO, duties=DUTIES, stay=Stay.AUTOMATIC, conduct=None) -> CaseFile:
    return CaseFile(
        id="CASE",
        authority=authority.id,
        jurisdiction=authority.jurisdictions[0],
        steps=(),
        obligations=duties,
        appeal_period_days=28,
        stay=stay,
        powers=authority,
        conduct=conduct,
    )


def now(
    faces: float = 3e8, imposed: int = 7_552_800, reach: float = CLEARVIEW.means.cash
) -> Circumstances:
    revenue = {m: m.adoption.most * m.revenue for m in CLEARVIEW.markets}
    return Circumstances(revenue, faces, requests=100.0, imposed=imposed, reach=reach)


def rational(file: CaseFile, costs: Expected):
    return decide(STRATEGIES[StrategyName.RATIONAL], file, 0, costs)


SUMS = st.floats(0, 1e9)
SHARES = st.floats(0, 1)


@given(SUMS, SHARES, SHARES, SUMS, SUMS)
def test_rational_obeys_where_the_expected_sanction_outweighs_the_cost(s, p, c, barred, cost):
    costs = Expected(s, p, c, barred, obeying=cost, penalty=0.0, due=c, appeal=1.0, relief=0.0)
    decided = rational(case(), costs)
    done = {"cease_collection", "delete"} if cost <= p * (s * c + barred) else set()
    assert decided.obeys - {"pay_penalty"} == done
    # It pays what could be had from it anyway, whatever else it does.
    assert decided.pays == ("pay_penalty" in decided.obeys) == (c >= 1.0)


@given(SUMS, SHARES, SHARES, SUMS, SUMS, SUMS)
def test_a_harder_threat_never_makes_rational_disobey(s, p, c, barred, cost, more):
    costs = Expected(s, p, c, barred, obeying=cost, penalty=0.0, due=c, appeal=1.0, relief=0.0)
    before = rational(case(), costs).obeys
    for harder in (
        replace(costs, sanction=s + more),
        replace(costs, detected=1.0),
        replace(costs, collectable=1.0),
        replace(costs, barred=barred + more),
        replace(costs, obeying=cost / 2),
    ):
        assert rational(case(), harder).obeys >= before


def test_a_fine_that_nobody_can_collect_moves_rational_to_nothing():
    """The record's circumstances: no means of collection, a customer base elsewhere."""
    found = expected(case(), CLEARVIEW, now(), PARAMETERS)
    assert found.sanction > 20e6
    assert found.collectable == 0.0
    decision = rational(case(), found)
    assert not decision.obeys
    assert not decision.pays
    assert not decision.appeals
    assert "does not obey" in decision.because


def test_the_same_fine_within_reach_makes_rational_obey_and_pay():
    file = case(replace(ICO, collects=1.0, detects=1.0))
    found = expected(file, CLEARVIEW, now(), PARAMETERS)
    assert found.collectable == 1.0
    decision = rational(file, found)
    assert decision.obeys == {"cease_collection", "delete", "pay_penalty"}
    assert decision.pays


def test_a_penalty_that_could_be_taken_is_paid_though_a_larger_one_could_not():
    """The most is GBP 17.5 million and the reach less; 100 pounds are due and can be had."""
    file = case(replace(ICO, collects=1.0, detects=1.0))
    small = expected(file, CLEARVIEW, now(imposed=100, reach=20e6), PARAMETERS)
    assert small.collectable < 1.0
    assert rational(file, small).pays
    assert "pay_penalty" in rational(file, small).obeys
    large = expected(file, CLEARVIEW, now(imposed=17_500_000, reach=20e6), PARAMETERS)
    assert not rational(file, large).pays
    assert "pay_penalty" not in rational(file, large).obeys


def test_what_people_claim_and_contempt_of_court_deter():
    decree = (Obligation("cease_collection", from_service=True),)
    court = replace(load_authorities()["MADISON"], detects=1.0, collects=1.0)
    suit = case(court, decree)
    nothing_at_stake = expected(
        suit, CLEARVIEW, now(imposed=0), {**PARAMETERS, "law.contempt": 0.0}
    )
    assert nothing_at_stake.sanction == 0.0
    contempt = expected(suit, CLEARVIEW, now(imposed=0), PARAMETERS)
    days = 365.25 * PARAMETERS["operator.horizon"]
    assert contempt.sanction == pytest.approx(PARAMETERS["law.contempt"] * days)
    claim = replace(now(imposed=0, reach=1e9), claimed=3e8)
    found = expected(suit, CLEARVIEW, claim, PARAMETERS)
    assert found.sanction == pytest.approx(contempt.sanction + 3e8)
    settles = rational(suit, found)
    assert settles.settles
    assert settles.obeys == {"cease_collection"}
    # It agrees to no terms that it would not pay, or would not keep.
    poor = rational(suit, expected(suit, CLEARVIEW, replace(claim, reach=1e6), PARAMETERS))
    assert not poor.settles
    assert not rational(suit, replace(nothing_at_stake, obeying=1e9)).settles


def test_a_maximum_of_all_days_is_not_taken_for_that_of_one():
    """The Netherlands' order costs EUR 5.1 million in all, France's 100,000 a day."""
    dutch, french = (load_authorities()[name] for name in ("AP", "CNIL"))
    rate = PARAMETERS["money.usd_per.eur"]
    days = 365.25 * PARAMETERS["operator.horizon"]

    def delay(authority):
        sanction = expected(case(authority), CLEARVIEW, now(), PARAMETERS).sanction
        return sanction / rate - authority.maximum["monetary penalty notice"]

    assert delay(dutch) == pytest.approx(5_100_000)
    assert delay(french) == pytest.approx(100_000 * days)


def test_an_injunction_that_orders_nothing_has_a_price_of_delay_all_the_same():
    french = load_authorities()["CNIL"]
    steps = (
        Step("injunction", 2000, amount=100_000, currency="EUR"),
        Step("penalty_period_ends", 2052),
    )
    found = expected(replace(case(french, ()), steps=steps), CLEARVIEW, now(imposed=0), PARAMETERS)
    most = french.maximum["monetary penalty notice"]
    assert found.sanction / PARAMETERS["money.usd_per.eur"] == pytest.approx(most + 5_200_000)


def test_a_sanction_beyond_what_is_in_reach_counts_for_that_alone():
    found = expected(case(replace(ICO, collects=1.0)), CLEARVIEW, now(reach=1e6), PARAMETERS)
    assert found.sanction * found.collectable == pytest.approx(1e6)


def test_what_an_order_says_of_delay_is_what_delay_can_cost():
    """52 days at 100,000 euros from the deadline on, or the amount up to which delay costs."""
    french = load_authorities()["CNIL"]
    order = case(french, (Obligation("delete", months=2, from_service=True),))
    steps = (
        Step("investigation_opened", 1000),
        Step("injunction", 2000, amount=100_000, currency="EUR"),
        Step("penalty_period_ends", add_months(2000, 2) + 52),
    )
    rate = PARAMETERS["money.usd_per.eur"]
    most = french.maximum["monetary penalty notice"] * rate

    def threat(steps):
        return expected(replace(order, steps=steps), CLEARVIEW, now(), PARAMETERS).sanction - most

    assert threat(steps) == pytest.approx(5_200_000 * rate)
    endless = 100_000 * 365.25 * PARAMETERS["operator.horizon"] * rate
    assert threat(steps[:2]) == pytest.approx(endless)
    upto = (steps[0], Step("order_with_penalty", 2000, amount=5_100_000, currency="EUR"))
    assert threat(upto) == pytest.approx(5_100_000 * rate)


def test_an_appeal_that_suspends_the_order_pays_where_the_operator_would_obey():
    cheap = replace(CLEARVIEW, means=replace(CLEARVIEW.means, appeal=1.0))
    authority = replace(ICO, collects=1.0, detects=1.0)
    suspends = expected(case(authority), cheap, now(imposed=0), PARAMETERS)
    does_not = expected(case(authority, stay=Stay.NONE), cheap, now(imposed=0), PARAMETERS)
    assert suspends.relief > does_not.relief == 0.0
    assert rational(case(authority), suspends).appeals
    assert not rational(case(authority, stay=Stay.NONE), does_not).appeals


def test_barring_the_customers_costs_their_revenue_once_however_many_duties_take_it():
    illinois = case(load_authorities()["MADISON"])
    illinois = replace(illinois, jurisdiction="US-IL")
    one = cost_of(frozenset({"cease_services"}), illinois, CLEARVIEW, now(), PARAMETERS)
    both = cost_of(
        frozenset({"cease_services", "cease_collection"}), illinois, CLEARVIEW, now(), PARAMETERS
    )
    assert one == both == pytest.approx(120 * 5161 * PARAMETERS["operator.horizon"])
    assert cost_of(frozenset({"representative"}), illinois, CLEARVIEW, now(), PARAMETERS) == 0.0


@pytest.mark.parametrize(
    ("name", "appeals", "obeys", "erases", "pays"),
    [
        (StrategyName.COMPLY, False, True, True, True),
        (StrategyName.MINIMAL, False, True, False, True),
        (StrategyName.IGNORE, False, False, False, False),
        (StrategyName.LITIGATE, True, True, True, True),
    ],
)
def test_the_other_strategies_answer_every_case_alike(name, appeals, obeys, erases, pays):
    for authority in load_authorities().values():
        file = case(authority)
        found = expected(file, CLEARVIEW, now(), PARAMETERS)
        decision = decide(STRATEGIES[name], file, 5, found)
        assert (decision.appeals, decision.erases, decision.pays) == (appeals, erases, pays)
        assert decision.obeys == (frozenset(d.kind for d in DUTIES) if obeys else frozenset())
        assert (decision.day, decision.case) == (5, "CASE")


@pytest.mark.parametrize("name", list(StrategyName))
def test_what_the_record_says_of_a_case_comes_before_any_strategy(name):
    conduct = Conduct(True, frozenset({"delete"}), False, "record, outcome: as told")
    file = case(conduct=conduct)
    decision = decide(STRATEGIES[name], file, 0, expected(file, CLEARVIEW, now(), PARAMETERS))
    assert (decision.appeals, decision.obeys, decision.pays) == (True, {"delete"}, False)
    assert decision.because == "record, outcome: as told"


def test_every_authority_s_currency_has_a_rate():
    for authority in load_authorities().values():
        assert usd(100, authority.currency, PARAMETERS) > 0.0
    assert usd(100, "USD", PARAMETERS) == 100.0

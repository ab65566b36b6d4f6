"""Every duty of the law is done as a lever or a job in its own place, or the log says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generators.calendar import NEVER
from scenarios.arms import arm_setup, arms_of
from scenarios.authority_files import load_authorities
from scenarios.scenario import load_scenario
from sim.arm import Arm
from sim.dates import add_months
from sim.law.duties import DUTIES
from sim.levers import LEVERS
from sim.model import shared_by_arms
from sim.operator.compliance import REMOVALS
from sim.setup import CaseFile, Conduct, Obligation, Scope, Stay, Step, StrategyName

SERVED = 1963
ICO = load_authorities()["ICO"]
ALL_POWERS = replace(ICO, powers=dict.fromkeys((*ICO.powers, *DUTIES), "every power, for a test"))


@pytest.fixture(scope="module")
def arm(small_population, shipped_setups):
    base = shipped_setups["no-uk-order"]
    shared = shared_by_arms(small_population, base, 5, 0)

    def make(*cases: CaseFile, strategy=StrategyName.COMPLY, **changes) -> Arm:
        setup = replace(base, cases=cases, strategy=strategy, **changes)
        return Arm(shared, setup, None)

    return make


def ordered(*duties: Obligation, id="CASE", steps=(), jurisdiction="GB") -> CaseFile:
    """A case that orders these duties, served on 18 May 2022 and not appealed."""
    return CaseFile(
        id=id,
        authority="ICO",
        jurisdiction=jurisdiction,
        steps=(
            Step("investigation_opened", 1285),
            Step("provisional_notice", 1793),
            Step("enforcement_notice", SERVED),
            *steps,
        ),
        obligations=duties,
        appeal_period_days=28,
        stay=Stay.AUTOMATIC,
        powers=ALL_POWERS,
    )


def kinds(arm: Arm) -> list[str]:
    return [event.kind for event in arm.log.events if event.actor == "operator"]


LEVERED = [duty for duty in DUTIES.values() if duty.lever]


@pytest.mark.parametrize("duty", LEVERED, ids=lambda duty: duty.name)
def test_a_duty_with_a_lever_holds_it_from_its_deadline_in_the_case_s_own_place(arm, duty):
    one = arm(ordered(Obligation(duty.name, months=3)))
    due = add_months(SERVED + 28, 3)
    one.env.run(until=due - 0.01)
    assert not one.world.levers.moved(duty.lever)
    one.env.run(until=due + 0.01)
    (modifier,) = one.world.levers.stack(duty.lever)
    assert (modifier.source, modifier.since) == ("CASE", due)
    place = Scope(customer=duty.customer) if duty.customer else Scope(jurisdiction="GB")
    assert modifier.scope == place
    trials = one.setup.profile.trials
    assert modifier.value == (1.0 - trials if duty.value is None else duty.value)
    case = one.cases["CASE"]
    assert one.operator.obeyed(case, duty.name, due)
    assert not one.operator.obeyed(case, duty.name, due - 1)


def test_every_duty_is_a_lever_a_job_or_says_why_nothing_moves():
    jobs = {*REMOVALS, "one person", "informing", "payment"}
    for duty in DUTIES.values():
        assert (duty.lever in LEVERS) + (duty.job in jobs) + bool(duty.why_none) == 1, duty.name


@pytest.mark.parametrize(
    ("kind", "said"),
    [("representative", "duty_met"), ("cooperate", "duty_met"), ("train_staff", "duty_met"),
     ("equity", "duty_met"), ("delete_one", "person_erased")],
)  # fmt: skip
def test_a_duty_that_moves_nothing_is_logged_and_leaves_every_count_alone(arm, kind, said):
    did, without = (a.history() for a in (arm(ordered(Obligation(kind))), arm(ordered())))
    events = [e for e in did.events if e.kind == said]
    assert len(events) == 1
    assert DUTIES[kind].why_none in events[0].text
    assert did.templates == without.templates
    assert (did.person_days == without.person_days).all()


def test_of_a_notice_that_is_obeyed_in_part_the_log_says_what_is_not_done(arm):
    in_part = Conduct(appeals=False, meets=frozenset({"delete"}), pays=False, source="a test")
    file = ordered(Obligation("delete"), Obligation("cease_collection"))
    one = arm(replace(file, conduct=in_part))
    one.env.run(until=SERVED + 29)
    (ignored,) = (e.text for e in one.log.events if e.kind == "duty_ignored")
    assert ignored == (
        "The operator does not do what is ordered: enrol no more faces of residents in scope."
    )


def test_informing_tells_people_of_whom_something_is_held(arm):
    did = arm(ordered(Obligation("inform")))
    did.env.run(until=SERVED + 28.2)
    (act,) = did.people.acts
    assert act[:4] == (SERVED + 28, "inform", "GB", did.setup.parameters["operator.notice_reach"])
    assert "people_informed" in kinds(did)
    assert (did.reactions.informed_day == SERVED + 28).any()
    assert (did.reactions.informed_day != NEVER).any()


@pytest.mark.parametrize("orders", [1, 2, 3])
def test_however_many_orders_there_are_a_day_s_capacity_is_one(arm, shipped_setups, orders):
    parameters = shipped_setups["no-uk-order"].parameters
    slow = parameters.with_values({"operator.erasure_capacity": 1e5})
    duty = Obligation("delete", months=3)
    one = arm(*(ordered(duty, id=f"CASE-{n}") for n in range(orders)), parameters=slow)
    one.env.run(until=SERVED + 28 + 5)
    assert len(one.removals.started) == orders
    assert one.removals.erased == pytest.approx(5 * 1e5)


def test_erasing_meets_the_duty_to_delete_and_hiding_does_not(arm):
    order = ordered(Obligation("cease_collection", 1), Obligation("delete", 3))
    last = 1963 + 28 + 100
    erased, hidden = arm(order), arm(order, strategy=StrategyName.MINIMAL)
    for one in (erased, hidden):
        one.env.run(until=last)
    assert erased.operator.obeyed(erased.cases["CASE"], "delete", last)
    assert not hidden.operator.obeyed(hidden.cases["CASE"], "delete", last)
    assert hidden.operator.obeyed(hidden.cases["CASE"], "cease_collection", last)
    assert erased.matcher.hidden < hidden.matcher.hidden


def test_an_order_that_is_set_aside_lets_go_of_every_lever(arm):
    duties = [Obligation(duty.name, from_service=True) for duty in LEVERED]
    steps = (Step("appeal_lodged", SERVED + 20), Step("tribunal_sets_aside", SERVED + 200))
    file = replace(ordered(*duties, steps=steps), stay=Stay.NONE)
    one = arm(file, strategy=StrategyName.LITIGATE)
    one.env.run(until=SERVED + 199)
    assert all(one.world.levers.moved(duty.lever) for duty in LEVERED)
    one.env.run(until=SERVED + 201)
    assert not any(one.world.levers.moved(duty.lever) for duty in LEVERED)
    case = one.cases["CASE"]
    assert not any(one.operator.obeyed(case, duty.name, SERVED + 201) for duty in LEVERED)
    assert {"collection_resumed", "duty_ended"} <= set(kinds(one))


def test_a_duty_for_some_months_ends_when_they_are_over(arm):
    one = arm(ordered(Obligation("cease_services", lasts_months=12)))
    ends = add_months(SERVED + 28, 12)
    one.env.run(until=ends - 0.01)
    assert one.world.levers.moved("customers.pass")
    one.env.run(until=ends + 0.01)
    assert not one.world.levers.moved("customers.pass")
    assert kinds(one)[-1] == "duty_ended"


def test_two_orders_to_stop_leave_the_filter_up_until_both_have_gone(arm):
    short = ordered(Obligation("cease_collection", lasts_months=3), id="SHORT")
    long = ordered(Obligation("cease_collection", lasts_months=9), id="LONG")
    one = arm(short, long)
    home = Scope(jurisdiction="GB")
    for months, passes in ((2, 0.0), (6, 0.0), (10, 1.0)):
        one.env.run(until=add_months(SERVED + 28, months))
        assert one.world.levers.value("crawler.in_scope_pass", home) == passes
    assert kinds(one)[-2:] == ["filter_lifted", "collection_resumed"]


def test_whoever_does_not_obey_does_nothing_and_is_found_out(arm):
    one = arm(
        ordered(Obligation("cease_collection", 3), Obligation("delete", 6)),
        strategy=StrategyName.IGNORE,
    )
    history = one.history()
    assert kinds(one) == ["order_ignored"]
    assert not one.removals.started
    assert any(e.kind == "disobedience_found" for e in history.events)


@pytest.fixture(scope="module")
def recorded(small_population) -> Arm:
    question = load_scenario("ico-2022", ["world=as-recorded"])
    setup = arm_setup(arms_of(question)["ico-2022"], question=question)
    one = Arm(shared_by_arms(small_population, setup, 5, 0), setup, None)
    one.history()
    return one


def test_in_the_record_s_world_illinois_bars_private_customers_everywhere_and_its_own(recorded):
    stack = recorded.world.levers.stack("customers.pass")
    places = {(m.source, m.scope) for m in stack if m.value == 0.0}
    assert ("US-IL-ACLU-2022", Scope(customer="private")) in places
    assert ("US-IL-ACLU-2022", Scope(jurisdiction="US-IL")) in places
    active = dict(
        zip(recorded.setup.profile.markets, recorded.customers.active(),
            strict=True)
    )  # fmt: skip
    for market, number in active.items():
        barred = market.kind == "private" or market.country in ("US-IL", "GB", "CA")
        assert (number == 0.0) == barred, market


def test_in_the_record_s_world_the_uk_case_is_met_by_the_strategy_and_others_as_recorded(recorded):
    decisions = recorded.decisions.taken
    assert decisions["UK-ICO-2022"].appeals
    assert decisions["US-IL-ACLU-2022"].obeys >= {"bar_private", "cease_services", "opt_out"}
    assert not decisions["NL-AP-2024"].obeys
    assert decisions["NL-AP-2024"].because.startswith("record")


def test_a_rational_operator_logs_the_sums_that_decided(arm):
    file = ordered(Obligation("cease_collection", 3), Obligation("delete", 6))
    one = arm(file, strategy=StrategyName.RATIONAL)
    history = one.history()
    (taken,) = [e for e in history.events if e.kind == "decision_taken"]
    (decision,) = history.books.decisions
    assert taken.text == decision.because
    assert decision.expected.collectable == 0.0
    assert "order_ignored" in kinds(one)
    reachable = replace(ALL_POWERS, collects=1.0, detects=1.0)
    means = replace(one.setup.profile.means, assets={"GB": 1e9})
    rich = arm(
        replace(file, powers=reachable),
        strategy=StrategyName.RATIONAL,
        profile=replace(one.setup.profile, means=means),
    )
    obeys = rich.history()
    assert "collection_ceased" in kinds(rich)
    assert obeys.books.decisions[0].expected.deterrence > 1.0

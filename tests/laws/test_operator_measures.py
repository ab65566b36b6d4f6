"""Measures of customers, money and what is left, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scenarios.arms import arm_setup, arms_of
from scenarios.scenario import load_scenario
from sim.dates import day_of, weeks
from sim.law.scope import GDPR_FROM
from sim.measures import read_measures, same_until, structural_zero
from sim.measures.question import by_jurisdiction
from sim.measures.recognition import mated_share
from sim.model import run_arms
from sim.operator.profile import Adoption, Market
from sim.operator.purse import Purse
from sim.operator.stores import Faces, residue_of
from sim.setup import CaseFile, InterventionSpec, Step, StrategyName

END = "2025-12-31"


@pytest.fixture(scope="module")
def run(small_population):
    return lambda setup: run_arms(small_population, {"arm": setup}, 5, 0)["arm"]


def values(history):
    return {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}


@pytest.fixture(scope="module")
def without(run, shipped_setups):
    return run(shipped_setups["no-uk-order"])


@pytest.fixture(scope="module")
def obeyed(run, shipped_setups):
    return run(shipped_setups["ico-2022-obeyed"])


def test_without_orders_customers_search_all_that_is_asked_and_nothing_is_forgone(without):
    got, setup = values(without), without.setup
    assert got["searches_made", ""] == setup.curves.searches[setup.last_day + 1]
    states = sum(m.adoption.most for m in setup.profile.markets if m.kind == "state")
    assert got["customers_active", END] == pytest.approx(states + 10 + 337 - 5, rel=1e-3)
    assert got["non_mated_shift", END] == 0.0
    assert got["true_identifications_forgone", END] == pytest.approx(0.0, abs=1e-9)
    assert got["regulator_cost", ""] == 0.0


def test_erasure_turns_mated_searches_into_non_mated_ones(without, obeyed):
    before, after = values(without), values(obeyed)
    day = "2022-12-15"
    shift = before["searchable_persons", day] - after["searchable_persons", day]
    assert after["non_mated_shift", day] == pytest.approx(shift, abs=1e-12)
    assert after["true_identifications_forgone", day] > 100
    gained = (
        before["surfaced_per_million_searches", END] - after["surfaced_per_million_searches", END]
    )
    # The gallery is the smaller for the order, so that who is left is a little easier to find.
    assert after["true_identifications_forgone", END] == pytest.approx(gained, rel=0.02)


def test_what_is_held_is_as_old_as_its_finds(without):
    got = values(without)
    images, last = without.setup.curves.images, without.setup.last_day
    days = np.arange(last + 1)
    expected = last - float(np.dot(days, np.diff(images[: last + 2]))) / float(images[last + 1])
    assert got["age_held", END] == pytest.approx(expected, rel=0.03)


def test_processing_counts_the_person_days_of_what_is_held(without, obeyed):
    held, searchable = values(without), values(without)["exposure_person_days", ""]
    law = day_of(date(2018, 5, 25))
    shown = {
        s.day: by_jurisdiction(without, s.searchable)[without.scope] for s in without.snapshots
    }
    early = sum(
        (min(end, law) - start) * shown[end - 1]
        for start, end in weeks(without.setup.last_day)
        if start < law
    )
    searchable -= float(early * without.weights[without.scope])
    assert held["processing_without_basis", ""] == pytest.approx(searchable, rel=0.01)
    assert values(obeyed)["processing_without_basis", ""] < held["processing_without_basis", ""]


def test_processing_counts_from_the_day_on_which_the_law_applies(without):
    held = {s.day: by_jurisdiction(without, s.held)[without.scope] for s in without.snapshots}
    law = day_of(date(2018, 5, 25))
    every = list(weeks(without.setup.last_day))
    days = sum((end - max(start, law)) * held[end - 1] for start, end in every if end > law)
    assert any(held[end - 1] for _, end in every if end <= law)
    weight = float(without.weights[without.scope])
    assert values(without)["processing_without_basis", ""] == pytest.approx(days * weight)


def test_a_template_kept_to_leave_somebody_out_is_held_and_no_processing_without_basis(
    run, shipped_setups, with_parameters
):
    often = {"requests.rate": 1.0, "desk.capacity": 1e9, "people.news_reach": 3.0}
    often |= {"requests.photo_demanded": 0.0, "requests.answered": 1.0}
    setup = with_parameters(shipped_setups["ico-2022"], often)
    listing = InterventionSpec("suppression-list", 1400, None, "GB", {"recognised": 1.0})
    listed = run(replace(setup, interventions=(listing,)))
    last = listed.at(listed.setup.last_day)
    assert last.only_listed > 0
    held = by_jurisdiction(listed, last.held)[listed.scope]
    assert last.only_listed <= held
    every = sum(
        (end - max(start, GDPR_FROM)) * by_jurisdiction(listed, listed.at(end - 1).held)[0]
        for start, end in weeks(listed.setup.last_day)
        if end > GDPR_FROM
    )
    weight = float(listed.weights[listed.scope])
    assert values(listed)["processing_without_basis", ""] < every * weight


def test_a_search_for_somebody_cloaked_is_mated_all_the_same(run, shipped_setups, without):
    setup = shipped_setups["no-uk-order"]
    options = {"share": 1.0, "shift": 10.0}
    cloaked = run(
        replace(setup, interventions=(InterventionSpec("cloaking", 0, None, "GB", options),))
    )
    assert values(cloaked)["identifiability", END] < 0.5 * values(without)["identifiability", END]
    assert values(cloaked)["non_mated_shift", END] == 0.0
    assert cloaked.searches.mated == without.searches.mated
    assert cloaked.searches.findable < cloaked.searches.mated


def test_hidden_templates_are_residue_and_erased_ones_are_not(run, shipped_setups, obeyed):
    hidden = run(replace(shipped_setups["ico-2022-obeyed"], strategy=StrategyName.MINIMAL))
    few, many = values(obeyed)["residue", END], values(hidden)["residue", END]
    # Photo, metadata and template of every face that is hidden.
    assert many - few > 2.9 * (
        values(hidden)["templates_held_in_scope", "2022-12-15"]
        - values(obeyed)["templates_held_in_scope", "2022-12-15"]
    )
    # What customers were handed is about what the drawn searches found.
    handed = few - obeyed.requests.extra_photos
    assert handed == pytest.approx(obeyed.searches.found, rel=0.1)


def test_stores_count_copies_by_their_backups_and_by_what_erasure_reaches(shipped_setups):
    setup = shipped_setups["no-uk-order"]
    faces = Faces(hidden=10.0, leaving=20.0, listed=5.0, erased=40.0, photos=2.0)
    left = residue_of(setup.profile, faces, setup.parameters)
    assert (left.hidden, left.backups, left.left, left.listed) == (30.0, 60.0, 0.0, 5.0)
    assert left.copies == 97.0
    images, *others = setup.profile.stores
    sooner = replace(setup.profile, stores=(replace(images, backup=15.0), *others))
    assert residue_of(sooner, faces, setup.parameters).backups == 50.0
    kept = replace(setup.profile, stores=(replace(images, erased=False), *others))
    left = residue_of(kept, faces, setup.parameters)
    assert (left.backups, left.left) == (40.0, 40.0)


def test_the_purse_adds_up(shipped_setups):
    means = replace(
        shipped_setups["no-uk-order"].profile.means,
        staff=365.25,
        image=2.0,
        search=3.0,
        erasure=5.0,
        request=7.0,
        appeal=11.0,
    )
    purse = Purse(replace(means, cash=100.0), {"money.usd_per.gbp": 2.0})
    purse.days(7, revenue=365.25 * 10, images=1.0, searches=2.0)
    assert purse.revenue == pytest.approx(70.0)
    assert purse.running == pytest.approx(7.0 + 2.0 + 6.0)
    purse.settle(erased=1.0, answered=2.0, appeals=3, storing=0.0)
    assert purse.costs == pytest.approx(15.0 + 5.0 + 14.0 + 33.0)
    assert purse.cash == pytest.approx(100.0 + 70.0 - 67.0)
    purse.settle(erased=1.0, answered=2.0, appeals=3, storing=13.0)
    assert purse.cash == pytest.approx(100.0 + 70.0 - 80.0)
    purse.settle(erased=1.0, answered=2.0, appeals=3, storing=0.0)
    assert (purse.affords("USD"), purse.affords("GBP")) == (103, 51)
    purse.pay(44, "GBP")
    assert purse.affords("USD") == 15
    with pytest.raises(ValueError, match="holds 15"):
        purse.pay(16, "USD")


def test_nobody_takes_more_by_force_than_the_purse_holds_and_lies_in_reach(shipped_setups):
    means = replace(shipped_setups["no-uk-order"].profile.means, cash=1000.0, assets={"US": 600.0})
    purse = Purse(means, {"money.usd_per.gbp": 2.0})
    # A state reaches what lies in its country, and what one has taken the next cannot.
    assert purse.seize(500, "USD", "US-IL") == 500
    assert purse.within_reach("US") == 100.0
    assert purse.seize(500, "USD", "US-VT") == 100
    assert purse.seize(1, "USD", "US") == 0
    # Where nothing is known of assets, the purse is the limit.
    assert purse.within_reach("GB") == 400.0
    assert purse.seize(500, "GBP", "GB") == 200
    assert (purse.paid, purse.cash, purse.within_reach("FR")) == (1000.0, 0.0, 0.0)


def test_force_takes_no_more_than_the_operator_has_in_reach(run, shipped_setups):
    setup = shipped_setups["no-uk-order"]
    fine = InterventionSpec("monetary-penalty", 1826, None, "GB", {"collects": 1.0})
    ignoring = replace(setup, strategy=StrategyName.IGNORE, interventions=(fine,))

    def collected(**means):
        profile = replace(setup.profile, means=replace(setup.profile.means, **means))
        history = run(replace(ignoring, profile=profile))
        taken = values(history)["fine_collected", ""]
        purse, rate = history.books.purse, history.setup.parameters["money.usd_per.gbp"]
        assert purse.paid == sum(purse.seized.values()) == taken * rate
        return taken

    assert collected() == 7_552_800
    assert collected(assets={"GB": 1_000_000.0}) == 800_000
    assert collected(cash=-1e9) == 0.0


def test_an_operator_that_only_hides_pays_for_no_erasure(run, shipped_setups, obeyed):
    hidden = run(replace(shipped_setups["ico-2022-obeyed"], strategy=StrategyName.MINIMAL))
    assert obeyed.books.purse.erasing > 0.0
    assert hidden.books.purse.erasing == 0.0


def test_a_fine_that_is_paid_and_erasure_lower_the_operator_s_gain(without, obeyed):
    p = obeyed.setup.parameters
    gain = values(without)["operator_gain", ""] - values(obeyed)["operator_gain", ""]
    paid = values(obeyed)["fine_collected", ""] * p["money.usd_per.gbp"]
    assert paid == 7_552_800 * 1.25
    erased = obeyed.books.purse.erasing - without.books.purse.erasing
    assert erased > 0
    answers = obeyed.books.purse.answering - without.books.purse.answering
    assert gain == pytest.approx(paid + erased + answers, rel=1e-6)


def test_an_operator_pays_no_more_than_its_purse_holds(run, shipped_setups, obeyed):
    setup = shipped_setups["ico-2022-obeyed"]
    means = setup.profile.means
    served = next(e.day for e in obeyed.events if e.kind == "penalty_paid")

    def with_cash(cash):
        poor = replace(setup.profile, means=replace(means, cash=cash))
        return run(replace(setup, profile=poor))

    nothing, something = with_cash(-1e9), with_cash(0.0)
    assert values(nothing)["fine_collected", ""] == 0.0
    assert values(nothing)["fine_payable", ""] == 7_552_800
    (told,) = [e for e in nothing.events if e.kind == "penalty_not_paid_in_full"]
    assert told.day == served
    # Without what was raised, revenue by then covers staff and crawling, and little else.
    assert 0.0 <= values(something)["fine_collected", ""] < 7_552_800
    assert something.books.purse.paid <= something.books.purse.revenue


def test_a_case_costs_its_authority_from_its_first_to_its_last_step(run, shipped_setups, obeyed):
    appealed = run(shipped_setups["ico-2022"])
    p = appealed.setup.parameters
    steps = [step.day for step in appealed.setup.cases[0].steps]
    years = (max(steps) - min(steps)) / 365.25
    expected = years * p["law.officer_cost"] * p["law.staff_share"]
    assert values(appealed)["regulator_cost", ""] == pytest.approx(expected, rel=0.01)
    assert values(obeyed)["regulator_cost", ""] < values(appealed)["regulator_cost", ""]


def test_the_gap_between_two_cases_costs_their_authority_nothing(run, shipped_setups):
    setup = shipped_setups["ico-2022"]
    (case,) = setup.cases

    def opened(id: str, *days: int) -> CaseFile:
        steps = (Step("investigation_opened", days[0]), Step("provisional_notice", days[1]))
        return replace(case, id=id, steps=steps, obligations=())

    history = run(replace(setup, cases=(opened("A", 500, 600), opened("B", 3000, 3100))))
    p = history.setup.parameters
    expected = 200 / 365.25 * p["law.officer_cost"] * p["law.staff_share"]
    assert values(history)["regulator_cost", ""] == pytest.approx(expected)


def test_a_ban_on_customers_moves_searches_and_gain_and_nobody_s_exposure(
    run, shipped_setups, without
):
    setup = shipped_setups["no-uk-order"]
    only_firms = replace(
        setup.profile,
        markets=(
            Market("private", "US", Adoption(100.0, 500, 0.05), 100.0, 1000.0),
            Market("state", "US", Adoption(100.0, 500, 0.05), 300.0, 1000.0),
        ),
    )
    base = replace(setup, profile=only_firms)
    ban = InterventionSpec("private-sale-ban", 1826, None, "US")
    free, barred = run(base), run(replace(base, interventions=(ban,)))
    made = setup.curves.searches
    expected = made[1826] + 0.75 * (made[-1] - made[1826])
    assert values(barred)["searches_made", ""] == pytest.approx(expected, rel=1e-6)
    assert values(barred)["customers_active", END] == pytest.approx(100.0, rel=1e-6)
    assert values(barred)["operator_gain", ""] < values(free)["operator_gain", ""]
    for name in ("searchable_persons", "in_scope_left", "displacement"):
        assert structural_zero(name, barred, free)
    assert structural_zero("searches_made", barred, free) is None
    assert same_until("searches_made", barred, free) == 1826
    assert barred.searches.searches < free.searches.searches


def test_fines_are_those_of_the_question_s_jurisdiction_whatever_others_collect(
    small_population,
):
    question = load_scenario("ico-2022", ["world=as-recorded"])
    arms = {name: arm_setup(arm, question=question) for name, arm in arms_of(question).items()}
    histories = run_arms(small_population, arms, 5, 0)
    happened, obeyed = histories["ico-2022"], histories["ico-2022-obeyed"]
    assert {ledger.currency for ledger in happened.ledgers} >= {"GBP", "EUR", "SEK"}
    got = values(happened)
    assert got["fine_proposed", ""] == 17_000_000
    assert got["fine_collected", ""] == 0
    assert values(obeyed)["fine_collected", ""] == 7_552_800
    # Sweden's police paid in every arm; that moves nothing of the question's own fine.
    without = histories["no-uk-order"]
    assert any(ledger.collected for ledger in without.ledgers)
    assert structural_zero("fine_collected", happened, without)
    assert structural_zero("fine_imposed", happened, without) is None


def test_a_profile_says_for_whom_its_customers_search_and_how_many_ask_it(small_population):
    """A sixteenth of the subscribers is British; 390 requests a day reach it, 24 of them from
    there, and its desk sees a queue where the other profile's sees none."""
    arms = {}
    for profile in ("public-search", "clearview-like"):
        question = load_scenario("ico-2022", [f"operator.profile={profile}"])
        setup = arm_setup(question, question=question)
        arms[profile] = run_arms(small_population, {"arm": setup}, 5, 0)["arm"]
    public, record = arms["public-search"], arms["clearview-like"]
    british = [m.adoption.most for m in public.setup.profile.markets if m.country == "GB"]
    every = sum(m.adoption.most for m in public.setup.profile.markets)
    share = public.setup.profile.searched["GB"]
    assert share == pytest.approx(sum(british) / every)
    assert public.searches.searches / values(public)["searches_made", ""] == pytest.approx(
        share, rel=0.02
    )
    ratio = values(public)["requests_made", ""] / values(record)["requests_made", ""]
    assert ratio > 10
    assert public.requests.waiting > record.requests.waiting == 0.0
    # Whoever else is searched for lives anywhere.
    codes = np.array(public.jurisdictions)
    end = public.at(public.setup.last_day)
    here = codes == "GB"
    present = by_jurisdiction(public, end.searchable) * public.weights
    people = by_jurisdiction(public, public.residents) * public.weights
    mated = share * present[here] / people[here]
    mated += (1.0 - share) * present[~here].sum() / people[~here].sum()
    assert mated_share(public, end) == pytest.approx(float(mated[0]))


def test_what_an_operator_s_own_filter_leaves_out_is_never_collected(small_population):
    question = load_scenario("no-uk-order", ["operator.profile=public-search"])
    setup = arm_setup(question, question=question)
    some, all_of_it = (
        run_arms(small_population, {"arm": one}, 5, 0)["arm"]
        for one in (setup, replace(setup, profile=replace(setup.profile, segments=())))
    )
    share = {s.platform: s.passes for s in setup.profile.segments}
    assert share["plaza"] == share["lumen"] == 0.0
    end = setup.last_day
    collected = some.at(end).gallery / all_of_it.at(end).gallery
    assert 0.0 < collected < max(share.values())
    # The sample is thinned as the gallery behind it is.
    held, every = (float(h.at(end).templates @ h.weights) for h in (some, all_of_it))
    assert held / every == pytest.approx(collected, rel=0.15)
    # What was never let in is not forgone for an order.
    assert values(some)["non_mated_shift", END] == 0.0
    assert values(some)["searchable_persons", END] < values(all_of_it)["searchable_persons", END]
    images = setup.curves.images[end + 1] * setup.profile.means.image
    saved = all_of_it.books.purse.running - some.books.purse.running
    assert saved == pytest.approx(images * (1.0 - collected), rel=0.01)

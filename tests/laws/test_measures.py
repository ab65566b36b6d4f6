"""Measures against numbers worked out by hand, and people's choices in the right direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generators.calendar import DAYS_A_YEAR, NEVER
from generators.scores import OperatorScores
from sim.arm import Arm
from sim.measures import read_measures
from sim.model import run_arms, shared_by_arms
from sim.tallies import Cells, ExposureTally
from tests.conftest import PERFECT


@pytest.fixture(scope="module")
def run(small_population):
    return lambda setup: run_arms(small_population, {"arm": setup}, 5, 0)["arm"]


def values(history):
    return {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}


def test_person_days_are_counted_from_appearing_to_vanishing_and_clipped_to_the_window():
    one = np.zeros(1, dtype=np.int8)
    tally = ExposureTally(Cells(np.zeros(3, dtype=np.int16), one, one, one, one), 99, (40, 59))
    tally.appear(np.array([0, 1, 2]), np.array([10, 50, 70]))
    tally.vanish(np.array([0]), np.array([45]))
    # Person 0: days 10-44; person 1: 50-99; person 2: 70-99. In the window 40-59: 5 + 10 + 0.
    assert tally.days.tolist() == [35 + 50 + 30]
    assert tally.window_days.tolist() == [5 + 10]
    assert tally.persons.tolist() == [2]


def test_exposure_during_the_appeal_is_that_of_its_days_alone(run, shipped_setups):
    history = run(shipped_setups["ico-2022-obeyed"])
    w = history.setup.windows
    here = history.cells.jurisdiction == history.scope
    weekly = [s for s in history.snapshots if s.weekly]
    days = np.array([s.day for s in weekly])
    counts = np.array([s.searchable[here].sum() for s in weekly])
    every = np.interp(np.arange(w.cease_deadline, w.litigation_end + 1), days, counts)
    expected = every.sum() * history.weights[history.scope]
    assert values(history)["exposure_during_appeal", ""] == pytest.approx(expected, rel=0.01)


def test_under_deletion_is_nothing_with_perfect_inference_and_everything_without_capacity(
    run, homebodies, shipped_setups, with_parameters
):
    """Perfect inference speaks of who posts, and here all are seen by compatriots alone."""
    setup = shipped_setups["ico-2022-obeyed"]
    key = ("under_deletion", "2023-03-15")
    all_found = run_arms(homebodies, {"a": with_parameters(setup, PERFECT)}, 5, 0)["a"]
    assert values(all_found)[key] == 0.0
    assert values(all_found)["over_deletion", ""] == 0.0
    assert values(all_found)["in_scope_left", "2022-12-15"] == pytest.approx(0.0, abs=0.01)
    idle = run(with_parameters(setup, {"operator.erasure_capacity": 0.0}))
    assert values(idle)[key] == 1.0


def test_search_measures_follow_their_formulas(run, shipped_setups):
    history = run(shipped_setups["ico-2022"])
    p = history.setup.parameters
    snapshot = history.snapshots[-1]
    chance = OperatorScores.of(p).identification(64, snapshot.gallery)[0]
    found = sum(n * c for n, c in zip(snapshot.photos, chance, strict=True)) / sum(snapshot.photos)
    got = values(history)
    at = "2025-12-31"
    assert got["identifiability", at] == pytest.approx(found)
    assert got["surfaced_per_million_searches", at] == pytest.approx(1e6 * 0.0014 * found)

    def share(*codes):
        searchable = people = 0.0
        for j, code in enumerate(history.jurisdictions):
            if code in codes:
                cells = history.cells.jurisdiction == j
                searchable += snapshot.searchable[cells].sum() * history.weights[j]
                people += history.residents[cells].sum() * history.weights[j]
        return searchable / people

    states = ("US-IL", "US-CA", "US-NJ", "US-VT", "US")
    mated = 0.0014 * share("GB") + 0.9986 * share(*states)
    wrong = 1e5 * (1 - mated) * 0.003 * 0.2
    assert got["wrong_identifications_per_100k", at] == pytest.approx(wrong)


LOUD = {
    "people.news_reach": 5.0,
    "people.private_after_news": 1.0,
    "people.private_delay": 0.0,
    "people.private_spread": 0.0,
    "people.private_spread_acquaintance": 0.0,
}
ALONE = {"photos.uploader_shown": 1.0, "photos.others": 0.0}
FRIENDS = {"photos.uploader_shown": 0.01, "photos.others": 1.6}


def templates(history):
    return int(history.snapshots[-1].templates[history.scope])


@pytest.mark.parametrize("shown", [ALONE, FRIENDS], ids=["themselves", "friends"])
def test_going_private_keeps_later_photos_out_whoever_stands_in_them(
    run, shipped_setups, with_parameters, shown
):
    setup = with_parameters(shipped_setups["ico-2022"], {**LOUD, **shown})
    private = run(setup)
    open_ = run(with_parameters(setup, {"people.private_after_news": 0.0}))
    assert templates(private) < 0.8 * templates(open_)


@pytest.mark.parametrize("layer", ["people.private_spread", "people.private_spread_acquaintance"])
def test_friends_and_acquaintances_follow_an_example(run, shipped_setups, with_parameters, layer):
    some = {**LOUD, "people.private_after_news": 0.05}
    alone = run(with_parameters(shipped_setups["ico-2022"], some))
    followed = run(with_parameters(shipped_setups["ico-2022"], {**some, layer: 0.5}))
    went = [h.snapshots[-1].private[h.scope] for h in (alone, followed)]
    assert went[1] > 2 * went[0] > 0
    assert templates(followed) < templates(alone)


def test_those_who_know_their_rights_ask_so_much_oftener_that_the_mean_stands(
    small_population, shipped_setups, with_parameters
):
    setup = with_parameters(
        shipped_setups["ico-2022"], {"people.news_reach": 5.0, "requests.rate": 0.2}
    )
    shared = shared_by_arms(small_population, setup, 5, 0)
    arm = Arm(shared, setup, None)
    arm.history()
    reactions, here = arm.reactions, shared.in_scope
    asked = (reactions.request_day < NEVER) & here
    assert small_population.aware[asked].all()
    waited = setup.last_day - np.minimum(reactions.informed_day[here], setup.last_day)
    rate = 0.2 / small_population.aware[here].mean()
    expected = -np.expm1(-rate * waited / DAYS_A_YEAR)[small_population.aware[here]].sum()
    assert asked.sum() > 200
    assert asked.sum() == pytest.approx(expected, abs=4.0 * np.sqrt(expected))
    # In real units the expectation is the rate itself, whoever knows.
    assert arm.inbox.made == pytest.approx(
        0.2 * waited.mean() / DAYS_A_YEAR * arm.inbox.residents, rel=0.05
    )


def test_whoever_was_informed_from_the_start_counts_and_may_react(
    small_population, shipped_setups, with_parameters
):
    told = np.arange(len(small_population)) % 10 == 0
    people = replace(small_population, informed=told)
    values_of = {**LOUD, "people.news_reach": 0.0, "requests.rate": 0.1}
    setup = with_parameters(shipped_setups["no-uk-order"], values_of)
    arm = Arm(shared_by_arms(people, setup, 5, 0), setup, None)
    history = arm.history()
    informed = history.snapshots[-1].informed
    assert informed.sum() == told.sum()
    years = (setup.last_day + 1) / DAYS_A_YEAR
    asked = 0.1 * told[people.jurisdiction == 0].mean() * years * arm.inbox.residents
    assert arm.inbox.made == pytest.approx(asked)
    public = people.public.any(axis=1)
    np.testing.assert_array_equal(arm.reactions.private_day < NEVER, told & public)


def test_what_somebody_has_made_private_is_not_found_again(run, shipped_setups, with_parameters):
    setup = shipped_setups["no-stay"]
    loud = {**LOUD, **ALONE, "crawler.revisit_rate": 20.0}
    private = run(with_parameters(setup, loud))
    open_ = run(with_parameters(setup, {**loud, "people.private_after_news": 0.0}))
    # Of everybody's removed photos; the residents among them have heard the news.
    share = [h.templates.recollected / h.templates.erased for h in (private, open_)]
    assert share[0] < 0.9
    assert share[1] > 0.99


def test_what_an_order_removes_leaves_the_gallery_in_real_units(run, shipped_setups):
    obeyed, happened = (run(shipped_setups[n]) for n in ("ico-2022-obeyed", "ico-2022"))
    day = obeyed.setup.windows.delete_deadline
    missing = happened.at(day).stored - obeyed.at(day).stored
    residency_share = 0.0148
    assert missing == pytest.approx(3.1e10 * residency_share, rel=0.1)


def test_fines_in_another_currency_are_undefined_and_not_converted(run, shipped_setups):
    setup = shipped_setups["ico-2022"]
    case = setup.cases[0]
    steps = tuple(replace(s, currency="EUR") if s.currency else s for s in case.steps)
    history = run(replace(setup, cases=(replace(case, steps=steps),)))
    fine = next(r for r in read_measures(history) if r.name == "fine_imposed")
    assert fine.value is None
    assert "EUR" in fine.why

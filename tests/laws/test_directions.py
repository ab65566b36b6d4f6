"""Every choice of operator, authority and people moves a named measure the way it must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.dates import iso
from sim.measures import read_measures, same_until, structural_zero
from sim.model import run_arms
from sim.setup import Stay, StrategyName


def readings(history):
    return {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}


@pytest.fixture(scope="module")
def run(small_population):
    def one(setup):
        return readings(run_arms(small_population, {"arm": setup}, 5, 0)["arm"])

    return one


@pytest.fixture(scope="module")
def obeyed(run, shipped_setups):
    return run(shipped_setups["ico-2022-obeyed"])


END = ("searchable_persons", "2025-12-31")
DEADLINE = ("in_scope_left", "2022-12-15")
APPEAL = ("exposure_during_appeal", "")


def test_obeying_lowers_exposure_and_ignoring_does_not(run, shipped_setups, obeyed):
    setup = shipped_setups["ico-2022-obeyed"]
    ignored = run(replace(setup, strategy=StrategyName.IGNORE))
    assert obeyed[APPEAL] < 0.9 * ignored[APPEAL]
    assert obeyed[END] < ignored[END]


def test_hiding_instead_of_erasing_lowers_searchable_but_not_held(run, shipped_setups, obeyed):
    hidden = run(replace(shipped_setups["ico-2022-obeyed"], strategy=StrategyName.MINIMAL))
    assert hidden["searchable_persons", "2022-12-15"] < hidden["held_persons", "2022-12-15"]
    assert hidden["held_persons", "2022-12-15"] > obeyed["held_persons", "2022-12-15"]
    assert hidden[DEADLINE] > obeyed[DEADLINE]


def test_a_stay_keeps_the_order_from_binding(run, shipped_setups):
    stayed, bound = shipped_setups["ico-2022"], shipped_setups["no-stay"]
    assert stayed.cases[0].stay is Stay.AUTOMATIC
    assert bound.cases[0].stay is Stay.NONE
    assert run(bound)[DEADLINE] < 0.7 * run(stayed)[DEADLINE]


def test_a_lower_residency_threshold_misses_fewer_residents_and_erases_more_others(
    run, shipped_setups, with_parameters, obeyed
):
    # Capacity to match: a wider scope is more work, and would otherwise end late.
    low = run(
        with_parameters(
            shipped_setups["ico-2022-obeyed"],
            {"operator.residency.threshold": 1.0, "operator.erasure_capacity": 1e12},
        )
    )
    assert low[DEADLINE] < obeyed[DEADLINE]
    assert low["over_deletion", ""] > obeyed["over_deletion", ""]


def test_too_little_capacity_leaves_templates_at_the_deadline(
    run, shipped_setups, with_parameters, obeyed
):
    slow = run(
        with_parameters(shipped_setups["ico-2022-obeyed"], {"operator.erasure_capacity": 1e6})
    )
    assert slow[DEADLINE] > obeyed[DEADLINE]
    none = run(
        with_parameters(shipped_setups["ico-2022-obeyed"], {"operator.erasure_capacity": 0.0})
    )
    assert none[DEADLINE] > slow[DEADLINE]
    assert none["over_deletion", ""] == 0


def test_an_endless_purge_delay_keeps_everything_held(run, shipped_setups, with_parameters):
    setup = with_parameters(shipped_setups["ico-2022-obeyed"], {"operator.purge_delay": 36500.0})
    kept = run(setup)
    assert kept["searchable_persons", "2022-12-15"] < kept["held_persons", "2022-12-15"]


def test_more_redirected_capacity_means_more_displacement_and_none_means_none(
    run, shipped_setups, with_parameters, obeyed
):
    setup = shipped_setups["ico-2022-obeyed"]
    none = run(with_parameters(setup, {"crawler.redirect_share": 0.0}))
    all_of_it = run(with_parameters(setup, {"crawler.redirect_share": 1.0}))
    key = ("displacement", "2025-12-31")
    assert none[key] == 0.0
    assert none[key] < obeyed[key] < all_of_it[key]


def test_a_desk_without_capacity_answers_nobody(run, shipped_setups, with_parameters):
    setup = shipped_setups["ico-2022"]
    closed = run(with_parameters(setup, {"desk.capacity": 0.0}))
    wide = run(with_parameters(setup, {"desk.capacity": 1e6}))
    assert closed["requests_answered", ""] == 0.0
    assert wide["requests_answered", ""] > 0.0
    assert wide["requests_made", ""] == pytest.approx(closed["requests_made", ""])


def test_a_wider_share_or_a_wider_spread_moves_searchable_persons(
    run, shipped_setups, with_parameters
):
    setup = shipped_setups["no-uk-order"]
    base = run(setup)[END]
    assert run(with_parameters(setup, {"gallery.share.uk": 0.03}))[END] > base
    assert run(with_parameters(setup, {"people.findability_cv": 4.0}))[END] < base


def test_money_follows_the_case(run, shipped_setups, obeyed):
    happened = run(shipped_setups["ico-2022"])
    ignored = run(shipped_setups["no-stay-ignored"])
    assert [happened[f"fine_{k}", ""] for k in ("proposed", "imposed", "payable", "collected")] == [
        17_000_000,
        7_552_800,
        0,
        0,
    ]
    assert obeyed["fine_collected", ""] == 7_552_800
    assert (ignored["fine_payable", ""], ignored["fine_collected", ""]) == (7_552_800, 0)


def test_a_structural_zero_is_claimed_only_where_nothing_could_have_moved(
    small_population, shipped_setups
):
    names = ("no-uk-order", "ico-2022", "ico-2022-obeyed")
    arms = run_arms(small_population, {n: shipped_setups[n] for n in names}, 5, 0)
    without, happened, obeyed = (arms[n] for n in names)
    assert structural_zero("fine_payable", happened, without)
    assert structural_zero("over_deletion", happened, without)
    assert structural_zero("fpir", obeyed, without)
    assert structural_zero("searchable_persons", happened, without) is None  # news differs
    assert structural_zero("fine_collected", obeyed, without) is None
    assert structural_zero("over_deletion", obeyed, without) is None
    values = {n: readings(h) for n, h in arms.items()}
    for key, value in values["ico-2022"].items():
        if structural_zero(key[0], happened, without) is not None:
            assert value == values["no-uk-order"][key]


def test_two_worlds_are_the_same_until_the_first_day_on_which_something_differs(
    small_population, shipped_setups
):
    names = ("no-uk-order", "ico-2022", "ico-2022-obeyed")
    arms = run_arms(small_population, {n: shipped_setups[n] for n in names}, 5, 0)
    without, happened, obeyed = (arms[n] for n in names)
    # The investigation's news is heard from the day after it was opened.
    assert iso(same_until("searchable_persons", happened, without)) == "2020-07-10"
    assert iso(same_until("searchable_persons", obeyed, happened)) == "2022-09-15"
    assert same_until("fine_collected", obeyed, happened) < 0
    for name in ("searchable", "held"):
        a, b = getattr(happened.at(1963), name), getattr(obeyed.at(1963), name)
        assert (a == b).all()

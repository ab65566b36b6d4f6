"""Common random numbers: two worlds differ only by the effects of what differs between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from generators.errors import EnvelopeError
from sim.dates import day_of
from sim.model import run_arms, shared_by_arms
from sim.setup import InterventionSpec

OPENED = day_of(date(2020, 7, 9))


def same_snapshots(a, b, until=None):
    """Assert that two histories' counts are equal to the bit, up to and including a day."""
    compared = 0
    for one, other in zip(a.snapshots, b.snapshots, strict=True):
        assert one.day == other.day
        if until is not None and one.day > until:
            break
        compared += 1
        for field in ("searchable", "held", "templates", "photos", "informed", "private"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
        assert (one.gallery, one.displaced) == (other.gallery, other.displaced)
    assert compared > 100


def test_same_seed_same_history_and_another_replication_another(small_population, shipped_setups):
    arms = {"ico-2022": shipped_setups["ico-2022"]}
    first = run_arms(small_population, arms, 5, 0)["ico-2022"]
    again = run_arms(small_population, arms, 5, 0)["ico-2022"]
    other = run_arms(small_population, arms, 5, 1)["ico-2022"]
    same_snapshots(first, again)
    assert first.events == again.events
    assert first.person_days.sum() != other.person_days.sum()


def test_the_order_of_the_arms_and_their_company_change_no_arm(small_population, shipped_setups):
    names = ["no-uk-order", "ico-2022", "ico-2022-obeyed"]
    together = run_arms(small_population, {n: shipped_setups[n] for n in names}, 5, 0)
    turned = run_arms(small_population, {n: shipped_setups[n] for n in reversed(names)}, 5, 0)
    for name in names:
        alone = run_arms(small_population, {name: shipped_setups[name]}, 5, 0)[name]
        same_snapshots(together[name], turned[name])
        same_snapshots(together[name], alone)


def test_scenario_and_counterfactual_are_equal_until_the_first_event_that_differs(
    small_population, shipped_setups
):
    names = ["no-uk-order", "ico-2022", "ico-2022-obeyed"]
    arms = run_arms(small_population, {n: shipped_setups[n] for n in names}, 5, 0)
    same_snapshots(arms["no-uk-order"], arms["ico-2022"], until=OPENED)
    served = day_of(date(2022, 6, 14))
    same_snapshots(arms["ico-2022"], arms["ico-2022-obeyed"], until=served)
    last = {n: h.snapshots[-1] for n, h in arms.items()}
    obeyed = last["ico-2022-obeyed"].templates
    assert (last["ico-2022"].templates != obeyed).any()


NO_STRENGTH = {
    "cease-collection": {"strength": 0.0},
    "platform-defence": {"strength": 0.0},
    "duty-to-inform": {"reach": 0.0},
    "going-private": {"share": 0.0},
    "suppression-list": {"recognised": 0.0},
    "cloaking": {"share": 0.0},
    "access-without-photo": {"demanded": 1.0},
    "customer-ban": {"strength": 0.0},
    "private-sale-ban": {"strength": 0.0},
    "retention-limit": {"time": 36_500.0},
    "deletion-order": {"threshold": 60.0},
}
"""Options with which an intervention does nothing."""


@pytest.mark.parametrize("kind", NO_STRENGTH)
def test_an_intervention_of_zero_strength_equals_its_counterfactual_bit_for_bit(
    small_population, shipped_setups, kind
):
    base = shipped_setups["no-uk-order"]
    spec = InterventionSpec(kind, day_of(date(2021, 3, 4)), None, "GB", NO_STRENGTH[kind])
    arms = run_arms(
        small_population, {"none": base, "zero": replace(base, interventions=(spec,))}, 5, 0
    )
    same_snapshots(arms["none"], arms["zero"])
    np.testing.assert_array_equal(arms["none"].person_days, arms["zero"].person_days)
    assert arms["none"].requests == arms["zero"].requests
    assert arms["none"].searches == arms["zero"].searches


@pytest.mark.parametrize(
    "kind", ["cease-collection", "platform-defence", "duty-to-inform", "going-private"]
)
def test_an_intervention_of_full_strength_lets_fewer_be_searchable(
    small_population, shipped_setups, kind
):
    base = shipped_setups["no-uk-order"]
    options = dict.fromkeys(NO_STRENGTH[kind], 1.0)
    spec = InterventionSpec(kind, day_of(date(2021, 3, 4)), None, "GB", options)
    arms = run_arms(
        small_population, {"none": base, "full": replace(base, interventions=(spec,))}, 5, 0
    )
    assert arms["full"].person_days.sum() < arms["none"].person_days.sum()


def test_a_suspended_order_without_news_equals_its_counterfactual_bit_for_bit(
    small_population, shipped_setups, with_parameters
):
    silent = {"people.news_reach": 0.0}
    arms = run_arms(
        small_population,
        {n: with_parameters(shipped_setups[n], silent) for n in ("no-uk-order", "ico-2022")},
        5,
        0,
    )
    same_snapshots(arms["no-uk-order"], arms["ico-2022"])
    np.testing.assert_array_equal(arms["no-uk-order"].person_days, arms["ico-2022"].person_days)


@pytest.mark.parametrize("arm", ["ico-2022", "ico-2022-obeyed", "no-stay"])
@pytest.mark.parametrize("home", ["GB", "US"])
def test_one_more_isolated_person_leaves_everybody_elses_history_as_it_was(
    small_population, shipped_setups, arm, home
):
    setup = {arm: shipped_setups[arm]}
    everybody = np.arange(len(small_population))
    more = small_population.with_isolated_person(home)
    before = run_arms(small_population, setup, 5, 0, watched=everybody)[arm]
    after = run_arms(more, setup, 5, 0, watched=everybody)[arm]
    for field in ("held", "searchable", "held_at_notice"):
        np.testing.assert_array_equal(getattr(before.watched, field), getattr(after.watched, field))
    assert before.events == after.events
    newcomer = after.residents != before.residents
    assert newcomer.sum() == 1
    for one, other in zip(before.snapshots, after.snapshots, strict=True):
        for field in ("searchable", "held"):
            others = getattr(other, field)[~newcomer]
            np.testing.assert_array_equal(getattr(one, field)[~newcomer], others)
            assert 0 <= (getattr(other, field) - getattr(one, field)).sum() <= 1
        assert (one.gallery, one.displaced) == (other.gallery, other.displaced)


def test_exceeding_the_envelope_is_an_error_and_never_a_clip(
    small_population, shipped_setups, with_parameters
):
    tight = with_parameters(
        shipped_setups["ico-2022-obeyed"],
        {"crawler.envelope": 1.0, "crawler.redirect_share": 1.0},
    )
    with pytest.raises(EnvelopeError, match="envelope"):
        run_arms(small_population, {"obeyed": tight}, 5, 0)


def test_the_height_of_the_envelope_moves_no_result_beyond_its_error(
    small_population, shipped_setups, with_parameters
):
    base = shipped_setups["no-uk-order"]
    counts, spread = [], 0.0
    for height in (1.0, 2.0):
        setup = with_parameters(base, {"crawler.envelope": height})
        history = run_arms(small_population, {"a": setup}, 5, 0)["a"]
        counts.append(int(history.snapshots[-1].templates.sum()))
        # A photo of g faces adds them all at once: the count's variance is the sum of g squared.
        group = shared_by_arms(small_population, setup, 5, 0).candidates.group
        spread += float(group.mean()) * counts[-1]
    assert abs(counts[0] - counts[1]) < 4.0 * np.sqrt(spread)

"""What must always hold: nothing appears or disappears, nothing happens before its cause."""

from __future__ import annotations

import numpy as np
import pytest

from generators.photos import PhotoRows
from generators.scores import OperatorScores
from sim.matcher import ProbeRows, ScoresMatcher
from sim.model import run_arms

ARMS = ("no-uk-order", "ico-2022", "ico-2022-obeyed", "no-stay", "no-stay-ignored")


@pytest.fixture(scope="module", params=["shipped_setups", "recorded_setups"])
def histories(request, small_population, with_parameters):
    """The arms in the world of the British case alone, and in the world as recorded."""
    setups = request.getfixturevalue(request.param)
    # Many requests, so that erasure on request is at work beside the orders.
    busy = {"requests.rate": 0.2, "people.news_reach": 0.3, "desk.capacity": 1e6}
    setups = {name: with_parameters(setups[name], busy) for name in ARMS}
    return run_arms(small_population, setups, seed=3, replication=0)


@pytest.mark.parametrize("arm", ARMS)
def test_templates_ever_enrolled_are_searchable_hidden_or_erased_in_two_independent_logs(
    histories, arm
):
    """One log counts what recognition was told; the other is the state of each find.

    A template that recognition was told of twice, or never, would show as a difference.
    """
    t = histories[arm].templates
    assert t.enrolled > 10_000
    assert t.enrolled == t.searchable + t.hidden + t.erased
    assert t.world_enrolled == t.world_searchable + t.world_hidden + t.world_erased
    assert t.enrolled == t.world_enrolled
    assert t.searchable == t.world_searchable
    assert t.erased == t.world_erased


@pytest.mark.parametrize("arm", ARMS)
def test_searches_find_only_those_who_are_searchable(histories, arm):
    seen = histories[arm].searches
    assert seen.searches > 1000
    assert 0 < seen.found <= seen.mated <= seen.searches


@pytest.mark.parametrize("arm", ARMS)
def test_requests_are_answered_given_up_or_still_open(histories, arm):
    r = histories[arm].requests
    assert r.made > 10_000
    complete = r.made - r.abandoned
    # Arrivals are Poisson: four errors of their number.
    assert r.answered <= complete + 4 * complete**0.5
    assert r.answered > 0.3 * complete
    assert r.extra_photos <= complete


def test_the_conservation_test_has_something_to_conserve(histories):
    assert histories["ico-2022-obeyed"].templates.erased > 1_000
    assert histories["no-stay"].templates.recollected > 100
    assert histories["ico-2022"].templates.erased > 0


@pytest.mark.parametrize("arm", ARMS)
def test_no_event_happens_before_its_cause(histories, arm):
    events = histories[arm].events
    for event in events:
        if event.because is not None:
            assert event.because < event.id
            assert events[event.because].day <= event.day
    days = [event.day for event in events]
    assert days == sorted(days)


@pytest.mark.parametrize("arm", ARMS)
def test_money_collected_is_at_most_payable_and_payable_at_most_imposed(histories, arm):
    for ledger in histories[arm].ledgers:
        assert 0 <= ledger.collected <= ledger.payable <= ledger.imposed
        if ledger.case == "UK-ICO-2022":
            assert ledger.proposed == 17_000_000


@pytest.mark.parametrize("arm", ARMS)
def test_searchable_persons_never_exceed_held_persons_nor_held_persons_the_residents(
    histories, arm
):
    history = histories[arm]
    for snapshot in history.snapshots:
        assert (snapshot.searchable >= 0).all()
        assert (snapshot.searchable <= snapshot.held).all()
        assert (snapshot.held <= history.residents).all()


@pytest.mark.parametrize("arm", ARMS)
def test_person_days_equal_the_sum_of_daily_counts_within_a_week(histories, arm):
    """Person-days are booked by transitions; weekly counts are an independent, coarser log."""
    history = histories[arm]
    weekly = [s for s in history.snapshots if s.weekly]
    days = np.array([s.day for s in weekly])
    counts = np.array([s.searchable.sum() for s in weekly])
    spans = np.diff(np.concatenate([[-1], days]))
    upper = (np.maximum(counts, np.concatenate([[0], counts[:-1]])) * spans).sum()
    lower = (np.minimum(counts, np.concatenate([[0], counts[:-1]])) * spans).sum()
    assert lower <= history.person_days.sum() <= upper


def _rows(photo, person):
    n = len(photo)
    return PhotoRows(
        photo=np.asarray(photo, dtype=np.int64),
        person=np.asarray(person, dtype=np.int64),
        day=np.zeros(n, dtype=np.int32),
        age=np.full(n, 30, dtype=np.float32),
        quality=np.ones(n, dtype=np.float32),
        group=np.ones(n, dtype=np.int16),
    )


def test_no_search_returns_somebody_whose_templates_were_erased():
    scores = OperatorScores(0.0012, 0.2, 0.1, 0.5, 0.003)
    matcher = ScoresMatcher(2, scores)
    matcher.enrol(_rows([10, 11, 12], [0, 0, 1]))
    probes = ProbeRows(
        search=np.arange(2000),
        person=np.repeat([0, 1], 1000),
        day=np.zeros(2000, dtype=np.int32),
        luck=np.tile((np.arange(1000) + 0.5) / 1000, 2),
        background=np.full(2000, 0.5),
    )
    before = matcher.search(probes, 1e9)
    assert {0, 1} == set(before.person.tolist())
    matcher.hide(np.array([10, 11]), np.array([0, 0]))
    assert set(matcher.search(probes, 1e9).person.tolist()) == {1}
    matcher.erase(np.array([10, 11]), np.array([0, 0]))
    assert set(matcher.search(probes, 1e9).person.tolist()) == {1}
    assert matcher.held.tolist() == [0, 1]


def test_hiding_or_erasing_what_is_not_there_is_an_error():
    matcher = ScoresMatcher(1, OperatorScores(0.0012, 0.2, 0.1, 0.5, 0.003))
    matcher.enrol(_rows([1], [0]))
    with pytest.raises(ValueError, match="not hidden"):
        matcher.erase(np.array([1]), np.array([0]))
    other = ScoresMatcher(1, OperatorScores(0.0012, 0.2, 0.1, 0.5, 0.003))
    with pytest.raises(ValueError, match="not searchable"):
        other.hide(np.array([1]), np.array([0]))

"""What is done first because a lever is held stands in the log, with its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sim.dates import day_of, iso
from sim.model import run_arms
from sim.setup import InterventionSpec, Scope

SINCE = date(2020, 1, 1)


@pytest.fixture(scope="module")
def log(small_population, shipped_setups):
    """Return a function that runs interventions alone and returns the log."""
    alone = shipped_setups["no-uk-order"]

    def run(*specs):
        setup = replace(alone, interventions=specs)
        return run_arms(small_population, {"arm": setup}, 5, 0)["arm"].events

    return run


def power(kind, start=SINCE, end=None, scope=None, **options):
    last = None if end is None else day_of(end)
    where = scope or Scope()
    return InterventionSpec(kind, day_of(start), last, "GB", options, where)


@pytest.fixture(scope="module")
def events(log):
    """A run under one intervention for every actor."""
    return log(
        power("cease-collection", strength=0.5),
        power("platform-defence", strength=0.25, scope=Scope(platform="plaza")),
        power("retention-limit", end=date(2020, 4, 1), time=30.0),
        power("cloaking", share=0.5, shift=2.0),
        power("going-private", share=0.5),
        power("private-sale-ban", scope=Scope(jurisdiction="US")),
        power("access-without-photo"),
    )


@pytest.mark.parametrize(
    ("act", "actor", "begun", "at_once"),
    [
        ("filter_set", "operator", "cease-collection_begins", True),
        ("attempts_refused", "platform", "platform-defence_begins", True),
        ("customers_barred", "operator", "private-sale-ban_begins", True),
        ("accounts_made_private", "people", "going-private_begins", True),
        ("templates_expired", "operator", "retention-limit_begins", False),
        ("cloaked_photo_found", "people", "cloaking_begins", False),
        ("request_answered", "operator", "access-without-photo_begins", False),
    ],
)
def test_an_actor_acts_once_and_because_of_what_began(events, act, actor, begun, at_once) -> None:
    (done,) = [event for event in events if event.kind == act]
    cause = events[done.because]
    assert (done.actor, cause.kind, iso(cause.day)) == (actor, begun, SINCE.isoformat())
    assert (done.day == cause.day) is at_once


def test_the_log_says_what_is_held_at_which_value_and_over_whom(events) -> None:
    (begun,) = [event for event in events if event.kind == "platform-defence_begins"]
    assert begun.text.endswith("0.75 (plaza).")
    (refused,) = [event for event in events if event.kind == "attempts_refused"]
    assert "25%" in refused.text


def test_an_intervention_that_changes_nothing_says_so_and_nobody_acts(log) -> None:
    told = log(
        power("cease-collection", strength=0.0),
        power("private-sale-ban", scope=Scope(jurisdiction="CA")),
        power("retention-limit", end=date(2020, 4, 1), time=36500.0),
    )
    idle = {e.kind: told[e.because].kind for e in told if e.kind.endswith("_without_effect")}
    assert idle == {
        "cease-collection_without_effect": "cease-collection_begins",
        "private-sale-ban_without_effect": "private-sale-ban_begins",
    }
    assert not {"filter_set", "customers_barred", "templates_expired"} & {e.kind for e in told}


def test_what_comes_after_an_intervention_has_ended_is_not_its_doing(log) -> None:
    ended = power("retention-limit", end=date(2020, 1, 2), time=3650.0)
    later = power("retention-limit", start=date(2021, 1, 1), end=date(2021, 2, 1), time=30.0)
    told = log(ended, later)
    (expired,) = [event for event in told if event.kind == "templates_expired"]
    assert iso(told[expired.because].day) == "2021-01-01"

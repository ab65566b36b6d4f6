"""What reaches the operator's stores: orders to delete, audits of what they leave, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.dates import day_of, iso
from sim.measures import read_measures
from sim.model import run_arms
from sim.setup import InterventionSpec
from tests.conftest import PERFECT


@pytest.fixture(scope="module")
def run(small_population, shipped_setups, with_parameters):
    base = with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})

    def of(*specs):
        setup = replace(base, interventions=specs)
        return run_arms(small_population, {"arm": setup}, 5, 0)["arm"]

    return of


def power(kind, start, end=None, **options):
    return InterventionSpec(
        kind, day_of(start), None if end is None else day_of(end), "GB", options
    )


def value(history, name, at="2025-12-31"):
    (reading,) = (
        r
        for r in read_measures(history)
        if (r.name, r.margin) == (name, "all") and r.at in ("", at)
    )
    return reading.value


def dates(history, kind):
    return [iso(e.day) for e in history.events if e.kind == kind]


HIDE = power("deletion-order", date(2022, 1, 1), days=1.0, semantics="hide")
STOP = power("cease-collection", date(2022, 1, 1))


def audit(start=date(2023, 1, 1), end=None, **options):
    return power("independent-audit", start, end, **{"finds": 1.0, "every": 36500.0} | options)


def test_an_audit_has_erased_what_was_only_hidden(run):
    hidden, audited = run(HIDE, STOP), run(HIDE, STOP, audit())
    assert hidden.templates.hidden > 500
    assert audited.templates.hidden == 0
    assert audited.templates.erased >= hidden.templates.hidden
    assert value(audited, "residue") < 0.1 * value(hidden, "residue")
    found, removed = dates(audited, "audit_finds_residue"), dates(audited, "removal_started")
    assert (found, removed) == (["2023-01-01"], ["2022-01-01", "2023-01-01"])


def test_an_audit_of_nothing_that_was_ordered_changes_nothing_and_says_so(run):
    audited, without = run(audit()), run()
    assert dates(audited, "audit_without_order") == ["2023-01-01"]
    assert audited.templates == without.templates
    assert (audited.person_days == without.person_days).all()


def test_an_audit_looks_only_while_the_order_to_delete_holds(run):
    ended = replace(HIDE, end=day_of(date(2022, 12, 1)))
    assert dates(run(ended, STOP, audit()), "audit_without_order") == ["2023-01-01"]


def test_an_audit_that_finds_nothing_leaves_what_is_hidden(run):
    blind = run(HIDE, STOP, audit(finds=0.0))
    assert dates(blind, "audit_finds_nothing") == ["2023-01-01"]
    assert blind.templates == run(HIDE, STOP).templates


def test_audits_come_again_until_they_end(run):
    yearly = run(HIDE, STOP, audit(date(2022, 6, 1), date(2025, 1, 1), every=365.0))
    assert dates(yearly, "audit_finds_residue") == ["2022-06-01"]
    assert dates(yearly, "audit_finds_nothing") == ["2023-06-01", "2024-05-31"]


def test_an_audit_finds_nothing_where_everything_was_erased(run):
    erased = run(replace(HIDE, options={"days": 60.0, "semantics": "erase"}), STOP, audit())
    assert dates(erased, "removal_ended") == ["2022-03-02"]
    (found,) = (e for e in erased.events if e.kind == "audit_finds_nothing")
    assert found.text == "Nothing that was to be erased is left in a store."
    assert len(dates(erased, "removal_started")) == 1


def test_two_audits_have_what_was_ordered_erased_and_not_what_the_other_found(run):
    often = audit(date(2022, 6, 1), every=200.0)
    twice = run(HIDE, replace(often, start=often.start + 100), often)
    found = dates(twice, "audit_finds_residue")
    assert len(found) > 10
    assert len(dates(twice, "removal_started")) == 1 + len(found)


def test_the_surer_the_operator_must_be_the_fewer_it_removes(run):
    def left(*specs):
        history = run(STOP, *specs)
        return int(history.at(day_of(date(2022, 5, 18))).templates[history.scope])

    order = power("deletion-order", date(2022, 1, 1))
    kept = [left(replace(order, options={"threshold": nats})) for nats in (1.0, 3.0, 6.0)]
    assert kept == sorted(set(kept))
    assert left(order) == kept[1]


@pytest.mark.parametrize("counts", ["age", "rolling"])
def test_the_shorter_the_limit_the_less_is_held(run, counts):
    held = []
    for days in (1000.0, 90.0):
        limited = run(power("retention-limit", date(2021, 1, 1), time=days, counts=counts))
        held.append(int(limited.snapshots[-1].templates[limited.scope]))
    assert held == sorted(set(held), reverse=True)


def test_nothing_is_older_than_the_limit_where_the_operator_knows_who_lives_where(
    homebodies, shipped_setups, with_parameters
):
    base = with_parameters(shipped_setups["no-uk-order"], PERFECT)
    limit = power("retention-limit", date(2021, 1, 1), time=90.0)
    ended = replace(limit, end=day_of(date(2023, 1, 1)))
    arms = {"limit": replace(base, interventions=(limit,))}
    arms["ended"] = replace(base, interventions=(ended,))
    limited, let_go = run_arms(homebodies, arms, 5, 0).values()
    assert value(limited, "age_held") < 90.0 < value(let_go, "age_held")


def test_a_limit_takes_others_too_and_leaves_some_whom_it_is_about(run):
    limited = run(power("retention-limit", date(2021, 1, 1), time=365.0))
    assert value(limited, "over_deletion") > 0
    assert 0 < value(limited, "under_deletion", "2023-03-15") < 1


def test_a_limit_longer_than_the_run_erases_nothing(run):
    limited, without = run(power("retention-limit", date(2021, 1, 1), time=36500.0)), run()
    assert limited.templates == without.templates
    assert (limited.person_days == without.person_days).all()


def test_templates_that_are_given_up_come_back_where_the_photos_are_used_again(run):
    given_up = power("disgorgement", date(2022, 1, 1), days=30.0)
    again = replace(given_up, options=given_up.options | {"rebuild": 100.0})
    gone, rebuilt, without = run(given_up, STOP), run(again, STOP), run(STOP)
    left = [int(history.snapshots[-1].templates[history.scope]) for history in (gone, rebuilt)]
    assert left[0] < left[1] == int(without.snapshots[-1].templates[without.scope])
    assert dates(rebuilt, "templates_rebuilt") == ["2022-05-11"]
    assert dates(gone, "templates_rebuilt") == []


def test_a_disgorgement_that_ends_stops_where_it_stands(run):
    whole = power("disgorgement", date(2022, 1, 1), days=300.0)
    ended = replace(whole, end=day_of(date(2022, 4, 1)))
    assert 0 < run(ended, STOP).templates.erased < run(whole, STOP).templates.erased


def test_a_list_keeps_those_who_asked_from_being_found_again_and_keeps_a_template_of_each(
    small_population, shipped_setups, with_parameters
):
    base = with_parameters(
        shipped_setups["no-uk-order"],
        {"requests.rate": 1.0, "desk.capacity": 1e9, "crawler.revisit_rate": 2.0},
    )
    kept = power("suppression-list", date(2018, 1, 1), recognised=1.0)
    arms = {"without": base, "list": replace(base, interventions=(kept,))}
    without, listed = run_arms(small_population, arms, 5, 0).values()
    assert listed.listed[listed.scope] > 0
    assert listed.refused > 0
    assert value(listed, "searchable_persons") < value(without, "searchable_persons")
    assert value(listed, "residue") > value(without, "residue")


EVERYTHING = (
    power("duty-to-inform", date(2019, 1, 1), reach=0.5),
    power("going-private", date(2020, 1, 1), share=0.3),
    power("cloaking", date(2020, 1, 1), share=0.5),
    power("platform-defence", date(2020, 6, 1), strength=0.2),
    power("cease-collection", date(2021, 1, 1), strength=0.5),
    power("suppression-list", date(2021, 1, 1)),
    power("retention-limit", date(2021, 1, 1), time=700.0),
    power("disgorgement", date(2022, 1, 1), rebuild=60.0),
    power("deletion-order", date(2022, 6, 1), semantics="hide"),
    power("independent-audit", date(2023, 1, 1)),
    power("access-without-photo", date(2021, 1, 1)),
    power("customer-ban", date(2023, 1, 1), strength=0.5),
    power("private-action", date(2020, 1, 1)),
    power("periodic-penalty", date(2021, 1, 1)),
    power("monetary-penalty", date(2021, 1, 1)),
)


def test_one_more_isolated_person_changes_nobody_whatever_is_done(small_population, shipped_setups):
    setup = {"arm": replace(shipped_setups["no-uk-order"], interventions=EVERYTHING)}
    everybody = np.arange(len(small_population))
    more = small_population.with_isolated_person("GB")
    before = run_arms(small_population, setup, 5, 0, watched=everybody)["arm"]
    after = run_arms(more, setup, 5, 0, watched=everybody)["arm"]
    for field in ("held", "searchable", "held_at_notice"):
        np.testing.assert_array_equal(getattr(before.watched, field), getattr(after.watched, field))
    assert before.events == after.events
    for one, other in zip(before.snapshots, after.snapshots, strict=True):
        assert (one.gallery, one.displaced) == (other.gallery, other.displaced)


def test_what_was_enrolled_is_searchable_hidden_or_erased_whatever_is_done(
    small_population, shipped_setups
):
    setup = replace(shipped_setups["no-uk-order"], interventions=EVERYTHING)
    counts = run_arms(small_population, {"arm": setup}, 5, 1)["arm"].templates
    assert counts.enrolled == counts.searchable + counts.hidden + counts.erased
    assert counts.erased > 1000
    for name in ("enrolled", "searchable", "hidden", "erased"):
        assert getattr(counts, name) == getattr(counts, f"world_{name}")

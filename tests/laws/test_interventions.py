"""Interventions compose, end when they end, and jobs of a voided notice stay dead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from generators.errors import ParameterError, ScenarioError
from sim.dates import day_of, iso
from sim.interventions.completion import completed
from sim.interventions.kinds import ACTORS
from sim.interventions.registry import interventions
from sim.measures import read_measures, structural_zero
from sim.model import run_arms
from sim.setup import InterventionSpec, Scope, Step, StrategyName
from tests.conftest import PERFECT


@pytest.fixture(scope="module")
def run(small_population):
    return lambda setup: run_arms(small_population, {"arm": setup}, 5, 0)["arm"]


@pytest.fixture(scope="module")
def quiet(shipped_setups, with_parameters):
    return with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})


def listed(setup, *specs):
    return replace(setup, interventions=specs)


def power(kind, start, end=None, **options):
    return InterventionSpec(
        kind, day_of(start), None if end is None else day_of(end), "GB", options
    )


def values(history):
    return {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}


def levers(history):
    return [(iso(day), round(value, 6)) for day, _, value, _ in history.movers["levers"]]


def test_two_interventions_of_one_kind_compose_by_what_they_let_pass(run, quiet):
    start = date(2020, 1, 1)
    both = run(
        listed(
            quiet,
            power("platform-defence", start, strength=0.5),
            power("platform-defence", start, date(2021, 1, 1), strength=0.3),
        )
    )
    assert levers(both) == [("2020-01-01", 0.5), ("2020-01-01", 0.35), ("2021-01-01", 0.5)]
    alone = run(listed(quiet, power("platform-defence", start, strength=0.5)))
    assert both.snapshots[-1].gallery < alone.snapshots[-1].gallery


def test_the_order_in_which_a_scenario_lists_interventions_changes_nothing(run, quiet):
    start = date(2022, 5, 18)
    listing = (
        power("deletion-order", start, days=60.0),
        power("access-without-photo", start),
        power("cease-collection", start, strength=0.9),
        power("platform-defence", start, strength=0.2),
        power("going-private", start, share=0.1),
    )
    one, other = run(listed(quiet, *listing)), run(listed(quiet, *reversed(listing)))
    for a, b in zip(one.snapshots, other.snapshots, strict=True):
        for field in ("searchable", "held", "templates", "photos", "private"):
            assert (getattr(a, field) == getattr(b, field)).all()
        assert (a.gallery, a.displaced) == (b.gallery, b.displaced)
    begun = [e.kind for e in one.events if e.kind.endswith("_begins")]
    assert begun == [e.kind for e in other.events if e.kind.endswith("_begins")]
    assert begun == [
        "going-private_begins",
        "platform-defence_begins",
        "cease-collection_begins",
        "access-without-photo_begins",
    ]


def test_a_deletion_order_that_ends_stops_where_it_stands(run, quiet, with_parameters):
    slow = with_parameters(quiet, {"operator.erasure_capacity": 2e5})
    start = date(2021, 1, 1)
    ended = run(listed(slow, power("deletion-order", start, date(2021, 3, 1))))
    endless = run(listed(slow, power("deletion-order", start)))
    assert 0 < ended.templates.erased < endless.templates.erased
    kinds = [e.kind for e in ended.events]
    assert "removal_stopped" in kinds
    assert "removal_ended" not in kinds


def test_what_was_hidden_is_erased_by_a_later_order(run, quiet):
    hide = power("deletion-order", date(2022, 1, 1), days=1.0, semantics="hide")
    stop = power("cease-collection", date(2022, 1, 1))
    hidden = run(listed(quiet, hide, stop))
    assert hidden.templates.hidden > 500
    assert hidden.templates.erased == 0
    erase = power("deletion-order", date(2022, 6, 1), days=1.0)
    erased = run(listed(quiet, hide, stop, erase))
    assert erased.templates.hidden == 0
    assert erased.templates.erased >= hidden.templates.hidden
    assert erased.snapshots[-1].stored < hidden.snapshots[-1].stored
    assert hidden.snapshots[-1].stored > hidden.snapshots[-1].gallery


def test_the_gallery_behind_the_sample_finds_again_what_the_sample_finds_again(
    homebodies, quiet, with_parameters
):
    """Faces missing against the world without a removal, in real units: sample and gallery."""
    setup = with_parameters(
        quiet,
        {
            "crawler.revisit_rate": 1.0,
            "operator.purge_delay": 0.0,
            "operator.erasure_capacity": 1e12,
            **PERFECT,
        },
    )
    order = power("deletion-order", date(2022, 1, 1), days=1.0)
    arms = {"without": setup, "removed": listed(setup, order)}
    without, removed = run_arms(homebodies, arms, 5, 0).values()
    for when, tolerance in ((date(2022, 1, 2), 0.1), (date(2022, 12, 31), 0.1)):
        day = min(
            (s.day for s in removed.snapshots if s.day >= day_of(when)),
            default=removed.snapshots[-1].day,
        )
        a, b = without.at(day), removed.at(day)
        behind = a.gallery - b.gallery
        sample = ((a.templates - b.templates) * without.weights).sum()
        assert behind > 1e7
        assert sample == pytest.approx(behind, rel=tolerance)


def test_an_order_whose_stores_are_too_slow_is_logged_as_late(run, shipped_setups, with_parameters):
    obeyed = shipped_setups["ico-2022-obeyed"]
    slow = run(with_parameters(obeyed, {"operator.purge_delay": 300.0}))
    late = [e for e in slow.events if e.kind == "removal_late"]
    assert len(late) == 1
    assert "misses 2022-12-15" in late[0].text
    early = run(with_parameters(obeyed, {"operator.purge_delay": 120.0}))
    assert "removal_late" not in {e.kind for e in early.events}
    fine = run(shipped_setups["ico-2022-obeyed"])
    assert "removal_late" not in {e.kind for e in fine.events}
    ended = {e.kind: iso(e.day) for e in fine.events}["removal_ended"]
    assert ended == "2022-12-15"


def test_a_job_planned_under_a_voided_notice_does_not_come_back_with_it(run, shipped_setups):
    setup = shipped_setups["no-stay"]
    case = setup.cases[0]
    days = {
        "tribunal_sets_aside": date(2022, 7, 1),
        "appeal_sought": date(2022, 7, 10),
        "permission_refused_renewed": date(2022, 7, 20),
        "tribunal_restores_jurisdiction": date(2022, 8, 1),
    }
    steps = sorted(
        (
            replace(s, day=day_of(days[s.kind])) if s.kind in days else s
            for s in case.steps
            if s.kind != "hearing"
        ),
        key=lambda s: s.day,
    )
    events = run(replace(setup, cases=(replace(case, steps=tuple(steps)),))).events
    assert [iso(e.day) for e in events if e.kind == "collection_ceased"] == ["2022-11-01"]
    assert [iso(e.day) for e in events if e.kind == "removal_started"] == ["2022-11-01"]


def without_steps(setup, *kinds, more=()):
    case = setup.cases[0]
    steps = [s for s in case.steps if s.kind not in kinds] + list(more)
    steps.sort(key=lambda s: s.day)
    return replace(setup, cases=(replace(case, steps=tuple(steps)),))


def test_a_penalty_alone_is_set_aside_by_itself(run, shipped_setups):
    setup = without_steps(
        shipped_setups["ico-2022"], "enforcement_notice", "tribunal_restores_jurisdiction"
    )
    ledger = run(setup).ledgers[0]
    assert (ledger.proposed, ledger.imposed, ledger.payable) == (17_000_000, 0, 0)


def test_an_enforcement_notice_alone_needs_no_notice_of_intent(run, shipped_setups):
    setup = without_steps(shipped_setups["ico-2022"], "provisional_notice", "final_penalty")
    history = run(setup)
    assert history.ledgers[0].imposed == 0
    kinds = {e.kind: iso(e.day) for e in history.events}
    assert kinds["tribunal_restores_jurisdiction"] == "2025-10-06"


def test_a_dismissed_appeal_brings_both_notices_into_force(run, shipped_setups):
    dismissed = Step("appeal_dismissed", day_of(date(2023, 1, 10)))
    later = (
        "tribunal_sets_aside",
        "appeal_sought",
        "permission_refused_renewed",
        "tribunal_restores_jurisdiction",
        "hearing",
    )
    history = run(without_steps(shipped_setups["ico-2022"], *later, more=(dismissed,)))
    kinds = {e.kind: iso(e.day) for e in history.events}
    assert kinds["penalty_paid"] == "2023-01-10"
    assert kinds["collection_ceased"] == "2023-04-10"
    assert history.ledgers[0].collected == 7_552_800


def test_a_step_that_the_machine_does_not_know_is_refused(run, shipped_setups):
    odd = Step("seance", day_of(date(2022, 7, 1)))
    with pytest.raises(ScenarioError, match="no rule for the step 'seance'"):
        run(without_steps(shipped_setups["ico-2022"], more=(odd,)))


def test_erasing_and_hiding_are_never_called_structurally_equal(
    small_population, shipped_setups, with_parameters
):
    comply = with_parameters(shipped_setups["ico-2022-obeyed"], {"operator.purge_delay": 0.0})
    minimal = replace(comply, strategy=StrategyName.MINIMAL)
    arms = run_arms(small_population, {"comply": comply, "minimal": minimal}, 5, 0)
    key = ("held_persons", "2022-12-15")
    assert values(arms["comply"])[key] < values(arms["minimal"])[key]
    assert structural_zero("held_persons", arms["comply"], arms["minimal"]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"gallery.share.us": 0.65, "gallery.share.eu": 0.3, "gallery.share.uk": 0.2},
        {"signals.language.hit": 0.5, "signals.language.false": 0.7},
    ],
)
def test_parameters_that_cannot_hold_together_are_refused(
    run, shipped_setups, with_parameters, wrong
):
    with pytest.raises(ParameterError):
        run(with_parameters(shipped_setups["ico-2022-obeyed"], wrong))


def test_an_intervention_where_nobody_is_simulated_is_refused(run, quiet):
    spec = InterventionSpec("cease-collection", 100, None, "BR", {})
    with pytest.raises(ScenarioError, match="cannot cover BR: nobody is simulated there"):
        run(listed(quiet, spec))


def test_every_intervention_states_its_power_its_actor_and_where_its_numbers_come_from():
    for kind in interventions().values():
        assert kind.power.endswith("."), kind.name
        assert kind.address or "None needed" in kind.power, kind.name
        assert kind.order == ACTORS.index(kind.acts_on) + 1
        for name, option in kind.options.items():
            assert option.source, (kind.name, name)
            if option.default in option.choices:
                continue
            assert option.low is not None, (kind.name, name)
            assert option.high is not None, (kind.name, name)
            assert option.least <= option.low <= option.default <= option.high <= option.most


def test_a_scope_that_an_intervention_cannot_have_is_refused(run, quiet):
    spec = replace(power("deletion-order", date(2022, 1, 1)), scope=Scope("GB", platform="Fotoro"))
    with pytest.raises(ScenarioError, match="cannot be limited by platform"):
        run(listed(quiet, spec))


def test_everything_that_is_wrong_with_an_intervention_is_told_at_once():
    wrong = InterventionSpec(
        "disgorgement",
        100,
        None,
        "GB",
        {"dayz": 3.0, "days": 0.5, "rebuild": "soon"},
        Scope("GB", customer="state"),
    )
    with pytest.raises(ScenarioError) as caught:
        completed(wrong, interventions()["disgorgement"])
    told = [(fault.key, fault.expected) for fault in caught.value.faults]
    assert told == [
        ("customer", "a scope by jurisdiction"),
        ("dayz", "days, rebuild"),
        ("days", "a whole number, 1 to 3,650 days"),
        ("rebuild", "never or a whole number, 0 to 36,500 days"),
    ]
    fine = completed(
        InterventionSpec("disgorgement", 100, None, "GB", {"rebuild": 30}),
        interventions()["disgorgement"],
    )
    assert fine.options == {"days": 90.0, "rebuild": 30}

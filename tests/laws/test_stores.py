"""What is removed comes back, unless a list keeps it out; what is given up can be made anew."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.dates import day_of
from sim.interventions import registry
from sim.interventions.kinds import InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.measures import structural_zero
from sim.model import run_arms
from sim.operator.removal_order import RemovalOrder
from sim.setup import InterventionSpec
from tests.conftest import STILL
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2022, 1, 1))
SOME = 300


def suppresses(spec, actors):
    """Hold the list's lever, put some residents on it, and erase them the day after."""
    hold_levers(spec, actors, {"gallery.suppression": float(spec.options["share"])})

    def process():
        yield actors.env.timeout(spec.start + 1 - actors.env.now)
        for person in actors.people.population.residents(spec.jurisdiction)[:SOME]:
            actors.world_jobs.list_person(int(person), spec.start + 1)
            actors.world_jobs.remove_person(int(person), spec.start + 1)

    if spec.options["everybody"]:
        actors.env.process(process())


def gives_up(spec, actors):
    """Erase templates and keep photos, or both; after a year make templates anew."""
    only = bool(spec.options["only"])
    order = RemovalOrder(
        actors.source, spec.jurisdiction, spec.start, spec.start + 1, True, templates_only=only
    )
    actors.operator.start_removal(order)

    def process():
        yield actors.env.timeout(spec.start + 365 - actors.env.now)
        made.append(actors.world_jobs.rebuild(spec.jurisdiction, spec.start + 365))

    if spec.options["rebuilds"]:
        actors.env.process(process())


made = []


@pytest.fixture(autouse=True)
def known(monkeypatch):
    others = registry.interventions()
    options = {name: Option(1.0, name) for name in ("share", "everybody", "only", "rebuilds")}
    mine = {
        name: InterventionKind(name, name, "none", options, install)
        for name, install in (("suppress", suppresses), ("give-up", gives_up))
    }
    monkeypatch.setattr(registry, "interventions", lambda: others | mine)


@pytest.fixture
def still(shipped_setups, with_parameters):
    """Nobody is told or goes private; who lives where is known, and jobs take no time."""
    values = {**STILL, "operator.erasure_capacity": 1e12, "crawler.revisit_rate": 1.0}
    return with_parameters(shipped_setups["no-uk-order"], values)


def spec(kind, start=START, end=None, **options):
    return InterventionSpec(kind, start, end, "GB", options)


def run(population, base, **specs):
    arms = {n: replace(base, interventions=tuple(each)) for n, each in specs.items()}
    return run_arms(population, {"none": base, **arms}, 5, 0, watched=np.arange(SOME))


def test_what_is_erased_comes_back_after_a_geometric_time(homebodies, still):
    """Found again within t days: 1 - exp(-rate t), the geometric law of a daily hazard."""
    delete = spec("deletion-order", days=1.0)
    r = run(homebodies, still, deleted=[delete])["deleted"].recollection
    mine = r.jurisdiction == 0
    assert mine.sum() > 5_000
    for days in (30, 120, 600):
        share = (r.found[mine] & (r.days[mine] <= days)).mean()
        # Removed in the evening, found again from the next day on.
        expected = -math.expm1(-days / 365.25)
        assert share == pytest.approx(expected, abs=4.0 * math.sqrt(expected / mine.sum()))
    censored = r.days[mine & ~r.found]
    assert (censored >= 1).all()


def test_nothing_comes_back_where_collection_has_ceased(homebodies, still):
    stop, delete = spec("cease-collection"), spec("deletion-order", days=1.0)
    r = run(homebodies, still, gone=[stop, delete])["gone"].recollection
    assert len(r.days) > 5_000
    assert not r.found.any()
    assert (r.days >= still.last_day - START).all()


def test_a_list_that_recognises_nobody_equals_the_counterfactual_bit_for_bit(
    small_population, shipped_setups
):
    base = shipped_setups["ico-2022"]
    ran = run(small_population, base, zero=[spec("suppress", share=0.0, everybody=0.0)])
    same_snapshots(ran["none"], ran["zero"])
    assert ran["zero"].listed.sum() == 0


def test_a_list_keeps_one_template_of_each_and_lets_nothing_else_come_back(homebodies, still):
    free = spec("suppress", share=0.0)
    ran = run(homebodies, still, free=[free], listed=[spec("suppress", share=1.0)])
    listed, free = ran["listed"], ran["free"]
    assert SOME / 2 < listed.listed[0] <= SOME
    assert listed.listed[1:].sum() == 0
    # They are held through the list alone; only those who had nothing to list are found.
    assert (listed.watched.held > 0).sum() >= listed.listed[0]
    assert (listed.watched.searchable > 0).sum() <= SOME - listed.listed[0]
    assert (free.watched.searchable > 0).sum() > SOME / 2
    assert listed.refused > 1000
    assert not listed.recollection.found[listed.recollection.jurisdiction == 0].any()
    t = listed.templates
    assert t.enrolled == t.searchable + t.hidden + t.erased == t.world_enrolled
    assert structural_zero("held_persons", listed, ran["none"]) is None


def test_half_a_recognition_refuses_half_of_the_finds(homebodies, still):
    halves, all_ = spec("suppress", share=0.5), spec("suppress", share=1.0)
    ran = run(homebodies, still, none_=[spec("suppress", share=0.0)], half=[halves], all_=[all_])
    counts = [ran[n].templates.enrolled for n in ("all_", "half", "none_")]
    share = (counts[1] - counts[0]) / (counts[2] - counts[0])
    assert share == pytest.approx(0.5, abs=4.0 * 0.5 / math.sqrt(counts[2] - counts[0]))


def test_what_a_list_refused_is_found_once_the_list_is_given_up(homebodies, still):
    end = START + 500
    ran = run(homebodies, still, ends=[spec("suppress", share=1.0, end=end)])["ends"]
    mine = ran.recollection.jurisdiction == 0
    found = ran.recollection.found & mine
    assert found.any()
    assert (ran.recollection.days[found] >= 499).all()


def test_honoured_requests_put_people_on_the_list(
    small_population, shipped_setups, with_parameters
):
    busy = {"requests.rate": 0.5, "people.news_reach": 0.5, "desk.capacity": 1e6}
    base = with_parameters(shipped_setups["no-uk-order"], busy)
    keeps = spec("suppress", start=0, share=1.0, everybody=0.0)
    ran = run(small_population, base, keeps=[keeps])
    assert ran["keeps"].listed[0] > 0
    assert ran["keeps"].listed[1:].sum() == 0
    assert ran["none"].listed.sum() == 0
    assert ran["keeps"].templates.recollected < ran["none"].templates.recollected


def test_photos_whose_templates_are_given_up_are_still_held(homebodies, still):
    stop = spec("cease-collection")
    ran = run(
        homebodies,
        still,
        erased=[stop, spec("give-up", only=0.0, rebuilds=0.0)],
        kept=[stop, spec("give-up", rebuilds=0.0)],
        rebuilt=[stop, spec("give-up")],
    )
    here = ran["none"].cells.jurisdiction == 0
    last = {name: h.snapshots[-1] for name, h in ran.items()}
    assert last["erased"].searchable[here].sum() == last["kept"].searchable[here].sum() == 0
    assert last["erased"].held[here].sum() == 0
    assert last["kept"].held[here].sum() == last["rebuilt"].searchable[here].sum() > 500
    assert last["kept"].gallery < last["kept"].stored
    assert last["kept"].stored == pytest.approx(last["rebuilt"].stored)
    assert last["rebuilt"].gallery == pytest.approx(last["rebuilt"].stored)
    assert made[-1] == last["rebuilt"].templates[0]
    assert structural_zero("searchable_persons", ran["rebuilt"], ran["kept"]) is None
    for name in ("kept", "rebuilt"):
        t = ran[name].templates
        assert t.enrolled == t.searchable + t.hidden + t.erased == t.world_enrolled
        assert (t.searchable, t.erased) == (t.world_searchable, t.world_erased)


def test_a_later_erasure_takes_the_kept_photos_too(homebodies, still):
    stop, later = spec("cease-collection"), spec("deletion-order", START + 100, days=1.0)
    ran = run(homebodies, still, both=[stop, spec("give-up", rebuilds=0.0), later])["both"]
    last = ran.snapshots[-1]
    assert last.held[ran.cells.jurisdiction == 0].sum() == 0
    assert last.gallery == pytest.approx(last.stored)


def test_one_more_isolated_person_leaves_lists_and_spells_as_they_were(small_population, still):
    more = small_population.with_isolated_person("GB")
    arm = {"arm": replace(still, interventions=(spec("give-up"), spec("suppress", share=0.5)))}
    everybody = np.arange(len(small_population))
    before, after = (
        run_arms(p, arm, 5, 0, watched=everybody)["arm"] for p in (small_population, more)
    )
    for field in ("held", "searchable"):
        np.testing.assert_array_equal(getattr(before.watched, field), getattr(after.watched, field))
    assert before.snapshots[-1].stored == after.snapshots[-1].stored

"""The people as others reach them: told of what is held, or called on to go private."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from generators.errors import InterventionFailedError, ScenarioError
from sim.dates import day_of
from sim.interventions import registry
from sim.interventions.kinds import InterventionKind, Option
from sim.measures import read_measures, structural_zero
from sim.model import run_arms
from sim.setup import InterventionSpec
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2021, 3, 4))


def on_start(act):
    """Return how an intervention is installed that acts once, on its first day."""

    def install(spec, actors):
        def process():
            yield actors.env.timeout(spec.start - actors.env.now)
            act(spec, actors)

        actors.env.process(process())

    return install


def informs(spec, actors):
    actors.people.inform(spec.start, spec.options["share"], spec.jurisdiction)


def calls(spec, actors):
    for code in actors.people.population.jurisdictions:
        actors.people.go_private(spec.start, spec.options["share"], code)


def fails(spec, actors):
    raise RuntimeError("no such lever here")


@pytest.fixture(autouse=True)
def known(monkeypatch):
    options = {"share": Option(1.0, "share of those concerned")}
    acts = {"inform": on_start(informs), "call": on_start(calls), "late": on_start(fails)}
    acts["early"] = fails
    kinds = {n: InterventionKind(n, n, "none", options, act) for n, act in acts.items()}
    monkeypatch.setattr(registry, "interventions", lambda: kinds)


@pytest.fixture
def quiet(shipped_setups, with_parameters):
    silent = {"people.news_reach": 0.0, "people.private_after_news": 0.0}
    return with_parameters(shipped_setups["no-uk-order"], silent)


def arms(population, base, **specs):
    listed = {n: replace(base, interventions=(spec,)) for n, spec in specs.items()}
    return run_arms(population, {"none": base, **listed}, 5, 0)


def act(kind, share, start=START, place=""):
    return InterventionSpec(kind, start, None, "GB", {"share": share}, place=place)


def reading(history, name):
    return next(r.value for r in read_measures(history) if r.name == name and r.margin == "all")


def here_of(history):
    return history.residents[history.cells.jurisdiction == history.scope].sum()


@pytest.mark.parametrize("kind", ["inform", "call"])
def test_telling_or_calling_nobody_equals_the_counterfactual_bit_for_bit(
    small_population, quiet, kind
):
    told = arms(small_population, quiet, zero=act(kind, 0.0))
    same_snapshots(told["none"], told["zero"])
    np.testing.assert_array_equal(told["none"].person_days, told["zero"].person_days)
    assert told["none"].requests == told["zero"].requests
    assert structural_zero("share_informed", told["zero"], told["none"]) is not None


def test_a_notice_reaches_those_of_whom_something_is_held_and_nobody_else(small_population, quiet):
    told = arms(small_population, quiet, all=act("inform", 1.0), half=act("inform", 0.5))
    informed = {n: h.snapshots[-1].informed[h.scope] for n, h in told.items()}
    here = told["none"].cells.jurisdiction == told["none"].scope
    held = {s.day: s.held[here].sum() for s in told["none"].snapshots}
    before, after = (held[f(d for d in held if abs(START - d) < 7)] for f in (min, max))
    assert before <= informed["all"] - informed["none"] <= after
    assert 100 < before < after + 5 < here_of(told["none"])
    full, half = (informed[n] - informed["none"] for n in ("all", "half"))
    assert half == pytest.approx(full / 2, abs=4 * (full / 4) ** 0.5)
    assert reading(told["all"], "share_informed") > reading(told["half"], "share_informed")
    assert reading(told["all"], "requests_made") > reading(told["half"], "requests_made")
    assert told["half"].requests.made > told["none"].requests.made
    assert structural_zero("requests_made", told["half"], told["none"]) is None


def test_expected_requests_follow_the_share_that_a_notice_reaches(small_population, quiet):
    """The expectation counts those whom a notice reaches on average, not those it happened to."""
    told = arms(small_population, quiet, all=act("inform", 1.0), half=act("inform", 0.5))
    more = {n: h.requests.made - told["none"].requests.made for n, h in told.items()}
    assert more["half"] == pytest.approx(more["all"] / 2, rel=1e-9)


def test_where_everybody_is_private_from_the_first_day_nothing_is_held(small_population, quiet):
    alone = arms(small_population, quiet, all=act("call", 1.0, start=0))["all"]
    assert alone.templates.enrolled == 0
    assert alone.snapshots[-1].held.sum() == 0


def test_the_more_heed_a_call_the_fewer_are_searchable(small_population, quiet):
    called = arms(small_population, quiet, few=act("call", 0.2), many=act("call", 0.8))
    left = [reading(called[n], "searchable_persons") for n in ("none", "few", "many")]
    assert left[0] > left[1] > left[2]
    private = [called[n].snapshots[-1].private.sum() for n in ("none", "few", "many")]
    assert private[0] < private[1] < private[2]
    same_snapshots(called["none"], called["many"], until=START - 7)


@pytest.mark.parametrize(("kind", "when"), [("late", "2021-03-04"), ("early", "2017-01-01")])
def test_an_interventions_own_error_names_it_its_date_its_line_and_the_rerun(
    small_population, quiet, kind, when
):
    spec = act(kind, 1.0, place="mine.yaml:12")
    with pytest.raises(InterventionFailedError) as caught:
        run_arms(small_population, {"arm": replace(quiet, interventions=(spec,))}, 5, 3)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == ("mine.yaml", 12)
    assert f"'{kind}' failed on {when} in replication 3 of seed 5" in fault.message
    assert "RuntimeError: no such lever here" in fault.message
    assert caught.value.again == ("--only-replication", "3")


def test_a_share_beyond_all_and_an_unknown_country_are_refused(small_population, quiet):
    for spec in (act("inform", 1.5), replace(act("inform", 1.0), jurisdiction="ZZ")):
        with pytest.raises(ScenarioError):
            arms(small_population, quiet, wrong=spec)

"""Orders cover those whom they name: residents of a country, an age band, a platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from generators.errors import EnvelopeError, ScenarioError
from generators.population import AGE_BANDS
from sim.dates import day_of
from sim.levers import Levers
from sim.model import run_arms, shared_by_arms
from sim.operator.in_play import in_play
from sim.operator.signals import Signals
from sim.setup import EVERYWHERE, InterventionSpec, Scope
from tests.conftest import PERFECT
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2021, 3, 4))


def listed(kind, jurisdiction="GB", *, start=START, scope=EVERYWHERE, **options):
    return InterventionSpec(kind, start, None, jurisdiction, options, scope=scope)


CEASE_AU = listed("cease-collection", "AU")
CEASE_FR = listed("cease-collection", "FR")
CHILDREN = listed("cease-collection", scope=Scope(group=AGE_BANDS[0]))


@pytest.fixture
def quiet(shipped_setups, with_parameters):
    return with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})


def ordered(setup, *specs):
    return replace(setup, interventions=specs)


def arms(population, base, **specs):
    made = {name: ordered(base, *each) for name, each in specs.items()}
    return run_arms(population, {"none": base, **made}, 5, 0)


def templates(history, code):
    return history.snapshots[-1].templates[history.jurisdictions.index(code)]


def still(setup, **values):
    """Nobody goes private or asks, so that thinning alone decides what is enrolled."""
    names = {"requests.rate": 0.0, "people.private_after_news": 0.0, "crawler.redirect_share": 0.0}
    return replace(setup, parameters=setup.parameters.with_values(names | values))


def on_platform(population, kind="platform-defence", **options):
    return listed(kind, scope=Scope(platform=population.platforms[0]), **options)


# -- what is told apart, and its share of the gallery ---------------------------------------


def test_only_what_some_arm_is_about_is_told_apart(shipped_setups, small_population):
    base, codes = shipped_setups["no-uk-order"], small_population.jurisdictions
    plain = in_play([base, shipped_setups["ico-2022"]], codes, 3.0)
    assert plain.codes == ("GB",)
    assert plain.thresholds == ((3.0,),)
    assert not plain.bands
    assert not plain.platforms
    several = in_play(
        [base, ordered(base, CEASE_FR, CHILDREN), ordered(base, CEASE_AU)], codes, 3.0
    )
    assert several.codes == ("GB", "AU", "FR")
    assert several.bands
    strict = listed("deletion-order", "AU", threshold=5.0)
    assert in_play([ordered(base, strict)], codes, 3.0).thresholds == ((3.0,), (3.0, 5.0))


def test_a_lever_on_faces_that_are_not_told_apart_is_refused(shipped_setups, small_population):
    codes = small_population.jurisdictions
    apart = in_play([shipped_setups["no-uk-order"]], codes, 3.0)
    levers = Levers(lambda day: None, None, apart.refusal)
    for scope in (Scope("AU"), Scope(group=AGE_BANDS[0]), Scope("GB", group="elders")):
        with pytest.raises(ValueError, match="cannot be set"):
            levers.set("crawler.in_scope_pass", "me", 3, 0.5, scope)
    with pytest.raises(ValueError, match="cannot be set"):
        levers.set("platform.pass", "me", 3, 0.5, Scope(platform="elsewhere"))
    levers.set("crawler.in_scope_pass", "me", 3, 0.5, Scope("GB"))


def test_the_shares_of_the_parts_are_those_of_the_finds(small_population, quiet):
    """Every part in closed form against the finds that chance gave: weighted, errors by person.

    The tolerance is four errors of a share whose faces come in clumps of one uploader's photos.
    """
    cease = listed("cease-collection", "US")
    setup = ordered(quiet, cease, CHILDREN, on_platform(small_population))
    shared = shared_by_arms(small_population, setup, 5, 0)
    parts, finds = shared.parts, shared.candidates
    assert parts.shares.sum() == pytest.approx(1.0, abs=1e-9)
    assert (parts.shares >= 0.0).all()
    weight = small_population.weights[small_population.jurisdiction][finds.person]
    weight = weight / weight.sum()
    counted = parts.counted("GB"), parts.counted("US"), parts.counted("US") & parts.counted("GB")
    masks = [
        *counted,
        *(parts.band == band for band in range(len(AGE_BANDS))),
        *(parts.platform == place for place in range(len(small_population.platforms))),
        parts.filtered(Scope("GB", group=AGE_BANDS[1])) & (parts.platform == 0),
    ]
    for mask in masks:
        mine = np.where(mask[shared.part], weight, 0.0)
        by_uploader = np.bincount(finds.uploader, weights=mine - parts.shares[mask].sum() * weight)
        error = np.sqrt((by_uploader**2).sum())
        assert mine.sum() == pytest.approx(parts.shares[mask].sum(), abs=4.0 * error)
        assert error < 0.1


def test_a_threshold_that_an_order_states_cuts_a_part_of_its_own(small_population, quiet):
    signals = Signals.of(quiet.parameters)
    strict = listed("deletion-order", "GB", threshold=6.0)
    shared = shared_by_arms(small_population, ordered(quiet, strict), 5, 0)
    above = shared.parts.counted("GB", 6.0)
    np.testing.assert_array_equal(above[shared.part], shared.candidates.evidence > 6.0)
    lax, tight = (shared.parts.shares[shared.parts.counted("GB", t)].sum() for t in (None, 6.0))
    (hit, false), (hit_strict, false_strict) = (signals.rates(t) for t in (None, 6.0))
    posted = (lax - false) / (hit - false)
    assert 0.005 < posted < 0.03
    assert tight == pytest.approx(posted * hit_strict + (1.0 - posted) * false_strict)
    with pytest.raises(ScenarioError, match="not told apart"):
        shared.parts.counted("GB", 4.0)


def test_more_parts_than_a_run_keeps_apart_are_refused(small_population, quiet):
    every = [listed("cease-collection", code) for code in small_population.jurisdictions]
    with pytest.raises(ScenarioError, match="parts"):
        run_arms(small_population, {"arm": ordered(quiet, *every)}, 5, 0)


# -- laws -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        listed("cease-collection", "AU", strength=0.0),
        listed("cease-collection", scope=Scope(group=AGE_BANDS[0]), strength=0.0),
        "platform",
    ],
    ids=["country", "age band", "platform"],
)
def test_a_scoped_order_of_zero_strength_equals_its_counterfactual_bit_for_bit(
    small_population, quiet, spec
):
    if spec == "platform":
        spec = on_platform(small_population, strength=0.0)
    ran = arms(small_population, quiet, zero=[spec])
    same_snapshots(ran["none"], ran["zero"])
    np.testing.assert_array_equal(ran["none"].person_days, ran["zero"].person_days)
    assert "levers" not in ran["zero"].movers


def test_telling_one_more_country_apart_changes_nobodys_history(small_population, quiet):
    alone = run_arms(small_population, {"none": quiet}, 5, 0)["none"]
    beside = arms(small_population, quiet, au=[CEASE_AU])["none"]
    np.testing.assert_array_equal(alone.person_days, beside.person_days)
    for one, other in zip(alone.snapshots, beside.snapshots, strict=True):
        np.testing.assert_array_equal(one.templates, other.templates)
        assert one.gallery == pytest.approx(other.gallery, rel=1e-12)


def test_an_order_in_one_country_spares_another(homebodies, quiet):
    """With an inference that never errs and friends at home, exactly those it names are spared."""
    exact = still(quiet, **PERFECT)
    delete = listed("deletion-order", "AU", days=30.0)
    ran = arms(homebodies, exact, cease=[CEASE_AU], both=[CEASE_AU, delete], fr=[CEASE_FR])
    none = ran["none"]
    for name in ("cease", "both"):
        for code in ("GB", "FR"):
            assert templates(ran[name], code) == templates(none, code)
    assert templates(ran["both"], "AU") < templates(ran["cease"], "AU") < templates(none, "AU")
    assert templates(ran["both"], "AU") == 0
    assert templates(ran["fr"], "AU") == templates(none, "AU")
    assert ran["both"].over_deleted.sum() == 0


def test_an_order_for_an_age_band_takes_exactly_the_photos_taken_at_that_age(
    small_population, quiet
):
    setup = still(ordered(quiet, replace(CHILDREN, start=0)))
    shared = shared_by_arms(small_population, setup, 5, 0)
    finds = shared.candidates
    birth = small_population.birth_day[finds.person]
    barred = (finds.captured - birth < 18 * 365.25) & (finds.evidence > 3.0)
    assert setup.parameters["operator.residency.threshold"] == 3.0
    found = finds.accept < 1.0 / setup.parameters["crawler.envelope"]
    history = run_arms(small_population, {"arm": setup}, 5, 0)["arm"]
    assert history.templates.enrolled == (found & ~barred).sum()
    assert (found & barred).sum() > 10


def test_a_shut_platform_lets_through_exactly_what_others_hold(small_population, quiet):
    spec = on_platform(small_population, start=0, strength=1.0)
    setup = still(ordered(quiet, spec))
    finds = shared_by_arms(small_population, setup, 5, 0).candidates
    history = run_arms(small_population, {"arm": setup}, 5, 0)["arm"]
    found = finds.accept < 1.0 / setup.parameters["crawler.envelope"]
    assert history.templates.enrolled == (found & (finds.platform != 0)).sum()
    assert (found & (finds.platform == 0)).any()


def test_filters_thin_by_their_product(small_population, quiet):
    """Two orders that each let a share pass let their product pass of faces that count for both."""
    half = [listed("cease-collection", code, start=0, strength=0.5) for code in ("GB", "AU")]
    setup = still(ordered(quiet, *half))
    shared = shared_by_arms(small_population, setup, 5, 0)
    counts = [shared.parts.counted(code)[shared.part].astype(int) for code in ("GB", "AU")]
    rate = 0.5 ** sum(counts) / setup.parameters["crawler.envelope"]
    history = run_arms(small_population, {"arm": setup}, 5, 0)["arm"]
    assert history.templates.enrolled == (shared.candidates.accept < rate).sum()
    assert (sum(counts) == 2).any()


def test_the_gallery_behind_the_sample_loses_what_the_sample_loses(homebodies, quiet):
    """Faces of Australia's residents that an order there takes, in real units."""
    ran = arms(homebodies, still(quiet, **PERFECT), us=[listed("cease-collection", "US", start=0)])
    behind = ran["none"].snapshots[-1].gallery - ran["us"].snapshots[-1].gallery
    lost = (ran["none"].snapshots[-1].templates - ran["us"].snapshots[-1].templates) * ran[
        "none"
    ].weights
    assert behind > 1e8
    assert lost.sum() == pytest.approx(behind, rel=0.1)


def test_freed_capacity_goes_to_those_whom_no_filter_covers(small_population, quiet):
    moved = replace(quiet, parameters=quiet.parameters.with_values({"crawler.redirect_share": 1.0}))
    ran = arms(small_population, moved, au=[CEASE_AU], both=[CEASE_AU, listed("cease-collection")])
    last = {name: h.snapshots[-1] for name, h in ran.items()}
    assert last["none"].displaced == 0.0
    assert 0.0 < last["au"].displaced < last["both"].displaced
    assert last["au"].gallery == pytest.approx(last["none"].gallery, rel=1e-9)
    assert templates(ran["au"], "GB") >= templates(ran["none"], "GB") * 0.99
    assert templates(ran["au"], "US") > templates(ran["none"], "US")


def test_a_scoped_filter_that_exceeds_the_envelope_is_an_error(small_population, quiet):
    tight = {"crawler.envelope": 1.0, "crawler.redirect_share": 1.0}
    setup = ordered(quiet, CEASE_AU)
    setup = replace(setup, parameters=setup.parameters.with_values(tight))
    with pytest.raises(EnvelopeError):
        run_arms(small_population, {"arm": setup}, 5, 0)


@pytest.mark.parametrize("home", ["GB", "AU"])
def test_one_more_isolated_person_leaves_scoped_histories_as_they_were(
    small_population, quiet, home
):
    delete = listed("deletion-order", "AU", days=30.0)
    setup = {"arm": ordered(quiet, CEASE_AU, delete, CHILDREN, on_platform(small_population))}
    everybody = np.arange(len(small_population))
    more = small_population.with_isolated_person(home)
    before, after = (
        run_arms(people, setup, 5, 0, watched=everybody)["arm"]
        for people in (small_population, more)
    )
    for field in ("held", "searchable", "held_at_notice"):
        np.testing.assert_array_equal(getattr(before.watched, field), getattr(after.watched, field))
    assert before.events == after.events
    for one, other in zip(before.snapshots, after.snapshots, strict=True):
        assert (one.gallery, one.displaced) == (other.gallery, other.displaced)


def test_what_scoped_orders_remove_is_conserved_in_both_logs(small_population, quiet):
    delete = [listed("deletion-order", code, days=30.0) for code in ("GB", "AU")]
    t = arms(small_population, quiet, two=delete)["two"].templates
    assert t.erased > 100
    assert t.recollected > 10
    assert t.enrolled == t.searchable + t.hidden + t.erased == t.world_enrolled
    assert (t.searchable, t.erased) == (t.world_searchable, t.world_erased)


# -- extremes -------------------------------------------------------------------------------


def test_where_nobody_is_online_nothing_is_found_and_no_order_has_anything_to_do(
    small_population, quiet
):
    offline = replace(
        small_population,
        online=np.zeros_like(small_population.online),
        accounts=np.zeros_like(small_population.accounts),
        public=np.zeros_like(small_population.public),
    )
    delete = listed("deletion-order", "AU", days=30.0)
    history = arms(offline, quiet, all=[CEASE_AU, delete, CHILDREN])["all"]
    assert history.templates.enrolled == 0
    assert history.snapshots[-1].held.sum() == 0
    assert len(history.recollection.days) == 0


@pytest.mark.parametrize("code", ["GB", "AU"])
def test_without_capacity_nothing_is_erased_and_with_all_of_it_everything_in_a_day(
    homebodies, quiet, code
):
    stop, delete = listed("cease-collection", code), listed("deletion-order", code, days=1.0)
    at = {"operator.purge_delay": 0.0, **PERFECT}
    idle, swift = (
        arms(
            homebodies, still(quiet, **at, **{"operator.erasure_capacity": most}), a=[stop, delete]
        )
        for most in (0.0, 1e13)
    )
    stopped = arms(homebodies, still(quiet, **at), a=[stop])["a"]
    assert idle["a"].templates.erased == 0
    assert templates(idle["a"], code) == templates(stopped, code) > 0
    day = min(s.day for s in swift["a"].snapshots if s.day > START + 2)
    assert swift["a"].at(day).templates[swift["a"].jurisdictions.index(code)] == 0

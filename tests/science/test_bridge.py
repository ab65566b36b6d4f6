"""From images to residents: the sample reproduces the closed forms within stated error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generators.calendar import DAYS_A_YEAR, NEVER
from generators.errors import ParameterError
from generators.population import build_population
from sim.arm import Arm
from sim.draws import streams
from sim.measures import read_measures
from sim.model import run_arms, shared_by_arms
from sim.operator.gallery_shares import gallery_shares
from sim.people.capture import captured_before
from sim.people.findability import findability_of, mean_tagged
from sim.people.finds import draw_platforms, platform_rates
from sim.people.least_rates import least_rates
from sim.people.posted import posted_from
from sim.setup import InterventionSpec
from sim.world import CANDIDATE
from tests.closed_forms import expected_finds, own_share

REPLICATIONS = 3
LONG_AGO = -40_000
"""A birth day before any photo was taken."""


@pytest.fixture(scope="module")
def population():
    return build_population(20_000, 11, acquaintances="by community")


@pytest.fixture(scope="module")
def ageless(population):
    """The same people, all born long before the first photo."""
    born = np.full(len(population), LONG_AGO, dtype=np.int32)
    return replace(population, birth_day=born)


@pytest.fixture(scope="module")
def quiet(shipped_setups, with_parameters):
    """No case, no news: only collection."""
    return with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})


@pytest.fixture(scope="module")
def histories(population, quiet):
    return [run_arms(population, {"a": quiet}, 1, k)["a"] for k in range(REPLICATIONS)]


@pytest.fixture(scope="module")
def findability(population, quiet):
    return findability_of(population, quiet.parameters)


@pytest.fixture(scope="module")
def shared(population, quiet):
    return shared_by_arms(population, quiet, 1, 0)


@pytest.fixture(scope="module")
def finds(shared):
    return shared.candidates


def expected(population, findability, setup, day):
    """Return the mean number of photos held of each person at the end of a day."""
    images = setup.curves.images[: day + 2]
    return expected_finds(population, findability, images, setup.parameters["photos.lag"])


def ratio(part, whole, cluster):
    """Return a share and its standard error, the faces of one cluster taken together."""
    above, below = (np.bincount(cluster, weights=x) for x in (part, whole))
    value = above.sum() / below.sum()
    return value, np.sqrt(((above - value * below) ** 2).sum()) / below.sum()


def test_findability_has_mean_one_in_every_jurisdiction(ageless, quiet):
    """To rounding, whatever the sample: F_j = N phi s_j."""
    p = quiet.parameters
    shares = gallery_shares(ageless.regions, ageless.real_residents, p)
    held = expected(ageless, findability_of(ageless, p), quiet, quiet.last_day)
    weighted = np.bincount(ageless.jurisdiction, weights=held) * ageless.weights
    faces = quiet.curves.images[quiet.last_day + 1] * p["gallery.faces_per_image"] * shares
    np.testing.assert_allclose(weighted, faces, rtol=2e-6)


@pytest.mark.parametrize(("cv", "miss"), [(1.25, 0.05), (2.0, 0.15)])
def test_findability_has_the_stated_spread(ageless, quiet, cv, miss):
    """In closed form over posting, and in the sample as far as its few heaviest posters allow."""
    setup = quiet.parameters.with_values({"people.findability_cv": cv})
    found = findability_of(ageless, setup)
    here = ageless.jurisdiction == 0

    def means(posts):
        return expected(ageless, replace(found, posts=posts), quiet, quiet.last_day)[here]

    mine = means(found.posts)
    assert mine.std() / mine.mean() == pytest.approx(cv, rel=miss)
    typical = found.posts / np.exp(found.sigma * ageless.posting_z - found.sigma**2 / 2.0)
    squares = []
    for k in range(240):
        z = streams(2, k).normal("photo.lag", np.arange(len(ageless)))
        squares.append(
            (means(typical * np.exp(found.sigma * z - found.sigma**2 / 2.0)) ** 2).mean()
        )
    squares = np.array(squares) / mine.mean() ** 2
    error = squares.std(ddof=1) / np.sqrt(len(squares))
    assert squares.mean() == pytest.approx(1.0 + cv**2, abs=4.0 * error)
    assert error < 0.06 * (1.0 + cv**2)


def test_a_spread_that_posting_cannot_reach_is_refused_and_the_smallest_is_named(population, quiet):
    p = quiet.parameters.with_values({"photos.uploader_shown": 1.0, "photos.others": 0.0})
    lonely = p.with_values({"people.findability_cv": 1.1})
    with pytest.raises(ParameterError) as caught:
        findability_of(population, lonely)
    (fault,) = caught.value.faults
    assert fault.key == "people.findability_cv"
    least = float(fault.expected.split()[0])
    assert 1.1 < least < 2.0
    evenly = findability_of(population, p.with_values({"people.findability_cv": least}))
    assert evenly.sigma == pytest.approx(0.0, abs=0.1)


def test_rates_of_posting_are_the_least_that_reach_everybody():
    gain = np.array([[2.0, 0.0], [1.0, 4.0]])
    rates = least_rates(gain, np.array([2.0, 5.0]), np.array([1.0, 1.0]))
    np.testing.assert_allclose(rates, [1.0, 1.0], rtol=1e-6)
    # Friends abroad already show the second too often: its own uploaders post nothing.
    rates = least_rates(gain, np.array([2.0, 0.5]), np.array([1.0, 1.0]))
    np.testing.assert_allclose(rates, [1.0, 0.0], atol=1e-6)
    # A jurisdiction without an uploader of its own asks for nothing.
    rates = least_rates(np.array([[2.0, 0.0], [1e-9, 0.0]]), np.array([2.0, 5.0]), np.ones(2))
    np.testing.assert_allclose(rates, [1.0, 0.0], atol=1e-6)


def test_faces_of_close_ties_follow_from_how_many_stand_in_a_photo():
    rng = np.random.default_rng(3)
    for others, ties, shown in (
        (0.0, 5, 0.3),
        (0.7, 5, 0.8),
        (2.4, 2, 0.5),
        (3.0, 9, 0.9),
        (1, 0, 0),
    ):
        u, v = rng.random((2, 200_000))
        count = np.floor(others + u)
        count = np.minimum(np.where(v < shown, count, np.maximum(count, 1)), ties)
        mean = mean_tagged(np.array([float(others)]), np.array([ties]), shown)[0]
        assert count.mean() == pytest.approx(mean, abs=4.0 * count.std() / 447.0 + 1e-12)


def test_a_gallery_holds_photos_from_before_a_day_as_drawn_lags_say():
    images = np.cumsum(np.concatenate([[0.0], np.linspace(1.0, 3.0, 900)]))
    rng = np.random.default_rng(5)
    found = np.searchsorted(images, rng.random(400_000) * images[-1], side="right") - 1
    for lag in (0.0, 50.0, 700.0):
        taken = found - np.floor(lag * rng.exponential(size=found.size))
        days = np.array([-800, -1, 0, 1, 450, 900, 2000])
        share = captured_before(images, lag, days)
        for day, value in zip(days, share, strict=True):
            assert (taken < day).mean() == pytest.approx(value, abs=4.0 * 0.5 / 632.0)


def test_without_orders_weighted_finds_reproduce_the_faces_held_of_each_jurisdiction(
    population, findability, quiet, histories, finds
):
    """F_j(t) = N(t) phi s_j: the sample's weighted templates, day by day, within four errors.

    Photos are a year old on average when they are found, and nobody stands in one from before a
    birth; what that takes from the total is known, and stays below 1.5 % of it
    in the first jurisdiction and 3.5 % in any.
    """
    images = quiet.curves.images
    p = quiet.parameters
    shares = gallery_shares(population.regions, population.real_residents, p)
    # A photo of g faces adds them all at once: the count's variance is the sum of g squared.
    together = float(finds.group.mean())
    for day in (1963, 2174, 3286):
        held = np.mean([h.at(day).templates for h in histories], axis=0)
        mean = np.bincount(
            population.jurisdiction, weights=expected(population, findability, quiet, day)
        )
        faces = images[day + 1] * p["gallery.faces_per_image"] * shares
        missing = 1.0 - mean * population.weights / faces
        assert (missing > -1e-6).all()
        assert missing[0] < 0.015
        assert (missing < 0.035).all()
        error = np.sqrt(together * mean / REPLICATIONS)
        assert (np.abs(held - mean) < 4.0 * error).all()


def test_everybody_is_found_as_often_as_their_own_closed_form_says(
    population, findability, quiet, finds
):
    """Counts of a person are Poisson with the person's mean: squared misses are as large."""
    mean = expected(population, findability, quiet, quiet.last_day)
    mean = mean * quiet.parameters["crawler.envelope"]
    counted = np.bincount(finds.person, minlength=len(population))
    assert counted[mean == 0.0].sum() == 0
    some = mean > 0.5
    squares = (counted[some] - mean[some]) ** 2 / mean[some]
    # A square has variance 2 + 1/m; those who stand in one photo miss together, four at most.
    error = np.sqrt(4.0 * (2.0 + 1.0 / mean[some]).sum()) / some.sum()
    assert squares.mean() == pytest.approx(1.0, abs=4.0 * error)
    assert error < 0.05


def test_searchable_persons_match_the_closed_form_of_the_mixed_poisson(
    population, findability, quiet, histories
):
    """P(searchable) = mean over residents of 1 - exp(-m_i)."""
    here = population.residents("GB")
    for day in (1963, 3286):
        p = -np.expm1(-expected(population, findability, quiet, day)[here])
        counted = np.mean(
            [
                h.at(day).searchable[h.cells.jurisdiction == h.scope].sum() / len(here)
                for h in histories
            ]
        )
        # Those who stand in one photo are found together, four at most.
        error = np.sqrt(4.0 * (p * (1 - p)).sum()) / len(here) / np.sqrt(REPLICATIONS)
        assert abs(counted - p.mean()) < 4.0 * error
        assert error < 0.004


def test_the_level_depends_on_spread_and_share_as_the_model_states(ageless, quiet):
    """46 to 88 % of UK residents at 2e10 images over the ranges of share and spread."""
    levels = []
    for cv, share in ((4.0, 0.005), (1.25, 0.03)):
        values = {"people.findability_cv": cv, "gallery.share.uk": share}
        found = findability_of(ageless, quiet.parameters.with_values(values))
        mean = expected_finds(ageless, found, np.array([0.0, 2e10]), 0.0)
        levels.append(-np.expm1(-mean[ageless.jurisdiction == 0]).mean())
    assert levels == pytest.approx([0.46, 0.88], abs=0.02)


def test_the_share_that_people_posted_themselves_comes_out_as_in_closed_form(
    population, findability, finds
):
    here = population.jurisdiction[finds.person] == 0
    share, error = ratio((finds.uploader == finds.person) & here, here, finds.uploader)
    assert share == pytest.approx(own_share(population, findability), abs=4.0 * error)
    assert 0.4 < share < 0.55
    assert error < 0.03


def test_only_public_accounts_are_crawled_and_friends_show_those_who_have_none(
    population, shared, finds
):
    public = population.public.any(axis=1)
    assert public[finds.uploader].all()
    upto = platform_rates(population)
    platform = draw_platforms(shared.streams, finds.uploader, finds.number, upto)
    assert population.public[finds.uploader, platform].all()
    shown = np.bincount(finds.person, minlength=len(population)) > 0
    assert shown[~population.accounts.any(axis=1)].mean() > 0.3
    for person, uploader in zip(
        finds.person[::5000].tolist(), finds.uploader[::5000].tolist(), strict=True
    ):
        assert person == uploader or person in population.close.of(uploader)


def test_photos_stand_on_platforms_in_proportion_to_what_is_public_there(population, shared, finds):
    busy = np.bincount(finds.uploader, minlength=len(population)).argmax()
    band = population.age_band(2007)[busy]
    rate = np.where(population.public[busy], population.photos[:, band], 0.0)
    mine = finds.uploader == busy
    _, first = np.unique(finds.number[mine], return_index=True)
    number = finds.number[mine][first]
    who = np.full(len(number), busy)
    platform = draw_platforms(shared.streams, who, number, platform_rates(population))
    counts = np.bincount(platform, minlength=len(rate))
    mean = rate / rate.sum() * len(first)
    assert (np.abs(counts - mean) <= 4.0 * np.sqrt(mean)).all()


def test_nobody_stands_in_a_photo_from_before_they_were_born(population, finds):
    assert (population.birth_day > 0).any()
    assert (finds.captured >= population.birth_day[finds.person]).all()
    assert (finds.captured >= population.birth_day[finds.uploader]).all()


def test_a_photo_is_taken_before_it_is_found(population, quiet, finds):
    assert (finds.captured <= finds.day).all()
    waited = (finds.day - finds.captured)[population.birth_day[finds.person] < LONG_AGO // 2]
    lag = quiet.parameters["photos.lag"]
    # Whole days are rounded down; faces of one photo wait together.
    assert waited.mean() == pytest.approx(lag - 0.5, abs=4.0 * 2.0 * lag / np.sqrt(waited.size))
    assert waited.size > 10_000


def test_candidates_come_in_order_of_day_and_follow_the_gallerys_growth(population, quiet, finds):
    assert (np.diff(finds.day) >= 0).all()
    images = quiet.curves.images
    old = population.birth_day[finds.person] < LONG_AGO // 4
    assert old.sum() > 100_000
    for day in (1500, 2500):
        share = (finds.day[old] < day).mean()
        growth = images[day] / images[quiet.last_day + 1]
        assert share == pytest.approx(growth, abs=4.0 * 2.0 * np.sqrt(0.25 / old.sum()))
    ids = finds.template_id(np.arange(len(finds)), np.zeros(len(finds), dtype=np.uint8))
    assert len(np.unique(ids)) == len(finds)


def test_a_face_has_the_number_of_its_place_among_the_persons(finds):
    person = int(np.bincount(finds.person).argmax())
    assert finds.ordinal[finds.person == person].tolist() == list(
        range(int((finds.person == person).sum()))
    )


def test_faces_in_one_photo_are_found_together_and_are_those_that_stand_in_it(
    population, quiet, shared, finds
):
    arm = Arm(shared, quiet, None)
    arm.history()
    photo = finds.uploader.astype(np.int64) << 32 | finds.number
    _, of, faces = np.unique(photo, return_inverse=True, return_counts=True)
    found = np.bincount(of, weights=arm.world.state != CANDIDATE)
    assert ((found == 0) | (found == faces)).all()
    assert (faces[of] <= finds.group).all()
    at_home = (population.jurisdiction[finds.person] == 0) & (
        population.jurisdiction[finds.uploader] == 0
    )
    assert (faces > 1).sum() > 10_000
    assert at_home.mean() > 0.2


def test_a_friends_photo_goes_when_the_uploader_goes_private(quiet, shared, finds):
    """From that day on, whoever stands in it; other people's photos are found as before."""
    shows_others = np.bincount(
        finds.uploader[(finds.uploader != finds.person) & (finds.day > 2000)]
    )
    uploader, day = int(shows_others.argmax()), 2000
    assert shows_others[uploader] > 20
    before, after = Arm(shared, quiet, None), Arm(shared, quiet, None)
    after.reactions.private_day[uploader] = day
    for arm in (before, after):
        arm.history()
    gone = (finds.uploader == uploader) & (finds.day >= day)
    assert (before.world.state[gone] != CANDIDATE).any()
    assert (after.world.state[gone] == CANDIDATE).all()
    np.testing.assert_array_equal(before.world.state[~gone], after.world.state[~gone])


def test_the_share_of_the_gallery_posted_from_the_scope_is_that_of_the_finds(
    population, findability, quiet, finds
):
    """Moves included: weighted faces by where their uploader lived when they were taken."""
    p = quiet.parameters
    share = posted_from(
        population,
        findability,
        p["gallery.faces_per_image"],
        quiet.curves.images[: quiet.last_day + 2],
        p["photos.lag"],
        0,
    )
    weight = population.weights[population.jurisdiction[finds.person]]
    posted_here = population.residence_of(finds.uploader, finds.captured) == 0
    drawn, error = ratio(weight * posted_here, weight, finds.uploader)
    # Photos from before a birth are among the closed form's: they differ by less than 2 %.
    assert drawn == pytest.approx(share, abs=4.0 * error + 0.02 * share)
    stay = replace(
        population,
        move_day=np.full(len(population), NEVER, dtype=np.int32),
        elsewhere=population.jurisdiction,
    )
    still = posted_from(
        stay, findability, p["gallery.faces_per_image"], quiet.curves.images, p["photos.lag"], 0
    )
    assert still == pytest.approx(findability.faces[:, 0].sum(), rel=1e-9)
    # Arrivals and departures nearly cancel, so that each person's photos are compared.
    home = population.jurisdiction[finds.uploader] == 0
    moved = (weight * (posted_here != home)).sum() / (weight * home).sum()
    assert 0.005 < moved < 0.3, "moves are not nothing"
    assert abs(still - share) / still < moved + 8.0 * error / still


def test_one_more_person_without_ties_changes_nobodys_findability(population, quiet):
    more = population.with_isolated_person("GB")
    before = findability_of(population, quiet.parameters)
    after = findability_of(more, quiet.parameters)
    np.testing.assert_array_equal(after.posts[:-1], before.posts)
    np.testing.assert_array_equal(after.keep, before.keep)
    np.testing.assert_array_equal(after.faces, before.faces)


def test_the_share_informed_follows_the_integrated_news(population, shipped_setups):
    history = run_arms(population, {"a": shipped_setups["ico-2022"]}, 1, 0)["a"]
    reach = history.setup.parameters["people.news_reach"]
    weights = [w for _, code, w in history.movers["news"] if code == history.scope]
    # The last piece of news is 86 days old at the end: 1 - 2^(-86/14) of it has been heard.
    heard = sum(weights) - 0.5 * 2.0 ** (-86 / 14)
    expected = 1.0 - np.exp(-reach * heard)
    informed = next(r.value for r in read_measures(history) if r.name == "share_informed")
    n = len(population.residents("GB"))
    assert informed == pytest.approx(expected, abs=4.0 * np.sqrt(expected / n) + 1e-3)


def test_what_was_erased_and_is_still_public_is_found_again_at_the_revisit_rate(
    population, quiet, with_parameters
):
    """Re-collection is exponential: 1 - exp(-rate t) of what an erasure removed, collection on."""
    start, days, rate = 2000, 1, 0.5
    setup = with_parameters(
        quiet,
        {
            "crawler.revisit_rate": rate,
            "operator.purge_delay": 0.0,
            "operator.erasure_capacity": 1e12,
        },
    )
    order = InterventionSpec("deletion-order", start, None, "GB", {"days": float(days)})
    history = run_arms(population, {"a": replace(setup, interventions=(order,))}, 1, 0)["a"]
    removed = history.templates.erased
    years = (setup.last_day - start) / DAYS_A_YEAR
    expected = 1.0 - np.exp(-rate * years)
    assert removed > 5_000
    share = history.templates.recollected / removed
    assert share == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / removed) + 1e-3)


def test_the_sample_is_erased_as_fast_as_the_gallery_behind_it(population, quiet):
    """The job works in real units; half way through, half of the sample in scope is gone."""
    start, days = 2000, 101
    order = InterventionSpec("deletion-order", start, None, "GB", {"days": float(days + 30)})
    stop = InterventionSpec("cease-collection", start, None, "GB", {})
    setup = replace(quiet, interventions=(order, stop), last_day=start + 50)
    half = run_arms(population, {"a": setup}, 1, 0)["a"].templates
    gone = half.erased + half.hidden
    whole_setup = replace(setup, last_day=start + days + 40)
    whole = run_arms(population, {"a": whole_setup}, 1, 0)["a"].templates
    in_scope = whole.erased + whole.hidden
    assert in_scope > 5_000
    assert gone / in_scope == pytest.approx(0.5, abs=4.0 * np.sqrt(0.25 / in_scope) + 0.01)


@pytest.mark.slow
def test_doubling_the_number_of_people_moves_no_measure_beyond_its_error(shipped_setups):
    setups = {n: shipped_setups[n] for n in ("no-uk-order", "ico-2022-obeyed")}

    def values(people):
        population = build_population(people, 21, acquaintances="by community")
        runs = [run_arms(population, setups, 9, k) for k in range(4)]
        return {
            (arm, r.name, r.at): np.array(
                [
                    x.value
                    for run in runs
                    for x in read_measures(run[arm])
                    if (x.name, x.at, x.margin) == (r.name, r.at, "all")
                ]
            )
            for arm in setups
            for r in read_measures(runs[0][arm])
            if r.margin == "all" and r.value is not None
        }

    small, large = values(15_000), values(30_000)
    for key, a in small.items():
        b = large[key]
        scale = max(abs(a.mean()), abs(b.mean()), 1e-12)
        # Error of both samples of people (about 1 % of a share of some 7,500 residents) and of
        # the replications, four of them.
        noise = 4.0 * np.hypot(a.std(ddof=1), b.std(ddof=1)) / 2.0 + 0.025 * scale
        assert abs(a.mean() - b.mean()) < noise, key

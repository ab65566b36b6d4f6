"""What must hold where every photo is drawn, encoded and searched: the laws of the counts, and that
nothing hidden, erased, drawn twice or of a minor ever comes back from a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from generators.population import build_population
from sim import arm as arm_module
from sim.dates import day_of
from sim.draws import streams as named_streams
from sim.fidelity import Fidelity
from sim.gallery.stored import StoredGallery
from sim.measures import read_measures
from sim.model import run_arms
from sim.operator.in_play import in_play
from sim.people.findability import findability_of
from sim.people.finds import draw_candidates
from sim.pixels.photos import draw_photos
from sim.setup import reading_days

ARMS = ("no-uk-order", "ico-2022", "ico-2022-obeyed", "no-stay")
SERVED = day_of(date(2022, 6, 14))
BUSY = {
    "requests.rate": 0.2,
    "people.news_reach": 0.3,
    "desk.capacity": 1e6,
    "search.encoder_threshold": 0.75,
}
"""Many requests, so that erasure on request is at work beside the orders."""


@pytest.fixture(scope="module")
def people():
    return build_population(300, 7, acquaintances="by community")


@pytest.fixture(scope="module")
def setups(shipped_setups, with_parameters):
    return {
        name: replace(with_parameters(shipped_setups[name], BUSY), fidelity=Fidelity.PIXELS)
        for name in ARMS
    }


class Watched(StoredGallery):
    """A gallery that keeps a second log of what is searchable, and holds every search to it."""

    searched = 0
    returned = 0

    def __init__(self, dimension: int, design: str) -> None:
        super().__init__(dimension, design)
        self.shown: set[int] = set()
        self.gone: set[int] = set()

    def enrol(self, ids, vectors):
        assert not self.gone & set(ids.tolist())
        super().enrol(ids, vectors)
        self.shown |= set(ids.tolist())

    def hide(self, ids):
        super().hide(ids)
        self.shown -= set(ids.tolist())
        self.gone |= set(ids.tolist())

    def erase(self, ids):
        assert set(ids.tolist()) <= self.gone
        return super().erase(ids)

    def range(self, vectors, threshold):
        within = super().range(vectors, threshold)
        assert set(within.ids.tolist()) <= self.shown
        assert len(vectors) == 0 or (within.scores >= threshold).all()
        Watched.searched += len(vectors)
        Watched.returned += len(within.ids)
        return within


@pytest.fixture(scope="module")
def drawn_by(patterned):
    return patterned(0.25)


@pytest.fixture(scope="module")
def ran(people, setups, drawn_by):
    """The arms' histories, every search of theirs watched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arm_module, "StoredGallery", Watched)
        return run_arms(people, setups, 3, 0, faces=drawn_by)


def readings(histories):
    return {
        arm: [(r.name, r.at, r.margin, r.level, r.value) for r in read_measures(history)]
        for arm, history in histories.items()
    }


@pytest.mark.parametrize("arm", ARMS)
def test_templates_ever_enrolled_are_searchable_hidden_or_erased_in_three_logs(ran, arm):
    """Counts of the matcher, the state of each find, and the gallery's own."""
    t, g = ran[arm].templates, ran[arm].gallery
    assert t.enrolled > 2_000
    assert t.enrolled == t.searchable + t.hidden + t.erased
    assert t.world_enrolled == t.world_searchable + t.world_hidden + t.world_erased
    assert (t.enrolled, t.searchable, t.erased) == (
        t.world_enrolled,
        t.world_searchable,
        t.world_erased,
    )
    assert g.enrolled == g.searchable + g.hidden + g.erased
    assert g.enrolled == t.enrolled - t.undrawn
    assert 0 < t.undrawn < t.enrolled
    assert g.searchable <= t.searchable
    assert g.hidden <= t.hidden
    assert g.erased <= t.erased
    assert g.vector_bytes == 4 * 24 * (g.searchable + g.hidden)


def test_no_search_returns_what_is_hidden_or_erased(ran):
    """`Watched` holds every search to its own log; here is that there was something to hold."""
    assert Watched.searched > 4 * 1_000
    assert Watched.returned > 1_000
    assert ran["ico-2022-obeyed"].gallery.erased > 100
    assert ran["no-stay"].templates.recollected > 10


@pytest.mark.parametrize("arm", ARMS)
def test_every_count_but_that_of_searches_is_what_it_is_at_scores(people, setups, ran, arm):
    """Fidelity decides what a search returns, never who is found, held, hidden or erased."""
    setup = replace(setups[arm], fidelity=Fidelity.SCORES)
    scores, pixels = run_arms(people, {arm: setup}, 3, 0)[arm], ran[arm]
    assert scores.events == pixels.events
    assert replace(pixels.templates, undrawn=0) == scores.templates
    for one, other in zip(scores.snapshots, pixels.snapshots, strict=True):
        assert (one.day, one.gallery, one.displaced) == (other.day, other.gallery, other.displaced)
        for field in ("searchable", "held", "templates", "photos", "informed", "private"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
        assert one.survey is None
        assert (other.survey is not None) == (other.day in reading_days(setups[arm]))
    assert scores.searches.searches == pixels.searches.searches
    own = {"identifiability", "surfaced_per_million_searches", "wrong_identifications_per_100k"}
    own |= {"fpir", "identification_rate", "wrong_return_rate"}
    rest = [
        [row for row in readings({arm: history})[arm] if row[0] not in own]
        for history in (scores, pixels)
    ]
    assert rest[0] == rest[1]
    assert own <= {row[0] for row in readings({arm: pixels})[arm]}


@pytest.mark.parametrize("arm", ARMS)
def test_searches_find_only_those_who_can_be_found(ran, arm):
    seen = ran[arm].searches
    assert seen.searches > 1000
    assert 0 < seen.found <= seen.mated <= seen.searches - seen.undrawn
    assert 0 < seen.undrawn < seen.searches / 2
    assert seen.wrong > 0
    for snapshot in ran[arm].snapshots:
        if snapshot.survey is not None:
            s = snapshot.survey
            assert 0 <= s.found <= s.mated <= s.probes <= 150


def test_searches_return_adults_alone_whatever_age_the_probe_shows(ran):
    """A probe shows a resident of any age, so the adults' chance counts for their part alone."""
    history = ran["no-uk-order"]
    survey = history.snapshots[-1].survey
    got = {row[0]: row[4] for row in readings({"a": history})["a"] if row[2] == "all"}
    residents = history.residents[history.cells.jurisdiction == history.scope].sum()
    assert 0 < survey.probes < residents
    assert got["identifiability"] == survey.found / survey.probes
    share = history.setup.parameters["search.share.uk"]
    expected = 1e6 * share * survey.found / residents
    assert got["surfaced_per_million_searches"] == pytest.approx(expected)


def test_nobody_under_18_is_drawn_and_no_photo_twice(people, setups, ran, drawn_by):
    """Photos are drawn once for all arms, the same whichever arms there are."""
    asked = drawn_by.source.asked
    assert min(age for _, _, age in asked) >= 18
    assert len({photo for _, photo, _ in asked}) == len(asked) > 3_000
    before = len(asked)
    run_arms(people, {"no-stay": setups["no-stay"]}, 3, 0, faces=drawn_by)
    assert asked[before:] == asked[:before]


def test_photos_are_drawn_for_all_that_freed_capacity_can_find(people, setups, patterned):
    """A photo that is found and was not drawn is an error, so here that it is not raised."""
    values = {"crawler.redirect_share": 1.0, "gallery.share.uk": 0.19}
    setup = setups["ico-2022-obeyed"]
    setup = replace(setup, parameters=setup.parameters.with_values(values))
    history = run_arms(people, {"a": setup}, 3, 0, faces=patterned())["a"]
    assert history.snapshots[-1].displaced > 1e8


def drawn_and_enrolled(people, setup, faces):
    """Return how many photos of finds were drawn, and how many the gallery enrolled at least.

    What is erased on request and found again is enrolled twice.
    """
    history = run_arms(people, {"a": setup}, 3, 0, faces=faces)["a"]
    probes = history.searches.searches - history.searches.undrawn
    surveyed = sum(s.survey.probes for s in history.snapshots if s.survey is not None)
    asked = {photo for _, photo, _ in faces.source.asked}
    return len(asked) - probes - surveyed, history.gallery.enrolled - history.templates.recollected


@pytest.mark.parametrize(("private", "most"), [(0.0, 1.03), (None, 1.08)])
def test_few_photos_are_drawn_that_no_arm_finds(people, setups, patterned, private, most):
    """What the envelope holds above the rate without orders, a fifth of it, is not drawn.

    Whoever goes private takes their photos along, those of friends included, and in which arms
    they do is not known when photos are drawn: with as many as by default, more are drawn in vain.
    """
    setup = setups["no-uk-order"]
    if private is not None:
        changed = {"people.private_after_news": private}
        setup = replace(setup, parameters=setup.parameters.with_values(changed))
    drawn, enrolled = drawn_and_enrolled(people, setup, patterned(0.25))
    assert enrolled <= drawn < most * enrolled


def test_another_replication_has_other_photos(people, setups, ran, patterned, drawn_by):
    other = patterned(0.25)
    run_arms(people, {"no-stay": setups["no-stay"]}, 3, 1, faces=other)
    mine, theirs = ({photo for _, photo, _ in f.source.asked} for f in (drawn_by, other))
    assert not mine & theirs


def test_same_seed_same_readings_whatever_the_company_and_order_of_the_arms(
    people, setups, ran, patterned
):
    turned = {name: setups[name] for name in reversed(ARMS)}
    again = run_arms(people, turned, 3, 0, faces=patterned(0.25))
    assert readings(again) == {name: readings(ran)[name] for name in turned}
    alone = run_arms(people, {"no-stay": setups["no-stay"]}, 3, 0, faces=patterned(0.25))
    assert readings(alone)["no-stay"] == readings(ran)["no-stay"]
    for one, other in zip(alone["no-stay"].snapshots, ran["no-stay"].snapshots, strict=True):
        assert one.survey == other.survey


def test_arms_are_equal_until_the_first_event_that_differs(ran):
    one, other = ran["ico-2022"], ran["ico-2022-obeyed"]
    surveys = 0
    for a, b in zip(one.snapshots, other.snapshots, strict=True):
        if a.day <= SERVED:
            np.testing.assert_array_equal(a.searchable, b.searchable)
            assert a.survey == b.survey
            surveys += a.survey is not None
    assert surveys == 1
    # Thereafter obedience takes people out of reach of real searches.
    assert one.snapshots[-1].survey.found > other.snapshots[-1].survey.found


def test_a_faultless_encoder_finds_everybody_who_is_there_and_nobody_else(
    people, setups, patterned
):
    setup = replace(
        setups["no-uk-order"],
        parameters=setups["no-uk-order"].parameters.with_values(
            {"search.encoder_threshold": 0.999}
        ),
    )
    history = run_arms(people, {"a": setup}, 3, 0, faces=patterned(0.0))["a"]
    seen = history.searches
    # Some are enrolled by photos from before they were 18 alone, which are not drawn.
    assert seen.mated >= seen.found == seen.findable > 500
    value = {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}
    assert value["identification_rate", ""] == 1.0
    last = history.snapshots[-1]
    assert last.survey.others == 0
    assert last.survey.found == last.survey.mated
    at = "2025-12-31"
    # What is left is the background's false positives, as at fidelity `scores`.
    assert value["fpir", at] == pytest.approx(0.003)
    assert seen.wrong < 10
    # Grown-ups whose photos were taken before they were 18 cannot be found by them.
    adults = people.residents("GB")[people.age_on(setup.last_day)[people.residents("GB")] >= 18]
    assert last.survey.probes == len(adults)
    assert value["identifiability", at] == last.survey.found / len(adults)


def test_one_more_isolated_person_changes_nobody_elses_templates(people, setups, patterned):
    setup = setups["no-uk-order"]
    made = []
    for those in (people, people.with_isolated_person("GB")):
        streams, parameters = named_streams(3, 0), setup.parameters
        in_scope = those.jurisdiction == 0
        findability = findability_of(those, parameters)
        candidates = draw_candidates(
            those,
            findability,
            parameters,
            setup.curves,
            streams,
            setup.last_day,
            in_play([setup], those.jurisdictions, parameters["operator.residency.threshold"]),
        )
        nobody = np.flatnonzero(in_scope)[:0]
        every = np.arange(len(candidates))
        photos = draw_photos(patterned(), those, streams, candidates, every, [], nobody, [])
        made.append(photos.finds)
    before, after = made
    place = after.place(before.keys)
    assert (place >= 0).all()
    # Batches are cut elsewhere, so that sums may be rounded otherwise.
    np.testing.assert_allclose(after.vectors[place], before.vectors, atol=1e-6)
    newcomer = np.setdiff1d(after.keys, before.keys) >> 24
    assert set(newcomer.tolist()) <= {len(people)}


def test_the_arms_of_a_replication_share_their_fidelity(people, setups):
    other = replace(setups["no-stay"], fidelity=Fidelity.SCORES)
    with pytest.raises(ValueError, match="fidelity"):
        run_arms(people, {"a": setups["ico-2022"], "b": other}, 3, 0)


def test_a_fidelity_that_is_not_there_is_refused(people, setups, patterned):
    setup = replace(setups["no-stay"], fidelity=Fidelity.TEMPLATES)
    with pytest.raises(ValueError, match="templates"):
        run_arms(people, {"a": setup}, 3, 0, faces=patterned())

"""The matcher over drawn photos, on templates made by hand."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from generators.errors import EnvelopeError, FacesUnavailableError
from generators.photos import PhotoRows
from sim.gallery.stored import StoredGallery
from sim.matcher import BACKGROUND, ProbeRows, Survey
from sim.pixels.drawing import Templates
from sim.pixels.faces import Faces, require_packages
from sim.pixels.matcher import PixelsMatcher
from sim.pixels.photos import ReplicationPhotos, on_day

ANGLES = {0: 0.0, 1: 90.0, 2: 30.0}
"""Degrees at which the photos of three persons lie; person 3 has but a photo from childhood."""
WEEK = 700


def at(*degrees: float) -> np.ndarray:
    radians = np.radians(np.array(degrees))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def template(person: int, ordinal: int = 0, visit: int = 0) -> int:
    return (((person << 24) | ordinal) << 8) | visit


def rows(*templates: int) -> PhotoRows:
    ids = np.array(templates, dtype=np.int64)
    n = len(ids)
    return PhotoRows(
        photo=ids,
        person=ids >> 32,
        day=np.zeros(n, dtype=np.int32),
        age=np.full(n, 30, dtype=np.float32),
        quality=np.ones(n, dtype=np.float32),
        group=np.ones(n, dtype=np.int16),
    )


def probes(*person: int, background: float = 0.5) -> ProbeRows:
    n = len(person)
    return ProbeRows(
        search=np.arange(n),
        person=np.array(person, dtype=np.int64),
        day=np.full(n, WEEK, dtype=np.int32),
        luck=np.full(n, 0.5),
        background=np.full(n, background),
    )


def made(probe_angles: list[float | None], threshold: float = 0.8) -> PixelsMatcher:
    """A matcher with a photo of each of the persons enrolled, and probes at these angles."""
    keys = np.array([template(p) >> 8 for p in ANGLES], dtype=np.int64)
    drawn = [i for i, angle in enumerate(probe_angles) if angle is not None]
    angles = [angle for angle in probe_angles if angle is not None]
    what = np.array(drawn, dtype=np.int64)
    photos = ReplicationPhotos(
        Templates(keys, at(*ANGLES.values())),
        Templates(on_day(WEEK, what), at(*angles)),
        Templates(on_day(WEEK, what), at(*angles)),
        minors=np.array([template(3) >> 8]),
    )
    matcher = PixelsMatcher(4, photos, StoredGallery(2), threshold, 0.01)
    matcher.enrol(rows(*(template(p) for p in range(4))))
    return matcher


def candidates(matcher: PixelsMatcher, asked: ProbeRows) -> list[tuple[int, int, int, bool]]:
    got = matcher.search(asked, 1e9)
    return sorted(
        zip(
            got.search.tolist(),
            got.rank.tolist(),
            got.person.tolist(),
            got.mated.tolist(),
            strict=True,
        )
    )


def test_every_template_above_the_threshold_is_a_candidate_best_first() -> None:
    # Person 0's probe at 20 degrees: person 2 lies 10 away, person 0 lies 20 away, person 1 70.
    matcher = made([20.0])
    assert candidates(matcher, probes(0)) == [(0, 1, 2, False), (0, 2, 0, True)]


def test_a_photo_that_was_not_drawn_counts_and_is_never_found() -> None:
    matcher = made([None, 30.0])
    assert matcher.searchable.tolist() == [1, 1, 1, 1]
    assert matcher.findable.tolist() == [1, 1, 1, 0]
    assert (matcher.enrolled, matcher.undrawn) == (4, 1)
    assert matcher.gallery.stats().enrolled == 3
    asked = probes(3, 2)
    assert matcher.searched(asked).tolist() == [False, True]
    # Person 3's probe shows a minor: it is not searched for, nor does the background answer.
    assert candidates(matcher, probes(3, 2, background=0.0)) == [(1, 1, 2, True), (1, 2, 0, False)]
    matcher.hide(np.array([template(3)]), np.array([3]))
    matcher.erase(np.array([template(3)]), np.array([3]))
    assert (matcher.enrolled, matcher.erased, matcher.hidden) == (4, 1, 0)
    assert matcher.gallery.stats().erased == 0


def test_the_background_answers_only_where_the_person_is_not_returned() -> None:
    matcher = made([90.0, 170.0, 60.0])
    asked = probes(1, 1, 1, background=0.0)
    # Found; nobody near but the background; a wrong one of the sample before it.
    assert candidates(matcher, asked) == [
        (0, 1, 1, True),
        (1, 1, BACKGROUND, False),
        (2, 1, 1, True),
        (2, 2, 2, False),
    ]
    assert candidates(matcher, probes(0, 0, 1, background=0.0))[0] == (0, 1, 1, False)
    assert candidates(matcher, probes(0, 0, 1, background=0.0))[1] == (0, 2, BACKGROUND, False)
    assert (1, 1, BACKGROUND, False) not in candidates(matcher, probes(1, 1, 1, background=0.02))


def test_hidden_and_erased_templates_are_not_returned_and_come_back_under_new_ids() -> None:
    matcher = made([90.0])
    asked = probes(1)
    one = np.array([template(1)]), np.array([1])
    matcher.hide(*one)
    assert candidates(matcher, asked) == []
    assert (matcher.searchable[1], matcher.held[1], matcher.findable[1]) == (0, 1, 0)
    matcher.erase(*one)
    assert matcher.held[1] == 0
    assert candidates(matcher, asked) == []
    matcher.enrol(rows(template(1, visit=1)))
    assert candidates(matcher, asked) == [(0, 1, 1, True)]
    stats = matcher.gallery.stats()
    assert (stats.enrolled, stats.erased, stats.searchable) == (4, 1, 3)


def test_the_survey_sets_a_persons_own_templates_aside_in_what_it_says_of_others() -> None:
    matcher = made([0.0, 20.0, 170.0, None])
    matcher.hide(np.array([template(2)]), np.array([2]))
    # Person 0 finds itself alone; 1 stands at 20 and finds 0; 2 is hidden and finds nobody.
    survey = matcher.survey(np.arange(4), WEEK)
    assert survey == Survey(probes=3, mated=2, found=1, others=1)


def test_what_was_never_enrolled_cannot_be_hidden() -> None:
    matcher = made([0.0])
    with pytest.raises(ValueError, match="not searchable"):
        matcher.hide(np.array([template(1), template(1)]), np.array([1, 1]))


def test_a_photo_that_should_have_been_drawn_and_was_not_is_an_error() -> None:
    with pytest.raises(EnvelopeError, match="not drawn"):
        made([0.0]).enrol(rows(template(2, ordinal=5)))


def test_a_missing_package_is_named_with_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("torch", "faiss") else object()
    )
    with pytest.raises(FacesUnavailableError) as caught:
        require_packages()
    said = caught.value.faults[0].message
    assert "faiss and torch" in said
    assert "pip install 'efface[faces]'" in said


def test_an_encoder_of_another_size_than_the_photos_is_refused(patterned) -> None:
    good = patterned()
    good.encoder.resolution = 48
    with pytest.raises(FacesUnavailableError, match="48"):
        Faces(good.source, good.encoder, "projection")


def test_templates_under_keys_that_are_not_there() -> None:
    some = Templates(np.array([3, 5, 9]), at(0, 1, 2))
    assert some.place(np.array([5, 4, 3, 10, 9, -1])).tolist() == [1, -1, 0, -1, 2, -1]
    none = Templates(np.zeros(0, dtype=np.int64), at())
    assert none.place(np.array([5, 4])).tolist() == [-1, -1]


def test_a_template_cloaked_beyond_recognition_is_stored_and_never_returned() -> None:
    matcher = made([0.0, 90.0])
    again = rows(template(0, visit=1))
    matcher.hide(np.array([template(0)]), np.array([0]))
    matcher.enrol(again, np.array([True]))
    assert matcher.searchable[0] == matcher.held[0] - 1 == 1
    assert matcher.findable[0] == matcher.comparable[0] == 0
    assert all(person != 0 for _, _, person, _ in candidates(matcher, probes(0)))
    matcher.hide(again.photo, again.person, np.array([True]))
    assert matcher.comparable[0] == matcher.findable[0] == 0
    matcher.erase(again.photo, again.person)
    assert matcher.gallery.stats().erased == 1

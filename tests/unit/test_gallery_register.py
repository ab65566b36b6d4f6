"""The register of ids beside a dictionary, and the order of results beside a plain sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.gallery.register import ERASED, UNKNOWN, Register, segment_and_place, spot
from sim.gallery.results import nearest, within

BATCHES = st.lists(st.integers(0, 40), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(BATCHES, st.integers(0, 2**32 - 1))
def test_every_id_stands_where_it_was_last_written_down(batches: list[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    ids = draw.choice(10_000, sum(batches) + 5, replace=False) * 2**48
    register, truth, start = Register(), {}, 0
    for number, count in enumerate(batches):
        some = ids[start : start + count]
        register.add(some, spot(number, np.arange(count)))
        truth |= {int(i): (number, place) for place, i in enumerate(some)}
        start += count
        known = np.array(list(truth), dtype=np.int64)
        for i in draw.choice(known, min(len(known), 2), replace=False):
            truth[int(i)] = (7, int(i) % 1000)
            register.move(np.array([i]), spot(7, np.array([int(i) % 1000])))
    assert len(register) == start
    order = draw.permutation(start)
    segment, place = segment_and_place(register.where(ids[order]))
    assert list(zip(segment, place, strict=True)) == [truth[int(i)] for i in ids[order]]
    assert (register.where(ids[start:]) == UNKNOWN).all()
    gone = ids[: start // 2]
    register.move(gone, ERASED)
    assert register.erased().tolist() == sorted(gone.tolist())
    assert (register.where(ids[start // 2 : start]) >= 0).all()


@pytest.mark.parametrize("segments", [1, 3])
def test_results_stand_by_score_and_then_by_id(segments: int) -> None:
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    draw = np.random.default_rng(segments)
    # Few scores, so that many are equal, in one segment and between them.
    scores = draw.integers(0, 4, size=(segments, 5, 6)).astype(np.float32)
    scores = -np.sort(-scores, axis=2)
    ids = draw.permutation(segments * 10).reshape(segments, 10)
    places = np.stack([[draw.permutation(10)[:6] for _ in range(5)] for _ in range(segments)])
    named = np.stack([ids[s][places[s]] for s in range(segments)])
    found = nearest([((scores[s].copy(), places[s]), ids[s]) for s in range(segments)])
    for probe in range(5):
        every = sorted(zip(-scores[:, probe].ravel(), named[:, probe].ravel(), strict=True))
        assert (-found.scores[probe]).tolist() == [score for score, _ in every[:6]]
        # Of those that tie for the last place any may have it.
        last = -found.scores[probe, -1]
        sure = [id for score, id in every if score < last]
        assert found.ids[probe, : len(sure)].tolist() == sure
        assert found.ids[probe].tolist() == [
            id for _, id in sorted(zip(-found.scores[probe], found.ids[probe], strict=True))
        ]
    starts = np.arange(6) * 6
    everyone = within(
        [((starts, places[s].ravel(), scores[s].ravel()), ids[s]) for s in range(segments)], 5
    )
    for probe in range(5):
        mine = slice(everyone.starts[probe], everyone.starts[probe + 1])
        expected = sorted(zip(-scores[:, probe].ravel(), named[:, probe].ravel(), strict=True))
        got = list(zip(-everyone.scores[mine], everyone.ids[mine], strict=True))
        assert got == expected

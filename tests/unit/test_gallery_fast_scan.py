"""The shelf of 4-bit candidates: who is found, what an erasure leaves, and what is kept of it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("faiss")

from sim.gallery.bitmap import Shown
from sim.gallery.designs import design_of
from sim.gallery.fast_scan import FastScanShelf
from sim.gallery.wiping import can_wipe

DIMENSION, PEOPLE, PHOTOS = 32, 500, 6
DESIGN = design_of("IVF16,PQ16x4fs,Refine(SQ8)@nprobe=16", DIMENSION)
"""All lists are looked through, so that nothing is missed but by the codes."""
PLACES = np.arange(PEOPLE * PHOTOS)


def photos(seed: int = 1) -> NDArray[np.float32]:
    """Return templates of people, those of one person beside each other."""
    draw = np.random.default_rng(seed)
    centres = np.repeat(draw.normal(size=(PEOPLE, DIMENSION)), PHOTOS, axis=0)
    vectors = (centres + 0.3 * draw.normal(size=centres.shape)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = photos()
TRAINED = FastScanShelf.trained(DESIGN, DIMENSION, VECTORS)
NONE = np.zeros(0, dtype=np.int64)


def empty(design=DESIGN) -> FastScanShelf:
    return FastScanShelf.restored(design, DIMENSION, TRAINED.model(), TRAINED.stored(NONE), NONE)


def filled(design=DESIGN) -> FastScanShelf:
    """Return a shelf with all the photos, trained as `TRAINED` was."""
    shelf = empty(design)
    shelf.add(PLACES, VECTORS)
    return shelf


def behind_ends(shelf: FastScanShelf) -> NDArray[np.uint8]:
    """Return the codes behind each list's end, in all its memory, as FAISS unpacks it."""
    import faiss

    lists = faiss.downcast_InvertedLists(shelf._scan.invlists)
    rows, parts = lists.n_per_block, []
    for number in range(lists.nlist):
        size = lists.list_size(number)
        # FAISS takes memory in powers of two, and gives back where a list falls below half.
        has = faiss.AlignedTableUint8.round_capacity(-(-size // rows) * lists.block_size)
        memory = faiss.rev_swig_ptr(lists.get_codes(number), has).copy() if has else None
        for row in range(size, has // lists.block_size * rows):
            code = np.zeros(lists.packer.code_size, dtype=np.uint8)
            lists.packer.unpack_1_c(faiss.swig_ptr(memory), row, faiss.swig_ptr(code))
            parts.append(code)
    return np.array(parts)


def test_every_template_finds_itself_and_its_score_is_that_of_8_bits() -> None:
    shelf = filled()
    scores, places = shelf.search(VECTORS, 1, None)
    assert (places[:, 0] == PLACES).all()
    assert scores[:, 0] == pytest.approx((VECTORS * shelf.decoded(PLACES)).sum(axis=1), abs=1e-5)
    assert np.abs(shelf.decoded(PLACES) - VECTORS).max() < 2 / 255


def test_training_on_few_says_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    design = design_of("IVF2,PQ4x4fs,Refine(SQ8)", DIMENSION)
    FastScanShelf.trained(design, DIMENSION, VECTORS[: design.least])
    assert capfd.readouterr().err == ""


def test_survivors_are_found_under_their_own_places_after_erasures() -> None:
    # FAISS moves codes about when it removes; a place is a label and must not move with them.
    shelf, kept = filled(), PLACES % 3 > 0
    shelf.remove(PLACES[~kept])
    places = shelf.search(VECTORS, 5, None)[1]
    assert (places[kept, 0] == PLACES[kept]).all()
    assert not np.isin(places, PLACES[~kept]).any()
    shelf.add(PLACES[:10] + len(PLACES), VECTORS[:10])
    assert (shelf.search(VECTORS[:10:3], 1, None)[1][:, 0] == PLACES[:10:3] + len(PLACES)).all()
    assert shelf.rows == kept.sum() + 10


def test_hidden_templates_are_not_found() -> None:
    shelf, shown = filled(), PLACES % 2 == 0
    _, places = shelf.search(VECTORS[:50], 20, Shown(shown))
    assert (places % 2 == 0).all()
    _, places, _ = shelf.within(VECTORS[:50], 0.0, Shown(shown))
    assert len(places)
    assert (places % 2 == 0).all()


@pytest.mark.parametrize("looked_through", [1, 3])
def test_nobody_is_missed_whom_the_4_bit_codes_put_last(looked_through: int) -> None:
    # FAISS drops a row whose sum of table values is 0: with a code of one part it often is.
    import faiss

    design = design_of(f"IVF3,PQ1x4fs,Refine(SQ8)@nprobe={looked_through}", DIMENSION)
    vectors, dropped = VECTORS[::25], 0
    shelf = FastScanShelf.trained(design, DIMENSION, vectors)
    every = PLACES[: len(vectors)]
    shelf.add(every, vectors)
    nearest = shelf._centroids.search(vectors, looked_through)[1]
    looked = (shelf.stored(every)["list"][:, 0] == nearest[:, :, None]).any(axis=1)
    truth = vectors @ shelf.decoded(every).T
    bare = faiss.SearchParametersIVF(nprobe=looked_through)
    for k in (len(every), len(every) - 1):
        dropped += int((shelf._scan.search(vectors, k, params=bare)[1] >= 0).sum() < looked.sum())
        scores, places = shelf.search(vectors, k, None)
        for probe in every[::7]:
            found = places[probe][places[probe] >= 0]
            there = np.flatnonzero(looked[probe])
            assert len(found) == min(k, len(there))
            assert set(found) <= set(there)
            assert scores[probe, : len(found)] == pytest.approx(truth[probe, found], abs=1e-5)
    assert dropped, "FAISS alone finds fewer"
    starts, places, _ = shelf.within(vectors, -2.0, None)
    assert np.diff(starts).tolist() == looked.sum(axis=1).tolist()
    # Where all better ones are hidden the last one is first.
    last = np.argmin(np.where(looked, truth, 2.0), axis=1)
    for probe in every[::7]:
        only = every == last[probe]
        assert shelf.search(vectors[probe : probe + 1], 1, Shown(only))[1].tolist() == [
            [last[probe]]
        ]


@pytest.mark.parametrize("gone", [PLACES[100:400], PLACES[::7], PLACES[200:]])
def test_nothing_of_the_erased_stays_behind_the_ends_of_lists(gone: NDArray[np.int64]) -> None:
    import faiss

    shelf, bare = filled(), filled()
    bits = np.zeros(len(PLACES), dtype=np.bool_)
    bits[gone] = True
    bare._scan.remove_ids(faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little")))
    assert behind_ends(bare).any(), "FAISS alone leaves codes there"
    shelf.remove(gone)
    ends = behind_ends(shelf)
    assert len(ends)
    assert not ends.any()
    assert not shelf.stored(gone)["code"].any()
    assert not shelf.stored(gone)["scan"].any()
    assert shelf.rows == len(PLACES) - len(gone)


@pytest.mark.skipif(not can_wipe(), reason="asks glibc for memory that is not zero")
def test_memory_that_lists_have_and_do_not_fill_is_zero_however_it_came() -> None:
    import ctypes

    perturb, libc = -6, ctypes.CDLL(None)
    libc.mallopt(perturb, 0x5A)
    try:
        shelf, bare = filled(), empty()
        bare._scan.add_with_ids(VECTORS, PLACES)
        again = FastScanShelf.restored(
            DESIGN, DIMENSION, shelf.model(), shelf.stored(PLACES[:700]), PLACES[:700]
        )
    finally:
        libc.mallopt(perturb, 0)
    assert behind_ends(bare).any(), "memory as it came"
    for one in (shelf, again):
        assert len(behind_ends(one))
        assert not behind_ends(one).any()


def test_all_at_a_threshold_are_returned_however_many_they_are() -> None:
    shelf = filled(replace(DESIGN, k_factor=1_000))
    probes = VECTORS[::100]
    scores = probes @ shelf.decoded(PLACES).T
    for threshold in (0.95, 0.6, 0.2, -1.0):
        starts, places, found = shelf.within(probes, threshold, None)
        assert (found >= np.float32(threshold)).all()
        for probe in range(len(probes)):
            of = slice(starts[probe], starts[probe + 1])
            # Scores of two orders of summing differ in their last bits.
            assert set(np.flatnonzero(scores[probe] >= threshold + 1e-5)) <= set(places[of])
            assert found[of] == pytest.approx(scores[probe, places[of]], abs=1e-5)
            assert len(set(places[of])) == starts[probe + 1] - starts[probe]


def test_a_shelf_made_of_columns_and_model_answers_to_the_bit_like_the_one_that_gave_them() -> None:
    shelf = filled()
    gone = PLACES[::-5]
    shelf.remove(gone)
    kept = np.setdiff1d(PLACES, gone)
    again = FastScanShelf.restored(DESIGN, DIMENSION, shelf.model(), shelf.stored(kept), kept)
    assert again.rows == len(kept)
    assert again.sizes() == shelf.sizes()
    for mine, theirs in zip(
        shelf.stored(PLACES[:-5]).values(), again.stored(PLACES[:-5]).values(), strict=True
    ):
        assert (mine == theirs).all()
    for mine, theirs in zip(
        shelf.search(VECTORS[:200], 7, None), again.search(VECTORS[:200], 7, None), strict=True
    ):
        assert (mine == theirs).all()
    more = photos(2)[:40]
    for one in (shelf, again):
        one.add(PLACES[:40] + len(PLACES), more)
    late = PLACES[:40] + len(PLACES)
    assert (shelf.stored(late)["scan"] == again.stored(late)["scan"]).all()


def test_places_may_be_passed_over() -> None:
    shelf = empty()
    shelf.add(PLACES[::2], VECTORS[::2])
    assert (shelf.search(VECTORS[::2], 1, None)[1][:, 0] == PLACES[::2]).all()
    assert not shelf.stored(PLACES[1:-1:2])["code"].any()


def test_a_shelf_can_be_emptied_and_filled_again() -> None:
    shelf = filled()
    shelf.remove(PLACES)
    assert (shelf.search(VECTORS[:3], 4, None)[1] == -1).all()
    assert np.isneginf(shelf.search(VECTORS[:3], 4, None)[0]).all()
    assert len(shelf.within(VECTORS[:3], -1.0, None)[1]) == 0
    shelf.add(PLACES + len(PLACES), VECTORS)
    assert (shelf.search(VECTORS, 1, None)[1][:, 0] == PLACES + len(PLACES)).all()


@pytest.mark.parametrize(
    ("what", "name", "value"),
    [
        ("model", "centroids", np.zeros((15, DIMENSION), dtype=np.float32)),
        ("model", "ranges", np.zeros((2, DIMENSION))),
        ("columns", "scan", np.zeros((len(PLACES), 9), dtype=np.uint8)),
        ("columns", "list", np.full((len(PLACES), 1), 16, dtype=np.int32)),
        ("columns", "list", np.full((len(PLACES), 1), -1, dtype=np.int32)),
        ("columns", "other", np.zeros(len(PLACES), dtype=np.uint8)),
    ],
)
def test_what_is_not_of_this_design_is_refused(what: str, name: str, value: NDArray) -> None:
    shelf = filled()
    parts = {"model": shelf.model(), "columns": shelf.stored(PLACES)}
    parts[what][name] = value
    with pytest.raises(ValueError, match=r"found|outside"):
        FastScanShelf.restored(DESIGN, DIMENSION, kept=PLACES, **parts)

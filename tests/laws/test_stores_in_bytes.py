"""What a store on files leaves of erased rows is what its manner of keeping says: byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.gallery.keeping import Cohort, Keeping, Kind, Place, cleanings, remaining
from sim.gallery.stores.opening import store_for
from sim.gallery.stores.rows import Rows, layout
from sim.gallery.stores.slots import SlotStore
from sim.gallery.stores.store import RowStore
from sim.gallery.traffic import cleaning, erasing

DIMENSION = 16
ROW = layout(DIMENSION).itemsize
PAGE = 512
"""Seven rows a page."""

KEEPINGS = {
    "tombstone_forever": Keeping(Kind.TOMBSTONE_FOREVER),
    "vacuum_at 10 %": Keeping(Kind.VACUUM_AT, threshold=0.1),
    "vacuum_at 20 %": Keeping(Kind.VACUUM_AT, threshold=0.2),
    "mvcc_then_wal": Keeping(Kind.MVCC_THEN_WAL, threshold=0.2, log_days=9, page=PAGE),
    "lsm": Keeping(Kind.LSM, days=12),
    "versioned": Keeping(Kind.VERSIONED, days=7),
    "rewrite": Keeping(Kind.REWRITE),
}
"""Those of whose files everything can be foretold, not only what is expected."""


@dataclass
class Kept:
    """A store with the vectors that were ever put into it, by id."""

    keeping: Keeping
    folder: Path
    rows: int
    vectors: NDArray[np.float32] = field(init=False)
    store: RowStore = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.vectors = unit(np.random.default_rng(7), self.rows)
        self.store = store_for(self.keeping, self.folder, DIMENSION, lambda ids: self.vectors[ids])
        self.store.put(Rows(np.arange(self.rows), self.vectors), 0)

    def found(self, ids: NDArray[np.int64]) -> dict[Place, int]:
        """Count the ids of which 16 bytes stand in the files of each place.

        Whatever is written there is a multiple of 4 bytes long, so other offsets hold nothing.
        """
        windows = {self.vectors[i].tobytes()[16:32] for i in ids}
        found = {}
        for place, paths in self.store.files().items():
            texts = [path.read_bytes() for path in paths]
            there = {text[i : i + 16] for text in texts for i in range(0, len(text), 4)}
            found[place] = len(windows & there)
        return found


def unit(generator: np.random.Generator, rows: int) -> NDArray[np.float32]:
    vectors = generator.standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def scattered_by_page(rows: int, days: int, share: float, seed: int) -> list[NDArray[np.int64]]:
    """Return ids to erase on each of some days, no page's on two of them."""
    generator = np.random.default_rng(seed)
    in_page = PAGE // ROW
    day_of = generator.integers(0, days, -(-rows // in_page)).repeat(in_page)[:rows]
    return [
        np.flatnonzero((day_of == day) & (generator.random(rows) < share)) for day in range(days)
    ]


@pytest.mark.parametrize("name", KEEPINGS)
@pytest.mark.parametrize("share", [0.015, 0.3, 1.0])
def test_the_files_hold_what_the_manner_says_on_every_day(
    name: str, share: float, tmp_path: Path
) -> None:
    keeping, rows = KEEPINGS[name], 700
    kept = Kept(keeping, tmp_path / "store", rows)
    days = [2, 3, 6, 11]
    erased_on = dict(zip(days, scattered_by_page(rows, len(days), share, seed=3), strict=True))
    cohorts: list[Cohort] = []
    gone = np.zeros(0, dtype=np.int64)
    live = [float(rows)] * 30
    for day in range(len(live)):
        if day in erased_on:
            stored = kept.found(np.arange(rows))[Place.FILE]
            kept.store.erase(erased_on[day], day)
            gone = np.concatenate([gone, erased_on[day]])
            cohorts.append(Cohort(len(erased_on[day]), day, stored))
            live[day:] = [float(rows - len(gone))] * (len(live) - day)
        kept.store.advance(day)
        foretold = remaining(keeping, cohorts, day, cleanings(keeping, cohorts, live))
        found = kept.found(gone)
        for place in (Place.FILE, Place.LOG, Place.OLD_VERSION):
            assert found.get(place, 0) == foretold[place], (day, place)
    stays = np.setdiff1d(np.arange(rows), gone)
    assert kept.found(stays)[Place.FILE] == len(stays)


@pytest.mark.parametrize("name", KEEPINGS)
def test_erasing_and_cleaning_cost_the_bytes_that_the_manner_says(
    name: str, tmp_path: Path
) -> None:
    keeping, rows = KEEPINGS[name], 7000
    kept = Kept(keeping, tmp_path / "store", rows)
    ids = np.sort(np.random.default_rng(1).choice(rows, 700, replace=False))
    cost = kept.store.erase(ids, 0).cost
    expected = erasing(keeping, Cohort(len(ids), 0, rows), ROW)
    # Pages are counted as expected, and each stands in the log with 8 bytes of its number.
    assert cost.bytes_read == pytest.approx(expected.read, rel=0.03)
    assert cost.bytes_written == pytest.approx(expected.written, rel=0.03)
    assert cost.rows == len(ids)
    if keeping.kind in (Kind.VACUUM_AT, Kind.MVCC_THEN_WAL, Kind.LSM):
        cost = kept.store.renew(1).cost
        expected = cleaning(keeping, rows - len(ids), len(ids), ROW)
        assert cost.bytes_read == pytest.approx(expected.read, rel=0.03)
        assert cost.bytes_written == pytest.approx(expected.written, rel=0.03)


@pytest.mark.parametrize(
    "keeping",
    [
        *KEEPINGS.values(),
        Keeping(Kind.IN_PLACE_TAIL, days=9),
        Keeping(Kind.ONDISK_SLOTS, outgrown=0.5),
    ],
)
def test_vectors_are_read_from_the_files_in_whatever_order_they_are_asked_for(
    keeping: Keeping, tmp_path: Path
) -> None:
    kept = Kept(keeping, tmp_path / "store", 300)
    more = unit(np.random.default_rng(8), 50)
    kept.store.erase(np.arange(0, 300, 5), 1)
    kept.store.put(Rows(np.arange(900, 850, -1), more), 1)
    ids = np.array([880, 7, 299, 900, 8, 3])
    expected = np.concatenate([more[[20]], kept.vectors[[7, 299]], more[[0]], kept.vectors[[8, 3]]])
    assert (kept.store.vectors(ids) == expected).all()


@pytest.mark.parametrize("name", KEEPINGS)
def test_told_to_write_all_anew_a_store_holds_the_erased_in_its_log_and_old_versions_alone(
    name: str, tmp_path: Path
) -> None:
    kept = Kept(KEEPINGS[name], tmp_path / "store", 300)
    ids = np.arange(20, 290, 9)
    kept.store.erase(ids, 0)
    kept.store.renew(0)
    assert kept.found(ids)[Place.FILE] == 0
    assert kept.found(np.setdiff1d(np.arange(300), ids))[Place.FILE] == 300 - len(ids)


def test_a_page_that_is_written_again_takes_its_marked_rows_along_into_the_log(
    tmp_path: Path,
) -> None:
    keeping = Keeping(Kind.MVCC_THEN_WAL, threshold=1.0, log_days=9, page=PAGE)
    kept = Kept(keeping, tmp_path / "store", 70)
    first, neighbour, elsewhere = (np.array([i]) for i in (0, 1, 35))
    kept.store.erase(first, 0)
    kept.store.erase(elsewhere, 0)
    kept.store.erase(neighbour, 5)
    kept.store.advance(9)
    assert kept.found(elsewhere)[Place.LOG] == 0
    assert kept.found(first)[Place.LOG] == 1
    kept.store.advance(14)
    assert kept.found(first)[Place.LOG] == 0


def test_slots_hold_what_stood_among_the_last_places_of_the_lists(tmp_path: Path) -> None:
    keeping = Keeping(Kind.ONDISK_SLOTS, outgrown=0.0)
    rows = 20_000
    last = Kept(keeping, tmp_path / "last", rows)
    ids = np.arange(rows - 200, rows)
    last.store.erase(ids, 0)
    assert last.found(ids)[Place.FILE] == len(ids)
    scattered = Kept(keeping, tmp_path / "scattered", rows)
    ids = np.random.default_rng(5).choice(rows, 2000, replace=False)
    cost = scattered.store.erase(ids, 0).cost
    cohort = Cohort(len(ids), 0, rows)
    left, foretold = scattered.found(ids)[Place.FILE], remaining(keeping, [cohort], 0)[Place.FILE]
    # Each is left with the chance that it stood among the last: four standard errors.
    assert abs(left - foretold) < 4.0 * np.sqrt(foretold)
    assert cost.bytes_written == (len(ids) - left) * ROW
    scattered.store.renew(1)
    stays = np.setdiff1d(np.arange(rows), ids)
    assert scattered.found(ids)[Place.FILE] == 0
    assert scattered.found(stays)[Place.FILE] == len(stays)


def shared_out(
    rows: int, share: float, days: int, seed: int
) -> tuple[list[NDArray[np.int64]], list[Cohort]]:
    """Return the ids that a job erases day by day, scattered, and what is foretold from."""
    gone = np.random.default_rng(seed).permutation(rows)[: round(rows * share)]
    parts, cohorts, before = np.array_split(gone, days), [], 0
    for day, part in enumerate(parts):
        cohorts.append(Cohort(len(part), day, rows - before, before=before))
        before += len(part)
    return parts, cohorts


@pytest.mark.parametrize("days", [1, 20, 90])
def test_shortened_by_and_by_slots_and_faiss_own_lists_hold_what_is_foretold(
    days: int, tmp_path: Path
) -> None:
    """Rows moved over erased ones leave their own copies, which stay when they are erased too."""
    faiss = pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    rows, lists = 20_000, 64
    parts, cohorts = shared_out(rows, 0.1, days, seed=6)
    slots = Kept(Keeping(Kind.ONDISK_SLOTS, outgrown=0.0), tmp_path / "slots", rows)
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(DIMENSION), DIMENSION, lists, faiss.METRIC_INNER_PRODUCT
    )
    index.train(slots.vectors[:2560])
    index.add_with_ids(slots.vectors, np.arange(rows))
    lengths = [index.invlists.list_size(i) for i in range(lists)]
    for day, part in enumerate(parts):
        slots.store.erase(part, day)
        index.remove_ids(part)
    places = [
        faiss.rev_swig_ptr(index.invlists.get_codes(i), lengths[i] * DIMENSION * 4).tobytes()
        for i in range(lists)
    ]
    memory = {
        text[i : i + DIMENSION * 4] for text in places for i in range(0, len(text), DIMENSION * 4)
    }
    gone = np.concatenate(parts)
    foretold = remaining(slots.keeping, cohorts, days)[Place.FILE]
    for found in (
        slots.found(gone)[Place.FILE],
        sum(slots.vectors[i].tobytes() in memory for i in gone),
    ):
        # Each stays with a chance of its own: four standard errors.
        assert abs(found - foretold) < 4.0 * np.sqrt(foretold)


def test_slots_of_lists_that_grew_hold_more_as_faiss_own_do(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    rows, lists = 6400, 64
    vectors = unit(np.random.default_rng(2), rows)
    ids = np.sort(np.random.default_rng(3).choice(rows, 320, replace=False))
    ours = SlotStore(tmp_path, DIMENSION, grows=True)
    ours.put(Rows(np.arange(rows), vectors), 0)
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(DIMENSION), DIMENSION, lists, faiss.METRIC_INNER_PRODUCT
    )
    index.train(vectors[:2560])
    path = tmp_path / "faiss"
    theirs = faiss.OnDiskInvertedLists(lists, index.code_size, str(path))
    index.replace_invlists(theirs, False)
    index.add_with_ids(vectors, np.arange(rows))
    ours.erase(ids, 0)
    index.remove_ids(ids)
    left = []
    for file in (ours.files()[Place.FILE][0], path):
        text = file.read_bytes()
        left.append(np.mean([vectors[i].tobytes() in text for i in ids]))
    assert min(left) > 0.5
    assert left[0] == pytest.approx(left[1], abs=0.1)


def test_a_store_saved_from_memory_holds_none_of_the_erased(tmp_path: Path) -> None:
    keeping = Keeping(Kind.IN_PLACE_TAIL, days=30)
    kept = Kept(keeping, tmp_path / "store", 300)
    ids = np.arange(0, 300, 7)
    cost = kept.store.erase(ids, 0).cost
    assert kept.found(ids)[Place.FILE] == 0
    expected = erasing(keeping, Cohort(len(ids), 0, 300), ROW)
    assert (cost.bytes_read, cost.bytes_written) == (expected.read, expected.written)

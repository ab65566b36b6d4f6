"""What is left of erased rows, where and until when, by manner of keeping: the closed forms."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gallery.keeping import (
    NUMBERS,
    Cohort,
    Keeping,
    Kind,
    Place,
    certain_days,
    clean_up_due,
    cleanings,
    gone_on,
    remaining,
    share_left,
    stays,
)
from sim.gallery.traffic import Traffic, cleaning, erasing, pages_touched

KEEPINGS = {
    Kind.TOMBSTONE_FOREVER: Keeping(Kind.TOMBSTONE_FOREVER),
    Kind.VACUUM_AT: Keeping(Kind.VACUUM_AT, threshold=0.2),
    Kind.MVCC_THEN_WAL: Keeping(Kind.MVCC_THEN_WAL, threshold=0.2, log_days=7.0, page=8192),
    Kind.LSM: Keeping(Kind.LSM, days=30.0),
    Kind.VERSIONED: Keeping(Kind.VERSIONED, days=7.0),
    Kind.IN_PLACE_TAIL: Keeping(Kind.IN_PLACE_TAIL, days=30.0),
    Kind.ONDISK_SLOTS: Keeping(Kind.ONDISK_SLOTS, outgrown=0.0),
    Kind.REWRITE: Keeping(Kind.REWRITE),
}
every_keeping = st.sampled_from(list(KEEPINGS.values()))
NATIONAL = Cohort(rows=15.0, day=10, stored=1000.0)
"""Of a gallery of 1000 the 1.5 % that live in one country."""


def left(keeping: Keeping, day: int, cleaned: tuple[int, ...] = ()) -> dict[Place, float]:
    """What is left of the national order's rows on a day, without the places that hold nothing."""
    found = remaining(keeping, [NATIONAL], day, cleaned)
    return {place: rows for place, rows in found.items() if rows}


def test_every_manner_of_keeping_leaves_what_its_name_says() -> None:
    both = {Place.FILE: 15.0, Place.MEMORY: 15.0}
    tail = 15.0 * (15.0 / 1000.0)
    assert left(KEEPINGS[Kind.TOMBSTONE_FOREVER], 10**6) == both
    assert left(KEEPINGS[Kind.VACUUM_AT], 10**6) == both
    assert left(KEEPINGS[Kind.VACUUM_AT], 20, (20,)) == {}
    assert left(KEEPINGS[Kind.LSM], 39) == both
    assert left(KEEPINGS[Kind.LSM], 40) == {}
    assert left(KEEPINGS[Kind.VERSIONED], 16) == {Place.OLD_VERSION: 15.0}
    assert left(KEEPINGS[Kind.VERSIONED], 17) == {}
    assert left(KEEPINGS[Kind.IN_PLACE_TAIL], 39) == {Place.MEMORY: tail}
    assert left(KEEPINGS[Kind.IN_PLACE_TAIL], 40) == {}
    assert left(KEEPINGS[Kind.ONDISK_SLOTS], 10**6) == {Place.FILE: tail, Place.MEMORY: tail}
    grown = 0.7 * 15.0 + 0.3 * tail
    assert left(Keeping(Kind.ONDISK_SLOTS, outgrown=0.7), 10) == {
        Place.FILE: pytest.approx(grown),
        Place.MEMORY: pytest.approx(grown),
    }
    assert left(KEEPINGS[Kind.REWRITE], 10) == {}


def test_a_log_keeps_the_page_of_an_erased_row_for_its_days_and_the_file_until_the_clean_up():
    keeping = KEEPINGS[Kind.MVCC_THEN_WAL]
    in_file = {Place.FILE, Place.MEMORY}
    late = {day: set(left(keeping, day, (40,))) for day in (10, 16, 17, 39, 40)}
    assert late == {
        10: in_file | {Place.LOG},
        16: in_file | {Place.LOG},
        17: in_file,
        39: in_file,
        40: set(),
    }
    at_once = {day: set(left(keeping, day, (10,))) for day in (10, 16, 17)}
    assert at_once == {10: {Place.LOG}, 16: {Place.LOG}, 17: set()}
    assert gone_on(keeping, NATIONAL, (40,)) == 40
    assert gone_on(keeping, NATIONAL, (10,)) == 17


@given(
    every_keeping,
    st.integers(0, 50),
    st.lists(st.integers(0, 60), unique=True).map(sorted).map(tuple),
    st.floats(0.001, 1.0),
    st.booleans(),
)
def test_what_is_left_only_shrinks_and_is_gone_when_the_last_place_lets_go(
    keeping: Keeping, day: int, cleaned: tuple[int, ...], share: float, scattered: bool
) -> None:
    cohort = Cohort(100.0 * share, day, 100.0, scattered)
    end = gone_on(keeping, cohort, cleaned)
    for place in Place:
        rows = [remaining(keeping, [cohort], t, cleaned)[place] for t in range(day, 110)]
        assert all(b <= a <= cohort.rows for a, b in pairwise(rows))
    assert share_left(keeping, cohort) * cohort.rows == max(
        remaining(keeping, [cohort], day, ())[place] for place in Place
    )
    for t in range(day, 110):
        assert (sum(remaining(keeping, [cohort], t, cleaned).values()) > 0.0) == (t < end)
    assert sum(remaining(keeping, [cohort], day - 1, cleaned).values()) == 0.0
    found = stays(keeping, cohort, cleaned)
    for a in found:
        for b in found:
            assert a == b or a.place != b.place or a.end <= b.start or b.end <= a.start


def test_a_national_order_stays_under_the_clean_up_threshold_and_a_large_one_does_not() -> None:
    keeping = KEEPINGS[Kind.VACUUM_AT]
    assert cleanings(keeping, [NATIONAL], [1000.0] * 10 + [985.0] * 90) == ()
    large = Cohort(200.0, 10, 1000.0)
    assert cleanings(keeping, [large], [1000.0] * 10 + [800.0] * 90) == (10,)
    # Twelve small orders reach together what none does alone; what comes after starts anew.
    orders = [Cohort(20.0, day, 1000.0) for day in range(20)]
    live = [1000.0 - 20.0 * (day + 1) for day in range(20)]
    assert cleanings(keeping, orders, live) == (9, 17)


def test_a_gallery_that_grows_puts_its_clean_up_off() -> None:
    orders = [Cohort(20.0, day, 1000.0) for day in range(20)]
    grown = [1000.0 + 500.0 * day for day in range(20)]
    assert cleanings(KEEPINGS[Kind.VACUUM_AT], orders, grown) == ()


@given(st.floats(0.01, 1.0), st.floats(0.0, 1e12), st.floats(0.0, 1e12))
def test_a_clean_up_is_due_from_the_threshold_on_and_never_without_a_marked_row(
    threshold: float, live: float, marked: float
) -> None:
    keeping = Keeping(Kind.VACUUM_AT, threshold=threshold)
    due = clean_up_due(keeping, live, marked)
    assert due == (marked > 0.0 and marked >= threshold * (live + marked))
    assert not clean_up_due(KEEPINGS[Kind.LSM], live, marked)


def test_how_long_it_takes_is_certain_only_where_no_threshold_decides() -> None:
    certain = {kind: certain_days(keeping) for kind, keeping in KEEPINGS.items()}
    assert certain == {
        Kind.TOMBSTONE_FOREVER: math.inf,
        Kind.VACUUM_AT: math.inf,
        Kind.MVCC_THEN_WAL: math.inf,
        Kind.LSM: 30.0,
        Kind.VERSIONED: 7.0,
        Kind.IN_PLACE_TAIL: 30.0,
        Kind.ONDISK_SLOTS: math.inf,
        Kind.REWRITE: 0.0,
    }


def cohorts_of(rows: int, erased: int, days: int) -> list[Cohort]:
    """A job that erases as many rows on each of some days."""
    daily, cohorts = erased // days, []
    for day in range(days):
        gone = day * daily
        cohorts.append(Cohort(daily, day, rows - gone, before=gone))
    return cohorts


@pytest.mark.parametrize("days", [1, 20, 90])
def test_shortened_lists_keep_what_stood_behind_the_end_before_it_was_erased(days: int) -> None:
    """One list, shortened as FAISS does it, whatever it is that lies behind its end."""
    rng = np.random.default_rng(9)
    rows, erased, runs = 900, 180, 300
    cohorts = cohorts_of(rows, erased, days)
    assert sum(c.rows * c.in_tail for c in cohorts) == pytest.approx(
        erased**2 / rows * (1.0 + 1.0 / days) / 2.0
    )
    left = []
    for _ in range(runs):
        places, end = np.arange(rows), rows
        gone = rng.choice(rows, erased, replace=False)
        for part in np.split(gone, days):
            leaving = np.isin(places[:end], part)
            end -= len(part)
            holes = np.flatnonzero(leaving[:end])
            places[holes] = places[end : end + len(part)][~leaving[end:]][::-1]
        left.append(len(set(gone) & set(places[end:])))
        assert not set(gone) & set(places[:end])
    expected = sum(c.rows * c.in_tail for c in cohorts)
    assert abs(np.mean(left) - expected) < 4.0 * np.std(left) / math.sqrt(runs)
    assert Cohort(erased, 0, rows, scattered=False).in_tail == 1.0


def test_scattered_rows_touch_as_many_pages_as_chance_has_it() -> None:
    """Against Yao's exact count: the limit's error falls as the number of pages grows."""
    in_page, share = 10, 0.06

    def error(pages: int) -> float:
        rows = pages * in_page
        erased = round(rows * share)
        spared = math.prod((rows - erased - i) / (rows - i) for i in range(in_page))
        return pages_touched(pages, rows, erased) / (pages * (1.0 - spared)) - 1.0

    assert abs(error(500)) < 1e-3
    assert error(5000) == pytest.approx(error(500) / 10.0, rel=0.01)
    assert pages_touched(500, 5000, 5000) == 500


def test_what_erasing_costs_by_manner_of_keeping() -> None:
    """1 % of a million rows of 128 bytes: marks are cheap, and whatever is cheap leaves bytes."""
    cohort, row = Cohort(1e4, 0, 1e6), 128
    cost = {kind: erasing(keeping, cohort, row) for kind, keeping in KEEPINGS.items()}
    whole, kept = 1.28e8, 0.99 * 1.28e8
    assert cost[Kind.TOMBSTONE_FOREVER] == cost[Kind.VACUUM_AT] == Traffic(0.0, 125_000.0)
    assert cost[Kind.LSM] == Traffic(0.0, 80_000.0)
    assert cost[Kind.VERSIONED] == Traffic(whole, kept)
    assert cost[Kind.IN_PLACE_TAIL] == Traffic(0.0, kept)
    assert cost[Kind.ONDISK_SLOTS] == Traffic(1.28e6, 1.28e6)
    assert cost[Kind.REWRITE] == Traffic(whole, kept + whole)
    paged = cost[Kind.MVCC_THEN_WAL]
    assert paged.written == 2.0 * paged.read
    # Of 64 rows to a page, 1 % scattered touch nearly half of the pages.
    assert paged.read == pytest.approx(1e6 / 64 * (1.0 - 0.99**64) * 8192)
    assert all(erasing(k, Cohort(0.0, 0, 1e6), row) == Traffic() for k in KEEPINGS.values())


def test_cleaning_up_reads_all_and_writes_what_lives() -> None:
    for kind in (Kind.VACUUM_AT, Kind.LSM):
        assert cleaning(KEEPINGS[kind], 800.0, 200.0, 128) == Traffic(128_000.0, 102_400.0)
    paged = cleaning(KEEPINGS[Kind.MVCC_THEN_WAL], 800_000.0, 200_000.0, 128)
    assert paged.read == 1.28e8
    assert paged.written == pytest.approx(2 * 1.28e8)
    assert cleaning(KEEPINGS[Kind.TOMBSTONE_FOREVER], 800.0, 200.0, 128) == Traffic()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_manner_takes_its_own_numbers_and_no_others(kind: Kind) -> None:
    numbers = {"threshold": 0.5, "days": 1.0, "log_days": 1.0, "page": 64, "outgrown": 0.5}
    own = {name: numbers[name] for name in NUMBERS[kind]}
    assert Keeping(kind, **own).kind is kind
    for name, number in numbers.items():
        wrong = {**own, name: number} if name not in own else {n: own[n] for n in own if n != name}
        with pytest.raises(ValueError, match=name):
            Keeping(kind, **wrong)
    for name in own:
        for bad in (-1.0, math.nan):
            with pytest.raises(ValueError, match=name):
                Keeping(kind, **{**own, name: bad})

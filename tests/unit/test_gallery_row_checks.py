"""Checks of rows: they add up over places, follow a change of rows, and notice every damage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.gallery.row_checks import added, row_check, without


def rows_of(seed: int, rows: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (rows, width), dtype=np.uint8)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 40), st.data())
def test_the_check_of_all_follows_a_change_of_some(seed, rows, width, data):
    held = rows_of(seed, rows, width)
    places = np.array(data.draw(st.lists(st.integers(0, rows - 1), unique=True)), dtype=np.int64)
    before = row_check(held)
    old = row_check(held[places], places)
    held[places] = data.draw(st.integers(0, 255))
    new = row_check(held[places], places)
    assert added(without(before, old), new) == row_check(held)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 60), st.integers(1, 40), st.data())
def test_every_single_changed_bit_is_noticed(seed, rows, width, data):
    held = rows_of(seed, rows, width)
    before = row_check(held)
    row, byte = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, width - 1))
    held[row, byte] ^= 1 << data.draw(st.integers(0, 7))
    assert row_check(held) != before


def test_checks_of_parts_add_up_to_the_whole_across_blocks():
    held = rows_of(1, 40_000, 13)
    parts = (row_check(held[:17_000]), row_check(held[17_000:], first=17_000))
    assert added(*parts) == row_check(held)


def test_exchanged_rows_and_blank_rows_are_noticed():
    held = rows_of(2, 20, 16)
    exchanged = held[[1, 0, *range(2, 20)]]
    assert row_check(exchanged) != row_check(held)
    blank = np.zeros_like(held)
    assert row_check(blank) != row_check(blank[:-1])


def test_the_type_of_the_numbers_does_not_matter_but_their_bytes_do():
    numbers = np.arange(24, dtype=np.float32).reshape(6, 4)
    assert row_check(numbers) == row_check(numbers.view(np.uint8))
    assert row_check(numbers) != row_check(numbers + np.float32(1))


@pytest.mark.parametrize("rows", [0, 1])
def test_no_rows_have_the_check_nought(rows):
    assert (row_check(rows_of(3, rows, 8)) == 0) == (rows == 0)

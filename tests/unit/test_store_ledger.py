"""The stores' ledgers are of the gallery behind the sample, whomever the sample holds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from sim.draws import streams
from sim.gallery.keeping import Keeping, Kind
from sim.operator.emptying import Emptying


@pytest.fixture
def gallery() -> Any:
    """A thousand faces behind the sample."""
    return SimpleNamespace(
        stored=1000.0, templates_stored=1000.0, photos_erased=0.0, templates_erased=0.0
    )


def lose(gallery: Any, rows: float) -> None:
    gallery.stored -= rows
    gallery.templates_stored -= rows
    gallery.photos_erased += rows
    gallery.templates_erased += rows


def emptying(shipped_setups: Any, keeping: Keeping, every: int = 1) -> Emptying:
    profile = replace(shipped_setups["no-uk-order"].profile, keeping={"templates": keeping})
    finds: Any = None
    return Emptying(profile, every, finds, streams(5, 0))


def test_a_day_on_which_nobody_of_the_sample_loses_a_template_is_entered(shipped_setups, gallery):
    """Of a tenth erased over four days, 60 % on the second: cleaned up on that one."""
    stores = emptying(shipped_setups, Keeping(Kind.VACUUM_AT, threshold=0.075))
    for day, rows in enumerate((20.0, 60.0, 10.0, 10.0)):
        lose(gallery, rows)
        stores.lose(day)
        assert list(stores.settle(gallery, day + 1)) == []
    ledger = stores.ledgers["templates"]
    assert (ledger.cleaned, ledger.marked) == ([1], 20.0)


def test_faces_erased_on_request_are_marked_beside_those_of_an_order(shipped_setups, gallery):
    stores = emptying(shipped_setups, Keeping(Kind.TOMBSTONE_FOREVER))
    lose(gallery, 30.0)
    stores.lose(4)
    stores.lose(4, beyond=5.0)
    list(stores.settle(gallery, 5))
    assert stores.ledgers["templates"].marked == 35.0


def test_rows_moved_before_count_towards_what_shortened_lists_keep_until_the_process_ends(
    shipped_setups, gallery
):
    """A process of 30 days: what was erased in it before, and nothing of the one before it."""
    stores = emptying(shipped_setups, Keeping(Kind.IN_PLACE_TAIL, days=30.0))
    ledger, shares = stores.ledgers["templates"], {}
    for day in (0, 10, 29, 30, 31):
        lose(gallery, 10.0)
        shares[day] = ledger.enter(day, gallery, 0.0)[0].in_tail
    assert shares == pytest.approx(
        {0: 10 / 1000, 10: 20 / 1000, 29: 30 / 1000, 30: 10 / 970, 31: 20 / 970}
    )


def test_a_writing_is_shared_by_what_is_erased_within_its_days(shipped_setups, gallery):
    stores = emptying(shipped_setups, Keeping(Kind.REWRITE), every=7)
    ledger = stores.ledgers["templates"]
    written = []
    for day in (3, 5, 9, 10):
        lose(gallery, 10.0)
        cohort, _ = ledger.enter(day, gallery, 0.0)
        written.append(ledger.lets_go(cohort, day))
    assert written == [(9.0, 9.0)] * 3 + [(16.0, 16.0)]

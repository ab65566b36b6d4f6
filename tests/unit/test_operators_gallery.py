"""When the gallery of a run's operator is told to erase, and when to clean up."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from scenarios import operators_gallery
from scenarios.operator_files import operator_of
from scenarios.operators_gallery import STORE, keeping_of, run_days
from sim.gallery.keeping import Keeping, Kind


class Told:
    """Takes down what a gallery is told."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, int]] = []

    def end_day(self, day: int, left: Any) -> None:
        self.acts.append(("ends", day))

    def clean_up(self) -> None:
        self.acts.append(("cleans up", 0))


def arm_with(cleaned: dict[int, int], emptied: dict[int, int]) -> Any:
    """An arm whose ledger learns of days on which its store was written anew: those to the day on
    which it is brought up to."""
    ledger = SimpleNamespace(cleaned=[], emptied=[])

    def bring_up_to(day: int) -> None:
        ledger.cleaned = [at for at, known in cleaned.items() if known <= day]
        ledger.emptied = [at for at, known in emptied.items() if known <= day]

    world = SimpleNamespace(
        bring_up_to=bring_up_to, emptying=SimpleNamespace(ledgers={STORE: ledger})
    )
    return SimpleNamespace(env=SimpleNamespace(run=lambda until: None), world=world)


def told(monkeypatch: pytest.MonkeyPatch, arm: Any) -> list[tuple[str, int]]:
    monkeypatch.setattr(
        operators_gallery, "held_by", lambda again, arm: np.zeros(0, dtype=np.int64)
    )
    gallery: Any = Told()
    again: Any = SimpleNamespace()
    run_days(again, arm, gallery, 4, 6)
    return gallery.acts


def test_an_operator_keeps_templates_as_its_store_does_or_does_not_say_how() -> None:
    profile = operator_of("clearview-like").profile
    assert keeping_of(profile) is None
    lsm = Keeping(Kind.LSM, days=3)
    assert keeping_of(replace(profile, keeping={STORE: lsm})) == lsm
    beyond_reach = tuple(replace(store, erased=False) for store in profile.stores)
    kept = keeping_of(replace(profile, keeping={STORE: lsm}, stores=beyond_reach))
    assert kept == Keeping(Kind.TOMBSTONE_FOREVER)


def test_a_store_is_cleaned_up_before_what_is_erased_later_reaches_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arm = arm_with(cleaned={4: 6}, emptied={})  # at the end of day 4, known when day 5 has ended
    assert told(monkeypatch, arm) == [("ends", 4), ("cleans up", 0), ("ends", 5), ("ends", 6)]


def test_a_store_that_is_written_anew_by_order_holds_nothing_of_that_days_erasures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arm = arm_with(cleaned={}, emptied={5: 6})
    assert told(monkeypatch, arm) == [("ends", 4), ("ends", 5), ("cleans up", 0), ("ends", 6)]

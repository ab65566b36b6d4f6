"""Which assumptions drive the headline: moved alone, named in order, and nothing by chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.arms import arm_setup, arms_of
from scenarios.drivers import drivers_of
from scenarios.oneway import do_oneway, oneway_tasks, read_oneway
from scenarios.scenario import load_scenario

MOVED = (
    "signals.declared.present",
    "gallery.share.us",
    "desk.capacity",
    "search.web_penalty",
    "search.review_pass",
)


@pytest.fixture(scope="module")
def effects(tmp_path_factory):
    question = load_scenario("ico-2022")
    arms = arms_of(question)
    setups = {
        name: arm_setup(arms[name], question=question) for name in ("ico-2022", "ico-2022-obeyed")
    }
    folder = tmp_path_factory.mktemp("run")
    (folder / "oneway").mkdir()
    tasks = oneway_tasks(folder, setups, MOVED, 3, 1000)
    for task in tasks:
        do_oneway(task)
    return read_oneway(folder, len(tasks))


def test_what_the_operator_cannot_infer_it_does_not_erase(effects):
    seldom_declared, often_declared = effects["signals.declared.present"]
    assert often_declared > 1.3 * seldom_declared > 0


def test_photos_of_people_abroad_touch_the_headline_by_a_hair(effects):
    """Friends there show residents here, so how much they post shifts whose photos those are."""
    low, high = effects["gallery.share.us"]
    assert 0 < abs(high - low) < 0.03 * low


@pytest.mark.parametrize("name", MOVED[2:])
def test_a_parameter_that_cannot_reach_the_headline_moves_it_by_exactly_nothing(effects, name):
    low, high = effects[name]
    assert low == high > 0


def row(name, fit, drives):
    return {"name": name, "fit": fit, "drives": drives}


def test_drivers_are_named_by_size_and_only_without_direct_evidence():
    found = drivers_of(
        [
            row("a", "same", 9.9),
            row("b", "proxy", 5.0),
            row("c", "assumed", -8.0),
            row("d", "assumed", 0.4),
            row("e", "assumed", 0.0),
            row("f", "assumed", None),
        ]
    )
    assert [r["name"] for r in found.listed] == ["c", "b"]
    assert (found.tried, found.still) == (5, 2)


def test_where_no_driver_can_be_known_the_reason_is_given():
    assert drivers_of([row("a", "assumed", None)]).why == "no parameter was moved"
    assert drivers_of([row("a", "assumed", 0.0)]).why == "no parameter moves it"


def test_nothing_is_moved_where_nothing_is_ranged(tmp_path: Path):
    assert read_oneway(tmp_path, 0) == {}

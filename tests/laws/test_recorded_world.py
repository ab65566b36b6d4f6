"""The laws of the model in the default world, in which every authority's recorded case runs: no
strength is no effect, the same seed is the same world, a stranger changes nobody, and the number
of workers changes no file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from generators.population import Population, build_population
from scenarios.cli.main import app
from sim.dates import day_of
from sim.history import History
from sim.model import run_arms
from sim.setup import ArmSetup, InterventionSpec
from tests.laws.test_worlds import NO_STRENGTH, same_snapshots

START = day_of(date(2021, 3, 4))


@pytest.fixture(scope="module")
def few() -> Population:
    return build_population(600, 3, acquaintances="by community")


@pytest.fixture(scope="module")
def without(few, recorded_setups) -> History:
    return run_arms(few, {"arm": recorded_setups["no-uk-order"]}, 5, 0)["arm"]


def same(one: History, other: History) -> None:
    """Assert that two histories are equal to the bit, whatever their logs say."""
    same_snapshots(one, other)
    np.testing.assert_array_equal(one.person_days, other.person_days)
    assert one.templates == other.templates
    assert one.requests == other.requests
    assert one.searches == other.searches
    assert one.ledgers == other.ledgers


def test_the_other_authorities_cases_do_happen(without):
    authorities = {event.authority for event in without.events if event.authority}
    assert {"CNIL", "Garante", "OAIC"} <= authorities
    assert "ICO" not in authorities


@pytest.mark.parametrize("kind", NO_STRENGTH)
def test_an_intervention_of_zero_strength_leaves_the_recorded_world_as_it_was(
    few, recorded_setups, without, kind
):
    spec = InterventionSpec(kind, START, None, "GB", NO_STRENGTH[kind])
    setup = replace(recorded_setups["no-uk-order"], interventions=(spec,))
    same(without, run_arms(few, {"arm": setup}, 5, 0)["arm"])


def test_an_intervention_of_full_strength_does_not(few, recorded_setups, without):
    spec = InterventionSpec("cease-collection", START, None, "GB", {"strength": 1.0})
    setup = replace(recorded_setups["no-uk-order"], interventions=(spec,))
    full = run_arms(few, {"arm": setup}, 5, 0)["arm"]
    assert full.person_days.sum() < without.person_days.sum()


def test_a_suspended_order_without_news_leaves_the_recorded_world_as_it_was(
    few, recorded_setups, with_parameters
):
    def silent(setup: ArmSetup) -> ArmSetup:
        return with_parameters(setup, {"people.news_reach": 0.0})

    names = ("no-uk-order", "ico-2022")
    arms = run_arms(few, {name: silent(recorded_setups[name]) for name in names}, 5, 0)
    same_snapshots(arms["no-uk-order"], arms["ico-2022"])
    np.testing.assert_array_equal(arms["no-uk-order"].person_days, arms["ico-2022"].person_days)


def test_the_same_seed_gives_the_same_recorded_world_alone_and_in_company(few, recorded_setups):
    names = ("no-uk-order", "ico-2022", "ico-2022-obeyed")
    together = run_arms(few, {name: recorded_setups[name] for name in names}, 5, 0)
    alone = run_arms(few, {"arm": recorded_setups["ico-2022-obeyed"]}, 5, 0)["arm"]
    same(together["ico-2022-obeyed"], alone)
    assert together["ico-2022-obeyed"].events == alone.events


def test_one_more_isolated_person_changes_nobody_in_the_recorded_world(few, recorded_setups):
    setup = {"arm": recorded_setups["ico-2022"]}
    everybody = np.arange(len(few))
    before = run_arms(few, setup, 5, 0, watched=everybody)["arm"]
    after = run_arms(few.with_isolated_person("FR"), setup, 5, 0, watched=everybody)["arm"]
    for field in ("held", "searchable", "held_at_notice"):
        np.testing.assert_array_equal(getattr(before.watched, field), getattr(after.watched, field))
    assert before.events == after.events


@pytest.mark.slow
def test_the_files_of_the_recorded_world_are_the_same_whatever_the_workers(tmp_path):
    words = ["run", "ico-2022", "--people", "300", "--replications", "4", "--ranges", "0"]
    for workers in ("1", "2"):
        out = str(tmp_path / workers)
        done = CliRunner().invoke(app, [*words, "--workers", workers, "--out", out])
        assert done.exit_code == 0, done.stderr
    one, two = hashed(tmp_path / "1"), hashed(tmp_path / "2")
    assert one == two
    assert any(name.startswith("events/") for name in one)


def hashed(folder: Path) -> dict[str, str]:
    """The hash of every file but the manifest, which says when the run was made."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }

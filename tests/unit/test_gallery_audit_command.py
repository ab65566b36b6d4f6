"""`efface gallery audit --rows`: fills, selects, erases, audits, and says so in words and JSON."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
pytest.importorskip("safetensors", reason="the fitted distribution needs the extra [faces]")

from generators.template_file import read_templates
from scenarios.cli.main import app
from scenarios.crowd import Asked, Crowd
from scenarios.foretold import foretold_rows, foretold_words
from scenarios.report.audit_words import found_words, holds_word, verdict_words
from sim.gallery.report import LEVELS, Level

SMALL = ("--rows", "4000", "--share", "0.05")


def audit(*words: str) -> Result:
    return CliRunner().invoke(app, ["gallery", "audit", *words])


@pytest.fixture(scope="module")
def own() -> Result:
    """The project's own gallery, audited at every level."""
    return audit(*SMALL, "--json")


def test_the_projects_own_gallery_leaves_nothing_at_any_level(own: Result) -> None:
    assert own.exit_code == 0, own.output
    told = json.loads(own.stdout)
    assert [level["level"] for level in told["levels"]] == list(LEVELS)
    for level in told["levels"]:
        assert level["holds"] is True
        assert level["control"]["behaved"]
        assert level["does_not_prove"]


def test_it_says_whom_it_missed_and_whom_it_took_besides(own: Result) -> None:
    told = json.loads(own.stdout)["selection"]
    assert told["stored"] == 4000
    assert told["chosen"] == told["in_scope"] - told["missed"] + told["others"]
    assert 0 < told["under_erasure"] < 1
    assert told["scope"] == "5 % of people, drawn at random"


def test_a_store_that_keeps_what_it_hides_fails_where_bytes_are_looked_for() -> None:
    told = audit(*SMALL, "--profile", "tombstone_forever", "--json")
    assert told.exit_code == 1
    levels = {level["level"]: level for level in json.loads(told.stdout)["levels"]}
    assert [levels[name]["holds"] for name in LEVELS] == [True, True, False, False]
    assert levels["L2"]["evidence"]["found"] == json.loads(told.stdout)["selection"]["chosen"]


def test_a_store_is_clean_once_its_time_is_over() -> None:
    words = ("--profile", "versioned", "--days", "3000", "--levels", "L2")
    told = audit("--rows", "2000", "--share", "0.1", *words)
    assert told.exit_code == 0, told.output


def test_in_words_each_level_says_what_it_does_not_prove() -> None:
    told = audit("--rows", "3000", "--share", "0.1", "--levels", "L0,L1", "--design", "IVF2048,SQ8")
    assert told.exit_code == 0, told.output
    shown = " ".join(told.stdout.split())
    assert "In this model the order is about 10 % of people" in shown
    assert shown.count("Not proved:") == 2
    assert "Audited: 3,000 made-up templates of 750 people, design IVF2048,SQ8, seed 0." in shown
    assert "The gallery is the project's own" in shown
    assert "trained on 79,872 templates or more: these are kept as in Flat" in shown
    assert re.search(r"survivors were found \([0-9]+ of [0-9]+ searches hit\)", shown)
    assert shown.endswith("Every level that was looked at holds.")
    assert "the quantile 99.99 % is 0.68, of photos 0.74" in shown
    assert "files" not in shown.split("What is left")[1]


def test_a_probe_is_sixteen_new_photos_of_one_person_and_nearer_to_them_than_one() -> None:
    crowd = Crowd(Asked(1000), read_templates()[0])
    people = np.arange(100)
    probes = crowd.new_photos(people)
    assert probes.shape == (100, 128)
    assert np.linalg.norm(probes, axis=1) == pytest.approx(1, abs=1e-5)
    enrolled = crowd.templates(people, np.zeros(100, dtype=np.int64))
    single = crowd.templates(people, np.full(100, 2**31))
    scores, of_single = ((rows * enrolled).sum(axis=1) for rows in (probes, single))
    assert scores.mean() > of_single.mean() + 0.1


def test_strangers_by_whose_photos_the_threshold_is_set_are_not_those_that_are_compared() -> None:
    crowd = Crowd(Asked(1000, share=0.2), read_templates()[0])
    nearest = (crowd.probes().strangers @ crowd.new_photos(crowd.strangers).T).max(axis=1)
    assert nearest.max() < 0.99


def test_a_search_of_too_few_people_is_not_said_to_hold() -> None:
    told = audit("--rows", "1000", "--levels", "L1", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["levels"][0]["holds"] is None


def test_a_command_that_is_ended_leaves_no_files_of_its_gallery(tmp_path: Path) -> None:
    words = ("gallery", "audit", "--rows", "200000", "--profile", "rewrite")
    start = "from scenarios.cli.main import app; app()"
    with subprocess.Popen(
        [sys.executable, "-c", start, *words],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"enrolling\n"
        assert any(tmp_path.iterdir())
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("rows", ["5", "-1"])
def test_everything_wrong_is_said_at_once_with_the_nearest_names(rows: str) -> None:
    words = ("--rows", rows, "--share", "2", "--threshold", "-1", "--seed", "-1")
    told = audit(*words, "--profile", "vacum_at", "--design", "IVF2048,SQ9", "--levels", "L9")
    assert told.exit_code == 2
    for key in ("--rows", "--share", "--threshold", "--seed", "manner of keeping", "design", "L9"):
        assert key in told.stderr
    assert "expected: 1,000 to 10,000,000" in told.stderr
    assert "expected: 0.0000001 to 0.5" in told.stderr
    assert "vacuum_at" in told.stderr
    assert "IVF2048,SQ8" in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "nothing to audit"),
        (("--rows", "2000", "--arm", "ico-2022"), "--arm is for a run"),
        (("some-run", "--rows", "2000"), "--rows is for a gallery without a run"),
        (("no-such-run",), "no-such-run"),
        (("--rows", "2000", "--days", "3"), "only an operator's store"),
        (("--rows", "2000", "--share", "0.001", "--threshold", "99"), "no template would be"),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], why: str) -> None:
    told = audit(*words)
    assert told.exit_code == 2
    assert why in told.stderr


def test_people_are_the_same_in_a_larger_gallery_and_others_under_another_seed() -> None:
    distribution, _ = read_templates()
    small, large = (Crowd(Asked(rows), distribution) for rows in (1000, 2000))
    assert np.array_equal(small.chosen, large.chosen[:1000])
    who, nth = np.array([3, 200]), np.array([0, 2])
    assert np.array_equal(small.templates(who, nth), large.templates(who, nth))
    other = Crowd(Asked(1000, seed=1), distribution)
    assert not np.allclose(small.templates(who, nth), other.templates(who, nth))


def test_a_higher_threshold_erases_fewer_of_others_and_misses_more() -> None:
    distribution, _ = read_templates()
    low, high = (Crowd(Asked(20_000, threshold=at), distribution) for at in (1.0, 5.0))
    mine = low.in_scope[low.person]
    assert (high.chosen & ~mine).sum() < (low.chosen & ~mine).sum()
    assert (mine & ~high.chosen).sum() > (mine & ~low.chosen).sum()


def test_it_is_foretold_how_much_a_store_keeps_by_then_and_where() -> None:
    tail = foretold_rows("in_place_tail", 20_000, 266, 0)
    assert tail is not None
    assert tail["memory"] == pytest.approx(266**2 / 20_000)
    assert "3.5 in memory; of so few it is chance" in foretold_words(tail)
    assert foretold_rows("vacuum_at", 20_000, 4_000, 0) == dict.fromkeys(tail, 0)
    marked = foretold_rows("vacuum_at", 20_000, 3_999, 0)
    assert marked == {**dict.fromkeys(tail, 0), "file": 3_999, "memory": 3_999}
    expired = foretold_rows("versioned", 20_000, 266, 7)
    assert expired is not None
    assert "nothing is left" in foretold_words(expired)


def test_the_last_line_names_the_levels_that_do_not_hold_and_those_not_decided() -> None:
    def level(name: str, holds: bool | None) -> Level:
        return Level(name, holds, {"searches": 1}, None, "Much.", None)

    some = (level("L0", True), level("L1", None), level("L2", False), level("L3", False))
    assert verdict_words(some) == "Undecided: L1; does not hold: L2, L3."
    assert verdict_words(some[:1]) == "Every level that was looked at holds."


def test_a_level_that_was_not_examined_is_not_said_to_hold() -> None:
    level = Level("L3", None, {}, None, "Much.", "Memory cannot be read here.")
    assert holds_word(level) == "not examined"
    assert found_words(level) == "Memory cannot be read here."

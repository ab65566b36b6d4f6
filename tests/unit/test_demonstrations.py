"""Demonstrations: what their files may say, what is judged, and that every shipped one holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.cli.main import app
from scenarios.demonstrate import demonstrate, judged, replications
from scenarios.demonstration_files import (
    Demonstration,
    demonstration_from_text,
    demonstrations,
    load_demonstration,
)
from sim.dates import iso
from sim.interventions.registry import MODULES
from sim.setup import StrategyName

GOOD = """\
about: cease-collection
actor: crawler
measure: in_scope_left
at: 2022-12-15
base: no-uk-order
people: 2000
replications: 3
moves:
  says: In this model less is held.
  scenario:
    world: uk-only
    interventions: [{kind: cease-collection, from: 2022-05-18, strength: 1.0}]
  direction: down
  because: [filter_set, cease-collection_begins]
unmoved:
  says: In this model a filter for residents turns away nobody where nobody is inferred to be one.
  scenario:
    world: uk-only
    interventions: [{kind: cease-collection, from: 2022-05-18}]
    operator: {strategy: litigate}
    cases: [{record: UK-ICO-2022, stay: automatic, clauses: [cease_collection]}]
    parameters:
      {operator.residency.threshold: 40 nats, news.weight.investigation: 0, news.weight.intent: 0,
       news.weight.final: 0, news.weight.judgment: 0}
  why: wrong inferred residency
  log: cease-collection_without_effect
"""


def changed(old: str, new: str) -> Demonstration:
    assert old in GOOD
    return demonstration_from_text(GOOD.replace(old, new), Path("cease-collection.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("actor: crawler", "actor: crawlr", 2, "did you mean: crawler?"),
        ("in_scope_left", "in_scope_let", 3, "did you mean: in_scope_left"),
        ("2022-12-15", "the end", 4, "is not a date"),
        ("no-uk-order", "no-uk-ordr", 5, "did you mean: no-uk-order"),
        ("says: In this model less", "says: Less", 9, "In this model ..."),
        (
            "interventions: [{kind: cease-collection, from: 2022-05-18, s",
            "interventins: [{kind: cease-collection, from: 2022-05-18, s",
            12,
            "did you mean: interventions",
        ),
        (
            "collection, from: 2022-05-18, s",
            "colllction, from: 2022-05-18, s",
            12,
            "cease-collection",
        ),
        ("strength: 1.0", "strength: 2.0", 12, "0 to 1"),
        ("direction: down", "direction: sideways", 13, "up or down"),
        ("strategy: litigate", "strategy: litigat", 20, "did you mean: litigate?"),
        ("clauses: [cease_coll", "clauses: [cease_col", 21, "did you mean: cease_collection"),
        ("news.weight.intent", "news.weight.intnt", 23, "did you mean: news.weight.intent"),
        ("about: cease-collection", "about: deletion-order", 1, "named otherwise"),
        (
            "{kind: cease-collection, from: 2022-05-18}",
            "{kind: going-private, from: 2022-05-18}",
            18,
            "the first run has no 'cease-collection'",
        ),
    ],
)
def test_a_fault_is_told_at_its_own_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        changed(old, new)
    assert [fault.line for fault in caught.value.faults] == [line]
    assert said in str(caught.value)


def test_faults_of_both_pairs_are_told_at_once() -> None:
    text = GOOD.replace("strength: 1.0", "strength: 2.0").replace("litigate", "litigat")
    with pytest.raises(ScenarioError) as caught:
        demonstration_from_text(text, Path("cease-collection.yaml"))
    assert [fault.line for fault in caught.value.faults] == [12, 20]


def test_parameters_of_a_pair_hold_in_both_its_runs() -> None:
    demonstration = changed("about:", "about:")
    first, second = demonstration.unmoved
    assert first.parameters["news.weight.final"] == second.parameters["news.weight.final"] == 0.0
    assert first.scenario.cases
    assert not second.scenario.cases


@pytest.fixture(scope="module")
def runs():
    """Both pairs of the good file, run once."""
    good = changed("about:", "about:")
    return tuple(replications(good, pair, 0) for pair in (good.moves, good.unmoved))


def test_the_chain_of_causes_ends_at_what_the_intervention_began(runs) -> None:
    moving, unmoved = judged(changed("about:", "about:"), *runs).pairs
    assert moving.holds
    assert unmoved.holds
    assert moving.low <= moving.difference <= moving.high < 0.0
    assert [(e.kind, iso(e.day)) for e in moving.causes] == [
        ("filter_set", "2022-05-18"),
        ("cease-collection_begins", "2022-05-18"),
    ]
    assert unmoved.low == unmoved.difference == unmoved.high == 0.0
    assert [event.kind for event in unmoved.causes] == [
        "cease-collection_without_effect",
        "cease-collection_begins",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("direction: down", "direction: up", "does not lie above 0"),
        ("[filter_set, cease-collection_begins]", "[collection_ceased]", "nothing in the log"),
        ("_begins]", "_begins, enforcement_notice]", "chain of causes is another"),
        ("[filter_set, ", "[", "an act of the world, not of the crawler"),
        ("actor: crawler", "actor: people", "an act of the operator, not of the people"),
        ("log: cease-collection_without_effect", "log: order_ignored", "no event 'order_ignored'"),
    ],
)
def test_a_demonstration_that_does_not_hold_says_what_fails(
    runs, old: str, new: str, fault: str
) -> None:
    shown = judged(changed(old, new), *runs)
    assert not shown.holds
    assert any(fault in pair.fault for pair in shown.pairs), [p.fault for p in shown.pairs]


def test_a_difference_that_the_circumstance_did_not_prevent_does_not_hold(runs) -> None:
    moves, _ = runs
    shown = judged(changed("about:", "about:"), moves, moves)
    assert "a replication differs by 0." in shown.pairs[1].fault


def test_differences_that_cancel_out_are_no_zero(runs) -> None:
    moves, (same, *_) = runs
    swapped = dict(zip(("with", "without"), (moves[0]["without"], moves[0]["with"]), strict=True))
    shown = judged(changed("about:", "about:"), moves, [same, moves[0], swapped])
    assert shown.pairs[1].low <= 0.0 <= shown.pairs[1].high
    assert "a replication differs by" in shown.pairs[1].fault


def test_an_event_that_both_runs_have_tells_nothing_of_their_difference(runs) -> None:
    moves, unmoved = runs
    both = [{"with": run["with"], "without": run["with"]} for run in unmoved]
    shown = judged(changed("about:", "about:"), moves, both)
    assert "no event 'cease-collection_without_effect' of its own" in shown.pairs[1].fault


def test_a_day_on_which_the_measure_is_not_read_is_refused_with_those_on_which_it_is(runs) -> None:
    with pytest.raises(ScenarioError, match=r"2022-12-15, 2023-03-15, 2023-12-15"):
        judged(changed("2022-12-15", "2022-12-16"), *runs)


def test_the_command_prints_both_runs_and_exits_1_where_one_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "cease-collection.yaml"
    path.write_text(GOOD, encoding="utf-8")
    good = CliRunner().invoke(app, ["demonstrate", str(path)])
    assert good.exit_code == 0, good.output
    assert "In this model less is held." in good.stdout
    assert "2022-05-18  model   cease-collection begins (world)" in good.stdout
    assert "2022-05-18  model   cease-collection without effect (world)" in good.stdout
    assert good.stdout.rstrip().endswith("1 of 1 demonstrations hold")
    wrong = GOOD.replace("direction: down", "direction: up").replace("cations: 3", "cations: 2")
    path.write_text(wrong, encoding="utf-8")
    bad = CliRunner().invoke(app, ["demonstrate", str(path), "--json"])
    assert bad.exit_code == 1
    (told,) = json.loads(bad.stdout)["demonstrations"]
    assert told["moves"]["fault"] == "the interval does not lie above 0"
    assert told["unmoved"]["holds"]


def test_an_unknown_demonstration_ends_with_code_2_and_the_nearest_names() -> None:
    result = CliRunner().invoke(app, ["demonstrate", "cease-colection"])
    assert result.exit_code == 2
    assert "did you mean: cease-collection" in result.stderr


def test_every_intervention_and_every_strategy_has_a_demonstration_and_so_have_three_manners() -> (
    None
):
    powers = {module.KIND.name for module in MODULES}
    manners = {"rewrite", "vacuum_at", "versioned"}
    assert set(demonstrations()) == powers | set(map(str, StrategyName)) | manners
    assert len(demonstrations()) == 18 + 5 + 3


@pytest.mark.parametrize("name", demonstrations())
def test_every_shipped_demonstration_loads(name: str) -> None:
    assert load_demonstration(name).file.about == name


@pytest.mark.parametrize("name", ["customer-ban", "monetary-penalty"])
def test_what_no_draw_moves_holds_with_the_fewest_replications(name: str) -> None:
    shipped = load_demonstration(name)
    few = shipped.file.model_copy(update={"people": 1000, "replications": 2})
    shown = demonstrate(replace(shipped, file=few))
    assert shown.holds, [pair.fault for pair in shown.pairs]


@pytest.mark.slow
@pytest.mark.parametrize("name", demonstrations())
def test_every_shipped_demonstration_holds(name: str) -> None:
    shown = demonstrate(load_demonstration(name))
    assert shown.holds, [pair.fault for pair in shown.pairs]

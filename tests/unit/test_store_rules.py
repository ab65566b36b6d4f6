"""How a scenario chooses what its stores keep: one name for all, or a rule a store."""

from __future__ import annotations

from importlib import resources

import pytest

from generators.errors import ScenarioError
from scenarios.arms import arm_setup, arms_of
from scenarios.explanation import explanation
from scenarios.keepings import known_keepings
from scenarios.operator_files import known_operators, operator_from_text
from scenarios.scenario import load_scenario
from sim.gallery.keeping import Keeping, Kind
from sim.operator.profile import GALLERY

NAME = "ico-2022-obeyed"


def keeping(*overrides: str) -> dict[str, Keeping]:
    loaded = load_scenario(NAME, list(overrides))
    return dict(arm_setup(loaded, question=loaded).profile.keeping)


def faults(*overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        load_scenario(NAME, list(overrides))
    return [fault.as_text() for fault in error.value.faults]


def test_no_operator_says_how_it_keeps_and_one_name_is_of_all_stores_of_faces():
    assert keeping() == {}
    vacuum = known_keepings()["vacuum_at"].keeping
    assert keeping("operator.stores=vacuum_at") == dict.fromkeys(GALLERY, vacuum)


def test_a_rule_of_a_store_has_the_numbers_of_the_data_file_where_it_writes_no_others():
    rules = keeping(
        "operator.stores.templates={keeping: mvcc_then_wal, threshold: 10 %, log_days: 2 weeks}",
        "operator.stores.backups={keeping: versioned, days: 90 days}",
        "operator.stores.customers' copies=rewrite",
    )
    assert rules == {
        "templates": Keeping(Kind.MVCC_THEN_WAL, threshold=0.1, log_days=14.0, page=8192),
        "backups": Keeping(Kind.VERSIONED, days=90.0),
        "customers' copies": Keeping(Kind.REWRITE),
    }


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("operator.stores=vacum_at", "did you mean: vacuum_at"),
        ("operator.stores.template=lsm", "did you mean: operator.stores.templates"),
        ("operator.stores={template: lsm}", "did you mean: templates"),
        ("operator.stores.backups=lsm", "expected: tombstone_forever, versioned, rewrite"),
        ("operator.stores.templates={keeping: lsm, days: 3 apples}", "the wrong unit 'apples'"),
        ("operator.stores.templates={keeping: lsm, days: 3}", "needs a unit"),
        ("operator.stores.templates={keeping: vacuum_at, threshold: 120 %}", "at most 1"),
        ("operator.stores.templates={keeping: vacuum_at, days: 2 days}", "vacuum_at has no days"),
        ("operator.stores.templates={days: 2 days}", "keeping"),
        ("operator.stores=3", "keys with values"),
        ("operator.stores=null", "a manner of keeping by its name"),
        ("operator.stores=[lsm]", "a manner of keeping by its name"),
        ("operator.stores.templates={keeping: mvcc_then_wal, page: 1000.5 bytes}", "whole number"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(override, told):
    (fault,) = faults(override)
    assert told in fault
    assert fault.startswith("--set")


def test_one_store_is_set_and_the_others_keep_by_the_name_that_the_file_has_for_all():
    vacuum, lsm = (known_keepings()[name].keeping for name in ("vacuum_at", "lsm"))
    rules = keeping("operator.stores=vacuum_at", "operator.stores.templates=lsm")
    assert rules == {"images": vacuum, "metadata": vacuum, "templates": lsm}


def test_one_name_is_of_the_stores_in_which_the_profile_has_something():
    rules = keeping("operator.profile=public-search", "operator.stores=vacuum_at")
    assert set(rules) == {"metadata", "templates"}


def test_a_rule_of_a_store_that_holds_nothing_is_refused():
    """Public search keeps no photos."""
    (fault,) = faults("operator.profile=public-search", "operator.stores.images=rewrite")
    assert "the images of this profile hold nothing that an erasure reaches" in fault
    assert "expected: metadata, templates, probe log" in fault


def test_everything_wrong_is_told_in_one_pass():
    told = faults("operator.stores={template: lsm, images: lms, backups: {keeping: versioned, "
                  "days: never}}")  # fmt: skip
    assert len(told) == 3


def test_a_scenario_is_written_again_as_it_was_read():
    written = load_scenario(NAME, ["operator.stores={templates: {keeping: lsm, days: 1 week}}"])
    operator = written.scenario.model_dump(mode="json")["operator"]
    assert operator["stores"] == {"templates": {"keeping": "lsm", "days": "7 days"}}
    assert "stores" not in load_scenario(NAME).scenario.model_dump(mode="json")["operator"]
    named = load_scenario(NAME, ["operator.stores=lsm"]).scenario.model_dump(mode="json")
    assert named["operator"]["stores"] == dict.fromkeys(GALLERY, "lsm")


def test_stores_are_an_arm_s_own_and_explained_beside_its_strategy():
    loaded = load_scenario(NAME, ["operator.stores=lsm"])
    keepings = {
        name: arm_setup(arm, question=loaded).profile.keeping
        for name, arm in arms_of(loaded).items()
    }
    assert keepings["no-uk-order"] == {}
    assert set(keepings[NAME]) == set(GALLERY)
    told = {arm["name"]: arm["stores"] for arm in explanation(loaded)["arms"]}
    assert told == {"no-uk-order": {}, NAME: dict.fromkeys(GALLERY, "lsm")}


def test_an_operator_s_file_may_say_how_its_stores_keep():
    file = resources.files("scenarios").joinpath("operators", "clearview-like.yaml")
    text = file.read_text(encoding="utf-8")
    rule = "keeping:\n  templates: {value: lsm, source: an assumption, fit: assumed}\nmeans:"
    known = operator_from_text(text.replace("means:", rule, 1), "clearview-like.yaml")
    assert known.profile.keeping == {"templates": known_keepings()["lsm"].keeping}
    assert known.values["keeping.templates"].source == "an assumption"
    wrong = rule.replace("templates:", "template:").replace("value: lsm", "value: ssl")
    with pytest.raises(ScenarioError, match="no manner of keeping 'ssl'"):
        operator_from_text(text.replace("means:", wrong, 1), "clearview-like.yaml")
    assert all(operator.profile.keeping == {} for operator in known_operators().values())

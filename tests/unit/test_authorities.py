"""The authorities' data files: they cover the record, say where each value comes from, and a file
that is not what it should be is refused with its place."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.authority_files import (
    authority_from_text,
    authority_id,
    fitted_durations,
    known_authorities,
    lent,
    load_authorities,
)
from scenarios.case_steps import iso_currency
from scenarios.cases import case_file, jurisdiction_code
from scenarios.cli.main import app
from scenarios.duration_fit import fit
from scenarios.durations import recorded_durations
from scenarios.news import LETTERS
from scenarios.public_record import load_record, read_data
from scenarios.stages import STAGES
from sim.law.checks import check_case
from sim.law.step_kinds import INSTRUMENTS

CNIL = resources.files("scenarios").joinpath("authorities", "CNIL.yaml").read_text("utf-8")
CASES = tuple(action for action in load_record().actions if action.id != LETTERS)
VALUES = [
    pytest.param(value, id=f"{id}:{key}")
    for id, known in known_authorities().items()
    for key, value in known.values.items()
]


def test_every_action_of_the_record_is_named_by_exactly_one_file():
    acting = [id for known in known_authorities().values() for id in known.acts_in]
    assert sorted(acting) == sorted(load_record().ids)


@pytest.mark.parametrize("action", CASES, ids=lambda action: action.id)
def test_an_authority_protects_first_those_of_the_jurisdiction_in_which_it_acts(action):
    authority = load_authorities()[authority_id(action)]
    assert authority.jurisdictions[0] == jurisdiction_code(action)


def test_what_the_record_orders_lies_within_the_authoritys_powers_and_maximum():
    """One order, which the record does not date, has no notice that could hold it."""
    faults = {a.id: check_case(case_file(load_record(), a.id)) for a in CASES}
    found = {id: [fault.message for fault in of] for id, of in faults.items() if of}
    undated = "FTC-RITEAID-2023"
    assert found == {undated: [f"'{undated}' has no final notice that could hold an order"]}


@pytest.mark.parametrize("action", CASES, ids=lambda action: action.id)
def test_the_record_imposes_in_the_authoritys_own_currency(action):
    currencies = {iso_currency(step.currency) for step in action.steps if step.currency}
    assert currencies <= {load_authorities()[authority_id(action)].currency}


@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_nobody_read_at_its_source_says_so(value):
    if value.seen_at:
        assert value.seen_at.startswith(("http://", "https://"))
    else:
        words = ("Assumption", "not read", "not searched")
        assert any(word in value.source for word in words), value.source


def test_the_shipped_durations_are_those_of_the_fit():
    stages = fit(recorded_durations(load_record())).stages
    for name, length in fitted_durations().items():
        fitted = stages[name]
        assert length.median == pytest.approx(fitted.median, abs=0.5), name
        assert length.sigma == pytest.approx(fitted.deviation, abs=0.0005), name
        assert f"Fitted to {fitted.count} duration" in length.source
        # One duration is drawn so far towards all stages that it is no measurement of its own.
        assert length.fit == ("same" if fitted.count > 1 else "proxy"), name


def test_every_authority_has_a_duration_for_every_stage_and_its_own_come_first():
    assert all(tuple(known.lengths) == STAGES for known in known_authorities().values())
    own = "durations: {notice to final: {median: 90.0, sigma: 0.2, fit: assumed, source: A guess}}"
    known = authority_from_text(f"{CNIL}\n{own}\n", "CNIL.yaml")
    assert known.authority.durations["notice to final"].median == 90
    assert known.lengths["open to notice"] == fitted_durations()["open to notice"]


def test_every_duty_of_the_records_orders_can_be_ordered_and_no_other_power_is_named():
    clauses = read_data("clauses.yaml")
    read = {
        duty["kind"] for case in clauses.values() for duties in case.values() for duty in duties
    }
    powers = {kind for known in load_authorities().values() for kind in known.powers}
    assert powers - set(INSTRUMENTS) == read


def test_a_files_own_powers_and_amounts_come_before_those_of_its_laws():
    own, shared = known_authorities()["IMY"], known_authorities()["CNIL"]
    assert own.authority.maximum["monetary penalty notice"] == 10_000_000
    assert shared.authority.maximum["monetary penalty notice"] == 20_000_000
    assert own.authority.powers["delete"] == shared.authority.powers["delete"]
    assert own.authority.powers["delete_one"] != shared.authority.powers["delete_one"]


def test_a_transplant_lends_a_power_for_each_duty_of_the_order_and_says_whose_it_is():
    known = load_authorities()
    moratorium = known["NJ-AG"]
    assert "delete" not in moratorium.powers
    borrower = lent(moratorium, known["CNIL"], frozenset({"delete", "stop_use"}))
    assert borrower.powers["delete"].startswith("borrowed from CNIL")
    assert borrower.powers["stop_use"] == moratorium.powers["stop_use"]


ONE_CHANGE = {
    # case: (old, new, what the caret points at, said in the message, nearest name)
    "unknown key": ("officers:", "oficers:", "oficers", "unknown key 'oficers'", "officers"),
    "an unknown stage": ("officers:", "durations: {open to notise: {median: 9.0, sigma: 0.2, "
                         "fit: assumed, source: A guess}}\nofficers:", "open to notise",
                         "is not a stage of a case", "open to notice"),
    "an amount of no instrument": ("maximum:\n  periodic penalty:", "maximum:\n  periodic fine:",
                                   "periodic fine", "is not an instrument", "periodic penalty"),
    "a power of no duty": ("powers:\n  periodic penalty:", "powers:\n  deletee:", "deletee",
                           "is not a duty or an instrument", "delete"),
    "no rule for appeals": ('"none"', '"nonne"', '"nonne"', "is not a rule for appeals", "none"),
    "a share over one": ("value: 0.8,", "value: 1.8,", "1.8", "'value' is not what", ""),
    "a count below zero": ("value: 60,", "value: -6,", "-6", "'value' is not what", ""),
    "a text for an amount": ("value: 100000,", "value: plenty,", "plenty", "'value' is not", ""),
    "outside its own range": ("low: 30, high: 365", "low: 100, high: 365", "{value: 90",
                              "outside its own range", ""),
    "no unit": ('value: 90, unit: "days"', 'value: 90, unit: ""', "{value: 90",
                "a number needs a unit", ""),
    "no unit of an amount": ('unit: "EUR per day"', 'unit: "EUR a day"', "",
                             "is no unit of an amount", ""),
    "a fine of every day": ("maximum:\n  periodic penalty:", "maximum:\n  monetary penalty notice:",
                            "", "only a periodic penalty is of a day", ""),
    "a grade without a copy": ('seen_at: "", grade: ""', 'seen_at: "", grade: "B"', "{value: 0,",
                               "about a copy that was read", ""),
    "an unknown law": ("laws: [gdpr]", "laws: [gpdr]", "", "there is no law 'gpdr'", "gdpr"),
    "a currency of two letters": ("currency: EUR", "currency: EU", "EU", "'currency' is not", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_CHANGE)
def test_a_file_that_is_wrong_is_refused_where_it_is_wrong(case):
    old, new, at, says, nearest = ONE_CHANGE[case]
    assert old in CNIL
    with pytest.raises(ScenarioError) as refused:
        authority_from_text(CNIL.replace(old, new, 1), "CNIL.yaml")
    (fault,) = [fault for fault in refused.value.faults if says in fault.message]
    assert fault.file == "CNIL.yaml"
    if at:
        assert fault.excerpt is not None
        assert fault.column is not None
        assert fault.excerpt[fault.column - 1 :].startswith(at)
    if nearest:
        assert fault.nearest[0] == nearest


def test_everything_wrong_in_a_file_is_told_in_one_pass():
    twice = CNIL.replace("officers:", "oficers:").replace('"none"', '"nonne"')
    with pytest.raises(ScenarioError) as refused:
        authority_from_text(twice, "CNIL.yaml")
    assert len(refused.value.faults) == 3  # one key too many, one missing, one wrong


def told(*words: str):
    return CliRunner().invoke(app, ["law", "authorities", *words])


def test_the_command_lists_every_authority_and_tells_one_with_its_sources():
    listed = told()
    assert listed.exit_code == 0
    assert all(f"\n{id} " in listed.stdout for id in known_authorities())
    one = told("CNIL").stdout
    for value in known_authorities()["CNIL"].values.values():
        assert value.source in one
        assert value.seen_at in one


def test_the_command_prints_json_with_every_value_and_its_marks():
    listed = json.loads(told("--json").stdout)["authorities"]
    assert [entry["id"] for entry in listed] == list(known_authorities())
    ico = next(entry for entry in listed if entry["id"] == "ICO")
    assert ico["values"]["stay"]["value"] == "automatic"
    assert set(ico["values"]["appeal_period_days"]) == {
        *("value", "unit", "low", "high", "source", "seen_at", "grade", "fit"),
    }


def test_an_unknown_authority_ends_with_2_and_the_nearest_names():
    refused = told("CNLI")
    assert refused.exit_code == 2
    assert "did you mean: CNIL" in refused.stderr

"""The five findings name what the model has: interventions, levers and measures."""

from __future__ import annotations

import pytest

from scenarios.findings import Finding, notice_findings
from scenarios.public_record import read_data
from sim.interventions.registry import interventions
from sim.levers import LEVERS
from sim.measures import MEASURES

FINDINGS = notice_findings().findings


def test_there_are_five() -> None:
    assert len(FINDINGS) == 5


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda one: one.articles[0])
def test_a_finding_is_tied_to_what_can_be_run_and_read(finding: Finding) -> None:
    assert finding.interventions
    assert set(finding.interventions) <= set(interventions())
    assert set(finding.levers) <= set(LEVERS)
    assert finding.measures
    assert set(finding.measures) <= set(MEASURES)


def test_together_they_name_every_provision_that_was_found_broken_and_is_modelled() -> None:
    (action,) = (a for a in read_data("record.yaml")["actions"] if a["id"] == "UK-ICO-2022")
    broken = set(action["grounds_breached"])
    named = {article for finding in FINDINGS for article in finding.articles}
    assert named <= broken
    # Article 35, on the impact assessment, has no counterpart in the model.
    assert broken - named == {"35"}

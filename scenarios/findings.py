"""The findings of the penalty notice under question, each as a mechanism with its measure.

A finding says what was wrong; `record/findings.yaml` says what in this model does that wrong, which
powers bear on it, which levers they move, and which measures see it. `efface explain --findings`
prints the table.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import Field

from scenarios.sourced import read_model
from scenarios.strict import Strict


class Finding(Strict):
    """One finding.

    Attributes:
        finding: what was found, in a sentence.
        articles: provisions of the UK GDPR that were found broken.
        mechanism: what in the model does this.
        interventions: names of those that bear on it.
        levers: names of the levers that they move; none where they ask for a job.
        measures: names of the measures that see it.
    """

    finding: str = Field(min_length=1)
    articles: tuple[str, ...] = Field(min_length=1)
    mechanism: str = Field(min_length=1)
    interventions: tuple[str, ...] = Field(min_length=1)
    levers: tuple[str, ...] = ()
    measures: tuple[str, ...] = Field(min_length=1)


class Findings(Strict):
    """The findings of one notice.

    Attributes:
        source: where they stand.
        seen_at: address of the copy that was read.
        findings: in the order in which they were published.
    """

    source: str = Field(min_length=1)
    seen_at: str = Field(pattern=r"^https://")
    findings: tuple[Finding, ...] = Field(min_length=1)


@cache
def notice_findings() -> Findings:
    """Return the findings of the notice under question, read once a process.

    Raises:
        ScenarioError: the file is not what it should be.
    """
    name = "record/findings.yaml"
    text = resources.files("scenarios").joinpath(name).read_text(encoding="utf-8")
    found: Findings = read_model(text, name, Findings)
    return found

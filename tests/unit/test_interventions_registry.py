"""Interventions of other packages: what is wrong with one is named, and nothing else is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import EntryPoint

import pytest

from generators.errors import ScenarioError
from sim.dates import day_of
from sim.interventions import cease_collection, registry
from sim.setup import InterventionSpec

CEASE = "sim.interventions.cease_collection:KIND"


@dataclass(frozen=True)
class Dist:
    """A package by its name."""

    name: str


def entries(**values: str):
    """Entry points of packages that are called as they are, with -kit behind it."""
    made = []
    for name, value in values.items():
        entry = EntryPoint(name, value, registry.GROUP)
        vars(entry)["dist"] = Dist(f"{name}-kit")
        made.append(entry)
    return lambda group: made


def faults_of(monkeypatch, **values: str) -> list[str]:
    monkeypatch.setattr(registry, "entry_points", entries(**values))
    with pytest.raises(ScenarioError) as refused:
        registry.interventions.__wrapped__()
    return [fault.message for fault in refused.value.faults]


def test_every_package_that_cannot_be_loaded_is_named_with_its_error(monkeypatch) -> None:
    missing, nameless, other = faults_of(
        monkeypatch, gone="no_such_package:KIND", bare="sim.dates:KIND", day="sim.dates:iso"
    )
    assert "entry point 'gone' of the package 'gone-kit' cannot be loaded" in missing
    assert "ModuleNotFoundError: No module named 'no_such_package'" in missing
    assert "'bare' of the package 'bare-kit' cannot be loaded: AttributeError" in nameless
    assert other == "the entry point 'day' of the package 'day-kit' is not an InterventionKind"


def test_two_of_one_name_are_told_apart_by_their_packages(monkeypatch) -> None:
    (twice,) = faults_of(monkeypatch, mine=CEASE)
    assert "'cease-collection': one of this project, one of the package 'mine-kit'" in twice


def failing(*_: object) -> str:
    raise KeyError("no such clause")


@pytest.mark.parametrize(
    ("asks", "question"),
    [
        ("lacks", lambda setup: registry.lacking(setup.interventions[0], setup.cases)),
        ("reaches", registry.reached),
    ],
)
def test_an_error_in_what_an_intervention_says_of_the_cases_names_it_and_its_line(
    monkeypatch, shipped_setups, asks: str, question
) -> None:
    kind = replace(cease_collection.KIND, **{asks: failing})
    monkeypatch.setattr(registry, "interventions", lambda: {kind.name: kind})
    spec = InterventionSpec(
        kind.name, day_of(date(2022, 1, 1)), None, "GB", {}, place="asked.yaml:12"
    )
    setup = replace(shipped_setups["ico-2022"], interventions=(spec,))
    with pytest.raises(ScenarioError, match="KeyError: 'no such clause'") as refused:
        question(setup)
    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("asked.yaml", 12)
    assert "'cease-collection' failed when it was asked about the arm's cases" in fault.message


def test_what_is_missing_is_told_in_one_number_or_the_other(shipped_setups) -> None:
    joint = InterventionSpec("coordinated-action", day_of(date(2022, 5, 18)), None, "GB", {})
    (case,) = shipped_setups["ico-2022"].cases
    silent = replace(case, obligations=())
    faults = [registry.lacking(joint, cases) for cases in ([], [silent], [silent, silent])]
    assert [fault and fault.found for fault in faults] == [
        "no case",
        "1 case, none of them such",
        "2 cases, none of them such",
    ]

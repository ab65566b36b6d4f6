"""Nothing in `sim/` knows a scenario or a case by name: the record is input."""

from __future__ import annotations

import re
from pathlib import Path

import scenarios
import sim
from sim.interventions.registry import interventions


def test_no_scenario_and_no_case_is_named_inside_sim():
    library = Path(scenarios.__file__).parent / "library"
    # A scenario of one intervention alone is called like the intervention, which has its module.
    names = {path.stem for path in library.glob("*.yaml")} - set(interventions())
    assert "ico-2022" in names
    whole = "|".join(map(re.escape, sorted(names)))
    forbidden = re.compile(rf"(?<![\w-])(?:{whole})(?![\w-])|UK-ICO")
    for path in Path(sim.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = [m for m in forbidden.findall(text) if m != "UK-ICO" or "`UK-ICO-2022`" not in text]
        assert not found, f"{path.name} names {found}"

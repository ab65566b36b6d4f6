"""The documents' table of interventions is the registry's."""

from __future__ import annotations

from pathlib import Path

from sim.interventions.kinds import InterventionKind, Option
from sim.interventions.registry import MODULES

PAGE = Path(__file__).parents[2] / "docs" / "interventions.md"
HEAD = "| intervention | what it does | acts on | limited by | power | options |"


def option(name: str, one: Option) -> str:
    """An option with its default, range and unit; a word takes no unit, its range does."""
    unit = "" if one.unit == "1" else f" {one.unit}"
    word = isinstance(one.default, str)

    def number(value: float) -> str:
        return f"{value:,.10g}"

    words = ", ".join(one.choices)
    if one.low is None or one.high is None:
        return f"`{name}` {one.default} ({words})"
    default = one.default if word else f"{number(one.default)}{unit}"
    between = f"{number(one.low)} to {number(one.high)}{unit if word else ''}"
    return f"`{name}` {default} ({between})"


def row(kind: InterventionKind) -> str:
    """An intervention's line."""
    options = "; ".join(option(name, one) for name, one in kind.options.items())
    limited = ", ".join(kind.scopes) or "nothing"
    ends = "" if kind.ends else " Done once."
    power = f"[{kind.power}]({kind.address})" if kind.address else kind.power
    cells = (f"`{kind.name}`", f"{kind.what}{ends}", kind.acts_on, limited, power, options)
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole table."""
    return "\n".join([HEAD, "|---|---|---|---|---|---|", *(row(module.KIND) for module in MODULES)])


def test_the_page_shows_every_intervention_as_it_is() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), f"docs/interventions.md needs\n{table()}"

"""The run in three rows: what the README and a first mail to a colleague hold, as Markdown."""

from __future__ import annotations

from scenarios.store import Run

ROWS = {
    "searchable_persons": "a search can find them",
    "held_persons": "anything of them is held",
    "identifiability": "one photo of them returns them",
}
"""Measures of the brief, all shares of residents, and what they say."""


def brief(run: Run) -> str:
    """Return three rows per 100 residents on the run's last day, a column an arm, as Markdown.

    Each cell holds the mean and, in brackets, the range over assumed parameters and populations.
    """
    last = run.manifest["horizon"]["to"]
    titles = run.manifest["titles"]
    found = {
        (row["name"], row["arm"]): row
        for row in run.measures(headline=True).to_pylist()
        if row["at"] == last and row["margin"] == "all"
    }
    lines = [
        f"| on {last}, of 100 residents | " + " | ".join(titles[arm] for arm in run.arms) + " |",
        "|---|" + "---|" * len(run.arms),
    ]
    for name, words in ROWS.items():
        cells = [_cell(found[name, arm]) for arm in run.arms]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: dict[str, float | None]) -> str:
    value, low, high = row["value"], row["value_range_low"], row["value_range_high"]
    if value is None:
        return "–"
    spread = "no range" if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f}"
    return f"{100 * value:.1f} ({spread})"

"""The run in three rows: what the README and a first mail to a colleague hold, as Markdown."""

from __future__ import annotations

from scenarios.store import Run

ROWS = (
    ("searchable_persons", "delete_deadline", "can be found by a search on {at}"),
    ("searchable_persons", "", "can be found by a search on {at}"),
    ("identifiability", "", "are returned when one photo of them is searched for on {at}"),
)
"""The brief's rows: measure (a share of residents), window or "" for the last day, and words."""


def brief(run: Run) -> str:
    """Return three rows per 100 residents, a column an arm, as Markdown.

    Each cell holds the mean and, in brackets, the range over assumed parameters and populations.
    """
    titles = run.manifest["titles"]
    found = {
        (row["name"], row["at"], row["arm"]): row
        for row in run.measures(headline=True).to_pylist()
        if row["margin"] == "all"
    }
    lines = [
        "| of 100 residents | " + " | ".join(titles[arm] for arm in run.arms) + " |",
        "|---|" + "---|" * len(run.arms),
    ]
    for name, window, words in ROWS:
        at = run.manifest["windows"][window] if window else run.manifest["horizon"]["to"]
        cells = [_cell(found.get((name, at, arm))) for arm in run.arms]
        lines.append(f"| {words.format(at=at)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: dict[str, float | None] | None) -> str:
    if row is None:
        return "–"
    value, low, high = row["value"], row["value_range_low"], row["value_range_high"]
    if value is None:
        return "–"
    spread = "no range" if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f}"
    return f"{100 * value:.1f} ({spread})"

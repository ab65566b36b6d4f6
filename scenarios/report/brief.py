"""The run in three rows: what the README and a first mail to a colleague hold, as Markdown."""

from __future__ import annotations

from scenarios.report.table_words import other_than_usual
from scenarios.report.words import arm_words, day_words, per_hundred, residents
from scenarios.store import Run
from sim.fidelity import Fidelity

ROWS = (
    ("searchable_persons", "delete_deadline", "can be found by a search on {at}"),
    ("searchable_persons", "", "can be found by a search on {at}"),
    ("identifiability", "", "are returned when one photo of them is searched for on {at}"),
)
"""The brief's rows: measure (a share of residents), window or "" for the last day, and words."""
_OF_ADULTS = " (of 100 adults)"
"""After the words of a row that is about adults alone, as searches are where photos are drawn."""


def brief(run: Run) -> str:
    """Return three rows per 100 residents, a column an arm, as Markdown.

    Each cell holds the range over assumed parameters and populations and, in brackets, the mean.
    Below them stands what was set, and what drew and encoded photos where they were drawn.
    """
    manifest = run.manifest
    found = {
        (row["name"], row["at"], row["arm"]): row
        for row in run.measures(headline=True).to_pylist()
        if row["margin"] == "all"
    }
    titles = [arm_words(arm, manifest).replace("|", "\\|") for arm in run.arms]
    who = residents(manifest["windows"]["jurisdiction"])
    lines = [
        f"| of 100 {who} | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(run.arms),
    ]
    drawn = run.fidelity != Fidelity.SCORES
    for name, window, words in ROWS:
        at = manifest["windows"][window] if window else manifest["horizon"]["to"]
        cells = [_cell(found.get((name, at, arm)), manifest["ranges"] > 0) for arm in run.arms]
        of = _OF_ADULTS if drawn and name == "identifiability" else ""
        lines.append(f"| {words.format(at=day_words(at))}{of} | " + " | ".join(cells) + " |")
    # A run that ends on the deadline asks the same question twice.
    said = other_than_usual(run)
    return "\n".join(dict.fromkeys(lines)) + "\n" + (f"\n{said}\n" if said else "")


def _cell(row: dict[str, float | None] | None, ranged: bool) -> str:
    """Return range and mean, or a dash where the run has no such reading."""
    if row is None or row["value"] is None:
        return "–"
    mean = f"mean {per_hundred(row['value'])}"
    low, high = row["value_range_low"], row["value_range_high"]
    if low is None or high is None:
        return f"{mean}, {'undefined in some range draw' if ranged else 'no range drawn'}"
    return f"{per_hundred(low)} to {per_hundred(high)} ({mean})"

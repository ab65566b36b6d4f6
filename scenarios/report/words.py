"""The sentences and labels that every picture, table and page of a run shares.

Generated sentences open with "In this model" and quote the range over assumed parameters first: an
effect is a difference between simulated worlds under stated assumptions, never what a notice
caused. Words for what is on the record and for what the model made are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

CLAUSES: Mapping[str, str] = {
    "without the order": "without the order",
    "as it happened": "as it happened",
    "obeyed": "had the order been obeyed",
    "ignored": "had the order been ignored",
    "no stay": "had the order bound during the appeal",
}
"""What the titles of the shipped arms become inside a sentence."""

RESIDENTS: Mapping[str, str] = {"GB": "UK residents", "AU": "residents of Australia"}
"""What a reader calls the residents of a jurisdiction."""

EVENT_WORDS: Mapping[str, str] = {
    "investigation_opened": "Investigation opened",
    "complaint": "Complaint",
    "company_reply": "Company replies",
    "provisional_notice": "Notice of intent",
    "enforcement_notice": "Order to stop and delete",
    "final_penalty": "Fine",
    "appeal_lodged": "Appeal lodged",
    "hearing": "Hearing",
    "tribunal_sets_aside": "Tribunal sets both aside",
    "appeal_sought": "Authority seeks to appeal",
    "permission_refused_renewed": "Permission refused, renewed",
    "tribunal_restores_jurisdiction": "Upper Tribunal restores jurisdiction",
}
"""Short labels of the record's kinds of step; other kinds are printed as they are."""

KEY_EVENTS = (
    "investigation_opened",
    "provisional_notice",
    "enforcement_notice",
    "final_penalty",
    "appeal_lodged",
    "tribunal_sets_aside",
    "tribunal_restores_jurisdiction",
)
"""The steps that a chart has room for; the others stand in the case log."""

RANGE_NOTE = (
    "The range holds 5–95 % of joint draws of the assumed parameters. The error of the mean over "
    "replications is a much smaller thing: it shrinks with more runs, the range does not."
)

UNRANGED = "In this model, nothing is claimed without a range, and this run drew none."

LIMITS = (
    "How many people the company really holds: it says that it cannot count them. The share of "
    "its images that shows UK residents, and how unevenly they are found, are assumptions.",
    "What the notice caused. An effect here is a difference between two simulated worlds that "
    "share everything else.",
    "What the company would have done. “Obeyed” means: all that the operator's own guess of "
    "residence finds is deleted in time, and its errors stay.",
    "Anything about a real person: nobody in it exists, and no row, name or face stands for "
    "somebody.",
    "What the other authorities' orders did: this world holds the UK's case alone, and how well "
    "the company's software recognises a face comes from published tests of others.",
)
"""Five lines on what the model cannot tell."""


def arm_words(arm: str, manifest: Mapping[str, Any]) -> str:
    """Return what a reader calls an arm: the title of its column, in full."""
    title = str(manifest.get("titles", {}).get(arm, arm.replace("-", " ")))
    return "without the order" if title == "without" else title


def arm_clause(arm: str, manifest: Mapping[str, Any]) -> str:
    """Return an arm as a clause of a sentence: "had the order been obeyed"."""
    words = arm_words(arm, manifest)
    return CLAUSES.get(words, f"in “{words}”")


def residents(jurisdiction: str) -> str:
    """Return what a reader calls the residents of a jurisdiction (`GB` → "UK residents")."""
    return RESIDENTS.get(jurisdiction, f"residents of {jurisdiction}")


def event_words(kind: str) -> str:
    """Return the short label of a kind of step."""
    return EVENT_WORDS.get(kind, kind.replace("_", " ").capitalize())


def money(amount: int, currency: str = "GBP") -> str:
    """Return an amount as people write it: £7,552,800, or "EUR 20,000,000"."""
    return f"£{amount:,}" if currency == "GBP" else f"{currency} {amount:,}"


def day_words(at: str) -> str:
    """Return an ISO date as people write it: 2025-12-31 → "31 December 2025"."""
    when = date.fromisoformat(at)
    return f"{when.day} {when:%B %Y}"


def per_hundred(share: float) -> str:
    """Return a share of residents as a number per 100, one decimal, never "-0.0"."""
    return f"{100 * share + 0.0:.1f}".replace("-0.0", "0.0")


def _one(difference: float) -> str:
    """Return "17.8 fewer", "0.3 more" or "0.0"."""
    number = per_hundred(abs(difference))
    if number == "0.0":
        return number
    return f"{number} {'more' if difference > 0 else 'fewer'}"


def fewer(difference: float, low: float, high: float, of: str = "") -> str:
    """Return a difference of shares as "67.1 fewer of them (range 47.0 to 87.2)".

    Args:
        difference: share of residents, negative where there are fewer; not one that shows as 0.
        low: lower end of its range.
        high: upper end. Where the range crosses zero, both ends say which way they go.
        of: words between the number and its range.
    """
    if low < 0 < high and "0.0" not in (_one(low), _one(high)):
        ends = f"{_one(low)} to {_one(high)}"
    else:
        ends = " to ".join(per_hundred(end) for end in sorted((abs(low), abs(high))))
    return f"{_one(difference)}{of} (range {ends})"


def reading(
    rows: Iterable[Mapping[str, Any]], arm: str, name: str, at: str
) -> Mapping[str, Any] | None:
    """Return the row of one measure of one arm for all residents in question, or None.

    Args:
        rows: headline rows of `measures.parquet`.
        arm: name of the arm.
        name: name of the measure.
        at: ISO date, or "" for the whole run.
    """
    for row in rows:
        if (row["arm"], row["name"], row["at"], row["margin"]) == (arm, name, at, "all"):
            return row
    return None


def headline(rows: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> str:
    """Return the run's headline: what obeying, and what happened, changed on the last day.

    The arms beside are compared with the scenario under question, and the scenario with its
    counterfactual. A run without range draws has no headline, and the sentence says so.

    Args:
        rows: headline rows of `measures.parquet`.
        manifest: the run's manifest.
    """
    at = manifest["horizon"]["to"]
    where = manifest["windows"]["jurisdiction"]
    scenario, counterfactual = manifest["scenario"], manifest.get("counterfactual")
    pairs = [(beside, scenario, "from_scenario") for beside in manifest["beside"]]
    if counterfactual:
        pairs.append((scenario, counterfactual, ""))
    if not pairs:
        return _level(reading(rows, scenario, "searchable_persons", at), at, where)
    said: list[str] = []
    for arm, other, prefix in pairs:
        row = reading(rows, arm, "searchable_persons", at)
        if row is None:
            continue
        clause = arm_clause(arm, manifest)
        if not prefix and row["structural_zero"]:
            said.append(f"{clause}, by assumption as many as {arm_clause(other, manifest)}")
            continue
        stem = f"{prefix}_" if prefix else ""
        low, high = row[f"{stem}range_low"], row[f"{stem}range_high"]
        if low is None or high is None:
            return UNRANGED
        if _one(row[prefix or "difference"]) == "0.0":
            ends = f"{_one(low)} to {_one(high)}"
            said.append(f"{clause}, about as many as {arm_clause(other, manifest)} (range {ends})")
            continue
        of = "" if said else f" of every 100 {residents(where)}"
        verb = "would be" if prefix else "are"
        when = "" if said else f" {verb} searchable on {day_words(at)}"
        effect = fewer(row[prefix or "difference"], low, high, of)
        said.append(
            f"{arm_clause(arm, manifest)}, {effect}{when} than {arm_clause(other, manifest)}"
        )
    return "In this model, " + "; ".join(said) + "."


def _level(row: Mapping[str, Any] | None, at: str, where: str) -> str:
    """Return the headline of a run whose scenario has nothing to be compared with."""
    if row is None or row["value_range_low"] is None:
        return UNRANGED
    low, high = per_hundred(row["value_range_low"]), per_hundred(row["value_range_high"])
    return (
        f"In this model, {per_hundred(row['value'])} of every 100 {residents(where)} (range {low} "
        f"to {high}) are searchable on {day_words(at)}; nothing stands beside it."
    )


def counted(count: int, what: str) -> str:
    """Return a number with its noun: "1 replication", "20 replications"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

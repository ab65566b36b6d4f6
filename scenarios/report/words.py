"""The sentences and labels that every picture, table and page of a run shares.

Generated sentences open with "In this model" and quote the range over assumed parameters first: an
effect is a difference between simulated worlds under stated assumptions, never what a notice
caused. Words for what is on the record and for what the model made are kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

CLAUSES: Mapping[str, str] = {
    "without the order": "without the order",
    "as it happened": "as it happened",
    "obeyed": "had the order been obeyed",
    "ico 2022 obeyed": "had the order been obeyed",
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

LIMITS = (
    "How many people the company really holds: it says that it cannot count them. The share of "
    "its images that shows UK residents, and how unevenly they are found, are assumptions.",
    "What the notice caused. An effect here is a difference between two simulated worlds that "
    "share everything else.",
    "What the company would have done. “Obeyed” means: all that the operator's own guess of "
    "residence finds is deleted in time, and its errors stay.",
    "Anything about a real person: nobody in it exists, and no row, name or face stands for "
    "somebody.",
    "What the other authorities' orders did: this world holds the UK's case alone. How well the "
    "company's software recognises a face is mostly assumed; little of it comes from published "
    "tests, and those are of others' systems on mugshots.",
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


def resident(jurisdiction: str) -> str:
    """Return what a reader calls one of them (`GB` → "a UK resident")."""
    words = residents(jurisdiction)
    return f"a {words.replace('residents', 'resident', 1)}"


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


def counted(count: int, what: str) -> str:
    """Return a number with its noun: "1 replication", "20 replications"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

"""Whether the law covers what the operator does: a function, not a flag.

It hangs on the activity (building the database, searching it), on who searches and where, on the
regime in force that day where the person lives, and on whose reading of it one follows.

Both tribunals held that the operator's processing, from abroad, is related to the monitoring of
behaviour of people in the jurisdiction (Article 3(2)(b)). They part where the clients are foreign
states' law enforcement and security bodies, or their contractors. The First-tier Tribunal held
that the processing was then outside the material scope of the GDPR (Article 2(2)(a)) and, after
31 December 2020, no relevant processing under Article 3 of the UK GDPR: [2023] UKFTT 819 (GRC),
paragraphs 154 and 156. The Upper Tribunal held that Article 2(2)(a) speaks of what the Member
States have reserved to themselves, so that a private company that serves foreign states is inside:
[2025] UKUT 319 (AAC).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sim.dates import day_of
from sim.setup import CUSTOMER_KINDS, Client, Reading

GDPR_FROM = day_of(date(2018, 5, 25))
"""First day on which the GDPR applies."""

UK_GDPR_FROM = day_of(date(2021, 1, 1))
"""First day of the UK GDPR: the day after the implementation period of the withdrawal from the
Union ended."""

UNION = frozenset({"AT", "DE", "FR", "GR", "IT", "NL", "SE", "EU"})
"""Codes of jurisdictions in the European Union that the population tables have."""

Activity = Literal["database", "search"]
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
"""What the operator does: it builds the database (activity 1 of the tribunals) and has it searched
(activity 2). Both readings decide alike for the two: the database is built in order to be
searched."""


@dataclass(frozen=True)
class Covered:
    """Whether the law covers a piece of processing.

    Attributes:
        covered: whether it does.
        regime: the regime in force there that day, "" where none is known to the model.
        why: one sentence.
    """

    covered: bool
    regime: str
    why: str


def regime_of(residence: str, day: int) -> str:
    """Return the regime in force for residents of a jurisdiction on a day, "" for none known."""
    if residence == "GB" and day >= UK_GDPR_FROM:
        return "UK GDPR"
    if (residence == "GB" or residence in UNION) and day >= GDPR_FROM:
        return "GDPR"
    return ""


def covered(
    activity: str, client_kind: str, client_country: str, day: int, residence: str, reading: Reading
) -> Covered:
    """Return whether the law where a person lives covers what is done with their face.

    Args:
        activity: in `ACTIVITIES`.
        client_kind: in `CUSTOMER_KINDS`; for the database, those for whom it is built.
        client_country: code of the client's country.
        day: day number.
        residence: code of where the person lives.
        reading: whose reading of the material scope is followed.

    Raises:
        ValueError: an activity or a kind of client that the law does not tell apart here.
    """
    if activity not in ACTIVITIES or client_kind not in CUSTOMER_KINDS:
        known = ", ".join((*ACTIVITIES, *CUSTOMER_KINDS))
        raise ValueError(f"'{activity}' for '{client_kind}': the words are {known}")
    regime = regime_of(residence, day)
    if not regime:
        why = f"No regime that the model knows covers residents of {residence} on that day."
        return Covered(False, "", why)
    foreign = not _within(client_country, residence, day)
    if foreign and client_kind != "private" and reading is Reading.FIRST_TIER:
        ground = "Article 2(2)(a)" if regime == "GDPR" else "Article 3, relevant processing"
        why = (
            f"{regime}, {ground}: the clients are foreign states or act for them, and what serves "
            f"them is outside the scope ([2023] UKFTT 819 (GRC))."
        )
        return Covered(False, regime, why)
    if foreign and client_kind != "private":
        why = (
            f"{regime}, Article 3(2)(b): a private company monitors behaviour there; that its "
            f"clients are foreign states takes nothing out of the scope ([2025] UKUT 319 (AAC))."
        )
        return Covered(True, regime, why)
    why = f"{regime}, Article 3(2)(b): the processing is related to the monitoring of behaviour."
    return Covered(True, regime, why)


def covered_for(clients: Sequence[Client], day: int, residence: str, reading: Reading) -> Covered:
    """Return whether the law covers an operator that serves these clients on a day.

    It does where it covers what is done for any of them; otherwise the ground is that of the
    first.

    Raises:
        ValueError: nobody is served on that day.
    """
    served = [client for client in clients if client.until is None or day < client.until]
    if not served:
        raise ValueError(f"nobody is served on day {day}")
    found = [covered("search", c.kind, c.country, day, residence, reading) for c in served]
    return next((one for one in found if one.covered), found[0])


def _within(country: str, residence: str, day: int) -> bool:
    """Return whether a client's country is under the same law as a person's residence.

    Until 2020 the United Kingdom was under the Union's.
    """
    union = UNION if day >= UK_GDPR_FROM else UNION | {"GB"}
    return country == residence or (country in union and residence in union)

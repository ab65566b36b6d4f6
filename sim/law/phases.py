"""Phases of a case, and which may follow which.

A case runs from a complaint or an opening of the authority's own to notices, courts and closure.
The public record of a case may begin late (Sweden's begins with the penalty), so every phase up
to the final notices may come first; what may not happen is that a case goes back, except where a
court sends it back to the authority, or where a closed one is opened anew.
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a case stands."""

    NONE = "none"
    COMPLAINT = "complaint"
    INVESTIGATION = "investigation"
    INTENT = "notice of intent"
    FINAL = "final notices"
    APPEAL = "appeal"
    CLOSED = "closed"


PHASE_SUCCESSORS: dict[Phase, frozenset[Phase]] = {
    Phase.NONE: frozenset(Phase) - {Phase.NONE, Phase.APPEAL},
    Phase.COMPLAINT: frozenset({Phase.INVESTIGATION, Phase.INTENT, Phase.FINAL, Phase.CLOSED}),
    Phase.INVESTIGATION: frozenset({Phase.INTENT, Phase.FINAL, Phase.CLOSED}),
    Phase.INTENT: frozenset({Phase.INTENT, Phase.FINAL, Phase.CLOSED}),
    Phase.FINAL: frozenset({Phase.FINAL, Phase.APPEAL, Phase.INVESTIGATION, Phase.CLOSED}),
    Phase.APPEAL: frozenset({Phase.APPEAL, Phase.FINAL, Phase.INVESTIGATION, Phase.CLOSED}),
    Phase.CLOSED: frozenset({Phase.COMPLAINT, Phase.INVESTIGATION}),
}
"""From each phase, those that may follow. From an appeal a case goes back to the final notices
when the appeal ends, and to the investigation when a court remits it to the authority."""

BEFORE_NOTICE = frozenset({Phase.NONE, Phase.COMPLAINT, Phase.INVESTIGATION})
"""Before the operator is told what is intended."""

BEFORE_FINAL = BEFORE_NOTICE | {Phase.INTENT}
"""Before anything is ordered."""

AFTER_FINAL = frozenset({Phase.FINAL, Phase.APPEAL})
"""Once something has been ordered."""

OPEN = frozenset(Phase) - {Phase.CLOSED}
"""Until the case is closed. Something may be ordered all that time: notices come one after another,
and one may come while another is under appeal."""

ANY = frozenset(Phase)
"""Whatever the case stands at."""

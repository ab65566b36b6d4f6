"""The stages of a case whose length is drawn, and the step from which each runs.

`record/durations.yaml` says what each stage is in the record and which cases show it.
"""

from __future__ import annotations

BEGINS = {
    "open to notice": "investigation_opened",
    "notice to final": "provisional_notice",
    "final to first decision": "enforcement_notice",
    "decision to next decision": "tribunal_sets_aside",
    "order to liquidation": "injunction",
}
"""Kind of step from which a stage runs, where a case has no kind of its own for it."""

STAGES = tuple(BEGINS)
"""Names of the stages, in the order in which a case goes through them."""

"""What is to be removed from the gallery, and how: one order's job."""

from __future__ import annotations

from dataclasses import dataclass

REMOVALS = {"removal": (True, False), "hiding": (False, False), "disgorgement": (True, True)}
"""Jobs that remove: whether they erase, and whether they keep the photos."""


@dataclass(frozen=True)
class RemovalOrder:
    """What is to be removed, and how.

    Attributes:
        source: who orders it (a case's id or an intervention).
        jurisdiction: code of those whom the operator must infer to live there.
        start: first day of the job.
        deadline: day by which erasure from all stores should have ended.
        erases: erase from every store, or only hide from results.
        threshold: evidence in nats above which a face counts as in scope, None for the
            operator's own choice.
        templates_only: erase what was derived from the photos and keep these, so that templates
            can be made anew (disgorgement).
        again: ordered anew after a look into the stores, and so no order of its own.
    """

    source: str
    jurisdiction: str
    start: int
    deadline: int
    erases: bool
    threshold: float | None = None
    templates_only: bool = False
    again: bool = False

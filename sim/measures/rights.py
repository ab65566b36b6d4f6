"""Requests of residents in scope, in real units: conditional expectations, not rare draws."""

from __future__ import annotations

from collections.abc import Callable

from sim.history import History, Requests
from sim.measures.question import INFORMING_MOVERS, Measure, Reading

_ZERO = "no news or notice differs between the two arms, and only informed residents ask"
_DESK_ZERO = (
    "neither news nor notices nor what the desk demands and answers differ between the two arms"
)
_DESK_MOVERS = (*INFORMING_MOVERS, "desk")


def _reader(name: str, of: Callable[[Requests], float]) -> Callable[[History], list[Reading]]:
    def read(history: History) -> list[Reading]:
        return [Reading(name, "", "all", "", float(of(history.requests)))]

    return read


MEASURES = (
    Measure(
        "requests_made", "R", "requests",
        r"R = P \int I(t) \, h \, dt",
        "How many access and erasure requests do residents send?",
        "rights", 0, INFORMING_MOVERS, _ZERO, _reader("requests_made", lambda r: r.made),
    ),
    Measure(
        "requests_answered", "R_a", "requests",
        r"R_a = a \cdot \text{requests closed by the desk and out by } T",
        "How many of them are answered by the end?",
        "rights", 0, _DESK_MOVERS, _DESK_ZERO, _reader("requests_answered", lambda r: r.answered),
    ),
    Measure(
        "requests_abandoned", "R_g", "requests",
        r"R_g = R \, d \, g",
        "How many are given up because a photo is demanded?",
        "rights", 0, _DESK_MOVERS, _DESK_ZERO, _reader("requests_abandoned", lambda r: r.abandoned),
    ),
    Measure(
        "extra_photos_held", "R_x", "photos",
        r"R_x = R \, d \, (1 - g)",
        "How many photos does the operator gain from those who ask?",
        "rights", 0, _DESK_MOVERS, _DESK_ZERO,
        _reader("extra_photos_held", lambda r: r.extra_photos),
    ),
)  # fmt: skip

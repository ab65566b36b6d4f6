"""Moves from one jurisdiction to another, at most one a person.

The tables refer to mid-2022, and `jurisdiction` is where somebody lives on that day. Whoever has
moved by then lived elsewhere before; whoever moves later goes elsewhere. Rates are those of
migration between countries, so nobody moves inside a region of the tables.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.calendar import DAYS_A_YEAR, FIRST_DAY, LAST_DAY, NEVER, REFERENCE_DAY
from generators.keyed import Streams
from generators.strata import Strata


def draw_moves(
    j: int,
    rows: NDArray[np.int64],
    birth_day: NDArray[np.int32],
    strata: Strata,
    streams: Streams,
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Draw the moves of some residents of one jurisdiction.

    With a rate of r per resident and year, a share 1 − exp(−r t) moves in t years, on days that
    are equally likely; nobody moves before they are born. Where from: in proportion to the people
    who leave the other regions; where to: to those who arrive there.

    Args:
        j: the jurisdiction.
        rows: int64 [n], ids that key the draws.
        birth_day: int32 [n].
        strata: the tables.
        streams: `move`.

    Returns:
        move_day int32 [n], `NEVER` for those who stay; elsewhere uint8 [n], the other
        jurisdiction (the own one for those who stay).
    """
    away = np.array([region != strata.regions[j] for region in strata.regions])
    days = np.full(rows.size, NEVER, dtype=np.int32)
    elsewhere = np.full(rows.size, j, dtype=np.uint8)
    chance = streams.uniform("move", rows)
    when = streams.uniform("move", rows, 1)
    where = streams.uniform("move", rows, 2)
    taken = 0.0
    for rate, others, start, end in (
        (strata.arrivals[j], strata.departures, FIRST_DAY, REFERENCE_DAY + 1),
        (strata.departures[j], strata.arrivals, REFERENCE_DAY + 1, LAST_DAY + 1),
    ):
        flow = np.where(away, strata.residents * others, 0.0)
        if flow.sum() <= 0.0:
            continue
        share = -np.expm1(-rate * (end - start) / DAYS_A_YEAR)
        moving = np.flatnonzero((chance >= taken) & (chance < taken + share))
        taken += share
        day = start + np.floor(when[moving] * (end - start)).astype(np.int32)
        born = day > birth_day[moving]
        moving, day = moving[born], day[born]
        days[moving] = day
        limits = np.cumsum(flow / flow.sum())[:-1]
        elsewhere[moving] = np.searchsorted(limits, where[moving], side="right")
    return days, elsewhere


def residence(
    jurisdiction: NDArray[np.uint8],
    move_day: NDArray[np.int32],
    elsewhere: NDArray[np.uint8],
    days: NDArray[np.integer] | int,
) -> NDArray[np.uint8]:
    """Return where people live on a day, or each on a day of their own, uint8."""
    came = move_day <= REFERENCE_DAY
    return np.where(came == (days < move_day), elsewhere, jurisdiction)

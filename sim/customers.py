"""Customers' searches for residents in scope, and what they see.

Searches come in real units (Poisson by week, whatever the number of simulated people); a probe
shows a resident drawn at random. What is drawn here is a second log beside the conditional
expectations that the measures use; the two agree within their error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from sim.matcher import Matcher, ProbeRows
from sim.operator.desk import poisson_quantile

PROBE_PARAMETERS: dict[str, str] = {"GB": "search.share.uk"}
"""Parameter that holds the share of searches for residents of a jurisdiction."""


@dataclass
class SearchTally:
    """What came of the searches for residents in scope, real units.

    Attributes:
        searches: made.
        mated: whose person had a searchable template.
        found: that returned their person.
        wrong: that returned somebody else.
        undrawn: whose probe shows somebody under 18 where probes are drawn: none is, and what
            they would return is not counted.
    """

    searches: int = 0
    mated: int = 0
    found: int = 0
    wrong: int = 0
    undrawn: int = 0


def draw_probes(
    cumulative: NDArray[np.float64],
    share: float,
    residents: NDArray[np.int64],
    start: int,
    end: int,
    streams: Streams,
) -> ProbeRows | None:
    """Draw the searches for residents in scope on the days from `start` to before `end`.

    Args:
        cumulative: searches worldwide by the start of each day, [days + 1].
        share: share whose probe shows a resident in scope.
        residents: int64 rows of residents in scope.
        start: first day of the week.
        end: day after its last.
        streams: the replication's streams.

    Returns:
        None where nobody searches.
    """
    expected = float(cumulative[end] - cumulative[start]) * share
    count = poisson_quantile(float(streams.uniform("search.count", start)[0]), expected)
    if count == 0 or not len(residents):
        return None
    search = np.arange(count, dtype=np.int64)
    pick = streams.uniform("search.person", start, search)
    return ProbeRows(
        search=search,
        person=residents[(pick * len(residents)).astype(np.int64)],
        day=np.full(count, start, dtype=np.int32),
        luck=streams.uniform("search.found", start, search),
        background=streams.uniform("search.background", start, search),
    )


@dataclass
class Customers:
    """The operator's customers, as far as they search for residents in scope.

    Attributes:
        cumulative: searches worldwide by the start of each day, [days + 1].
        share: share whose probe shows a resident in scope.
        residents: int64 rows of residents in scope.
        tally: what came of their searches.
    """

    cumulative: NDArray[np.float64]
    share: float
    residents: NDArray[np.int64]
    tally: SearchTally

    def week(
        self, start: int, end: int, streams: Streams, matcher: Matcher, gallery: float
    ) -> None:
        """Let the customers search on the days from `start` to before `end`.

        Args:
            start: first day of the week.
            end: day after its last.
            streams: the replication's streams.
            matcher: the door to recognition.
            gallery: templates enrolled, real units.
        """
        probes = draw_probes(self.cumulative, self.share, self.residents, start, end, streams)
        if probes is None:
            return
        returned = matcher.search(probes, gallery)
        searched = matcher.searched(probes)
        anybody = len(np.unique(returned.search))
        found = len(np.unique(returned.search[returned.mated]))
        self.tally.searches += len(searched)
        self.tally.undrawn += int((~searched).sum())
        self.tally.mated += int((matcher.findable[probes.person[searched]] > 0).sum())
        self.tally.found += found
        self.tally.wrong += anybody - found

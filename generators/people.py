"""People as columns: where they live, sex, age, skin tone, accounts, posting, face and name.

Columns are stratified: in each jurisdiction a keyed permutation hands out one slice of the
distribution to each person, so that weighted totals reproduce the tables to within two persons a
cell (one at either end of it), whatever the seed (model, section 1). Under-18s are rows like
everybody else. Each block of rows is drawn on its own from keys, so memory beyond the columns
stays that of a block, and any number of threads draws the same people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.accounts import draw_accounts
from generators.calendar import DAYS_A_YEAR, REFERENCE_DAY
from generators.columns import empty_columns
from generators.errors import Fault, PopulationError
from generators.graph.permutations import Permutations
from generators.handles import number_handles
from generators.keyed import Streams
from generators.moves import draw_moves
from generators.names import name_codes
from generators.posting import draw_tagging, posting_ladder
from generators.row_blocks import blocks, for_each
from generators.strata import Strata

__all__ = ["DAYS_A_YEAR", "REFERENCE_DAY", "STREAMS", "counts_of", "draw_people"]

STREAMS = (
    "age",
    "tone",
    "online",
    "account",
    "public",
    "posting",
    "tagging",
    "aware",
    "informed",
    "move",
    "identity",
    "name",
)
LEAST_PEOPLE = 10


def counts_of(people: int, strata: Strata) -> NDArray[np.int64]:
    """Split people over the jurisdictions by their share of the sample, at least one in each.

    Raises:
        PopulationError: fewer than `LEAST_PEOPLE` people, or fewer than there are jurisdictions.
    """
    least = max(LEAST_PEOPLE, strata.sample_share.size)
    if people < least:
        raise PopulationError(
            Fault(
                "too few people for a population",
                key="people",
                found=str(people),
                expected=f"{least} or more",
            )
        )
    counts = _split(people, strata.sample_share)
    while counts.min() < 1:
        counts[counts.argmin()] += 1
        counts[counts.argmax()] -= 1
    return counts


def _split(people: int, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split a whole number by shares, with largest remainders.

    Shares sum to one but for what a table may miss, which at millions of people is persons; what
    floating point alone misses is left as it is.
    """
    exact = shares * people / round(float(shares.sum()), 12)
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: people - int(counts.sum())]] += 1
    return counts


def draw_people(
    counts: NDArray[np.int64], strata: Strata, streams: Streams, workers: int = 1
) -> dict[str, NDArray[Any]]:
    """Draw the columns (`generators.columns`) of people, in order of jurisdiction and place.

    Args:
        counts: int64 [J], how many live in each jurisdiction.
        strata: the tables.
        streams: `STREAMS`.
        workers: threads.
    """
    columns = empty_columns(int(counts.sum()), strata.platforms)
    columns["jurisdiction"][:] = np.repeat(np.arange(counts.size, dtype=np.uint8), counts)
    living = np.zeros(len(strata.place_names), dtype=np.int64)
    for j, count in enumerate(counts.tolist()):
        here = strata.place_jurisdiction == j
        living[here] = _split(count, strata.place_share[here])
    columns["place"][:] = np.repeat(np.arange(living.size, dtype=np.uint16), living)

    ends = np.cumsum(counts)
    cut = [
        (j, int(start), first, last)
        for j, (start, end) in enumerate(zip(ends - counts, ends, strict=True))
        for first, last in blocks(int(start), int(end))
    ]
    shows = np.empty(len(columns["sex"]), dtype=np.bool_)

    def draw(block: tuple[int, int, int, int]) -> None:
        j, start, first, last = block
        drawn = _block(j, start, int(counts[j]), np.arange(first, last), strata, streams)
        shows[first:last] = drawn["public"].any(axis=1)
        for name, held in drawn.items():
            columns[name][first:last] = held

    for_each(draw, cut, workers)
    groups = _posting_groups(shows, cut, len(counts))

    def post(number: int) -> None:
        _, _, first, last = cut[number]
        columns["posting_z"][first:last] = _posting(shows[first:last], groups[number], streams)

    for_each(post, range(len(cut)), workers)
    columns["handle_number"] = number_handles(strata.jurisdictions, columns, workers)
    return columns


def _block(
    j: int, start: int, count: int, rows: NDArray[np.int64], strata: Strata, streams: Streams
) -> dict[str, NDArray[Any]]:
    """Return what is drawn of some residents of a jurisdiction whose rows begin at `start`."""

    def slices(stream: str) -> NDArray[np.float64]:
        """Uniforms in (0, 1), one in each of the jurisdiction's equal slices, in keyed order."""
        rank = _shuffled(rows - start, count, streams, stream, j)
        return (rank + streams.uniform(stream, rows)) / count

    sex, age = _sex_and_age(slices("age"), strata.age_sex[j], strata.age_limits)
    birth_day = (REFERENCE_DAY - age).astype(np.int32)
    online, accounts, public = draw_accounts(j, rows, birth_day, strata, streams)
    move_day, elsewhere = draw_moves(j, rows, birth_day, strata, streams)
    return {
        "sex": sex,
        "tone": 1 + _pick(slices("tone"), strata.tones[j]),
        "birth_day": birth_day,
        "online": online,
        "accounts": accounts,
        "public": public,
        "tagging": draw_tagging(rows, strata.ties["tagging_cv"], streams),
        "aware": streams.uniform("aware", rows) < strata.aware[j],
        "informed": streams.uniform("informed", rows) < strata.informed[j],
        "move_day": move_day,
        "elsewhere": elsewhere,
        "identity": streams.words("identity", rows),
        "name_code": name_codes(streams, rows),
    }


def _shuffled(
    places: NDArray[np.int64], size: int, streams: Streams, stream: str, group: int
) -> NDArray[np.int64]:
    """Return where a group's own permutation of 0 … size − 1 sends some places."""
    order = Permutations(np.array([size]), streams.words(stream, group, 1))
    return order.forward(np.zeros(places.size, dtype=np.int64), places)


def _posting_groups(
    shows: NDArray[np.bool_], cut: list[tuple[int, int, int, int]], jurisdictions: int
) -> list[tuple[tuple[int, int, int], ...]]:
    """Return of each block and group (without, with a public account): number, first place, size.

    Places count the group's people in order of row, jurisdiction by jurisdiction.
    """
    sizes = np.zeros((jurisdictions, 2), dtype=np.int64)
    places = []
    for j, _, first, last in cut:
        open_ones = int(shows[first:last].sum())
        places.append((j, sizes[j].copy()))
        sizes[j] += (last - first - open_ones, open_ones)
    return [
        tuple((2 * j + group, int(place[group]), int(sizes[j, group])) for group in (0, 1))
        for j, place in places
    ]


def _posting(
    shows: NDArray[np.bool_], groups: tuple[tuple[int, int, int], ...], streams: Streams
) -> NDArray[np.float64]:
    """Return the normal latent of posting of a block, on the ladder of each one's group."""
    out = np.empty(shows.size)
    for group, (number, place, size) in enumerate(groups):
        rows = np.flatnonzero(shows == bool(group))
        ranks = _shuffled(place + np.arange(rows.size), size, streams, "posting", number)
        out[rows] = posting_ladder(ranks, size)
    return out


def _pick(uniforms: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the index of the share into which each uniform falls."""
    inside = np.cumsum(shares)[:-1]
    return np.asarray(np.searchsorted(inside, uniforms, side="right"))


def _sex_and_age(
    uniforms: NDArray[np.float64], shares: NDArray[np.float64], limits: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return sex [n] and age in days at the reference day [n] from one uniform each.

    The cells (age group, sex) are laid out by age inside each sex; the place inside a cell is the
    age inside the group (uniform).
    """
    cells = shares.T.ravel()
    cell = _pick(uniforms, cells)
    start = np.concatenate(([0.0], np.cumsum(cells)))[cell]
    part = np.clip((uniforms - start) / cells[cell], 0.0, np.nextafter(1.0, 0.0))
    sex, group = np.divmod(cell, shares.shape[0])
    days = np.ceil(limits * DAYS_A_YEAR).astype(np.int64)
    born_ago = days[group] + np.floor(part * (days[group + 1] - days[group])).astype(np.int64)
    return sex.astype(np.uint8), born_ago

"""People as columns: where they live, sex, age, skin tone, how findable they are, face and name.

Columns are stratified: in each jurisdiction a keyed permutation hands out one slice of the
distribution to each person, so that weighted totals reproduce the tables to within two persons a
cell (one at either end of it), whatever the seed (model, section 1). Under-18s are rows like
everybody else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.keyed import Streams
from generators.strata import Strata

LEAST_PEOPLE = 10
REFERENCE_DAY = 2007
"""Mid-2022 (2022-07-01) as days since 2017-01-01: the date to which the tables refer."""
DAYS_A_YEAR = 365.25
FINDABILITY_CV = 2.0
"""Default coefficient of variation of findability (`people.findability_cv`, an assumption)."""


@dataclass(frozen=True, eq=False)
class People:
    """Columns of n people, without accounts and ties.

    Attributes:
        weights: float64 [J], real persons per simulated one.
        jurisdiction: uint8 [n], in ascending order.
        sex: uint8 [n].
        tone: uint8 [n], 1 to 10.
        birth_day: int32 [n], days since 2017-01-01.
        findability_z: float64 [n].
        identity: uint64 [n].
        name_code: uint32 [n, 3]: locale, first name, last name, each as a uniform 32-bit word.
    """

    weights: NDArray[np.float64]
    jurisdiction: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    tone: NDArray[np.uint8]
    birth_day: NDArray[np.int32]
    findability_z: NDArray[np.float64]
    identity: NDArray[np.uint64]
    name_code: NDArray[np.uint32]


def counts_by_jurisdiction(people: int, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split `people` by `shares` [J] with largest remainders, at least one person in each.

    Raises:
        PopulationError: fewer than `LEAST_PEOPLE` people, or fewer than there are jurisdictions.
    """
    if people < max(LEAST_PEOPLE, shares.size):
        raise PopulationError(
            Fault(
                "too few people for a population",
                key="people",
                found=str(people),
                expected=f"{max(LEAST_PEOPLE, shares.size)} or more",
            )
        )
    exact = shares * people
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: people - int(counts.sum())]] += 1
    while counts.min() < 1:
        counts[counts.argmin()] += 1
        counts[counts.argmax()] -= 1
    return counts


def draw_people(people: int, strata: Strata, streams: Streams) -> People:
    """Draw the columns of `people` persons, ordered by jurisdiction.

    Raises:
        PopulationError: too few people.
    """
    counts = counts_by_jurisdiction(people, strata.sample_share)
    n = int(counts.sum())
    jurisdiction = np.repeat(np.arange(counts.size, dtype=np.uint8), counts)
    sex = np.empty(n, dtype=np.uint8)
    tone = np.empty(n, dtype=np.uint8)
    age = np.empty(n, dtype=np.int64)
    z = np.empty(n)
    ends = np.cumsum(counts)
    for j, (start, end) in enumerate(zip(ends - counts, ends, strict=True)):
        rows = np.arange(start, end)
        sex[start:end], age[start:end] = _sex_and_age(
            _slices(streams, "age", rows), strata.age_sex[j], strata.age_limits
        )
        tone[start:end] = 1 + _pick(_slices(streams, "tone", rows), strata.tones[j])
        z[start:end] = findability_ladder(rows.size)[_ranks(streams, "findability", rows)]
    return People(
        weights=strata.residents / counts,
        jurisdiction=jurisdiction,
        sex=sex,
        tone=tone,
        birth_day=(REFERENCE_DAY - age).astype(np.int32),
        findability_z=z,
        identity=streams.words("identity", np.arange(n)),
        name_code=name_codes(streams, np.arange(n)),
    )


def name_codes(streams: Streams, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return uint32 [n, 3]: uniform words that pick locale, first name and last name."""
    words = [streams.words("name", rows, part) >> np.uint64(32) for part in range(3)]
    return np.column_stack(words).astype(np.uint32)


def findability_ladder(n: int) -> NDArray[np.float64]:
    """Return float64 [n], ascending: one standard normal value for each slice of probability 1/n.

    Each value is the point at which exp(σz − σ²/2) equals its own mean over the slice, at the
    default coefficient of variation (σ² = ln 5). So findability has mean exactly 1 in every
    jurisdiction at the default; at a coefficient of 1 or 4 the mean is off by under 0.4 % from
    1,000 people and 0.1 % from 10,000. Points drawn inside the slices would miss by 1.4 % and
    0.25 % (one standard deviation) already at the default, since the top slice weighs so much.
    """
    from scipy.special import ndtr, ndtri

    variance = math.log(1 + FINDABILITY_CV**2)
    sigma = math.sqrt(variance)
    edges = ndtri(np.arange(n + 1) / n)
    # The upper half by symmetry of the normal tail, where 1 − Φ keeps its digits.
    low, high = edges[:-1] - sigma, edges[1:] - sigma
    mass = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    return np.asarray((np.log(n * mass) + variance / 2) / sigma)


def _ranks(streams: Streams, stream: str, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a keyed permutation of 0 .. len(rows) − 1."""
    ranks = np.empty(rows.size, dtype=np.int64)
    ranks[np.argsort(streams.words(stream, rows), kind="stable")] = np.arange(rows.size)
    return ranks


def _slices(streams: Streams, stream: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return uniforms in (0, 1), one in each of len(rows) equal slices, in keyed order."""
    return (_ranks(streams, stream, rows) + streams.uniform(stream, rows, 1)) / rows.size


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

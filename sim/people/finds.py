"""Candidate finds: what a crawler could find of each person, the same in every scenario.

Person i's finds without orders are a Poisson process with mean m_j r_i at the end of the run,
m_j = N phi s_j / P_j, spread over time as the gallery grew; r_i = exp(sigma z_i - sigma^2 / 2)
has mean 1 and the stated coefficient of variation. Candidates come from an envelope that lies
above that rate, keyed (person, ordinal) by unit exponentials; every scenario thins them with the
same keyed uniform. The k-th candidate is therefore the same photo in two worlds, whatever an order
did before it. Nobody is found before they are born; the few finds that this takes from the
gallery's total (people born during the run) are not given to others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.operator.residency import Residency, gallery_shares
from sim.parameters import Parameters
from sim.setup import Curves

_ORDINAL_BITS = 24
_VISIT_BITS = 8
LAST_VISIT = 2**_VISIT_BITS - 1
"""A photo can be found again this often; beyond that its ids would be used twice."""


@dataclass(frozen=True)
class CandidateFinds:
    """Candidate finds as columns, in order of day, length m.

    Attributes:
        person: int32 row of the person.
        ordinal: int32 number of the find among that person's.
        day: int32 day of the find.
        accept: float32 uniform that thins the envelope.
        own: bool, whether it comes from the person's own public account.
        evidence: float32 residency evidence, minus infinity without a signal.
        quality: float32 in [0, 1].
        starts: int64 [days + 2]; the candidates of day d are `starts[d]:starts[d + 1]`.
    """

    person: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    day: NDArray[np.int32]
    accept: NDArray[np.float32]
    own: NDArray[np.bool_]
    evidence: NDArray[np.float32]
    quality: NDArray[np.float32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.person)

    def in_reach(self, highest: float) -> NDArray[np.int64]:
        """Return the rows that are found at all while collection runs at most at that rate.

        Args:
            highest: rate in terms of the envelope, 0 to 1.
        """
        # In float64, as collection compares: rounding the rate to float32 could drop a row.
        return np.flatnonzero(self.accept < np.float64(highest))

    def photo_key(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 64-bit keys of the photos that these rows stand for: person and ordinal."""
        return (self.person[rows].astype(np.int64) << _ORDINAL_BITS) | self.ordinal[rows]

    def template_id(self, rows: NDArray[np.int64], visit: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return 64-bit ids of the templates made when these rows are found for the n-th time.

        The person, the ordinal and the visit make the id, so ids are never reused and do not
        depend on who else is simulated.
        """
        return (self.photo_key(rows) << _VISIT_BITS) | visit


def photo_of_template(template: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys (`CandidateFinds.photo_key`) of the photos that templates were made from."""
    return template >> _VISIT_BITS


def person_of_photo(photo: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the persons whom photos (`CandidateFinds.photo_key`) show."""
    return photo >> _ORDINAL_BITS


def person_of_template(template: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the persons whom templates show."""
    return person_of_photo(photo_of_template(template))


def findability(z: NDArray[np.float64], cv: float) -> NDArray[np.float64]:
    """Return log-normal findability with mean 1 and that coefficient of variation.

    Args:
        z: standard normal latent, [n].
        cv: coefficient of variation.
    """
    variance = math.log1p(cv * cv)
    return np.exp(math.sqrt(variance) * z - variance / 2.0)


def expected_photos(
    population: Population, parameters: Parameters, images: float
) -> NDArray[np.float64]:
    """Return the mean number of photos held of each person in a gallery of that many images, [n].

    The bridge from images to residents: m_j = N phi s_j / P_j, times findability.
    """
    shares = gallery_shares(population.jurisdictions, parameters)
    mean = images * parameters["gallery.faces_per_image"] * shares / population.real_residents
    spread = findability(population.findability_z, parameters["people.findability_cv"])
    return mean[population.jurisdiction] * spread


def _ordinals(
    streams: Streams, mean: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return (person, ordinal, share of the run's images at the find), unsorted."""
    who = np.flatnonzero(mean > 0.0)
    reached = np.zeros(len(who))
    first, block = 0, 8
    persons, ordinals, shares = [], [], []
    while len(who):
        steps = streams.exponential(
            "find.clock", who[:, None], first + np.arange(block, dtype=np.int64)[None, :]
        )
        at = reached[:, None] + np.cumsum(steps, axis=1)
        inside = at < mean[who][:, None]
        row, column = np.nonzero(inside)
        persons.append(who[row])
        ordinals.append(first + column)
        shares.append(at[row, column] / mean[who][row])
        reached = at[:, -1]
        going = inside[:, -1]
        who, reached = who[going], reached[going]
        first += block
        block = min(block * 2, 256)
    if not persons:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0)
    return np.concatenate(persons), np.concatenate(ordinals), np.concatenate(shares)


def draw_candidates(
    population: Population,
    parameters: Parameters,
    curves: Curves,
    streams: Streams,
    last_day: int,
    in_scope: NDArray[np.bool_],
) -> CandidateFinds:
    """Draw every candidate find up to the end of the run.

    Args:
        population: the people.
        parameters: the arm's parameters (the same in every arm).
        curves: the gallery's growth without orders.
        streams: the replication's streams.
        last_day: last day of the run, inclusive.
        in_scope: who is a resident in scope, bool [n].
    """
    images = curves.images[: last_day + 2]
    mean = expected_photos(population, parameters, float(images[-1]))
    person, ordinal, share = _ordinals(streams, mean * parameters["crawler.envelope"])
    day = np.searchsorted(images, share * images[-1], side="right") - 1
    born = day >= population.birth_day[person]
    person, ordinal, day = person[born], ordinal[born], day[born]
    order = np.argsort(day.astype(np.int16), kind="stable")
    person, ordinal, day = person[order], ordinal[order], day[order]
    has_public = np.asarray(population.public.any(axis=1))
    own = streams.uniform("find.own", person, ordinal) < parameters["people.own_photo_share"]
    return CandidateFinds(
        person=person.astype(np.int32),
        ordinal=ordinal.astype(np.int32),
        day=day.astype(np.int32),
        accept=streams.uniform("find.accept", person, ordinal).astype(np.float32),
        own=own & has_public[person],
        evidence=Residency.of(parameters).evidence(streams, person, ordinal, in_scope[person]),
        quality=streams.uniform("find.quality", person, ordinal).astype(np.float32),
        starts=np.searchsorted(day, np.arange(last_day + 2)),
    )

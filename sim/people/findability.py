"""Findability: how many photos a crawler would find of each person, in closed form.

Somebody is found in what they post publicly themselves, and in what those close to them post.
An uploader's photos in the gallery are a Poisson process with mean κ_J p P per image of the
gallery: p is what their public accounts post (`Population.public_rate`), P = exp(σz − σ²/2) how
much more or less than others they post, κ_J one number for each jurisdiction J of uploaders. The
uploader stands in a share q of them, and K close ties; the chance that a given tie does is w.
Person i's finds therefore have the mean κ q p_i P_i + Σ_u κ_u p_u P_u w_u over close ties u, and
are Poisson given everybody's P. Three things are set so that stated totals and spread come out:

- κ is the smallest for which every jurisdiction's residents are found as often as the gallery has
  it, F_j = N φ s_j; what is then found too often of some is thinned, a face at a time (`keep`).
- σ is such that findability has the stated coefficient of variation in the first jurisdiction,
  with P at its own distribution (log-normal, mean 1) and all else as it was drawn.
- A tie between the first jurisdiction and another stands for as many real ties as the first has
  of them. The other is sampled more thinly, so its people have too many of those in the sample,
  and faces seen across them are thinned by the ratio of the weights. Thinning keeps one at most:
  where the other is sampled more densely (US-VT, whose ratio is 2.09), its people have too few
  such ties, and what friends in the first jurisdiction show of them stays below its due; their
  own uploaders make up for it, since κ is set to what is found in all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError
from generators.population import Population
from sim.operator.gallery_shares import gallery_shares
from sim.people.least_rates import least_rates

MOST_OTHERS = 3.0
"""No uploader has more than this many others in a photo on average."""


@dataclass(frozen=True)
class Findability:
    """What each person's public photos show, n people and J jurisdictions.

    Attributes:
        sigma: spread of the logarithm of posting.
        posts: float64 [n], photos found of each uploader per image of the gallery.
        shown: share of an uploader's photos in which they stand themselves.
        others: float64 [n], mean number of others who stand in a photo of each uploader, before
            it is limited to their ties.
        tagged: float64 [n], faces of close ties in a photo of each uploader, on average.
        keep: float64 [J, J], share of faces that is kept, by where the person and the uploader
            live.
        faces: float64 [J, J], faces in the gallery per image, in real units, by where the person
            and the uploader live.
    """

    sigma: float
    posts: NDArray[np.float64]
    shown: float
    others: NDArray[np.float64]
    tagged: NDArray[np.float64]
    keep: NDArray[np.float64]
    faces: NDArray[np.float64]

    def chance(self, ties: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the chance that a given close tie stands in an uploader's photo, float64 [n].

        Args:
            ties: number of close ties of each person, int64 [n].
        """
        return self.tagged / np.maximum(ties, 1)


@dataclass(frozen=True)
class _Reach:
    """Who can be seen in whose public photos, as edges from uploaders to their close ties.

    Attributes:
        home: int64 [n], jurisdiction of each person.
        uploader: int64 [e]; only people with a public account.
        person: int32 [e], a close tie of theirs.
        chance: float64 [n], that a given tie stands in one photo.
        bridge: float64 [J, J], share of faces kept across jurisdictions.
        society: number of people who were drawn together.
        residents: int64 [J], how many of those live in each jurisdiction.
    """

    home: NDArray[np.int64]
    uploader: NDArray[np.int64]
    person: NDArray[np.int32]
    chance: NDArray[np.float64]
    bridge: NDArray[np.float64]
    society: int
    residents: NDArray[np.int64]

    def gain(self, rate: NDArray[np.float64], shown: float) -> NDArray[np.float64]:
        """Return mean faces of a resident of j by uploaders of J at κ = 1, float64 [J, J].

        Args:
            rate: photos of each uploader at κ = 1, float64 [n].
            shown: share in which they stand themselves.
        """
        size, home = len(self.residents), self.home
        pair = home[self.person] * size + home[self.uploader]
        seen = (rate * self.chance)[self.uploader]
        ties = np.bincount(pair, weights=seen, minlength=size * size).astype(np.float64)
        total = ties.reshape(size, size) * self.bridge
        drawn = slice(0, self.society)
        own = np.bincount(home[drawn], weights=shown * rate[drawn], minlength=size)
        total[np.diag_indices(size)] += own
        return np.asarray(total / np.maximum(self.residents, 1)[:, None])

    def moments(
        self, rate: NDArray[np.float64], shown: float, least: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean and the sum of squared parts of findability in the first jurisdiction.

        Args:
            rate: photos of each uploader at κ = 1 and P = 1, float64 [n].
            shown: share in which they stand themselves.
            least: κ of each jurisdiction, float64 [J].

        Returns:
            float64 [r], float64 [r] for its r residents: Σ of the parts, Σ of their squares.
        """
        here = np.flatnonzero(self.home[: self.society] == 0)
        mine = self.home[self.person] == 0
        part = (rate * self.chance * (self.bridge[0] * least)[self.home])[self.uploader[mine]]
        person = self.person[mine]
        own = shown * least[0] * rate[here]
        mean = np.bincount(person, weights=part, minlength=self.society)[here] + own
        squares = np.bincount(person, weights=part * part, minlength=self.society)[here]
        return mean, squares + own * own


def _bridge(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of faces kept between jurisdictions, float64 [J, J]; see the module."""
    bridge = np.ones((len(weights), len(weights)))
    bridge[1:, 0] = np.minimum(1.0, weights[0] / weights[1:])
    return bridge


def mean_tagged(
    others: NDArray[np.float64], ties: NDArray[np.int64], shown: float
) -> NDArray[np.float64]:
    """Return how many close ties stand in an uploader's photo on average, float64 [n].

    K others stand in it, K = floor(λ + U) with U uniform, and at least one where the uploader does
    not; no more than there are ties.

    Args:
        others: λ of each uploader, float64 [n].
        ties: number of close ties of each, int64 [n].
        shown: share of photos in which the uploader stands.
    """
    whole = np.floor(others)
    part = others - whole

    def mean(least: float) -> NDArray[np.float64]:
        few = np.minimum(np.maximum(whole, least), ties)
        many = np.minimum(np.maximum(whole + 1.0, least), ties)
        return np.asarray((1.0 - part) * few + part * many)

    return shown * mean(0.0) + (1.0 - shown) * mean(1.0)


def findability_of(population: Population, parameters: Mapping[str, float]) -> Findability:
    """Return the findability of a population under these parameters.

    Newcomers without ties count for nothing in it, so that one more of them changes nobody else's.

    Raises:
        ParameterError: `people.findability_cv` is smaller than what follows from who posts and who
            knows whom alone; the error names the smallest.
    """
    shown = parameters["photos.uploader_shown"]
    ties = population.close.degree
    others = np.minimum(MOST_OTHERS, parameters["photos.others"] * population.tagging)
    tagged = mean_tagged(others.astype(np.float64), ties, shown)
    rate = population.public_rate()
    reach = _reach(population, rate, tagged / np.maximum(ties, 1))
    shares = gallery_shares(population.regions, population.real_residents, parameters)
    held = parameters["gallery.faces_per_image"] * shares
    wanted = held / population.real_residents
    # The spread among residents is the same however few of the gallery's faces show them.
    least = np.ones(len(wanted))
    if wanted[0] > 0.0:
        least = least_rates(reach.gain(rate, shown), wanted, _uploads(reach, rate))
    sigma = _spread(*reach.moments(rate, shown, least), parameters["people.findability_cv"])
    rate = rate * np.exp(sigma * population.posting_z.astype(np.float64) - sigma**2 / 2.0)
    gain = reach.gain(rate, shown)
    least = least_rates(gain, wanted, _uploads(reach, rate))
    found = gain * least
    total = found.sum(axis=1)
    keep = np.ones_like(total)
    np.divide(wanted, total, out=keep, where=total > wanted * (1.0 + 1e-6))
    return Findability(
        sigma=sigma,
        posts=least[reach.home] * rate,
        shown=shown,
        others=others.astype(np.float64),
        tagged=tagged,
        keep=keep[:, None] * reach.bridge,
        faces=keep[:, None] * found * population.real_residents[:, None],
    )


def _reach(
    population: Population, rate: NDArray[np.float64], chance: NDArray[np.float64]
) -> _Reach:
    uploaders = np.flatnonzero(rate > 0.0)
    at, person = population.close.rows(uploaders)
    home, society = population.jurisdiction.astype(np.int64), population.society
    return _Reach(
        home=home,
        uploader=uploaders[at],
        person=person,
        chance=chance,
        bridge=_bridge(population.weights),
        society=society,
        residents=np.bincount(home[:society], minlength=len(population.jurisdictions)),
    )


def _uploads(reach: _Reach, rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many photos each jurisdiction's uploaders post at κ = 1, float64 [J]."""
    drawn = slice(0, reach.society)
    total = np.bincount(reach.home[drawn], weights=rate[drawn], minlength=len(reach.residents))
    return total.astype(np.float64)


def _spread(mean: NDArray[np.float64], squares: NDArray[np.float64], cv: float) -> float:
    """Return the σ at which findability has that coefficient of variation.

    Each part of a person's findability is multiplied by a log-normal of mean 1 and variance
    e^{σ²} − 1, independent between uploaders: cv² = [Var μ + (e^{σ²} − 1) E Σ part²] / (E μ)².

    Args:
        mean: μ of each resident at P = 1, float64 [r].
        squares: Σ of the squares of its parts, float64 [r].
        cv: the coefficient of variation.

    A sample in which chance alone spreads people more than that, by no more than four of its own
    errors, is left as it is: σ = 0.

    Raises:
        ParameterError: see `findability_of`.
    """
    centre = float(mean.mean()) if len(mean) else 0.0
    if centre <= 0.0:
        return 0.0
    apart = (mean / centre - 1.0) ** 2
    between, error = float(apart.mean()), float(apart.std()) / math.sqrt(len(mean))
    within = float(squares.mean()) / centre**2
    if cv * cv < between - 4.0 * error:
        raise ParameterError(
            Fault(
                "findability cannot be spread so evenly: who has a public account and who is close "
                "to somebody with one alone spread it more",
                key="people.findability_cv",
                found=f"{cv:g}",
                expected=f"{math.ceil(1000.0 * math.sqrt(between)) / 1000.0:g} or more",
            )
        )
    return math.sqrt(math.log1p(max(0.0, cv * cv - between) / within))

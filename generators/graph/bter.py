"""Ties: a social graph with heavy-tailed degrees, circles of friends, and homophily.

BTER, the block two-level Erdős–Rényi model (Seshadhri, Kolda and Pinar 2012, "Community structure
and collective behaviour of networks", Physical Review E 85, 056109), in NumPy: people of like
degree, the same jurisdiction and like age form circles inside which ties are dense; what is left
of everybody's degree becomes loose ties. A share of the loose ties leaves the jurisdiction.
Everything is vectorised; a million people take seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError

MOST_OVER_MEAN = 5000 / 190
"""No degree above this many times the mean: limit and mean of friends in Ugander et al. 2011."""
MOST_IN_CIRCLE = 90
"""Nobody's circle is larger: between the layers of 50 and 150 in Dunbar 2016 (R. Soc. open sci. 3:
150292), calibrated so that assortativity and clustering at degree 100 both come near the published
figures (`generators.population_check`). People with more ties have them loose."""
LARGE = 1000
"""People in a jurisdiction from which the mixing share is held to be reachable or refused."""
REFILLS = 3
_STEPS_A_DOUBLING = 4

Edges = tuple[NDArray[np.int64], NDArray[np.int64]]


def draw_graph(
    jurisdiction: NDArray[np.uint8],
    age: NDArray[np.float64],
    findability_z: NDArray[np.float64],
    ties: Mapping[str, float],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Draw the graph.

    Args:
        jurisdiction: uint8 [n], ascending; 0 is the case's own.
        age: float64 [n], years.
        findability_z: float64 [n], the latent that degrees lean on.
        ties: `mean_degree`, `degree_log_sd`, `clustering`, `clustering_slope`, `inside_share`,
            `age_spread`, `age_share`, `findability_degree`.
        rng: the keyed generator of this graph.

    Returns:
        indptr int64 [n + 1], indices int32 [2 E]: symmetric, no loops, neighbours ascending.

    Raises:
        PopulationError: circles take so much of the degree that `inside_share` cannot be met.
    """
    n = jurisdiction.size
    degree = _target_degrees(findability_z, ties, rng)
    keys = _edge_keys(_circles(jurisdiction, age, degree, ties, rng), n)
    left = np.maximum(degree - _degrees(keys, n), 0)
    keys = _merge(keys, _edge_keys(_loose(jurisdiction, age, degree, left, ties, rng), n))
    for _ in range(REFILLS):
        # Pairs that were loops or stood twice are drawn again inside the jurisdiction.
        stubs = np.repeat(np.arange(n), np.maximum(degree - _degrees(keys, n), 0))
        again = _pair(stubs, jurisdiction[stubs] + rng.random(stubs.size))
        keys = _merge(keys, _edge_keys(again, n))
    keys = _join_islands(keys, jurisdiction, rng)
    return to_csr(keys // n, keys % n, n)


def to_csr(
    u: NDArray[np.int64], v: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Turn undirected edges (each once, u ≠ v) among n people into a symmetric CSR."""
    both = np.concatenate((u * n + v, v * n + u))
    both.sort()
    source = both // n
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    return indptr, (both - source * n).astype(np.int32)


def _target_degrees(
    z: NDArray[np.float64], ties: Mapping[str, float], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return int64 [n]: lognormal degrees, at least 1, correlated with findability."""
    spread, lean = ties["degree_log_sd"], ties["findability_degree"]
    normal = lean * z + math.sqrt(1 - lean**2) * rng.standard_normal(z.size)
    real = ties["mean_degree"] * np.exp(spread * normal - spread**2 / 2)
    # In a very small society nobody is tied to more than half of it.
    most = max(1, min(int(MOST_OVER_MEAN * ties["mean_degree"]), (z.size - 1) // 2))
    return np.clip(np.floor(real + rng.random(z.size)), 1, most).astype(np.int64)


def _circles(
    jurisdiction: NDArray[np.uint8],
    age: NDArray[np.float64],
    degree: NDArray[np.int64],
    ties: Mapping[str, float],
    rng: np.random.Generator,
) -> Edges:
    """Return the edges inside circles.

    A circle of people with degree d has d + 1 members, each pair tied with probability
    c(d)^(1/3), which gives them the local clustering c(d) (Seshadhri et al. 2012, section III).
    """
    step = np.floor(_STEPS_A_DOUBLING * np.log2(degree)).astype(np.int64)
    near = age + ties["age_spread"] * rng.standard_normal(age.size)
    order = np.lexsort((near, step, jurisdiction))
    starts = _cut(degree[order], np.flatnonzero(np.diff(jurisdiction[order])) + 1)
    sizes = np.diff(np.append(starts, order.size))
    d = np.maximum(sizes - 1, 1)
    clustering = ties["clustering"] * (d / ties["mean_degree"]) ** -ties["clustering_slope"]
    # Everybody keeps one tie for the world outside, on average, or small circles were islands.
    chance = np.minimum(np.minimum(clustering, 1.0) ** (1 / 3), 1 - 1 / d)
    pairs = sizes * (sizes - 1) // 2
    circle = np.repeat(np.arange(sizes.size), pairs)
    number = np.arange(circle.size) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    kept = rng.random(circle.size) < chance[circle]
    circle, number = circle[kept], number[kept]
    # Pair number k of a circle is (a, b) with b = row of the triangle, a = place in the row.
    b = np.floor((1 + np.sqrt(8.0 * number + 1)) / 2).astype(np.int64)
    a = number - b * (b - 1) // 2
    return order[starts[circle] + a], order[starts[circle] + b]


def _cut(degree: NDArray[np.int64], walls: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the start of each circle: d + 1 people from the first one's degree d, up to a wall."""
    sizes = np.minimum(degree, MOST_IN_CIRCLE - 1).tolist()
    starts: list[int] = []
    position = 0
    for wall in [*walls.tolist(), len(sizes)]:
        while position < wall:
            starts.append(position)
            position = min(position + sizes[position] + 1, wall)
    return np.array(starts, dtype=np.int64)


def _loose(
    jurisdiction: NDArray[np.uint8],
    age: NDArray[np.float64],
    degree: NDArray[np.int64],
    left: NDArray[np.int64],
    ties: Mapping[str, float],
    rng: np.random.Generator,
) -> Edges:
    """Return the loose edges: some in the pool of all jurisdictions, the others at home.

    Whoever pools a share q of the ties meets the own jurisdiction again in the pool with its share
    f of it, so q = (1 − inside_share) / (1 − f) keeps the stated share at home. It is solved for
    the case's jurisdiction; the others use the same q (model, section 1).
    """
    stubs = np.repeat(np.arange(left.size), left)
    pooled = rng.random(stubs.size) < _pool_chance(jurisdiction, degree, left, ties)[stubs]
    pool, home = stubs[pooled], stubs[~pooled]
    alike = rng.random(home.size) < ties["age_share"]
    same, other = home[alike], home[~alike]
    near = age[same] + ties["age_spread"] * rng.standard_normal(same.size)
    parts = (
        _pair(pool, rng.random(pool.size)),
        _pair(same, jurisdiction[same] * 1e4 + near),
        _pair(other, jurisdiction[other] + rng.random(other.size)),
    )
    return np.concatenate([u for u, _ in parts]), np.concatenate([v for _, v in parts])


def _pool_chance(
    jurisdiction: NDArray[np.uint8],
    degree: NDArray[np.int64],
    left: NDArray[np.int64],
    ties: Mapping[str, float],
) -> NDArray[np.float64]:
    """Return float64 [n]: the chance that a loose tie of each person goes to the pool."""
    wanted = np.bincount(jurisdiction, weights=degree)
    loose = np.bincount(jurisdiction, weights=left)
    own = wanted[0] / wanted.sum()
    if own == 1.0:
        return np.zeros(jurisdiction.size)
    share = (1 - ties["inside_share"]) / (1 - own)
    chance = share * wanted / np.maximum(loose, 1)
    if chance.max(initial=0, where=np.bincount(jurisdiction) >= LARGE) > 1:
        raise PopulationError(
            Fault(
                "circles leave too few loose ties for so much mixing between jurisdictions",
                file="ties.csv",
                key="inside_share",
                found=f"{ties['inside_share']:g}",
                expected=f"{1 - (1 - own) * float(np.min(loose / wanted)):.2f} or more, "
                "or a lower `clustering`",
            )
        )
    return np.minimum(chance, 1.0)[jurisdiction]


def _join_islands(
    keys: NDArray[np.int64], jurisdiction: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Swap a tie of each small component with one of the largest, which joins them.

    (a, b) and (c, d) become (a, c) and (b, d), all four at home in one jurisdiction where such a
    tie is left: degrees and mixing stay. Ugander et al. 2011 find 99.91 % in one component.
    """
    n = jurisdiction.size
    label = components(*to_csr(keys // n, keys % n, n))
    largest = np.bincount(label).argmax()
    u, v = keys // n, keys % n
    apart = np.flatnonzero(label[u] != largest)
    apart = apart[np.unique(label[u[apart]], return_index=True)[1]]
    home = (label[u] == largest) & (jurisdiction[u] == jurisdiction[v])
    for j in np.unique(jurisdiction[u[apart]]):
        islands = apart[jurisdiction[u[apart]] == j]
        partners = np.flatnonzero(home & (jurisdiction[u] == j))
        islands = islands[: partners.size]
        chosen = rng.choice(partners, islands.size, replace=False)
        c, d = u[chosen], v[chosen]
        keys[chosen] = np.minimum(u[islands], c) * n + np.maximum(u[islands], c)
        keys[islands] = np.minimum(v[islands], d) * n + np.maximum(v[islands], d)
    return keys


def components(indptr: NDArray[np.int64], indices: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64 [n]: the number of the connected component of each person."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = indptr.size - 1
    matrix = csr_array((np.ones(indices.size, dtype=np.int8), indices, indptr), shape=(n, n))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def _pair(stubs: NDArray[np.int64], key: NDArray[np.float64]) -> Edges:
    """Pair neighbours in the order of `key`; an odd one out stays single."""
    order = stubs[np.argsort(key)]
    even = order.size - order.size % 2
    return order[0:even:2], order[1:even:2]


def _edge_keys(edges: Edges, n: int) -> NDArray[np.int64]:
    """Return edges as ascending keys low·n + high, each once, loops left out."""
    u, v = edges
    keys = np.minimum(u, v) * n + np.maximum(u, v)
    return _distinct(keys[u != v])


def _merge(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return _distinct(np.concatenate((one, other)))


def _distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    keys.sort()
    first = np.ones(keys.size, dtype=np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first]


def _degrees(keys: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    return np.bincount(keys // n, minlength=n) + np.bincount(keys % n, minlength=n)

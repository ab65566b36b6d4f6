"""The population: everybody who is simulated, as immutable columns and a graph of ties.

`build_population` draws it from the tables, `load_population` opens a saved one by memory map.
The same seed gives the same population to the bit; `content_hash` names it. It is useful without
the rest of the project (docs/population.md). No photograph of anyone is in it: a face is a
64-bit key from which a generator draws.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from generators.accounts import draw_accounts, render_handle, render_url
from generators.errors import Fault, PopulationError
from generators.graph import draw_graph
from generators.keyed import Streams
from generators.names import render_name
from generators.people import DAYS_A_YEAR, REFERENCE_DAY, draw_people, name_codes
from generators.strata import AGE_BAND_EDGES, AGE_BANDS, SEXES, Strata, read_strata

if TYPE_CHECKING:
    import networkx

__all__ = [
    "AGE_BANDS",
    "SEXES",
    "STREAMS",
    "Population",
    "build_population",
    "load_population",
]

STREAMS = ("age", "tone", "findability", "identity", "name", "account", "public", "ties", "extra")
NETWORKX_LIMIT = 20_000
COLUMNS = (
    "jurisdiction",
    "sex",
    "tone",
    "birth_day",
    "accounts",
    "public",
    "findability_z",
    "identity",
    "name_code",
)


@dataclass(frozen=True, eq=False)
class Population:
    """n people of J jurisdictions with accounts on P platforms, and the ties between them.

    Attributes:
        jurisdictions: codes, the case's own first.
        weights: float64 [J], real persons per simulated one; they multiply outcomes, never ties.
        jurisdiction: uint8 [n], index into `jurisdictions`.
        sex: uint8 [n], index into `SEXES`.
        tone: uint8 [n], 1 to 10 of the Monk scale.
        birth_day: int32 [n], days since 2017-01-01 (negative: born before).
        accounts: bool [n, P], has an account.
        public: bool [n, P], and that account is public.
        findability_z: float64 [n], standard normal latent of findability, stratified so that
            the mean of exp(σz − σ²/2) is 1 in each jurisdiction (`people.findability_ladder`).
        identity: uint64 [n], key of the face.
        name_code: uint32 [n, 3], words from which names are rendered.
        indptr: int64 [n + 1], row limits of the graph.
        indices: int32 [2 E], neighbours, ascending in each row; symmetric, no loops.
        platforms: fictional names.
        seed: root seed.
        parameters: what else it was made of: people, the tables' hash, parameters of the ties.
    """

    jurisdictions: tuple[str, ...]
    weights: NDArray[np.float64]
    jurisdiction: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    tone: NDArray[np.uint8]
    birth_day: NDArray[np.int32]
    accounts: NDArray[np.bool_]
    public: NDArray[np.bool_]
    findability_z: NDArray[np.float64]
    identity: NDArray[np.uint64]
    name_code: NDArray[np.uint32]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    platforms: tuple[str, ...]
    seed: int
    parameters: Mapping[str, Any]

    def __len__(self) -> int:
        return self.jurisdiction.size

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over every column, the ties, the seed and the parameters, in hexadecimal."""
        digest = hashlib.sha256()
        header = {
            "jurisdictions": self.jurisdictions,
            "platforms": self.platforms,
            "seed": self.seed,
            "parameters": self.parameters,
        }
        digest.update(json.dumps(header, sort_keys=True).encode())
        for name in ("weights", *COLUMNS, "indptr", "indices"):
            array = np.ascontiguousarray(getattr(self, name))
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()

    @property
    def real_residents(self) -> NDArray[np.float64]:
        """Real residents of each jurisdiction, float64 [J], as the tables have them.

        Not the weights times the sample: one more simulated person makes no country larger.
        """
        residents = self.parameters["residents"]
        return np.array([residents[code] for code in self.jurisdictions])

    @property
    def edges(self) -> int:
        """Number of ties, each counted once."""
        return self.indices.size // 2

    def residents(self, code: str) -> NDArray[np.int64]:
        """Return the ids of the residents of a jurisdiction.

        Raises:
            PopulationError: an unknown code.
        """
        return np.flatnonzero(self.jurisdiction == self._index(code))

    def neighbours(self, i: int) -> NDArray[np.int32]:
        """Return the ids of those tied to person `i`, ascending."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def age_on(self, day: int) -> NDArray[np.float32]:
        """Return float32 [n]: age in years on a day (days since 2017-01-01); below 0 if unborn."""
        return ((day - self.birth_day) / DAYS_A_YEAR).astype(np.float32)

    def age_band(self, day: int) -> NDArray[np.uint8]:
        """Return uint8 [n]: index into `AGE_BANDS` on a day; the unborn are in the first."""
        days = day - self.birth_day
        return np.searchsorted(AGE_BAND_EDGES * DAYS_A_YEAR, days, side="right").astype(np.uint8)

    def display_name(self, i: int) -> str:
        """Return first and last name of person `i`."""
        first, second, third = (int(word) for word in self.name_code[i])
        code = self.jurisdictions[self.jurisdiction[i]]
        return render_name(code, int(self.sex[i]), (first, second, third))

    def handle(self, i: int, platform: int) -> str:
        """Return what person `i` is (or would be) called on platform number `platform`; unique."""
        return render_handle(self.display_name(i), int(i), platform)

    def profile_url(self, i: int, platform: int) -> str:
        """Return `https://<platform>.example/<handle>`."""
        return render_url(self.platforms[platform], self.handle(i, platform))

    def to_networkx(self, limit: int = NETWORKX_LIMIT) -> networkx.Graph:
        """Return everybody as a networkx graph with columns as node attributes.

        Raises:
            PopulationError: more people than `limit`.
        """
        if len(self) > limit:
            raise PopulationError(
                Fault(
                    "too many people for networkx, which takes kilobytes and a tenth of a "
                    "millisecond a person; take `neighbourhood`, or the arrays themselves",
                    key="limit",
                    found=str(len(self)),
                    expected=f"{limit} or fewer",
                )
            )
        return self._graph_of(np.arange(len(self)))

    def neighbourhood(self, i: int, radius: int = 1, limit: int = 2000) -> networkx.Graph:
        """Return the ties among those at most `radius` steps from person `i`, as networkx.

        At most `limit` people, the nearest first and of equally near ones the lowest ids; the
        graph's attribute `cut` says whether somebody was left out. Nodes carry `distance`.
        """
        distance = {int(i): 0}
        edge = [int(i)]
        for step in range(1, radius + 1):
            found = {int(v) for u in edge for v in self.neighbours(u)} - distance.keys()
            edge = sorted(found)
            distance.update((v, step) for v in edge)
            if len(distance) > limit:
                break
        kept = list(distance)[:limit]
        graph = self._graph_of(np.array(sorted(kept)))
        graph.graph["cut"] = len(kept) < len(distance)
        for node in kept:
            graph.nodes[node]["distance"] = distance[node]
        return graph

    def with_isolated_person(self, jurisdiction: str = "GB") -> Population:
        """Return a population with one more person, last and without ties, all else as it was.

        The newcomer is like a resident drawn by key, with a face and a name of their own. Weights
        stay: whatever happens to the others must not depend on this person (model, section 6).

        Raises:
            PopulationError: an unknown code.
        """
        row = np.array([len(self)])
        streams = Streams(self.seed, 0, STREAMS)
        residents = self.residents(jurisdiction)
        like = residents[int(streams.uniform("extra", row)[0] * residents.size)]
        more: dict[str, Any] = {
            name: np.concatenate((getattr(self, name), getattr(self, name)[like][None]))
            for name in COLUMNS
        }
        more["identity"][-1] = streams.words("identity", row)[0]
        more["name_code"][-1] = name_codes(streams, row)[0]
        extra = int(self.parameters.get("isolated", 0)) + 1
        return replace(
            self,
            **more,
            indptr=np.append(self.indptr, self.indptr[-1]),
            parameters={**self.parameters, "isolated": extra},
        )

    def save(self, folder: Path | str) -> None:
        """Write the population as a folder (`generators.population_folder`).

        Raises:
            PopulationError: the folder exists already.
        """
        from generators.population_folder import write_folder

        write_folder(self, Path(folder))

    def _index(self, code: str) -> int:
        if code not in self.jurisdictions:
            raise PopulationError(
                Fault(
                    "unknown jurisdiction",
                    key="jurisdiction",
                    found=code,
                    expected=", ".join(self.jurisdictions),
                )
            )
        return self.jurisdictions.index(code)

    def _graph_of(self, people: NDArray[np.int64]) -> networkx.Graph:
        import networkx

        graph = networkx.Graph()
        inside = set(people.tolist())
        for i in people.tolist():
            graph.add_node(
                i,
                name=self.display_name(i),
                jurisdiction=self.jurisdictions[self.jurisdiction[i]],
                sex=SEXES[self.sex[i]],
                tone=int(self.tone[i]),
                birth_day=int(self.birth_day[i]),
                public=bool(self.public[i].any()),
            )
            graph.add_edges_from(
                (i, j) for j in self.neighbours(i).tolist() if j < i and j in inside
            )
        return graph


def build_population(people: int, seed: int, strata: Strata | None = None) -> Population:
    """Draw a population.

    Args:
        people: how many, 10 or more.
        seed: root seed, 0 or more.
        strata: tables; None for the shipped ones.

    Raises:
        PopulationError: too few people, a negative seed, or tables that cannot be met.
    """
    if seed < 0:
        raise PopulationError(
            Fault("a negative seed", key="seed", found=str(seed), expected="0 or more")
        )
    strata = read_strata() if strata is None else strata
    streams = Streams(seed, 0, STREAMS)
    drawn = draw_people(people, strata, streams)
    rows = np.arange(drawn.jurisdiction.size)
    age = (REFERENCE_DAY - drawn.birth_day) / DAYS_A_YEAR
    band = np.searchsorted(AGE_BAND_EDGES, age, side="right").astype(np.uint8)
    accounts, public = draw_accounts(band, drawn.findability_z, rows, strata, streams)
    indptr, indices = draw_graph(
        drawn.jurisdiction, age, drawn.findability_z, strata.ties, streams.generator("ties")
    )
    return Population(
        jurisdictions=strata.jurisdictions,
        weights=drawn.weights,
        jurisdiction=drawn.jurisdiction,
        sex=drawn.sex,
        tone=drawn.tone,
        birth_day=drawn.birth_day,
        accounts=accounts,
        public=public,
        findability_z=drawn.findability_z,
        identity=drawn.identity,
        name_code=drawn.name_code,
        indptr=indptr,
        indices=indices,
        platforms=strata.platforms,
        seed=seed,
        parameters={
            "people": people,
            "tables": strata.digest,
            "ties": dict(strata.ties),
            "residents": dict(
                zip(strata.jurisdictions, (float(r) for r in strata.residents), strict=True)
            ),
        },
    )


def load_population(folder: Path | str) -> Population:
    """Open a saved population; the graph stays on disk, memory-mapped.

    Raises:
        PopulationError: no whole population of this version lies there, or a byte has changed.
    """
    from generators.population_folder import read_folder

    return read_folder(Path(folder))

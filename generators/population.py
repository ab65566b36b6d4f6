"""The population: everybody who is simulated, as immutable columns and two layers of ties.

`build_population` draws it from the tables, `load_population` opens a saved one by memory map.
The same seed gives the same population to the bit, whatever the number of workers;
`content_hash` names it. It is useful without the rest of the project (docs/population.md). No
photograph of anyone is in it: a face is a 64-bit key from which a generator draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from generators.accounts import render_url
from generators.calendar import DAYS_A_YEAR, REFERENCE_DAY
from generators.errors import Fault, PopulationError
from generators.graph import Communities, Ties, draw_society
from generators.handles import render_handle, style_of, year_digits
from generators.keyed import Streams
from generators.moves import residence
from generators.names import name_parts, plain
from generators.newcomer import columns_with_newcomer
from generators.people import STREAMS as PEOPLE_STREAMS
from generators.people import counts_of, draw_people
from generators.population_bounds import refuse_beyond, refuse_other, refuse_outside
from generators.population_graph import NETWORKX_LIMIT, near_graph, whole_graph
from generators.population_hash import content_hash, plan_hash
from generators.strata import AGE_BAND_EDGES, AGE_BANDS, SEXES, Strata, read_strata

if TYPE_CHECKING:
    import networkx

__all__ = [
    "AGE_BANDS",
    "SEXES",
    "STREAMS",
    "Layer",
    "Population",
    "build_population",
    "load_population",
]

STREAMS = (*PEOPLE_STREAMS, "ties", "extra")
Layer = Literal["close", "acquaintances", "all"]
Kept = Literal["stored", "by community"]
MOST_SEED = 2**64 - 1
"""Largest root seed: keyed draws take 64 bits of it."""


@dataclass(frozen=True, eq=False)
class Population:
    """n people of J jurisdictions with accounts on P platforms, and the ties between them.

    Rows are in order of jurisdiction and place.

    Attributes:
        jurisdictions: codes, the case's own first.
        regions: region of each jurisdiction.
        places: names of all places; most of somebody's friends live in one.
        platforms: fictional names.
        weights: float64 [J], real persons per simulated one; they multiply outcomes, never ties.
        photos: float64 [P, B], photos that an account posts a year on average, by age band.
        jurisdiction: uint8 [n], index into `jurisdictions`: residence at `REFERENCE_DAY`.
        place: uint16 [n], index into `places`.
        sex: uint8 [n], index into `SEXES`.
        tone: uint8 [n], 1 to 10 of the Monk scale.
        birth_day: int32 [n], days since 2017-01-01 (negative: born before).
        online: bool [n].
        accounts: bool [n, P], has an account; only those who are online have.
        public: bool [n, P], and that account is public.
        posting_z: float32 [n], standard normal latent of how much somebody posts, stratified so
            that the mean of exp(σz − σ²/2) is 1 among those with a public account of each
            jurisdiction, and among the others (`generators.posting`).
        tagging: float32 [n], how often others stand in what one posts, mean 1.
        aware: bool [n], knows the rights over personal data.
        informed: bool [n], was told at the start of 2017 that the operator may hold photos.
        move_day: int32 [n], day of the one move, `NEVER` for those who stay.
        elsewhere: uint8 [n], the other jurisdiction: before a move up to `REFERENCE_DAY`, after a
            later one.
        identity: uint64 [n], key of the face.
        name_code: uint32 [n, 3], words from which names are rendered.
        handle_number: uint16 [n, P], what makes a handle unique (`generators.handles`).
        close: ties to those who stand in one's photos.
        acquaintances: ties to everybody else whom one knows, stored or computed row by row.
        seed: root seed.
        parameters: what else it was made of: people, the tables' hash, parameters of the ties,
            the hash of the plan of acquaintances.
    """

    jurisdictions: tuple[str, ...]
    regions: tuple[str, ...]
    places: tuple[str, ...]
    platforms: tuple[str, ...]
    weights: NDArray[np.float64]
    photos: NDArray[np.float64]
    jurisdiction: NDArray[np.uint8]
    place: NDArray[np.uint16]
    sex: NDArray[np.uint8]
    tone: NDArray[np.uint8]
    birth_day: NDArray[np.int32]
    online: NDArray[np.bool_]
    accounts: NDArray[np.bool_]
    public: NDArray[np.bool_]
    posting_z: NDArray[np.float32]
    tagging: NDArray[np.float32]
    aware: NDArray[np.bool_]
    informed: NDArray[np.bool_]
    move_day: NDArray[np.int32]
    elsewhere: NDArray[np.uint8]
    identity: NDArray[np.uint64]
    name_code: NDArray[np.uint32]
    handle_number: NDArray[np.uint16]
    close: Ties
    acquaintances: Ties | Communities
    seed: int
    parameters: Mapping[str, Any]

    def __len__(self) -> int:
        return self.jurisdiction.size

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 in hexadecimal of all that was drawn (`generators.population_hash`)."""
        return content_hash(self)

    @property
    def society(self) -> int:
        """Number of people who were drawn together; newcomers without ties come after them."""
        return len(self) - int(self.parameters.get("isolated", 0))

    @property
    def real_residents(self) -> NDArray[np.float64]:
        """Real residents of each jurisdiction, float64 [J], as the tables have them.

        Not the weights times the sample: one more simulated person makes no country larger.
        """
        residents = self.parameters["residents"]
        return np.array([residents[code] for code in self.jurisdictions])

    @cached_property
    def edges(self) -> int:
        """Number of ties of both layers, each counted once."""
        return self.close.edges + self.acquaintances.edges

    def residents(self, code: str) -> NDArray[np.int64]:
        """Return the ids of the residents of a jurisdiction at `REFERENCE_DAY`.

        Raises:
            PopulationError: an unknown code.
        """
        return np.flatnonzero(self.jurisdiction == self._index(code))

    def residence_on(self, day: int) -> NDArray[np.uint8]:
        """Return uint8 [n]: where everybody lives on a day, as index into `jurisdictions`."""
        return residence(self.jurisdiction, self.move_day, self.elsewhere, day)

    def residence_of(
        self, people: NDArray[np.integer], days: NDArray[np.integer]
    ) -> NDArray[np.uint8]:
        """Return where some people live, each on a day of their own, uint8."""
        return residence(
            self.jurisdiction[people], self.move_day[people], self.elsewhere[people], days
        )

    def public_rate(self) -> NDArray[np.float64]:
        """Return float64 [n]: photos a year that people's public accounts post on average.

        By the age band at `REFERENCE_DAY`, before everybody's own posting (`posting_z`).
        """
        return self._rate(self.public)

    def posting_rate(self) -> NDArray[np.float64]:
        """Return float64 [n]: photos a year that all of people's accounts post on average."""
        return self._rate(self.accounts)

    def rows(
        self, people: NDArray[np.int64], layer: Layer = "all"
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the neighbours of several people.

        Args:
            people: int64 [k], ids, in any order.
            layer: whose ties.

        Returns:
            at int64 [m], place in `people` whose neighbour each one is, ascending;
            neighbour int32 [m], ascending for each place.

        Raises:
            PopulationError: an unknown layer.
        """
        refuse_other("layer", layer, get_args(Layer))
        if layer == "close":
            return self.close.rows(people)
        if layer == "acquaintances":
            return self.acquaintances.rows(people)
        parts = self.close.rows(people), self.acquaintances.rows(people)
        at = np.concatenate([part[0] for part in parts])
        neighbour = np.concatenate([part[1] for part in parts])
        order = np.lexsort((neighbour, at))
        return at[order], neighbour[order]

    def neighbours(self, i: int, layer: Layer = "all") -> NDArray[np.int32]:
        """Return the ids of those tied to person `i`, ascending.

        Raises:
            PopulationError: no such person, or an unknown layer.
        """
        self._refuse_nobody(i)
        return self.rows(np.array([i], dtype=np.int64), layer)[1]

    def acquaintance_rows(
        self, people: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the acquaintances of several people, as `rows` does."""
        return self.acquaintances.rows(people)

    def age_on(self, day: int) -> NDArray[np.float32]:
        """Return float32 [n]: age in years on a day (days since 2017-01-01); below 0 if unborn."""
        return ((day - self.birth_day) / DAYS_A_YEAR).astype(np.float32)

    def age_band(self, day: int) -> NDArray[np.uint8]:
        """Return uint8 [n]: index into `AGE_BANDS` on a day; the unborn are in the first."""
        return _age_band(day - self.birth_day)

    def age_band_of(
        self, people: NDArray[np.integer], days: NDArray[np.integer]
    ) -> NDArray[np.uint8]:
        """Return the age bands of some people, each on a day of their own, uint8."""
        return _age_band(days - self.birth_day[people])

    def display_name(self, i: int) -> str:
        """Return first and last name of person `i`.

        Raises:
            PopulationError: no such person.
        """
        return " ".join(self._names(i))

    def handle(self, i: int, platform: int) -> str:
        """Return what person `i` is (or would be) called on platform number `platform`; unique.

        `accounts[i, platform]` says whether there is such an account.

        Raises:
            PopulationError: no such person, or no such platform.
        """
        refuse_beyond("platform", platform, len(self.platforms))
        first, last = self._names(i)
        row = slice(i, i + 1)
        return render_handle(
            plain(first),
            plain(last),
            int(style_of(self.identity[row], platform)[0]),
            int(year_digits(self.birth_day[row])[0]),
            int(self.handle_number[i, platform]),
        )

    def profile_url(self, i: int, platform: int) -> str:
        """Return `https://<platform>.example/<handle>`, as `handle` whether or not it is in use.

        Raises:
            PopulationError: no such person, or no such platform.
        """
        refuse_beyond("platform", platform, len(self.platforms))
        return render_url(self.platforms[platform], self.handle(i, platform))

    def to_networkx(self, limit: int = NETWORKX_LIMIT) -> networkx.Graph:
        """Return everybody as a networkx graph: columns as node attributes, ties with `layer`.

        Raises:
            PopulationError: more people than `limit`.
        """
        return whole_graph(self, limit)

    def neighbourhood(
        self, i: int, radius: int = 1, limit: int = 2000, layer: Layer = "all"
    ) -> networkx.Graph:
        """Return the ties among those at most `radius` steps from person `i`, as networkx.

        At most `limit` people, the nearest first and of equally near ones the lowest ids; the
        graph's attribute `cut` says whether somebody was left out. Nodes carry `distance`, ties
        their `layer`.
        """
        return near_graph(self, i, radius, limit, layer)

    def with_isolated_person(self, jurisdiction: str = "GB") -> Population:
        """Return a population with one more person, last and without ties, all else as it was.

        The newcomer is like a resident drawn by key, with a face and a name of their own. Weights
        stay: whatever happens to the others must not depend on this person (model, section 6).

        Raises:
            PopulationError: an unknown code.
        """
        more: dict[str, Any] = columns_with_newcomer(
            self, jurisdiction, Streams(self.seed, 0, STREAMS)
        )
        isolated = len(self) - self.society + 1
        return replace(
            self,
            **more,
            close=self.close.with_isolated(),
            acquaintances=self.acquaintances.with_isolated(),
            parameters={**self.parameters, "isolated": isolated},
        )

    def save(self, folder: Path | str) -> None:
        """Write the population as a folder (`generators.population_folder`).

        Raises:
            PopulationError: the folder exists already.
        """
        from generators.population_folder import write_folder

        write_folder(self, Path(folder))

    def _refuse_nobody(self, i: int) -> None:
        refuse_beyond("person", i, len(self))

    def _names(self, i: int) -> tuple[str, str]:
        self._refuse_nobody(i)
        code = self.jurisdictions[self.jurisdiction[i]]
        return name_parts(code, int(self.sex[i]), self.name_code[i])

    def _rate(self, accounts: NDArray[np.bool_]) -> NDArray[np.float64]:
        band = self.age_band(REFERENCE_DAY)
        rate = np.zeros(len(self))
        for p, photos in enumerate(self.photos):
            rate += np.where(accounts[:, p], photos[band], 0.0)
        return rate

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


def _age_band(days: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return the age bands of people so many days after their birth, uint8."""
    return np.searchsorted(AGE_BAND_EDGES * DAYS_A_YEAR, days, side="right").astype(np.uint8)


def build_population(
    people: int,
    seed: int = 1,
    strata: Strata | None = None,
    *,
    acquaintances: Kept = "stored",
    workers: int = 1,
) -> Population:
    """Draw a population.

    Args:
        people: how many; at least 10 and as many as there are jurisdictions, so 17 with the
            shipped tables.
        seed: root seed, from 0 to 2**64 − 1.
        strata: tables; None for the shipped ones.
        acquaintances: `stored` writes all ties out; `by community` keeps the plan that they
            follow from, in about two thirds of the memory, and computes rows when they are asked
            for. Both are the same population.
        workers: threads, 1 or more; the result does not depend on them.

    Raises:
        PopulationError: too few people, another seed, no worker, a number that is not whole,
            acquaintances kept in another way, or tables that cannot be met.
    """
    refuse_other("acquaintances", acquaintances, get_args(Kept))
    for key, found, least, most in (
        ("people", people, 1, None),
        ("seed", seed, 0, MOST_SEED),
        ("workers", workers, 1, None),
    ):
        refuse_outside(key, found, least, most)
    # NumPy's whole numbers neither hold every seed nor go into a manifest.
    people, seed, workers = int(people), int(seed), int(workers)
    strata = read_strata() if strata is None else strata
    streams = Streams(seed, 0, STREAMS)
    counts = counts_of(people, strata)
    columns = draw_people(counts, strata, streams, workers)
    society = draw_society(
        columns["jurisdiction"],
        columns["place"],
        (REFERENCE_DAY - columns["birth_day"]) / DAYS_A_YEAR,
        strata,
        streams,
        acquaintances=acquaintances,
        workers=workers,
    )
    return Population(
        jurisdictions=strata.jurisdictions,
        regions=strata.regions,
        places=strata.place_names,
        platforms=strata.platforms,
        weights=strata.residents / counts,
        photos=strata.photos,
        **columns,
        close=society.close,
        acquaintances=society.acquaintances,
        seed=seed,
        parameters={
            "people": people,
            "tables": strata.digest,
            "ties": dict(strata.ties),
            "residents": dict(
                zip(strata.jurisdictions, (float(r) for r in strata.residents), strict=True)
            ),
            "acquaintances": plan_hash(society.plan),
        },
    )


def load_population(folder: Path | str) -> Population:
    """Open a saved population; the ties stay on disk, memory-mapped.

    Raises:
        PopulationError: no whole population of this version lies there, or a byte has changed.
    """
    from generators.population_folder import read_folder

    return read_folder(Path(folder))

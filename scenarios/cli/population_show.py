"""What `efface population show` tells: counts and shares by jurisdiction, and one person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, PopulationError
from scenarios.cli.options import print_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from generators.population import Population

PEOPLE = ("people", "weight", "female", "under_13", "under_18", "age_65+", "online", "aware")
SHARING = (
    "any_account",
    "any_public",
    "photos_a_year",
    "photos_of_top_tenth",
    "bystanders",
    "bystanders_by_public_friends",
    "close_ties",
    "ties",
    "moved_here",
    "moved_away",
)
SHOWN_FRIENDS = 10


def summarise(population: Population) -> dict[str, Any]:
    """Return hash, sizes, one row a jurisdiction and one a place.

    Ages, accounts and residence are those of mid-2022. `bystanders` is the share of people with no
    account, `bystanders_by_public_friends` the share of these who have a close tie to somebody
    with a public account, through whose photos they can be found; `photos_a_year` the mean number
    posted in public by residents, and `photos_of_top_tenth` the share of them that the tenth who
    post most have posted; `moved_here` and `moved_away` the shares that come to live there before,
    and leave after, mid-2022 and within the years simulated.
    """
    import numpy as np

    from generators.calendar import NEVER, REFERENCE_DAY
    from generators.population import AGE_BANDS

    age = population.age_on(REFERENCE_DAY)
    band = population.age_band(REFERENCE_DAY)
    public = np.asarray(population.public.any(axis=1))
    bystander = np.asarray(~population.accounts.any(axis=1))
    photos = population.public_rate() * posting_factor(population)
    degree = population.close.degree + population.acquaintances.degree
    through = _beside(population, public)
    moves = population.move_day < NEVER
    rows: list[dict[str, Any]] = []
    for j, code in enumerate(population.jurisdictions):
        who = population.residents(code)
        there = bystander[who]
        row: dict[str, Any] = {
            "jurisdiction": code,
            "people": int(who.size),
            "weight": float(population.weights[j]),
            "female": float((population.sex[who] == 0).mean()),
            "under_13": float((age[who] < 13).mean()),
            "under_18": float((age[who] < 18).mean()),
        }
        for number, label in enumerate(AGE_BANDS):
            row[f"age_{label}"] = float((band[who] == number).mean())
        most = np.sort(photos[who])[::-1]
        before = population.move_day[who] <= REFERENCE_DAY
        row |= {
            "online": float(population.online[who].mean()),
            "aware": float(population.aware[who].mean()),
            "any_account": float((~there).mean()),
            "any_public": float(public[who].mean()),
            "photos_a_year": float(most.mean()),
            "photos_of_top_tenth": _share(float(most[: who.size // 10].sum()), float(most.sum())),
            "bystanders": float(there.mean()),
            "bystanders_by_public_friends": _share(
                float((through[who] & there).sum()), float(there.sum())
            ),
            "close_ties": float(population.close.degree[who].mean()),
            "ties": float(degree[who].mean()),
            "moved_here": float((moves[who] & before).mean()),
            "moved_away": float((moves[who] & ~before).mean()),
        }
        rows.append(row)
    count = np.bincount(population.place, minlength=len(population.places))
    first = np.array([_country_of(population, k) for k in range(len(population.places))])
    return {
        "hash": population.content_hash,
        "seed": population.seed,
        "people": len(population),
        "edges": population.edges,
        "close_edges": population.close.edges,
        "platforms": list(population.platforms),
        "jurisdictions": rows,
        "places": [
            {
                "place": name,
                "jurisdiction": population.jurisdictions[first[k]],
                "people": int(count[k]),
            }
            for k, name in enumerate(population.places)
            if count[k]
        ],
    }


def print_summary(title: str, population: Population) -> None:
    """Print what `summarise` returns as three tables: people, what they share, places."""
    summary = summarise(population)
    rows = summary["jurisdictions"]
    print_columns(*_table(rows, PEOPLE), title=title)
    print_columns(*_table(rows, SHARING), title="\nAccounts, photos, ties (shares of residents)")
    print_columns(
        ["place", "", "people"],
        [[row["place"], row["jurisdiction"], f"{row['people']:,}"] for row in summary["places"]],
        [False, False, True],
        title="\nPlaces: areas in which most of one's friends live",
    )


def person_of(population: Population, i: int) -> dict[str, Any]:
    """Return what there is to know of one person, as JSON holds it.

    Raises:
        PopulationError: no such person.
    """
    import numpy as np

    from generators.calendar import NEVER, REFERENCE_DAY
    from generators.population import SEXES

    if not 0 <= i < len(population):
        raise PopulationError(
            Fault(
                f"there is no person {i}",
                key="--person",
                found=str(i),
                expected=f"0 to {len(population) - 1}",
            )
        )
    close = population.neighbours(i, layer="close")
    known = np.setdiff1d(population.neighbours(i), close)
    home = population.jurisdictions[population.jurisdiction[i]]
    day = int(population.move_day[i])
    move = None
    if day < NEVER:
        other = population.jurisdictions[population.elsewhere[i]]
        came = day <= REFERENCE_DAY
        move = {
            "day": _date(day),
            "from": other if came else home,
            "to": home if came else other,
        }
    return {
        "person": i,
        "name": population.display_name(i),
        "sex": SEXES[population.sex[i]],
        "born": _date(int(population.birth_day[i])),
        "age_mid_2022": round(float(population.age_on(REFERENCE_DAY)[i]), 1),
        "skin_tone": int(population.tone[i]),
        "jurisdiction": home,
        "place": population.places[population.place[i]],
        "move": move,
        "online": bool(population.online[i]),
        "accounts": [
            {
                "platform": platform,
                "url": population.profile_url(i, p),
                "public": bool(population.public[i, p]),
            }
            for p, platform in enumerate(population.platforms)
            if population.accounts[i, p]
        ],
        "photos_a_year": float(population.public_rate()[i] * posting_factor(population)[i]),
        "tagging": float(population.tagging[i]),
        "aware": bool(population.aware[i]),
        "informed": bool(population.informed[i]),
        "close_ties": close.tolist(),
        "acquaintances": known.tolist(),
    }


def print_person(population: Population, i: int) -> None:
    """Print what `person_of` returns, with the names of the first friends.

    Raises:
        PopulationError: no such person.
    """
    told = person_of(population, i)
    move = told["move"]
    accounts = [
        f"{one['url']} ({'public' if one['public'] else 'private'})" for one in told["accounts"]
    ]
    rows = [
        ["lives in", f"{told['place']} ({told['jurisdiction']}), mid-2022"],
        ["moves", f"{move['day']}: {move['from']} to {move['to']}" if move else "never"],
        ["born", f"{told['born']}, {told['sex']}, Monk skin tone {told['skin_tone']}"],
        ["online", "yes" if told["online"] else "no"],
        *(
            [label, account]
            for label, account in zip(["accounts"] + [""] * 9, accounts, strict=False)
        ),
        ["public photos", f"{told['photos_a_year']:.3g} a year"],
        ["others in them", f"{told['tagging']:.2g} times the mean"],
        ["aware", "knows its rights" if told["aware"] else "does not know its rights"],
        ["informed", "knows of the operator" if told["informed"] else "has not been told"],
        ["close ties", _names(population, told["close_ties"])],
        ["acquaintances", _names(population, told["acquaintances"])],
    ]
    if not accounts:
        rows.insert(4, ["accounts", "none: found, if at all, in others' photos"])
    print_columns(
        ["", ""], rows, [False, False], title=f"Person {i}, {told['name']}, who does not exist"
    )


def posting_factor(population: Population) -> NDArray[np.float64]:
    """Return float64 [n]: how much more than others like them people post; mean 1."""
    import numpy as np

    from generators.posting import POSTING_LOG_SD

    z = population.posting_z.astype(np.float64)
    return np.asarray(np.exp(POSTING_LOG_SD * z - POSTING_LOG_SD**2 / 2))


def _beside(population: Population, some: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return bool [n]: who has a close tie to one of some people."""
    import numpy as np

    tied = np.zeros(len(population), dtype=np.bool_)
    for first in range(0, len(population), 100_000):
        people = np.arange(first, min(first + 100_000, len(population)))
        at, neighbour = population.close.rows(people)
        tied[people[at[some[neighbour]]]] = True
    return tied


def _country_of(population: Population, place: int) -> int:
    """Return the jurisdiction of a place, 0 where nobody lives in it."""
    import numpy as np

    own = int(np.searchsorted(population.place, place))
    return int(population.jurisdiction[own]) if own < len(population) else 0


def _names(population: Population, people: list[int]) -> str:
    named = ", ".join(population.display_name(j) for j in people[:SHOWN_FRIENDS])
    more = f" and {len(people) - SHOWN_FRIENDS} more" if len(people) > SHOWN_FRIENDS else ""
    return f"{len(people)}: {named}{more}" if people else "none"


def _table(
    rows: list[dict[str, Any]], quantities: tuple[str, ...]
) -> tuple[list[str], list[list[str]], list[bool]]:
    header = ["", *(quantity.replace("_", " ") for quantity in quantities)]
    cells = [
        [row["jurisdiction"], *(_cell(row[quantity]) for quantity in quantities)] for row in rows
    ]
    return header, cells, [False, *(True for _ in quantities)]


def _cell(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _date(day: int) -> str:
    from datetime import date

    return (date(2017, 1, 1) + timedelta(days=day)).isoformat()

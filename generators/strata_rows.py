"""From rows of the tables to arrays: each function reads one table and refuses what is not whole.

Every function takes the table as `generators.sourced_tables` read it and raises PopulationError
with file, line and key where a row is missing, unknown, above one or where shares miss one.
"""

from __future__ import annotations

import re
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from generators.sourced_tables import Figure, SourcedTable

TONES = tuple(range(1, 11))
AGE_BANDS = ("0-17", "18-24", "25-44", "45-64", "65+")
MOST_JURISDICTIONS = 255
MOST_PLACES = 65_535
"""As many as the columns of people can tell apart (`generators.columns`)."""
MOST_RESIDENTS = 1e10
OLDEST = 130
MOST_PHOTOS = 100_000.0
"""Photos that an account posts a year, on average: one each five minutes."""
MOST_MULTIPLE = 1000.0
_PLATFORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_PLATFORM = 63
"""A platform's name is the first label of its addresses, and RFC 1035 (1987) allows 63 letters."""


def residents(
    table: SourcedTable,
) -> tuple[
    tuple[str, ...], tuple[str, ...], tuple[str, ...], NDArray[np.float64], NDArray[np.float64]
]:
    """Return codes, names, regions, residents [J] and shares of the sample [J]."""
    labels: dict[str, tuple[str, str]] = {}
    for figure in table.figures:
        code, name, region = figure.key[:3]
        if labels.setdefault(code, (name, region)) != (name, region):
            raise table.refusal(
                figure,
                "a jurisdiction has two names or two regions",
                f"{name}, {region}",
                ", ".join(labels[code]),
            )
    codes = tuple(labels)
    if len(codes) > MOST_JURISDICTIONS:
        raise table.refusal_of_all(
            f"more than {MOST_JURISDICTIONS} jurisdictions", f"{len(codes)} jurisdictions"
        )

    def rows(quantity: str) -> list[tuple[str, ...]]:
        return [(code, *labels[code], quantity) for code in codes]

    both = table.values(rows("residents") + rows("sample_share")).reshape(2, len(codes))
    for figure in table.figures:
        if figure.value == 0:
            raise table.refusal(figure, "nobody lives in a jurisdiction", "0", "above 0")
        if figure.key[3] == "residents":
            if not 1 <= figure.value <= MOST_RESIDENTS:
                raise table.refusal(
                    figure,
                    "no number of residents",
                    f"{figure.value:g}",
                    f"1 to {MOST_RESIDENTS:g}, which is more than there are people",
                )
            if figure.unit != "persons":
                raise table.refusal(
                    figure, "residents are counted in persons", figure.unit, "persons"
                )
    table.check_sum(both[1], "sample_share over jurisdictions")
    names, regions = zip(*labels.values(), strict=True)
    return codes, names, regions, both[0], both[1]


def age_sex(
    table: SourcedTable, jurisdictions: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return age limits [G + 1] and the joint shares [J, G, 2]: share of the age × female share."""
    limits = sorted({_age(table, row, place) for row in table.figures for place in (1, 2)})
    if not limits:
        raise table.refusal_of_all("there is no age group", "no rows")
    if limits[0] != 0:
        row = min(table.figures, key=lambda row: int(row.key[1]))
        raise table.refusal(row, "ages do not begin at 0", row.key[1], "0")
    groups = [(str(start), str(end)) for start, end in pairwise(limits)]
    quantities = ("share", "female")
    keys = [(code, *group, q) for code, group, q in product(jurisdictions, groups, quantities)]
    cells = table.values(keys, most=1.0).reshape(len(jurisdictions), len(groups), 2)
    for j, code in enumerate(jurisdictions):
        table.check_sum(cells[j, :, 0], f"age shares of {code}")
    share, female = cells[..., 0], cells[..., 1]
    return np.array(limits, dtype=np.float64), np.stack(
        [share * female, share * (1 - female)], axis=-1
    )


def _age(table: SourcedTable, row: Figure, place: int) -> int:
    text = row.key[place]
    if not (text.isascii() and text.isdecimal()):
        raise table.refusal(row, "an age is no whole number", text[:40], "whole years")
    if len(text) > len(str(OLDEST)) or int(text) > OLDEST:
        raise table.refusal(row, "nobody is that old", text[:40], f"0 to {OLDEST} years")
    return int(text)


def tones(table: SourcedTable, jurisdictions: tuple[str, ...]) -> NDArray[np.float64]:
    """Return shares by tone of the Monk scale, float64 [J, 10]."""
    keys = [(code, str(tone)) for code, tone in product(jurisdictions, TONES)]
    shares = table.values(keys, most=1.0).reshape(len(jurisdictions), len(TONES))
    for j, code in enumerate(jurisdictions):
        table.check_sum(shares[j], f"tone shares of {code}")
    return shares


def online(table: SourcedTable, regions: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the share online of each jurisdiction by age band, float64 [J, B]."""
    return _by_region(table, regions, [(band, "online") for band in AGE_BANDS], most=1.0)


def moves(table: SourcedTable, regions: tuple[str, ...]) -> NDArray[np.float64]:
    """Return arrivals and departures per resident and year, float64 [J, 2]."""
    return _by_region(table, regions, [("arrivals",), ("departures",)], most=1.0)


def awareness(table: SourcedTable, regions: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the shares aware and informed at the start, float64 [J, 2]."""
    return _by_region(table, regions, [("aware",), ("informed",)], most=1.0)


def _by_region(
    table: SourcedTable, regions: tuple[str, ...], rest: list[tuple[str, ...]], most: float
) -> NDArray[np.float64]:
    kinds = tuple(dict.fromkeys(regions))
    keys = [(region, *key) for region, key in product(kinds, rest)]
    values = table.values(keys, most=most).reshape(len(kinds), len(rest))
    return values[[kinds.index(region) for region in regions]]


def accounts(
    table: SourcedTable, online_share: NDArray[np.float64]
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return platforms, P(account | online), P(public | account), photos a year, each [P, B].

    Args:
        table: `accounts.csv`; its `account` is a share of the residents of the first jurisdiction.
        online_share: float64 [B], share of those residents that is online.
    """
    platforms = table.column(0)
    if not platforms:
        raise table.refusal_of_all("there is no platform", "no rows")
    for figure in table.figures:
        name = figure.key[0]
        if len(name) > _LONGEST_PLATFORM or not _PLATFORM.fullmatch(name):
            raise table.refusal(
                figure,
                "a platform's name cannot stand in an address",
                name[:80],
                f"small letters a to z, digits and single hyphens between them, at most "
                f"{_LONGEST_PLATFORM}",
            )
    quantities = ("account", "public", "photos")
    keys = list(product(platforms, AGE_BANDS, quantities))
    cells = table.values(keys).reshape(len(platforms), len(AGE_BANDS), 3)
    held = {figure.key: figure for figure in table.figures}
    for p, platform in enumerate(platforms):
        for b, band in enumerate(AGE_BANDS):
            account, public, photos = cells[p, b]
            if account > online_share[b]:
                raise table.refusal(
                    held[platform, band, "account"],
                    "more people have an account than are online",
                    f"{account:g}",
                    f"0 to {online_share[b]:g}, the share online (online.csv)",
                )
            if public > 1:
                raise table.refusal(
                    held[platform, band, "public"], "a share is above one", f"{public:g}", "0 to 1"
                )
            if photos > MOST_PHOTOS:
                raise table.refusal(
                    held[platform, band, "photos"],
                    "no account posts so many photos a year",
                    f"{photos:g}",
                    f"0 to {MOST_PHOTOS:g}",
                )
    share = np.zeros(cells.shape[:2])
    np.divide(cells[..., 0], online_share, out=share, where=online_share > 0)
    return platforms, share, cells[..., 1], cells[..., 2]


def places(
    table: SourcedTable, jurisdictions: tuple[str, ...]
) -> tuple[tuple[str, ...], NDArray[np.uint8], NDArray[np.float64]]:
    """Return names, jurisdiction and share of its residents of all places, each [K].

    Places stand jurisdiction by jurisdiction, inside one in the order of the file.
    """
    for figure in table.figures:
        if figure.key[0] not in jurisdictions:
            raise table.unknown_row(figure, figure.key[0], jurisdictions)
    keys = [
        figure.key for code in jurisdictions for figure in table.figures if figure.key[0] == code
    ]
    if len(keys) > MOST_PLACES:
        raise table.refusal_of_all(f"more than {MOST_PLACES} places", f"{len(keys)} places")
    shares = table.values(keys, most=1.0)
    of = np.array([jurisdictions.index(key[0]) for key in keys], dtype=np.uint8)
    for j, code in enumerate(jurisdictions):
        table.check_sum(shares[of == j], f"shares of the places of {code}")
    return tuple(key[1] for key in keys), of, shares


def degrees(table: SourcedTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return quantiles [Q] and degrees there as multiples of the mean degree [Q], both rising."""
    quantiles: list[float] = []
    multiples: list[float] = []
    for figure in table.figures:
        try:
            quantile = float(figure.key[0])
        except ValueError:
            quantile = -1.0
        if not 0 < quantile < 1:
            raise table.refusal(
                figure, "a quantile is no number between 0 and 1", figure.key[0], "above 0, below 1"
            )
        if quantiles and not (quantile > quantiles[-1] and figure.value > multiples[-1]):
            raise table.refusal(
                figure,
                "quantiles and degrees do not rise from row to row",
                f"{quantile:g}: {figure.value:g}",
                f"above {quantiles[-1]:g}: {multiples[-1]:g}",
            )
        if figure.value > MOST_MULTIPLE:
            raise table.refusal(
                figure,
                "nobody has so many times the mean degree",
                f"{figure.value:g}",
                f"at most {MOST_MULTIPLE:g}",
            )
        quantiles.append(quantile)
        multiples.append(figure.value)
    if len(quantiles) < 2 or multiples[0] == 0:
        raise table.refusal_of_all(
            "fewer than two quantiles with a degree above 0", f"{len(quantiles)} rows"
        )
    return np.array(quantiles), np.array(multiples)


def abroad(table: SourcedTable, jurisdictions: tuple[str, ...]) -> NDArray[np.float64]:
    """Return where the ties abroad of the first jurisdiction lead, float64 [J], 0 for itself.

    A country alone in its world has no such row.
    """
    first, *others = jurisdictions
    shares = table.values([(first, other) for other in others], most=1.0)
    if others:
        table.check_sum(shares, f"shares of the ties abroad of {first}")
    return np.concatenate(([0.0], shares))

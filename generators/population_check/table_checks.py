"""Columns of a population beside the tables that it was drawn from.

One check a quantity, of the worst cell over all jurisdictions, which the note names. Stratified
columns miss a cell by two persons at most, one at either end of it; the others are drawn person
by person and are counted in standard errors of their share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.calendar import DAYS_A_YEAR, FIRST_DAY, LAST_DAY, NEVER, REFERENCE_DAY
from generators.population_check.check import Check, near
from generators.posting import POSTING_LOG_SD
from generators.strata import AGE_BANDS, TONES, Strata

if TYPE_CHECKING:
    from generators.population import Population

STRATIFIED = 2.0
"""Persons by which a stratified column may miss a cell."""
ERRORS = 4.0
"""Standard errors by which a drawn share may miss its table."""
POSTED = 1e-3
"""Share by which the mean posting of a jurisdiction may miss 1."""
CERTAIN = 0.1
"""Standard error in persons of a cell that nobody or everybody is in: one person off is a miss."""
LEAST_EXPECTED = 10.0
"""Cells with fewer people expected in or out of them are left to the larger cells."""
Cell = tuple[str, float, float, float]
"""What the cell is, share in the table, people in it, people among whom it was counted."""


def table_checks(population: Population, strata: Strata) -> list[Check]:
    """Return a check for each quantity of the tables.

    Args:
        population: the people; newcomers without ties are left out.
        strata: the tables.
    """
    everybody = np.arange(population.society)
    rows = [
        everybody[population.jurisdiction[everybody] == j]
        for j in range(len(population.jurisdictions))
    ]
    standing_for = np.array([own.size for own in rows]) * population.weights
    off = np.abs(standing_for - strata.residents)
    worst = int(off.argmax())
    return [
        near(
            "residents",
            0.0,
            "residents.csv",
            float(off[worst]),
            0.5,
            "residents too many or too few",
            population.jurisdictions[worst],
        ),
        _stratified("age_and_sex", "ages.csv", _ages(population, strata, rows)),
        _stratified("skin_tone", "tones.csv", _tones(population, strata, rows)),
        _stratified("place", "places.csv", _places(population, strata, rows)),
        _drawn("online", "online.csv", _online(population, strata, rows)),
        _drawn("account", "accounts.csv", _accounts(population, strata, everybody, False)),
        _drawn("public_account", "accounts.csv", _accounts(population, strata, everybody, True)),
        _posting(population, rows),
        _tagging(population, strata, rows),
        _drawn("aware", "awareness.csv", _told(population, population.aware, strata.aware, rows)),
        _drawn(
            "informed",
            "awareness.csv",
            _told(population, population.informed, strata.informed, rows),
        ),
        _drawn("moves", "moves.csv", _moves(population, strata, rows)),
    ]


def _stratified(name: str, table: str, cells: Iterator[Cell]) -> Check:
    off, where = max((abs(found - share * among), cell) for cell, share, found, among in cells)
    return near(name, 0.0, table, off, STRATIFIED, "persons in the worst cell", where)


def _drawn(name: str, table: str, cells: Iterator[Cell]) -> Check:
    """Return a check of drawn shares; zero errors where no cell is large enough to tell."""
    off: list[tuple[float, str]] = []
    for cell, share, found, among in cells:
        if among * min(share, 1 - share) >= LEAST_EXPECTED:
            error = (among * share * (1 - share)) ** 0.5
            off.append((abs(found - share * among) / error, cell))
        elif share in (0.0, 1.0):
            off.append((abs(found - share * among) / CERTAIN, cell))
    worst, where = max(off, default=(0.0, "no cell is large enough"))
    return near(name, 0.0, table, worst, ERRORS, "standard errors of the worst cell", where)


def _ages(population: Population, strata: Strata, rows: list[NDArray[np.int64]]) -> Iterator[Cell]:
    limits = np.ceil(strata.age_limits * DAYS_A_YEAR)
    for j, own in enumerate(rows):
        group = np.searchsorted(
            limits[1:-1], REFERENCE_DAY - population.birth_day[own], side="right"
        )
        found = np.zeros_like(strata.age_sex[j])
        np.add.at(found, (group, population.sex[own]), 1)
        for (b, s), share in np.ndenumerate(strata.age_sex[j]):
            years = f"{strata.age_limits[b]:g} to {strata.age_limits[b + 1]:g}"
            name = f"{population.jurisdictions[j]}, {years}, {('women', 'men')[s]}"
            yield name, float(share), float(found[b, s]), own.size


def _tones(population: Population, strata: Strata, rows: list[NDArray[np.int64]]) -> Iterator[Cell]:
    for j, own in enumerate(rows):
        found = np.bincount(population.tone[own], minlength=len(TONES) + 1)
        for t, tone in enumerate(TONES):
            name = f"{population.jurisdictions[j]}, tone {tone}"
            yield name, float(strata.tones[j, t]), float(found[t + 1]), own.size


def _places(
    population: Population, strata: Strata, rows: list[NDArray[np.int64]]
) -> Iterator[Cell]:
    for j, own in enumerate(rows):
        found = np.bincount(population.place[own], minlength=len(strata.place_names))
        for k in np.flatnonzero(strata.place_jurisdiction == j).tolist():
            name = f"{population.jurisdictions[j]}, {strata.place_names[k]}"
            yield name, float(strata.place_share[k]), float(found[k]), own.size


def _online(
    population: Population, strata: Strata, rows: list[NDArray[np.int64]]
) -> Iterator[Cell]:
    band = population.age_band(REFERENCE_DAY)
    for j, own in enumerate(rows):
        for b, label in enumerate(AGE_BANDS):
            cell = own[band[own] == b]
            name = f"{population.jurisdictions[j]}, {label}"
            yield name, float(strata.online[j, b]), float(population.online[cell].sum()), cell.size


def _accounts(
    population: Population, strata: Strata, everybody: NDArray[np.int64], public: bool
) -> Iterator[Cell]:
    """Yield accounts among those online, or public accounts among accounts, by age band."""
    band = population.age_band(REFERENCE_DAY)[everybody]
    for p, platform in enumerate(population.platforms):
        held, share, counted = population.online, strata.account, population.accounts[:, p]
        if public:
            held, share, counted = counted, strata.public, population.public[:, p]
        for b, label in enumerate(AGE_BANDS):
            among = everybody[(band == b) & held[everybody]]
            yield (
                f"{platform}, {label}",
                float(share[p, b]),
                float(counted[among].sum()),
                among.size,
            )


def _posting(population: Population, rows: list[NDArray[np.int64]]) -> Check:
    """Return the check that people post as the table says on average, in each jurisdiction."""
    means = []
    for j, own in enumerate(rows):
        z = population.posting_z[own].astype(np.float64)
        factor = np.exp(POSTING_LOG_SD * z - POSTING_LOG_SD**2 / 2)
        means.append((abs(float(factor.mean()) - 1), population.jurisdictions[j]))
    worst, where = max(means)
    unit = "photos too many or too few, as a share"
    return near("photos_posted", 0.0, "accounts.csv", worst, POSTED, unit, where)


def _tagging(population: Population, strata: Strata, rows: list[NDArray[np.int64]]) -> Check:
    """Return the check that the mean of tagging is 1 in each jurisdiction, in standard errors.

    The standard error is that of the table's coefficient of variation; where it says that all are
    alike, any difference is a miss.
    """
    cv = float(strata.ties["tagging_cv"])
    off: list[tuple[float, str]] = []
    for j, own in enumerate(rows):
        if own.size >= LEAST_EXPECTED:
            # Rounding to 32 bits is no difference.
            error = max(cv / own.size**0.5, 1e-6)
            mean = float(population.tagging[own].mean(dtype=np.float64))
            off.append((abs(mean - 1) / error, population.jurisdictions[j]))
    worst, where = max(off, default=(0.0, "no jurisdiction is large enough"))
    unit = "standard errors of the worst mean"
    return near("tagging", 0.0, "ties.csv", worst, ERRORS, unit, where)


def _moves(population: Population, strata: Strata, rows: list[NDArray[np.int64]]) -> Iterator[Cell]:
    """Yield who came before the day of the tables and who leaves after it; nobody moves unborn."""
    limits = FIRST_DAY, REFERENCE_DAY + 1, LAST_DAY + 1
    for j, own in enumerate(rows):
        day, born = population.move_day[own], population.birth_day[own]
        away = [region != strata.regions[j] for region in strata.regions]
        for came, rate, others in (
            (True, strata.arrivals[j], strata.departures),
            (False, strata.departures[j], strata.arrivals),
        ):
            start, end = limits[:2] if came else limits[1:]
            open_to = bool((strata.residents * others)[away].any())
            share = -np.expm1(-rate * (end - start) / DAYS_A_YEAR) if open_to else 0.0
            there = np.clip((end - np.maximum(born + 1, start)) / (end - start), 0, 1)
            moved = (day < NEVER) & (day < end) & (day >= start)
            name = f"{population.jurisdictions[j]}, {'came' if came else 'leave'}"
            yield name, float(share * there.mean()), float(moved.sum()), own.size


def _told(
    population: Population,
    column: NDArray[np.bool_],
    share: NDArray[np.float64],
    rows: list[NDArray[np.int64]],
) -> Iterator[Cell]:
    """Yield the holders of a column of yes and no beside their share in each jurisdiction."""
    for j, own in enumerate(rows):
        yield population.jurisdictions[j], float(share[j]), float(column[own].sum()), own.size

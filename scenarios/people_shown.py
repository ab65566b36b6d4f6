"""The people that a run shows: a keyed sample of adult residents and what is held of each.

Every adult resident has the same chance of being shown, so the sample stands for them within its
sampling error; nobody is picked because of what happened to them. Each has a row an arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from scenarios import tables
from sim.dates import iso

if TYPE_CHECKING:
    from generators.population import Population
    from sim.history import History


def people_table(population: Population, histories: Mapping[str, History]) -> pa.Table:
    """Return the watched people in every arm, schema `scenarios.tables.PEOPLE`.

    Args:
        population: where the rows of the watched people are.
        histories: one an arm, each with the counts of the same people.

    Raises:
        ValueError: a history has no such counts.
    """
    from generators.population import SEXES

    columns: dict[str, list[object]] = {name: [] for name in tables.PEOPLE.names}
    for arm, history in histories.items():
        counts = history.watched
        if counts is None:
            raise ValueError(f"the arm '{arm}' kept no counts of single people")
        for place, person in enumerate(int(row) for row in counts.person):
            platforms = np.flatnonzero(population.accounts[person])
            open_ones = np.flatnonzero(population.public[person])
            shown = open_ones if open_ones.size else platforms
            birth_day = int(population.birth_day[person])
            row = {
                "person": person,
                "name": population.display_name(person),
                "age": int(population.age_on(counts.day)[person]),
                "sex": SEXES[population.sex[person]],
                "tone": int(population.tone[person]),
                "identity": str(int(population.identity[person])),
                "birth_day": birth_day,
                "handle": population.handle(person, int(shown[0])) if shown.size else "",
                "public": bool(open_ones.size),
                "arm": arm,
                "held": int(counts.held[place]),
                "searchable": int(counts.searchable[place]),
                "held_at_notice": int(counts.held_at_notice[place]),
                "at": iso(counts.day),
            }
            for name, value in row.items():
                columns[name].append(value)
    return tables.table(tables.PEOPLE, columns)

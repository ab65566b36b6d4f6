"""Whose faces a population is too small to show.

With a handful of simulated people in a jurisdiction, none of them may have a public account. The
gallery's faces of its residents are then not posted by anybody (`least_rates`), beyond what friends
abroad happen to show: every measure of that jurisdiction is nothing, or far too small.
"""

from __future__ import annotations

from collections.abc import Mapping

from generators.population import Population
from sim.operator.gallery_shares import gallery_shares
from sim.people.findability import findability_of

_ROUNDING = 1e-3
"""A share of faces missing below this is what the linear programme rounds."""


def unseen(population: Population, parameters: Mapping[str, float]) -> dict[str, float]:
    """Return the share of the gallery's faces that nobody can show, by jurisdiction.

    Args:
        population: the people.
        parameters: of the run.

    Returns:
        Code to share, 0 to 1, of each jurisdiction where faces are missing, in the population's
        order; empty where every jurisdiction has an uploader of its own.

    Raises:
        ParameterError: as `findability_of` does.
    """
    shares = gallery_shares(population.regions, population.real_residents, parameters)
    held = parameters["gallery.faces_per_image"] * shares
    shown = findability_of(population, parameters).faces.sum(axis=1)
    return {
        code: float(1.0 - some / whole)
        for code, some, whole in zip(population.jurisdictions, shown, held, strict=True)
        if whole > 0.0 and some < whole * (1.0 - _ROUNDING)
    }


def unseen_words(missing: Mapping[str, float], people: int) -> str:
    """Return what is missing as a sentence, with what would mend it.

    Args:
        missing: as `unseen` gives it, not empty.
        people: how many were simulated.
    """
    each = ", ".join(f"{code} ({100 * share:.0f} %)" for code, share in missing.items())
    return (
        f"{people:,} people are too few for every jurisdiction to have somebody who posts in "
        f"public; faces of residents are missing from the gallery: {each}. More people mend it."
    )

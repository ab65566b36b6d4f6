"""A sample of photos of a population's adults, keyed: who else is drawn changes nobody's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="photos are drawn with the extra [faces]")

from generators.calendar import LAST_DAY
from generators.errors import PopulationError
from generators.population import Population, build_population
from sim.pixels.sample import sample_templates


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(60, 3)


def test_a_sample_shows_adults_from_the_first_day_on(patterned, population: Population) -> None:
    faces = patterned(0.1)
    drawn = sample_templates(faces, population, 12, 3, 0, LAST_DAY)
    assert drawn.shape == (12, 3, faces.encoder.dimension)
    assert np.linalg.norm(drawn, axis=2) == pytest.approx(np.ones((12, 3)), abs=1e-5)
    assert len(faces.source.asked) == 36
    assert min(age for _, _, age in faces.source.asked) >= 18
    assert len({key for key, _, _ in faces.source.asked}) == 12
    mated = (drawn[:, 0] * drawn[:, 1]).sum(axis=1)
    assert mated.min() > (drawn[0, 0] * drawn[1, 0]).sum()


def test_more_people_change_nobodys_photos(patterned, population: Population) -> None:
    few, more = (
        sample_templates(patterned(0.1), population, people, 2, 0, LAST_DAY) for people in (4, 9)
    )
    assert few == pytest.approx(more[:4], abs=1e-6)
    other = sample_templates(patterned(0.1), population, 4, 2, 1, LAST_DAY)
    assert not np.allclose(few, other)


def test_too_few_adults_are_refused(patterned, population: Population) -> None:
    with pytest.raises(PopulationError, match="at most"):
        sample_templates(patterned(0.1), population, 61, 1, 0, LAST_DAY)

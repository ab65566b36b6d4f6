"""The picture of a neighbourhood draws the ties that are there, and says the rest in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generators.errors import EffaceError
from generators.population import Population, build_population
from scenarios.report.looks import DARK, LIGHT
from scenarios.report.neighbourhood import (
    ABROAD,
    ACQUAINTED,
    CLOSE,
    COUNTRY,
    HERE,
    MOST,
    SELF,
    caption,
    neighbourhood_of,
    neighbourhood_spec,
    rings,
    write_neighbourhood,
)


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(2000, seed=3)


def somebody(people: Population, least: int, most: int) -> int:
    degree = people.close.degree + people.acquaintances.degree
    return int(np.flatnonzero((degree >= least) & (degree <= most))[0])


def test_everybody_near_and_every_tie_among_them_is_drawn(people: Population) -> None:
    i = somebody(people, 30, 60)
    seen = neighbourhood_of(people, i)
    drawn = [i, *people.neighbours(i).tolist()]
    assert len(seen.people) == len(drawn)
    expected = {CLOSE: 0, ACQUAINTED: 0}
    for a in drawn:
        close = set(people.neighbours(a, layer="close").tolist())
        for b in people.neighbours(a).tolist():
            if a < b and b in drawn:
                expected[CLOSE if b in close else ACQUAINTED] += 1
    found = [tie["layer"] for tie in seen.ties]
    assert {layer: found.count(layer) for layer in expected} == expected
    assert min(expected.values()) > 0


def test_shapes_say_where_people_live(people: Population) -> None:
    i = somebody(people, 30, 60)
    seen = neighbourhood_of(people, i)
    order = [i, *people.close.of(i).tolist()]
    for row, j in zip(seen.people, order, strict=False):
        assert row["name"] == people.display_name(j)
        same_place = people.place[i] == people.place[j]
        same_country = people.jurisdiction[i] == people.jurisdiction[j]
        expected = SELF if i == j else HERE if same_place else COUNTRY if same_country else ABROAD
        assert row["where"] == expected
        assert 0 <= row["x"] <= 1
        assert 0 <= row["y"] <= 1


def test_of_many_the_close_ones_are_drawn_and_the_rest_is_told(people: Population) -> None:
    i = int(np.argmax(people.close.degree + people.acquaintances.degree))
    seen = neighbourhood_of(people, i)
    total = seen.close + seen.acquaintances
    assert total > MOST
    assert len(seen.people) == MOST
    assert f"{total - MOST + 1} further acquaintances are not drawn" in caption(people, seen)


def test_the_caption_counts_what_is_drawn(people: Population) -> None:
    i = somebody(people, 10, 20)
    said = caption(people, neighbourhood_of(people, i))
    assert people.display_name(i) in said
    assert "does not exist" in said
    assert f"{people.close.degree[i]} close ties" in said
    assert f"{people.acquaintances.degree[i]} acquaintances" in said
    assert "not drawn" not in said


def test_layers_differ_in_colour_and_dash_on_both_grounds(people: Population) -> None:
    for palette in (LIGHT, DARK):
        spec = neighbourhood_spec(people, somebody(people, 10, 20), palette)
        assert spec["background"] == palette.ground
        lines = spec["layer"][0]["encoding"]
        assert lines["color"]["scale"]["range"] == [palette.arms[1], palette.ink]
        solid, dashed = lines["strokeDash"]["scale"]["range"]
        assert solid != dashed


def test_a_person_without_ties_has_a_picture(people: Population, tmp_path: Path) -> None:
    more = people.with_isolated_person()
    path = write_neighbourhood(more, len(people), tmp_path / "alone.svg", dark=True)
    drawn = path.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "0 close ties" in drawn


def test_the_same_person_has_the_same_picture(people: Population, tmp_path: Path) -> None:
    i = somebody(people, 10, 20)
    one, other = (write_neighbourhood(people, i, tmp_path / name) for name in ("a.svg", "b.svg"))
    assert one.read_bytes() == other.read_bytes()
    png = write_neighbourhood(people, i, tmp_path / "a.png").read_bytes()
    assert png.startswith(b"\x89PNG")


def test_another_ending_is_refused_before_anything_is_drawn(
    people: Population, tmp_path: Path
) -> None:
    with pytest.raises(EffaceError, match="SVG or PNG"):
        write_neighbourhood(people, 0, tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_the_person_is_in_the_middle_close_ties_around_and_acquaintances_outside(
    people: Population,
) -> None:
    i = somebody(people, 30, 60)
    seen = neighbourhood_of(people, i)
    away = [np.hypot(row["x"] - 0.5, row["y"] - 0.5) for row in seen.people]
    assert away[0] == 0
    within, outside = away[1 : 1 + seen.close], away[1 + seen.close :]
    assert min(within) > 0
    assert max(within) < min(outside)
    spots = {(row["x"], row["y"]) for row in seen.people}
    assert len(spots) == len(seen.people)


def test_those_who_know_each_other_stand_side_by_side() -> None:
    """Two circles of four whose members come in turns: each circle takes one half of the ring."""
    ties = [(a, b) for a in range(1, 9) for b in range(a + 2, 9, 2)]
    spots = rings(0, 8, ties)[1:] - 0.5
    for circle in (spots[::2], spots[1::2]):
        assert np.hypot(*circle.mean(axis=0)) > 0.25
    assert rings(0, 0, []).tolist() == [[0.5, 0.5]]
    assert len(rings(1, 0, [(0, 1)])) == 2


def test_many_close_ties_are_fainter_lines_and_those_left_out_are_ties(people: Population) -> None:
    few = somebody(people, 10, 20)
    many = int(np.argmax(people.close.degree))

    def opacity(i: int) -> list[float]:
        spec = neighbourhood_spec(people, i)
        return list(spec["layer"][0]["encoding"]["opacity"]["scale"]["range"])

    assert opacity(few)[0] > opacity(many)[0]
    assert all(solid > faint > 0.1 for solid, faint in (opacity(few), opacity(many)))

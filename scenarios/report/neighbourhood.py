"""The picture of one person's neighbourhood: who is tied to them, and to each other.

Layers are told apart by colour and dash, places by shape, so that neither rests on colour alone;
colours are Okabe and Ito's, as in every picture of the project. The person stands in the middle,
close ties on rings around and acquaintances on rings outside; those who know each other stand side
by side, in the order of a tree that merges the most tied (average linkage: Sokal and Michener
1958), so that circles of friends show as arcs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.report.frame import framed
from scenarios.report.looks import DARK, DASHED, LIGHT, SOLID, Palette
from scenarios.report.picture import write_spec

if TYPE_CHECKING:
    from generators.population import Population

SIZE = 720
"""Width and height of the drawing in pixels."""
MOST = 150
"""Most people drawn: beyond that lines hide each other."""
CLOSE, ACQUAINTED = "close tie", "acquaintance"
HERE, COUNTRY, ABROAD = "same place", "elsewhere in the country", "another country"
SELF = "the person"
ON_A_RING = 34
"""Most people on one ring; more stand on several."""
WITHIN, OUTSIDE = (0.12, 0.24), (0.39, 0.5)
"""Distances of the nearest and farthest ring, for close ties and for acquaintances."""
_SHAPES = {SELF: "diamond", HERE: "circle", COUNTRY: "square", ABROAD: "triangle-up"}


@dataclass(frozen=True)
class Neighbourhood:
    """What is drawn.

    Attributes:
        person: whose neighbourhood.
        people: one row each: x, y (0 to 1), where, name, age, accounts.
        ties: one row each: x, y, x2, y2, layer, own (of the person themselves).
        close: close ties of the person, drawn or not.
        acquaintances: acquaintances of the person, drawn or not.
    """

    person: int
    people: list[dict[str, Any]]
    ties: list[dict[str, Any]]
    close: int
    acquaintances: int


def neighbourhood_of(population: Population, person: int) -> Neighbourhood:
    """Return who is drawn and where, close ties first and `MOST` people at most.

    Args:
        population: the people.
        person: an id.
    """
    from generators.calendar import REFERENCE_DAY

    close = population.neighbours(person, layer="close").tolist()
    known = [i for i in population.neighbours(person).tolist() if i not in set(close)]
    drawn = [person, *close, *known][:MOST]
    place_of = {i: number for number, i in enumerate(drawn)}
    layers: dict[tuple[int, int], str] = {}
    for i in drawn:
        friends = set(population.neighbours(i, layer="close").tolist())
        for j in population.neighbours(i).tolist():
            if j in place_of and i < j:
                layers[i, j] = CLOSE if j in friends else ACQUAINTED
    inner = min(len(close), len(drawn) - 1)
    spots = rings(inner, len(drawn) - 1 - inner, [(place_of[i], place_of[j]) for i, j in layers])
    age = population.age_on(REFERENCE_DAY)
    people = [
        {
            "x": float(spots[number, 0]),
            "y": float(spots[number, 1]),
            "where": _where(population, person, i),
            "accounts": "has an account" if population.accounts[i].any() else "has no account",
            "name": population.display_name(i),
            "age": max(int(age[i]), 0),
            "place": population.places[population.place[i]],
        }
        for number, i in enumerate(drawn)
    ]
    ties = [
        {
            "x": people[place_of[i]]["x"],
            "y": people[place_of[i]]["y"],
            "x2": people[place_of[j]]["x"],
            "y2": people[place_of[j]]["y"],
            "layer": layer,
        }
        for (i, j), layer in layers.items()
    ]
    return Neighbourhood(person, people, ties, len(close), len(known))


def neighbourhood_spec(
    population: Population, person: int, palette: Palette = LIGHT
) -> dict[str, Any]:
    """Return the Vega-Lite specification of a person's neighbourhood.

    Args:
        population: the people.
        person: an id.
        palette: colours of the ground that it stands on.
    """
    import altair as alt

    seen = neighbourhood_of(population, person)
    axis: dict[str, Any] = {"axis": None, "scale": alt.Scale(domain=[-0.03, 1.03])}
    legend: dict[str, Any] = {"orient": "bottom", "title": None, "labelLimit": 0, "symbolSize": 130}
    ink = palette.ink
    # Many lines lie on each other, so each of them is fainter.
    many = sum(tie["layer"] == CLOSE for tie in seen.ties)
    solid = max(0.3, min(0.75, 150 / max(many, 1)))
    faint = min(0.3 if palette is LIGHT else 0.4, 0.6 * solid)

    def by_layer(kind: Any, close: Any, acquainted: Any) -> Any:
        # The same legend for all four, so that they become one whose strokes look as drawn.
        scale = alt.Scale(domain=[CLOSE, ACQUAINTED], range=[close, acquainted])
        return kind(
            "layer:O",
            scale=scale,
            legend=alt.Legend(**legend, symbolType="stroke", symbolOpacity=1),
        )

    lines = (
        alt.Chart(alt.Data(values=seen.ties))
        .mark_rule()
        .encode(
            x=alt.X("x:Q", **axis),
            y=alt.Y("y:Q", **axis),
            x2="x2:Q",
            y2="y2:Q",
            color=by_layer(alt.Color, palette.arms[1], ink),
            strokeDash=by_layer(alt.StrokeDash, SOLID, DASHED),
            strokeWidth=by_layer(alt.StrokeWidth, 1.5, 0.8),
            opacity=by_layer(alt.Opacity, solid, faint),
        )
    )
    found = {row["where"] for row in seen.people}
    kinds = [kind for kind in _SHAPES if kind in found]
    dots = (
        alt.Chart(alt.Data(values=seen.people))
        .mark_point(strokeWidth=1.4, filled=False, opacity=1)
        .encode(
            x=alt.X("x:Q", **axis),
            y=alt.Y("y:Q", **axis),
            shape=alt.Shape(
                "where:N",
                scale=alt.Scale(domain=kinds, range=[_SHAPES[kind] for kind in kinds]),
                legend=alt.Legend(**legend, symbolFillColor=ink, symbolStrokeColor=ink),
            ),
            size=alt.condition(alt.datum.where == SELF, alt.value(420), alt.value(90)),
            fill=alt.Fill(
                "accounts:N",
                scale=alt.Scale(
                    domain=["has an account", "has no account"],
                    range=[palette.arms[0], palette.ground],
                ),
                legend=alt.Legend(**legend, symbolType="circle", symbolStrokeColor=ink),
            ),
            stroke=alt.value(ink),
            tooltip=["name:N", "age:Q", "place:N", "accounts:N"],
        )
    )
    chart = (
        alt.layer(lines, dots)
        .properties(
            width=SIZE,
            height=SIZE,
        )
        .configure_legend(labelColor=ink, titleColor=ink, labelFontSize=12, symbolStrokeWidth=2)
    )
    title = f"Around person {person} of a simulated population"
    return dict(
        framed(chart, title, textwrap.wrap(caption(population, seen), 112), palette).to_dict()
    )


def caption(population: Population, seen: Neighbourhood) -> str:
    """Return what the picture shows, in words that also serve those who do not see it."""
    from generators.calendar import REFERENCE_DAY

    i = seen.person
    drawn = len(seen.people) - 1
    everybody = seen.close + seen.acquaintances
    kind = "acquaintances" if drawn >= seen.close else "ties"
    left = f" {everybody - drawn} further {kind} are not drawn." if everybody > drawn else ""
    without = sum(row["accounts"] == "has no account" for row in seen.people)
    return (
        f"{population.display_name(i)}, {max(int(population.age_on(REFERENCE_DAY)[i]), 0)} in "
        f"mid-2022, of {population.places[population.place[i]]} "
        f"({population.jurisdictions[population.jurisdiction[i]]}), does not exist. "
        f"{seen.close} close ties (solid: whoever may stand in each other's photos) and "
        f"{seen.acquaintances} acquaintances (dashed).{left} "
        f"{without} of those drawn have no account and can only be found in others' photos."
    )


def write_neighbourhood(
    population: Population, person: int, path: Path, dark: bool = False
) -> Path:
    """Write the picture of a person's neighbourhood and return where it lies.

    Args:
        population: the people.
        person: an id.
        path: a file ending in `.svg` or `.png`.
        dark: draw it for a dark ground.

    Raises:
        EffaceError: another ending, or the file cannot be written.
    """
    return write_spec(lambda: neighbourhood_spec(population, person, DARK if dark else LIGHT), path)


def rings(inner: int, outer: int, ties: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return where people stand, in the unit square: one in the middle, the others around.

    Args:
        inner: how many stand on the rings within.
        outer: how many stand on the rings outside.
        ties: pairs of numbers; 0 is the one in the middle, then come those within, then those
            outside.

    Returns:
        float64 [1 + inner + outer, 2], in the order of the numbers.
    """
    apart = np.full((inner + outer, inner + outer), 1.0)
    for i, j in ties:
        if i and j:
            apart[i - 1, j - 1] = apart[j - 1, i - 1] = 0.0
    np.fill_diagonal(apart, 0.0)
    turn = _around(apart)
    spots = np.full((1 + inner + outer, 2), 0.5)
    for first, size, (nearest, farthest) in (
        (1, inner, WITHIN if outer else (WITHIN[0], OUTSIDE[1])),
        (1 + inner, outer, OUTSIDE),
    ):
        number = np.arange(first, first + size)
        number = number[np.argsort(turn[number - 1])]
        # Several rings where one would be too full, which neighbours take by turns.
        count = -(-size // ON_A_RING)
        away = np.linspace(farthest, nearest, count)[np.arange(size) % max(count, 1)]
        angle = 2 * np.pi * np.arange(size) / max(size, 1)
        spots[number, 0] += away * np.sin(angle)
        spots[number, 1] += away * np.cos(angle)
    return np.round(spots, 4)


def _around(apart: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of each person in an order that keeps the little apart together."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if apart.shape[0] < 2:
        return np.arange(apart.shape[0])
    return np.asarray(np.argsort(leaves_list(linkage(squareform(apart), "average"))))


def _where(population: Population, person: int, i: int) -> str:
    if i == person:
        return SELF
    if population.place[i] == population.place[person]:
        return HERE
    return COUNTRY if population.jurisdiction[i] == population.jurisdiction[person] else ABROAD

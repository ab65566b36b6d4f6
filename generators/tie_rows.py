"""From the rows of ties.csv to the parameters of the graph, with what no graph can be drawn with.

Raises PopulationError with file, line and key, as `generators.strata_rows` does for other tables.
"""

from __future__ import annotations

from generators.sourced_tables import Figure, SourcedTable

_SHARES = ("close_in_place", "close_inside", "circle_density", "account_correlation")
"""Shares of ties.csv, besides those whose name says so."""
_BOUNDS = {
    "mean_close": (1.0, 1000.0),
    "mean_degree": (1.0, 5000.0),
    "close_exponent": (0.0, 1.0),
    "family_size": (2.0, 20.0),
    "circle_slope": (0.0, 2.0),
    "community_size": (2.0, 10_000.0),
    "community_growth": (0.0, 3.0),
    "age_spread": (0.0, 1000.0),
}
"""What the graph can be drawn with. Everybody has a close tie at least; steps of degree end at 5792
(`generators.graph.meetings.STEPS`); a family has two people; close ties grow no faster than all."""
_TAGGING = (0.05, 10.0)
"""Spreads whose gamma can be drawn in float64; 0 is no spread."""


def ties(table: SourcedTable, known: tuple[str, ...], *, alone: bool) -> dict[str, float]:
    """Return the parameters of the graph by name, one row for each of `known`.

    Args:
        table: `ties.csv`.
        known: names of all parameters.
        alone: there is one jurisdiction, inside which all ties are, whatever the table says.
    """
    values = table.values([(name,) for name in known])
    held = dict(zip(known, values.tolist(), strict=True))
    rows = {figure.key[0]: figure for figure in table.figures}
    for row in table.figures:
        _check_tie(table, row)
    if held["mean_close"] >= held["mean_degree"]:
        raise table.refusal(
            rows["mean_close"],
            "people have as many close ties as ties, or more",
            f"{held['mean_close']:g}",
            f"below mean_degree, {held['mean_degree']:g}",
        )
    if alone:
        held["inside_share"] = held["close_inside"] = 1.0
    for place, inside in (("close_in_place", "close_inside"), ("place_share", "inside_share")):
        if held[place] > held[inside]:
            raise table.refusal(
                rows[place],
                "more ties stay in the place than in the country that it lies in",
                f"{held[place]:g}",
                f"at most {inside}, {held[inside]:g}",
            )
    left = {
        share: share_of_the_rest(held[share], held[close], held["mean_degree"], held["mean_close"])
        for share, close in (("place_share", "close_in_place"), ("inside_share", "close_inside"))
    }
    for share, rest in left.items():
        # A share that leaves exactly none or all may miss it by a rounding.
        if not -1e-9 <= rest <= 1 + 1e-9:
            raise table.refusal(
                rows[share],
                "close ties alone are too near or too far for this share of all ties",
                f"{held[share]:g}, so {rest:g} of the acquaintances",
                "0 to 1 of the acquaintances",
            )
    if left["place_share"] > left["inside_share"] + 1e-9:
        raise table.refusal(
            rows["place_share"],
            "more acquaintances stay in the place than in the country that it lies in",
            f"{left['place_share']:g} of the acquaintances",
            f"at most {left['inside_share']:g}, which inside_share and close_inside leave",
        )
    return held


def share_of_the_rest(
    of_all: float, of_close: float, mean_degree: float, mean_close: float
) -> float:
    """Return the share of acquaintances that gives all ties theirs, given that of close ones.

    Args:
        of_all: share of all ties.
        of_close: share of close ties.
        mean_degree: ties of a person, on average.
        mean_close: close ones among them, fewer.
    """
    return (of_all * mean_degree - of_close * mean_close) / (mean_degree - mean_close)


def _check_tie(table: SourcedTable, row: Figure) -> None:
    """Refuse a parameter that no graph can be drawn with, whatever the others are."""
    name, value = row.key[0], row.value
    if value > 1 and (name.endswith("_share") or name in _SHARES):
        raise table.refusal(row, "a share is above one", f"{value:g}", "0 to 1")
    low, high = _BOUNDS.get(name, (value, value))
    if not low <= value <= high:
        raise table.refusal(
            row, "no graph can be drawn with this", f"{value:g}", f"{low:g} to {high:g}"
        )
    least, most = _TAGGING
    if name == "tagging_cv" and value != 0 and not least <= value <= most:
        raise table.refusal(
            row, "no spread that can be drawn", f"{value:g}", f"0, or {least:g} to {most:g}"
        )

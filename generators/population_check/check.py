"""One figure of a population beside a published one, or beside a table."""

from __future__ import annotations

from dataclasses import dataclass

from generators.published import Published


@dataclass(frozen=True)
class Check:
    """One published figure beside ours.

    Attributes:
        name: what is compared.
        published: the figure of the source, or None where it gives a direction only.
        source: where it stands, and how it was seen.
        ours: the population's, or None where it cannot be measured on so small a graph.
        tolerance: largest difference that holds, in the same unit; a ratio where `by_ratio`.
        holds: whether it does.
        unit: unit of both.
        by_ratio: whether the tolerance is the largest ratio of the two.
        grade: `A` to `C` for a published figure, "" for a table, whose rows have their own.
        note: what else a reader needs, or "".
    """

    name: str
    published: float | None
    source: str
    ours: float | None
    tolerance: float
    holds: bool
    unit: str = ""
    by_ratio: bool = False
    grade: str = ""
    note: str = ""


def near(
    name: str, published: float, source: str, ours: float, tolerance: float, unit: str, note: str
) -> Check:
    """Return a check that holds where the difference is no larger than `tolerance`."""
    holds = abs(ours - published) <= tolerance
    return Check(name, published, source, ours, tolerance, holds, unit, note=note)


def beside(figure: Published, ours: float | None, note: str = "") -> Check:
    """Return a measured figure beside a published one.

    A figure that gives a direction only holds where ours is below minus its tolerance; one that
    could not be measured (None) does not hold.
    """
    if ours is None:
        holds = False
    elif figure.value is None:
        holds = ours < -figure.tolerance
    elif figure.by_ratio:
        holds = figure.value / figure.tolerance <= ours <= figure.value * figure.tolerance
    else:
        holds = abs(ours - figure.value) <= figure.tolerance
    return Check(
        figure.name, figure.value, f"{figure.source} ({figure.seen})", ours, figure.tolerance,
        holds, figure.unit, figure.by_ratio, figure.grade, note,
    )  # fmt: skip

"""A parameter: a number of the model with unit, plausible range, source and two marks.

The table is `parameters.yaml` beside this module. `quality` grades the source (`A` primary
document, `B` press or law firm, `C` aggregator, none), `fit` says whether the source measures the
`same` quantity, a `proxy` of it, or whether the value is `assumed`. A range run draws every
parameter that has a distribution; a headline lists those that drive it and lack direct evidence.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError

DISTRIBUTIONS = ("fixed", "uniform", "loguniform")
FITS = ("same", "proxy", "assumed")


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    Attributes:
        name: dotted name, as `--set` takes it.
        value: default, in `unit`.
        unit: unit as people write it ("1" for a share or a ratio).
        low: lower end of the plausible range, in `unit`.
        high: upper end.
        distribution: how a range run draws it: `fixed`, `uniform` or `loguniform` on [low, high].
        quality: grade of the source, "A", "A-", "B", "C", or "" where there is none.
        fit: `same`, `proxy` or `assumed`.
        what: one sentence for people.
        source: primary document and paragraph, or the ground of the assumption.
        seen_at: address of the copy that was read, or "".
        least: smallest value that makes sense, in `unit`; below it is an error.
        most: largest value that makes sense; above it is an error.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    distribution: str
    quality: str
    fit: str
    what: str
    source: str
    seen_at: str = ""
    least: float = 0.0
    most: float = math.inf

    @property
    def assumed(self) -> bool:
        """True where no source measures this quantity itself."""
        return self.fit != "same"

    def at_quantile(self, u: float) -> float:
        """Return the value at quantile `u` of the range distribution.

        Args:
            u: in [0, 1].
        """
        if self.distribution == "uniform":
            return self.low + u * (self.high - self.low)
        if self.distribution == "loguniform":
            return self.low * (self.high / self.low) ** u
        return self.value


@dataclass(frozen=True)
class Parameters(Mapping[str, float]):
    """Every parameter of the model with the value it has in one arm."""

    table: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> float:
        return self.table[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name.

        Raises:
            ParameterError: no such name; the error holds the nearest ones.
        """
        if name not in self.table:
            raise ParameterError(
                Fault(
                    f"unknown parameter '{name}'",
                    key=name,
                    found=name,
                    expected="a name of the parameter table (`efface list parameters`)",
                    nearest=tuple(difflib.get_close_matches(name, list(self.table), 3, 0.5)),
                )
            )
        return self.table[name]

    def with_values(self, values: Mapping[str, float]) -> Parameters:
        """Return a copy in which the named parameters have other values.

        Raises:
            ParameterError: an unknown name, a value that is not finite or not between `least`
                and `most`; every fault at once.
        """
        faults: list[Fault] = []
        table = dict(self.table)
        for name, value in values.items():
            try:
                old = self.parameter(name)
            except ParameterError as error:
                faults += error.faults
                continue
            if not (math.isfinite(value) and old.least <= value <= old.most):
                faults.append(
                    Fault(
                        f"'{name}' cannot be {value:g}",
                        key=name,
                        found=f"{value:g} {old.unit}",
                        expected=f"{old.least:g} to {old.most:g} {old.unit}",
                    )
                )
                continue
            table[name] = replace(old, value=float(value))
        if faults:
            raise ParameterError(faults)
        return Parameters(table)

    def drawn(self, unit_square: NDArray[np.float64], pinned: frozenset[str]) -> Parameters:
        """Return a copy with every ranged parameter at its own quantile.

        Args:
            unit_square: one uniform a ranged parameter, in the order of `ranged(pinned)`.
            pinned: names that keep their value (the user has set them).
        """
        names = self.ranged(pinned)
        return self.with_values(
            {
                n: self.table[n].at_quantile(float(u))
                for n, u in zip(names, unit_square, strict=True)
            }
        )

    def ranged(self, pinned: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the names that a range run draws, in the table's order."""
        return tuple(
            n for n, p in self.table.items() if p.distribution != "fixed" and n not in pinned
        )


def _checked(name: str, entry: Mapping[str, Any]) -> Parameter:
    parameter = Parameter(name=name, **entry)
    if parameter.distribution not in DISTRIBUTIONS or parameter.fit not in FITS:
        raise ParameterError(Fault(f"parameter '{name}' has an unknown distribution or fit"))
    if not (
        parameter.least <= parameter.low <= parameter.value <= parameter.high <= parameter.most
    ):
        raise ParameterError(Fault(f"parameter '{name}' lies outside its own range"))
    return parameter


@cache
def load_parameters() -> Parameters:
    """Return the model's parameters with their defaults, from `parameters.yaml`."""
    from ruamel.yaml import YAML

    text = resources.files("sim").joinpath("parameters.yaml").read_text(encoding="utf-8")
    entries = YAML(typ="safe", pure=True).load(text)
    return Parameters({name: _checked(name, entry) for name, entry in entries.items()})

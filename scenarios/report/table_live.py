"""What is shown while a run is under way: a bar with the time left, and a table that fills.

On a terminal the table of the first replications appears as soon as there is one and is redrawn
as more arrive; elsewhere a line is written every few seconds. Everything goes to standard error.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from scenarios.aggregate import difference_interval, quantile_range
from scenarios.report.table import headline_grid
from scenarios.report.table_numbers import decimals_for, number, scale_of, scaled
from scenarios.report.table_rows import Content, Difference, Row
from scenarios.report.words import counted

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from scenarios.experiment import Standing
    from scenarios.replication import Done
    from scenarios.roles import Roles
    from sim.fidelity import Fidelity

SHOWN = (
    "exposure_during_appeal",
    "searchable_persons",
    "held_persons",
    "identifiability",
    "in_scope_left",
    "requests_made",
    "fine_payable",
)
"""Measures of the table that fills, each on its last day, as far as the terminal's height goes."""
_LINES_A_ROW = 4
_OTHER_LINES = 8
_QUIET_SECONDS = 5.0
"""Seconds between two lines where standard error is no terminal."""


class Watch:
    """Follows a run from its `Standing`s; a context manager.

    Args:
        console: where to show it, on standard error.
        roles: which arm is which.
        titles: what the arms are called.
        fidelity: of the run; the units of what searches return follow it.
    """

    def __init__(
        self, console: Console, roles: Roles, titles: dict[str, str], fidelity: Fidelity
    ) -> None:
        from rich.live import Live
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self.console = console
        self.roles = roles
        self.titles = titles
        self.fidelity = fidelity
        self.replications: list[Done] = []
        self.draws: list[Done] = []
        self.began = self.spoke = time.monotonic()
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("time left"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
        )
        self.task = self.bar.add_task("people", total=None)
        self.live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Watch:
        if self.console.is_terminal:
            self.live.start()
            self.live.update(self.bar)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def __call__(self, standing: Standing) -> None:
        """Take notice of a step of the run."""
        if standing.latest is not None:
            if standing.latest.kind == "replication":
                self.replications.append(standing.latest)
            elif standing.latest.kind == "range":
                self.draws.append(standing.latest)
        if self.console.is_terminal:
            self.bar.update(
                self.task,
                description=standing.stage,
                completed=standing.done,
                total=standing.total,
            )
            self.live.update(self._renderable())
        else:
            self._say(standing)

    def _renderable(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        if not self.replications:
            return self.bar
        rows = max((self.console.height - _OTHER_LINES) // _LINES_A_ROW, 1)
        content = self.content(rows)
        so_far = (
            f"so far: {counted(len(self.replications), 'replication')}, "
            f"{counted(len(self.draws), 'range draw')}"
        )
        grid = headline_grid(content, self.console.width)
        return Group(grid, Text(so_far, style="dim"), self.bar)

    def _say(self, standing: Standing) -> None:
        now = time.monotonic()
        first = len(self.replications) == 1 and standing.latest is not None
        if now - self.spoke < _QUIET_SECONDS and not (first and not self.draws):
            return
        self.spoke = now
        line = f"{standing.stage}: {standing.done} of {standing.total}"
        if 0 < standing.done < standing.total:
            left = (now - self.began) / standing.done * (standing.total - standing.done)
            line += f", about {left:.0f} s left"
        if self.replications:
            line += f"; so far {self._headline()}"
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _headline(self) -> str:
        row = self.content(1).rows[0]
        scale = scale_of(row.unit, row.values.values())
        decimals = decimals_for(scaled(row.values.values(), scale))
        cells = ", ".join(
            f"{self.titles.get(arm, arm)} "
            + ("undefined" if value is None else number(value, scale, decimals))
            for arm, value in row.values.items()
        )
        return f"{row.name.replace('_', ' ')} ({scale.unit}): {cells}"

    def content(self, rows: int) -> Content:
        """Return what a table of the first `rows` measures shows so far."""
        keys = list(self.replications[0].headlines)
        last = {name: at for arm, name, at in keys if arm == self.roles.scenario}
        shown = [name for name in SHOWN if name in last] or list(last)
        return Content(
            self.roles,
            self.titles,
            [self._row(name, last[name]) for name in shown[:rows]],
            len(self.draws) if len(self.draws) > 1 else 0,
        )

    def _row(self, name: str, at: str) -> Row:
        from sim.measures import measures_at

        measures = measures_at(self.fidelity)
        values: dict[str, float | None] = {}
        for arm in self.roles.arms:
            seen = _stacked(self.replications, arm, name, at)
            values[arm] = None if np.isnan(seen).any() else float(seen.mean())
        others = [other for other in (self.roles.counterfactual, *self.roles.beside) if other]
        pairs = [(self.roles.scenario, other) for other in others]
        return Row(
            name,
            at,
            measures[name].unit if name in measures else "1",
            values,
            dict.fromkeys(values),
            {pair: self._difference(pair, name, at) for pair in pairs},
        )

    def _difference(self, pair: tuple[str, str], name: str, at: str) -> Difference:
        arm, other = pair
        both = (_stacked(self.replications, each, name, at)[:, None] for each in pair)
        mean, low, high = (_defined(ends) for ends in difference_interval(*both))
        range_low = range_high = None
        if self.draws:
            drawn = _stacked(self.draws, arm, name, at) - _stacked(self.draws, other, name, at)
            range_low, range_high = (_defined(ends) for ends in quantile_range(drawn[:, None]))
        return Difference(mean, low, high, range_low, range_high, False, None)


def _stacked(done: list[Done], arm: str, name: str, at: str) -> np.ndarray:
    """Return one headline reading of every task, float64 [tasks]; NaN where undefined."""
    return np.array([task.headlines[arm, name, at] for task in done], dtype=np.float64)


def _defined(ends: np.ndarray) -> float | None:
    return None if np.isnan(ends[0]) else float(ends[0])

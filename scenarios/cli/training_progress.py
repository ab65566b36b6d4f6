"""A long training on the command line: how far it is, and how it is asked to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

SPOKEN_EVERY = 30.0
"""Seconds between two lines of progress where nobody watches a bar."""


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C or SIGTERM came; a second one ends at once."""
    asked: list[int] = []
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def note(number: int, frame: object) -> None:
        asked.append(number)
        for kind in kinds:
            signal.signal(kind, before[kind])

    for kind in kinds:
        signal.signal(kind, note)
    try:
        yield lambda: bool(asked)
    finally:
        for kind in kinds:
            signal.signal(kind, before[kind])


@contextmanager
def bar(console: Console, began: int, total: int) -> Iterator[Callable[[int, Any], None]]:
    """Give what reports to a bar: images, images a second, time left.

    Args:
        console: where the bar is drawn.
        began: images shown so far.
        total: images to show in all.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    rate = _Rate(began)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.0f} images/s"), TimeLeft(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, speed_estimate_period=120) as shown:
        task = shown.add_task("training", total=total, completed=began, rate=0.0)

        def report(seen: int, scalars: dict[str, float]) -> None:
            shown.update(task, completed=seen, description=_words(scalars), rate=rate.of(seen))

        yield report


@contextmanager
def lines(began: int, total: int) -> Iterator[Callable[[int, Any], None]]:
    """Give what says the same in a line now and then, for logs; see `bar`."""
    rate = _Rate(began)
    last = time.monotonic()

    def report(seen: int, scalars: dict[str, float]) -> None:
        nonlocal last
        if time.monotonic() - last < SPOKEN_EVERY:
            return
        last = time.monotonic()
        speed = rate.of(seen)
        left = (total - seen) / max(speed, 1e-9) / 60
        typer.echo(
            f"{seen} of {total} images, {speed:.0f} images/s, {left:.0f} minutes left, "
            f"{_words(scalars)}",
            err=True,
        )

    yield report


class _Rate:
    """Images a second over the last minute or so, which changes where the game begins."""

    def __init__(self, began: int) -> None:
        self._marks = [(time.monotonic(), began)]

    def of(self, seen: int) -> float:
        now = time.monotonic()
        if now - self._marks[-1][0] > 1:
            self._marks = [*self._marks[-60:], (now, seen)]
        then, before = self._marks[0]
        return (seen - before) / max(now - then, 1e-9)


def _words(scalars: dict[str, float]) -> str:
    return ", ".join(
        f"{name} {scalars[name]:.3f}" for name in ("pairs", "r_t", "p") if name in scalars
    )

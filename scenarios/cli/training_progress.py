"""A long training on the command line: how far it is, and how it is asked to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

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


def progress(
    began: int | None, total: int
) -> AbstractContextManager[Callable[[int, Mapping[str, float]], None]]:
    """Give what reports on standard error: a bar on a terminal, else lines; see `bar`."""
    from rich.console import Console

    console = Console(stderr=True)
    return bar(console, began, total) if console.is_terminal else lines(began, total)


@contextmanager
def bar(
    console: Console, began: int | None, total: int
) -> Iterator[Callable[[int, Mapping[str, float]], None]]:
    """Give what reports to a bar: images, images a second, time left.

    Args:
        console: where the bar is drawn.
        began: images shown so far; None where the first report tells.
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
        task = shown.add_task("training", total=total, completed=began or 0, rate=0.0)

        def report(seen: int, scalars: Mapping[str, float]) -> None:
            shown.update(task, completed=seen, description=_words(scalars), rate=rate.of(seen))

        yield report


@contextmanager
def lines(began: int | None, total: int) -> Iterator[Callable[[int, Mapping[str, float]], None]]:
    """Give what says the same in a line now and then and at the end, for logs; see `bar`."""
    rate = _Rate(began)
    last = time.monotonic()

    def report(seen: int, scalars: Mapping[str, float]) -> None:
        nonlocal last
        speed = rate.of(seen)
        if seen < total and time.monotonic() - last < SPOKEN_EVERY:
            return
        last = time.monotonic()
        words = [f"{seen} of {total} images"]
        if speed > 0:
            left = (total - seen) / speed / 60
            words += [f"{speed:.0f} images/s", f"{left:.0f} minutes left"]
        typer.echo(", ".join([*words, _words(scalars)]), err=True)

    yield report


class _Rate:
    """Images a second over the last minute or so, which changes where the game begins."""

    def __init__(self, began: int | None) -> None:
        self._marks = [] if began is None else [(time.monotonic(), began)]

    def of(self, seen: int) -> float:
        now = time.monotonic()
        if not self._marks or now - self._marks[-1][0] > 1:
            self._marks = [*self._marks[-60:], (now, seen)]
        then, before = self._marks[0]
        return (seen - before) / max(now - then, 1e-9)


def _words(scalars: Mapping[str, float]) -> str:
    """Return the scalars that tell how a training fares: a generator's, or an encoder's."""
    told = ("pairs", "r_t", "p", "loss", "margin")
    return ", ".join(f"{name} {scalars[name]:.3f}" for name in told if name in scalars)

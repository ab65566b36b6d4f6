"""An intervention's own errors, named: which one, on which date, where the scenario lists it.

An intervention may come from another package, and what fails in it would otherwise surface as a
traceback out of the clock. `Guarded` stands for the clock in front of one intervention: every
process that it starts is watched, and an error that is not one of the project's own becomes an
InterventionFailedError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import simpy

from generators.errors import EffaceError, Fault, InterventionFailedError
from sim.dates import iso
from sim.events import Process
from sim.setup import InterventionSpec


class Guarded:
    """A clock as one intervention sees it; all but `process` is the clock's own.

    Args:
        env: the run's clock.
        spec: the intervention as the scenario lists it.
        seed: of the run.
        replication: its number.
    """

    def __init__(
        self, env: simpy.Environment, spec: InterventionSpec, seed: int, replication: int
    ) -> None:
        self._env = env
        self._spec = spec
        self._seed = seed
        self._replication = replication

    def process(self, generator: Process) -> simpy.Process:
        """Start a process whose errors name the intervention."""
        return self._env.process(self._watched(generator))

    def call(self, work: Callable[[], None]) -> None:
        """Call something of the intervention's at once, its errors named.

        Raises:
            InterventionFailedError: it raised what is none of the project's own errors.
        """
        with self._named():
            work()

    def _watched(self, generator: Process) -> Process:
        with self._named():
            return (yield from generator)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except EffaceError:
            raise
        except Exception as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> InterventionFailedError:
        when = (
            f"on {iso(int(self._env.now))} in replication {self._replication} of seed {self._seed}"
        )
        fault = failed(self._spec, when, error)
        return InterventionFailedError(fault, ("--only-replication", str(self._replication)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


def failed(spec: InterventionSpec, when: str, error: Exception) -> Fault:
    """Return the fault of an intervention that raised what is none of the project's own errors.

    Args:
        spec: the intervention as the scenario lists it.
        when: when it failed, as the sentence goes on ("on 2022-05-18 ...").
        error: what it raised.
    """
    file, line = spec.file_and_line
    return Fault(
        f"the intervention '{spec.kind}' failed {when}: {type(error).__name__}: {error}",
        file=file,
        line=line,
        key="interventions",
        found=spec.kind,
        expected="one that does not fail",
    )

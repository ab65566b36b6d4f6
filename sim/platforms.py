"""Platforms: their letters, as recorded, and the lever by which a defence would act.

In January and February 2020 platforms told the operator to stop (the record); collection went on
and no kink shows in its growth, so a letter is an event in the log and nothing more. A defence that
bites is an intervention on the lever `platform.pass` (`sim.interventions.platform_defence`).
"""

from __future__ import annotations

import simpy

from sim.events import Log, Process
from sim.setup import Step


def send_letters(env: simpy.Environment, letters: tuple[Step, ...], log: Log) -> Process:
    """Write each letter to the log on its day.

    Args:
        env: the simulation's clock.
        letters: in order of day.
        log: the run's log.
    """
    for letter in letters:
        yield env.timeout(letter.day - env.now)
        log.write(letter.day, "platform", letter.kind, recorded=letter.recorded, text=letter.text)

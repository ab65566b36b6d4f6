"""How much of recognition is simulated: whether a photo is a row, a template or an image.

One model runs at every fidelity; what differs stands behind `sim.matcher.Matcher`. This module
imports nothing, so that the command line may name the fidelities without loading the model.
"""

from __future__ import annotations

from enum import StrEnum


class Fidelity(StrEnum):
    """What a photo is in a run: a row, a template or an image."""

    SCORES = "scores"
    TEMPLATES = "templates"
    PIXELS = "pixels"


IN_THIS_VERSION = (Fidelity.SCORES, Fidelity.PIXELS)
"""The fidelities that can be run."""

MOST_PEOPLE_DRAWN = 10_000
"""Most people at `pixels`: about 20 photos of each are drawn and encoded in every replication,
and beyond some 10^5 that takes hours."""

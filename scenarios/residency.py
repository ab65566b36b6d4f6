"""The operator's inference of residence, set against the truth that only a model has.

In closed form, faces are taken to show whoever posted them, at home. Measured, they are the
candidate finds of a drawn population up to the day of the notice, and the truth is where the
person in the photo lived on that day: friends who post from abroad and people who move make the
same signals worse. Nothing here says how well the real operator infers residence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError
from generators.population import build_population
from scenarios.arms import arm_setup
from scenarios.scenario import load_scenario
from sim.model import shared_by_arms
from sim.operator.gallery_shares import gallery_shares
from sim.operator.residency import ResidencyCurve, measured_curve, residency_curve
from sim.operator.signals import Signals

QUESTION = "ico-2022"
"""The scenario whose days, growth and scope are used."""


@dataclass(frozen=True)
class Rate:
    """A share with the standard error that chance in the drawn uploaders leaves it.

    Attributes:
        value: 0 to 1; NaN where there is nothing to count.
        error: one standard error.
    """

    value: float
    error: float


@dataclass(frozen=True)
class Measured:
    """What the inference gives on faces that were drawn.

    Attributes:
        people: how many were simulated.
        seed: root seed of people and finds.
        faces: faces found by the day of the notice.
        curve: at the thresholds of the closed form.
        recall: at the operator's threshold.
        false_inclusion: at the operator's threshold.
        precision: at the operator's threshold.
        posted_in_scope: share of the faces of residents in scope whose uploader lived in scope.
    """

    people: int
    seed: int
    faces: int
    curve: ResidencyCurve
    recall: Rate
    false_inclusion: Rate
    precision: Rate
    posted_in_scope: float


@dataclass(frozen=True)
class ResidencyFigures:
    """The operator's inference as curves.

    Attributes:
        scope: code of the jurisdiction whose residents are in scope.
        signals: the signals and the operator's threshold.
        share: share of the gallery's faces that shows residents in scope, as assumed.
        closed: in closed form.
        measured: on a drawn population.
    """

    scope: str
    signals: Signals
    share: float
    closed: ResidencyCurve
    measured: Measured


def residency_figures(overrides: Sequence[str], people: int, seed: int) -> ResidencyFigures:
    """Return the curves under the parameters as set.

    Args:
        overrides: texts `key=value`, as `--set` takes them.
        people: how many to simulate.
        seed: root seed of people and finds.

    Raises:
        EffaceError: a parameter, a share or a threshold that cannot be, or too few people.
    """
    loaded = load_scenario(QUESTION, overrides)
    setup = arm_setup(loaded, question=loaded)
    population = build_population(people, seed, acquaintances="by community")
    signals = Signals.of(setup.parameters)
    scope, notice = setup.windows.jurisdiction, setup.windows.notice
    here = population.jurisdictions.index(scope)
    shares = gallery_shares(population.regions, population.real_residents, setup.parameters)
    share = float(shares[here])
    if not 0.0 < share < 1.0:
        raise ParameterError(
            Fault(
                "precision needs faces of residents in scope and faces of others",
                key="gallery.share",
                found=f"{share:g} of the gallery's faces show residents of {scope}",
                expected="a share above 0 and below 1",
            )
        )
    closed = residency_curve(signals, share)
    finds = shared_by_arms(population, setup, seed, 0).candidates
    by_notice = slice(0, int(finds.starts[notice]))
    person, uploader = finds.person[by_notice], finds.uploader[by_notice]
    evidence = finds.evidence[by_notice]
    lives_here = population.residence_on(notice) == here
    weight = population.weights[population.jurisdiction][person]
    mine = lives_here[person]
    if mine.all() or not mine.any():
        raise ParameterError(
            Fault(
                "too few people for faces of residents in scope and of others",
                key="--people",
                found=str(people),
                expected="more people",
            )
        )
    counted = evidence > np.float32(signals.threshold)
    measured = Measured(
        people=len(population),
        seed=seed,
        faces=len(person),
        curve=measured_curve(closed.thresholds, evidence, mine, weight),
        recall=_rate(counted & mine, mine, weight, uploader),
        false_inclusion=_rate(counted & ~mine, ~mine, weight, uploader),
        precision=_rate(counted & mine, counted, weight, uploader),
        posted_in_scope=float((weight * (mine & lives_here[uploader])).sum() / weight[mine].sum()),
    )
    return ResidencyFigures(scope, signals, share, closed, measured)


def _rate(
    part: NDArray[np.bool_],
    whole: NDArray[np.bool_],
    weight: NDArray[np.float64],
    uploader: NDArray[np.int32],
) -> Rate:
    """Return a ratio of weighted counts; faces of one uploader stand or fall together.

    The error is the linearised one of a ratio over clusters (Cochran 1977, Sampling Techniques,
    chapter 6), a cluster being all photos of one uploader.
    """
    above = np.bincount(uploader, weights=weight * part)
    below = np.bincount(uploader, weights=weight * whole)
    total = below.sum()
    if total == 0.0:
        return Rate(float("nan"), float("nan"))
    value = float(above.sum() / total)
    error = float(np.sqrt(((above - value * below) ** 2).sum()) / total)
    return Rate(value, error)

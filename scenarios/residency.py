"""The operator's inference of residence, set against the truth that only a model has.

Three curves: in closed form, as if everybody posted photos of themselves and never moved; expected
of the photos of a drawn population, in which friends post from elsewhere and people move; and
counted with the signals that chance gave those photos. The faces are the candidate finds up to
the day of the notice, and the truth is where the person in the photo lived on that day. Nothing
here says how well the real operator infers residence.
"""

from __future__ import annotations

import math
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
    """A share as counted, what was expected of it, and how far chance may take the two apart.

    Attributes:
        value: as counted, 0 to 1; NaN where there is nothing to count.
        expected: over the signals that chance could have given the same photos.
        error: one standard error of the count, at most: the photos of one uploader are taken to
            be right or wrong all together.
    """

    value: float
    expected: float
    error: float


@dataclass(frozen=True)
class Measured:
    """What the inference gives on faces that were drawn.

    Attributes:
        people: how many were simulated.
        seed: root seed of people and finds.
        faces: faces found by the day of the notice.
        posted: share of the faces of residents in scope that was posted by somebody who lived in
            scope when the photo was taken.
        posted_of_others: share of the other faces that was posted by somebody who did.
        expected: the curve expected of these photos.
        counted: the curve as it came out, at the same thresholds.
        recall: at the operator's threshold.
        false_inclusion: at the operator's threshold.
        precision: at the operator's threshold.
    """

    people: int
    seed: int
    faces: int
    posted: float
    posted_of_others: float
    expected: ResidencyCurve
    counted: ResidencyCurve
    recall: Rate
    false_inclusion: Rate
    precision: Rate


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
    finds = shared_by_arms(population, setup, seed, 0).candidates
    by_notice = slice(0, int(finds.starts[notice]))
    person, uploader = finds.person[by_notice], finds.uploader[by_notice]
    mine = (population.residence_on(notice) == here)[person]
    if mine.all() or not mine.any():
        raise ParameterError(
            Fault(
                "too few people for faces of residents in scope and of others",
                key="--people",
                found=str(people),
                expected="more people",
            )
        )
    faces = Faces(
        uploader=uploader,
        evidence=finds.evidence[by_notice],
        mine=mine,
        posted_here=population.residence_of(uploader, finds.captured[by_notice]) == here,
        weight=population.weights[population.jurisdiction][person],
    )
    closed = residency_curve(signals, share)
    return ResidencyFigures(scope, signals, share, closed, measure(faces, signals, people, seed))


@dataclass(frozen=True)
class Faces:
    """Faces that were drawn, length m.

    Attributes:
        uploader: row of whoever posted each, integers.
        evidence: float32, in nats.
        mine: bool, whether the person in it truly is a resident in scope.
        posted_here: bool, whether the uploader lived in scope when the photo was taken.
        weight: float64, real faces that each stands for.
    """

    uploader: NDArray[np.int32]
    evidence: NDArray[np.float32]
    mine: NDArray[np.bool_]
    posted_here: NDArray[np.bool_]
    weight: NDArray[np.float64]


def measure(faces: Faces, signals: Signals, people: int, seed: int) -> Measured:
    """Return what the inference gives on faces of residents in scope and of others.

    Args:
        faces: some of residents in scope and some of others.
        signals: the signals and the operator's threshold.
        people: how many were simulated.
        seed: root seed of people and finds.
    """
    mine, weight = faces.mine, faces.weight
    posted, posted_of_others = (
        float(weight[who & faces.posted_here].sum() / weight[who].sum()) for who in (mine, ~mine)
    )
    share = float(weight[mine].sum() / weight.sum())
    expected = residency_curve(signals, share, posted, posted_of_others)
    counted = measured_curve(expected.thresholds, faces.evidence, mine, weight)
    row = expected.at(signals.threshold)
    recall, false = float(expected.recall[row]), float(expected.false_inclusion[row])
    errors = _error(faces, mine, signals), _error(faces, ~mine, signals)
    # Precision depends on the odds of the two rates alone; their errors are taken as independent.
    precision = float(expected.precision[row])
    spread = math.hypot(errors[0] / recall, errors[1] / false) if recall * false else math.nan
    return Measured(
        people=people,
        seed=seed,
        faces=len(faces.evidence),
        posted=posted,
        posted_of_others=posted_of_others,
        expected=expected,
        counted=counted,
        recall=Rate(float(counted.recall[row]), recall, errors[0]),
        false_inclusion=Rate(float(counted.false_inclusion[row]), false, errors[1]),
        precision=Rate(
            float(counted.precision[row]), precision, precision * (1.0 - precision) * spread
        ),
    )


def _error(faces: Faces, who: NDArray[np.bool_], signals: Signals) -> float:
    """Return the standard error of the share counted among some faces, at most.

    Clusters are uploaders, and all photos of one are taken to fare alike, which is the most that
    signals of an account can do; the chances are the exact ones, so that a rare event that did
    not happen leaves no false certainty.
    """
    variance = 0.0
    for posted, chance in zip((True, False), signals.rates(), strict=True):
        some = who & (faces.posted_here == posted)
        of_each = np.bincount(faces.uploader[some], weights=faces.weight[some])
        variance += chance * (1.0 - chance) * float((of_each**2).sum())
    return math.sqrt(variance) / float(faces.weight[who].sum())

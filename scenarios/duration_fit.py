"""The log-normal length of each stage of a case, fitted to the durations of the record.

The logarithm of a duration is a mean, plus what its stage adds, plus an error that holds the
authority's own pace too (one or two durations of an authority cannot tell its pace from chance):
two variances, estimated by the method of moments and never from what is to be predicted. What a
stage adds is drawn towards the mean of all stages by the size of its sample
(empirical Bayes: Efron and Morris 1973, "Stein's estimation rule and its competitors", JASA 68),
so that a stage that only one authority has ever gone through can still be predicted, widely. A
new authority's duration lies within the band of a t distribution on logarithms (Geisser 1993,
"Predictive Inference", chapter 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generators.errors import Fault, ScenarioError
from scenarios.durations import Duration
from scenarios.stages import STAGES

BAND = 0.90
"""Probability of the predicted band."""

LEAST_VARIANCE = 0.05**2
"""Least variance of a stage's or the errors' logarithm: no stage is known to a twentieth."""


@dataclass(frozen=True)
class StageFit:
    """The log-normal of one stage.

    Attributes:
        stage: name in `STAGES`.
        count: durations of the stage that the fit has seen.
        mean: mean of the logarithm of days, drawn towards all stages.
        error: standard error of that mean.
        spread: standard deviation of a new authority's logarithm around it.
    """

    stage: str
    count: int
    mean: float
    error: float
    spread: float

    @property
    def median(self) -> float:
        """Return the median in days."""
        return math.exp(self.mean)

    @property
    def deviation(self) -> float:
        """Return the deviation of a new duration's logarithm, with the error of the mean."""
        return math.hypot(self.spread, self.error)


@dataclass(frozen=True)
class Fit:
    """The fitted stages and the degrees of freedom of the variances."""

    stages: dict[str, StageFit]
    freedom: int

    def band(self, stage: str, probability: float = BAND) -> tuple[float, float]:
        """Return the days between which a new authority's duration lies with a probability."""
        one = self.stages[stage]
        half = quantile_of_t(0.5 + probability / 2, self.freedom) * one.deviation
        return math.exp(one.mean - half), math.exp(one.mean + half)


def fit(durations: Sequence[Duration]) -> Fit:
    """Fit the stages.

    Args:
        durations: at least two of them share a stage, and there are at least three.

    Raises:
        ScenarioError: too few durations for a variance.
    """
    logs = {stage: [math.log(d.days) for d in durations if d.stage == stage] for stage in STAGES}
    seen = {stage: values for stage, values in logs.items() if values}
    freedom = len(durations) - len(seen)
    if freedom < 1:
        raise ScenarioError(Fault("too few durations for a variance", found=str(len(durations))))
    means = {stage: mean_of(values) for stage, values in seen.items()}
    within = sum((x - means[s]) ** 2 for s, values in seen.items() for x in values) / freedom
    within = max(within, LEAST_VARIANCE)
    between = max(_between(seen, means, within), LEAST_VARIANCE)
    weights = {stage: 1 / (between + within / len(values)) for stage, values in seen.items()}
    total = sum(weights.values())
    centre = sum(weights[s] * means[s] for s in seen) / total
    return Fit({stage: _stage(stage, logs[stage], centre, 1 / total, within, between)
                for stage in STAGES}, freedom)  # fmt: skip


def _between(seen: dict[str, list[float]], means: dict[str, float], within: float) -> float:
    """Return the variance of the stages' means (DerSimonian and Laird 1986, moments)."""
    if len(seen) < 2:
        return 0.0
    weights = {stage: len(values) / within for stage, values in seen.items()}
    total = sum(weights.values())
    centre = sum(weights[s] * means[s] for s in seen) / total
    excess = sum(weights[s] * (means[s] - centre) ** 2 for s in seen) - (len(seen) - 1)
    return excess / (total - sum(w * w for w in weights.values()) / total)


def _stage(
    stage: str, logs: list[float], centre: float, of_centre: float, within: float, between: float
) -> StageFit:
    """Draw a stage's mean towards the centre; without durations it is the centre."""
    n = len(logs)
    own = n * between / (n * between + within)
    mean = centre if n == 0 else centre + own * (mean_of(logs) - centre)
    error = math.sqrt(between * (1 - own) + (1 - own) ** 2 * of_centre)
    return StageFit(stage, n, mean, error, math.sqrt(within))


def mean_of(values: Sequence[float]) -> float:
    """Return the mean of numbers, of which there is at least one."""
    return sum(values) / len(values)


def quantile_of_t(probability: float, freedom: int) -> float:
    """Return the value of Student's t with these degrees of freedom below which a probability
    lies."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
